// What the packet step does with streams whose legs share no codec: who may be heard is asked as ever, and what comes
// back from the transcoder leaves as the leg is protected.
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "core/media/session.hpp"
#include "core/srtp/stream.hpp"
#include "tests/unit/media/give.hpp"

namespace rf::media {
namespace {

using Datagram = std::vector<std::uint8_t>;

Endpoint at(const char* text) {
  return Endpoint::parse(text).value();
}
const Endpoint alice = at("198.51.100.1:4000"), bob = at("203.0.113.2:5000"), mallory = at("192.0.2.66:4000");

srtp::MasterKey key(std::uint8_t seed) {
  Datagram bytes(44);
  std::iota(bytes.begin(), bytes.end(), seed);
  return srtp::MasterKey::make(srtp::Suite::aead_aes_256_gcm, bytes).value();
}

RelayPlan plan() {
  RelayPlan p;
  for (unsigned i = 0; i < 2; ++i) {
    p.legs[i].local = at("10.0.0.1:1").address;
    p.legs[i].local_port = static_cast<std::uint16_t>(40'000 + 2 * i);
    p.legs[i].remote_rtp = i == 0 ? alice : bob;
    p.legs[i].signalling = p.legs[i].remote_rtp.address;
    p.legs[i].event_payload_type = 101;
  }
  p.transcode.emplace();
  p.transcode->legs[0] = {Codec::pcma, 8, 8, 101, 101, 8'000, false, 20};
  p.transcode->legs[1] = {Codec::opus, 111, 111, 101, 101, 48'000, false, 20};
  return p;
}

Datagram rtp(std::uint16_t sequence, std::uint8_t type = 8) {
  Datagram d(172, 0xd5);
  d[0] = 0x80;
  d[1] = type;
  d[2] = static_cast<std::uint8_t>(sequence >> 8);
  d[3] = static_cast<std::uint8_t>(sequence);
  for (int i = 4; i < 12; ++i) d[static_cast<std::size_t>(i)] = 1;
  return d;
}

/// What the session makes of a packet that the transcoder made for a leg.
Decision coded(Session& session, unsigned leg, Datagram& packet) {
  const std::size_t bytes = packet.size();
  packet.resize(bytes + packet_growth);
  const Decision decision = session.send_coded(20'000, leg, packet, bytes);
  packet.resize(decision ? decision.bytes : bytes);
  return decision;
}

TEST(Transcoded, WhatALegSaysIsForTheTranscoderAndLeavesByNoPort) {
  Session session(plan(), 0);
  const Decision decision = testing::give(session, 20'000, 0, false, alice, rtp(1));
  EXPECT_FALSE(decision);
  EXPECT_TRUE(decision.to_transcode);
  EXPECT_EQ(decision.bytes, 172u);
  EXPECT_EQ(session.report().legs[0].packets, 1u);
}

TEST(Transcoded, WhoMayNotBeHeardDoesNotReachTheTranscoder) {
  Session session(plan(), 0);
  EXPECT_FALSE(testing::give(session, 20'000, 0, false, mallory, rtp(1)).to_transcode);
  EXPECT_FALSE(testing::give(session, 20'000, 1, false, alice, rtp(1)).to_transcode);
  EXPECT_FALSE(testing::give(session, 20'000, 0, false, alice, Datagram(5, 0x80)).to_transcode);
  EXPECT_EQ(session.report().legs[0].refused_source, 1u);
}

TEST(Transcoded, WhatWasMadeGoesToTheOtherLegsPeer) {
  Session session(plan(), 0);
  Datagram packet = rtp(1, 111);
  const Decision decision = coded(session, 1, packet);
  ASSERT_TRUE(decision);
  EXPECT_EQ(*decision.to, bob);
  EXPECT_EQ(decision.bytes, 172u);
}

TEST(Transcoded, AnEncryptedLegHearsItEncryptedOrNotAtAll) {
  RelayPlan p = plan();
  p.legs[1].security.protection = Protection::sdes;
  Session waiting(p, 0);
  Datagram early = rtp(1, 111);
  EXPECT_FALSE(coded(waiting, 1, early)) << "no key is known yet";
  p.legs[1].security.ours = key(1);
  p.legs[1].security.theirs = key(2);
  Session session(p, 0);
  Datagram packet = rtp(1, 111);
  ASSERT_TRUE(coded(session, 1, packet));
  EXPECT_GT(packet.size(), 172u);
  auto opened = srtp::Unprotector::make(key(1));
  EXPECT_EQ(opened->unprotect_rtp(packet).value_or(0), 172u);
  EXPECT_EQ(Datagram(packet.begin(), packet.begin() + 172), rtp(1, 111));
}

TEST(Transcoded, AnEncryptedLegIsTranscodedInTheClearAndOnlyOnce) {
  RelayPlan p = plan();
  p.legs[0].security.protection = Protection::sdes;
  p.legs[0].security.ours = key(1);
  p.legs[0].security.theirs = key(2);
  Session session(p, 0);
  auto closed = srtp::Protector::make(key(2));
  Datagram packet = rtp(1);
  packet.resize(172 + srtp::growth_most);
  packet.resize(closed->protect_rtp(packet, 172).value());
  const Decision decision = testing::give(session, 20'000, 0, false, alice, packet);
  EXPECT_TRUE(decision.to_transcode);
  EXPECT_EQ(decision.bytes, 172u);
  EXPECT_FALSE(testing::give(session, 40'000, 0, false, alice, packet).to_transcode) << "a replay";
  EXPECT_FALSE(testing::give(session, 40'000, 0, false, alice, rtp(2)).to_transcode) << "in the clear";
}

TEST(Transcoded, ReportsDoNotCross) {
  Session session(plan(), 0);
  const Endpoint reports{alice.address, 4'001};
  const Datagram report{0x80, 201, 0, 1, 0, 0, 0, 1};
  EXPECT_FALSE(testing::give(session, 20'000, 0, true, reports, report));
  EXPECT_EQ(session.report().legs[0].rtcp_packets, 1u);
}

TEST(Transcoded, WhileWeSpeakNothingIsTranscodedButOurVoice) {
  RelayPlan p = plan();
  p.voice.order = 1;
  p.voice.leg = 1;
  p.voice.clips = {"tone/silence"};
  p.voice.coding = p.transcode->legs[1];
  const ClipBank clips;
  Session session(p, 0, {&clips, {1, 2, 3}});
  EXPECT_FALSE(testing::give(session, 0, 0, false, alice, rtp(1)).to_transcode);
  Datagram room(voice_packet_bytes + srtp::growth_most);
  const Spoken spoken = session.speak(session.speaks_at_us(), room);
  EXPECT_EQ(spoken.to, nullptr);
  EXPECT_TRUE(spoken.to_transcode);
  EXPECT_EQ(spoken.bytes, voice_packet_bytes);
  Datagram to_alice = rtp(1), to_bob = rtp(1, 111);
  EXPECT_FALSE(coded(session, 0, to_alice)) << "what was on its way when we began to speak";
  EXPECT_TRUE(coded(session, 1, to_bob));
}

TEST(Transcoded, AStreamThatPassesSendsNothingThatWasMadeBefore) {
  RelayPlan p = plan();
  Session session(p, 0);
  p.transcode.reset();
  session.update(p, 20'000);
  Datagram late = rtp(1, 111);
  EXPECT_FALSE(coded(session, 1, late));
  EXPECT_TRUE(testing::give(session, 20'000, 0, false, alice, rtp(1)));
}

TEST(Transcoded, WhoMaySendBothIsTranscodedOnlyWhereItIsNeeded) {
  RelayPlan p = plan();
  p.transcode->legs[0].passing.set();
  p.transcode->legs[1].passing.set(8);
  Session session(p, 0);
  EXPECT_TRUE(testing::give(session, 20'000, 0, false, alice, rtp(1)));
  EXPECT_TRUE(testing::give(session, 20'000, 1, false, bob, rtp(1, 8)));
  EXPECT_FALSE(testing::give(session, 40'000, 1, false, bob, rtp(2, 101)).to_transcode) << "a key beside G.711";
  const Decision opus = testing::give(session, 60'000, 1, false, bob, rtp(3, 111));
  EXPECT_TRUE(!opus && opus.to_transcode);
  EXPECT_TRUE(testing::give(session, 80'000, 1, false, bob, rtp(4, 101)).to_transcode) << "a key beside Opus";
  EXPECT_TRUE(testing::give(session, 100'000, 1, false, bob, rtp(5, 8)));
}

TEST(Transcoded, EachLegHasTheClockOfItsOwnCodec) {
  Session session(plan(), 0);
  for (std::uint16_t i = 0; i < 50; ++i) {
    Datagram d = rtp(i, 111);
    const std::uint32_t timestamp = i * 960u;
    for (int b = 0; b < 4; ++b)
      d[4 + static_cast<std::size_t>(b)] = static_cast<std::uint8_t>(timestamp >> (24 - 8 * b));
    testing::give(session, i * 20'000, 1, false, bob, d);
  }
  EXPECT_LT(session.report().legs[1].jitter_ms, 0.1);
}

// --- packets that are too long for who hears them

/// Both speak PCMA; Bob takes ten milliseconds a packet at most.
RelayPlan cutting() {
  RelayPlan p = plan();
  p.transcode->legs[0] = {Codec::pcma, 8, 8, 101, 101, 8'000, false, 20};
  p.transcode->legs[0].passing.set(8).set(0);
  p.transcode->legs[0].longest_ms = 10;
  p.transcode->legs[1] = {Codec::pcma, 8, 8, 101, 101, 8'000, false, 10};
  p.transcode->legs[1].passing.set();
  return p;
}
Datagram rtp_of(std::uint16_t sequence, std::size_t payload_bytes, std::uint8_t type = 8) {
  Datagram d = rtp(sequence, type);
  d.resize(12 + payload_bytes, 0xd5);
  return d;
}

TEST(Cutting, APacketThatFitsPassesAndALongerOneIsForTheTranscoderWithAllBehindIt) {
  Session session(cutting(), 0);
  EXPECT_TRUE(testing::give(session, 10'000, 0, false, alice, rtp_of(1, 80)));
  EXPECT_TRUE(testing::give(session, 30'000, 0, false, alice, rtp_of(2, 160)).to_transcode);
  const Decision after = testing::give(session, 40'000, 0, false, alice, rtp_of(3, 80));
  EXPECT_FALSE(after) << "one stream, and not two in turn";
  EXPECT_TRUE(after.to_transcode);
  EXPECT_TRUE(testing::give(session, 60'000, 0, false, alice, rtp_of(4, 4, 101)).to_transcode) << "keys go with it";
}

TEST(Cutting, WhatTheOtherSideSaysPasses) {
  Session session(cutting(), 0);
  EXPECT_TRUE(testing::give(session, 20'000, 1, false, bob, rtp_of(1, 480)));
}

TEST(Cutting, AnotherCodecThatBothHavePasses) {
  Session session(cutting(), 0);
  EXPECT_TRUE(testing::give(session, 20'000, 0, false, alice, rtp_of(1, 160)).to_transcode);
  EXPECT_TRUE(testing::give(session, 40'000, 0, false, alice, rtp_of(2, 160, 0)));
}

TEST(Cutting, HowMuchSoundAPayloadHas) {
  const auto ms = [](Codec codec, Datagram payload) { return sound_ms(codec, payload); };
  EXPECT_EQ(ms(Codec::pcmu, Datagram(160)), 20u);
  EXPECT_EQ(ms(Codec::pcma, Datagram(241)), 31u) << "no less than it has";
  EXPECT_EQ(ms(Codec::g722, Datagram(80)), 10u);
  EXPECT_EQ(ms(Codec::pcma, {}), 0u);
  // RFC 6716 table 2, and the ways to pack frames.
  EXPECT_EQ(ms(Codec::opus, {}), 0u);
  EXPECT_EQ(ms(Codec::opus, {0 << 3}), 10u);
  EXPECT_EQ(ms(Codec::opus, {11 << 3}), 60u);
  EXPECT_EQ(ms(Codec::opus, {13 << 3}), 20u);
  EXPECT_EQ(ms(Codec::opus, {16 << 3}), 3u) << "2.5";
  EXPECT_EQ(ms(Codec::opus, {19 << 3 | 1}), 40u) << "two frames";
  EXPECT_EQ(ms(Codec::opus, {19 << 3 | 3, 0x83}), 60u) << "three frames, with the flag of their lengths";
  EXPECT_EQ(ms(Codec::opus, {19 << 3 | 3}), 0u) << "it does not say how many";
}

}  // namespace
}  // namespace rf::media
