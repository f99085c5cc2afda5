#include "core/base/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace rf {
namespace {

TEST(OwnHash, SpreadsIdsFromACounterEvenly) {
  const HashKey key(7);
  std::array<int, 64> low{}, high{};
  for (std::uint64_t id = 1; id <= 64'000; ++id) {
    const std::uint64_t hash = OwnHash(key).add(3).add(id).add(0).finish();
    ++low[hash & 63];
    ++high[hash >> 58];
  }
  for (const auto& places : {low, high}) {
    EXPECT_GT(*std::min_element(places.begin(), places.end()), 800);
    EXPECT_LT(*std::max_element(places.begin(), places.end()), 1'200);
  }
}

TEST(OwnHash, TellsTheOrderOfWordsAndTheKeyApart) {
  const HashKey key(7);
  const std::uint64_t hash = OwnHash(key).add(1).add(2).finish();
  EXPECT_EQ(hash, OwnHash(key).add(1).add(2).finish());
  EXPECT_NE(hash, OwnHash(key).add(2).add(1).finish());
  EXPECT_NE(hash, OwnHash(HashKey(8)).add(1).add(2).finish());
}

}  // namespace
}  // namespace rf
