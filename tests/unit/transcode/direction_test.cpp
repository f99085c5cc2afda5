#include "shell/transcode/direction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/base/limits/media.hpp"
#include "tests/unit/transcode/sounds.hpp"

namespace rf::transcode {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Le;
using ::testing::SizeIs;

constexpr Start start{0x1234, 4'000'000'000u, 65'500};
constexpr double loud = 8'000;

/// Both ends of one direction, with a clock.
struct Line {
  Line(const media::LegCoding& from, const media::LegCoding& to)
      : talker(from, own_rate(from)),
        listener(to, own_rate(to)),
        direction(from, to, start),
        talker_rate(own_rate(from)),
        emit(listener.emit()) {}

  void give(const Packet& packet, int after_ms = 20) {
    now_us += after_ms * 1'000;
    direction.on_packet(now_us, packet, emit);
  }
  /// A tone of a second, or so.
  void sing(double hz, int packets = 50, int packet_ms = 20) {
    const std::size_t frame = talker_rate * static_cast<std::size_t>(packet_ms) / 1'000;
    const Samples all = tone(hz, loud, frame * static_cast<std::size_t>(packets), talker_rate);
    for (int i = 0; i < packets; ++i)
      give(talker.say(std::span(all).subspan(static_cast<std::size_t>(i) * frame, frame)), packet_ms);
  }

