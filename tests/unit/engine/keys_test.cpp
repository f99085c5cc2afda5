// Keys that one side sends by another way than the other hears them.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

using media::KeyWay;
using policy::Keys;
using testing::HasSubstr;
using testing::Not;

std::string speaking(const Endpoint& rtp, std::string_view formats, std::string_view lines = {}, int version = 1) {
  return fmt::format(
      "v=0\r\no=phone 77 {4} IN IP4 {0}\r\ns=talk\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio {1} RTP/AVP "
      "{2}\r\n{3}a=sendrecv\r\n",
      rtp.address.text(), rtp.port, formats, lines, version);
}
constexpr std::string_view events = "a=rtpmap:101 telephone-event/8000\r\n";
constexpr std::string_view relay_type = "application/dtmf-relay";

class PressedKeys : public Outward {
 protected:
  void SetUp() override {
    terms = two_carriers();
    exchange.set_plan(plan_of(terms));
  }
  void rule(std::uint64_t extension, Keys keys) {
    toll::ExtensionTerms one;
    one.id = ExtensionId{extension};
    one.tenant = tenant;
    one.keys = keys;
    terms.extensions.push_back(one);
    exchange.set_plan(plan_of(terms));
  }
  void talk(const std::string& offer, const std::string& answer) {
    ASSERT_EQ(alice.register_(), 200);
    ASSERT_EQ(bob.register_(), 200);
    a = alice.invite("1002", offer);
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    offered = std::string((*invite)->body);
    b = bob.answer(*invite, 200, answer);
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    answered = std::string((*ok)->body);
    alice.learn(a, *ok);
    alice.ack(a);
    ASSERT_TRUE(bob.hear_request("ACK"));
  }
  void talk_with_events() { talk(speaking(alice_rtp, "0 101", events), speaking(bob_rtp, "0 101", events)); }
  int press(Phone& phone, Line& line, std::string_view body, std::string_view type = relay_type) {
    phone.request(line, "INFO", {}, body, type);
    while (const auto heard = phone.hear())
      if ((*heard)->status >= 200) return (*heard)->status;
    return 0;
  }
  void hears_event(char digit, std::uint8_t leg) {
    exchange.input(engine::DigitHeard{relay().id, relay().call, digit, leg});
  }
  const media::RelayPlan& relay() { return exchange.relays.begin()->second; }

  toll::Terms terms;
  std::string offered, answered;
};

TEST_F(PressedKeys, AKeyByInfoIsAnEventForWhoHasEvents) {
  talk_with_events();
  EXPECT_EQ(press(alice, a, "Signal=5\r\nDuration=200\r\n"), 200);
  EXPECT_EQ(relay().press.order, 1u);
  EXPECT_EQ(relay().press.leg, 0);
  EXPECT_EQ(relay().press.code, 5);
  EXPECT_EQ(relay().press.lasts_ms, 200);
  EXPECT_FALSE(relay().transcode);
  EXPECT_EQ(press(bob, b, "#", "application/dtmf"), 200);
  EXPECT_EQ(relay().press.order, 2u);
  EXPECT_EQ(relay().press.leg, 1);
  EXPECT_EQ(relay().press.code, 11);
  EXPECT_FALSE(alice.hear_request("INFO"));
  EXPECT_FALSE(bob.hear_request("INFO"));
}

TEST_F(PressedKeys, AnEventIsInfoForWhoIsToHaveIt) {
  rule(2, Keys::info);
  talk(speaking(alice_rtp, "0 101", events), speaking(bob_rtp, "0"));
  EXPECT_THAT(offered, Not(HasSubstr("telephone-event"))) << "he is told of no other way";
  EXPECT_THAT(answered, HasSubstr("a=rtpmap:101 telephone-event/8000\r\n")) << "and she of hers";
  EXPECT_EQ(relay().legs[1].keys, KeyWay::info);
  EXPECT_FALSE(relay().transcode);
  hears_event('5', 0);
  hears_event('*', 0);
  const auto first = bob.hear_request("INFO");
  ASSERT_TRUE(first);
  EXPECT_EQ((*first)->content_type, relay_type);
  EXPECT_EQ((*first)->body, "Signal=5\r\nDuration=160\r\n");
  EXPECT_FALSE(bob.hear_request("INFO")) << "one after the other";
  bob.answer(*first, 200);
  const auto second = bob.hear_request("INFO");
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->body, "Signal=*\r\nDuration=160\r\n");
  bob.answer(*second, 200);
  EXPECT_EQ(press(bob, b, "Signal=7\r\n"), 200);
  EXPECT_EQ(relay().press.code, 7);
  EXPECT_EQ(relay().press.leg, 1);
}

