#include "core/money/rate.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/toll.hpp"
#include "core/base/random.hpp"
#include "core/money/meter.hpp"

namespace rf::money {
namespace {

const Currency eur = *Currency::parse("EUR");

Amount micros(std::int64_t value) {
  return *Amount::of_micros(value, eur);
}

Rate rate(std::string_view price, std::uint32_t first_s, std::uint32_t next_s, std::string_view fee = "0") {
  return *Rate::of({*Amount::parse(price, eur), *Amount::parse(fee, eur), 60, first_s, next_s});
}

/// Rates of every kind, also free, prime and extreme ones.
Rate any_rate(Random& random) {
  RateTerms terms;
  const auto some = [&] {
    const std::uint64_t top = random.below(4) == 0 ? MoneyLimits::micros_per_min / 3'600 : 2'000'000;
    return micros(random.below(8) == 0 ? 0 : static_cast<std::int64_t>(random.below(top)));
  };
  terms.price = some();
  terms.fee = some();
  terms.first_s = 1 + static_cast<std::uint32_t>(random.below(random.below(2) ? 3'600 : 60));
  terms.next_s = 1 + static_cast<std::uint32_t>(random.below(random.below(2) ? 3'600 : 60));
  terms.price_s = random.below(2) ? 60 : terms.next_s;
  return *Rate::of(terms);
}

TEST(Rate, EveryBegunIncrementIsPaidInFull) {
  const Rate minutes = rate("0.06", 60, 60, "0.10");
  EXPECT_EQ(cost(minutes, 1).text(), "0.16");
  EXPECT_EQ(cost(minutes, 60).text(), "0.16");
  EXPECT_EQ(cost(minutes, 61).text(), "0.22");
  const Rate half = rate("0.06", 30, 6);
  EXPECT_EQ(cost(half, 30).text(), "0.03");
  EXPECT_EQ(cost(half, 31).text(), "0.036");
  EXPECT_EQ(cost(half, 36).text(), "0.036");
  EXPECT_EQ(cost(rate("0.06", 1, 1), 7).text(), "0.007");
}

TEST(Rate, ACallThatEndsAtOnceOwesWhatHasBegun) {
  EXPECT_EQ(cost(rate("0.06", 60, 60, "0.10"), 0).text(), "0.16");
}

TEST(Rate, RoundsTheWholeCallUpOnceToTheMicroUnit) {
  EXPECT_EQ(cost(rate("0.00001", 1, 1), 1).micros(), 1);
  EXPECT_EQ(cost(rate("0.00001", 1, 1), 6).micros(), 1);
  EXPECT_EQ(cost(rate("0.00001", 1, 1), 7).micros(), 2);
}

TEST(Rate, APriceForEachIncrementIsAsGoodAsOneForAMinute) {
  const Rate by_increment = *Rate::of({micros(6'000), micros(0), 6, 30, 6});
  for (std::uint32_t s = 0; s < 500; ++s) ASSERT_EQ(cost(by_increment, s), cost(rate("0.06", 30, 6), s));
}

TEST(Rate, AffordableSecondsIsTheExactInverseOfCost) {
  Random random(7);
  for (int i = 0; i < 50'000; ++i) {
    const Rate one = any_rate(random);
    const auto length = static_cast<std::uint32_t>(random.below(random.below(2) ? 200 : MoneyLimits::call_s));
    const Amount near = cost(one, length);
    const Amount budget = *Amount::of_micros(near.micros() + static_cast<std::int64_t>(random.below(5)) - 2, eur);
    const auto seconds = affordable_seconds(one, budget);
    if (!seconds) {
      ASSERT_GT(cost(one, 0), budget);
      continue;
    }
    ASSERT_LE(cost(one, *seconds), budget);
    ASSERT_GT(cost(one, *seconds + 1), budget) << *seconds;
    if (near <= budget) {
      ASSERT_GE(*seconds, length);
    }
  }
}

TEST(Rate, NeverFallsWhenACallIsLonger) {
  Random random(8);
  for (int i = 0; i < 200; ++i) {
    const Rate one = any_rate(random);
    for (std::uint32_t s = 0; s < 400; ++s) ASSERT_LE(cost(one, s), cost(one, s + 1));
  }
}

TEST(Rate, HasAnAnswerForEveryNumberOfSecondsAndOverflowsNowhere) {
  const Rate dearest =
      *Rate::of({micros(MoneyLimits::micros_per_min), micros(MoneyLimits::micros_per_min), 60, 3'600, 3'600});
  EXPECT_LT(cost(dearest, MoneyLimits::call_s), Amount::highest(eur));
  EXPECT_EQ(cost(dearest, MoneyLimits::call_s + 1), Amount::highest(eur));
  EXPECT_EQ(cost(dearest, UINT32_MAX), Amount::highest(eur));
  EXPECT_EQ(affordable_seconds(dearest, Amount::highest(eur)), MoneyLimits::call_s);
}

TEST(Rate, RefusesTermsThatWouldEarnMoneyOrDivideByNothing) {
  const Amount zero = micros(0);
  EXPECT_EQ(Rate::of({micros(-1), zero, 60, 60, 60}).error(), RateFault::negative);
  EXPECT_EQ(Rate::of({zero, micros(-1), 60, 60, 60}).error(), RateFault::negative);
  EXPECT_EQ(Rate::of({zero, zero, 0, 60, 60}).error(), RateFault::bad_increment);
  EXPECT_EQ(Rate::of({zero, zero, 60, 0, 60}).error(), RateFault::bad_increment);
  EXPECT_EQ(Rate::of({zero, zero, 60, 60, 3'601}).error(), RateFault::bad_increment);
  EXPECT_EQ(Rate::of({micros(MoneyLimits::micros_per_min), zero, 1, 1, 1}).error(), RateFault::too_high);
  EXPECT_EQ(Rate::of({zero, Amount::zero(*Currency::parse("USD")), 60, 60, 60}).error(), RateFault::currencies_differ);
}

TEST(Rate, TheCheaperOneDependsOnHowLongCallsAre) {
  const Rate with_fee = rate("0.01", 1, 1, "0.10"), by_minute = rate("0.05", 60, 60);
  EXPECT_TRUE(compare_cost(by_minute, with_fee, 30) < 0);
  EXPECT_TRUE(compare_cost(by_minute, with_fee, 600) > 0);
}

TEST(Rate, AnotherCurrencyPaysForNothing) {
  EXPECT_EQ(affordable_seconds(rate("0.01", 1, 1), *Amount::parse("100", *Currency::parse("USD"))), std::nullopt);
}

// --- How a call is kept inside its reservation

TEST(Meter, ACallThatIsCutInTimeNeverCostsMoreThanWasReserved) {
  Random random(9);
  for (int i = 0; i < 3'000; ++i) {
    const Rate one = any_rate(random);
    const Horizon horizon{1 + static_cast<std::uint32_t>(random.below(120)),
                          static_cast<std::uint32_t>(random.below(20))};
    std::int64_t budget =
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(cost(one, 900).micros()) + 2));
    Amount reserved = needed(one, 0, horizon);
    if (reserved.micros() > budget) continue;
    const std::uint32_t hangs_up = static_cast<std::uint32_t>(random.below(1'200));
    std::uint32_t now = 0;
    for (;; ++now) {
      const auto cut = cut_at_s(one, reserved, horizon);
      ASSERT_TRUE(cut);
      if (now == hangs_up || now == *cut) break;
      if (now < *extend_at_s(one, reserved, horizon)) continue;
      const Amount wanted = needed(one, now, horizon);
      if (wanted > reserved && wanted.micros() <= budget) reserved = wanted;
    }
    const std::uint32_t late = now == hangs_up ? 0 : static_cast<std::uint32_t>(random.below(horizon.cut_s + 1));
    ASSERT_LE(cost(one, now + late), reserved);
  }
}

TEST(Meter, ACallThatCouldNotBeCutInTimeDoesNotLeave) {
  const Rate seconds = rate("0.60", 1, 1);
  EXPECT_EQ(cut_at_s(seconds, micros(99'999), {60, 10}), std::nullopt);
  EXPECT_EQ(cut_at_s(seconds, micros(100'000), {60, 10}), 0u);
  EXPECT_EQ(extend_at_s(seconds, micros(99'999), {60, 10}), std::nullopt);
}

TEST(Meter, TheNextIncrementIsReservedBeforeItCanBegin) {
  // At 50 s of a call by the minute, one more minute begins within the ten seconds that a cut may take.
  EXPECT_EQ(needed(rate("0.06", 60, 60), 50, {0, 10}), cost(rate("0.06", 60, 60), 60));
  EXPECT_EQ(needed(rate("0.06", 60, 60), 51, {0, 10}), cost(rate("0.06", 60, 60), 61));
  EXPECT_EQ(needed(rate("0.06", 60, 60), UINT32_MAX, {60, 10}), Amount::highest(eur));
}

}  // namespace
}  // namespace rf::money
