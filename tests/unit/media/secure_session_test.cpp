// Encrypted legs in the packet step: what is authentic passes, and nothing else does, in either direction.
#include "core/base/limits/server.hpp"
#include "tests/unit/media/secure_world.hpp"

namespace rf::media {
namespace {

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
  EXPECT_EQ(w.leg(0).refused_proof, 1u) << "two reports are no attack";
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

/// baresip opens its NAT with a report before it encrypts, and says good-bye with one when it does no more.
TEST(SecureSession, TwoReportsInTheClearFromThePhonesOwnPlaceAreRefusedAndNotCounted) {
  World w(sdes_plan());
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(w.hears(0, alice_rtcp, rtcp(203), true));
  EXPECT_EQ(w.leg(0).refused_proof, 0u);
  EXPECT_FALSE(w.hears(0, alice_rtcp, rtcp(203), true));
  EXPECT_FALSE(w.hears(0, mallory, rtcp(203), true));
  EXPECT_FALSE(w.hears(0, alice, rtp(1)));
  EXPECT_EQ(w.leg(0).refused_proof, 3u);
  EXPECT_EQ(w.leg(0).rtcp_packets, 0u);
}

TEST(SecureSession, AForgedByeEndsNothing) {
  World w(sdes_plan());
  Phone phone(key(Suite::aead_aes_256_gcm, 2), key(Suite::aead_aes_256_gcm, 1));
  ASSERT_TRUE(w.hears(0, alice, phone.says(rtp(1))));
  EXPECT_FALSE(w.hears(0, alice_rtcp, rtcp(203), true));
  for (int i = 0; i < 3; ++i) {
    Datagram forged = phone.says(rtcp(203), true);
    forged.back() ^= 1;
    EXPECT_FALSE(w.hears(0, alice_rtcp, forged, true));
  }
  EXPECT_EQ(w.leg(0).rtcp_packets, 0u);
  EXPECT_EQ(w.leg(0).refused_proof, 2u);
}

/// A question of STUN with nothing in it, as phones send that open their NAT with one.
Datagram opener(std::uint8_t type = 0x01) {
  return {0, type, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
}

TEST(SecureSession, AQuestionOfStunThatOpensTheWayIsNoForgeryAndGetsNoAnswer) {
  for (const bool encrypted : {true, false}) {
    World w(encrypted ? sdes_plan() : plan());
    EXPECT_FALSE(w.hears(0, alice, opener()));
    EXPECT_FALSE(w.hears(0, alice, opener(0x11)));
    EXPECT_FALSE(w.hears(0, alice_rtcp, opener(), true));
    EXPECT_EQ(w.last.answer_bytes, 0u);
    EXPECT_EQ(w.leg(0).refused_proof + w.leg(0).refused_shape + w.leg(0).refused_source, 0u);
  }
}

TEST(SecureSession, StunFromElsewhereOrTooMuchOfItOrOfAnotherShapeIsCounted) {
  const auto refused = [](World& w) {
    return w.leg(0).refused_proof + w.leg(0).refused_shape + w.leg(0).refused_source;
  };
  for (const bool encrypted : {true, false}) {
    World w(encrypted ? sdes_plan() : plan());
    EXPECT_FALSE(w.hears(0, mallory, opener()));
    EXPECT_EQ(refused(w), 1u);
    EXPECT_FALSE(w.hears(0, alice, opener(0x02)));
    EXPECT_EQ(refused(w), 2u) << "a type that asks nothing";
    Datagram longer = opener();
    longer.push_back(0);
    EXPECT_FALSE(w.hears(0, alice, longer));
    EXPECT_EQ(refused(w), 3u) << "another length than it says";
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(w.hears(0, alice, opener()));
    EXPECT_EQ(refused(w), 3u + 100 - SessionLimits::openers);
    w.now_us += SessionLimits::openers_window_us;
    EXPECT_FALSE(w.hears(0, alice, opener()));
    EXPECT_EQ(refused(w), 3u + 100 - SessionLimits::openers) << "a minute later some are none again";
  }
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

}  // namespace
}  // namespace rf::media
