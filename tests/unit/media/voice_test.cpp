// What callers hear of us and we of them, through the whole packet step.
#include "core/media/voice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "core/base/limits/call.hpp"
#include "core/base/time.hpp"
#include "core/media/g711.hpp"
#include "core/media/session.hpp"
#include "tests/unit/media/give.hpp"

namespace rf::media {
namespace {

using Datagram = std::vector<std::uint8_t>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint8_t events = 101;

Endpoint at(const std::string& text) {
  return Endpoint::parse(text).value();
}

const Endpoint alice = at("198.51.100.1:4000"), alice_rtcp = at("198.51.100.1:4001");
const Endpoint bob = at("203.0.113.2:5000");
const Endpoint mallory = at("192.0.2.66:4000");

std::uint32_t word(const Datagram& d, std::size_t at, std::size_t bytes) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < bytes; ++i) out = out << 8 | d[at + i];
  return out;
}

Datagram rtp(std::uint16_t sequence, std::uint32_t timestamp, std::uint8_t payload_type, Datagram payload) {
  Datagram d(12);
  d[0] = 0x80;
  d[1] = payload_type;
  d[2] = static_cast<std::uint8_t>(sequence >> 8);
  d[3] = static_cast<std::uint8_t>(sequence);
  for (std::size_t i = 0; i < 4; ++i) d[4 + i] = static_cast<std::uint8_t>(timestamp >> (24 - 8 * i));
  d[11] = 1;
  d.insert(d.end(), payload.begin(), payload.end());
  return d;
}

struct Packet {
  Endpoint to;
  std::int64_t at_us = 0;
  Datagram bytes;

  bool marker() const { return bytes[1] & 0x80; }
  int payload_type() const { return bytes[1] & 0x7f; }
  std::uint32_t sequence() const { return word(bytes, 2, 2); }
  std::uint32_t timestamp() const { return word(bytes, 4, 4); }
  std::uint32_t ssrc() const { return word(bytes, 8, 4); }
  Datagram payload() const { return {bytes.begin() + 12, bytes.end()}; }
};

