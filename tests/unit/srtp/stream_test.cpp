#include "core/srtp/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/limits/media.hpp"
#include "tests/unit/srtp/packets.hpp"

namespace rf::srtp {
namespace {

class Channel : public EachSuite {
 protected:
  /// Packets `first` to `last` of a stream arrive at `to`, or each `step`th of them.
  void expect_heard(Protector& from, Unprotector& to, std::uint32_t first, std::uint32_t last, std::uint32_t step = 1) {
    for (std::uint32_t i = first; i <= last; i += step) {
      const Packet plain = rtp(static_cast<std::uint16_t>(i));
      const auto sealed = protected_rtp(from, plain);
      ASSERT_TRUE(sealed) << i;
      ASSERT_EQ(opened_rtp(to, *sealed), plain) << i;
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Srtp, Channel, testing::ValuesIn(all_suites), name_of);

TEST_P(Channel, PacketsGrowByTheTagOfTheSuiteAndNoMore) {
  const auto sealed = protected_rtp(sender, rtp(1));
  EXPECT_EQ(sealed->size(), rtp(1).size() + facts_of(GetParam()).rtp_tag);
  const auto report = protected_rtcp(sender, rtcp(1));
  EXPECT_EQ(report->size(), rtcp(1).size() + facts_of(GetParam()).rtcp_tag + 4);
  EXPECT_LE(facts_of(GetParam()).rtcp_tag + 4u, growth_most);
}

TEST_P(Channel, HeaderCsrcsAndExtensionStayReadableAndThePayloadDoesNot) {
  const RtpShape shape{.ssrc = 7, .payload = 160, .csrcs = 3, .extension_words = 2};
  const Packet plain = rtp(9, shape);
  const std::ptrdiff_t head = 12 + 12 + 4 + 8;
  const auto sealed = protected_rtp(sender, plain);
  EXPECT_TRUE(std::equal(plain.begin(), plain.begin() + head, sealed->begin()));
  std::size_t same = 0;
  for (std::size_t i = head; i < plain.size(); ++i) same += plain[i] == (*sealed)[i];
  EXPECT_LT(same, 10u);
  EXPECT_EQ(opened_rtp(receiver, *sealed), plain);
}

TEST_P(Channel, PacketsWithoutPayloadAndOfTheGreatestLengthPass) {
  for (const std::size_t payload : {0u, 1u, 15u, 16u, 17u, 255u, 256u, 257u, 65'000u}) {
    const Packet plain =
        rtp(static_cast<std::uint16_t>(100 + payload % 90), {static_cast<std::uint32_t>(payload), payload});
    const auto sealed = protected_rtp(sender, plain);
    ASSERT_TRUE(sealed) << payload;
    EXPECT_EQ(opened_rtp(receiver, *sealed), plain) << payload;
  }
}

TEST_P(Channel, LateAndLostPacketsDoNotMoveTheRest) {
  for (const std::uint16_t sequence : {100, 103, 101, 300, 200, 102, 301}) {
    const auto sealed = protected_rtp(sender, rtp(sequence));
    const bool late = sequence == 102;
    EXPECT_EQ(sealed.has_value(), !late) << "198 behind the newest";
    if (sealed) {
      EXPECT_EQ(opened_rtp(receiver, *sealed), rtp(sequence));
    }
  }
}

/// A phone on a plain leg counts anew under its SSRC; nobody would believe its old numbers a second time.
TEST_P(Channel, AStreamThatCountsAnewLeavesUnderNumbersThatGoOn) {
  expect_heard(sender, receiver, 20'000, 20'010);
  EXPECT_EQ(protected_rtp(sender, rtp(100)), std::unexpected(Refusal::too_old));
  sender.renumber(0xcafebabe, 100);
  sender.renumber(0xdeadbeef, 100);
  for (std::uint16_t i = 0; i < 30'000; i += 100) {
    const auto opened = opened_rtp(receiver, *protected_rtp(sender, rtp(static_cast<std::uint16_t>(100 + i))));
    ASSERT_TRUE(opened) << i;
    EXPECT_EQ(read16(*opened, 2), static_cast<std::uint16_t>(20'011 + i));
    EXPECT_TRUE(std::equal(opened->begin() + 12, opened->end(), rtp(static_cast<std::uint16_t>(100 + i)).begin() + 12));
  }
}

TEST_P(Channel, StreamsOfOneKeyDoNotDisturbEachOther) {
  for (std::uint16_t i = 0; i < 50; ++i)
    for (std::uint32_t ssrc = 1; ssrc <= 5; ++ssrc) {
      const auto sequence = static_cast<std::uint16_t>(ssrc * 13'000 + i);
      const auto sealed = protected_rtp(sender, rtp(sequence, {ssrc}));
      ASSERT_EQ(opened_rtp(receiver, *sealed), rtp(sequence, {ssrc}));
    }
}

/// What the peer began with was lost before we listened, and its numbers went over zero meanwhile.
TEST_P(Channel, AListenerThatComesAfterTheFirstRolloverFollows) {
  for (std::uint32_t i = 65'530; i < 65'545; ++i)
    ASSERT_TRUE(protected_rtp(sender, rtp(static_cast<std::uint16_t>(i))));
  expect_heard(sender, receiver, 65'545, 65'700);
}

TEST_P(Channel, NothingIsMadeOfAKeyThatIsNotSet) {
  EXPECT_FALSE(Protector::make(MasterKey()));
  EXPECT_FALSE(Unprotector::make(MasterKey()));
  EXPECT_FALSE(receiver.rekey(MasterKey()));
  expect_heard(sender, receiver, 1, 3);
}

TEST_P(Channel, AMovedStreamGoesOn) {
  expect_heard(sender, receiver, 1, 3);
  const auto third = protected_rtp(sender, rtp(4));
  Protector now_sends = std::move(sender);
  Unprotector now_hears = std::move(receiver);
  ASSERT_TRUE(opened_rtp(now_hears, *third));
  EXPECT_EQ(opened_rtp(now_hears, *third), std::unexpected(Refusal::replayed));
  expect_heard(now_sends, now_hears, 5, 7);
}

TEST_P(Channel, TheFormerKeyCountsUntilTheNewOneIsHeard) {
  expect_heard(sender, receiver, 1, 10);
  const MasterKey next = key_of(GetParam(), 2);
  Protector renewed = *Protector::make(next);
  ASSERT_TRUE(receiver.rekey(next));
  expect_heard(sender, receiver, 11, 20);
  const auto under_way = protected_rtp(sender, rtp(21));
  expect_heard(renewed, receiver, 22, 25);
  EXPECT_EQ(opened_rtp(receiver, *under_way), std::unexpected(Refusal::not_authentic));
}

TEST_P(Channel, RtcpUnderTheNewKeyEndsTheFormerOneToo) {
  expect_heard(sender, receiver, 1, 10);
  const MasterKey next = key_of(GetParam(), 2);
  Protector renewed = *Protector::make(next);
  ASSERT_TRUE(receiver.rekey(next));
  EXPECT_EQ(opened_rtcp(receiver, *protected_rtcp(sender, rtcp())), rtcp());
  EXPECT_EQ(opened_rtcp(receiver, *protected_rtcp(renewed, rtcp())), rtcp());
  EXPECT_EQ(opened_rtp(receiver, *protected_rtp(sender, rtp(11))), std::unexpected(Refusal::not_authentic));
}

TEST_P(Channel, TheFormerKeyIsGoneAfterItsShareOfPackets) {
  ASSERT_TRUE(receiver.rekey(key_of(GetParam(), 2)));
  expect_heard(sender, receiver, 1, SrtpLimits::former_key_packets);
  const auto one_more = protected_rtp(sender, rtp(SrtpLimits::former_key_packets + 1));
  EXPECT_EQ(opened_rtp(receiver, *one_more), std::unexpected(Refusal::not_authentic));
}

TEST_P(Channel, AfterANewKeyTheRolloverCounterMayGoOnOrBeginAnew) {
  expect_heard(sender, receiver, 60'000, 66'000, 500);
  const MasterKey next = key_of(GetParam(), 2);
  // One that begins anew, RFC 4568 §7.1.4.
  Unprotector hears = *Unprotector::make(key);
  Protector old = *Protector::make(key), anew = *Protector::make(next), goes_on = *Protector::make(next);
  expect_heard(old, hears, 60'000, 66'000, 500);
  ASSERT_TRUE(hears.rekey(next));
  expect_heard(anew, hears, 66'001, 66'010);
  // One that goes on, RFC 3711 §3.3.1: to us it is as if it had sent all before under the new key.
  for (std::uint32_t i = 60'000; i <= 66'000; i += 500)
    ASSERT_TRUE(protected_rtp(goes_on, rtp(static_cast<std::uint16_t>(i))));
  ASSERT_TRUE(receiver.rekey(next));
  expect_heard(goes_on, receiver, 66'001, 66'010);
}

TEST_P(Channel, TheRolloverCounterIsRememberedOverAKeyThatWasNeverHeard) {
  expect_heard(sender, receiver, 60'000, 200'000, 1'000);
  ASSERT_TRUE(receiver.rekey(key_of(GetParam(), 2)));
  const MasterKey third = key_of(GetParam(), 3);
  ASSERT_TRUE(receiver.rekey(third));
  Protector goes_on = *Protector::make(third);
  for (std::uint32_t i = 60'000; i <= 200'000; i += 1'000)
    ASSERT_TRUE(protected_rtp(goes_on, rtp(static_cast<std::uint16_t>(i))));
  expect_heard(goes_on, receiver, 200'001, 200'010);
}

TEST_P(Channel, AKeyOfAnotherSuiteReplacesOne) {
  for (const Suite suite : all_suites) {
    Unprotector hears = *Unprotector::make(key);
    const MasterKey next = key_of(suite, 9);
    Protector before = *Protector::make(key), after = *Protector::make(next);
    ASSERT_TRUE(hears.rekey(next));
    expect_heard(before, hears, 1, 3);
    expect_heard(after, hears, 4, 6);
  }
}

/// Else an encrypted leg would go on under a key of zeros.
TEST(MasterKeys, AreNotSetWhereTheyMovedFrom) {
  MasterKey first = key_of(Suite::aes_cm_128_sha1_80), second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(Protector::make(first));
  first = std::move(second);
  EXPECT_FALSE(second);
  EXPECT_EQ(first, key_of(Suite::aes_cm_128_sha1_80));
}

TEST(Refusals, HaveAText) {
  for (const Refusal refusal : {Refusal::malformed, Refusal::not_authentic, Refusal::replayed, Refusal::too_old,
                                Refusal::too_many_streams, Refusal::key_spent})
    EXPECT_NE(text_of(refusal), "?");
}

}  // namespace
}  // namespace rf::srtp
