// What monitoring sees of the ledger: sums by level, and the account that is nearest to its cap.
#include "core/money/levels.hpp"

#include <gtest/gtest.h>

namespace rf::money {
namespace {

constexpr std::int64_t hour = 3'600'000, day = 24 * hour;
constexpr std::int64_t midnight = 20'000 * day;
const Currency eur = *Currency::parse("EUR");
const AccountId one{Level::extension, 1}, two{Level::extension, 2}, whole{Level::system, 1};

struct LevelsTest : testing::Test {
  LevelsTest() : ledger(eur, bounds(), HashKey(1)) {
    limit(one, 1'000);
    limit(two, 100);
    limit(whole, {});
  }
  static MoneyLimits bounds() {
    MoneyLimits out;
    out.accounts = 8;
    out.reservations = 8;
    return out;
  }
  void limit(AccountId id, std::optional<std::int64_t> a_day, bool locked = false) {
    AccountLimits limits;
    limits.day = a_day;
    limits.locked = locked;
    ASSERT_TRUE(ledger.set_limits(id, limits, midnight));
    ASSERT_TRUE(ledger.set_periods(id, {midnight, midnight + day, midnight, midnight + 30 * day}, midnight));
  }
  void reserve(std::uint64_t call, AccountId id, std::int64_t micros) {
    const AccountId accounts[] = {id, whole};
    ASSERT_TRUE(ledger.reserve({call}, accounts, *Amount::of_micros(micros, eur), midnight + hour));
  }
  const LevelUse& at(Level level, std::int64_t wall_ms = midnight + hour) {
    uses = use_by_level(ledger, wall_ms);
    return uses[static_cast<std::size_t>(level)];
  }

  Ledger ledger;
  std::array<LevelUse, levels> uses;
};

TEST_F(LevelsTest, ACallCountsOnceAtEachLevelAndTheNearestAccountTellsTheShare) {
  reserve(1, one, 300);
  reserve(2, two, 90);
  ASSERT_TRUE(ledger.settle({1}, *Amount::of_micros(200, eur), midnight + hour));
  const LevelUse extensions = at(Level::extension);
  EXPECT_EQ(extensions.accounts, 2u);
  EXPECT_EQ(extensions.day.settled, 200);
  EXPECT_EQ(extensions.day.reserved, 90);
  EXPECT_EQ(extensions.day.capped, 2u);
  EXPECT_EQ(extensions.day.exhausted, 0u);
  EXPECT_DOUBLE_EQ(extensions.day.most_used, 0.9);
  const LevelUse system = at(Level::system);
  EXPECT_EQ(system.day.settled + system.day.reserved, 290);
  EXPECT_EQ(system.day.capped, 0u);
  EXPECT_EQ(system.day.most_used, 0);
  EXPECT_EQ(at(Level::trunk).accounts, 0u);
}

TEST_F(LevelsTest, AnAccountWithNothingLeftIsExhaustedUntilItsDayIsOver) {
  reserve(1, two, 100);
  EXPECT_EQ(at(Level::extension).day.exhausted, 1u);
  const LevelUse next_day = at(Level::extension, midnight + day);
  EXPECT_EQ(next_day.day.exhausted, 0u);
  EXPECT_EQ(next_day.day.reserved, 0);
  EXPECT_EQ(next_day.month.reserved, 100);
}

TEST_F(LevelsTest, ACapOfNothingIsExhaustedAtOnceAndLockedAccountsAreCounted) {
  limit(one, 0, true);
  const LevelUse extensions = at(Level::extension);
  EXPECT_EQ(extensions.day.exhausted, 1u);
  EXPECT_EQ(extensions.day.most_used, 1);
  EXPECT_EQ(extensions.locked, 1u);
}

}  // namespace
}  // namespace rf::money