/// A call between alice and bob in which the relay speaks to alice; clips of rising samples: "en/one" 400, "en/two"
/// 320.
class Call {
 public:
  explicit Call(VoicePlan voice, bool learn = false) {
    add("en/one", 400);
    add("en/two", 320);
    plan.id = RelayId{7};
    plan.legs[0] = {at("10.0.0.1:1").address, 40'000, alice, alice_rtcp, alice.address, false, events, false, {}};
    plan.legs[1] = {at("10.0.0.1:1").address, 40'002, bob, {}, bob.address, false, events, false, {}};
    if (learn) {
      plan.legs[0].remote_rtp = at("192.168.1.5:4000");
      plan.legs[0].learn = true;
    }
    plan.silence_limit_ms = 1'000;
    plan.voice = std::move(voice);
    session.emplace(plan, now_us, Speech{&bank, {0xdeadbeef, 0xffff'ffa0, 0xffff}});
  }
  void add(const std::string& name, std::size_t samples) {
    std::vector<std::uint8_t> bytes(samples);
    for (std::size_t i = 0; i < samples; ++i) bytes[i] = static_cast<std::uint8_t>(i);
    ASSERT_EQ(bank.add(name, Clip::from_law(VoicePlan::Law::mu, bytes)), ClipBank::Added::yes);
  }
  void order(VoicePlan voice) {
    plan.voice = std::move(voice);
    session->update(plan, now_us, Speech{&bank, {1, 1, 1}});
  }
  /// All that is said until then, at the times that the session asks for.
  std::vector<Packet> listen(std::int64_t ms) {
    std::vector<Packet> out;
    const std::int64_t until_us = now_us + ms * 1'000;
    while (session->speaks_at_us() <= until_us) {
      now_us = std::max(now_us, session->speaks_at_us());
      Datagram room(voice_packet_bytes);
      const Spoken spoken = session->speak(now_us, room);
      if (spoken.over != 0) over.push_back(spoken.over);
      if (spoken.to == nullptr) continue;
      EXPECT_EQ(spoken.bytes, room.size());
      EXPECT_EQ(spoken.leg, plan.voice.leg);
      out.push_back({*spoken.to, now_us, room});
    }
    now_us = until_us;
    return out;
  }
  /// The digit that this event packet gives, or '-' when it gives none and was not passed on, '>' when it was.
  char press(std::uint8_t code, std::uint32_t timestamp, unsigned leg = 0, const Endpoint& from = alice) {
    now_us += 1'000;
    const Decision d =
        testing::give(*session, now_us, leg, false, from, rtp(++sequence, timestamp, events, {code, 10, 0, 160}));
    return d ? '>' : d.digit != 0 ? d.digit : '-';
  }
  bool speech_passes(unsigned leg) {
    now_us += 1'000;
    ++sequence;
    return static_cast<bool>(testing::give(*session, now_us, leg, false, leg == 0 ? alice : bob,
                                                rtp(sequence, sequence * 160u, 0, Datagram(160))));
  }

  ClipBank bank;
  RelayPlan plan;
  std::int64_t now_us = 1'000'007;
  std::uint16_t sequence = 0;
  std::optional<Session> session;
  std::vector<std::uint32_t> over;
};

VoicePlan say(std::uint32_t order, std::vector<std::string> clips) {
  VoicePlan voice;
  voice.order = order;
  voice.clips = std::move(clips);
  return voice;
}

VoicePlan repeat(std::uint32_t order, std::vector<std::string> clips) {
  VoicePlan voice = say(order, std::move(clips));
  voice.repeat = true;
  return voice;
}

TEST(Voice, AClipIsHeardWholeInOrderTwentyMillisecondsApart) {
  Call c(say(1, {"en/one", "en/two"}));
  const auto packets = c.listen(1'000);
  ASSERT_EQ(packets.size(), 5u);  // 720 samples: the second clip follows within the third packet
  Datagram heard;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    EXPECT_EQ(packets[i].to, alice);
    EXPECT_EQ(packets[i].payload_type(), 0);
    EXPECT_EQ(packets[i].marker(), i == 0);
    EXPECT_EQ(packets[i].ssrc(), 0xdeadbeefu);
    EXPECT_EQ(packets[i].sequence(), (0xffff + i) & 0xffff);
    EXPECT_EQ(packets[i].timestamp(), static_cast<std::uint32_t>(0xffff'ffa0 + i * 160));
    EXPECT_EQ(packets[i].at_us, 1'020'000 + static_cast<std::int64_t>(i) * 20'000);
    const Datagram payload = packets[i].payload();
    heard.insert(heard.end(), payload.begin(), payload.end());
  }
  for (std::size_t i = 0; i < 400; ++i) ASSERT_EQ(heard[i], static_cast<std::uint8_t>(i));
  for (std::size_t i = 0; i < 320; ++i) ASSERT_EQ(heard[400 + i], static_cast<std::uint8_t>(i));
  for (std::size_t i = 720; i < 800; ++i) ASSERT_EQ(heard[i], silence_mu);
  EXPECT_THAT(c.over, ElementsAre(1u));
  EXPECT_EQ(c.session->speaks_at_us(), never_ms);
}

TEST(Voice, ItIsOverOneFrameAfterTheLastPacketSoThatNobodyHangsUpOnIt) {
  Call c(say(4, {"en/two"}));
  EXPECT_EQ(c.listen(35).size(), 1u);
  EXPECT_EQ(c.listen(20).size(), 1u);
  EXPECT_THAT(c.over, IsEmpty());
  EXPECT_THAT(c.listen(20), IsEmpty());
  EXPECT_THAT(c.over, ElementsAre(4u));
}

TEST(Voice, APhoneOfTheALawHearsTheSameInItsOwn) {
  VoicePlan voice = say(1, {"en/one"});
  voice.law = VoicePlan::Law::a;
  voice.payload_type = 8;
  Call c(voice);
  const auto packets = c.listen(100);
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_EQ(packets[0].payload_type(), 8);
  for (std::size_t i = 0; i < 160; ++i) ASSERT_EQ(packets[0].payload()[i], mu_to_a(static_cast<std::uint8_t>(i)));
  EXPECT_EQ(packets[2].payload().back(), silence_a);
}

TEST(Voice, WhatRepeatsGoesOnWithoutAGapAndIsNeverOver) {
  Call c(repeat(1, {"en/one"}));
  const auto packets = c.listen(2'000);
  EXPECT_EQ(packets.size(), 100u);
  EXPECT_EQ(packets[2].payload()[79], static_cast<std::uint8_t>(399));
  EXPECT_EQ(packets[2].payload()[80], 0);  // the first sample again
  EXPECT_THAT(c.over, IsEmpty());
}

TEST(Voice, TheOtherLegHearsItWhenItIsMeantForIt) {
  VoicePlan voice = say(1, {"en/one"});
  voice.leg = 1;
  Call c(voice);
  const auto packets = c.listen(100);
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_EQ(packets[0].to, bob);
}

TEST(Voice, WhileItSpeaksNothingPassesFromLegToLeg) {
  Call c(repeat(1, {"tone/ringing"}));
  EXPECT_FALSE(c.speech_passes(0));
  EXPECT_FALSE(c.speech_passes(1));
  const Datagram report{0x80, 201, 0, 1, 0, 0, 0, 1};
  EXPECT_FALSE(testing::give(*c.session, c.now_us, 0, true, alice_rtcp, report));
  EXPECT_EQ(c.session->report().legs[0].packets, 1u);
  EXPECT_EQ(c.session->report().legs[0].rtcp_packets, 1u);
  c.order({});
  EXPECT_TRUE(c.speech_passes(0));
  EXPECT_TRUE(c.speech_passes(1));
  EXPECT_TRUE(testing::give(*c.session, c.now_us, 0, true, alice_rtcp, report));
}

TEST(Voice, ItStaysClosedBetweenTheLegsAfterItsLastWordUntilItIsTakenBack) {
  Call c(say(1, {"en/one"}));
  c.listen(500);
  ASSERT_THAT(c.over, ElementsAre(1u));
  EXPECT_FALSE(c.speech_passes(0));
  EXPECT_EQ(c.press(5, 900'000), '5');
  c.order({});
  EXPECT_TRUE(c.speech_passes(0));
}

TEST(Voice, WhatALegBeganToPressInAnotherCallIsNotForItsNewPartner) {
  Call c({});
  c.plan.legs[0].comes_over = true;
  c.order({});
  EXPECT_EQ(c.press(11, 1'000), '-') << "it lasts 20 ms already";
  EXPECT_TRUE(c.speech_passes(0));
  EXPECT_EQ(c.press(5, 1'000, 1, bob), '>') << "who did not move is heard";
  c.now_us += 100'000;
  EXPECT_EQ(c.press(11, 1'000), '-') << "to its end";
  EXPECT_EQ(c.press(7, 5'000), '>');
}

TEST(Voice, AStrangerIsRefusedWhileItSpeaksAndDialsNothing) {
  Call c(repeat(1, {"tone/ringing"}));
  EXPECT_EQ(c.press(1, 1'000), '1');
  EXPECT_EQ(c.press(2, 2'000, 0, mallory), '-');
  EXPECT_EQ(c.press(2, 2'000, 0, bob), '-');
  EXPECT_EQ(c.press(2, 2'000, 0, {alice.address, 4'002}), '-');
  EXPECT_EQ(c.session->report().legs[0].refused_source, 3u);
  const auto packets = c.listen(100);
  ASSERT_FALSE(packets.empty());
  EXPECT_EQ(packets[0].to, alice);
}

TEST(Voice, APacketFromTheRightAddressInAnotherStreamDialsNothing) {
  Call c(repeat(1, {"tone/ringing"}));
  EXPECT_EQ(c.press(1, 1'000), '1');
  Datagram forged = rtp(2, 2'000, events, {9, 10, 0, 160});
  forged[8] = 0x66;
  const Decision d = testing::give(*c.session, c.now_us, 0, false, alice, forged);
  EXPECT_FALSE(d);
  EXPECT_EQ(d.digit, 0);
  EXPECT_EQ(c.session->report().legs[0].refused_shape, 1u);
}

TEST(Voice, DigitsAreToldOnceEachFromTheLegThatListensAlone) {
  Call c(repeat(1, {"tone/silence"}));
  EXPECT_EQ(c.press(1, 1'000), '1');
  EXPECT_EQ(c.press(1, 1'000), '-');
  EXPECT_EQ(c.press(1, 1'000), '-');
  EXPECT_EQ(c.press(1, 2'000), '1');
  EXPECT_EQ(c.press(11, 3'000), '#');
  EXPECT_EQ(c.press(16, 4'000), '-');  // flash
  EXPECT_EQ(c.press(7, 9'000, 1, bob), '-');
  EXPECT_EQ(c.session->report().legs[0].events, 4u);
}

TEST(Voice, WithoutAnAgreedEventTypeThereAreNoDigits) {
  Call c(say(1, {"en/one"}));
  c.plan.legs[0].event_payload_type = 0;
  c.order(repeat(2, {"en/one"}));
  EXPECT_EQ(c.press(1, 1'000), '-');
}

TEST(Voice, AnEventTooShortToBeOneDialsNothing) {
  Call c(repeat(1, {"en/one"}));
  const Decision d = testing::give(*c.session, c.now_us, 0, false, alice, rtp(1, 1'000, events, {5, 10, 0}));
  EXPECT_EQ(d.digit, 0);
  EXPECT_EQ(c.press(5, 2'000), '5');
}

TEST(Voice, AFloodOfEventsBecomesFewDigits) {
  Call c(repeat(1, {"tone/silence"}));
  std::size_t told = 0;
  for (std::uint32_t i = 0; i < 5'000; ++i) told += c.press(3, i * 10) == '3';  // a thousand a second
  EXPECT_EQ(told, 5 * VoiceLimits::digits_per_s);
}

TEST(Voice, TheLastDigitOfAPinDoesNotReachWhomItConnectsWith) {
  Call c(repeat(1, {"en/one"}));
  EXPECT_EQ(c.press(4, 1'000), '4');
  EXPECT_EQ(c.press(2, 2'000), '2');
  c.order({});
  EXPECT_EQ(c.press(2, 2'000), '-');  // held a little longer, and its last packet three times
  EXPECT_EQ(c.press(2, 2'000), '-');
  EXPECT_EQ(c.press(4, 1'000), '-');  // a late one
  EXPECT_EQ(c.press(9, 3'000), '>');  // and this is for the other side
}

TEST(Voice, APressThatBeganBeforeTheVoiceIsNoDigitOfItsAnswer) {
  Call c({});
  EXPECT_EQ(c.press(9, 1'000), '>');
  c.order(say(1, {"en/one"}));
  EXPECT_EQ(c.press(9, 1'000), '-');
  EXPECT_EQ(c.press(9, 2'000), '9');
}

TEST(Voice, TheFirstDigitEndsWhatStopsAtDigits) {
  VoicePlan voice = say(3, {"tone/ringing"});
  voice.stops_at_digit = true;
  Call c(voice);
  EXPECT_EQ(c.listen(100).size(), 5u);
  EXPECT_EQ(c.press(5, 1'000), '5');
  EXPECT_THAT(c.listen(1'000), IsEmpty());
  EXPECT_THAT(c.over, ElementsAre(3u));
  EXPECT_EQ(c.press(6, 2'000), '6');
}

TEST(Voice, WhatRepeatsAndStopsAtADigitFallsSilentWithoutBeingOver) {
  VoicePlan voice = repeat(3, {"tone/ringing"});
  voice.stops_at_digit = true;
  Call c(voice);
  c.listen(100);
  EXPECT_EQ(c.press(5, 1'000), '5');
  EXPECT_THAT(c.listen(1'000), IsEmpty());
  EXPECT_THAT(c.over, IsEmpty());
}

TEST(Voice, AnotherOrderCutsTheFormerOffAndOnlyItIsOver) {
  Call c(say(1, {"tone/ringing"}));
  const auto first = c.listen(100);
  c.order(say(2, {"en/one"}));
  const auto second = c.listen(200);
  ASSERT_EQ(second.size(), 3u);
  EXPECT_EQ(second[0].payload()[5], 5);
  EXPECT_TRUE(second[0].marker());
  // One stream to the phone: its numbers and its clock go on.
  EXPECT_EQ(second[0].ssrc(), first[0].ssrc());
  EXPECT_EQ(second[0].sequence(), (first.back().sequence() + 1) & 0xffff);
  EXPECT_EQ(second[0].timestamp() - first.back().timestamp(),
            static_cast<std::uint32_t>((second[0].at_us - first.back().at_us) * 8 / 1'000));
  EXPECT_THAT(c.over, ElementsAre(2u));
}

TEST(Voice, APauseBetweenTwoOrdersIsAPauseOfItsClock) {
  Call c(say(1, {"en/two"}));
  const auto first = c.listen(5'000);
  c.order(say(2, {"en/two"}));
  const auto second = c.listen(100);
  ASSERT_FALSE(second.empty());
  EXPECT_EQ(second[0].timestamp() - first.back().timestamp(),
            static_cast<std::uint32_t>((second[0].at_us - first.back().at_us) * 8 / 1'000));
}

TEST(Voice, TheSameOrderGoesOnThroughAnUpdateToTheNewPlaceAndType) {
  Call c(say(1, {"tone/ringing"}));
  c.listen(100);
  c.plan.legs[0].remote_rtp.port = 4'600;
  c.plan.voice.payload_type = 8;
  c.plan.voice.law = VoicePlan::Law::a;
  c.order(c.plan.voice);
  const auto packets = c.listen(100);
  ASSERT_EQ(packets.size(), 5u);
  EXPECT_EQ(packets[0].to.port, 4'600);
  EXPECT_EQ(packets[0].payload_type(), 8);
  EXPECT_FALSE(packets[0].marker());
  EXPECT_EQ(packets[0].payload()[1], c.bank.find("tone/ringing")->bytes(VoicePlan::Law::a)[5 * 160 + 1]);
}

TEST(Voice, AClipThatThereIsNotIsPassedOverAndAnOrderOfNoneIsOverAtOnce) {
  Call c(say(1, {"en/nothing", "en/two"}));
  EXPECT_EQ(c.listen(100).size(), 2u);
  c.order(say(2, {"../../etc/passwd"}));
  EXPECT_THAT(c.listen(100), IsEmpty());
  EXPECT_THAT(c.over, ElementsAre(1u, 2u));
  c.order(repeat(3, {}));
  EXPECT_THAT(c.listen(100), IsEmpty());
  EXPECT_EQ(c.session->speaks_at_us(), never_ms);
}

TEST(Voice, AnOrderOfTooManyClipsIsCut) {
  Call c(say(1, std::vector<std::string>(1'000, "en/two")));
  EXPECT_EQ(c.listen(60'000).size(), 2 * VoiceLimits::order_clips);
}

TEST(Voice, BehindANatItWaitsForThePhoneToShowItself) {
  Call c(say(1, {"en/one"}), true);
  EXPECT_THAT(c.listen(500), IsEmpty());
  const Endpoint mapped{alice.address, 61'000};
  EXPECT_EQ(c.press(0, 1'000, 0, mallory), '-');
  EXPECT_THAT(c.listen(100), IsEmpty());
  EXPECT_EQ(c.press(0, 1'000, 0, mapped), '0');
  const auto packets = c.listen(200);
  ASSERT_EQ(packets.size(), 3u);  // from its beginning
  EXPECT_EQ(packets[0].to, mapped);
  EXPECT_TRUE(packets[0].marker());
  EXPECT_EQ(packets[0].payload()[7], 7);
}

TEST(Voice, NobodyIsWaitedForForEver) {
  Call c(say(1, {"en/one"}), true);
  EXPECT_THAT(c.listen(VoiceLimits::address_wait_ms + 200), IsEmpty());
  EXPECT_THAT(c.over, ElementsAre(1u));
}

TEST(Voice, ItNeverSpeaksToAnAddressThatMayNotBeSentTo) {
  Call c(say(1, {"en/one"}));
  c.plan.legs[0].remote_rtp = {c.plan.legs[0].local, c.plan.legs[1].local_port};  // ourselves
  c.order(say(2, {"en/one"}));
  EXPECT_THAT(c.listen(20'000), IsEmpty());
}

TEST(Voice, WhoListensIsNotSilentButWhoWasSpokenToLongAgoIs) {
  Call c(say(1, {"tone/ringing"}));
  c.listen(4'000);
  EXPECT_GT(c.session->silent_at_us(), c.now_us);
  c.listen(3'000);
  EXPECT_LT(c.session->silent_at_us(), c.now_us);
}

TEST(Voice, AThreadThatWasBusyCatchesUpALittleAndNeverBursts) {
  Call little(repeat(1, {"tone/ringing"}));
  little.now_us += 100'000;
  const auto soon = little.listen(0);
  EXPECT_GE(soon.size(), 4u);
  EXPECT_LE(soon.size(), 6u);
  Call much(repeat(1, {"tone/ringing"}));
  much.now_us += 60'000'000;
  const auto late = much.listen(0);
  EXPECT_EQ(late.size(), 1u);
  EXPECT_EQ(much.listen(1'000).size(), 50u);
}

TEST(Voice, RoomThatIsTooSmallIsNotWrittenTo) {
  Call c(say(1, {"en/one"}));
  Datagram room(voice_packet_bytes - 1, 7);
  EXPECT_EQ(c.session->speak(2'000'000, room).to, nullptr);
  EXPECT_EQ(room, Datagram(voice_packet_bytes - 1, 7));
}

}  // namespace
}  // namespace rf::media
