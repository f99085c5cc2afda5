#include "core/toll/spending.hpp"

#include <gtest/gtest.h>

#include "tests/unit/toll/desk_world.hpp"

namespace rf::toll {
namespace {

TEST(Spending, TellsWhatIsSpentReservedAndLeft) {
  World w;
  w.extension.money.day = 2'000'000;
  ASSERT_TRUE(w.open(1));
  ASSERT_TRUE(w.open(2));
  w.desk->close(w.now, CallId{1}, 10'000);
  EXPECT_EQ(spending_of(w.desk->ledger(), {}, w.now.wall_ms).size(), money::levels);
  const auto rows = spending_of(w.desk->ledger(), {.level = money::Level::extension, .id = 1'001}, w.now.wall_ms);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].day.settled, 100'000);
  EXPECT_EQ(rows[0].day.reserved, 700'000);
  EXPECT_EQ(rows[0].day.left, 1'200'000);
  EXPECT_EQ(rows[0].month.limit, std::nullopt);
  EXPECT_EQ(rows[0].credit, std::nullopt);
  EXPECT_EQ(rows[0].calls, 1u);
  EXPECT_GT(rows[0].day.until_wall_ms, w.now.wall_ms);
}

TEST(Spending, ANewDayBeginsForPeopleEvenWhenNobodyCalls) {
  World w;
  w.extension.money.day = 2'000'000;
  ASSERT_TRUE(w.open(1));
  w.desk->close(w.now, CallId{1}, 10'000);
  const auto rows =
      spending_of(w.desk->ledger(), {.level = money::Level::extension, .id = {}}, w.now.wall_ms + 86'400'000);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].day.settled, 0);
  EXPECT_EQ(rows[0].day.left, 2'000'000);
  EXPECT_EQ(rows[0].month.settled, 100'000);
}

TEST(Spending, OfSomebodyUnknownIsNothing) {
  World w;
  EXPECT_TRUE(spending_of(w.desk->ledger(), {.level = money::Level::trunk, .id = 9}, 0).empty());
}

}  // namespace
}  // namespace rf::toll