  Talker talker;
  Listener listener;
  Direction direction;
  std::uint32_t talker_rate;
  Emit emit;
  std::int64_t now_us = 1'000'000;
};

struct Pair {
  std::string name;
  media::LegCoding from, to;
};
std::vector<Pair> all_pairs() {
  const std::vector<std::pair<std::string, media::LegCoding>> legs{
      {"pcmu", pcmu()}, {"pcma", pcma()}, {"g722", g722()}, {"opus", opus()}};
  std::vector<Pair> out;
  for (const auto& [a, from] : legs)
    for (const auto& [b, to] : legs) out.push_back({a + "To" + b, from, to});
  return out;
}

class EveryPair : public ::testing::TestWithParam<Pair> {};
INSTANTIATE_TEST_SUITE_P(Direction, EveryPair, ::testing::ValuesIn(all_pairs()),
                         [](const auto& pair) { return pair.param.name; });

TEST_P(EveryPair, KeepsFrequencyAndLevelOfATone) {
  for (const double hz : {400.0, 1'000.0, 2'600.0}) {
    Line line(GetParam().from, GetParam().to);
    line.sing(hz);
    EXPECT_EQ(line.listener.broken, 0u);
    const auto heard = line.listener.settled();
    ASSERT_GT(heard.size(), 12'000u * own_rate(GetParam().to) / 16'000);
    const double level_db = 20 * std::log10(amplitude_at(hz, heard, own_rate(GetParam().to)) / loud);
    EXPECT_THAT(level_db, AllOf(Ge(-3.0), Le(2.0))) << hz;
    EXPECT_LT(amplitude_at(hz * 1.37, heard, own_rate(GetParam().to)), loud / 30) << hz;
  }
}

TEST_P(EveryPair, NumbersItsPacketsWithoutAGapAndItsTimeBySound) {
  Line line(GetParam().from, GetParam().to);
  line.sing(500, 20);
  EXPECT_THAT(line.listener.timestamps, SizeIs(20));
  EXPECT_EQ(line.listener.jumps, 0u);
  EXPECT_EQ(line.listener.markers, 1u);
  EXPECT_EQ(line.listener.ssrc, start.ssrc);
  EXPECT_EQ(line.listener.timestamps.front(), start.timestamp);
  const std::uint32_t step = media::clock_of(GetParam().to.codec) / 50;
  for (std::size_t i = 1; i < line.listener.timestamps.size(); ++i)
    EXPECT_EQ(line.listener.timestamps[i] - line.listener.timestamps[i - 1], step);
}

TEST_P(EveryPair, CutsSoundIntoThePacketsThatTheOtherSideWants) {
  for (const int in_ms : {10, 20, 40, 60})
    for (const std::uint16_t out_ms : {std::uint16_t{10}, std::uint16_t{20}, std::uint16_t{40}, std::uint16_t{60}}) {
      media::LegCoding to = GetParam().to;
      to.packet_ms = out_ms;
      Line line(GetParam().from, to);
      line.sing(1'000, 1'200 / in_ms, in_ms);
      EXPECT_EQ(line.listener.timestamps.size(), 1'200u / out_ms);
      EXPECT_EQ(line.listener.last_samples, out_ms * own_rate(to) / 1'000);
      EXPECT_GT(amplitude_at(1'000, line.listener.settled(), own_rate(to)), loud * 0.7) << in_ms << " " << out_ms;
    }
}

TEST_P(EveryPair, MakesUpForOneLostPacket) {
  Line line(GetParam().from, GetParam().to);
  const std::size_t frame = line.talker_rate / 50;
  const Samples all = tone(400, loud, frame * 50, line.talker_rate);
  for (std::size_t i = 0; i < 50; ++i) {
    const Packet packet = line.talker.say(std::span(all).subspan(i * frame, frame));
    if (i % 10 != 5) line.give(packet);
  }
  EXPECT_THAT(line.listener.timestamps, SizeIs(50));
  EXPECT_EQ(line.listener.markers, 1u);
  EXPECT_EQ(line.direction.counts().concealed, 5 * 20 * rate_between(GetParam().from, GetParam().to) / 1'000);
  EXPECT_GT(amplitude_at(400, line.listener.settled(), own_rate(GetParam().to)), loud * 0.6);
}

TEST_P(EveryPair, SaysNothingForLossThatIsTooLong) {
  Line line(GetParam().from, GetParam().to);
  line.sing(400, 10);
  for (int i = 0; i < 10; ++i) (void)line.talker.say(Samples(line.talker_rate / 50));
  line.sing(400, 10);
  EXPECT_THAT(line.listener.timestamps, SizeIs(20));
  EXPECT_EQ(line.listener.markers, 2u);
  EXPECT_EQ(line.direction.counts().concealed, 0u);
  EXPECT_EQ(line.listener.timestamps[10] - line.listener.timestamps[9], media::clock_of(GetParam().to.codec) / 50 * 11);
}

TEST_P(EveryPair, AnyBytesAreSoundOrIgnored) {
  std::uint32_t chance = 1;
  for (const std::size_t bytes : {0u, 1u, 2u, 3u, 7u, 159u, 160u, 500u, 1'275u, 1'400u, 1'488u}) {
    Line line(GetParam().from, GetParam().to);
    for (int i = 0; i < 200; ++i) {
      Packet payload(bytes);
      for (std::uint8_t& byte : payload)
        byte = static_cast<std::uint8_t>((chance = chance * 1'103'515'245 + 12'345) >> 16);
      line.give(packet_of(GetParam().from.heard_type, line.talker.sequence++, chance, payload), 200);
    }
    EXPECT_EQ(line.listener.broken, 0u);
    EXPECT_EQ(line.listener.jumps, 0u);
    EXPECT_EQ(line.direction.counts().packets, 200u);
    if (bytes == 0) {
      EXPECT_EQ(line.direction.counts().ignored, 200u);
    }
  }
}

TEST_P(EveryPair, APressStaysAnEventWithTheOtherSidesNumbers) {
  media::LegCoding to = GetParam().to;
  to.event_type = 96;
  Line line(GetParam().from, to);
  line.sing(400, 5);
  line.give(line.talker.press(5, 20, false, true));
  line.give(line.talker.press(5, 40));
  for (int i = 0; i < 3; ++i) line.give(line.talker.press(5, 60, true), 0);
  line.talker.rest(60);
  line.sing(400, 5);
  ASSERT_THAT(line.listener.events, SizeIs(5));
  const std::uint32_t began = start.timestamp + 5 * media::clock_of(to.codec) / 50;
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(line.listener.events[i].event.code, 5);
    EXPECT_EQ(line.listener.events[i].timestamp, began);
    EXPECT_EQ(line.listener.events[i].marker, i == 0);
    EXPECT_EQ(line.listener.events[i].event.end, i >= 2);
  }
  EXPECT_EQ(line.listener.events[4].event.duration, 60 * to.event_clock_hz / 1'000);
  ASSERT_THAT(line.listener.timestamps, SizeIs(10));
  EXPECT_EQ(line.listener.timestamps[5] - began, 3 * media::clock_of(to.codec) / 50);
  EXPECT_EQ(line.listener.jumps, 0u);
}

TEST(Direction, AWideCallStaysWide) {
  EXPECT_EQ(rate_between(opus(), g722()), 16'000u);
  EXPECT_EQ(rate_between(g722(), opus()), 16'000u);
  EXPECT_EQ(rate_between(opus(), pcma()), 8'000u);
  Line line(opus(), g722());
  line.sing(5'000);
  EXPECT_GT(amplitude_at(5'000, line.listener.settled(), 16'000), loud * 0.5);
}

TEST(Direction, AllKeysBecomeTonesForWhoHasNoEvents) {
  for (std::uint8_t code = 0; code < 16; ++code) {
    Line line(opus(), without_events(pcma()));
    line.sing(300, 5);
    for (std::uint32_t ms = 20; ms <= 100; ms += 20) line.give(line.talker.press(code, ms, false, ms == 20));
    for (int i = 0; i < 3; ++i) line.give(line.talker.press(code, 100, true), 0);
    KeyDetector ears;
    std::vector<int> heard;
    const std::span sound(line.listener.sound);
    for (std::size_t at = 0; at + 160 <= sound.size(); at += 160) {
      const std::uint8_t key = ears.hear(sound.subspan(at, 160));
      if (key != KeyDetector::none && (heard.empty() || heard.back() != key)) heard.push_back(key);
    }
    EXPECT_THAT(heard, ::testing::ElementsAre(code));
    EXPECT_EQ(sound.size(), 10u * 160);
    EXPECT_THAT(line.listener.events, SizeIs(0));
  }
}

TEST(Direction, AllKeysBecomeEventsForWhoAloneHasThem) {
  for (const media::LegCoding& to : {opus(), pcmu(), g722()})
    for (std::uint8_t code = 0; code < 16; ++code) {
      Line line(without_events(pcma()), to);
      line.sing(300, 10);
      KeyTone keys(code, 8'000);
      for (int i = 0; i < 6; ++i) {
        Samples frame(160);
        keys.sound(frame);
        line.give(line.talker.say(frame));
      }
      line.sing(300, 10);
      ASSERT_THAT(line.listener.events, SizeIs(Ge(4u))) << int{code};
      std::size_t ends = 0;
      for (const auto& event : line.listener.events) {
        EXPECT_EQ(event.event.code, code);
        EXPECT_EQ(event.timestamp, line.listener.events.front().timestamp);
        ends += event.event.end ? 1 : 0;
      }
      EXPECT_EQ(ends, 3u);
      const double lasted_ms = 1'000.0 * line.listener.events.back().event.duration / to.event_clock_hz;
      EXPECT_THAT(lasted_ms, AllOf(Ge(60.0), Le(140.0)));
      EXPECT_EQ(line.listener.jumps, 0u);
      EXPECT_EQ(line.listener.broken, 0u);
    }
}

TEST(Direction, KeysOfOneWhoSaysTonesCountAsEventsToo) {
  for (const bool for_events : {true, false}) {
    media::LegCoding from = pcma();
    from.heard_event_type = 96;
    from.says_keys = true;
    const media::LegCoding to = for_events ? pcmu() : without_events(pcmu());
    Line line(from, to);
    line.sing(400, 10);
    for (int i = 1; i <= 5; ++i) line.give(line.talker.press(5, static_cast<std::uint32_t>(20 * i), i == 5, i == 1));
    line.talker.rest(100);
    line.sing(400, 10);
    if (for_events) {
      ASSERT_THAT(line.listener.events, SizeIs(5));
      EXPECT_EQ(line.listener.events.front().event.code, 5);
    } else {
      EXPECT_THAT(line.listener.events, SizeIs(0));
    }
    // And the same key in the sound.
    Samples sound(800);
    KeyTone(7, 8'000).sound(sound);
    for (std::size_t at = 0; at < sound.size(); at += 160)
      line.give(line.talker.say(std::span(sound).subspan(at, 160)));
    line.sing(400, 10);
    if (for_events) {
      EXPECT_EQ(line.listener.events.back().event.code, 7);
    }
  }
}

TEST(Direction, AKeyThatIsHeldLongIsToldInSegments) {
  Line line(without_events(pcma()), opus());
  KeyTone keys(7, 8'000);
  for (int i = 0; i < 150; ++i) {
    Samples frame(160);
    keys.sound(frame);
    line.give(line.talker.say(frame));
  }
  line.sing(300, 5);
  std::uint64_t lasted = 0;
  std::uint32_t segment = line.listener.events.front().timestamp;
  std::uint16_t last = 0;
  for (const auto& event : line.listener.events) {
    if (event.timestamp != segment) {
      EXPECT_EQ(event.timestamp, segment + last);
      lasted += last;
      segment = event.timestamp;
    }
    last = event.event.duration;
  }
  EXPECT_NEAR(static_cast<double>(lasted + last) / 48'000, 3.0, 0.1);
}

TEST(Direction, ComfortNoiseIsUntouchedBetweenTwoThatKnowIt) {
  const std::uint8_t level[] = {60, 1, 2};
  Line both(pcma(), g722());
  both.sing(400, 5);
  both.give(packet_of(13, both.talker.sequence++, both.talker.timestamp, level));
  EXPECT_EQ(both.listener.noises, 1u);
  EXPECT_EQ(both.listener.last_bytes, 3u);
  Line one(pcma(), opus());
  one.sing(400, 5);
  one.give(packet_of(13, one.talker.sequence++, one.talker.timestamp, level));
  EXPECT_EQ(one.listener.noises, 0u);
  EXPECT_THAT(one.listener.timestamps, SizeIs(6));
}

TEST(Direction, AnotherStreamOfTheSenderGoesOnAsOurs) {
  Line line(pcma(), opus());
  line.sing(400, 5);
  const Packet other = packet_of(8, 9, 123, Packet(160, 0xd5), true, 99);
  line.give(other, 500);
  EXPECT_EQ(line.listener.jumps, 0u);
  EXPECT_EQ(line.listener.ssrc, start.ssrc);
  ASSERT_THAT(line.listener.timestamps, SizeIs(6));
  EXPECT_EQ(line.listener.timestamps[5] - line.listener.timestamps[4], 48'000u / 50 + 24'000);
}

TEST(Direction, WhatIsLateOrOfNoAgreedTypeIsIgnored) {
  Line line(pcma(), opus());
  line.sing(400, 5);
  line.give(packet_of(8, static_cast<std::uint16_t>(line.talker.sequence - 2), 5, Packet(160, 0xd5)));
  line.give(packet_of(0, line.talker.sequence, 5, Packet(160, 0xd5)));
  EXPECT_THAT(line.listener.timestamps, SizeIs(5));
  EXPECT_EQ(line.direction.counts().ignored, 2u);
}

TEST(Direction, OnePacketNeverMakesManySecondsOfSound) {
  Line line(opus(), without_events(pcma()));
  line.give(line.talker.press(1, 1'300, false, true));
  EXPECT_THAT(line.listener.timestamps, SizeIs(Le(TranscodeLimits::press_step_ms / 20)));
  line.give(packet_of(111, static_cast<std::uint16_t>(line.talker.sequence + 2'000), 0x7000'0000, Packet(40, 1)));
  EXPECT_THAT(line.listener.timestamps, SizeIs(Le(20u)));
}

TEST(Direction, NobodySpeaksFasterThanTimePasses) {
  Line line(opus(), pcma());
  const Samples frame(16'000 * 60 / 1'000);
  for (int i = 0; i < 1'000; ++i) line.give(line.talker.say(frame), 1);
  EXPECT_LT(line.listener.sound.size(), 8u * (500 + 1'250 + 60));
  EXPECT_GT(line.direction.counts().ignored, 900u);
}

}  // namespace
}  // namespace rf::transcode
