// What somebody on the path, the other party, or a holder of old packets can try.
#include <gtest/gtest.h>

#include "core/base/limits/media.hpp"
#include "tests/unit/srtp/packets.hpp"

namespace rf::srtp {
namespace {

class Attack : public EachSuite {
 protected:
  Packet sealed(std::uint16_t sequence, const RtpShape& shape = {}) {
    const auto made = protected_rtp(sender, rtp(sequence, shape));
    EXPECT_TRUE(made) << sequence;
    return made.value_or(Packet());
  }
  std::optional<Refusal> refusal(const Packet& packet) {
    const auto opened = opened_rtp(receiver, packet);
    return opened ? std::nullopt : std::optional(opened.error());
  }
  std::optional<Refusal> rtcp_refusal(const Packet& packet) {
    const auto opened = opened_rtcp(receiver, packet);
    return opened ? std::nullopt : std::optional(opened.error());
  }
};
INSTANTIATE_TEST_SUITE_P(Srtp, Attack, testing::ValuesIn(all_suites), name_of);

TEST_P(Attack, NoBitOfAPacketCanBeTurned) {
  const Packet genuine = sealed(1, {.payload = 24, .csrcs = 1, .extension_words = 1});
  for (std::size_t bit = 0; bit < genuine.size() * 8; ++bit) {
    Packet forged = genuine;
    forged[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_TRUE(refusal(forged)) << bit;
  }
  EXPECT_EQ(refusal(genuine), std::nullopt) << "and nothing has changed";
}

TEST_P(Attack, NoBitOfAReportCanBeTurned) {
  const Packet genuine = *protected_rtcp(sender, rtcp());
  for (std::size_t bit = 0; bit < genuine.size() * 8; ++bit) {
    Packet forged = genuine;
    forged[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_TRUE(rtcp_refusal(forged)) << bit;
  }
  EXPECT_EQ(rtcp_refusal(genuine), std::nullopt);
}

TEST_P(Attack, CutAndProlongedPacketsAreRefused) {
  const Packet genuine = sealed(1, {.payload = 24, .csrcs = 2, .extension_words = 2});
  const Packet report = *protected_rtcp(sender, rtcp());
  for (std::size_t bytes = 0; bytes < genuine.size(); ++bytes)
    EXPECT_TRUE(refusal(Packet(genuine.begin(), genuine.begin() + static_cast<std::ptrdiff_t>(bytes)))) << bytes;
  for (std::size_t bytes = 0; bytes < report.size(); ++bytes)
    EXPECT_TRUE(rtcp_refusal(Packet(report.begin(), report.begin() + static_cast<std::ptrdiff_t>(bytes)))) << bytes;
  Packet longer = genuine;
  longer.push_back(0);
  EXPECT_EQ(refusal(longer), Refusal::not_authentic);
  EXPECT_EQ(refusal(genuine), std::nullopt);
  EXPECT_EQ(rtcp_refusal(report), std::nullopt);
}

/// The header announces more than there is before the tag: nothing behind it may be read as header.
TEST_P(Attack, HeadersThatReachIntoTheTagAreMalformed) {
  Packet csrcs = sealed(1, {.payload = 4});
  csrcs[0] |= 0x0f;
  EXPECT_EQ(refusal(csrcs), Refusal::malformed);
  Packet extension = sealed(2, {.payload = 4});
  extension[0] |= 0x10;
  extension[14] = 0xff;
  EXPECT_EQ(refusal(extension), Refusal::malformed);
  Packet plain = rtp(3, {.payload = 4});
  plain[0] |= 0x0f;
  EXPECT_EQ(protected_rtp(sender, plain), std::unexpected(Refusal::malformed));
}

TEST_P(Attack, OtherVersionsAndPlainPacketsAreRefused) {
  Packet version_one = sealed(1);
  version_one[0] = 0x40;
  EXPECT_EQ(refusal(version_one), Refusal::malformed);
  EXPECT_EQ(refusal(rtp(2)), Refusal::not_authentic);
  EXPECT_TRUE(rtcp_refusal(rtcp()));
  EXPECT_EQ(refusal(Packet()), Refusal::malformed);
  EXPECT_EQ(rtcp_refusal(Packet()), Refusal::malformed);
}

TEST_P(Attack, APacketIsBelievedOnceHoweverLateItComesAgain) {
  std::vector<Packet> recorded;
  for (std::uint16_t i = 0; i < 400; ++i) {
    recorded.push_back(sealed(i));
    ASSERT_EQ(refusal(recorded.back()), std::nullopt);
  }
  for (std::size_t i = 0; i < recorded.size(); ++i)
    EXPECT_EQ(refusal(recorded[i]), i + 128 < recorded.size() ? Refusal::too_old : Refusal::replayed) << i;
}

/// The recording is played when the sequence numbers are there again, a cycle or two later.
TEST_P(Attack, ARecordingIsNotBelievedInAnotherCycle) {
  const Packet recorded = sealed(1'000);
  ASSERT_EQ(refusal(recorded), std::nullopt);
  for (std::uint32_t i = 1'000 + 20'000; i < 3u * 65'536; i += 20'000) {
    const Packet next = sealed(static_cast<std::uint16_t>(i));
    ASSERT_EQ(refusal(next), std::nullopt);
    EXPECT_TRUE(refusal(recorded)) << i;
  }
}

TEST_P(Attack, AReportIsBelievedOnce) {
  std::vector<Packet> recorded;
  for (int i = 0; i < 200; ++i) {
    recorded.push_back(*protected_rtcp(sender, rtcp()));
    ASSERT_EQ(rtcp_refusal(recorded.back()), std::nullopt);
  }
  for (const Packet& packet : recorded) EXPECT_TRUE(rtcp_refusal(packet));
}

TEST_P(Attack, ANewKeyOrTheSameAgainOpensNoWindowForARecording) {
  const Packet recorded = sealed(1);
  ASSERT_EQ(refusal(recorded), std::nullopt);
  ASSERT_TRUE(receiver.rekey(key));
  EXPECT_EQ(refusal(recorded), Refusal::replayed) << "the same key named again";
  const MasterKey next = key_of(GetParam(), 2);
  ASSERT_TRUE(receiver.rekey(next));
  EXPECT_TRUE(refusal(recorded)) << "while the former key counts";
  ASSERT_TRUE(receiver.rekey(key));
  EXPECT_EQ(refusal(recorded), Refusal::replayed) << "there and back";
  const Packet later = sealed(2);
  EXPECT_EQ(refusal(later), std::nullopt);
  EXPECT_EQ(refusal(later), Refusal::replayed);
}

TEST_P(Attack, AnotherSsrcOrSequenceInTheHeaderIsNotBelieved) {
  const Packet genuine = sealed(1);
  Packet other = genuine;
  write32(other, 8, 0x12345678);
  EXPECT_EQ(refusal(other), Refusal::not_authentic);
  other = genuine;
  other[2] = 0x70;
  EXPECT_EQ(refusal(other), Refusal::not_authentic);
  EXPECT_EQ(refusal(genuine), std::nullopt);
}

/// An attacker who could claim SSRCs would fill the table, and the peer's next one would find no room.
TEST_P(Attack, ForgedSsrcsTakeNoRoom) {
  for (std::uint32_t i = 0; i < 4 * SrtpLimits::streams; ++i) {
    Packet forged = rtp(1, {.ssrc = i, .payload = 64});
    EXPECT_EQ(refusal(forged), Refusal::not_authentic);
    EXPECT_TRUE(rtcp_refusal(rtcp(3, i)));
  }
  for (std::uint32_t i = 0; i < SrtpLimits::streams; ++i) EXPECT_EQ(refusal(sealed(1, {.ssrc = i})), std::nullopt);
}

/// At the bound none leaves: who could push out an SSRC could replay it.
TEST_P(Attack, ManySsrcsOfThePeerPushNoneOut) {
  const Packet first = sealed(1, {.ssrc = 0});
  ASSERT_EQ(refusal(first), std::nullopt);
  for (std::uint32_t i = 1; i < SrtpLimits::streams; ++i) ASSERT_EQ(refusal(sealed(1, {.ssrc = i})), std::nullopt);
  EXPECT_EQ(protected_rtp(sender, rtp(1, {.ssrc = 0xffff})), std::unexpected(Refusal::too_many_streams));
  Protector another = *Protector::make(key);
  EXPECT_EQ(refusal(*protected_rtp(another, rtp(1, {.ssrc = 0xffff}))), Refusal::too_many_streams);
  EXPECT_EQ(rtcp_refusal(*protected_rtcp(another, rtcp(1, 0xffff))), Refusal::too_many_streams);
  EXPECT_EQ(refusal(first), Refusal::replayed);
  EXPECT_EQ(refusal(sealed(2, {.ssrc = 0})), std::nullopt);
}

/// With a forged number far ahead, a receiver that believed it would look for the peer in the wrong cycle from then on.
TEST_P(Attack, ForgedLeapsDoNotMoveTheRolloverCounter) {
  Random random(1);
  std::uint32_t i = 65'000;
  for (int round = 0; round < 300; ++round, i += 7) {
    const Packet genuine = sealed(static_cast<std::uint16_t>(i));
    for (int forgery = 0; forgery < 10; ++forgery) {
      Packet forged = genuine;
      forged[2] = static_cast<std::uint8_t>(random());
      forged[3] = static_cast<std::uint8_t>(random());
      if (forged != genuine) {
        EXPECT_TRUE(refusal(forged));
      }
    }
    ASSERT_EQ(refusal(genuine), std::nullopt) << i;
  }
}

TEST_P(Attack, ReportsDoNotPassForSpeechNorSpeechForReports) {
  const Packet report = *protected_rtcp(sender, rtcp(2)), speech = sealed(1);
  EXPECT_TRUE(refusal(report));
  EXPECT_TRUE(rtcp_refusal(speech));
  EXPECT_EQ(rtcp_refusal(report), std::nullopt);
  EXPECT_EQ(refusal(speech), std::nullopt);
}

TEST_P(Attack, AReportInTheClearIsRefused) {
  Packet report = *protected_rtcp(sender, rtcp());
  const std::size_t word =
      facts_of(GetParam()).aead ? report.size() - 4 : report.size() - 4 - facts_of(GetParam()).rtcp_tag;
  ASSERT_TRUE(report[word] & 0x80);
  report[word] &= 0x7f;
  EXPECT_EQ(rtcp_refusal(report), Refusal::malformed);
}

TEST_P(Attack, OurOwnPacketsComeBackInVain) {
  Protector ours = *Protector::make(key_of(GetParam(), 77));
  EXPECT_EQ(refusal(*protected_rtp(ours, rtp(1))), Refusal::not_authentic);
  EXPECT_EQ(rtcp_refusal(*protected_rtcp(ours, rtcp())), Refusal::not_authentic);
}

/// Forged packets while a key changes neither end the former key nor damage what comes after them.
TEST_P(Attack, ForgeriesWhileAKeyChangesChangeNothing) {
  ASSERT_EQ(refusal(sealed(1)), std::nullopt);
  const MasterKey next = key_of(GetParam(), 2);
  ASSERT_TRUE(receiver.rekey(next));
  for (std::uint32_t i = 0; i < 3 * SrtpLimits::former_key_packets; ++i)
    EXPECT_TRUE(refusal(rtp(static_cast<std::uint16_t>(i), {.payload = 40})));
  EXPECT_EQ(opened_rtp(receiver, sealed(2)), rtp(2));
  const Packet recorded = sealed(3);
  for (std::uint32_t i = 0; i < 3 * SrtpLimits::former_key_packets; ++i) (void)refusal(recorded);
  EXPECT_EQ(opened_rtp(receiver, sealed(4)), rtp(4)) << "replays are no packets under the former key";
  Protector renewed = *Protector::make(next);
  EXPECT_EQ(opened_rtp(receiver, *protected_rtp(renewed, rtp(5))), rtp(5));
}

/// Whoever chooses what we encrypt (the party on a plain leg) must not get two texts under one index.
TEST_P(Attack, NoIndexIsUsedForTwoTexts) {
  ASSERT_TRUE(protected_rtp(sender, rtp(500)));
  Packet other = rtp(500);
  other.back() ^= 0xff;
  EXPECT_EQ(protected_rtp(sender, other), std::unexpected(Refusal::replayed));
  ASSERT_TRUE(protected_rtp(sender, rtp(501)));
  EXPECT_EQ(protected_rtp(sender, rtp(500)), std::unexpected(Refusal::replayed));
  EXPECT_EQ(protected_rtp(sender, rtp(300)), std::unexpected(Refusal::too_old));
}

TEST_P(Attack, AnIndexIsUsedWhenSomethingIsEncryptedUnderIt) {
  Packet packet = rtp(1);
  EXPECT_EQ(sender.protect_rtp(packet, packet.size()), std::unexpected(Refusal::malformed)) << "no room for the tag";
  EXPECT_TRUE(protected_rtp(sender, rtp(1))) << "but then nothing was encrypted";
}

/// A packet from before the first would be half a cycle ahead, where no receiver would look for it, nor for the next.
TEST_P(Attack, APacketFromBeforeTheFirstDoesNotMoveWhatWeSend) {
  ASSERT_EQ(refusal(sealed(1)), std::nullopt);
  EXPECT_EQ(protected_rtp(sender, rtp(65'535)), std::unexpected(Refusal::too_old));
  EXPECT_EQ(refusal(sealed(2)), std::nullopt);
}

TEST_P(Attack, ThePlainPartyCannotSpendOurSsrcsOnWhatIsMalformed) {
  for (std::uint32_t i = 0; i < 2 * SrtpLimits::streams; ++i) {
    Packet broken = rtp(1, {.ssrc = i, .payload = 2});
    broken[0] |= 0x0f;
    EXPECT_EQ(protected_rtp(sender, broken), std::unexpected(Refusal::malformed));
  }
  EXPECT_EQ(refusal(sealed(1)), std::nullopt);
}

TEST(Attacks, AKeyOfOneSuiteIsNoKeyOfAnother) {
  // AES-128 with 80 and with 32 bits of tag, from the same bytes.
  const MasterKey long_tags = key_of(Suite::aes_cm_128_sha1_80);
  Packet bytes(long_tags.key().begin(), long_tags.key().end());
  bytes.insert(bytes.end(), long_tags.salt().begin(), long_tags.salt().end());
  Protector weak = *Protector::make(*MasterKey::make(Suite::aes_cm_128_sha1_32, bytes));
  Unprotector strong = *Unprotector::make(long_tags);
  EXPECT_EQ(opened_rtp(strong, *protected_rtp(weak, rtp(1))), std::unexpected(Refusal::not_authentic));
}

}  // namespace
}  // namespace rf::srtp