TEST_F(PressedKeys, InfoForInfoIsWrittenAnew) {
  rule(2, Keys::info);
  talk_with_events();
  EXPECT_EQ(press(alice, a, "X-Secret=inside\r\nSignal=5\r\nDuration=9999\r\n"), 200);
  const auto info = bob.hear_request("INFO");
  ASSERT_TRUE(info);
  EXPECT_EQ((*info)->body, "Signal=5\r\nDuration=160\r\n");
}

TEST_F(PressedKeys, WhoTakesNoInfoDoesNotGetTheKeysThatWait) {
  rule(2, Keys::info);
  talk_with_events();
  for (int i = 0; i < 40; ++i) hears_event('1', 0);
  const auto info = bob.hear_request("INFO");
  ASSERT_TRUE(info);
  bob.answer(*info, 415);
  EXPECT_FALSE(bob.hear_request("INFO"));
  hears_event('2', 0);
  EXPECT_TRUE(bob.hear_request("INFO")) << "a later one is tried again";
}

TEST_F(PressedKeys, NoMoreWaitForAPhoneThatSaysNothingThanMay) {
  rule(2, Keys::info);
  talk_with_events();
  for (int i = 0; i < 100; ++i) hears_event('1', 0);
  std::size_t count = 0;
  for (auto info = bob.hear_request("INFO"); info; info = bob.hear_request("INFO")) {
    bob.answer(*info, 200);
    ++count;
  }
  EXPECT_EQ(count, 1 + VoiceLimits::keys_waiting);
}

TEST_F(PressedKeys, WhoHasNoEventsHearsTonesAndIsListenedTo) {
  talk(speaking(alice_rtp, "0 101", events), speaking(bob_rtp, "0"));
  EXPECT_THAT(answered, HasSubstr("RTP/AVP 0 101\r\n"));
  ASSERT_TRUE(relay().transcode);
  const auto& legs = relay().transcode->legs;
  EXPECT_EQ(legs[0].event_type, 101);
  EXPECT_EQ(legs[1].event_type, 0);
  EXPECT_TRUE(legs[1].says_keys);
  // And when he sends INFO, that is his way.
  EXPECT_EQ(press(bob, b, "Signal=5\r\n"), 200);
  EXPECT_EQ(relay().legs[1].keys, KeyWay::info);
  EXPECT_EQ(relay().press.code, 5);
  hears_event('6', 0);
  const auto info = bob.hear_request("INFO");
  ASSERT_TRUE(info);
  EXPECT_EQ((*info)->body, "Signal=6\r\nDuration=160\r\n");
}

TEST_F(PressedKeys, TwoWithoutEventsHearEachOthersTonesUntouched) {
  talk(speaking(alice_rtp, "0"), speaking(bob_rtp, "0"));
  EXPECT_THAT(offered, Not(HasSubstr("telephone-event")));
  EXPECT_FALSE(relay().transcode);
}

TEST_F(PressedKeys, WhoIsToHaveEventsIsOfferedThem) {
  rule(2, Keys::events);
  talk(speaking(alice_rtp, "0"), speaking(bob_rtp, "0 101", events));
  EXPECT_THAT(offered, HasSubstr("telephone-event/8000"));
  EXPECT_THAT(answered, Not(HasSubstr("telephone-event"))) << "nobody is answered what he did not offer";
  ASSERT_TRUE(relay().transcode);
  EXPECT_TRUE(relay().transcode->legs[0].says_keys);
  EXPECT_EQ(press(bob, b, "Signal=5\r\n"), 200);
  EXPECT_EQ(relay().press.order, 0u) << "INFO is not his way";
}

TEST_F(PressedKeys, InbandIsNeitherToldOfEventsNorHeardByInfo) {
  rule(2, Keys::sound);
  talk_with_events();
  EXPECT_THAT(offered, Not(HasSubstr("telephone-event")));
  EXPECT_EQ(relay().legs[1].keys, KeyWay::sound);
  ASSERT_TRUE(relay().transcode);
  EXPECT_EQ(press(bob, b, "Signal=5\r\n"), 200);
  EXPECT_EQ(relay().press.order, 0u);
  EXPECT_EQ(press(alice, a, "Signal=5\r\n"), 200);
  EXPECT_EQ(relay().press.code, 5);
}

