// Calls of our own: an event is told to whoever answers, by the ordinary rules of whoever's number it leaves with.
#include <gmock/gmock.h>

#include "core/base/limits/call.hpp"
#include "core/schedule/tzif.hpp"
#include "core/toll/pins.hpp"
#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> clips{"en/event-critical", "en/event-about-trunk", "en/event-look"};

class Announcement : public Outward {
 protected:
  void SetUp() override {
    exchange.voices_end = false;
    terms = two_carriers();
    exchange.set_plan(plan_of(terms));
    ASSERT_EQ(bob.register_(), 200);
  }
  void announce(std::string number, std::string caller = "1001") {
    exchange.command(effect::Announce{tenant, std::move(caller), std::move(number), clips});
  }
  /// Until bob has taken the call and hears us.
  void tell_bob() {
    announce("1002");
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
    ASSERT_TRUE(bob.hear_request("ACK"));
  }
  /// The extension that announces may have one call at once, and one in an hour that leaves.
  void allow_one_call() {
    toll::ExtensionTerms alarm;
    alarm.id = ExtensionId{1};
    alarm.tenant = tenant;
    alarm.spending.lines.block_at = 1;
    alarm.spending.paces = {{.id = 1, .calls = 1, .period_s = 3'600}};
    terms.extensions.push_back(alarm);
    exchange.set_plan(plan_of(terms));
  }
  const effect::Announced* announced() const { return std::get_if<effect::Announced>(&exchange.last_result()); }
  std::string refused() const {
    const auto* out = std::get_if<effect::Refused>(&exchange.last_result());
    return out ? out->why : "it was not refused";
  }
  const media::RelayPlan& relay() { return exchange.relays.begin()->second; }
  void played() { exchange.input(engine::VoiceDone{relay().id, relay().call, relay().voice.order}); }

  toll::Terms terms;
};

TEST_F(Announcement, RingsAPhoneSaysItToWhoeverAnswersAndHangsUp) {
  announce("1002");
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->from.uri.user, "1001") << "who pays is who is shown";
  EXPECT_GT(audio_port(*invite), 0);
  EXPECT_EQ((*invite)->body.find("127.0.0.1"), std::string::npos);
  b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  ASSERT_TRUE(bob.hear_request("ACK"));
  ASSERT_TRUE(announced());
  EXPECT_TRUE(announced()->answered);
  ASSERT_EQ(exchange.relays.size(), 1u);
  EXPECT_EQ(relay().voice.clips, clips);
  EXPECT_EQ(relay().voice.leg, 1);
  EXPECT_EQ(relay().legs[0].local.text(), "127.0.0.1") << "where nobody is, nobody outside can reach";
  EXPECT_FALSE(relay().legs[0].learn);
  played();
  EXPECT_TRUE(bob.hear_request("BYE"));
  expect_nothing_left();
  EXPECT_EQ(only_cdr().result, record::CallResult::answered);
  EXPECT_EQ(only_cdr().caller, ExtensionId{1});
  EXPECT_EQ(only_cdr().via, "an announcement");
}

TEST_F(Announcement, SaysNothingBeforeItsRecordIsOnDisk) {
  exchange.disk = sim::Exchange::Disk::holds;
  tell_bob();
  EXPECT_EQ(relay().voice.clips, std::vector<std::string>());
  EXPECT_FALSE(announced());
  exchange.release_disk();
  EXPECT_TRUE(announced() && announced()->answered);
  EXPECT_EQ(relay().voice.clips, clips);
}

TEST_F(Announcement, ThatNobodyTakesIsToldSo) {
  announce("1002");
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 486);
  ASSERT_TRUE(announced());
  EXPECT_FALSE(announced()->answered);
  EXPECT_FALSE(announced()->why.empty());
  announce("1003");
  ASSERT_TRUE(announced()) << "no phone of it is registered";
  EXPECT_FALSE(announced()->answered);
  announce("1002");
  ASSERT_TRUE(bob.hear_request("INVITE"));
  exchange.advance_ms(std::int64_t{exchange.policy().limits.ring_max_s} * 1'000 + 1);
  ASSERT_TRUE(announced());
  EXPECT_FALSE(announced()->answered);
  expect_nothing_left();
}

TEST_F(Announcement, EndsWhenWhoHearsItHangsUp) {
  tell_bob();
  bob.request(b, "BYE");
  EXPECT_TRUE(bob.hear_status(200));
  expect_nothing_left();
}

TEST_F(Announcement, GoesOnForAPhoneThatIsHeldAndResumed) {
  tell_bob();
  bob.request(b, "INVITE", {}, sim::audio_sdp(bob_rtp, "sendonly", 2));
  const auto held = bob.hear_status(200);
  ASSERT_TRUE(held);
  bob.ack(b);
  EXPECT_GT(audio_port(*held), 0);
  played();
  EXPECT_TRUE(bob.hear_request("BYE"));
  expect_nothing_left();
}

TEST_F(Announcement, CannotBeHandedOverByWhoHearsIt) {
  tell_bob();
  bob.request(b, "REFER", "Refer-To: <sip:0301234567@192.0.2.1>\r\n");
  EXPECT_TRUE(bob.hear_status(403));
  EXPECT_FALSE(carrier.hear_request("INVITE"));
}

TEST_F(Announcement, LeavesByATrunkAtTheCostOfWhoseNumberItIs) {
  announce("0301234567");
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  b = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  ASSERT_TRUE(carrier.hear_request("ACK"));
  EXPECT_TRUE(announced() && announced()->answered);
  EXPECT_EQ(exchange.dialogs.size(), 1u) << "after a crash nobody but the carrier is told";
  EXPECT_EQ(relay().voice.clips, clips);
  played();
  EXPECT_TRUE(carrier.hear_request("BYE"));
  expect_nothing_left();
  EXPECT_EQ(only_cdr().payer, ExtensionId{1});
  EXPECT_EQ(only_cdr().trunk_out, "first");
}

TEST_F(Announcement, NeverCallsForHelp) {
  for (const char* const number : {"112", "110"}) {
    announce(number);
    EXPECT_NE(refused().find("emergency"), std::string::npos) << refused();
  }
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  EXPECT_FALSE(exchange.has_report(Reason::emergency_called));
  expect_nothing_left();
}

TEST_F(Announcement, RaisesNoFalseAlarmWhereNoTrunkCouldTakeACallForHelp) {
  terms.routes.clear();
  terms.inbound.clear();
  terms.trunks.clear();
  exchange.set_plan(plan_of(terms));
  announce("112");
  EXPECT_NE(refused().find("emergency"), std::string::npos) << refused();
  EXPECT_FALSE(exchange.has_report(Reason::emergency_called));
}

TEST_F(Announcement, KeepsToTheRulesOfWhoseNumberItIs) {
  announce("1002", "1999");
  EXPECT_NE(refused().find("no extension 1999"), std::string::npos);
  terms.routes[0].pins = "abroad";
  toll::PinListTerms list;
  list.name = "abroad";
  list.tenant = tenant;
  list.pins.push_back({"project-7", toll::pin_digest(terms.pin_key, "abroad", "748159")});
  terms.pin_lists.push_back(std::move(list));
  exchange.set_plan(plan_of(terms));
  announce("0301234567");
  EXPECT_NE(refused().find("PIN"), std::string::npos) << refused();
  announce("0900123456");
  EXPECT_NE(refused(), "it was not refused");
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  expect_nothing_left();
}

TEST_F(Announcement, IsNotSilencedByWhoeverHasThePasswordOfItsExtension) {
  auto policy = sim::test_policy();
  policy->limits.attempts_per_s = 4;
  exchange.set_policy(policy);
  allow_one_call();
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(carol.register_(), 200);
  // All that it may have: its call that leaves and its pace, its calls at once, and then it is turned away.
  dial();
  ASSERT_TRUE(carrier.hear_request("INVITE"));
  dial();
  EXPECT_TRUE(alice.hear_status(403));
  for (int i = 0; i < 20; ++i) alice.invite("1003", sim::audio_sdp(alice_rtp));
  ASSERT_TRUE(exchange.has_report(Reason::call_limit_reached));
  ASSERT_TRUE(exchange.has_report(Reason::attempts_too_fast));
  announce("1002");
  EXPECT_TRUE(bob.hear_request("INVITE"));
  announce("0301234567");
  EXPECT_TRUE(carrier.hear_request("INVITE"));
}

TEST_F(Announcement, TakesNothingOfWhatItsExtensionMayHave) {
  allow_one_call();
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(carol.register_(), 200);
  for (int i = 0; i < 3; ++i) {
    announce("1002");
    ASSERT_TRUE(bob.hear_request("INVITE")) << i;
    announce("0301234567");
    ASSERT_TRUE(carrier.hear_request("INVITE")) << i;
  }
  dial();
  EXPECT_TRUE(carrier.hear_request("INVITE"));
  for (int i = 0; i < 3; ++i) {
    alice.invite("1003", sim::audio_sdp(alice_rtp));
    EXPECT_TRUE(carol.hear_request("INVITE")) << i;
  }
  exchange.advance_ms(std::int64_t{CallLimits::announcement_ring_s} * 1'000 + 1);
  EXPECT_TRUE(announced() && !announced()->answered);
}

TEST_F(Announcement, HasABoundOfItsOwnForCallsAtOnce) {
  std::size_t rung = 0;
  for (std::size_t i = 0; i < CallLimits::announcements + 8; ++i) {
    announce("0301234567");
    rung += carrier.hear_request("INVITE") ? 1 : 0;
  }
  EXPECT_EQ(rung, CallLimits::announcements);
  ASSERT_TRUE(announced()) << "it is made later";
  EXPECT_FALSE(announced()->answered);
  EXPECT_THAT(announced()->why, HasSubstr("as many calls as it may"));
}

TEST_F(Announcement, ThatLimitsOfTheHouseRefuseIsToldTheReasonAndMayBeMadeLater) {
  terms.tenants[0].spending.paces = {{.id = 1, .calls = 1, .period_s = 3'600}};
  exchange.set_plan(plan_of(terms));
  announce("0301234567");
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 486);
  announce("0301234567");
  ASSERT_TRUE(announced());
  EXPECT_FALSE(announced()->answered);
  EXPECT_THAT(announced()->why, HasSubstr("1 calls in 3600 s"));
}

TEST_F(Announcement, ThatHabitsRefuseIsToldTheReasonAndMayBeMadeLater) {
  toll::ExtensionTerms alarm;
  alarm.id = ExtensionId{1};
  alarm.tenant = tenant;
  alarm.spending.unusual = {0, 0, 15};
  terms.extensions.push_back(alarm);
  // At 22:00, when nothing was learned yet.
  terms.tenants[0].zone = std::make_shared<const schedule::Zone>(*schedule::parse_posix_zone("west", "<-10>10"));
  exchange.set_plan(plan_of(terms));
  announce("0301234567");
  ASSERT_TRUE(announced());
  EXPECT_FALSE(announced()->answered);
  EXPECT_THAT(announced()->why, HasSubstr("score 15"));
  EXPECT_FALSE(carrier.hear_request("INVITE"));
}

TEST_F(Announcement, ThatRingsWhenTheSystemStopsIsToldSo) {
  announce("1002");
  ASSERT_TRUE(bob.hear_request("INVITE"));
  exchange.input(engine::StopAsked{});
  ASSERT_TRUE(announced());
  EXPECT_FALSE(announced()->answered);
}

}  // namespace
}  // namespace rf
