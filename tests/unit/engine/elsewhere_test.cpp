// Calls whose media is relayed by media servers: which are, what they are told, and what becomes of them when a server
// is gone. The auditor looks on: nothing that has to be encrypted is given away in the clear.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "core/media/elsewhere.hpp"
#include "core/sdp/security.hpp"
#include "sim/auditor.hpp"
#include "tests/unit/engine/transfers.hpp"

namespace rf {
namespace {

using effect::Reason;
using media::Protection;
using policy::Encryption;
using srtp::Suite;

constexpr std::string_view server_address = "203.0.113.200";

std::shared_ptr<policy::Policy> policy_with_servers(bool falls_back = true) {
  auto policy = sim::test_policy();
  policy->media_elsewhere = true;
  policy->media_falls_back = falls_back;
  return policy;
}

std::string with_lines(const Endpoint& rtp, std::string_view proto, std::string_view lines, int version = 1,
                       std::string_view codecs = "0 8 101") {
  return fmt::format(
      "v=0\r\no=phone 77 {} IN IP4 {}\r\ns=talk\r\nc=IN IP4 {}\r\nt=0 0\r\nm=audio {} {} {}\r\n"
      "a=rtpmap:101 telephone-event/8000\r\na=rtpmap:111 opus/48000/2\r\na=sendrecv\r\n{}",
      version, rtp.address.text(), rtp.address.text(), rtp.port, proto, codecs, lines);
}
/// An answer takes the number under which we offer this suite.
std::string key_line(std::uint8_t fill, std::uint32_t number = 4) {
  std::string out;
  const std::vector<std::uint8_t> bytes(30, fill);
  sdp::append_crypto(out, {number, *srtp::MasterKey::make(Suite::aes_cm_128_sha1_80, bytes)});
  return out;
}

class Elsewhere : public Transfer {
 protected:
  Elsewhere() : Elsewhere(true) {}
  explicit Elsewhere(bool falls_back) {
    policy = policy_with_servers(falls_back);
    sim::connect(exchange, {&alice, &bob, &carol, &carrier, &other, &tls_alice, &tls_bob, &web_bob});
    exchange.set_policy(policy);
  }
  void SetUp() override {
    terms = two_carriers();
    exchange.set_plan(plan_of(terms));
    for (const auto& [id, phone] : std::initializer_list<std::pair<int, const Phone*>>{
             {1, &alice}, {2, &bob}, {3, &carol}, {1, &tls_alice}, {2, &tls_bob}, {2, &web_bob}})
      auditor.proved(ExtensionId{static_cast<std::uint64_t>(id)}, phone->flow.remote.address);
  }
  void TearDown() override {
    for (const std::string& fault : auditor.faults()) ADD_FAILURE() << fault;
  }
  /// A server has so many streams ready.
  void stock(std::size_t count, std::string server = "203.0.113.200:2223") {
    for (std::size_t i = 0; i < count; ++i) {
      const auto port = static_cast<std::uint16_t>(50'000 + 4 * next_++);
      const Address address = *Address::parse(server_address);
      exchange.input(engine::RelayStocked{
          {id_of(next_), server, {{{address, port}, {address, static_cast<std::uint16_t>(port + 2)}}}}});
    }
  }
  static RelayId id_of(std::uint64_t number) { return RelayId{media::elsewhere_bit | number}; }
  bool is_elsewhere() const {
    return exchange.relays.size() == 1 && media::is_elsewhere(RelayId{exchange.relays.begin()->first});
  }
  const media::RelayPlan& relay() const { return exchange.relays.begin()->second; }
  std::uint64_t gauge(std::string_view name) {
    const auto status = std::get<effect::Status>(exchange.command(effect::GetStatus{}));
    for (const auto& one : status.gauges)
      if (one.name == name) return one.used;
    return 999;
  }
  /// Calls and is answered; what was offered to whom is called stands in `offered`.
  void talk(Phone& from, const std::string& offer, Phone& to, const std::string& answer) {
    ASSERT_EQ(from.register_(), 200);
    ASSERT_EQ(to.register_(), 200);
    a = from.invite(to.account().number, offer);
    const auto invite = to.hear_request("INVITE");
    ASSERT_TRUE(invite);
    offered = std::string((*invite)->body);
    b = to.answer(*invite, 200, answer);
    ASSERT_TRUE(to.hear_request("ACK"));
    const auto ok = from.hear_status(200);
    ASSERT_TRUE(ok);
    answered = std::string((*ok)->body);
    from.learn(a, *ok);
    from.ack(a);
  }
  void rule(std::uint64_t extension, policy::Keys keys) {
    toll::ExtensionTerms one;
    one.id = ExtensionId{extension};
    one.tenant = tenant;
    one.keys = keys;
    terms.extensions.push_back(one);
    exchange.set_plan(plan_of(terms));
  }
  void press(Phone& phone, Line& line, char key) {
    phone.request(line, "INFO", {}, fmt::format("Signal={}\r\n", key), "application/dtmf-relay");
  }
  /// Phones on connections are asked now and then whether they live.
  void expect_over() {
    exchange.advance_ms(70'000);
    EXPECT_TRUE(exchange.relays.empty());
    EXPECT_EQ(gauge("calls"), 0u);
    EXPECT_EQ(gauge("media_ports"), 0u);
  }
  const record::Cdr& last_cdr() { return exchange.cdrs.begin()->second; }

  std::shared_ptr<policy::Policy> policy;
  sim::Auditor auditor{exchange};
  Phone tls_alice{
      exchange, {"1001", "auth1001", "password-1001"}, sim::flow_from("198.51.100.11:40001", Transport::tls, 11), 31};
  Phone tls_bob{
      exchange, {"1002", "auth1002", "password-1002"}, sim::flow_from("198.51.100.12:40002", Transport::tls, 12), 32};
  Phone web_bob{
      exchange, {"1002", "auth1002", "password-1002"}, sim::flow_from("198.51.100.12:40012", Transport::wss, 32), 33};
  std::string offered, answered;
  std::uint64_t next_ = 0;
};

TEST_F(Elsewhere, APlainCallIsRelayedByAServerAndItsPhonesAreToldItsAddress) {
  stock(2);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  ASSERT_TRUE(is_elsewhere());
  EXPECT_THAT(offered, testing::HasSubstr("c=IN IP4 203.0.113.200"));
  EXPECT_THAT(offered, testing::HasSubstr("m=audio 50002 ")) << "where leg 1 sends to";
  EXPECT_THAT(answered, testing::HasSubstr("m=audio 50000 "));
  EXPECT_EQ(relay().legs[0].remote_rtp, alice_rtp);
  EXPECT_EQ(relay().legs[1].remote_rtp, bob_rtp);
  EXPECT_EQ(exchange.taken_relays.size(), 1u);
  EXPECT_EQ(gauge("media_ports"), 0u) << "none of ours";
  EXPECT_EQ(gauge("media_servers_ready"), 1u);
  hang_up(alice, a);
  expect_bye(bob);
  expect_nothing_left();
  EXPECT_EQ(last_cdr().engine, "rtpengine 203.0.113.200:2223");
}

TEST_F(Elsewhere, WithoutARoomyServerItIsRelayedHere) {
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  EXPECT_FALSE(is_elsewhere());
  EXPECT_TRUE(exchange.has_report(Reason::media_server_missing));
  hang_up(alice, a);
  expect_bye(bob);
  expect_nothing_left();
  EXPECT_EQ(last_cdr().engine, "relay: no media server had room");
}

TEST_F(Elsewhere, StreamsThatTheServerTakesBackAreNotUsed) {
  stock(1);
  exchange.input(engine::RelayStale{id_of(1)});
  EXPECT_EQ(gauge("media_servers_ready"), 0u);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  EXPECT_FALSE(is_elsewhere());
  exchange.input(engine::RelayStale{id_of(1)});
  EXPECT_EQ(exchange.relays.size(), 1u);
}

TEST_F(Elsewhere, ACallEndsAndSaysWhyWhenItsServerIsGone) {
  stock(1);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  exchange.input(engine::RelayLost{id_of(1), relay().call, "its media server does not answer"});
  expect_bye(alice);
  expect_bye(bob);
  expect_nothing_left();
  EXPECT_EQ(last_cdr().result, record::CallResult::answered);
  EXPECT_THAT(last_cdr().reason, testing::HasSubstr("its media server does not answer"));
  EXPECT_TRUE(exchange.has_report(Reason::media_server_lost));
}

TEST_F(Elsewhere, ALostStreamOfAnotherCallEndsNothing) {
  stock(2);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  exchange.input(engine::RelayLost{id_of(2), relay().call, "gone"});
  EXPECT_FALSE(alice.hear_request("BYE"));
  EXPECT_EQ(exchange.relays.size(), 1u);
}

TEST_F(Elsewhere, KeysOfOneSideGoToTheServerAndThoseOfTwoStayHere) {
  stock(3);
  talk(tls_alice, with_lines(alice_rtp, "RTP/SAVP", key_line(1)), bob, sim::audio_sdp(bob_rtp));
  ASSERT_TRUE(is_elsewhere());
  EXPECT_EQ(relay().legs[0].security.protection, Protection::sdes);
  EXPECT_TRUE(relay().legs[0].security.ours);
  EXPECT_EQ(relay().legs[1].security.protection, Protection::plain);
  hang_up(tls_alice, a);
  expect_bye(bob);
  expect_over();
  EXPECT_EQ(last_cdr().media[0].protection, Protection::sdes);
  exchange.cdrs.clear();
  talk(tls_alice, with_lines(alice_rtp, "RTP/SAVP", key_line(2)), tls_bob, with_lines(bob_rtp, "RTP/AVP", key_line(3)));
  ASSERT_EQ(exchange.relays.size(), 1u);
  EXPECT_FALSE(is_elsewhere());
  EXPECT_EQ(last_cdr().engine, "relay: both sides may be encrypted");
}

TEST_F(Elsewhere, WhoIsOfferedKeysMayTakeThem) {
  stock(1);
  talk(alice, sim::audio_sdp(alice_rtp), tls_bob, with_lines(bob_rtp, "RTP/AVP", key_line(3)));
  EXPECT_THAT(offered, testing::HasSubstr("a=crypto:1")) << "optional";
  ASSERT_TRUE(is_elsewhere());
  EXPECT_EQ(relay().legs[1].security.protection, Protection::sdes);
}

TEST_F(Elsewhere, APlainSideOfACallWithKeysStaysPlainAndAHandshakeIsRefused) {
  stock(1);
  talk(tls_alice, with_lines(alice_rtp, "RTP/SAVP", key_line(1)), bob, sim::audio_sdp(bob_rtp));
  sdp::CertificateHash hash;
  hash.fill(7);
  std::string lines = "a=setup:actpass\r\n";
  sdp::append_fingerprint(lines, hash);
  bob.request(b, "INVITE", {}, with_lines(bob_rtp, "UDP/TLS/RTP/SAVP", lines, 2));
  EXPECT_TRUE(bob.hear_status(488));
  ASSERT_TRUE(is_elsewhere());
  EXPECT_EQ(relay().legs[1].security.protection, Protection::plain) << "all is as it was";
}

TEST_F(Elsewhere, ABrowserIsRelayedHere) {
  stock(1);
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(web_bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  ASSERT_TRUE(web_bob.hear_request("INVITE"));
  EXPECT_EQ(gauge("media_servers_ready"), 1u);
  EXPECT_GT(gauge("media_ports"), 0u);
}

TEST_F(Elsewhere, WhereEncryptionIsRequiredWithoutKeysAHandshakeIsOursToDo) {
  stock(1);
  toll::ExtensionTerms one;
  one.id = ExtensionId{2};
  one.tenant = tenant;
  one.media_encryption = Encryption::required;
  terms.extensions.push_back(one);
  exchange.set_plan(plan_of(terms));
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_THAT(std::string((*invite)->body), testing::HasSubstr("UDP/TLS/RTP/SAVP"));
  EXPECT_EQ(gauge("media_servers_ready"), 1u);
}

TEST_F(Elsewhere, AKeyByInfoForWhoHasEventsBringsTheCallToUsAndIsPressed) {
  stock(2);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  ASSERT_TRUE(is_elsewhere());
  press(alice, a, '5');
  const auto first = bob.hear_request("INVITE");
  ASSERT_TRUE(first);
  EXPECT_THAT(std::string((*first)->body), testing::Not(testing::HasSubstr(std::string(server_address))));
  EXPECT_TRUE(exchange.relays.contains(id_of(1).value)) << "until both have moved the server relays on";
  press(alice, a, '6');
  bob.answer(*first, 200, sim::audio_sdp(bob_rtp, "sendrecv", 2));
  ASSERT_TRUE(bob.hear_request("ACK"));
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  ASSERT_EQ(exchange.relays.size(), 1u);
  ASSERT_FALSE(is_elsewhere());
  EXPECT_EQ(relay().press.order, 2u) << "both, in their order";
  EXPECT_EQ(relay().press.code, 6);
  EXPECT_EQ(relay().press.leg, 0);
  EXPECT_FALSE(bob.hear_request("INFO")) << "he has events";
  press(bob, b, '7');
  EXPECT_EQ(relay().press.order, 3u);
  EXPECT_FALSE(alice.hear_request("INVITE")) << "once is enough";
  hang_up(alice, a);
  expect_bye(bob);
  expect_nothing_left();
  EXPECT_EQ(last_cdr().engine, "relay: a side's keys are turned");
}

TEST_F(Elsewhere, WhoRefusesToComeOverKeepsItsServerAndHearsKeysByInfo) {
  stock(1);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  press(alice, a, '5');
  const auto again = bob.hear_request("INVITE");
  ASSERT_TRUE(again);
  bob.answer(*again, 488);
  auto info = bob.hear_request("INFO");
  ASSERT_TRUE(info);
  EXPECT_EQ((*info)->body, "Signal=5\r\nDuration=160\r\n");
  bob.answer(*info, 200);
  EXPECT_TRUE(is_elsewhere());
  EXPECT_EQ(gauge("media_ports"), 0u);
  press(alice, a, '6');
  EXPECT_FALSE(alice.hear_request("INVITE"));
  info = bob.hear_request("INFO");
  ASSERT_TRUE(info) << "and is not asked again";
  bob.answer(*info, 200);
  hang_up(alice, a);
  expect_bye(bob);
  expect_nothing_left();
  EXPECT_EQ(last_cdr().engine, "rtpengine 203.0.113.200:2223");
}

TEST_F(Elsewhere, WhoIsBusyIsAskedAgainAndTheKeyWaits) {
  stock(1);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  press(alice, a, '5');
  const auto again = bob.hear_request("INVITE");
  ASSERT_TRUE(again);
  bob.answer(*again, 491);
  EXPECT_FALSE(bob.hear_request("INFO"));
  exchange.advance_ms(3'000);
  ASSERT_TRUE(take_reinvite(bob, bob_rtp));
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  ASSERT_EQ(exchange.relays.size(), 1u);
  EXPECT_EQ(relay().press.order, 1u);
}

TEST_F(Elsewhere, WhereTheSecondPhoneRefusesTheServerRelaysOnBesideUsAndTheKeyIsPressed) {
  stock(1);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  press(alice, a, '5');
  ASSERT_TRUE(take_reinvite(bob, bob_rtp));
  const auto again = alice.hear_request("INVITE");
  ASSERT_TRUE(again);
  alice.answer(*again, 488);
  EXPECT_EQ(exchange.relays.size(), 2u);
  EXPECT_TRUE(exchange.relays.contains(id_of(1).value)) << "Alice sends there";
  EXPECT_EQ(relay().press.code, 5);
  EXPECT_FALSE(bob.hear_request("BYE")) << "nobody is cut off for a key";
  hang_up(alice, a);
  expect_bye(bob);
  expect_nothing_left();
}

TEST_F(Elsewhere, WhoHangsUpWhileACallComesOverLeavesNothingBehind) {
  stock(1);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  press(alice, a, '5');
  ASSERT_TRUE(bob.hear_request("INVITE"));
  hang_up(alice, a);
  expect_over();
}

TEST_F(Elsewhere, AKeyOfAHeldCallStaysInfoAndTakesNobodyOffHold) {
  stock(1);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto again = bob.hear_request("INVITE");
  ASSERT_TRUE(again);
  bob.answer(*again, 200, sim::audio_sdp(bob_rtp, "recvonly", 2));
  ASSERT_TRUE(alice.hear_status(200));
  alice.ack(a);
  press(alice, a, '5');
  EXPECT_TRUE(bob.hear_request("INFO"));
  EXPECT_TRUE(is_elsewhere());
}

TEST_F(Elsewhere, KeysOfACipherAreAgreedOnAnewWhenTheCallComesOver) {
  stock(1);
  talk(tls_alice, with_lines(alice_rtp, "RTP/SAVP", key_line(1)), bob, sim::audio_sdp(bob_rtp));
  ASSERT_TRUE(is_elsewhere());
  const srtp::MasterKey before = relay().legs[0].security.ours;
  press(bob, b, '5');
  ASSERT_TRUE(take_reinvite(bob, bob_rtp));
  const auto again = tls_alice.hear_request("INVITE");
  ASSERT_TRUE(again);
  tls_alice.answer(*again, 200, with_lines(alice_rtp, "RTP/SAVP", key_line(9), 2));
  ASSERT_EQ(exchange.relays.size(), 1u);
  ASSERT_FALSE(is_elsewhere());
  EXPECT_EQ(relay().legs[0].security.protection, Protection::sdes);
  EXPECT_TRUE(relay().legs[0].security.ours);
  EXPECT_FALSE(relay().legs[0].security.ours == before);
  EXPECT_EQ(relay().press.leg, 1);
}

TEST_F(Elsewhere, WhoIsToHaveEventsThatTheCallerHasNotIsRelayedHere) {
  stock(1);
  rule(2, policy::Keys::events);
  talk(alice, with_lines(alice_rtp, "RTP/AVP", "", 1, "0 8"), bob, sim::audio_sdp(bob_rtp));
  EXPECT_THAT(offered, testing::HasSubstr(" 101")) << "he is offered them";
  EXPECT_FALSE(is_elsewhere());
  EXPECT_EQ(last_cdr().engine, "relay: a side's keys are turned");
}

TEST_F(Elsewhere, WhoIsToHaveEventsThatTheCalleeAnswersWithoutIsBroughtToUs) {
  stock(1);
  rule(1, policy::Keys::events);
  talk(alice, sim::audio_sdp(alice_rtp), bob, with_lines(bob_rtp, "RTP/AVP", "", 1, "0 8"));
  const auto again = bob.hear_request("INVITE");
  ASSERT_TRUE(again);
  bob.answer(*again, 200, with_lines(bob_rtp, "RTP/AVP", "", 2, "0 8"));
  const auto for_alice = alice.hear_request("INVITE");
  ASSERT_TRUE(for_alice);
  EXPECT_THAT(std::string((*for_alice)->body), testing::HasSubstr("telephone-event/8000"));
  alice.answer(*for_alice, 200, sim::audio_sdp(alice_rtp, "sendrecv", 2));
  ASSERT_EQ(exchange.relays.size(), 1u);
  ASSERT_FALSE(is_elsewhere());
  ASSERT_TRUE(relay().transcode) << "his tones become her events";
  EXPECT_EQ(relay().transcode->legs[0].event_type, 101);
}

TEST_F(Elsewhere, TwoWithoutEventsNeedNobodyToTurnThem) {
  stock(1);
  talk(alice, with_lines(alice_rtp, "RTP/AVP", "", 1, "0 8"), bob, with_lines(bob_rtp, "RTP/AVP", "", 1, "0 8"));
  EXPECT_FALSE(bob.hear_request("INVITE"));
  EXPECT_TRUE(is_elsewhere());
}

TEST_F(Elsewhere, WhoTakesShortPacketsAloneIsRelayedHere) {
  stock(1);
  talk(alice, with_lines(alice_rtp, "RTP/AVP", "a=maxptime:10\r\n"), bob, sim::audio_sdp(bob_rtp));
  EXPECT_FALSE(is_elsewhere());
  EXPECT_EQ(last_cdr().engine, "relay: a side takes short packets alone");
}

TEST_F(Elsewhere, WhoAnswersThatItTakesShortPacketsAloneIsBroughtToUs) {
  stock(1);
  const std::string lines = "a=maxptime:10\r\n";
  talk(alice, sim::audio_sdp(alice_rtp), bob, with_lines(bob_rtp, "RTP/AVP", lines));
  const auto again = bob.hear_request("INVITE");
  ASSERT_TRUE(again);
  bob.answer(*again, 200, with_lines(bob_rtp, "RTP/AVP", lines, 2));
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  ASSERT_EQ(exchange.relays.size(), 1u);
  ASSERT_FALSE(is_elsewhere());
  ASSERT_TRUE(relay().transcode);
  EXPECT_EQ(relay().transcode->legs[0].longest_ms, 10);
}

TEST_F(Elsewhere, WhoseKeysAreTurnedIsRelayedHere) {
  stock(1);
  rule(2, policy::Keys::info);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  EXPECT_FALSE(is_elsewhere());
  EXPECT_EQ(last_cdr().engine, "relay: a side's keys are turned");
}

TEST_F(Elsewhere, APhoneBehindANatIsRelayedHereWhichLearnsFromItsHostAlone) {
  stock(1);
  const Endpoint inside = *Endpoint::parse("192.168.1.5:4000");
  talk(alice, sim::audio_sdp(inside), bob, sim::audio_sdp(bob_rtp));
  EXPECT_FALSE(is_elsewhere());
  EXPECT_EQ(last_cdr().engine, "relay: a phone is behind a NAT");
}

TEST_F(Elsewhere, WhoHoldsIsToldToTheServer) {
  stock(1);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto again = bob.hear_request("INVITE");
  ASSERT_TRUE(again);
  bob.answer(*again, 200, sim::audio_sdp(bob_rtp, "recvonly", 2));
  EXPECT_TRUE(relay().legs[0].holds);
  EXPECT_FALSE(relay().legs[1].holds);
  EXPECT_TRUE(is_elsewhere());
}

TEST_F(Elsewhere, OfTwoPhonesThatRingOneThatNeedsUsDecidesForBoth) {
  stock(1);
  toll::RingGroupTerms group;
  group.name = "desk";
  group.number = "1900";
  group.tenant = tenant;
  group.members = {"1002", "1003"};
  group.order = toll::RingGroupTerms::Order::all;
  terms.ring_groups.push_back(group);
  exchange.set_plan(plan_of(terms));
  for (Phone* const phone : {&alice, &carol, &web_bob}) ASSERT_EQ(phone->register_(), 200);
  a = alice.invite("1900", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(web_bob.hear_request("INVITE"));
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_THAT(std::string((*invite)->body), testing::Not(testing::HasSubstr(std::string(server_address))));
  EXPECT_EQ(gauge("media_servers_ready"), 1u);
}

TEST_F(Elsewhere, WhoSharesNoCodecIsAskedAgainWithThoseThatWeTranscode) {
  stock(1);
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto first = bob.hear_request("INVITE");
  ASSERT_TRUE(first);
  EXPECT_THAT(std::string((*first)->body), testing::Not(testing::HasSubstr("opus")));
  bob.answer(*first, 488);
  const auto second = bob.hear_request("INVITE");
  ASSERT_TRUE(second);
  EXPECT_THAT(std::string((*second)->body), testing::HasSubstr("opus"));
  b = bob.answer(*second, 200, with_lines(bob_rtp, "RTP/AVP", "", 1, "111 101"));
  ASSERT_TRUE(alice.hear_status(200));
  ASSERT_EQ(exchange.relays.size(), 1u);
  EXPECT_FALSE(is_elsewhere());
  EXPECT_TRUE(relay().transcode);
  EXPECT_EQ(last_cdr().engine, "relay: a phone may need a transcoder");
}

TEST_F(Elsewhere, ATransferredCallFindsItsRelayAnew) {
  stock(2);
  ASSERT_EQ(carol.register_(), 200);
  talk(alice, sim::audio_sdp(alice_rtp), bob, sim::audio_sdp(bob_rtp));
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  EXPECT_EQ(notified(bob), 100);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  EXPECT_EQ(notified(bob), 200);
  expect_bye(bob);
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  ASSERT_TRUE(is_elsewhere());
  EXPECT_EQ(exchange.relays.begin()->first, id_of(2).value);
  hang_up(alice, a);
  expect_bye(carol);
  expect_nothing_left();
}

TEST_F(Elsewhere, ACallThatNobodyAnswersGivesItsStreamBack) {
  stock(1);
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ(gauge("media_servers_ready"), 0u);
  bob.answer(*invite, 486);
  ASSERT_TRUE(alice.hear_status(486));
  EXPECT_TRUE(exchange.relays.empty());
}

class ElsewhereOrNowhere : public Elsewhere {
 protected:
  ElsewhereOrNowhere() : Elsewhere(false) {}
};

TEST_F(ElsewhereOrNowhere, WithoutAServerACallIsRefusedAndSaysWhy) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_FALSE(bob.hear_request("INVITE"));
  EXPECT_TRUE(alice.hear_status(503));
  expect_nothing_left();
  EXPECT_EQ(last_cdr().result, record::CallResult::refused);
  EXPECT_THAT(last_cdr().reason, testing::HasSubstr("No media server"));
}

TEST_F(ElsewhereOrNowhere, WhatNoServerCanDoIsRelayedHereAllTheSame) {
  talk(tls_alice, with_lines(alice_rtp, "RTP/SAVP", key_line(2)), tls_bob, with_lines(bob_rtp, "RTP/AVP", key_line(3)));
  EXPECT_EQ(exchange.relays.size(), 1u);
}

TEST_F(ElsewhereOrNowhere, WhoCallsForHelpIsRelayedHere) {
  exchange.observer = nullptr;  // which knows of no carriers
  ASSERT_EQ(alice.register_(), 200);
  a = alice.invite("112", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(carrier.hear_request("INVITE"));
  EXPECT_GT(gauge("media_ports"), 0u);
}

}  // namespace
}  // namespace rf
