#include "core/toll/duration.hpp"

#include <gtest/gtest.h>

namespace rf::toll {
namespace {

TEST(Duration, IsTheSmallestOfAllLimitsAndSaysWhose) {
  DurationLimits limits{.money_ms = 90'000, .extension_ms = 60'000, .trunk_ms = 70'000, .system_ms = 10'800'000};
  EXPECT_EQ(duration_of(limits), (Duration{60'000, 30'000, DurationReason::extension}));
  limits.money_ms = 45'000;
  EXPECT_EQ(duration_of(limits), (Duration{45'000, 15'000, DurationReason::money}));
  limits.trunk_ms = 1;
  EXPECT_EQ(duration_of(limits)->reason, DurationReason::trunk);
  EXPECT_EQ(name_of(DurationReason::trunk), "trunk");
}

TEST(Duration, OfEqualLimitsTheMoneyIsNamedFirst) {
  const DurationLimits limits{.money_ms = 5'000, .extension_ms = 5'000, .trunk_ms = 5'000, .system_ms = 5'000};
  EXPECT_EQ(duration_of(limits)->reason, DurationReason::money);
}

TEST(Duration, WithoutALimitThereIsNone) {
  EXPECT_EQ(duration_of({}), std::nullopt);
}

TEST(Duration, LessThanTheAnnouncementWantsIsAnnouncedAtOnce) {
  EXPECT_EQ(duration_of({.money_ms = 10'000})->announce_after_ms, 0);
  EXPECT_EQ(duration_of({.money_ms = 30'000})->announce_after_ms, 0);
  EXPECT_EQ(duration_of({.money_ms = 30'001})->announce_after_ms, 1);
}

TEST(Duration, NothingLeftIsCutAtOnceWithoutAWord) {
  EXPECT_EQ(duration_of({.money_ms = 0}), (Duration{0, {}, DurationReason::money}));
  EXPECT_EQ(duration_of({.money_ms = INT64_MIN, .system_ms = 5}), (Duration{0, {}, DurationReason::money}));
}

TEST(Duration, WithoutAnAnnouncementItIsCutAllTheSame) {
  EXPECT_EQ(duration_of({.system_ms = 60'000, .announce_before_ms = 0}),
            (Duration{60'000, {}, DurationReason::system}));
}

TEST(Duration, AnEmergencyCallIsNeverCut) {
  EXPECT_EQ(duration_of({.money_ms = 0, .system_ms = 1, .emergency = true}), std::nullopt);
}

}  // namespace
}  // namespace rf::toll
