// Stories of requests that come to us.
#include <gmock/gmock.h>

#include "phones.hpp"

namespace rf::txn::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Transactions::RequestMatch::Kind;
using What = Event::Kind;

const Flow alice = udp_flow("198.51.100.7:5060");
const Flow alice_tls = tls_flow("198.51.100.7:40001", 5);

struct Server : testing::Test {
  Line line;
  const Wire invite{text_of({})};
  const Wire ack{text_of({.method = "ACK", .to_tag = "pbx"})};
  const Wire register_{text_of({.method = "REGISTER", .branch = "z9hG4bK-reg"})};
};

TEST_F(Server, KeepsNothingOfARequestThatWasNotAccepted) {
  for (int i = 0; i < 1000; ++i) {
    const Wire stranger(text_of({.branch = "z9hG4bK-" + std::to_string(i), .call_id = std::to_string(i)}));
    EXPECT_EQ(line.match(stranger, alice).kind, Kind::fresh);
  }
  EXPECT_TRUE(line.is_empty());
  EXPECT_EQ(line.out.count(), 0u);
}

TEST_F(Server, AnswersARepeatedRegisterFromMemoryForTimerJ) {
  const ServerId id = line.accept(register_, alice);
  line.respond(id, register_, 200);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 200"));
  line.wait_ms(31'900);
  const auto again = line.match(register_, alice);
  EXPECT_EQ(again.kind, Kind::absorbed);
  EXPECT_EQ(again.server, id);
  EXPECT_EQ(again.owner, 7u);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 200"));
  line.wait_ms(120);
  EXPECT_TRUE(line.is_empty());
  EXPECT_THAT(line.events(), ElementsAre(What::server_done));
  EXPECT_EQ(line.match(register_, alice).kind, Kind::fresh);
}

TEST_F(Server, SwallowsRepetitionsOfANonInviteUntilItIsAnswered) {
  const ServerId id = line.accept(register_, alice);
  EXPECT_EQ(line.match(register_, alice).kind, Kind::absorbed);
  EXPECT_EQ(line.out.count(), 0u);
  line.transactions.respond(line.now, id, 100, answer_to(*register_, 100, ""), line.out);
  line.match(register_, alice);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 100", "SIP/2.0 100"));
}

TEST_F(Server, ForgetsAFinishedNonInviteOnAStreamAtOnce) {
  const ServerId id = line.accept(register_, alice_tls);
  line.respond(id, register_, 200);
  EXPECT_TRUE(line.is_empty());
  EXPECT_THAT(line.events(), ElementsAre(What::server_done));
}

TEST_F(Server, TellsNothingToOwnerZero) {
  const ServerId id = line.accept(register_, alice, 0);
  line.respond(id, register_, 200);
  line.wait_ms(33'000);
  EXPECT_TRUE(line.is_empty());
  EXPECT_THAT(line.events(), IsEmpty());
}

TEST_F(Server, RepeatsTheLastProvisionalToARepeatedInvite) {
  const ServerId id = line.accept(invite, alice);
  line.match(invite, alice);
  EXPECT_EQ(line.out.count(), 0u);
  line.respond(id, invite, 100);
  line.respond(id, invite, 180);
  line.out.take();
  line.match(invite, alice);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 180"));
}

TEST_F(Server, RepeatsARefusalUntilTheAckAndThenListensForTimerI) {
  const ServerId id = line.accept(invite, alice);
  line.respond(id, invite, 486);
  line.out.take();
  line.wait_ms(508);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 486"));
  line.match(invite, alice);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 486"));
  EXPECT_EQ(line.match(ack, alice).kind, Kind::absorbed);
  line.wait_ms(4'900);
  EXPECT_EQ(line.match(ack, alice).kind, Kind::absorbed);
  EXPECT_EQ(line.match(invite, alice).kind, Kind::absorbed);
  EXPECT_EQ(line.out.count(), 0u);
  line.wait_ms(120);
  EXPECT_TRUE(line.is_empty());
  EXPECT_THAT(line.events(), ElementsAre(What::server_done));
}

TEST_F(Server, DoublesTimerGUpToT2AndGivesUpAtTimerH) {
  const ServerId id = line.accept(invite, alice);
  line.respond(id, invite, 486);
  line.out.take();
  std::vector<std::int64_t> gaps;
  std::int64_t last = line.now.mono_ms;
  while (!line.is_empty()) {
    line.wait_ms(8);
    if (line.out.take().empty()) continue;
    gaps.push_back((line.now.mono_ms - last + 50) / 500 * 500);
    last = line.now.mono_ms;
  }
  EXPECT_THAT(gaps, ElementsAre(500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000));
  EXPECT_NEAR(static_cast<double>(line.now.mono_ms - 1'000), 32'000, 40);
  EXPECT_THAT(line.events(), ElementsAre(What::server_done)) << "a refusal changed nothing, acknowledged or not";
}

TEST_F(Server, DoesNotRepeatARefusalOnAStreamButWaitsForItsAck) {
  const ServerId id = line.accept(invite, alice_tls);
  line.respond(id, invite, 486);
  line.wait_ms(31'000);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 486"));
  line.match(ack, alice_tls);
  EXPECT_TRUE(line.is_empty());
}

TEST_F(Server, RepeatsA2xxOnEveryTransportUntilAcknowledged) {
  for (const Flow& flow : {alice, alice_tls}) {
    Line own;
    const ServerId id = own.accept(invite, flow);
    own.respond(id, invite, 200);
    own.wait_ms(1'600);
    EXPECT_THAT(own.out.take(), ElementsAre("SIP/2.0 200", "SIP/2.0 200", "SIP/2.0 200"));
    own.transactions.acknowledge(id);
    own.wait_ms(30'000);
    EXPECT_EQ(own.out.count(), 0u);
    EXPECT_EQ(own.match(invite, flow).kind, Kind::absorbed) << "Timer L still runs";
    EXPECT_EQ(own.out.count(), 0u);
    own.wait_ms(1'000);
    EXPECT_TRUE(own.is_empty());
    EXPECT_THAT(own.events(), ElementsAre(What::server_done));
  }
}

TEST_F(Server, ReportsA2xxThatNobodyAcknowledges) {
  const ServerId id = line.accept(invite, alice);
  line.respond(id, invite, 200);
  line.wait_ms(32'100);
  EXPECT_EQ(line.out.count(), 11u);
  EXPECT_TRUE(line.is_empty());
  EXPECT_THAT(line.events(), ElementsAre(What::server_unacknowledged, What::server_done));
}

TEST_F(Server, HandsOnTheAckToA2xxEvenWhenItReusesTheBranch) {
  const ServerId id = line.accept(invite, alice);
  line.respond(id, invite, 200);
  const auto match = line.match(ack, alice);
  EXPECT_EQ(match.kind, Kind::fresh);
  EXPECT_EQ(match.server, id);
  const Wire own_branch(text_of({.method = "ACK", .branch = "z9hG4bK-ack", .to_tag = "pbx"}));
  EXPECT_EQ(line.match(own_branch, alice).kind, Kind::fresh);
}

TEST_F(Server, IgnoresASecondFinalResponse) {
  const ServerId id = line.accept(invite, alice);
  line.respond(id, invite, 200);
  line.respond(id, invite, 486);
  line.respond(id, invite, 180);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 200"));
}

TEST_F(Server, RepeatsAReliableProvisionalWithoutCeilingUntilThePrack) {
  const ServerId id = line.accept(invite, alice);
  line.transactions.respond_reliably(line.now, id, answer_to(*invite, 183, "pbx"), line.out);
  line.wait_ms(15'600);
  EXPECT_THAT(line.out.take(), testing::SizeIs(6)) << "0, 0.5, 1.5, 3.5, 7.5 and 15.5 s";
  line.transactions.prack_received(id);
  line.wait_ms(60'000);
  EXPECT_EQ(line.out.count(), 0u);
  EXPECT_THAT(line.events(), IsEmpty());
  line.match(invite, alice);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 183"));
}

TEST_F(Server, ReportsAReliableProvisionalWithoutPrackAndLetsTheCallBeRefused) {
  const ServerId id = line.accept(invite, alice);
  line.transactions.respond_reliably(line.now, id, answer_to(*invite, 183, "pbx"), line.out);
  line.wait_ms(32'100);
  EXPECT_THAT(line.events(), ElementsAre(What::reliable_timeout));
  line.out.take();
  line.wait_ms(60'000);
  EXPECT_EQ(line.out.count(), 0u);
  line.respond(id, invite, 504);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 504"));
}

TEST_F(Server, StopsRepeatingAReliableProvisionalWhenTheFinalResponseLeaves) {
  const ServerId id = line.accept(invite, alice);
  line.transactions.respond_reliably(line.now, id, answer_to(*invite, 183, "pbx"), line.out);
  line.respond(id, invite, 180);
  line.wait_ms(508);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 183", "SIP/2.0 180", "SIP/2.0 183"));
  line.respond(id, invite, 486);
  line.match(ack, alice);
  line.wait_ms(40'000);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 486"));
  EXPECT_THAT(line.events(), ElementsAre(What::server_done));
}

TEST_F(Server, KeepsNoResponseThatSomebodyMadeLong) {
  const std::string header = "Subject: " + std::string(WireLimits::kept_response_bytes, 'x') + "\r\n";
  const ServerId refused = line.accept(register_, alice);
  line.transactions.respond(line.now, refused, 500, "SIP/2.0 500 No\r\n" + header + "\r\n", line.out);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 500"));
  EXPECT_EQ(line.match(register_, alice).kind, Kind::absorbed);
  EXPECT_EQ(line.out.count(), 0u);
  const ServerId answered = line.accept(invite, alice);
  line.transactions.respond(line.now, answered, 200, "SIP/2.0 200 OK\r\n" + header + "\r\n", line.out);
  line.out.take();
  line.wait_ms(508);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 200")) << "a call is worth it";
}

TEST_F(Server, LeavesTheLastPartOfItsTransactionsToWhatEndsCalls) {
  line.transactions.adopt({}, WireLimits::ending_part, 180'000);
  const auto take = [&](std::string_view method, std::uint32_t cseq) {
    const Ask each{.method = std::string(method), .branch = "z9hG4bK-" + std::to_string(cseq), .cseq = cseq};
    return static_cast<bool>(line.accept(Wire(text_of(each)), alice));
  };
  std::uint32_t taken = 0;
  while (take("OPTIONS", taken + 1)) ++taken;
  EXPECT_EQ(taken, WireLimits::ending_part - 1);
  EXPECT_TRUE(take("BYE", 100));
  EXPECT_FALSE(take("BYE", 101));
}

TEST_F(Server, TakesTheSameRequestByAnotherPathForMerged) {
  const ServerId id = line.accept(invite, alice);
  const Wire other_way(text_of({.branch = "z9hG4bK-second"}));
  const auto match = line.match(other_way, udp_flow("203.0.113.9:5060"));
  EXPECT_EQ(match.kind, Kind::merged);
  EXPECT_EQ(match.server, id);
  EXPECT_EQ(line.out.count(), 0u);
}

TEST_F(Server, DoesNotTakeOtherRequestsForMerged) {
  line.accept(invite, alice);
  const Ask base{.branch = "z9hG4bK-second"};
  Ask other = base;
  other.cseq = 2;
  EXPECT_EQ(line.match(Wire(text_of(other)), alice).kind, Kind::fresh);
  other = base;
  other.from_tag = "mallory";
  EXPECT_EQ(line.match(Wire(text_of(other)), alice).kind, Kind::fresh);
  other = base;
  other.to_tag = "pbx";
  EXPECT_EQ(line.match(Wire(text_of(other)), alice).kind, Kind::fresh) << "in a dialog there is no merging";
  other = base;
  other.method = "CANCEL";
  EXPECT_EQ(line.match(Wire(text_of(other)), alice).kind, Kind::fresh);
}

TEST_F(Server, ForgetsAMergedRequestWithItsTransaction) {
  const ServerId id = line.accept(register_, alice);
  line.respond(id, register_, 200);
  line.wait_ms(32'100);
  const Wire other_way(text_of({.method = "REGISTER", .branch = "z9hG4bK-second"}));
  EXPECT_EQ(line.match(other_way, alice).kind, Kind::fresh);
}

TEST_F(Server, MatchesClientsOfRfc2543ByEverythingTheySay) {
  const Ask old{.branch = "1", .from_tag = ""};
  const Wire request(text_of(old));
  const ServerId id = line.accept(request, alice);
  line.respond(id, request, 486);
  line.out.take();
  EXPECT_EQ(line.match(request, alice).server, id);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 486"));
  Ask other_call = old;
  other_call.call_id = "call-2@phone";
  EXPECT_EQ(line.match(Wire(text_of(other_call)), alice).kind, Kind::fresh)
      << "the branch is the same, the call is not";
  Ask their_ack = old;
  their_ack.method = "ACK";
  their_ack.to_tag = "pbx";
  EXPECT_EQ(line.match(Wire(text_of(their_ack)), alice).kind, Kind::absorbed);
  line.wait_ms(5'100);
  EXPECT_TRUE(line.is_empty());
}

TEST_F(Server, DoesNotTrustABareMagicCookieToBeUnique) {
  const Wire first(text_of({.branch = "z9hG4bK"}));
  const Wire second(text_of({.branch = "z9hG4bK", .uri = "sip:1003@pbx.example"}));
  line.accept(first, alice);
  EXPECT_FALSE(line.match(second, alice).kind == Kind::absorbed);
}

TEST_F(Server, SendsResponsesToTheSourceOrWhereRfc3261Wants) {
  const auto reply_to = [](const Ask& ask, std::string_view source) {
    const Wire request(text_of(ask));
    Line own;
    const Flow flow = udp_flow(source);
    const ServerId id = own.accept(request, flow);
    own.respond(id, request, 180);
    own.match(request, flow);
    EXPECT_EQ(own.out.packets[0].flow, own.out.packets[1].flow);
    EXPECT_EQ(own.out.packets[0].flow, response_flow(*request, flow));
    EXPECT_EQ(*own.transactions.flow_of(id), flow) << "the path itself stays as it was";
    return own.out.packets[0].flow.remote.text();
  };
  EXPECT_EQ(reply_to({.via_params = ";rport"}, "198.51.100.7:33333"), "198.51.100.7:33333");
  EXPECT_EQ(reply_to({.via_params = ""}, "198.51.100.7:33333"), "198.51.100.7:5060");
  EXPECT_EQ(reply_to({.sent_by = "198.51.100.7", .via_params = ""}, "198.51.100.7:33333"), "198.51.100.7:5060");
  EXPECT_EQ(reply_to({.sent_by = "phone.example:5070", .via_params = ""}, "198.51.100.7:33333"), "198.51.100.7:5070");
  EXPECT_EQ(reply_to({.sent_by = "10.0.0.4:5060", .via_params = ""}, "198.51.100.7:33333"), "198.51.100.7:33333")
      << "a NAT lies between";
}

TEST_F(Server, RefusesFurtherTransactionsAtItsLimit) {
  Line small(2);
  const Wire third(text_of({.method = "OPTIONS", .branch = "z9hG4bK-3"}));
  const ServerId first = small.accept(invite, alice_tls);
  const ServerId second = small.accept(register_, alice_tls);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(small.accept(third, alice_tls));
  EXPECT_FALSE(small.ask({.branch = "z9hG4bK-out"}, alice_tls));
  EXPECT_EQ(small.transactions.size(), small.transactions.limit());
  EXPECT_EQ(small.match(third, alice_tls).kind, Kind::fresh);
  small.respond(second, register_, 200);
  EXPECT_TRUE(small.accept(third, alice_tls));
}

TEST_F(Server, MakesOneTransactionForOneRequest) {
  EXPECT_TRUE(line.accept(invite, alice));
  EXPECT_FALSE(line.accept(invite, alice));
  EXPECT_EQ(line.transactions.size(), 1u);
}

TEST_F(Server, IsNotConfusedByHandlesOfTheDead) {
  const ServerId id = line.accept(register_, alice_tls);
  line.respond(id, register_, 200);
  line.out.take();
  line.respond(id, register_, 500);
  line.transactions.respond_reliably(line.now, id, "x", line.out);
  line.transactions.prack_received(id);
  line.transactions.acknowledge(id);
  line.transactions.set_owner(id, 3);
  EXPECT_EQ(line.out.count(), 0u);
  EXPECT_EQ(line.transactions.flow_of(id), nullptr);
}

TEST_F(Server, FindsTheInviteACancelMeans) {
  const ServerId id = line.accept(invite, alice);
  const Wire cancel(text_of({.method = "CANCEL"}));
  EXPECT_EQ(line.match(cancel, alice).kind, Kind::fresh) << "a CANCEL is a transaction of its own";
  const auto match = line.transactions.match_cancel(*cancel, alice);
  EXPECT_EQ(match.server, id);
  EXPECT_EQ(match.owner, 7u);
  line.accept(cancel, alice);
  EXPECT_EQ(line.match(cancel, alice).kind, Kind::absorbed);
  line.respond(id, invite, 487);
  EXPECT_FALSE(line.transactions.match_cancel(*cancel, alice).server) << "too late";
}

TEST_F(Server, AnswersACancelAfterTheAnswerWithNothingToCancel) {
  const ServerId id = line.accept(invite, alice);
  line.respond(id, invite, 200);
  EXPECT_FALSE(line.transactions.match_cancel(*Wire(text_of({.method = "CANCEL"})), alice).server);
}

// --- forgeries: the attacker knows every header, but sends from elsewhere, or over another connection

TEST_F(Server, IsNotCancelledFromAnotherSource) {
  line.accept(invite, alice);
  const Wire cancel(text_of({.method = "CANCEL"}));
  EXPECT_FALSE(line.transactions.match_cancel(*cancel, udp_flow("203.0.113.66:5060")).server);
  EXPECT_FALSE(line.transactions.match_cancel(*cancel, udp_flow("198.51.100.7:5061")).server);
  line.accept(Wire(text_of({.branch = "z9hG4bK-tls"})), alice_tls);
  const Wire tls_cancel(text_of({.method = "CANCEL", .branch = "z9hG4bK-tls"}));
  EXPECT_TRUE(line.transactions.match_cancel(*tls_cancel, alice_tls).server);
  EXPECT_FALSE(line.transactions.match_cancel(*tls_cancel, tls_flow("198.51.100.7:40001", 6)).server);
}

TEST_F(Server, IsNotCancelledByHalfOfTheKnowledge) {
  line.accept(invite, alice);
  for (const Ask& guess : {Ask{.branch = "z9hG4bK-guess"}, Ask{.sent_by = "198.51.100.7:5070"}, Ask{.from_tag = "bob"},
                           Ask{.call_id = "call-2@phone"}, Ask{.cseq = 2}}) {
    Ask cancel = guess;
    cancel.method = "CANCEL";
    EXPECT_FALSE(line.transactions.match_cancel(*Wire(text_of(cancel)), alice).server);
  }
}

TEST_F(Server, IsNotSilencedByAnAckFromAnotherSource) {
  const ServerId id = line.accept(invite, alice);
  line.respond(id, invite, 486);
  line.out.take();
  EXPECT_EQ(line.match(ack, udp_flow("203.0.113.66:5060")).kind, Kind::fresh);
  line.wait_ms(508);
  EXPECT_THAT(line.out.take(), ElementsAre("SIP/2.0 486"));
}

TEST_F(Server, GivesARepetitionFromAnotherSourceNoCopyOfTheResponse) {
  const ServerId id = line.accept(register_, alice);
  line.respond(id, register_, 200);
  line.out.take();
  EXPECT_EQ(line.match(register_, udp_flow("203.0.113.66:5060")).kind, Kind::merged);
  EXPECT_EQ(line.out.count(), 0u);
}

TEST_F(Server, SurvivesARetransmissionStormWithoutGrowing) {
  const ServerId id = line.accept(invite, alice);
  line.respond(id, invite, 180);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(line.match(invite, alice).kind, Kind::absorbed);
  EXPECT_EQ(line.transactions.size(), 1u);
  EXPECT_EQ(line.out.count(), 10'001u);
  EXPECT_THAT(line.events(), IsEmpty());
}

TEST_F(Server, UsesTheConfiguredTimes) {
  Line quick(10, {.t1_ms = 100, .t2_ms = 400, .t4_ms = 500});
  const ServerId id = quick.accept(invite, alice);
  quick.respond(id, invite, 486);
  quick.wait_ms(1'600);
  EXPECT_EQ(quick.out.count(), 6u) << "at 0, 100, 300, 700, 1100, 1500 ms";
  quick.match(ack, alice);
  quick.wait_ms(516);
  EXPECT_TRUE(quick.is_empty());
}

}  // namespace
}  // namespace rf::txn::test
