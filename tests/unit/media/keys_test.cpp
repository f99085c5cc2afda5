// Keys that are turned from one way into another within a relayed stream.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/media/session.hpp"
#include "core/srtp/stream.hpp"
#include "tests/unit/media/give.hpp"

namespace rf::media {
namespace {

using Datagram = std::vector<std::uint8_t>;

Endpoint at(const char* text) {
  return Endpoint::parse(text).value();
}
const Endpoint alice = at("198.51.100.1:4000"), bob = at("203.0.113.2:5000");
constexpr std::uint8_t sound = 0, events = 101;

RelayPlan plain() {
  RelayPlan p;
  p.id = RelayId{7};
  for (unsigned i = 0; i < 2; ++i) {
    p.legs[i].local = at("10.0.0.1:1").address;
    p.legs[i].local_port = static_cast<std::uint16_t>(40'000 + 2 * i);
    p.legs[i].remote_rtp = i == 0 ? alice : bob;
    p.legs[i].signalling = p.legs[i].remote_rtp.address;
    p.legs[i].event_payload_type = events;
  }
  return p;
}

Datagram packet(std::uint16_t sequence, std::uint32_t timestamp, std::uint8_t type, const Datagram& payload,
                std::uint32_t ssrc = 1) {
  Datagram d{0x80, type, static_cast<std::uint8_t>(sequence >> 8), static_cast<std::uint8_t>(sequence)};
  for (const std::uint32_t value : {timestamp, ssrc})
    for (int shift = 24; shift >= 0; shift -= 8) d.push_back(static_cast<std::uint8_t>(value >> shift));
  d.insert(d.end(), payload.begin(), payload.end());
  return d;
}

/// Both phones, with a clock; what Bob gets of Alice is kept.
struct Talk {
  explicit Talk(const RelayPlan& p = plain()) : plan(p), session(p, 0) {}

  /// Twenty milliseconds of Alice's sound.
  void speaks(int packets = 1) {
    for (int i = 0; i < packets; ++i) {
      ++sequence;
      give(packet(sequence, time += 160, sound, Datagram(160, 0xd5)));
      pass_ms(20);
    }
  }
  Decision give(const Datagram& d) {
    Datagram room = d;
    room.resize(d.size() + packet_growth);
    const Decision decision = session.on_packet(now_us, 0, false, alice, room, d.size());
    if (decision) keep({room.begin(), room.begin() + static_cast<std::ptrdiff_t>(decision.bytes)});
    if (decision.to_transcode)
      coded.emplace_back(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(decision.bytes));
    if (decision.digit != 0) told += decision.digit;
    return decision;
  }
  /// A key of Alice's as an event: `packets` of it, the last three of them its end.
  void presses_event(std::uint8_t code, int packets = 6) {
    const std::uint32_t began = time + 160;
    time += 160u * static_cast<std::uint32_t>(packets);
    for (int i = 1; i <= packets; ++i) {
      const auto lasts = static_cast<std::uint16_t>(160 * std::min(i, packets - 2));
      const bool ends = i > packets - 3;
      ++sequence;
      give(packet(sequence, began, static_cast<std::uint8_t>(i == 1 ? 0x80 | events : events),
                  {code, static_cast<std::uint8_t>((ends ? 0x80 : 0) | 10), static_cast<std::uint8_t>(lasts >> 8),
                   static_cast<std::uint8_t>(lasts)}));
      pass_ms(20);
    }
  }
  void presses_info(std::uint8_t code, std::uint16_t lasts_ms = 100) {
    plan.press = {plan.press.order + 1, 0, code, lasts_ms};
    session.update(plan, now_us);
  }
  void pass_ms(int ms) {
    for (const std::int64_t until = now_us + ms * 1'000; now_us < until; now_us += 10'000) speak();
  }
  void speak() {
    while (session.speaks_at_us() <= now_us) {
      Datagram room(voice_packet_bytes + packet_growth);
      const Spoken spoken = session.speak(now_us, room);
      room.resize(spoken.bytes);
      if (spoken.to_transcode && spoken.is_key) coded.push_back(room);
      if (spoken.to != nullptr) keep(room);
    }
  }
  void keep(const Datagram& d) { heard.push_back(d); }

  /// The keys that Bob heard as events; each packet of an event is held against what it has to be.
  std::string keys() {
    std::string out;
    std::optional<std::uint32_t> last;
    for (const Datagram& d : heard) {
      const auto header = rtp::parse(d);
      if (!header || header->payload_type != events) continue;
      const auto event = rtp::parse_event(header->payload);
      EXPECT_TRUE(event);
      if (last != header->timestamp) out += digit_of(*event);
      EXPECT_EQ(header->marker, last != header->timestamp);
      last = header->timestamp;
    }
    return out;
  }
  void expect_one_stream_without_a_gap() {
    std::optional<std::uint16_t> before;
    std::uint32_t said = 0;
    for (const Datagram& d : heard) {
      const auto header = rtp::parse(d);
      ASSERT_TRUE(header);
      if (before) {
        EXPECT_EQ(header->sequence, static_cast<std::uint16_t>(*before + 1));
        EXPECT_GE(header->timestamp, said);
        EXPECT_EQ(header->ssrc, rtp::parse(heard.front())->ssrc);
      }
      before = header->sequence;
      said = header->timestamp;
    }
  }

  RelayPlan plan;
  Session session;
  std::vector<Datagram> heard, coded;
  std::string told;
  std::int64_t now_us = 1'000'000;
  std::uint16_t sequence = 65'500;
  std::uint32_t time = 0x7fff'0000;
};

TEST(TurnedKeys, AKeyByInfoIsAnEventInTheStreamOfWhoPressedIt) {
  Talk t;
  t.speaks(20);
  t.presses_info(5);
  t.speaks(30);
  t.presses_info(11);
  t.presses_info(0);
  t.speaks(60);
  EXPECT_EQ(t.keys(), "5#0");
  t.expect_one_stream_without_a_gap();
  const auto held = std::count_if(t.heard.begin(), t.heard.end(), [](const Datagram& d) { return d.size() == 16; });
  EXPECT_EQ(held, 3 * (5 + 2)) << "100 ms each, and their ends two times more";
  EXPECT_EQ(t.told, "");
  EXPECT_EQ(t.session.speaks_at_us(), never_ms) << "nothing is left to do";
}

TEST(TurnedKeys, AKeyByInfoIsPressedForWhoSaysNothingToo) {
  Talk t;
  t.presses_info(5);
  t.pass_ms(300);
  EXPECT_EQ(t.keys(), "5");
  t.speaks(5);
  EXPECT_EQ(t.heard.size(), 12u) << "and who begins to speak is heard";
}

TEST(TurnedKeys, KeysByInfoAreNoSignOfLifeOfTheMedia) {
  RelayPlan p = plain();
  p.silence_limit_ms = 1'000;
  Talk t(p);
  t.speaks(1);
  const std::int64_t silent_at_us = t.session.silent_at_us();
  t.presses_info(5);
  t.pass_ms(300);
  EXPECT_EQ(t.session.silent_at_us(), silent_at_us);
}

TEST(TurnedKeys, WhatComesLateOfTheTimeOfAKeyIsNotHeardTwice) {
  Talk t;
  t.speaks(10);
  const std::uint16_t before = t.sequence;
  t.presses_info(5);
  t.speaks(20);
  for (std::uint16_t i = 0; i < 8; ++i)
    t.give(packet(static_cast<std::uint16_t>(before - 2 + i), 1, sound, Datagram(160)));
  t.speaks(10);
  t.expect_one_stream_without_a_gap();
}

TEST(TurnedKeys, AsManyWaitAsMayAndTheRestIsLost) {
  Talk t;
  t.speaks(1);
  for (int i = 0; i < 200; ++i) t.presses_info(static_cast<std::uint8_t>(i % 10));
  t.speaks(400);
  EXPECT_EQ(t.keys().size(), VoiceLimits::keys_waiting);
  t.expect_one_stream_without_a_gap();
}

TEST(TurnedKeys, APhoneThatSendsBothPressesOnceByTheWayThatCameFirst) {
  Talk events_first;
  events_first.speaks(5);
  events_first.presses_event(5);
  events_first.presses_info(5);
  events_first.speaks(20);
  EXPECT_EQ(events_first.keys(), "5");

  Talk info_first;
  info_first.speaks(5);
  info_first.presses_info(5);
  info_first.presses_event(5);
  info_first.speaks(20);
  info_first.expect_one_stream_without_a_gap();
  info_first.presses_event(7);
  info_first.speaks(20);
  EXPECT_EQ(info_first.keys(), "5");

  info_first.plan.legs[0].round = 1;
  info_first.session.update(info_first.plan, info_first.now_us);
  info_first.presses_event(8);
  EXPECT_EQ(info_first.keys(), "58") << "until it is agreed on anew";
}

TEST(TurnedKeys, AnEventForWhoTakesInfoIsToldOnceAndDoesNotLeave) {
  RelayPlan p = plain();
  p.legs[1].keys = KeyWay::info;
  Talk t(p);
  t.speaks(5);
  t.presses_event(5);
  t.presses_event(10);
  t.speaks(5);
  EXPECT_EQ(t.told, "5*");
  EXPECT_EQ(t.keys(), "");
  EXPECT_EQ(t.session.report().legs[0].events, 2u);
}

TEST(TurnedKeys, NobodyTellsMoreKeysThanFingersPress) {
  RelayPlan p = plain();
  p.legs[1].keys = KeyWay::info;
  Talk t(p);
  for (std::uint16_t i = 1; i <= 500; ++i) t.give(packet(i, i * 160u, events, {1, 10, 0, 160}));
  EXPECT_EQ(t.told.size(), VoiceLimits::digits_per_s);
  EXPECT_EQ(t.keys(), "");
}

TEST(TurnedKeys, EventsOfWhoIsToSendInfoAreNobodys) {
  RelayPlan p = plain();
  p.legs[0].keys = KeyWay::info;
  Talk t(p);
  t.speaks(5);
  t.presses_event(5);
  EXPECT_EQ(t.keys(), "");
  t.presses_info(6);
  t.speaks(20);
  EXPECT_EQ(t.keys(), "6");
  p.voice.order = 1;
  t.plan.voice.order = 1;
  t.session.update(t.plan, t.now_us);
  t.presses_event(7);
  EXPECT_EQ(t.told, "") << "nor do they count in a menu";
}

TEST(TurnedKeys, WhoEncryptsGetsThemEncrypted) {
  const auto key = [](std::uint8_t seed) {
    Datagram bytes(44);
    std::iota(bytes.begin(), bytes.end(), seed);
    return srtp::MasterKey::make(srtp::Suite::aead_aes_256_gcm, bytes).value();
  };
  RelayPlan p = plain();
  p.legs[1].security.protection = Protection::sdes;
  p.legs[1].security.ours = key(1);
  p.legs[1].security.theirs = key(99);
  Talk t(p);
  t.speaks(10);
  t.presses_info(5);
  t.speaks(30);
  t.presses_info(6);
  t.speaks(30);
  auto reader = srtp::Unprotector::make(key(1));
  ASSERT_TRUE(reader);
  for (Datagram& d : t.heard) {
    const auto opened = reader->unprotect_rtp(d);
    ASSERT_TRUE(opened);
    d.resize(*opened);
  }
  EXPECT_EQ(t.keys(), "56");
  t.expect_one_stream_without_a_gap();
}

// --- through the transcoder

RelayPlan transcoded() {
  RelayPlan p = plain();
  p.legs[0].keys = KeyWay::sound;
  p.transcode.emplace();
  p.transcode->legs[0].heard_event_type = 102;
  p.transcode->legs[0].says_keys = true;
  p.transcode->legs[1].event_type = p.transcode->legs[1].heard_event_type = events;
  return p;
}

/// What the session makes of an event that the transcoder made for Bob.
bool makes(Talk& t, std::uint8_t code, std::uint32_t timestamp) {
  Datagram d = packet(1, timestamp, events, {code, 10, 0, 160}, 9);
  const std::size_t bytes = d.size();
  d.resize(bytes + packet_growth);
  const Decision decision = t.session.send_coded(t.now_us, 1, d, bytes);
  if (decision.digit != 0) t.told += decision.digit;
  return static_cast<bool>(decision);
}

TEST(TurnedKeys, AKeyByInfoReachesTheTranscoderAsAnEventOfItsSender) {
  Talk t(transcoded());
  t.speaks(5);
  t.coded.clear();
  t.presses_info(5);
  t.pass_ms(160);
  ASSERT_EQ(t.coded.size(), 7u);
  const auto header = rtp::parse(t.coded.front());
  EXPECT_EQ(header->payload_type, 102);
  EXPECT_EQ(header->ssrc, 1u);
  EXPECT_EQ(header->sequence, static_cast<std::uint16_t>(t.sequence + 1));
  EXPECT_TRUE(makes(t, 5, 800)) << "what is made of it leaves";
  EXPECT_TRUE(t.heard.empty());
}

TEST(TurnedKeys, TonesOfWhoSendsInfoAreNoSecondKey) {
  Talk t(transcoded());
  t.speaks(5);
  t.presses_info(5);
  t.pass_ms(600);
  EXPECT_FALSE(makes(t, 5, 800));
  Talk other(transcoded());
  other.speaks(5);
  EXPECT_TRUE(makes(other, 5, 800));
  other.coded.clear();
  other.presses_info(5);
  other.pass_ms(300);
  EXPECT_TRUE(other.coded.empty()) << "nor the other way about";
}

TEST(TurnedKeys, TonesForWhoTakesInfoAreToldAndDoNotLeave) {
  RelayPlan p = transcoded();
  p.legs[1].keys = KeyWay::info;
  Talk t(p);
  t.speaks(5);
  EXPECT_FALSE(makes(t, 5, 800));
  EXPECT_FALSE(makes(t, 5, 800));
  EXPECT_FALSE(makes(t, 6, 8'000));
  EXPECT_EQ(t.told, "56");
}

TEST(TurnedKeys, TonesCountInAMenuAndNothingElseOfThemPasses) {
  RelayPlan p = transcoded();
  p.voice.order = 1;
  p.voice.stops_at_digit = true;
  Talk t(p);
  t.speaks(5);
  EXPECT_EQ(t.coded.size(), 5u) << "they are listened to";
  EXPECT_TRUE(t.heard.empty());
  EXPECT_FALSE(makes(t, 5, 800));
  EXPECT_EQ(t.told, "5");
  p.legs[0].keys = KeyWay::info;
  Talk deaf(p);
  deaf.speaks(5);
  EXPECT_TRUE(deaf.coded.empty()) << "not where the rule says INFO";
}

RC_GTEST_PROP(TurnedKeysAtAnyTime, LeaveOneStreamWithoutANumberTwice, (std::vector<std::uint8_t> steps)) {
  Talk t;
  t.speaks(1);
  for (const std::uint8_t step : steps) {
    if (step < 60)
      t.presses_info(step % 16, static_cast<std::uint16_t>(step * 10));
    else if (step < 80)
      ++t.sequence;  // lost
    else if (step < 100)
      t.give(packet(static_cast<std::uint16_t>(t.sequence - step % 8), t.time, sound, Datagram(160)));
    else
      t.speaks(1 + step % 12);
  }
  std::set<std::uint16_t> of_keys;
  for (const Datagram& d : t.heard)
    if (d.size() == 16) RC_ASSERT(of_keys.insert(rtp::parse(d)->sequence).second);
  for (const Datagram& d : t.heard)
    if (d.size() != 16) RC_ASSERT(!of_keys.contains(rtp::parse(d)->sequence));
}

}  // namespace
}  // namespace rf::media
