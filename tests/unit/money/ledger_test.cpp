// What an operator and a thief would try with the ledger.
#include "core/money/ledger.hpp"

#include <gtest/gtest.h>

#include "core/money/meter.hpp"

namespace rf::money {
namespace {

constexpr std::int64_t hour = 3'600'000, day = 24 * hour;
constexpr std::int64_t midnight = 20'000 * day;
const Currency eur = *Currency::parse("EUR");

const AccountId phone{Level::extension, 1001}, other_phone{Level::extension, 1002}, sales{Level::department, 5},
    tenant{Level::tenant, 1}, trunk{Level::trunk, 9}, whole{Level::system, 1};

Amount micros(std::int64_t value) {
  return *Amount::of_micros(value, eur);
}

Periods day_of(std::int64_t wall_ms) {
  const std::int64_t start = wall_ms / day * day, month = start / (30 * day) * (30 * day);
  return {start, start + day, month, month + 30 * day};
}

struct LedgerTest : testing::Test {
  Ledger ledger{eur, small(), HashKey(1)};
  std::int64_t now = midnight + 12 * hour;

  static MoneyLimits small() {
    MoneyLimits bounds;
    bounds.accounts = 16;
    bounds.reservations = 8;
    return bounds;
  }
  void limit(AccountId id, std::optional<std::int64_t> a_day, std::optional<std::int64_t> a_month = {},
             bool locked = false) {
    AccountLimits limits;
    limits.day = a_day;
    limits.month = a_month;
    limits.locked = locked;
    limits.warn_percent = {50, 80};
    ASSERT_TRUE(ledger.set_limits(id, limits, now));
  }
  void prepay(AccountId id, std::int64_t amount) {
    AccountLimits limits;
    limits.prepaid = true;
    ASSERT_TRUE(ledger.set_limits(id, limits, now));
    ASSERT_TRUE(ledger.top_up(id, micros(amount), now));
  }
  void dawn(std::int64_t wall_ms) {
    now = wall_ms;
    for (const AccountId id : {phone, other_phone, sales, tenant, trunk, whole})
      if (ledger.find(id)) {
        ASSERT_TRUE(ledger.set_periods(id, day_of(now), now));
      }
  }
  bool changes_nothing(AccountId id) {
    const auto done = ledger.set_periods(id, day_of(now), now);
    return done && !*done;
  }
  std::optional<Refusal> reserve(std::uint64_t call, std::vector<AccountId> accounts, std::int64_t amount) {
    const auto done = ledger.reserve(CallId{call}, accounts, micros(amount), now);
    EXPECT_FALSE(ledger.audit());
    return done ? std::nullopt : std::optional(done.error().why);
  }
  std::optional<Refusal> extend(std::uint64_t call, std::int64_t amount) {
    const auto done = ledger.extend(CallId{call}, micros(amount), now);
    return done ? std::nullopt : std::optional(done.error().why);
  }
  Settlement settle(std::uint64_t call, std::int64_t amount) {
    auto done = ledger.settle(CallId{call}, micros(amount), now);
    EXPECT_TRUE(done);
    EXPECT_FALSE(ledger.audit());
    return *done;
  }
  const Purse& purse(AccountId id, Limit which) { return ledger.find(id)->purse(which); }
};

TEST_F(LedgerTest, ReservesAtEveryLevelOrAtNone) {
  limit(phone, 1'000);
  limit(tenant, 1'000);
  limit(whole, 500);
  const auto no = ledger.reserve(CallId{1}, std::vector{phone, tenant, whole}, micros(600), now);
  ASSERT_FALSE(no);
  EXPECT_EQ(no.error().why, Refusal::day_cap);
  EXPECT_EQ(no.error().account, whole);
  EXPECT_EQ(no.error().left, micros(500));
  EXPECT_EQ(purse(phone, Limit::day).reserved, 0);
  EXPECT_EQ(purse(tenant, Limit::day).reserved, 0);
  EXPECT_EQ(ledger.last_number(), 3u) << "a refusal is no entry";
  EXPECT_EQ(reserve(1, {phone, tenant, whole}, 500), std::nullopt);
  for (const AccountId id : {phone, tenant, whole}) EXPECT_EQ(purse(id, Limit::day).reserved, 500);
}

TEST_F(LedgerTest, ManyCallsAtOnceCannotSpendTheSameMoneyTwice) {
  limit(phone, 1'000);
  int allowed = 0;
  for (std::uint64_t call = 1; call <= 8; ++call) allowed += !reserve(call, {phone}, 300);
  EXPECT_EQ(allowed, 3);
  EXPECT_EQ(ledger.headroom(std::vector{phone})->value(), micros(100));
  settle(1, 100);
  EXPECT_EQ(reserve(9, {phone}, 300), std::nullopt);
  EXPECT_EQ(reserve(10, {phone}, 300), Refusal::day_cap);
}

TEST_F(LedgerTest, PrepaidCreditEndsWhereItEnds) {
  prepay(tenant, 1'000);
  EXPECT_EQ(reserve(1, {tenant}, 700), std::nullopt);
  EXPECT_EQ(extend(1, 301), Refusal::no_credit);
  EXPECT_EQ(extend(1, 300), std::nullopt);
  EXPECT_EQ(settle(1, 900).returned, micros(100));
  EXPECT_EQ(purse(tenant, Limit::credit).left(), 100);
  dawn(now + 40 * day);
  EXPECT_EQ(purse(tenant, Limit::credit).left(), 100) << "credit does not come back in the morning";
}

TEST_F(LedgerTest, CreditWaitsWhileAnAccountIsNotPrepaid) {
  prepay(tenant, 1'000);
  ASSERT_EQ(reserve(1, {tenant}, 300), std::nullopt);
  settle(1, 300);
  limit(tenant, {});
  EXPECT_FALSE(ledger.top_up(tenant, micros(1), now));
  ASSERT_EQ(reserve(2, {tenant}, 50'000), std::nullopt);
  settle(2, 50'000);
  AccountLimits prepaid;
  prepaid.prepaid = true;
  ASSERT_TRUE(ledger.set_limits(tenant, prepaid, now));
  EXPECT_EQ(purse(tenant, Limit::credit).left(), 700);
}

TEST_F(LedgerTest, CreditCanBeTakenAwayDownToWhatIsNotReserved) {
  prepay(tenant, 1'000);
  ASSERT_EQ(reserve(1, {tenant}, 400), std::nullopt);
  EXPECT_EQ(ledger.top_up(tenant, micros(-601), now).error().why, Refusal::no_credit);
  EXPECT_TRUE(ledger.top_up(tenant, micros(-600), now));
  EXPECT_EQ(purse(tenant, Limit::credit).left(), 0);
}

TEST_F(LedgerTest, AnUnknownCallerOfMoneyIsRefused) {
  limit(phone, 1'000);
  EXPECT_EQ(reserve(1, {phone, tenant}, 1), Refusal::unknown_account);
  EXPECT_EQ(reserve(1, {}, 1), Refusal::no_accounts);
  EXPECT_EQ(reserve(1, std::vector<AccountId>(9, phone), 1), Refusal::no_accounts);
  EXPECT_EQ(reserve(1, {phone, phone}, 1), Refusal::repeated_account);
  EXPECT_EQ(reserve(1, {phone}, -1), Refusal::bad_amount);
  EXPECT_EQ(reserve(0, {phone}, 1), Refusal::unknown_call);
  EXPECT_EQ(extend(7, 1), Refusal::unknown_call);
  const Amount dollars = *Amount::of_micros(1, *Currency::parse("USD"));
  EXPECT_EQ(ledger.reserve(CallId{1}, std::vector{phone}, dollars, now).error().why, Refusal::bad_amount);
  EXPECT_EQ(ledger.settle(CallId{1}, micros(1), now).error().why, Refusal::unknown_call);
}

TEST_F(LedgerTest, ACallIsReservedOnceAndSettledOnce) {
  limit(phone, 1'000);
  EXPECT_EQ(reserve(1, {phone}, 100), std::nullopt);
  EXPECT_EQ(reserve(1, {phone}, 100), Refusal::call_known);
  settle(1, 60);
  EXPECT_EQ(ledger.settle(CallId{1}, micros(60), now).error().why, Refusal::unknown_call);
  EXPECT_EQ(ledger.cancel(CallId{1}, now).error().why, Refusal::unknown_call);
  EXPECT_EQ(purse(phone, Limit::day).left(), 940);
}

TEST_F(LedgerTest, ACallThatNobodyAnswersCostsNothing) {
  limit(phone, 1'000);
  ASSERT_EQ(reserve(1, {phone}, 100), std::nullopt);
  EXPECT_EQ(ledger.cancel(CallId{1}, now)->returned, micros(100));
  EXPECT_EQ(purse(phone, Limit::day).left(), 1'000);
}

TEST_F(LedgerTest, ALockStopsNewCallsAndTheMoneyOfRunningOnes) {
  limit(tenant, {});
  ASSERT_EQ(reserve(1, {tenant}, 100), std::nullopt);
  limit(tenant, {}, {}, true);
  EXPECT_EQ(reserve(2, {tenant}, 0), Refusal::locked);
  EXPECT_EQ(extend(1, 1), Refusal::locked);
  EXPECT_EQ(ledger.headroom(CallId{1}).error().why, Refusal::locked);
  settle(1, 70);
}

TEST_F(LedgerTest, AFreeCallNeedsNoMoney) {
  limit(phone, 0);
  EXPECT_EQ(reserve(1, {phone}, 0), std::nullopt);
  EXPECT_EQ(reserve(2, {phone}, 1), Refusal::day_cap);
}

TEST_F(LedgerTest, ALimitLoweredBelowWhatIsSpentStopsExtensionsAndLosesNothing) {
  limit(phone, 1'000);
  ASSERT_EQ(reserve(1, {phone}, 800), std::nullopt);
  limit(phone, 500);
  EXPECT_EQ(purse(phone, Limit::day).left(), -300);
  EXPECT_EQ(extend(1, 1), Refusal::day_cap);
  EXPECT_EQ(ledger.headroom(CallId{1})->value(), micros(0));
  settle(1, 800);
  EXPECT_EQ(purse(phone, Limit::day).settled, 800);
}

TEST_F(LedgerTest, ACallThatWasCutTooLateIsCountedInFull) {
  limit(phone, 1'000);
  ASSERT_EQ(reserve(1, {phone}, 900), std::nullopt);
  EXPECT_EQ(settle(1, 1'300).overrun, micros(400));
  EXPECT_EQ(purse(phone, Limit::day).left(), -300);
  EXPECT_EQ(reserve(2, {phone}, 1), Refusal::day_cap);
}

TEST_F(LedgerTest, ACallOverMidnightCountsWhenItsMoneyWasReserved) {
  limit(phone, 1'000);
  dawn(midnight + 23 * hour);
  ASSERT_EQ(reserve(1, {phone}, 600), std::nullopt);
  dawn(midnight + day + 1);
  EXPECT_EQ(purse(phone, Limit::day).left(), 1'000) << "yesterday's reservation is yesterday's";
  ASSERT_EQ(extend(1, 300), std::nullopt);
  EXPECT_EQ(purse(phone, Limit::day).left(), 700);
  settle(1, 700);
  EXPECT_EQ(purse(phone, Limit::day).settled, 100) << "600 were spent before the money of today";
  EXPECT_EQ(purse(phone, Limit::month).settled, 700);
  EXPECT_EQ(purse(phone, Limit::credit).settled, 700);
}

TEST_F(LedgerTest, AClockThatJumpsBackGivesNobodyAFreshCap) {
  limit(phone, 1'000);
  dawn(midnight + 12 * hour);
  ASSERT_EQ(reserve(1, {phone}, 1'000), std::nullopt);
  now = midnight - 12 * hour;
  EXPECT_TRUE(changes_nothing(phone));
  EXPECT_EQ(reserve(2, {phone}, 1), Refusal::day_cap);
  now = midnight + 13 * hour;
  EXPECT_TRUE(changes_nothing(phone));
  EXPECT_EQ(reserve(2, {phone}, 1), Refusal::day_cap);
}

TEST_F(LedgerTest, AClockThatSwingsBetweenTwoDaysGivesTwoCapsAndNotMore) {
  limit(phone, 1'000);
  std::int64_t got = 0;
  for (std::uint64_t swing = 1; swing <= 50; ++swing) {
    now = midnight + static_cast<std::int64_t>(swing % 2) * day + hour;
    ASSERT_TRUE(ledger.set_periods(phone, day_of(now), now));
    if (reserve(swing, {phone}, 1'000)) continue;
    settle(swing, 1'000);
    got += 1'000;
  }
  EXPECT_LE(got, 2'000);
}

TEST_F(LedgerTest, AnotherTimeZoneDoesNotBeginAnotherDay) {
  limit(phone, 1'000);
  dawn(midnight + 12 * hour);
  ASSERT_EQ(reserve(1, {phone}, 1'000), std::nullopt);
  for (int zone = -11; zone <= 11; ++zone) {
    Periods shifted = day_of(now);
    shifted.day_start_ms += zone * hour;
    shifted.day_end_ms += zone * hour;
    ASSERT_TRUE(ledger.set_periods(phone, shifted, now));
    ASSERT_EQ(reserve(2, {phone}, 1), Refusal::day_cap) << zone;
  }
}

TEST_F(LedgerTest, WhoForgetsToSayThatADayHasBegunGetsNoFreshCap) {
  limit(phone, 1'000);
  dawn(midnight + 12 * hour);
  ASSERT_EQ(reserve(1, {phone}, 1'000), std::nullopt);
  now += 3 * day;
  EXPECT_EQ(reserve(2, {phone}, 1), Refusal::day_cap);
}

TEST_F(LedgerTest, ADayIsADayAndAroundNow) {
  limit(phone, 1'000);
  Periods p = day_of(now);
  EXPECT_EQ(ledger.set_periods(phone, p, now + day).error().why, Refusal::bad_periods);
  p.day_end_ms = p.day_start_ms + 13 * hour;
  EXPECT_EQ(ledger.set_periods(phone, p, now).error().why, Refusal::bad_periods);
  p.day_end_ms = p.day_start_ms + 50 * hour;
  EXPECT_EQ(ledger.set_periods(phone, p, now).error().why, Refusal::bad_periods);
  EXPECT_EQ(ledger.set_periods(phone, {INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX}, now).error().why,
            Refusal::bad_periods);
  EXPECT_EQ(ledger.set_periods(tenant, day_of(now), now).error().why, Refusal::unknown_account);
}

TEST_F(LedgerTest, AnOperatorMendsAFutureDayWithoutAFreshCap) {
  limit(phone, 1'000);
  dawn(midnight + 400 * day);
  ASSERT_EQ(reserve(1, {phone}, 400), std::nullopt);
  now = midnight + hour;
  EXPECT_TRUE(changes_nothing(phone));
  ASSERT_TRUE(ledger.mend_periods(phone, day_of(now), now));
  EXPECT_EQ(purse(phone, Limit::day).left(), 600);
  dawn(midnight + day);
  EXPECT_EQ(purse(phone, Limit::day).left(), 1'000);
}

TEST_F(LedgerTest, WhatWasReservedBeforeTheFirstPeriodCountsInIt) {
  limit(phone, 1'000);
  ASSERT_EQ(reserve(1, {phone}, 1'000), std::nullopt);
  dawn(now);
  EXPECT_EQ(reserve(2, {phone}, 1), Refusal::day_cap);
}

TEST_F(LedgerTest, WarnsOnceAPeriodAtEachThreshold) {
  limit(phone, 1'000);
  dawn(now);
  std::vector<Warning> told;
  ASSERT_EQ(reserve(1, {phone}, 499), std::nullopt);
  ledger.take_warnings(told);
  EXPECT_TRUE(told.empty());
  ASSERT_EQ(extend(1, 1), std::nullopt);
  ledger.take_warnings(told);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].percent, 50);
  EXPECT_EQ(told[0].used, micros(500));
  EXPECT_EQ(told[0].of, micros(1'000));
  settle(1, 0);
  ASSERT_EQ(reserve(2, {phone}, 600), std::nullopt);
  ledger.take_warnings(told);
  EXPECT_EQ(told.size(), 1u) << "once";
  ASSERT_EQ(extend(2, 400), std::nullopt);
  ledger.take_warnings(told);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].percent, 80);
  dawn(now + day);
  ASSERT_EQ(reserve(3, {phone}, 900), std::nullopt);
  told.clear();
  ledger.take_warnings(told);
  ASSERT_EQ(told.size(), 1u) << "of several at once the highest";
  EXPECT_EQ(told[0].percent, 80);
}

TEST_F(LedgerTest, ARaisedLimitWarnsAgainALoweredOneAtOnce) {
  limit(phone, 1'000);
  std::vector<Warning> told;
  ASSERT_EQ(reserve(1, {phone}, 600), std::nullopt);
  ledger.take_warnings(told);
  limit(phone, 10'000);
  ledger.take_warnings(told);
  EXPECT_EQ(told.size(), 1u);
  limit(phone, 1'000);
  ledger.take_warnings(told);
  EXPECT_EQ(told.size(), 2u);
}

TEST_F(LedgerTest, ItsTablesAreBoundedAndFailClosed) {
  limit(phone, {});
  for (std::uint64_t call = 1; call <= 8; ++call) ASSERT_EQ(reserve(call, {phone}, 1), std::nullopt);
  EXPECT_EQ(reserve(9, {phone}, 1), Refusal::reservations_full);
  settle(3, 1);
  EXPECT_EQ(reserve(9, {phone}, 1), std::nullopt);
  for (std::uint64_t id = 0; id < 15; ++id) limit({Level::department, id}, {});
  EXPECT_EQ(ledger.set_limits(trunk, {}, now).error().why, Refusal::accounts_full);
  EXPECT_EQ(ledger.close(phone, now).error().why, Refusal::account_in_use);
  ASSERT_TRUE(ledger.close({Level::department, 3}, now));
  EXPECT_TRUE(ledger.set_limits(trunk, {}, now));
}

TEST_F(LedgerTest, CountersStopBeforeTheyCouldWrap) {
  limit(phone, {});
  ASSERT_EQ(reserve(1, {phone}, MoneyLimits::micros - 5), std::nullopt);
  EXPECT_EQ(reserve(2, {phone}, 6), Refusal::counter_full);
  EXPECT_EQ(extend(1, 6), Refusal::counter_full);
  EXPECT_EQ(reserve(2, {phone}, 5), std::nullopt);
  settle(1, MoneyLimits::micros);
  settle(2, MoneyLimits::micros);
  EXPECT_EQ(purse(phone, Limit::credit).settled, MoneyLimits::micros);
}

TEST_F(LedgerTest, RefusesLimitsThatMakeNoSense) {
  AccountLimits limits;
  limits.day = -1;
  EXPECT_EQ(ledger.set_limits(phone, limits, now).error().why, Refusal::bad_limits);
  limits.day = MoneyLimits::micros + 1;
  EXPECT_EQ(ledger.set_limits(phone, limits, now).error().why, Refusal::bad_limits);
  limits.day = 1;
  limits.warn_percent = {80, 50};
  EXPECT_EQ(ledger.set_limits(phone, limits, now).error().why, Refusal::bad_limits);
  limits.warn_percent = {0, 50};
  EXPECT_EQ(ledger.set_limits(phone, limits, now).error().why, Refusal::bad_limits);
  limits.warn_percent = {101};
  EXPECT_EQ(ledger.set_limits(phone, limits, now).error().why, Refusal::bad_limits);
}

TEST_F(LedgerTest, ACrashCountsRunningCallsWithAllThatWasReserved) {
  limit(phone, 1'000);
  dawn(now);
  ASSERT_EQ(reserve(1, {phone}, 300), std::nullopt);
  ASSERT_EQ(extend(1, 100), std::nullopt);
  Ledger again = *Ledger::restore(ledger.snapshot(), {}, small(), HashKey(2));
  std::vector<LedgerEntry> entries;
  again.presume_open_calls(now, entries);
  EXPECT_EQ(entries.size(), 1u);
  EXPECT_EQ(again.find(phone)->purse(Limit::day).settled, 400);
  EXPECT_EQ(again.presumed_calls(), std::vector{CallId{1}});
  EXPECT_EQ(again.extend(CallId{1}, micros(1), now).error().why, Refusal::call_unclear);
  EXPECT_EQ(again.settle(CallId{1}, micros(1), now).error().why, Refusal::call_unclear);
  EXPECT_EQ(again.correct(CallId{1}, micros(401), now).error().why, Refusal::bad_amount);
  EXPECT_EQ(again.correct(CallId{1}, micros(150), now)->returned, micros(250));
  EXPECT_EQ(again.find(phone)->purse(Limit::day).settled, 150);
  EXPECT_EQ(again.correct(CallId{1}, micros(100), now).error().why, Refusal::unknown_call);
  EXPECT_EQ(again.calls(), 0u);
}

TEST_F(LedgerTest, ACorrectionOfYesterdayGivesTodayNothing) {
  limit(phone, 1'000);
  dawn(midnight + 20 * hour);
  ASSERT_EQ(reserve(1, {phone}, 300), std::nullopt);
  std::vector<LedgerEntry> entries;
  ledger.presume_open_calls(now, entries);
  dawn(midnight + day + hour);
  ASSERT_EQ(reserve(2, {phone}, 1'000), std::nullopt);
  ASSERT_TRUE(ledger.correct(CallId{1}, micros(0), now));
  EXPECT_EQ(purse(phone, Limit::day).left(), 0);
  EXPECT_EQ(purse(phone, Limit::credit).settled, 0);
}

TEST_F(LedgerTest, AJournalWithAGapOrOfAnotherLedgerIsRefused) {
  limit(phone, 1'000);
  const Snapshot before = ledger.snapshot();
  const auto first = *ledger.reserve(CallId{1}, std::vector{phone}, micros(1), now);
  auto second = *ledger.extend(CallId{1}, micros(1), now);
  const auto fault = [&](std::vector<LedgerEntry> entries) {
    return Ledger::restore(before, entries, small(), HashKey(3)).error();
  };
  EXPECT_EQ(fault({second}), RestoreFault::gap);
  auto foreign = first;
  foreign.currency = *Currency::parse("USD");
  EXPECT_EQ(fault({foreign}), RestoreFault::other_currency);
  auto stranger = first;
  std::get<Reserved>(stranger.change).accounts.ids[0] = trunk;
  EXPECT_EQ(fault({stranger}), RestoreFault::does_not_fit);
  std::get<Extended>(second.change).more = -1;
  EXPECT_EQ(fault({first, second}), RestoreFault::does_not_fit);
  Snapshot forged = ledger.snapshot();
  forged.accounts[0].purses[0].reserved += 1;
  EXPECT_FALSE(Ledger::restore(forged, {}, small(), HashKey(3))) << "sums that do not agree";
}

}  // namespace
}  // namespace rf::money