TEST_F(PressedKeys, AReinviteOfWhoHasNoEventsKeepsThemForTheOther) {
  talk(speaking(alice_rtp, "0 101", events), speaking(bob_rtp, "0"));
  bob.request(b, "INVITE", {}, speaking(bob_rtp, "0", "a=ptime:20\r\n", 2));
  const auto invite = alice.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_THAT(std::string((*invite)->body), HasSubstr("a=rtpmap:101 telephone-event/8000\r\n"));
  alice.answer(*invite, 200, speaking(alice_rtp, "0 101", events, 2));
  const auto ok = bob.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_THAT(std::string((*ok)->body), Not(HasSubstr("telephone-event")));
  ASSERT_TRUE(relay().transcode);
  EXPECT_EQ(relay().transcode->legs[0].heard_event_type, 101);
}

TEST_F(PressedKeys, WhereNothingIsTranscodedInfoStaysInfo) {
  auto policy = sim::test_policy();
  policy->transcode = false;
  exchange.set_policy(std::move(policy));
  talk(speaking(alice_rtp, "0"), speaking(bob_rtp, "0"));
  EXPECT_EQ(press(alice, a, "Signal=5\r\nDuration=160\r\n"), 200);
  const auto info = bob.hear_request("INFO");
  ASSERT_TRUE(info);
  EXPECT_EQ((*info)->body, "Signal=5\r\nDuration=160\r\n");
}

TEST_F(PressedKeys, KeysThatAreNoneAreRefusedAndTooManyAreToo) {
  talk_with_events();
  EXPECT_EQ(press(alice, a, "Signal=hf\r\n"), 400);
  EXPECT_EQ(press(alice, a, "Signal=1\r\nSignal=2\r\n"), 400);
  EXPECT_EQ(press(alice, a, std::string(WireLimits::info_bytes + 1, 'x')), 413);
  exchange.advance_ms(1'000);
  int served = 0;
  for (std::uint32_t i = 0; i < 2 * VoiceLimits::digits_per_s; ++i) served += press(alice, a, "Signal=1\r\n") == 200;
  EXPECT_EQ(served, static_cast<int>(VoiceLimits::digits_per_s));
  EXPECT_EQ(relay().press.order, VoiceLimits::digits_per_s);
  exchange.advance_ms(1'000);
  EXPECT_EQ(press(alice, a, "Signal=1\r\n"), 200);
}

TEST_F(PressedKeys, OfAPhoneThatSendsBothTheFirstWayCountsUntilItAgreesAnew) {
  rule(2, Keys::info);
  talk_with_events();
  hears_event('5', 0);
  EXPECT_EQ(press(alice, a, "Signal=5\r\n"), 200);
  const auto info = bob.hear_request("INFO");
  ASSERT_TRUE(info);
  bob.answer(*info, 200);
  EXPECT_FALSE(bob.hear_request("INFO"));
  const std::uint8_t round = relay().legs[0].round;
  alice.request(a, "INVITE", {}, speaking(alice_rtp, "0 101", std::string(events) + "a=ptime:40\r\n", 2));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 200, speaking(bob_rtp, "0", "", 2));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.ack(a);
  EXPECT_NE(relay().legs[0].round, round);
  EXPECT_EQ(press(alice, a, "Signal=6\r\n"), 200);
  const auto later = bob.hear_request("INFO");
  ASSERT_TRUE(later);
  EXPECT_EQ((*later)->body, "Signal=6\r\nDuration=160\r\n");
}

TEST_F(PressedKeys, NoKeyStandsInAReportOrARecord) {
  rule(2, Keys::info);
  talk_with_events();
  for (const char digit : std::string_view("7391846205"))
    EXPECT_EQ(press(alice, a, fmt::format("Signal={}\r\n", digit)), 200);
  for (const effect::Report& report : exchange.reports) EXPECT_THAT(report.detail, Not(HasSubstr("Signal")));
  EXPECT_EQ(exchange.cdrs.begin()->second.cut_reason, "");
}

}  // namespace
}  // namespace rf
