// Encrypted legs in the packet step: what is authentic passes, and nothing else does, in either direction.
#include <gtest/gtest.h>

#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/base/limits.hpp"
#include "core/media/session.hpp"
#include "core/rtp/rtp.hpp"
#include "core/stun/writer.hpp"
#include "tests/unit/media/give.hpp"

namespace rf::media {
namespace {

using Datagram = std::vector<std::uint8_t>;
using srtp::Suite;

constexpr std::array suites = {Suite::aead_aes_256_gcm,   Suite::aes_cm_256_sha1_80, Suite::aead_aes_128_gcm,
                               Suite::aes_cm_128_sha1_80, Suite::aes_cm_256_sha1_32, Suite::aes_cm_128_sha1_32};

Endpoint at(const std::string& text) {
  return Endpoint::parse(text).value();
}

const Endpoint alice = at("198.51.100.1:4000"), alice_rtcp = at("198.51.100.1:4001");
const Endpoint bob = at("203.0.113.2:5000"), bob_rtcp = at("203.0.113.2:5001");
const Endpoint mallory = at("192.0.2.66:4000");

srtp::MasterKey key(Suite suite, std::uint8_t seed) {
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  Datagram bytes(std::size_t{facts.key} + facts.salt);
  std::iota(bytes.begin(), bytes.end(), seed);
  return srtp::MasterKey::make(suite, bytes).value();
}

Datagram rtp(std::uint16_t sequence, std::uint32_t ssrc = 1, std::uint8_t fill = 0xd5) {
  Datagram d(12 + 160, fill);
  d[0] = 0x80;
  d[1] = 8;
  d[2] = static_cast<std::uint8_t>(sequence >> 8);
  d[3] = static_cast<std::uint8_t>(sequence);
  for (std::size_t i = 0; i < 4; ++i) {
    d[4 + i] = static_cast<std::uint8_t>((sequence * 160u) >> (24 - 8 * i));
    d[8 + i] = static_cast<std::uint8_t>(ssrc >> (24 - 8 * i));
  }
  return d;
}

Datagram rtcp(std::uint8_t type = 201) {
  return type == 203 ? Datagram{0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 1}
                     : Datagram{0x80, type, 0, 1, 0, 0, 0, 1};
}

RelayPlan plan() {
  RelayPlan p;
  p.id = RelayId{7};
  p.call = CallId{8};
  for (unsigned i = 0; i < 2; ++i) {
    p.legs[i].local = at("10.0.0.1:1").address;
    p.legs[i].local_port = static_cast<std::uint16_t>(40'000 + 2 * i);
    p.legs[i].remote_rtp = i == 0 ? alice : bob;
    p.legs[i].remote_rtcp = i == 0 ? alice_rtcp : bob_rtcp;
    p.legs[i].signalling = p.legs[i].remote_rtp.address;
  }
  return p;
}

/// Leg 0 with keys from SDP, `seed` and the number after it.
RelayPlan sdes_plan(Suite suite = Suite::aead_aes_256_gcm) {
  RelayPlan p = plan();
  p.legs[0].security.protection = Protection::sdes;
  p.legs[0].security.ours = key(suite, 1);
  p.legs[0].security.theirs = key(suite, 2);
  return p;
}

RelayPlan nat(RelayPlan p) {
  p.legs[0].remote_rtp = at("192.168.1.5:4000");
  p.legs[0].remote_rtcp = at("192.168.1.5:4001");
  p.legs[0].learn = true;
  return p;
}
const Endpoint mapped{alice.address, 61'000};
const Endpoint elsewhere = at("198.51.100.200:7000");

/// A phone on an encrypted leg.
class Phone {
 public:
  Phone(const srtp::MasterKey& own, const srtp::MasterKey& relays)
      : out_(srtp::Protector::make(own)), in_(srtp::Unprotector::make(relays)) {}
  Datagram says(Datagram d, bool reports = false) {
    const std::size_t bytes = d.size();
    d.resize(bytes + srtp::growth_most);
    d.resize((reports ? out_->protect_rtcp(d, bytes) : out_->protect_rtp(d, bytes)).value());
    return d;
  }
  std::optional<Datagram> understands(Datagram d, bool reports = false) {
    const auto bytes = reports ? in_->unprotect_rtcp(d) : in_->unprotect_rtp(d);
    if (!bytes) return std::nullopt;
    d.resize(*bytes);
    return d;
  }

 private:
  std::optional<srtp::Protector> out_;
  std::optional<srtp::Unprotector> in_;
};

struct World {
  explicit World(const RelayPlan& p) : session(p, 0) {}
  bool hears(unsigned leg, const Endpoint& from, const Datagram& d, bool rtcp_port = false) {
    now_us += 20'000;
    Datagram room = d;
    room.resize(d.size() + packet_growth);
    last = session.on_packet(now_us, leg, rtcp_port, from, room, d.size());
    if (last) to = *last.to;
    room.resize(last ? last.bytes : last.answer_bytes);
    left = room;
    return static_cast<bool>(last);
  }
  /// Where leg 0 is sent to now; by a packet of bob's.
  std::optional<Endpoint> alice_is_at() {
    if (!hears(1, bob, rtp(++bobs_sequence, 77))) return std::nullopt;
    return to;
  }
  LegStatistics leg(unsigned i) const { return session.report().legs[i]; }

  Session session;
  Decision last;
  Endpoint to;
  Datagram left;
  std::int64_t now_us = 0;
  std::uint16_t bobs_sequence = 0;
};

TEST(SecureSession, BridgesAnySuiteToRtpInTheClearAndBack) {
  for (const Suite suite : suites) {
    World w(sdes_plan(suite));
    Phone phone(key(suite, 2), key(suite, 1));
    for (std::uint16_t i = 1; i < 20; ++i) {
      ASSERT_TRUE(w.hears(0, alice, phone.says(rtp(i))));
      EXPECT_EQ(w.to, bob);
      EXPECT_EQ(w.left, rtp(i));
      ASSERT_TRUE(w.hears(1, bob, rtp(i, 5)));
      EXPECT_EQ(w.to, alice);
      EXPECT_NE(Datagram(w.left.begin(), w.left.begin() + 172), rtp(i, 5));
      EXPECT_EQ(phone.understands(w.left), rtp(i, 5));
      ASSERT_TRUE(w.hears(0, alice_rtcp, phone.says(rtcp(), true), true));
      EXPECT_EQ(w.left, rtcp());
      ASSERT_TRUE(w.hears(1, bob_rtcp, rtcp(), true));
      EXPECT_EQ(w.to, alice_rtcp);
      EXPECT_EQ(phone.understands(w.left, true), rtcp());
    }
    EXPECT_EQ(w.leg(0).packets, 19u);
    EXPECT_EQ(w.leg(0).bytes, 19u * 172);
    EXPECT_EQ(w.leg(0).protection, Protection::sdes);
    EXPECT_EQ(w.leg(0).suite, suite);
    EXPECT_EQ(w.leg(1).protection, Protection::plain);
    EXPECT_EQ(w.leg(1).suite, std::nullopt);
  }
}

TEST(SecureSession, BridgesAnySuiteToAnyOther) {
  for (const Suite a : suites)
    for (const Suite b : suites) {
      RelayPlan p = sdes_plan(a);
      p.legs[1].security.protection = Protection::sdes;
      p.legs[1].security.ours = key(b, 3);
      p.legs[1].security.theirs = key(b, 4);
      World w(p);
      Phone one(key(a, 2), key(a, 1)), two(key(b, 4), key(b, 3));
      for (std::uint16_t i = 65'530; i != 5; ++i) {
        ASSERT_TRUE(w.hears(0, alice, one.says(rtp(i))));
        EXPECT_EQ(two.understands(w.left), rtp(i));
        ASSERT_TRUE(w.hears(1, bob, two.says(rtp(i, 9))));
        EXPECT_EQ(one.understands(w.left), rtp(i, 9));
      }
    }
}

TEST(SecureSession, NothingInTheClearEntersOrLeavesAnEncryptedLeg) {
  World w(sdes_plan());
  EXPECT_FALSE(w.hears(0, alice, rtp(1)));
  EXPECT_FALSE(w.hears(0, alice_rtcp, rtcp(), true));
  EXPECT_FALSE(w.hears(0, alice_rtcp, rtcp(203), true));
  EXPECT_EQ(w.leg(0).refused_proof, 3u);
  EXPECT_EQ(w.leg(0).packets, 0u);
  ASSERT_TRUE(w.hears(1, bob, rtp(1, 5)));
  EXPECT_EQ(w.left.size(), 172u + 16u);
  EXPECT_NE(Datagram(w.left.begin() + 12, w.left.begin() + 172), Datagram(160, 0xd5));
}

TEST(SecureSession, BeforeTheKeysAreKnownNothingPassesEitherWay) {
  for (const Protection protection : {Protection::sdes, Protection::dtls})
    for (const int known : {0, 1, 2}) {
      RelayPlan p = plan();
      p.legs[0].security.protection = protection;
      if (known == 1) p.legs[0].security.ours = key(Suite::aes_cm_128_sha1_80, 1);
      if (known == 2) p.legs[0].security.theirs = key(Suite::aes_cm_128_sha1_80, 2);
      if (known == 2 && protection == Protection::sdes) continue;  // heard already
      World w(p);
      Phone phone(key(Suite::aes_cm_128_sha1_80, 2), key(Suite::aes_cm_128_sha1_80, 1));
      EXPECT_FALSE(w.hears(1, bob, rtp(1)));
      EXPECT_FALSE(w.hears(1, bob_rtcp, rtcp(), true));
      EXPECT_FALSE(w.hears(0, alice, rtp(1)));
      EXPECT_FALSE(w.hears(0, alice, phone.says(rtp(1))));
      EXPECT_EQ(w.leg(0).suite, std::nullopt);
    }
}

TEST(SecureSession, WhatWeSayOurselvesIsEncryptedToo) {
  RelayPlan p = sdes_plan(Suite::aes_cm_256_sha1_80);
  p.voice.order = 1;
  p.voice.clips = {"tone/busy"};
  const ClipBank bank;
  Session session(p, 0, Speech{&bank, {0x1234, 5, 6}});
  Phone phone(key(Suite::aes_cm_256_sha1_80, 2), key(Suite::aes_cm_256_sha1_80, 1));
  int said = 0;
  for (std::int64_t now_us = 0; now_us < 200'000; now_us += 20'000) {
    Datagram room(voice_packet_bytes + srtp::growth_most);
    const Spoken spoken = session.speak(now_us, room);
    if (spoken.to == nullptr) continue;
    EXPECT_EQ(spoken.bytes, voice_packet_bytes + 10);
    room.resize(spoken.bytes);
    const auto heard = phone.understands(room);
    ASSERT_TRUE(heard);
    EXPECT_EQ((*heard)[0], 0x80);
    ++said;
  }
  EXPECT_GE(said, 9);
}

TEST(SecureSession, WithoutKeysWeSayNothing) {
  RelayPlan p = plan();
  p.legs[0].security.protection = Protection::dtls;
  p.voice.order = 1;
  p.voice.clips = {"tone/busy"};
  const ClipBank bank;
  Session session(p, 0, Speech{&bank, {0x1234, 5, 6}});
  for (std::int64_t now_us = 0; now_us < 200'000; now_us += 20'000) {
    Datagram room(voice_packet_bytes + srtp::growth_most);
    EXPECT_EQ(session.speak(now_us, room).to, nullptr);
  }
}

TEST(SecureSession, AReplayedPacketIsHeardOnceAndCounted) {
  World w(sdes_plan());
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  const Datagram first = phone.says(rtp(1));
  ASSERT_TRUE(w.hears(0, alice, first));
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(w.hears(0, alice, first));
    EXPECT_FALSE(w.hears(0, mallory, first));
  }
  EXPECT_EQ(w.leg(0).refused_replay, 20u);
  EXPECT_EQ(w.leg(0).last_refused, mallory.address);
  EXPECT_EQ(w.leg(0).packets, 1u);
}

TEST(SecureSession, AChangedBitAnywhereIsRefused) {
  for (const Suite suite : {Suite::aead_aes_128_gcm, Suite::aes_cm_128_sha1_80, Suite::aes_cm_128_sha1_32}) {
    World w(sdes_plan(suite));
    Phone phone(key(suite, 2), key(suite, 1));
    Datagram packet = phone.says(rtp(1));
    for (std::size_t i = 0; i < packet.size(); ++i) {
      packet[i] ^= 1;
      EXPECT_FALSE(w.hears(0, alice, packet)) << i;
      packet[i] ^= 1;
    }
    EXPECT_TRUE(w.hears(0, alice, packet));
    EXPECT_EQ(w.leg(0).packets, 1u);
  }
}

TEST(SecureSession, ItIsSentWhereItsFirstAuthenticPacketCameFromWhenThatIsItsHost) {
  World w(nat(sdes_plan()));
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  EXPECT_EQ(w.alice_is_at(), std::nullopt);
  EXPECT_FALSE(w.hears(0, {alice.address, 999}, rtp(1)));  // a plain leg would have learned it
  EXPECT_EQ(w.alice_is_at(), std::nullopt);
  ASSERT_TRUE(w.hears(0, mapped, phone.says(rtp(1))));
  EXPECT_EQ(w.alice_is_at(), mapped);
}

TEST(SecureSession, WhoRepeatsPacketsFasterFromElsewhereGetsNothing) {
  World w(nat(sdes_plan()));
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  ASSERT_TRUE(w.hears(0, mapped, phone.says(rtp(1))));
  for (std::uint16_t i = 2; i < 500; ++i) {
    const Datagram packet = phone.says(rtp(i));
    // The repeated one comes first: its sound is the phone's, and passes; nothing turns to where it came from.
    ASSERT_TRUE(w.hears(0, mallory, packet));
    EXPECT_EQ(w.left, rtp(i));
    EXPECT_FALSE(w.hears(0, mapped, packet));
    EXPECT_EQ(w.alice_is_at(), mapped);
  }
  EXPECT_EQ(w.leg(0).refused_replay, 498u);
}

TEST(SecureSession, WhoRacesThePhoneFromTheBeginningGetsNothingEither) {
  World w(nat(sdes_plan()));
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  for (std::uint16_t i = 1; i < 500; ++i) {
    const Datagram packet = phone.says(rtp(i));
    w.hears(0, mallory, packet);
    w.hears(0, mapped, packet);
    const auto where = w.alice_is_at();
    EXPECT_NE(where, mallory) << i;
  }
}

TEST(SecureSession, APhoneThatMovedIsFollowedWhenItsFormerPlaceIsSilent) {
  World w(sdes_plan());
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  std::uint16_t i = 1;
  for (; i < 50; ++i) ASSERT_TRUE(w.hears(0, alice, phone.says(rtp(i))));
  const std::int64_t gone_us = w.now_us;
  std::size_t until_followed = 0;
  while (until_followed < 200 && w.alice_is_at() != elsewhere) {
    ASSERT_TRUE(w.hears(0, elsewhere, phone.says(rtp(i++))));
    ++until_followed;
  }
  EXPECT_EQ(w.alice_is_at(), elsewhere);
  EXPECT_GE(w.now_us - gone_us, SessionLimits::peer_gone_us);
  EXPECT_GE(until_followed, SessionLimits::move_packets);
}

TEST(SecureSession, PacketsThatWereKeptAndComeLateFromElsewhereMoveNothing) {
  World w(sdes_plan());
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  std::vector<Datagram> kept;
  for (std::uint16_t i = 1; i < 100; ++i) {
    const Datagram packet = phone.says(rtp(i));
    // Some of the phone's packets were caught on their way, not next to each other.
    if (i % 3 == 0)
      kept.push_back(packet);
    else
      ASSERT_TRUE(w.hears(0, alice, packet));
  }
  w.now_us += 10 * SessionLimits::peer_gone_us;
  for (const Datagram& packet : kept) w.hears(0, mallory, packet);
  EXPECT_EQ(w.alice_is_at(), alice);
}

TEST(SecureSession, RtcpOfAnEncryptedLegComesFromTheStreamsAddressAndIsLearnedOnce) {
  World w(nat(sdes_plan()));
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  ASSERT_TRUE(w.hears(0, mapped, phone.says(rtp(1))));
  ASSERT_TRUE(w.hears(0, mallory, phone.says(rtcp(), true), true));  // authentic, so heard
  EXPECT_FALSE(w.hears(1, bob_rtcp, rtcp(), true));                  // and not answered there
  ASSERT_TRUE(w.hears(0, {alice.address, 61'001}, phone.says(rtcp(), true), true));
  ASSERT_TRUE(w.hears(1, bob_rtcp, rtcp(), true));
  EXPECT_EQ(w.to.port, 61'001);
}

TEST(SecureSession, WithMuxBothShareOnePort) {
  RelayPlan p = sdes_plan();
  p.legs[0].security.mux = true;
  World w(p);
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  ASSERT_TRUE(w.hears(0, alice, phone.says(rtcp(), true)));
  EXPECT_EQ(w.to, bob_rtcp);
  EXPECT_EQ(w.left, rtcp());
  ASSERT_TRUE(w.hears(1, bob_rtcp, rtcp(), true));
  EXPECT_EQ(w.to, alice);
  EXPECT_FALSE(w.last.by_rtcp_port);
  EXPECT_EQ(phone.understands(w.left, true), rtcp());
  EXPECT_FALSE(w.hears(0, alice_rtcp, phone.says(rtcp(), true), true));
  EXPECT_EQ(w.leg(0).refused_source, 1u);
}

TEST(SecureSession, WithoutMuxReportsOnTheStreamsPortAreRefused) {
  World w(sdes_plan());
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  EXPECT_FALSE(w.hears(0, alice, phone.says(rtcp(), true)));
  EXPECT_EQ(w.leg(0).refused_shape, 1u);
}

TEST(SecureSession, NewKeysOfSdesLoseNoPacketInEitherDirection) {
  for (const Suite after : suites) {
    World w(sdes_plan());
    Phone before(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
    Phone renewed(key(after, 12), key(after, 11));
    std::uint16_t i = 1;
    for (; i < 20; ++i) {
      ASSERT_TRUE(w.hears(0, alice, before.says(rtp(i))));
      ASSERT_TRUE(w.hears(1, bob, rtp(i, 5)));
      ASSERT_TRUE(before.understands(w.left));
    }
    RelayPlan p = sdes_plan();
    p.legs[0].security.ours = key(after, 11);
    p.legs[0].security.theirs = key(after, 12);
    w.session.update(p, w.now_us);
    // The answer is on its way: the phone speaks and hears with its former keys.
    for (; i < 40; ++i) {
      ASSERT_TRUE(w.hears(0, alice, before.says(rtp(i))));
      EXPECT_EQ(w.left, rtp(i));
      ASSERT_TRUE(w.hears(1, bob, rtp(i, 5)));
      EXPECT_EQ(before.understands(w.left), rtp(i, 5));
    }
    for (; i < 60; ++i) {
      ASSERT_TRUE(w.hears(0, alice, renewed.says(rtp(i))));
      EXPECT_EQ(w.left, rtp(i));
      ASSERT_TRUE(w.hears(1, bob, rtp(i, 5)));
      EXPECT_EQ(renewed.understands(w.left), rtp(i, 5));
    }
    EXPECT_FALSE(w.hears(0, alice, before.says(rtp(i))));
    EXPECT_EQ(w.leg(0).suite, after);
    EXPECT_EQ(w.leg(0).packets, 59u);
  }
}

TEST(SecureSession, ASilentPhoneIsSpokenToWithTheNewKeyInTime) {
  World w(sdes_plan());
  Phone renewed(key(Suite::aes_cm_128_sha1_80, 12), key(Suite::aes_cm_128_sha1_80, 11));
  RelayPlan p = sdes_plan();
  p.legs[0].security.ours = key(Suite::aes_cm_128_sha1_80, 11);
  p.legs[0].security.theirs = key(Suite::aes_cm_128_sha1_80, 12);
  w.session.update(p, w.now_us);
  ASSERT_TRUE(w.hears(1, bob, rtp(1, 5)));
  EXPECT_FALSE(renewed.understands(w.left));
  w.now_us += 1'000'000;
  ASSERT_TRUE(w.hears(1, bob, rtp(2, 5)));
  EXPECT_TRUE(renewed.understands(w.left));
}

TEST(SecureSession, ARefreshWithTheSameKeysOpensNoWindowForReplays) {
  World w(sdes_plan());
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  const Datagram old = phone.says(rtp(1));
  ASSERT_TRUE(w.hears(0, alice, old));
  ASSERT_TRUE(w.hears(1, bob, rtp(1, 5)));
  w.session.update(sdes_plan(), w.now_us);
  EXPECT_FALSE(w.hears(0, alice, old));
  // Nor is anything encrypted twice under one index.
  EXPECT_FALSE(w.hears(1, bob, rtp(1, 5, 0x11)));
}

TEST(SecureSession, AKeyOfOursThatWasTakenBackDoesNotBeginAnew) {
  World w(sdes_plan());
  ASSERT_TRUE(w.hears(1, bob, rtp(1, 5)));
  RelayPlan cleared = plan();
  w.session.update(cleared, w.now_us);
  ASSERT_TRUE(w.hears(1, bob, rtp(2, 5)));
  EXPECT_EQ(w.left, rtp(2, 5));
  w.session.update(sdes_plan(), w.now_us);
  EXPECT_FALSE(w.hears(1, bob, rtp(1, 5, 0x11)));
  EXPECT_TRUE(w.hears(1, bob, rtp(3, 5)));
}

TEST(SecureSession, AnAuthenticChangeOfSsrcNeedsNoProbationButThereAreOnlySoMany) {
  World w(sdes_plan());
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  unsigned heard = 0;
  for (std::uint32_t ssrc = 1; ssrc < 60; ++ssrc) heard += w.hears(0, alice, phone.says(rtp(7, ssrc))) ? 1u : 0u;
  EXPECT_EQ(heard, 1 + ShareLimits::stream_restarts);
}

TEST(SecureSession, AForgedByeEndsNothing) {
  World w(sdes_plan());
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  ASSERT_TRUE(w.hears(0, alice, phone.says(rtp(1))));
  EXPECT_FALSE(w.hears(0, alice_rtcp, rtcp(203), true));
  Datagram forged = phone.says(rtcp(203), true);
  forged.back() ^= 1;
  EXPECT_FALSE(w.hears(0, alice_rtcp, forged, true));
  EXPECT_EQ(w.leg(0).rtcp_packets, 0u);
  EXPECT_EQ(w.leg(0).refused_proof, 2u);
}

/// A network that loses, repeats, and lets packets overtake each other, and a NAT that gives the phone another port.
TEST(SecureSession, LossRepetitionReorderAndANewPortOfTheNatAreLivedThrough) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    World w(nat(sdes_plan(suites[seed % suites.size()])));
    Phone phone(key(suites[seed % suites.size()], 2), key(suites[seed % suites.size()], 1));
    std::mt19937 random(seed);
    Endpoint place = mapped;
    std::vector<Datagram> on_the_way;
    std::size_t sent = 0, heard = 0, lost = 0;
    std::set<Datagram> passed;
    for (std::uint16_t i = 1; i <= 3'000; ++i) {
      if (i % 900 == 0) place.port = static_cast<std::uint16_t>(place.port + 1);
      on_the_way.push_back(phone.says(rtp(i, 1, static_cast<std::uint8_t>(i))));
      ++sent;
      while (on_the_way.size() > random() % 4) {
        const std::size_t which = random() % on_the_way.size();
        const Datagram packet = on_the_way[which];
        if (random() % 10 != 0) on_the_way.erase(on_the_way.begin() + static_cast<std::ptrdiff_t>(which));
        if (random() % 20 == 0 && on_the_way.size() < 4) {
          ++lost;
          continue;
        }
        if (!w.hears(0, place, packet)) continue;
        ++heard;
        EXPECT_TRUE(passed.insert(w.left).second) << "the same packet twice";
      }
    }
    EXPECT_GE(heard + lost, sent - 4);
    EXPECT_EQ(w.leg(0).refused_proof, 0u);
    EXPECT_EQ(w.alice_is_at(), place) << seed;
  }
}

// DTLS

Fingerprint fingerprint(std::uint8_t fill) {
  Fingerprint out;
  out.sha256.fill(fill);
  return out;
}

RelayPlan dtls_plan() {
  RelayPlan p = plan();
  p.legs[0].security.protection = Protection::dtls;
  p.legs[0].security.our_fingerprint = fingerprint(1);
  p.legs[0].security.peer_fingerprint = fingerprint(2);
  return p;
}

const Datagram client_hello = {22, 254, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1};

TEST(SecureSession, AHandshakeIsForWhoTheDescriptionNames) {
  World w(dtls_plan());
  w.hears(0, alice, client_hello);
  EXPECT_TRUE(w.last.handshake);
  w.hears(0, mallory, client_hello);
  EXPECT_FALSE(w.last.handshake);
  EXPECT_EQ(w.leg(0).refused_source, 1u);
  World behind_nat(nat(dtls_plan()));
  behind_nat.hears(0, mapped, client_hello);
  EXPECT_TRUE(behind_nat.last.handshake);
  behind_nat.hears(0, mallory, client_hello);
  EXPECT_FALSE(behind_nat.last.handshake);
}

TEST(SecureSession, AClientHelloBeforeTheAnswerWaitsForItsFingerprint) {
  RelayPlan early = dtls_plan();
  early.legs[0].security.peer_fingerprint = {};
  World w(early);
  w.hears(0, alice, client_hello);
  EXPECT_FALSE(w.last.handshake);
  EXPECT_EQ(w.leg(0).refused_proof, 0u);
  const std::uint32_t before = w.session.association(0);
  w.session.update(dtls_plan(), w.now_us);
  EXPECT_EQ(w.session.association(0), before);
  w.hears(0, alice, client_hello);
  EXPECT_TRUE(w.last.handshake);
}

TEST(SecureSession, DtlsOnALegWithoutItIsRefused) {
  World w(sdes_plan());
  w.hears(0, alice, client_hello);
  EXPECT_FALSE(w.last.handshake);
  EXPECT_EQ(w.leg(0).refused_proof, 1u);
}

TEST(SecureSession, TheKeysOfAHandshakeCarryTheCall) {
  World w(dtls_plan());
  const Suite suite = Suite::aead_aes_128_gcm;
  Phone phone(key(suite, 2), key(suite, 1));
  EXPECT_FALSE(w.hears(1, bob, rtp(1, 5)));
  w.session.set_keys(0, Component::rtp, key(suite, 1), key(suite, 2), w.now_us);
  ASSERT_TRUE(w.hears(1, bob, rtp(2, 5)));
  EXPECT_EQ(phone.understands(w.left), rtp(2, 5));
  ASSERT_TRUE(w.hears(0, alice, phone.says(rtp(1))));
  EXPECT_EQ(w.leg(0).suite, suite);
  // Reports on a port of their own wait for a handshake of their own.
  EXPECT_FALSE(w.hears(0, alice_rtcp, phone.says(rtcp(), true), true));
  w.session.set_keys(0, Component::rtcp, key(suite, 31), key(suite, 32), w.now_us);
  Phone reports(key(suite, 32), key(suite, 31));
  EXPECT_TRUE(w.hears(0, alice_rtcp, reports.says(rtcp(), true), true));
}

TEST(SecureSession, KeysOfDtlsStayUntilThePeerIsAnother) {
  World w(dtls_plan());
  const Suite suite = Suite::aead_aes_128_gcm;
  Phone phone(key(suite, 2), key(suite, 1));
  w.session.set_keys(0, Component::rtp, key(suite, 1), key(suite, 2), w.now_us);
  ASSERT_TRUE(w.hears(0, alice, phone.says(rtp(1))));
  const std::uint32_t association = w.session.association(0);
  RelayPlan refreshed = dtls_plan();
  refreshed.legs[0].remote_rtp = elsewhere;
  w.session.update(refreshed, w.now_us);
  EXPECT_EQ(w.session.association(0), association);
  EXPECT_TRUE(w.hears(0, elsewhere, phone.says(rtp(2))));
  RelayPlan another = dtls_plan();
  another.legs[0].security.peer_fingerprint = fingerprint(3);
  w.session.update(another, w.now_us);
  EXPECT_NE(w.session.association(0), association);
  EXPECT_FALSE(w.hears(0, alice, phone.says(rtp(3))));
  EXPECT_FALSE(w.hears(1, bob, rtp(3, 5)));
  EXPECT_EQ(w.leg(0).suite, std::nullopt);
}

TEST(SecureSession, AnotherRoleOrCertificateOfOursNeedsAHandshakeAndKeepsTheSoundUntilThen) {
  for (const bool role : {false, true}) {
    World w(dtls_plan());
    const Suite suite = Suite::aead_aes_128_gcm;
    Phone phone(key(suite, 2), key(suite, 1));
    w.session.set_keys(0, Component::rtp, key(suite, 1), key(suite, 2), w.now_us);
    const std::uint32_t association = w.session.association(0);
    RelayPlan p = dtls_plan();
    role ? static_cast<void>(p.legs[0].security.we_connect = true)
         : static_cast<void>(p.legs[0].security.our_fingerprint = fingerprint(9));
    w.session.update(p, w.now_us);
    EXPECT_NE(w.session.association(0), association);
    EXPECT_TRUE(w.hears(0, alice, phone.says(rtp(1))));
    w.session.set_keys(0, Component::rtp, key(suite, 21), key(suite, 22), w.now_us);
    Phone renewed(key(suite, 22), key(suite, 21));
    EXPECT_TRUE(w.hears(0, alice, phone.says(rtp(2))));
    EXPECT_TRUE(w.hears(0, alice, renewed.says(rtp(3))));
    ASSERT_TRUE(w.hears(1, bob, rtp(4, 5)));
    EXPECT_TRUE(renewed.understands(w.left));
  }
}

TEST(SecureSession, AWrongCertificateFromTheNamedEndpointEndsTheCall) {
  World w(dtls_plan());
  EXPECT_EQ(w.session.on_handshake_failed(w.now_us, 0, alice, MediaFault::fingerprint), MediaFault::fingerprint);
  w.hears(0, alice, client_hello);
  EXPECT_FALSE(w.last.handshake);
}

TEST(SecureSession, ANeighbourWithAWrongCertificateEndsTheCallOnlyWhenNobodyBetterComes) {
  World w(nat(dtls_plan()));
  EXPECT_EQ(w.session.on_handshake_failed(w.now_us, 0, mapped, MediaFault::fingerprint), std::nullopt);
  EXPECT_EQ(w.leg(0).refused_proof, 1u);
  EXPECT_EQ(w.session.suspicion_ends_us(0), w.now_us + SecureMediaLimits::handshake_us);
  w.session.set_keys(0, Component::rtp, key(Suite::aead_aes_128_gcm, 1), key(Suite::aead_aes_128_gcm, 2), w.now_us);
  EXPECT_EQ(w.session.suspicion_ends_us(0), never_ms);

  World alone(nat(dtls_plan()));
  alone.session.on_handshake_failed(0, 0, mapped, MediaFault::fingerprint);
  EXPECT_EQ(alone.session.on_suspicion(SecureMediaLimits::handshake_us - 1, 0), std::nullopt);
  EXPECT_EQ(alone.session.on_suspicion(SecureMediaLimits::handshake_us, 0), MediaFault::fingerprint);
}

TEST(SecureSession, NeighboursMayFailOnlySoOften) {
  World w(nat(dtls_plan()));
  for (int i = 1; i < SecureMediaLimits::handshakes_refused; ++i)
    EXPECT_EQ(w.session.on_handshake_failed(w.now_us, 0, mapped, MediaFault::handshake), std::nullopt);
  EXPECT_EQ(w.session.on_handshake_failed(w.now_us, 0, mapped, MediaFault::handshake), MediaFault::handshake);
}

TEST(SecureSession, TheActiveSideConnectsOnceItKnowsWhomAndWhere) {
  RelayPlan p = dtls_plan();
  EXPECT_EQ(World(p).session.connects_to(0, 0, Component::rtp), nullptr);
  p.legs[0].security.we_connect = true;
  World w(p);
  ASSERT_NE(w.session.connects_to(0, 0, Component::rtp), nullptr);
  EXPECT_EQ(*w.session.connects_to(0, 0, Component::rtp), alice);
  EXPECT_EQ(*w.session.connects_to(0, 0, Component::rtcp), alice_rtcp);
  p.legs[0].security.peer_fingerprint = {};
  EXPECT_EQ(World(p).session.connects_to(0, 0, Component::rtp), nullptr);
}

// ICE

Datagram check(const std::string& password, std::uint8_t id, bool nominates) {
  Datagram out(600);
  stun::TransactionId transaction{};
  transaction.fill(id);
  stun::Writer writer(out, stun::Class::request, stun::binding, transaction);
  writer.add(stun::Type::username, std::string_view("ours:peer"));
  writer.add(stun::Type::priority, 1'000u);
  writer.add(stun::Type::ice_controlling, stun::Bytes(Datagram(8, 1)));
  if (nominates) writer.add(stun::Type::use_candidate, stun::Bytes());
  out.resize(writer.sign(stun::Hash::sha1, password).fingerprint().finish());
  return out;
}

RelayPlan ice_plan(Protection protection = Protection::sdes) {
  RelayPlan p = protection == Protection::sdes ? sdes_plan() : protection == Protection::dtls ? dtls_plan() : plan();
  p.legs[0].security.mux = true;
  p.legs[0].security.ice = IcePlan{"ours", "peer", Secret<std::string>("our-password-of-22-chars"), {}};
  return p;
}

TEST(SecureSession, WithIceOnlyWhoPassedACheckIsHeardAndOnlyWhoWasSelectedIsSentTo) {
  World w(ice_plan());
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  EXPECT_EQ(w.alice_is_at(), std::nullopt);  // the description alone is no consent
  const Datagram packet = phone.says(rtp(1));
  EXPECT_FALSE(w.hears(0, alice, packet));
  EXPECT_EQ(w.leg(0).refused_source, 1u);
  EXPECT_FALSE(w.hears(0, elsewhere, check("our-password-of-22-chars", 1, false)));
  EXPECT_GT(w.last.answer_bytes, 0u);
  EXPECT_EQ(w.alice_is_at(), std::nullopt);
  EXPECT_TRUE(w.hears(0, elsewhere, packet));
  w.hears(0, elsewhere, check("our-password-of-22-chars", 2, true));
  EXPECT_GT(w.last.answer_bytes, 0u);
  EXPECT_EQ(w.alice_is_at(), elsewhere);
}

TEST(SecureSession, AForgedCheckOpensNothingAndIsCounted) {
  World w(ice_plan());
  w.hears(0, mallory, check("a-guess-of-the-password", 1, true));
  EXPECT_EQ(w.last.answer_bytes, 0u);
  EXPECT_EQ(w.leg(0).refused_proof, 1u);
  EXPECT_EQ(w.alice_is_at(), std::nullopt);
  const Datagram honest = check("our-password-of-22-chars", 1, true);
  w.hears(0, elsewhere, honest);
  EXPECT_EQ(w.alice_is_at(), elsewhere);
  w.hears(0, mallory, honest);
  EXPECT_EQ(w.last.answer_bytes, 0u);
  EXPECT_EQ(w.leg(0).refused_replay, 1u);
  EXPECT_EQ(w.alice_is_at(), elsewhere);
}

TEST(SecureSession, WithIceAHandshakeNeedsACheckFirst) {
  World w(ice_plan(Protection::dtls));
  w.hears(0, alice, client_hello);
  EXPECT_FALSE(w.last.handshake);
  w.hears(0, elsewhere, check("our-password-of-22-chars", 1, true));
  w.hears(0, elsewhere, client_hello);
  EXPECT_TRUE(w.last.handshake);
  EXPECT_EQ(w.session.on_handshake_failed(w.now_us, 0, elsewhere, MediaFault::fingerprint), MediaFault::fingerprint);
}

TEST(SecureSession, WhenConsentEndsNothingIsSentAnyMore) {
  World w(ice_plan());
  w.hears(0, elsewhere, check("our-password-of-22-chars", 1, true));
  EXPECT_EQ(w.alice_is_at(), elsewhere);
  w.now_us += IceLimits::consent_sign_us;
  w.hears(0, elsewhere, check("our-password-of-22-chars", 2, false));  // a peer that goes on asking
  w.now_us += IceLimits::consent_us;
  EXPECT_EQ(w.alice_is_at(), std::nullopt);
  w.hears(0, elsewhere, check("our-password-of-22-chars", 3, true));
  EXPECT_EQ(w.alice_is_at(), elsewhere);
}

TEST(SecureSession, AnIceRestartKeepsTheKeys) {
  World w(ice_plan(Protection::dtls));
  const Suite suite = Suite::aead_aes_128_gcm;
  Phone phone(key(suite, 2), key(suite, 1));
  w.hears(0, elsewhere, check("our-password-of-22-chars", 1, true));
  w.session.set_keys(0, Component::rtp, key(suite, 1), key(suite, 2), w.now_us);
  ASSERT_TRUE(w.hears(0, elsewhere, phone.says(rtp(1))));
  const std::uint32_t association = w.session.association(0);
  RelayPlan p = ice_plan(Protection::dtls);
  p.legs[0].security.ice->our_password = Secret<std::string>("another-password-of-ours");
  w.session.update(p, w.now_us);
  EXPECT_EQ(w.session.association(0), association);
  EXPECT_TRUE(w.hears(0, elsewhere, phone.says(rtp(2))));
  EXPECT_EQ(w.alice_is_at(), elsewhere);
}

TEST(SecureSession, StunOnALegWithoutIceIsRefused) {
  World w(sdes_plan());
  w.hears(0, alice, check("our-password-of-22-chars", 1, true));
  EXPECT_EQ(w.last.answer_bytes, 0u);
  EXPECT_EQ(w.leg(0).refused_proof, 1u);
}

TEST(SecureSession, APlainLegMayHaveIceToo) {
  World w(ice_plan(Protection::plain));
  EXPECT_FALSE(w.hears(0, alice, rtp(1)));
  w.hears(0, elsewhere, check("our-password-of-22-chars", 1, true));
  ASSERT_TRUE(w.hears(0, elsewhere, rtp(1)));
  EXPECT_EQ(w.left, rtp(1));
  EXPECT_EQ(w.alice_is_at(), elsewhere);
}

}  // namespace
}  // namespace rf::media
