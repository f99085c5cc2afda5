#include "core/media/digits.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/base/limits/call.hpp"

namespace rf::media {
namespace {

rtp::Header at(std::uint32_t timestamp, bool marker = false) {
  rtp::Header header;
  header.timestamp = timestamp;
  header.marker = marker;
  return header;
}

rtp::Event key(std::uint8_t code) {
  rtp::Event event;
  event.code = code;
  return event;
}

TEST(Digits, TheSixteenKeysOfATelephoneAndNothingElseAreDigits) {
  std::string all;
  for (std::uint8_t code = 0; code < 16; ++code) all += digit_of(key(code));
  EXPECT_EQ(all, "0123456789*#ABCD");
  EXPECT_EQ(digit_of(key(16)), 0);  // flash
  EXPECT_EQ(digit_of(key(255)), 0);
}

TEST(Digits, OnePressIsOneHoweverManyOfItsPacketsComeOrAreLost) {
  Presses presses;
  EXPECT_TRUE(presses.begins(at(1'000, true), key(5)));
  for (int i = 0; i < 8; ++i) EXPECT_FALSE(presses.begins(at(1'000), key(5)));
  // The next press, of the same key, whose first packets were lost.
  EXPECT_TRUE(presses.begins(at(2'000), key(5)));
}

TEST(Digits, LatePacketsOfAPressThatIsOverAreNoPress) {
  Presses presses;
  EXPECT_TRUE(presses.begins(at(1'000), key(5)));
  EXPECT_TRUE(presses.begins(at(2'000), key(6)));
  EXPECT_FALSE(presses.begins(at(1'000), key(5)));
  EXPECT_FALSE(presses.begins(at(2'000), key(6)));
}

TEST(Digits, TimestampsThatTurnOverAreLaterAllTheSame) {
  Presses presses;
  EXPECT_TRUE(presses.begins(at(0xffff'ff00), key(1)));
  EXPECT_TRUE(presses.begins(at(0x0000'0100), key(2)));
  EXPECT_FALSE(presses.begins(at(0xffff'ff00), key(1)));
}

TEST(Digits, AKeyHeldForMinutesIsOnePress) {
  Presses presses;
  EXPECT_TRUE(presses.begins(at(1'000, true), key(7)));
  for (std::uint32_t segment = 1; segment < 10; ++segment)
    EXPECT_FALSE(presses.begins(at(1'000 + segment * 0xffff), key(7)));
  // Pressed again at that very moment: the marker says so.
  EXPECT_TRUE(presses.begins(at(1'000 + 10 * 0xffff, true), key(7)));
}

TEST(Digits, WhatIsKeptIsKeptWithItsLateAndItsFurtherPackets) {
  Presses presses;
  ASSERT_TRUE(presses.begins(at(1'000), key(7)));
  EXPECT_FALSE(presses.is_kept(at(1'000)));
  presses.keep();
  EXPECT_TRUE(presses.is_kept(at(1'000)));
  EXPECT_TRUE(presses.is_kept(at(500)));
  ASSERT_FALSE(presses.begins(at(1'000 + 0xffff), key(7)));
  EXPECT_TRUE(presses.is_kept(at(1'000 + 0xffff)));
  ASSERT_TRUE(presses.begins(at(200'000, true), key(7)));
  EXPECT_FALSE(presses.is_kept(at(200'000)));
  presses.restart();
  EXPECT_FALSE(presses.is_kept(at(1'000)));
}

TEST(Digits, AStreamThatBeginsAnewHasNoPressBehindIt) {
  Presses presses;
  EXPECT_TRUE(presses.begins(at(5'000), key(1)));
  presses.restart();
  EXPECT_TRUE(presses.begins(at(10), key(1)));
}

TEST(Digits, AFloodOfPressesIsToldAtASecondsBound) {
  Presses presses;
  std::size_t told = 0;
  for (int ms = 0; ms < 10'000; ++ms) told += presses.may_tell(ms * 1'000);
  EXPECT_EQ(told, 10 * VoiceLimits::digits_per_s);
}

}  // namespace
}  // namespace rf::media
