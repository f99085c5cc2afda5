// What we say to callers ourselves: PINs, announcements, and why a call was cut.
#include "core/toll/pins.hpp"
#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

class Voice : public Outward {
 protected:
  void SetUp() override {
    exchange.voices_end = false;
    ASSERT_EQ(alice.register_(), 200);
    terms = two_carriers();
    terms.routes[0].pins = "abroad";
    toll::PinListTerms list;
    list.name = "abroad";
    list.tenant = tenant;
    list.pins.push_back({"project-7", toll::pin_digest(terms.pin_key, "abroad", "748159")});
    terms.pin_lists.push_back(std::move(list));
    exchange.set_plan(plan_of(terms));
  }
  /// Dials what asks for a PIN, until the caller has our answer.
  void dial_and_be_asked() {
    a = dial();
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    alice.learn(a, *ok);
    alice.ack(a);
    ASSERT_EQ(exchange.relays.size(), 1u);
  }
  const media::RelayPlan& relay() { return exchange.relays.begin()->second; }
  std::vector<std::string> said() { return exchange.relays.empty() ? std::vector<std::string>() : relay().voice.clips; }
  void enter(std::string_view digits) {
    for (const char digit : digits) exchange.input(engine::DigitHeard{relay().id, relay().call, digit});
  }
  void played() { exchange.input(engine::VoiceDone{relay().id, relay().call, relay().voice.order}); }

  using Clips = std::vector<std::string>;
  toll::Terms terms;
};

TEST_F(Voice, WhoTalksToUsHasNobodyToHandOver) {
  dial_and_be_asked();
  alice.request(a, "REFER", "Refer-To: <sip:1003@192.0.2.1>\r\n");
  EXPECT_TRUE(alice.hear_status(403));
  EXPECT_EQ(said(), Clips{"en/enter-pin"}) << "and is asked on";
  enter("748159#");
  EXPECT_TRUE(carrier.hear_request("INVITE"));
}

TEST_F(Voice, TheRightPinConnectsAndItsAccountStandsInTheRecord) {
  dial_and_be_asked();
  EXPECT_EQ(said(), Clips{"en/enter-pin"});
  EXPECT_TRUE(relay().voice.stops_at_digit);
  EXPECT_FALSE(carrier.hear_request("INVITE")) << "not before the PIN";
  enter("748159#");
  EXPECT_EQ(said(), Clips{"tone/ringing"});
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  b = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto again = alice.hear_request("INVITE");
  ASSERT_TRUE(again) << "the phone hears where its partner's media are";
  alice.answer(*again, 200, sim::audio_sdp(alice_rtp, "sendrecv", 2));
  ASSERT_EQ(exchange.relays.size(), 1u);
  EXPECT_EQ(relay().voice.order, 0u);
  alice.request(a, "BYE");
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  carrier.answer(*bye, 200);
  std::size_t charged = 0;
  for (const auto& [id, cdr] : exchange.cdrs)
    if (!cdr.trunk_out.empty()) {
      ++charged;
      EXPECT_EQ(cdr.account, "project-7");
      EXPECT_EQ(cdr.payer, ExtensionId{1});
    }
  EXPECT_EQ(charged, 1u);
  for (const auto& report : exchange.reports) EXPECT_EQ(report.detail.find("748159"), std::string::npos);
  expect_nothing_left();
}

TEST_F(Voice, AWrongPinIsAskedAgainAndThenTheExtensionIsLocked) {
  dial_and_be_asked();
  enter("111111#");
  EXPECT_EQ(said(), (Clips{"en/wrong-pin", "en/enter-pin"}));
  enter("222222#");
  enter("333333#");
  EXPECT_EQ(said(), Clips{"en/pin-locked"});
  played();
  const auto bye = alice.hear_request("BYE");
  ASSERT_TRUE(bye);
  alice.answer(*bye, 200);
  a = dial();
  EXPECT_TRUE(alice.hear_status(403)) << "locked: the right PIN is not even asked for";
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  exchange.advance_ms(901'000);
  dial_and_be_asked();
  enter("748159#");
  EXPECT_TRUE(carrier.hear_request("INVITE"));
}

TEST_F(Voice, WhoEntersNothingIsNotListenedToForEver) {
  dial_and_be_asked();
  exchange.advance_ms(61'000);
  EXPECT_TRUE(alice.hear_request("BYE"));
}

TEST_F(Voice, WhoHangsUpWhileItRingsOutsideEndsThat) {
  dial_and_be_asked();
  enter("748159#");
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 180);
  alice.request(a, "BYE");
  EXPECT_TRUE(carrier.hear_request("CANCEL"));
  carrier.answer(*invite, 487);
  expect_nothing_left();
}

TEST_F(Voice, WhenTheOtherSideIsBusyTheCallerHearsSo) {
  dial_and_be_asked();
  enter("748159#");
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 486);
  EXPECT_EQ(said(), Clips{"en/not-available"});
  played();
  EXPECT_TRUE(alice.hear_request("BYE"));
}

TEST_F(Voice, DigitsByInfoCountToo) {
  dial_and_be_asked();
  for (const char digit : std::string_view("748159#"))
    alice.request(a, "INFO", {}, fmt::format("Signal={}\r\nDuration=160\r\n", digit), "application/dtmf-relay");
  EXPECT_TRUE(carrier.hear_request("INVITE"));
}

TEST_F(Voice, APhoneMayHoldAndRefreshWhileItIsAsked) {
  dial_and_be_asked();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  EXPECT_TRUE(alice.hear_status(200));
}

TEST_F(Voice, AnInboundRouteMayOnlySaySomething) {
  terms.inbound[0].target = toll::InboundTerms::Target::announcement;
  terms.inbound[0].announcement = "closed";
  exchange.set_plan(plan_of(terms));
  bring(carrier, "+493012340", "+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  ASSERT_TRUE(carrier.hear_status(200));
  EXPECT_EQ(said(), Clips{"en/closed"});
  played();
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  carrier.answer(*bye, 200);
}

TEST_F(Voice, WhoIsCutHearsWhyWhenThePaidLegIsOverAlready) {
  terms.routes[0].pins.clear();
  terms.system.duration_s = 120;
  exchange.set_plan(plan_of(terms));
  a = dial();
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  exchange.advance_ms(121'000);
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  carrier.answer(*bye, 200);
  EXPECT_FALSE(alice.hear_request("BYE"));
  EXPECT_EQ(said(), Clips{"en/time-over"});
  exchange.advance_ms(3'000);
  played();
  const auto end = alice.hear_request("BYE");
  ASSERT_TRUE(end);
  alice.answer(*end, 200);
  exchange.advance_ms(3'000);
  EXPECT_LE(only_cdr().ended_wall_ms - only_cdr().answered_wall_ms, 120'500) << "what counts is the paid leg";
  expect_nothing_left();
}

}  // namespace
}  // namespace rf
