#include "core/media/clips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/clip_name.hpp"
#include "core/base/limits/call.hpp"
#include "core/media/g711.hpp"

namespace rf::media {
namespace {

using Law = VoicePlan::Law;

Clip clip_of(std::size_t samples) {
  return Clip::from_linear(std::vector<std::int16_t>(samples, 1'000));
}

TEST(Clips, NamesLeadNowhereButIntoTheFolderOfPrompts) {
  for (const char* good : {"en/enter-pin", "custom/summer_2031", "tone/busy", "a/b"}) EXPECT_TRUE(is_clip_name(good));
  for (const char* bad :
       {"", "/", "en", "en/", "/etc", "../secret", "en/../../etc/passwd", "en/..", "./x", "en//x", "en/x/y", "en/x.wav",
        "EN/x", "en\\x", "en/ x", "en/%2e%2e", "/en/x", "en/abcdefghijklmnopqrstuvwxyz0123456"})
    EXPECT_FALSE(is_clip_name(bad)) << bad;
  EXPECT_FALSE(is_clip_name(std::string_view("en/x\0y", 6)));
}

TEST(Clips, AClipIsKeptInBothLaws) {
  const Clip linear = Clip::from_linear(std::vector<std::int16_t>{0, 8'000, -8'000});
  EXPECT_EQ(linear.bytes(Law::mu)[1], linear_to_mu(8'000));
  EXPECT_EQ(linear.bytes(Law::a)[2], linear_to_a(-8'000));
  const std::vector<std::uint8_t> bytes{0x80, 0x01};
  const Clip mu = Clip::from_law(Law::mu, bytes);
  EXPECT_THAT(mu.bytes(Law::mu), ::testing::ElementsAreArray(bytes));
  EXPECT_EQ(mu.bytes(Law::a)[0], mu_to_a(0x80));
  const Clip a = Clip::from_law(Law::a, bytes);
  EXPECT_THAT(a.bytes(Law::a), ::testing::ElementsAreArray(bytes));
  EXPECT_EQ(a.bytes(Law::mu)[1], a_to_mu(0x01));
}

TEST(Clips, EveryBankHasTheTonesOfATelephone) {
  const ClipBank bank;
  EXPECT_THAT(bank.names(), ::testing::ElementsAre("tone/busy", "tone/ringing", "tone/silence"));
  const auto ringing = bank.find("tone/ringing")->bytes(Law::mu);
  ASSERT_EQ(ringing.size(), 40'000u);
  // 425 Hz cross zero upwards 425 times in their second, and then there is silence for four.
  int crossings = 0;
  for (std::size_t i = 1; i < 8'000; ++i)
    crossings += mu_to_linear(ringing[i - 1]) <= 0 && mu_to_linear(ringing[i]) > 0;
  EXPECT_EQ(crossings, 425);
  EXPECT_TRUE(std::all_of(ringing.begin() + 8'000, ringing.end(), [](std::uint8_t b) { return b == silence_mu; }));
  EXPECT_EQ(bank.find("tone/busy")->samples(), 8'000u);
  const auto silence = bank.find("tone/silence")->bytes(Law::a);
  EXPECT_EQ(std::count(silence.begin(), silence.end(), silence_a), 8'000);
}

TEST(Clips, ALaterClipOfTheSameNameReplacesTheFormer) {
  ClipBank bank;
  EXPECT_EQ(bank.add("en/goodbye", clip_of(5)), ClipBank::Added::yes);
  const ClipRef former = bank.find("en/goodbye");
  EXPECT_EQ(bank.add("en/goodbye", clip_of(7)), ClipBank::Added::yes);
  EXPECT_EQ(bank.find("en/goodbye")->samples(), 7u);
  EXPECT_EQ(former->samples(), 5u);  // who plays it still has it
  EXPECT_EQ(bank.find("de/goodbye"), nullptr);
}

TEST(Clips, WhatHasNoNameOrNoEndIsNotTaken) {
  ClipBank bank;
  EXPECT_EQ(bank.add("../x", clip_of(1)), ClipBank::Added::bad_name);
  EXPECT_EQ(bank.add("en/x", clip_of(0)), ClipBank::Added::empty);
  EXPECT_EQ(bank.add("en/x", clip_of(VoiceLimits::clip_samples)), ClipBank::Added::yes);
  EXPECT_EQ(bank.add("en/x", clip_of(VoiceLimits::clip_samples + 1)), ClipBank::Added::too_long);
}

TEST(Clips, TheBankHasABoundInClipsAndInBytes) {
  ClipBank many;
  std::size_t taken = many.size();
  for (std::size_t i = 0; i < VoiceLimits::clips; ++i)
    taken += many.add("custom/c" + std::to_string(i), clip_of(1)) == ClipBank::Added::yes;
  EXPECT_EQ(taken, VoiceLimits::clips);
  EXPECT_EQ(many.add("custom/c1", clip_of(2)), ClipBank::Added::yes);  // no further one

  ClipBank large;
  const Clip longest = clip_of(VoiceLimits::clip_samples);
  std::size_t bytes = 0;
  for (int i = 0; i < 100; ++i)
    if (large.add("custom/l" + std::to_string(i), longest) == ClipBank::Added::yes) bytes += 2 * longest.samples();
  EXPECT_LE(bytes, VoiceLimits::clips_bytes);
  EXPECT_GT(bytes, VoiceLimits::clips_bytes / 2);
}

}  // namespace
}  // namespace rf::media
