// Calls by trunks that ran when the process was killed: the carrier, which still counts them, is told that they are
// over, and nobody else is told anything.
#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

class LeftBehind : public Outward {
 protected:
  void SetUp() override {
    Outward::SetUp();
    ASSERT_EQ(bob.register_(), 200);
  }
  /// Alice talks to somebody behind the first carrier; `a` and `b` are the lines.
  void talk() {
    a = dial();
    const auto invite = carrier.hear_request("INVITE");
    ASSERT_TRUE(invite);
    b = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")),
                       "Record-Route: <sip:edge.carrier;lr>\r\n");
    ASSERT_TRUE(carrier.hear_request("ACK"));
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    alice.learn(a, *ok);
    alice.ack(a);
  }
  void hear_nothing_more() {
    for (Phone* each : {&alice, &bob, &carrier, &other})
      while (each->hear()) continue;
  }
  std::size_t told_of(Reason reason) const {
    std::size_t count = 0;
    for (const auto& report : exchange.reports) count += report.reason == reason;
    return count;
  }
};

TEST_F(LeftBehind, ACallThatCostMoneyIsEndedAtItsCarrierAndAtThePhoneAfterTheStart) {
  talk();
  ASSERT_EQ(exchange.dialogs.size(), 2u);
  exchange.crash_and_restart();
  EXPECT_FALSE(carrier.hear_request("BYE")) << "trunks register first";
  exchange.advance_ms(2'000);
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  EXPECT_EQ((*bye)->call_id, b.call_id);
  EXPECT_EQ((*bye)->to.tag(), b.local_tag);
  EXPECT_EQ((*bye)->from.tag(), b.remote_tag);
  EXPECT_EQ((*bye)->value(sip::HeaderName::route), "<sip:edge.carrier;lr>");
  EXPECT_GT((*bye)->cseq.number, 1'000u) << "above whatever was sent in it";
  const auto at_phone = alice.hear_request("BYE");
  ASSERT_TRUE(at_phone);
  EXPECT_EQ((*at_phone)->call_id, a.call_id);
  alice.answer(*at_phone, 200);
  carrier.answer(*bye, 200);
  EXPECT_TRUE(exchange.dialogs.empty());
  EXPECT_NE(told(Reason::call_left_behind).find("200"), std::string::npos);
  hear_nothing_more();
  exchange.crash_and_restart();
  exchange.advance_ms(60'000);
  EXPECT_FALSE(carrier.hear_request("BYE")) << "once is enough";
}

TEST_F(LeftBehind, TheCarriersChallengeIsAnswered) {
  talk();
  exchange.crash_and_restart();
  exchange.advance_ms(1'100);  // nothing is repeated yet
  auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  const std::uint32_t first = (*bye)->cseq.number;
  carrier.answer(*bye, 407, {}, "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\"\r\n");
  bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  EXPECT_EQ((*bye)->cseq.number, first + 1);
  const std::string credentials((*bye)->value(sip::HeaderName::proxy_authorization));
  EXPECT_NE(credentials.find("username=\"customer-7\""), std::string::npos) << credentials;
  carrier.answer(*bye, 407, {}, "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n2\", qop=\"auth\"\r\n");
  EXPECT_FALSE(carrier.hear_request("BYE")) << "a password that is wrong stays wrong";
  const bool carrier_is_left = std::any_of(exchange.dialogs.begin(), exchange.dialogs.end(),
                                           [](const auto& each) { return each.second.trunk == TrunkId{1}; });
  EXPECT_FALSE(carrier_is_left);
}

TEST_F(LeftBehind, ACallThatATrunkBroughtIsEndedThere) {
  bring(carrier, "+493012340", "+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  ASSERT_TRUE(carrier.hear_status(200));
  hear_nothing_more();
  exchange.crash_and_restart();
  exchange.advance_ms(2'000);
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  EXPECT_EQ((*bye)->call_id, "in1");
  EXPECT_TRUE(bob.hear_request("BYE"));
}

TEST_F(LeftBehind, ACallThatEndedAsItShouldAndOneBetweenPhonesLeaveNothingOnDisk) {
  establish();
  EXPECT_TRUE(exchange.dialogs.empty()) << "nobody outside counts it";
  alice.request(a, "BYE");
  talk();
  alice.request(a, "BYE");
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  carrier.answer(*bye, 200);
  exchange.advance_ms(3'000);
  EXPECT_TRUE(exchange.dialogs.empty());
}

TEST_F(LeftBehind, OfATrunkThatIsGoneNobodyIsTold) {
  talk();
  toll::Terms terms = two_carriers();
  terms.trunks.erase(terms.trunks.begin());
  terms.routes[0].trunks = {{"second", {}}};
  // As if it had been removed while no process ran.
  const auto kept = exchange.dialogs;
  exchange.set_plan(plan_of(terms));
  hear_nothing_more();
  exchange.dialogs = kept;
  exchange.crash_and_restart();
  exchange.advance_ms(60'000);
  EXPECT_FALSE(carrier.hear_request("BYE"));
  EXPECT_FALSE(other.hear_request("BYE"));
  EXPECT_TRUE(exchange.dialogs.empty());
  EXPECT_NE(told(Reason::call_left_behind).find("gone"), std::string::npos);
}

TEST_F(LeftBehind, ARowThatNamesAnotherPlaceSendsNothingThere) {
  talk();
  const Endpoint elsewhere = *Endpoint::parse("198.51.100.200:5060");
  for (auto& [key, dialog] : exchange.dialogs) dialog.flow.remote = elsewhere;
  std::vector<Endpoint> reached;
  exchange.crash_and_restart();
  exchange.wire = [&](const sim::Packet& packet) { reached.push_back(packet.flow.remote); };
  exchange.advance_ms(60'000);
  for (const Endpoint& each : reached) EXPECT_NE(each, elsewhere);
  EXPECT_FALSE(reached.empty()) << "the trunk itself is told, where it is configured";
}

TEST_F(LeftBehind, ACarrierThatSaysNothingIsGivenUpAndTold) {
  talk();
  carrier.drop_everything = true;
  exchange.crash_and_restart();
  exchange.advance_ms(60'000);
  EXPECT_TRUE(exchange.dialogs.empty());
  bool told_so = false;
  for (const auto& report : exchange.reports)
    told_so = told_so || report.detail.find("nobody is there") != std::string::npos;
  EXPECT_TRUE(told_so);
  expect_nothing_left();
}

TEST_F(LeftBehind, ThousandsAreEndedOneAfterTheOtherAndTheOldestNotAtAll) {
  talk();
  record::OpenDialog one;
  for (const auto& [key, dialog] : exchange.dialogs)
    if (dialog.trunk) one = dialog;
  exchange.dialogs.clear();
  for (std::size_t i = 0; i < PartingLimits::dialogs + 10; ++i) {
    one.call = fmt::format("call{}", i);
    one.call_id = fmt::format("id{}", i);
    one.began_wall_ms = exchange.now.wall_ms - static_cast<std::int64_t>(i);
    exchange.dialogs[{one.call, one.side}] = one;
  }
  one.call = "ancient";
  one.began_wall_ms = exchange.now.wall_ms - 2 * PartingLimits::age_ms;
  exchange.dialogs[{one.call, one.side}] = one;
  carrier.drop_everything = true;
  exchange.crash_and_restart();
  EXPECT_EQ(exchange.dialogs.size(), PartingLimits::dialogs);
  EXPECT_FALSE(exchange.dialogs.contains({"ancient", 1}));
  std::size_t byes = 0;
  exchange.wire = [&](const sim::Packet& packet) { byes += packet.bytes.starts_with("BYE "); };
  exchange.advance_ms(1'400);
  EXPECT_GE(byes, 8u);
  EXPECT_LE(byes, 10u);
  EXPECT_EQ(told_of(Reason::call_left_behind), 1u) << "how many were passed over";
}

// --- Pace

TEST_F(LeftBehind, ACrashGivesNobodyAFreshAllowanceOfCalls) {
  toll::Terms terms = two_carriers();
  terms.tenants[0].spending.paces = {{.id = 1, .calls = 2, .period_s = 3'600}};
  exchange.set_plan(plan_of(terms));
  const auto dial_and_fail = [&] {
    a = dial();
    const auto invite = carrier.hear_request("INVITE");
    if (invite) carrier.answer(*invite, 486);
    return invite.has_value();
  };
  EXPECT_TRUE(dial_and_fail());
  exchange.advance_ms(600'000);
  EXPECT_TRUE(dial_and_fail());
  exchange.advance_ms(61'000);
  EXPECT_FALSE(dial_and_fail());
  for (int i = 0; i < 3; ++i) {
    exchange.crash_and_restart();
    exchange.advance_ms(1'000);
    EXPECT_FALSE(dial_and_fail()) << i;
    EXPECT_NE(told(Reason::toll_refused), "");
  }
  exchange.advance_ms(3'000'000);
  EXPECT_TRUE(dial_and_fail()) << "the first is an hour ago";
  EXPECT_FALSE(dial_and_fail());
}

TEST_F(LeftBehind, ACrashForgetsNoNumberThatWasCalled) {
  toll::Terms terms = two_carriers();
  terms.tenants[0].spending.paces = {{.id = 1, .calls = 1, .period_s = 3'600, .distinct = true}};
  exchange.set_plan(plan_of(terms));
  a = dial();
  auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 486);
  exchange.advance_ms(61'000);
  exchange.crash_and_restart();
  alice.invite("0309876543", sim::audio_sdp(alice_rtp));
  EXPECT_FALSE(carrier.hear_request("INVITE")) << "a second one";
  a = dial();
  EXPECT_TRUE(carrier.hear_request("INVITE")) << "the same again";
}

TEST_F(LeftBehind, ACrashGivesACallerFromOutsideNoFreshAllowanceEither) {
  toll::Terms terms = two_carriers();
  terms.inbound[0].caller_pace = toll::PaceRule{.calls = 1, .period_s = 3'600};
  exchange.set_plan(plan_of(terms));
  const auto rings = [&] {
    bring(carrier, "+493012340", "+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
    const auto invite = bob.hear_request("INVITE");
    if (invite) bob.answer(*invite, 486);
    return invite.has_value();
  };
  EXPECT_TRUE(rings());
  exchange.advance_ms(61'000);
  exchange.crash_and_restart();
  ASSERT_EQ(bob.register_(), 200);
  EXPECT_FALSE(rings());
  exchange.advance_ms(3'600'000);
  ASSERT_EQ(bob.register_(), 200);
  EXPECT_TRUE(rings());
}

}  // namespace
}  // namespace rf
