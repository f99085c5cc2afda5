#include "core/media/ports.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace rf::media {
namespace {

TEST(PortPool, GivesEveryEvenPortOfTheRangeOnceAndThenNone) {
  PortPool pool(40'000, 40'019, Random(1));
  std::set<std::uint16_t> given;
  for (int i = 0; i < 10; ++i) {
    const auto port = pool.take(0);
    ASSERT_TRUE(port);
    EXPECT_EQ(*port % 2, 0);
    EXPECT_GE(*port, 40'000);
    EXPECT_LE(*port + 1, 40'019);
    EXPECT_TRUE(given.insert(*port).second);
  }
  EXPECT_FALSE(pool.take(0));
  EXPECT_EQ(pool.in_use(), pool.capacity());
}

TEST(PortPool, KeepsWithinOddAndTinyRanges) {
  EXPECT_EQ(PortPool(40'001, 40'004, Random(1)).take(0), 40'002);
  EXPECT_EQ(PortPool(40'001, 40'002, Random(1)).capacity(), 0u);
  EXPECT_EQ(PortPool(40'000, 40'000, Random(1)).capacity(), 0u);
  EXPECT_EQ(PortPool(40'002, 40'000, Random(1)).capacity(), 0u);
  EXPECT_EQ(PortPool(65'534, 65'535, Random(1)).take(0), 65'534);
  EXPECT_EQ(PortPool(65'535, 65'535, Random(1)).capacity(), 0u);
  EXPECT_FALSE(PortPool(0, 1, Random(1)).take(0));
}

TEST(PortPool, LetsAPortRestAsLongAsAnotherIsFree) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    PortPool pool(40'000, 40'003, Random(seed));
    const std::uint16_t first = *pool.take(1'000);
    pool.give_back(first, 5'000);
    const std::uint16_t second = *pool.take(6'999);
    EXPECT_NE(second, first);
    pool.give_back(second, 6'999);
    EXPECT_EQ(pool.take(7'000), first) << "its time is over, the other's is not";
  }
}

TEST(PortPool, GivesThePortThatRestedLongestWhenNothingElseIsFree) {
  PortPool pool(40'000, 40'005, Random(1));
  std::vector<std::uint16_t> order;
  for (int i = 0; i < 3; ++i) order.push_back(*pool.take(0));
  for (const std::uint16_t port : order) pool.give_back(port, 0);
  for (const std::uint16_t port : order) EXPECT_EQ(pool.take(0), port);
  EXPECT_FALSE(pool.take(0)) << "all are in use";
  EXPECT_EQ(pool.in_use(), 3u);
}

TEST(PortPool, OrderCannotBeReadOffTheNumbers) {
  PortPool a(40'000, 40'999, Random(1)), b(40'000, 40'999, Random(2));
  std::vector<std::uint16_t> first, second;
  for (int i = 0; i < 50; ++i) {
    first.push_back(*a.take(0));
    second.push_back(*b.take(0));
  }
  EXPECT_NE(first, second);
  EXPECT_FALSE(std::is_sorted(first.begin(), first.end()));
}

TEST(PortPool, DrawsFromUsedPortsOnceTheyLeaveChoiceEnough) {
  PortPool pool(10'000, 59'999, Random(5), 10);
  std::set<std::uint16_t> seen;
  std::int64_t now = 0;
  for (int i = 0; i < 5'000; ++i, ++now) {
    const auto port = pool.take(now);
    ASSERT_TRUE(port);
    seen.insert(*port);
    pool.give_back(*port, now);
  }
  EXPECT_GE(seen.size(), PortPool::choice_min);
  EXPECT_LE(seen.size(), 2 * PortPool::choice_min);
}

TEST(PortPool, EveryPortComesBackHoweverTheyAreReturned) {
  PortPool pool(40'000, 40'199, Random(3), 100);
  Random chance(4);
  std::vector<std::uint16_t> held;
  std::int64_t now = 0;
  for (int i = 0; i < 20'000; ++i) {
    now += static_cast<std::int64_t>(chance.below(5));
    if (chance.below(2) == 0) {
      if (const auto port = pool.take(now)) {
        EXPECT_EQ(std::count(held.begin(), held.end(), *port), 0);
        held.push_back(*port);
      }
    } else if (!held.empty()) {
      const std::size_t which = chance.below(held.size());
      pool.give_back(held[which], now);
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(which));
    }
    ASSERT_EQ(pool.in_use(), held.size());
  }
  for (const std::uint16_t port : held) pool.give_back(port, now);
  std::set<std::uint16_t> all;
  for (std::size_t i = 0; i < pool.capacity(); ++i) all.insert(pool.take(now + 1'000).value_or(0));
  EXPECT_EQ(all.size(), 100u);
  EXPECT_FALSE(all.contains(0));
}

}  // namespace
}  // namespace rf::media
