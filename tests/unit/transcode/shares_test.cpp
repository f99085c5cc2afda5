#include "shell/transcode/shares.hpp"

#include <gtest/gtest.h>

namespace rf::transcode {
namespace {

/// How many places the sender gets until it is refused.
int fill(Shares& shares, std::uint64_t relay, unsigned sender = 0) {
  int taken = 0;
  while (taken < 1'000 && shares.take(RelayId{relay}, sender)) ++taken;
  return taken;
}

TEST(Shares, OneSenderHasAnEighthOfWhatIsFree) {
  Shares shares(512);
  EXPECT_EQ(fill(shares, 1), 57);
  EXPECT_EQ(fill(shares, 1), 0);
  EXPECT_EQ(fill(shares, 1, 1), 51) << "the other leg, of what is left";
  EXPECT_EQ(fill(shares, 2), 45);
}

TEST(Shares, WhoHasNothingGetsAPlaceThoughHundredsFlood) {
  Shares shares(512);
  for (std::uint64_t relay = 1; relay <= 200; ++relay)
    for (const unsigned leg : {0u, 1u}) EXPECT_TRUE(shares.take(RelayId{relay}, leg)) << relay;
  for (std::uint64_t relay = 1; relay <= 200; ++relay)
    for (const unsigned leg : {0u, 1u}) fill(shares, relay, leg);
  for (std::uint64_t relay = 201; relay <= 208; ++relay) EXPECT_TRUE(shares.take(RelayId{relay}, 0)) << relay;
  EXPECT_FALSE(shares.take(RelayId{209}, 0)) << "nothing is free";
}

TEST(Shares, WhatWasTakenOutCountsNoMore) {
  Shares shares(64);
  for (int turn = 0; turn < 1'000; ++turn) {
    ASSERT_EQ(fill(shares, static_cast<std::uint64_t>(turn % 7)), 8) << turn;
    shares.clear();
  }
}

}  // namespace
}  // namespace rf::transcode
