// Stories of requests that we send.
#include <gmock/gmock.h>

#include "phones.hpp"

namespace rf::txn::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using What = Event::Kind;

const Flow bob = udp_flow("203.0.113.20:5060");
const Flow bob_tls = tls_flow("203.0.113.20:5061", 8);

struct Client : testing::Test {
  Line line;
  const Ask ask{.branch = "z9hG4bK-out", .extra = "Route: <sip:edge.example;lr>\r\nSupported: timer\r\n"};
  const Ask options{.method = "OPTIONS", .branch = "z9hG4bK-opt"};
  const std::string invite = text_of(ask);

  ClientId call(const Flow& flow = bob) {
    const ClientId id = line.ask(ask, flow);
    line.out.take();
    return id;
  }
};

TEST_F(Client, RepeatsAnInviteWithTimerAAndGivesUpWithTimerB) {
  const ClientId id = line.ask(ask, bob);
  line.wait_ms(31'900);
  EXPECT_EQ(line.out.count(), 7u) << "0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s";
  for (const auto& packet : line.out.packets) EXPECT_EQ(packet.bytes, invite);
  EXPECT_THAT(line.events(), IsEmpty());
  line.wait_ms(120);
  std::vector<Event> events;
  line.transactions.take_events(events);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].kind, What::client_timeout);
  EXPECT_EQ(events[0].client, id);
  EXPECT_EQ(events[0].owner, 9u);
  EXPECT_EQ(events[1].kind, What::client_done);
  EXPECT_TRUE(line.is_empty());
}

