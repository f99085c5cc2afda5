// Calls that prove from time to time that they still live (RFC 4028), from either side and by either method.
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

constexpr std::int64_t half_ms = 300'100;  ///< half of ten minutes, and a little

class SessionStory : public Story {
 protected:
  /// As establish(), with what each side says about the session timer.
  void talk(std::string_view alice_says, std::string_view bob_says) {
    ASSERT_EQ(alice.register_(3'600), 200);
    ASSERT_EQ(bob.register_(3'600), 200);
    a = alice.invite("1002", sim::audio_sdp(alice_rtp), alice_says);
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp), bob_says);
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    granted = (*ok)->value(sip::HeaderName::session_expires);
    alice.learn(a, *ok);
    alice.ack(a);
    ASSERT_TRUE(bob.hear_request("ACK"));
  }
  bool is_running() { return !exchange.relays.empty(); }
  std::string granted;  ///< to alice
};

constexpr std::string_view bob_lets_us = "Require: timer\r\nSession-Expires: 600;refresher=uac\r\n";
constexpr std::string_view bob_does = "Require: timer\r\nSession-Expires: 600;refresher=uas\r\n";
constexpr std::string_view bob_has_time = "Require: timer\r\nSession-Expires: 7200;refresher=uac\r\n";
constexpr std::string_view alice_has_time = "Supported: timer\r\nSession-Expires: 7200;refresher=uac\r\n";
constexpr std::string_view alice_does = "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n";

TEST_F(SessionStory, WeRefreshByUpdateAtHalfTheTimeAndTheCallGoesOn) {
  talk("", bob_lets_us);
  exchange.advance_ms(299'900);
  EXPECT_FALSE(bob.hear_request("UPDATE"));
  for (int i = 0; i < 2; ++i) {
    exchange.advance_ms(200);
    const auto update = bob.hear_request("UPDATE");
    ASSERT_TRUE(update) << i;
    EXPECT_EQ((*update)->value(sip::HeaderName::session_expires), "600;refresher=uac");
    EXPECT_TRUE((*update)->body.empty());
    bob.answer(*update, 200, {}, bob_lets_us);
    exchange.advance_ms(299'900);
  }
  exchange.advance_ms(500);
  EXPECT_TRUE(alice.hear_request("UPDATE")) << "she asked for nothing, so we ask her every quarter of an hour";
  EXPECT_TRUE(is_running());
}

TEST_F(SessionStory, WeRefreshAPhoneWithoutUpdateByTheSameInviteAgain) {
  bob.allows = "INVITE, ACK, BYE, CANCEL";
  talk("", bob_lets_us);
  exchange.advance_ms(half_ms);
  const auto first = bob.hear_request("INVITE");
  ASSERT_TRUE(first);
  const auto offer = sdp::parse((*first)->body);
  ASSERT_TRUE(offer);
  bob.answer(*first, 200, sim::audio_sdp(bob_rtp), bob_lets_us);
  EXPECT_TRUE(bob.hear_request("ACK"));
  exchange.advance_ms(half_ms);
  const auto second = bob.hear_request("INVITE");
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->body, (*first)->body) << "nothing changed, so the version may not either (RFC 4028 §7.4)";
  EXPECT_FALSE(alice.hear_request("INVITE"));
  EXPECT_TRUE(is_running());
}

TEST_F(SessionStory, TheCallerRefreshesByUpdateAndIsAnsweredHere) {
  talk(alice_does, bob_has_time);
  EXPECT_EQ(granted, "600;refresher=uac");
  for (int i = 0; i < 3; ++i) {
    exchange.advance_ms(300'000);
    alice.request(a, "UPDATE", alice_does);
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    EXPECT_EQ((*ok)->value(sip::HeaderName::session_expires), "600;refresher=uac");
  }
  EXPECT_TRUE(is_running());
  EXPECT_FALSE(bob.hear_request("UPDATE"));
  exchange.advance_ms(569'000);
  EXPECT_TRUE(alice.hear_request("BYE")) << "she refreshes no longer";
  EXPECT_TRUE(exchange.has_report(Reason::session_expired));
}

TEST_F(SessionStory, TheCallerRefreshesByReinviteAndIsAnsweredHere) {
  talk(alice_does, bob_has_time);
  exchange.advance_ms(300'000);
  alice.request(a, "INVITE", alice_does, sim::audio_sdp(alice_rtp));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_NE(audio_port(*ok), 0);
  EXPECT_EQ((*ok)->value(sip::HeaderName::session_expires), "600;refresher=uac");
  alice.ack(a);
  EXPECT_FALSE(bob.hear_request("INVITE")) << "what changes nothing is nobody else's affair";
  exchange.advance_ms(500'000);
  EXPECT_TRUE(is_running());
}

TEST_F(SessionStory, TheCalleeRefreshesByEitherMethod) {
  talk(alice_has_time, bob_does);
  constexpr std::string_view bob_asks = "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n";
  exchange.advance_ms(300'000);
  EXPECT_FALSE(bob.hear_request("UPDATE")) << "it is his duty";
  bob.request(b, "UPDATE", bob_asks);
  EXPECT_TRUE(bob.hear_status(200));
  exchange.advance_ms(300'000);
  bob.request(b, "INVITE", bob_asks, sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(bob.hear_status(200));
  bob.ack(b);
  EXPECT_FALSE(alice.hear_request("INVITE"));
  exchange.advance_ms(500'000);
  EXPECT_TRUE(is_running());
  exchange.advance_ms(69'000);
  EXPECT_TRUE(bob.hear_request("BYE"));
  EXPECT_TRUE(alice.hear_request("BYE"));
  EXPECT_TRUE(exchange.has_report(Reason::session_expired));
}

TEST_F(SessionStory, APhoneThatNoLongerKnowsTheCallEndsItWithTheRefresh) {
  talk("", bob_lets_us);
  exchange.advance_ms(half_ms);
  bob.answer(*bob.hear_request("UPDATE"), 481);
  EXPECT_TRUE(alice.hear_request("BYE"));
  EXPECT_EQ(only_cdr().result, record::CallResult::answered);
}

TEST_F(SessionStory, ARefreshThatMeetsAnotherChangeIsTriedAgain) {
  talk("", bob_lets_us);
  exchange.advance_ms(half_ms);
  bob.answer(*bob.hear_request("UPDATE"), 491);
  EXPECT_FALSE(bob.hear_request("UPDATE"));
  exchange.advance_ms(4'200);
  const auto again = bob.hear_request("UPDATE");
  ASSERT_TRUE(again);
  bob.answer(*again, 200, {}, bob_lets_us);
  exchange.advance_ms(290'000);
  EXPECT_TRUE(is_running());
}

TEST_F(SessionStory, AnIntervalThatIsTooShortIsRefusedOnEitherSideAndTheLongerOneAskedFor) {
  talk("", bob_lets_us);
  alice.request(a, "UPDATE", "Supported: timer\r\nSession-Expires: 60\r\n");
  const auto refused = alice.hear_status(422);
  ASSERT_TRUE(refused);
  EXPECT_EQ((*refused)->value(sip::HeaderName::min_se), "90");
  exchange.advance_ms(half_ms);
  bob.answer(*bob.hear_request("UPDATE"), 422, {}, "Min-SE: 900\r\n");
  exchange.advance_ms(100);
  const auto longer = bob.hear_request("UPDATE");
  ASSERT_TRUE(longer);
  EXPECT_EQ((*longer)->value(sip::HeaderName::session_expires), "900;refresher=uac");
  EXPECT_EQ((*longer)->value(sip::HeaderName::min_se), "900");
}

TEST_F(SessionStory, ARefreshBringsNoHoldBackThatWasRefused) {
  bob.allows = "INVITE, ACK, BYE, CANCEL";
  talk("", bob_lets_us);
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  bob.answer(*bob.hear_request("INVITE"), 488);
  EXPECT_TRUE(alice.hear_status(488));
  exchange.advance_ms(half_ms);
  const auto refresh = bob.hear_request("INVITE");
  ASSERT_TRUE(refresh);
  EXPECT_EQ(refresh->bytes->find("a=sendonly"), std::string::npos);
}

TEST_F(SessionStory, ARefreshAndAHoldDoNotGetIntoEachOthersWay) {
  talk("", bob_lets_us);
  exchange.advance_ms(half_ms);
  const auto refresh = bob.hear_request("UPDATE");
  ASSERT_TRUE(refresh);
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  EXPECT_TRUE(alice.hear_status(491)) << "one at a time";
  bob.answer(*refresh, 200, {}, bob_lets_us);
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  bob.answer(*bob.hear_request("INVITE"), 200, sim::audio_sdp(bob_rtp, "recvonly", 2), bob_lets_us);
  EXPECT_TRUE(alice.hear_status(200));
  alice.ack(a);
  exchange.advance_ms(half_ms);
  EXPECT_TRUE(bob.hear_request("UPDATE"));
  EXPECT_TRUE(is_running());
}

}  // namespace
}  // namespace rf
