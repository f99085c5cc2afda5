// Calls of our own: an event is told to whoever answers, by the ordinary rules of whoever's number it leaves with.
#include "core/toll/pins.hpp"
#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

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

TEST_F(Announcement, HasNoMoreCallsAtOnceThanItsExtension) {
  std::size_t rung = 0;
  for (int i = 0; i < 40; ++i) {
    announce("1002");
    rung += bob.hear_request("INVITE") ? 1 : 0;
  }
  EXPECT_GT(rung, 0u);
  EXPECT_LT(rung, 40u);
  EXPECT_TRUE(announced() && !announced()->answered);
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