TEST_F(Client, RepeatsANonInviteWithTimerEAndGivesUpWithTimerF) {
  line.ask(options, bob);
  line.wait_ms(31'900);
  EXPECT_EQ(line.out.count(), 11u) << "0, 0.5, 1.5, 3.5, then every 4 s up to 31.5 s";
  line.wait_ms(120);
  EXPECT_THAT(line.events(), ElementsAre(What::client_timeout, What::client_done));
  EXPECT_TRUE(line.is_empty());
}

TEST_F(Client, RepeatsNothingOnAStreamButStillGivesUp) {
  line.ask(ask, bob_tls);
  line.ask(options, bob_tls);
  line.wait_ms(31'900);
  EXPECT_THAT(line.out.take(), ElementsAre("INVITE", "OPTIONS"));
  line.wait_ms(120);
  EXPECT_THAT(line.events(), testing::UnorderedElementsAre(What::client_timeout, What::client_done,
                                                           What::client_timeout, What::client_done));
  EXPECT_TRUE(line.is_empty());
}

TEST_F(Client, SlowsDownToT2WhenANonInviteIsBeingWorkedOn) {
  line.ask(options, bob);
  EXPECT_TRUE(line.hear(answer_to(text_of(options), 100, ""), bob).deliver);
  line.out.take();
  line.wait_ms(508);
  EXPECT_EQ(line.out.take().size(), 1u);
  line.wait_ms(3'900);
  EXPECT_EQ(line.out.count(), 0u);
  line.wait_ms(120);
  EXPECT_EQ(line.out.take().size(), 1u);
  line.wait_ms(28'000);
  EXPECT_THAT(line.events(), ElementsAre(What::client_timeout, What::client_done));
}

TEST_F(Client, DeliversOneFinalResponseToANonInviteAndListensForTimerK) {
  const ClientId id = line.ask(options, bob);
  const std::string ok = answer_to(text_of(options), 200, "bob");
  const auto match = line.hear(ok, bob);
  EXPECT_TRUE(match.deliver);
  EXPECT_EQ(match.client, id);
  EXPECT_EQ(match.owner, 9u);
  EXPECT_EQ(match.method, sip::Method::options);
  line.wait_ms(4'900);
  const auto again = line.hear(ok, bob);
  EXPECT_EQ(again.client, id);
  EXPECT_FALSE(again.deliver);
  line.wait_ms(120);
  EXPECT_TRUE(line.is_empty());
  EXPECT_FALSE(line.hear(ok, bob).client);
  EXPECT_THAT(line.events(), ElementsAre(What::client_done));
  EXPECT_EQ(line.out.count(), 1u);
}

TEST_F(Client, IsDoneWithANonInviteOnAStreamAtItsFinalResponse) {
  line.ask(options, bob_tls);
  EXPECT_TRUE(line.hear(answer_to(text_of(options), 404, "bob"), bob_tls).deliver);
  EXPECT_TRUE(line.is_empty());
}

TEST_F(Client, RingsAsLongAsItTakes) {
  call();
  EXPECT_TRUE(line.hear(answer_to(invite, 100, ""), bob).deliver);
  EXPECT_TRUE(line.hear(answer_to(invite, 180, "bob"), bob).deliver);
  EXPECT_TRUE(line.hear(answer_to(invite, 180, "bob"), bob).deliver);
  line.wait_ms(170'000);
  EXPECT_EQ(line.out.count(), 0u);
  EXPECT_THAT(line.events(), IsEmpty());
  EXPECT_TRUE(line.hear(answer_to(invite, 200, "bob"), bob).deliver);
}

TEST_F(Client, CancelsByItselfWhatRingsForeverAndGivesUpWhenNothingFinalComes) {
  line.transactions.adopt(policy::SipTimes{}, 1'000, 60'000);
  call();
  line.hear(answer_to(invite, 100, ""), bob);
  line.wait_ms(30'000);
  EXPECT_TRUE(line.hear(answer_to(invite, 180, "bob"), bob).deliver) << "ringing again buys no more time";
  line.wait_ms(29'900);
  EXPECT_EQ(line.out.count(), 0u);
  line.wait_ms(120);
  EXPECT_THAT(line.out.take(), ElementsAre("CANCEL"));
  EXPECT_THAT(line.events(), IsEmpty());
  line.wait_ms(32'100);
  EXPECT_THAT(line.events(), ElementsAre(What::client_timeout, What::client_done));
  EXPECT_TRUE(line.is_empty());
}

TEST_F(Client, AcknowledgesARefusalAndEveryRepetitionOfIt) {
  const ClientId id = call();
  const std::string busy = answer_to(invite, 486, "bob");
  EXPECT_TRUE(line.hear(busy, bob).deliver);
  ASSERT_EQ(line.out.count(), 1u);
  const std::string ack = line.out.packets[0].bytes;
  EXPECT_THAT(ack, testing::StartsWith("ACK sip:1002@pbx.example SIP/2.0\r\n"));
  const Wire parsed(ack);
  EXPECT_EQ(parsed->via.branch, ask.branch);
  EXPECT_EQ(parsed->to.tag(), "bob");
  EXPECT_EQ(parsed->from.tag(), "alice");
  EXPECT_EQ(parsed->cseq.number, 1u);
  EXPECT_EQ(parsed->cseq.method, sip::Method::ack);
  EXPECT_EQ(parsed->call_id, ask.call_id);
  EXPECT_EQ(parsed->value(sip::HeaderName::route), "<sip:edge.example;lr>");
  EXPECT_EQ(parsed->max_forwards, 70u);
  EXPECT_THAT(ack, Not(HasSubstr("Contact")));
  line.out.take();
  line.wait_ms(31'900);
  const auto again = line.hear(busy, bob);
  EXPECT_EQ(again.client, id);
  EXPECT_FALSE(again.deliver);
  ASSERT_EQ(line.out.count(), 1u);
  EXPECT_EQ(line.out.packets[0].bytes, ack);
  line.wait_ms(120);
  EXPECT_TRUE(line.is_empty()) << "Timer D";
  EXPECT_THAT(line.events(), ElementsAre(What::client_done));
}

TEST_F(Client, IsDoneWithARefusedInviteOnAStreamAtOnce) {
  call(bob_tls);
  line.hear(answer_to(invite, 603, "bob"), bob_tls);
  EXPECT_THAT(line.out.take(), ElementsAre("ACK"));
  EXPECT_TRUE(line.is_empty());
}

TEST_F(Client, RepeatsItsAckForEveryRepeated2xxUntilTimerM) {
  const ClientId id = call();
  const std::string ok = answer_to(invite, 200, "bob");
  EXPECT_TRUE(line.hear(ok, bob).deliver);
  EXPECT_FALSE(line.hear(ok, bob).deliver) << "not acknowledged yet, but known";
  EXPECT_EQ(line.out.count(), 0u);
  const std::string ack = text_of({.method = "ACK", .branch = "z9hG4bK-ack", .to_tag = "bob"});
  line.transactions.acknowledge_2xx(line.now, id, bob, ack, line.out);
  EXPECT_FALSE(line.hear(ok, bob).deliver);
  line.wait_ms(31'900);
  EXPECT_FALSE(line.hear(ok, bob).deliver);
  EXPECT_THAT(line.out.take(), ElementsAre("ACK", "ACK", "ACK"));
  line.wait_ms(120);
  EXPECT_TRUE(line.is_empty());
  EXPECT_THAT(line.events(), ElementsAre(What::client_done));
  EXPECT_FALSE(line.hear(ok, bob).client);
}

TEST_F(Client, AcknowledgesTwoAnsweringForksEachWithItsOwnAck) {
  const ClientId id = call();
  const std::string home = answer_to(invite, 200, "home"), mobile = answer_to(invite, 200, "mobile");
  EXPECT_TRUE(line.hear(home, bob).deliver);
  EXPECT_TRUE(line.hear(mobile, bob).deliver);
  const Flow elsewhere = udp_flow("203.0.113.21:5060");
  const std::string to_home = text_of({.method = "ACK", .branch = "z9hG4bK-h", .to_tag = "home"});
  const std::string to_mobile = text_of({.method = "ACK", .branch = "z9hG4bK-m", .to_tag = "mobile"});
  line.transactions.acknowledge_2xx(line.now, id, elsewhere, to_mobile, line.out);
  line.transactions.acknowledge_2xx(line.now, id, bob, to_home, line.out);
  line.out.take();
  EXPECT_FALSE(line.hear(home, bob).deliver);
  EXPECT_FALSE(line.hear(mobile, bob).deliver);
  ASSERT_EQ(line.out.count(), 2u);
  EXPECT_EQ(line.out.packets[0].bytes, to_home);
  EXPECT_EQ(line.out.packets[0].flow, bob);
  EXPECT_EQ(line.out.packets[1].bytes, to_mobile);
  EXPECT_EQ(line.out.packets[1].flow, elsewhere);
}

TEST_F(Client, StopsCountingForksOfAnEndlessFork) {
  call();
  std::size_t delivered = 0;
  for (int i = 0; i < 1'000; ++i) delivered += line.hear(answer_to(invite, 200, "f" + std::to_string(i)), bob).deliver;
  EXPECT_EQ(delivered, 16u);
}

TEST_F(Client, SendsTheAckEvenWhenItComesTooLateToBeKept) {
  const ClientId id = call();
  line.hear(answer_to(invite, 200, "bob"), bob);
  line.wait_ms(33'000);
  line.out.take();
  line.transactions.acknowledge_2xx(line.now, id, bob, text_of({.method = "ACK", .to_tag = "bob"}), line.out);
  EXPECT_THAT(line.out.take(), ElementsAre("ACK"));
  EXPECT_TRUE(line.is_empty());
}

TEST_F(Client, IgnoresProvisionalsAndRefusalsAfterTheAnswer) {
  call();
  line.hear(answer_to(invite, 200, "bob"), bob);
  line.out.take();
  EXPECT_FALSE(line.hear(answer_to(invite, 180, "bob"), bob).deliver);
  EXPECT_FALSE(line.hear(answer_to(invite, 486, "mobile"), bob).deliver);
  EXPECT_EQ(line.out.count(), 0u);
}

TEST_F(Client, IgnoresAnAnswerAfterTheRefusal) {
  call();
  line.hear(answer_to(invite, 486, "bob"), bob);
  line.out.take();
  EXPECT_FALSE(line.hear(answer_to(invite, 200, "bob"), bob).deliver);
  EXPECT_FALSE(line.hear(answer_to(invite, 180, "bob"), bob).deliver);
  EXPECT_EQ(line.out.count(), 0u);
}

TEST_F(Client, FailsEverythingThatWaitsOnABrokenPath) {
  Ask second = ask;
  second.branch = "z9hG4bK-out2";
  Ask third = options;
  third.branch = "z9hG4bK-opt2";
  const ClientId a = line.ask(ask, bob_tls, 1);
  const ClientId b = line.ask(second, bob_tls, 2);
  line.ask(third, bob_tls, 3);
  line.ask(options, bob, 4);
  line.hear(answer_to(text_of(third), 200, "bob"), bob_tls);
  line.events();
  line.transactions.on_send_failed(bob_tls);
  std::vector<Event> events;
  line.transactions.take_events(events);
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].kind, What::client_send_failed);
  EXPECT_EQ(events[0].client, b);
  EXPECT_EQ(events[1].kind, What::client_done);
  EXPECT_EQ(events[2].client, a);
  EXPECT_EQ(line.transactions.size(), 1u) << "the OPTIONS on the other path";
  line.transactions.on_send_failed(tls_flow("203.0.113.20:5061", 99));
  EXPECT_THAT(line.events(), IsEmpty());
}

TEST_F(Client, FailsWhatWaitsForAnswersOnAClosedConnection) {
  const ClientId ringing = call(bob_tls);
  line.hear(answer_to(invite, 180, "bob"), bob_tls);
  line.ask(options, tls_flow("203.0.113.20:5061", 99));
  line.transactions.on_connection_closed(bob_tls.connection);
  std::vector<Event> events;
  line.transactions.take_events(events);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].kind, What::client_send_failed);
  EXPECT_EQ(events[0].client, ringing);
  EXPECT_EQ(line.transactions.size(), 1u) << "the OPTIONS on the other connection";
}

TEST_F(Client, LeavesAPathInAnyOrder) {
  std::vector<Ask> asks;
  for (int i = 0; i < 5; ++i) {
    asks.push_back(options);
    asks.back().branch += std::to_string(i);
    line.ask(asks.back(), bob_tls);
  }
  for (const int i : {2, 4, 0}) line.hear(answer_to(text_of(asks[static_cast<std::size_t>(i)]), 200, "bob"), bob_tls);
  EXPECT_EQ(line.transactions.size(), 2u);
  line.transactions.on_send_failed(bob_tls);
  EXPECT_TRUE(line.is_empty());
  line.ask(asks[0], bob_tls);
  EXPECT_EQ(line.transactions.size(), 1u);
}

TEST_F(Client, IsAnsweredOverTheConnectionThatTheShellOpened) {
  Flow unopened = bob_tls;
  unopened.connection = {};
  line.ask(options, unopened);
  EXPECT_FALSE(line.hear(answer_to(text_of(options), 200, "x"), tls_flow("203.0.113.99:5061", 9)).client);
  EXPECT_TRUE(line.hear(answer_to(text_of(options), 200, "bob"), bob_tls).deliver);
}

TEST_F(Client, FailsOnlyWhatAskedForTheCertificateThatWasNotThere) {
  Flow edge = bob_tls;
  edge.connection = {};
  edge.tls_name = "edge.example.com";
  Flow other = edge;
  other.tls_name = "other.example.com";
  Ask asked = options;
  asked.branch = "z9hG4bK-other";
  line.ask(options, edge);
  line.ask(asked, other);
  line.transactions.on_send_failed(edge);
  EXPECT_EQ(line.transactions.size(), 1u);
  EXPECT_TRUE(line.hear(answer_to(text_of(asked), 200, "bob"), bob_tls).deliver);
}

// --- forged responses

TEST_F(Client, BelievesOnlyTheEndpointItAsked) {
  call();
  EXPECT_FALSE(line.hear(answer_to(invite, 200, "evil"), udp_flow("198.51.100.66:5060")).client);
  EXPECT_FALSE(line.hear(answer_to(invite, 486, "evil"), udp_flow("198.51.100.66:5060")).client);
  Flow other_listener = bob;
  other_listener.listener = ListenerId{77};
  EXPECT_FALSE(line.hear(answer_to(invite, 200, "evil"), other_listener).client);
  EXPECT_EQ(line.out.count(), 0u);
  EXPECT_FALSE(line.hear(answer_to(invite, 200, "evil"), udp_flow("203.0.113.20:32768")).client)
      << "who else is on the phone's host was not asked";
  EXPECT_EQ(line.out.count(), 0u);
  EXPECT_TRUE(line.hear(answer_to(invite, 200, "bob"), bob).deliver);
}

TEST_F(Client, BelievesOnlyTheConnectionItAskedOn) {
  call(bob_tls);
  EXPECT_FALSE(line.hear(answer_to(invite, 200, "evil"), tls_flow("203.0.113.20:5061", 9)).client);
  EXPECT_FALSE(line.hear(answer_to(invite, 200, "evil"), bob).client);
  EXPECT_TRUE(line.hear(answer_to(invite, 200, "bob"), bob_tls).deliver);
}

TEST_F(Client, DropsResponsesToWhatItNeverSent) {
  call();
  Ask other = ask;
  other.branch = "z9hG4bK-guess";
  EXPECT_FALSE(line.hear(answer_to(text_of(other), 200, "x"), bob).client);
  other = ask;
  other.method = "BYE";
  EXPECT_FALSE(line.hear(answer_to(text_of(other), 200, "x"), bob).client) << "same branch, other method";
}

// --- CANCEL

TEST_F(Client, CancelsARingingCall) {
  const ClientId id = call();
  line.hear(answer_to(invite, 180, "bob"), bob);
  line.transactions.cancel(line.now, id, line.out);
  ASSERT_EQ(line.out.count(), 1u);
  const std::string cancel = line.out.packets[0].bytes;
  const Wire parsed(cancel);
  EXPECT_EQ(parsed->method, sip::Method::cancel);
  EXPECT_EQ(parsed->request_uri.raw, ask.uri);
  EXPECT_EQ(parsed->via.branch, ask.branch);
  EXPECT_EQ(parsed->cseq.number, 1u);
  EXPECT_EQ(parsed->to.tag(), "");
  EXPECT_EQ(parsed->value(sip::HeaderName::route), "<sip:edge.example;lr>");
  line.out.take();
  const auto done = line.hear(answer_to(cancel, 200, "bob"), bob);
  EXPECT_TRUE(done.client);
  EXPECT_FALSE(done.deliver) << "nobody has to know";
  EXPECT_TRUE(line.hear(answer_to(invite, 487, "bob"), bob).deliver);
  EXPECT_THAT(line.out.take(), ElementsAre("ACK"));
  line.wait_ms(40'000);
  EXPECT_TRUE(line.is_empty());
  EXPECT_THAT(line.events(), ElementsAre(What::client_done));
}

TEST_F(Client, HoldsACancelBackUntilTheFirstProvisional) {
  const ClientId id = call();
  line.transactions.cancel(line.now, id, line.out);
  EXPECT_EQ(line.out.count(), 0u);
  line.hear(answer_to(invite, 100, ""), bob);
  EXPECT_THAT(line.out.take(), ElementsAre("CANCEL"));
  line.hear(answer_to(invite, 180, "bob"), bob);
  line.transactions.cancel(line.now, id, line.out);
  EXPECT_EQ(line.out.count(), 0u) << "one CANCEL is enough";
}

TEST_F(Client, TimesOutWhenACancelWaitsForAPeerThatNeverSpeaks) {
  const ClientId id = call();
  line.transactions.cancel(line.now, id, line.out);
  line.wait_ms(32'100);
  EXPECT_THAT(line.events(), ElementsAre(What::client_timeout, What::client_done));
  EXPECT_TRUE(line.is_empty());
}

TEST_F(Client, RepeatsALostCancelAndGivesUpWhenNothingFinalComes) {
  const ClientId id = call();
  line.hear(answer_to(invite, 180, "bob"), bob);
  line.wait_ms(20'000);
  line.transactions.cancel(line.now, id, line.out);
  line.wait_ms(31'900);
  EXPECT_EQ(line.out.count(), 11u);
  EXPECT_THAT(line.events(), IsEmpty());
  line.wait_ms(120);
  EXPECT_THAT(line.events(), ElementsAre(What::client_timeout, What::client_done));
  EXPECT_TRUE(line.is_empty());
}

TEST_F(Client, DeliversTheAnswerThatCrossesTheCancel) {
  const ClientId id = call();
  line.hear(answer_to(invite, 180, "bob"), bob);
  line.transactions.cancel(line.now, id, line.out);
  const std::string cancel = line.out.packets.back().bytes;
  EXPECT_TRUE(line.hear(answer_to(invite, 200, "bob"), bob).deliver) << "the caller has to ACK and BYE it";
  EXPECT_FALSE(line.hear(answer_to(cancel, 481, "bob"), bob).deliver);
  line.wait_ms(33'000);
  EXPECT_TRUE(line.is_empty());
  EXPECT_THAT(line.events(), ElementsAre(What::client_done));
}

TEST_F(Client, DoesNotCancelWhatIsFinal) {
  const ClientId id = call();
  line.hear(answer_to(invite, 200, "bob"), bob);
  line.transactions.cancel(line.now, id, line.out);
  EXPECT_EQ(line.out.count(), 0u);
  const ClientId ping = line.ask(options, bob);
  line.out.take();
  line.transactions.cancel(line.now, ping, line.out);
  EXPECT_EQ(line.out.count(), 0u) << "only INVITE can be cancelled (RFC 3261 §9.1)";
}

TEST_F(Client, CancelsOnceEvenWithTheTableFull) {
  Line small(1);
  const ClientId id = small.ask(ask, bob);
  small.hear(answer_to(invite, 180, "bob"), bob);
  small.out.take();
  small.transactions.cancel(small.now, id, small.out);
  EXPECT_THAT(small.out.take(), ElementsAre("CANCEL"));
  small.wait_ms(32'100);
  EXPECT_TRUE(small.is_empty());
}

TEST_F(Client, CancelsAlongTheSameConnection) {
  const ClientId id = call(bob_tls);
  line.hear(answer_to(invite, 180, "bob"), bob_tls);
  line.transactions.cancel(line.now, id, line.out);
  EXPECT_EQ(line.out.packets.back().flow, bob_tls);
  line.wait_ms(10'000);
  EXPECT_EQ(line.out.count(), 1u);
  line.transactions.on_send_failed(bob_tls);
  EXPECT_THAT(line.events(), ElementsAre(What::client_send_failed, What::client_done));
  EXPECT_TRUE(line.is_empty());
}

}  // namespace
}  // namespace rf::txn::test
