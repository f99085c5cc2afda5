#include "core/toll/desk.hpp"

#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "tests/unit/toll/desk_world.hpp"

namespace rf::toll {
namespace {

TEST(Desk, ReservesAtAllLevelsWhatAStepAndItsCutCost) {
  World w;
  const auto grant = w.open(1);
  ASSERT_TRUE(grant);
  // 60 s of a step and 10 s to cut it, at 0.60 a minute, by the second.
  EXPECT_EQ(grant->reserved, 700'000);
  for (const auto level : {money::Level::extension, money::Level::department, money::Level::tenant, money::Level::trunk,
                           money::Level::system})
    EXPECT_EQ(w.reserved(level), 700'000) << static_cast<int>(level);
  EXPECT_EQ(grant->entry, w.desk->ledger().last_number()) << "the call waits for this one to be on disk";
  EXPECT_EQ(grant->times.end->cut_after_ms, 60'000);
  EXPECT_EQ(grant->times.end->announce_after_ms, std::nullopt) << "more money is the usual case";
  EXPECT_EQ(grant->times.extend_after_ms, 30'000);
}

TEST(Desk, SettlesWhatWasTalkedAndGivesTheRestBack) {
  World w;
  ASSERT_TRUE(w.open(1));
  w.desk->answered(w.now, CallId{1});
  const Bill bill = w.desk->close(w.now, CallId{1}, 12'001);
  EXPECT_EQ(bill.cost, 130'000) << "a begun second counts";
  EXPECT_EQ(bill.reserved, 700'000);
  EXPECT_EQ(bill.overrun, 0);
  EXPECT_EQ(w.reserved(money::Level::tenant), 0);
  EXPECT_EQ(w.settled(money::Level::tenant), 130'000);
  EXPECT_EQ(w.desk->lines().calls(), 0u);
  EXPECT_EQ(w.desk->audit(), std::nullopt);
}

TEST(Desk, ACallThatNobodyAnswersCostsNothing) {
  World w;
  w.rate = w.rate_of(600'000, 1, 1, 50'000);
  ASSERT_TRUE(w.open(1));
  EXPECT_EQ(w.desk->close(w.now, CallId{1}, std::nullopt).cost, 0);
  EXPECT_EQ(w.settled(money::Level::extension), 0);
  EXPECT_EQ(w.desk->audit(), std::nullopt);
}

TEST(Desk, ARefusalSaysWhoseLimitWhatIsLeftAndUntilWhen) {
  World w;
  w.department.money.day = 5'000;
  const auto no = w.open(1);
  ASSERT_FALSE(no);
  const auto& by = std::get<money::Refused>(no.error().by);
  EXPECT_EQ(by.account, (money::AccountId{money::Level::department, 20}));
  EXPECT_EQ(by.why, money::Refusal::day_cap);
  EXPECT_EQ(by.left.micros(), 5'000);
  EXPECT_EQ(no.error().until_wall_ms, (w.now.wall_ms / 86'400'000 + 1) * 86'400'000) << "midnight";
  EXPECT_EQ(text_of(no.error()), "department 20: the account's cap of today is used up, 0.005 EUR left");
  EXPECT_EQ(w.desk->lines().calls(), 0u);
  EXPECT_EQ(w.reserved(money::Level::extension), 0);
  EXPECT_EQ(w.desk->audit(), std::nullopt);
}

TEST(Desk, ARefusedCallTakesNothingAndCountsInNoPace) {
  World w;
  w.extension.paces = {{.id = 1, .calls = 1, .period_s = 60, .distinct = false}};
  w.tenant.money.day = 0;
  for (std::uint64_t i = 1; i <= 5; ++i) EXPECT_FALSE(w.open(i));
  w.tenant.money.day = 1'000'000;
  EXPECT_TRUE(w.open(6)) << "its one call a minute is still there";
  const auto no = w.open(7);
  ASSERT_FALSE(no);
  EXPECT_TRUE(no.error().is_pace());
  EXPECT_EQ(no.error().until_wall_ms, w.now.wall_ms + 60'000);
  EXPECT_EQ(w.desk->lines().calls(), 1u);
  EXPECT_EQ(w.reserved(money::Level::extension), 700'000);
}

TEST(Desk, CallsThatAreDialledTooFastWriteNothingToTheDisk) {
  World w;
  for (std::uint64_t i = 1; i <= 5; ++i) ASSERT_TRUE(w.open(i));
  w.store();
  for (std::uint64_t i = 6; i <= 1'000; ++i) EXPECT_FALSE(w.open(i));
  EXPECT_EQ(w.desk->unstored(), 0u);
}

TEST(Desk, LinesRefuseBeforePaceAndMoneyAreAsked) {
  World w;
  w.trunk.block_at = 1;
  ASSERT_TRUE(w.open(1));
  const auto no = w.open(2);
  ASSERT_FALSE(no);
  ASSERT_TRUE(no.error().is_lines());
  EXPECT_EQ(std::get<LineRefusal>(no.error().by).subject, (Subject{Level::trunk, Direction::outbound, 40, 0}));
  EXPECT_EQ(w.reserved(money::Level::extension), 700'000) << "of the first";
}

TEST(Desk, ACallLeavesForAsLongAsMoneyLastsWhenItDoesNotLastForAStep) {
  World w;
  w.extension.money = {.day = {}, .month = {}, .prepaid = true, .locked = false, .warn_percent = {}};
  ASSERT_FALSE(w.open(1)) << "no credit";
  ASSERT_TRUE(w.desk->top_up(w.now, money::Level::extension, w.parties().extension, w.micros(305'000)));
  const auto grant = w.open(2);
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->reserved, 300'000) << "30 seconds, 10 of which are for the cut";
  EXPECT_EQ(grant->times.end->cut_after_ms, 20'000);
  EXPECT_EQ(grant->times.end->reason, DurationReason::money);
}

TEST(Desk, RefusesWhenMoneyPaysForNoMoreThanTheCut) {
  World w;
  w.system.money.month = 100'000;
  EXPECT_FALSE(w.open(1));
  w.system.money.month = 110'000;
  EXPECT_TRUE(w.open(2)) << "one second";
}

TEST(Desk, AMillionCallsAtOnceFromOnePasswordSpendNoMoreThanTheCap) {
  World w;
  w.extension.money.day = 3'000'000;
  w.extension.paces = {{.id = 1, .calls = 1'000'000, .period_s = 1, .distinct = false}};
  std::int64_t spent = 0;
  for (std::uint64_t i = 1; i <= 1'000; ++i)
    if (w.open(i)) {
      const Times times = w.desk->answered(w.now, CallId{i});
      w.cut_at[i] = times.end->cut_after_ms;
    }
  EXPECT_EQ(w.cut_at.size(), 5u) << "four of 0.70, one of what is left";
  // Each of them asks for more until it is refused, and is cut as late as it may be.
  for (const auto& [call, cut_ms] : w.cut_at) {
    EXPECT_FALSE(w.desk->extend(w.now, w.parties(), CallId{call}) && false);
    const Times times = w.desk->times(CallId{call});
    spent += w.desk->close(w.now, CallId{call}, times.end->cut_after_ms + 10'000).cost;
  }
  EXPECT_LE(spent, 3'000'000);
  EXPECT_EQ(w.desk->audit(), std::nullopt);
}

TEST(Desk, ACallOfTheSystemItselfCountsInNothingOfItsExtensionButItsMoney) {
  World w;
  w.extension.lines.block_at = 1;
  w.extension.paces = {{.id = 1, .calls = 1, .period_s = 3'600}};
  w.extension.money.day = 10'000'000;
  const auto open = [&](std::uint64_t call) {
    return w.desk->open(w.now, w.parties(), {CallId{call}, CallKey{1'000 + call}, "+4930123456", w.rate, false, true});
  };
  ASSERT_TRUE(open(1));
  ASSERT_TRUE(open(2));
  EXPECT_EQ(w.desk->lines().count({Level::extension, Direction::outbound, 1'001, 0}), 0u);
  EXPECT_EQ(w.desk->lines().count({Level::tenant, Direction::outbound, 30, 0}), 2u);
  EXPECT_GT(w.reserved(money::Level::extension), 0);
  EXPECT_TRUE(w.open(3)) << "what it may have by itself is still there";
  EXPECT_FALSE(w.open(4));
  EXPECT_TRUE(open(5)) << "and what it has used up is no matter";
  w.tenant.lines.block_at = 4;
  EXPECT_FALSE(open(6)) << "that of its tenant is";
  EXPECT_EQ(w.desk->audit(), std::nullopt);
}

TEST(Desk, ExtendsStepByStepAndAnnouncesTheEndWhenMoneyIsRefused) {
  World w;
  w.extension.money.day = 1'200'000;
  ASSERT_TRUE(w.open(1));
  EXPECT_EQ(w.desk->answered(w.now, CallId{1}).extend_after_ms, 30'000);
  w.advance(30'000);
  const auto more = w.desk->extend(w.now, w.parties(), CallId{1});
  ASSERT_TRUE(more);
  EXPECT_EQ(more->reserved, 1'000'000) << "to second 90 and a cut";
  EXPECT_EQ(more->times.end->cut_after_ms, 90'000);
  EXPECT_EQ(more->times.extend_after_ms, 60'000);
  w.advance(30'000);
  EXPECT_EQ(w.desk->extend(w.now, w.parties(), CallId{1})->times.end->cut_after_ms, 110'000) << "all that is left";
  w.advance(20'000);
  const auto no = w.desk->extend(w.now, w.parties(), CallId{1});
  ASSERT_FALSE(no);
  const Times times = w.desk->times(CallId{1});
  EXPECT_EQ(times.end->cut_after_ms, 110'000);
  EXPECT_EQ(times.end->announce_after_ms, 80'000);
  EXPECT_EQ(times.extend_after_ms, std::nullopt);
  EXPECT_EQ(w.desk->close(w.now, CallId{1}, 120'000).overrun, 0);
}

TEST(Desk, NobodyReservesForLongerThanTheCallMayLast) {
  World w;
  w.extension.duration_s = 20;
  const auto grant = w.open(1);
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->reserved, 300'000);
  EXPECT_EQ(grant->times.end->reason, DurationReason::extension);
  EXPECT_EQ(grant->times.end->announce_after_ms, 0);
  EXPECT_EQ(grant->times.extend_after_ms, std::nullopt);
}

TEST(Desk, AFailoverGivesTheFormerTrunkItsLineAndMoneyBack) {
  World w;
  w.extension.paces = {{.id = 1, .calls = 1, .period_s = 60, .distinct = false}};
  ASSERT_TRUE(w.open(1));
  const auto next = w.desk->next_way(w.now, w.parties(41), CallId{1}, w.rate_of(1'200'000, 1, 1, 0));
  ASSERT_TRUE(next) << "pace is asked once for a call";
  EXPECT_EQ(next->reserved, 1'400'000);
  EXPECT_EQ(w.reserved(money::Level::trunk, 40), 0);
  EXPECT_EQ(w.reserved(money::Level::trunk, 41), 1'400'000);
  EXPECT_EQ(w.reserved(money::Level::extension), 1'400'000);
  EXPECT_EQ(w.desk->lines().count({Level::trunk, Direction::outbound, 40, 0}), 0u);
  EXPECT_EQ(w.desk->lines().count({Level::trunk, Direction::outbound, 41, 0}), 1u);
  EXPECT_EQ(w.desk->lines().count({Level::extension, Direction::outbound, 1'001, 0}), 1u);
  EXPECT_EQ(w.desk->audit(), std::nullopt);
}

TEST(Desk, ARefusedFailoverHoldsNothingOnAnyTrunk) {
  World w;
  ASSERT_TRUE(w.open(1));
  w.trunk_spending.money.locked = true;
  EXPECT_FALSE(w.desk->next_way(w.now, w.parties(41), CallId{1}, w.rate));
  EXPECT_EQ(w.reserved(money::Level::extension), 0);
  EXPECT_EQ(w.desk->lines().count({Level::trunk, Direction::both, 41, 0}), 0u);
  w.trunk_spending.money.locked = false;
  EXPECT_TRUE(w.desk->next_way(w.now, w.parties(42), CallId{1}, w.rate)) << "a third one may still do";
  w.desk->close(w.now, CallId{1}, 1'000);
  EXPECT_EQ(w.desk->lines().calls(), 0u);
  EXPECT_EQ(w.desk->audit(), std::nullopt);
}

TEST(Desk, NoFailoverAfterAnAnswer) {
  World w;
  ASSERT_TRUE(w.open(1));
  w.desk->answered(w.now, CallId{1});
  EXPECT_FALSE(w.desk->next_way(w.now, w.parties(41), CallId{1}, w.rate)) << "what was talked has to be paid";
}

TEST(Desk, AnEmergencyCallLeavesWhateverIsFullLockedOrSpent) {
  World w;
  w.extension.money = {.day = 0, .month = 0, .prepaid = true, .locked = true, .warn_percent = {}};
  w.trunk.block_at = 1;
  w.extension.paces = {{.id = 1, .calls = 1, .period_s = 60, .distinct = false}};
  w.desk->shut("test");
  const auto grant = w.open(1, true);
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->entry, 0u) << "nor does it wait for a disk";
  EXPECT_EQ(grant->times, Times{}) << "nor is it ever cut";
  EXPECT_TRUE(w.open(2, true)) << "nor is there a pace";
}

TEST(Desk, AnEmergencyCallNamesTheCallThatHasToMakeRoom) {
  World w;
  w.trunk.block_at = 2;
  ASSERT_TRUE(w.open(1));
  ASSERT_TRUE(w.open(2));
  const auto help = w.open(3, true);
  ASSERT_TRUE(help);
  EXPECT_EQ(help->make_room, CallId{2}) << "the newest";
  EXPECT_EQ(w.open(4, true)->make_room, CallId{1});
  EXPECT_EQ(w.open(5, true)->make_room, CallId{}) << "others who call for help go on";
  EXPECT_EQ(w.desk->audit(), std::nullopt);
}

TEST(Desk, ACallWithoutAPriceNeedsNoMoneyAndNoDisk) {
  World w;
  w.rate = {};
  w.extension.money.locked = true;
  w.desk->shut("damaged");
  const auto grant = w.open(1);
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->entry, 0u);
  EXPECT_EQ(w.desk->unstored(), 0u);
  EXPECT_EQ(w.desk->lines().calls(), 1u);
  EXPECT_EQ(grant->times.end->cut_after_ms, 10'800'000) << "the system's";
}

TEST(Desk, APaidCallIsRefusedWithoutALedger) {
  World w;
  w.desk->shut("damaged");
  const auto no = w.open(1);
  ASSERT_FALSE(no);
  EXPECT_EQ(std::get<Refused::Closed>(no.error().by), Refused::Closed::damaged);
  EXPECT_EQ(w.desk->lines().calls(), 0u);
}

TEST(Desk, APriceInAnotherCurrencyIsRefused) {
  World w;
  const money::Currency usd = *money::Currency::parse("USD");
  w.rate = *money::Rate::of({.price = *money::Amount::of_micros(1, usd), .fee = money::Amount::zero(usd)});
  EXPECT_FALSE(w.open(1));
  EXPECT_EQ(w.desk->audit(), std::nullopt);
}

TEST(Desk, ADayBeginsByTheTenantsClock) {
  World w;
  w.zone = std::make_shared<const schedule::Zone>(*schedule::Zone::make("east", 2 * 3'600, {}));
  w.now.wall_ms = 1'700'000'000'000 / 86'400'000 * 86'400'000 + 21 * 3'600'000;  // 23:00 there
  w.extension.money.day = 700'000;
  ASSERT_TRUE(w.open(1));
  w.desk->answered(w.now, CallId{1});
  w.desk->close(w.now, CallId{1}, 70'000);
  EXPECT_FALSE(w.open(2));
  w.advance(3'600'000);
  EXPECT_TRUE(w.open(3)) << "midnight there, 22:00 in UTC";
}

TEST(Desk, AClockThatGoesBackGivesNobodyAFreshCap) {
  World w;
  w.extension.money.day = 700'000;
  ASSERT_TRUE(w.open(1));
  w.desk->close(w.now, CallId{1}, 60'000);
  w.now.wall_ms -= 3 * 86'400'000;
  EXPECT_FALSE(w.open(2) && w.open(3));
  EXPECT_LE(w.settled(money::Level::extension) + w.reserved(money::Level::extension), 700'000);
}

TEST(Desk, ANewPlanCountsForRunningCallsAtTheirNextStep) {
  World w;
  ASSERT_TRUE(w.open(1));
  w.desk->answered(w.now, CallId{1});
  w.advance(30'000);
  w.tenant.money.locked = true;
  EXPECT_FALSE(w.desk->extend(w.now, w.parties(), CallId{1}));
  EXPECT_EQ(w.desk->times(CallId{1}).end->cut_after_ms, 60'000);
}

TEST(Desk, WarnsOnceWhenAThresholdIsPassedAndALineFillsUp) {
  World w;
  w.extension.money = {.day = 1'000'000, .month = {}, .prepaid = false, .locked = false, .warn_percent = {50, 80}};
  w.trunk.alert_at = 1;
  ASSERT_TRUE(w.open(1));
  std::vector<Notice> notices;
  EXPECT_EQ(w.desk->take_notices(notices), 0u);
  ASSERT_EQ(notices.size(), 2u);
  EXPECT_EQ(std::get<LineAlert>(notices[0]).subject.level, Level::trunk);
  EXPECT_EQ(std::get<money::Warning>(notices[1]).percent, 50);
  notices.clear();
  w.desk->take_notices(notices);
  EXPECT_TRUE(notices.empty());
}

TEST(Desk, ThresholdsAreToldOfEveryLevelAndOfDayMonthAndCredit) {
  World w;
  SpendingTerms* const terms[] = {&w.extension, &w.department, &w.tenant, &w.trunk_spending, &w.system};
  for (SpendingTerms* const each : terms)
    each->money = {.day = 1'000'000, .month = 1'000'000, .prepaid = false, .locked = false, .warn_percent = {50, 80}};
  ASSERT_TRUE(w.open(1));
  std::vector<Notice> notices;
  EXPECT_EQ(w.desk->take_notices(notices), 0u);
  std::map<std::pair<money::Level, money::Limit>, int> told;
  for (const Notice& notice : notices) {
    const auto& warning = std::get<money::Warning>(notice);
    ++told[{warning.account.level, warning.limit}];
    EXPECT_EQ(warning.percent, 50);
  }
  EXPECT_EQ(told.size(), 10u) << "five levels, day and month";
  for (const auto& [what, times] : told) EXPECT_EQ(times, 1);

  World prepaid;
  prepaid.extension.money.prepaid = true;
  prepaid.extension.money.warn_percent = {50};
  ASSERT_TRUE(prepaid.desk->top_up(prepaid.now, money::Level::extension, prepaid.parties().extension,
                                   prepaid.micros(1'000'000)));
  ASSERT_TRUE(prepaid.open(1));
  notices.clear();
  prepaid.desk->take_notices(notices);
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(std::get<money::Warning>(notices[0]).limit, money::Limit::credit);
}

TEST(Desk, AFullLineIsToldForAnExtensionATrunkInEachDirectionAndTheSystem) {
  World w;
  w.extension.lines.alert_at = w.department.lines.alert_at = w.tenant.lines.alert_at = w.system.lines.alert_at = 1;
  w.trunk.alert_at = w.inbound.alert_at = 1;
  ASSERT_TRUE(w.open(1));
  ASSERT_TRUE(w.desk->enter(w.parties(), CallId{2}));
  std::vector<Notice> notices;
  w.desk->take_notices(notices);
  std::vector<std::pair<Level, Direction>> told;
  for (const Notice& notice : notices)
    if (const auto* alert = std::get_if<LineAlert>(&notice))
      told.emplace_back(alert->subject.level, alert->subject.direction);
  for (const Level level : {Level::extension, Level::department, Level::tenant, Level::system})
    EXPECT_EQ(std::count(told.begin(), told.end(), std::pair(level, Direction::outbound)), 1) << name_of(level);
  for (const Direction direction : {Direction::outbound, Direction::inbound})
    EXPECT_EQ(std::count(told.begin(), told.end(), std::pair(Level::trunk, direction)), 1);
}

TEST(Desk, APaceIsToldBeforeItRefusesForEachLevelAndInBothDirections) {
  World w;
  const PaceRule alert{.id = 242, .calls = 2, .period_s = 60, .alert = true};
  const PaceRule block{.id = 240, .calls = 3, .period_s = 60};
  for (SpendingTerms* const each : {&w.extension, &w.department, &w.tenant, &w.trunk_spending, &w.system})
    each->paces = {block, alert};
  w.inbound_paces = {block, alert};
  for (std::uint64_t call = 1; call <= 3; ++call) {
    ASSERT_TRUE(w.open(call)) << call;
    ASSERT_TRUE(w.desk->arrive(w.now, w.parties())) << call;
  }
  EXPECT_FALSE(w.open(4)) << "the third was the last";
  EXPECT_FALSE(w.desk->arrive(w.now, w.parties()));
  std::vector<Notice> notices;
  w.desk->take_notices(notices);
  std::vector<std::pair<Level, Direction>> told;
  for (const Notice& notice : notices)
    if (const auto* each = std::get_if<PaceAlert>(&notice))
      told.emplace_back(each->subject.level, each->subject.direction);
  EXPECT_EQ(told.size(), 6u);
  for (const Level level : {Level::extension, Level::department, Level::tenant, Level::trunk, Level::system})
    EXPECT_EQ(std::count(told.begin(), told.end(), std::pair(level, Direction::outbound)), 1) << name_of(level);
  EXPECT_EQ(std::count(told.begin(), told.end(), std::pair(Level::trunk, Direction::inbound)), 1);
}

TEST(Desk, ACallThatComesInAndLeavesAgainTakesTwoLines) {
  World w;
  ASSERT_TRUE(w.desk->enter(w.parties(), CallId{1}));
  ASSERT_TRUE(w.open(1));
  EXPECT_EQ(w.desk->lines().count({Level::trunk, Direction::both, 40, 0}), 2u);
  w.desk->close(w.now, CallId{1}, 5'000);
  EXPECT_EQ(w.desk->lines().calls(), 0u);
}

TEST(Desk, InboundCallsAreRefusedWhenTheirTrunkIsFull) {
  World w;
  w.inbound.block_at = 1;
  EXPECT_TRUE(w.desk->enter(w.parties(), CallId{1}));
  const auto no = w.desk->enter(w.parties(), CallId{2});
  ASSERT_FALSE(no);
  EXPECT_TRUE(no.error().is_lines());
  w.desk->close(w.now, CallId{1}, std::nullopt);
  EXPECT_TRUE(w.desk->enter(w.parties(), CallId{2}));
}

TEST(Desk, WhatADiskDidNotTakeIsGivenAgainWithAllThatFollowed) {
  World w;
  ASSERT_TRUE(w.open(1));
  const Writing first = w.desk->take_writing();
  ASSERT_TRUE(w.open(2));
  const Writing second = w.desk->take_writing();
  EXPECT_EQ(second.entries.front().number, first.last + 1);
  w.desk->written(w.now, first.last, false);
  EXPECT_FALSE(w.desk->wants_writing(w.now)) << "a failing disk is left alone for a second";
  EXPECT_EQ(w.desk->next_writing_mono_ms(), w.now.mono_ms + 1'000);
  w.advance(1'000);
  ASSERT_TRUE(w.desk->wants_writing(w.now));
  const Writing again = w.desk->take_writing();
  EXPECT_EQ(again.entries.front().number, first.entries.front().number);
  EXPECT_EQ(again.last, second.last);
  w.desk->written(w.now, again.last, true);
  EXPECT_EQ(w.desk->unstored(), 0u);
  w.desk->written(w.now, first.last, false);
  EXPECT_EQ(w.desk->next_writing_mono_ms(), never_ms) << "late news of what was written meanwhile";
  EXPECT_TRUE(w.open(4));
}

TEST(Desk, OneFailedWriteLetsCallsWaitAndTheSecondRefusesThem) {
  World w;
  ASSERT_TRUE(w.open(1));
  const Writing first = w.desk->take_writing();
  ASSERT_TRUE(w.open(2));
  const Writing beside = w.desk->take_writing();
  w.desk->written(w.now, first.last, false);
  w.desk->written(w.now, beside.last, false);
  const auto waits = w.open(3);
  ASSERT_TRUE(waits) << "it leaves when its entry is on disk";
  EXPECT_GT(waits->entry, beside.last);
  w.advance(1'000);
  w.desk->written(w.now, w.desk->take_writing().last, false);
  const auto no = w.open(4);
  ASSERT_FALSE(no);
  EXPECT_EQ(std::get<Refused::Closed>(no.error().by), Refused::Closed::disk);
  EXPECT_EQ(no.error().until_wall_ms, w.now.wall_ms + 1'000);
  w.advance(1'000);
  w.desk->written(w.now, w.desk->take_writing().last, true);
  EXPECT_TRUE(w.open(4));
}

TEST(Desk, EndsOfCallsAreTakenWhileTheDiskFails) {
  World w;
  ASSERT_TRUE(w.open(1));
  w.desk->written(w.now, w.desk->take_writing().last, false);
  w.advance(1'000);
  w.desk->written(w.now, w.desk->take_writing().last, false);
  w.desk->answered(w.now, CallId{1});
  w.advance(500);
  EXPECT_FALSE(w.desk->extend(w.now, w.parties(), CallId{1}));
  EXPECT_TRUE(w.desk->times(CallId{1}).extend_after_ms) << "the disk may work again before the end";
  EXPECT_EQ(w.desk->close(w.now, CallId{1}, 500).cost, 10'000);
  EXPECT_EQ(w.desk->audit(), std::nullopt);
}

TEST(Desk, AfterACrashACallCountsAsSpentWithAllItHadUnlessItsRecordSaysLess) {
  World w;
  ASSERT_TRUE(w.open(1));
  ASSERT_TRUE(w.open(2));
  w.store();
  w.crash({{CallKey{1'002}, 130'000}});
  EXPECT_EQ(w.settled(money::Level::extension), 700'000 + 130'000);
  EXPECT_EQ(w.reserved(money::Level::extension), 0);
  EXPECT_EQ(w.desk->ledger().calls(), 0u) << "nobody will ever know more";
  w.store();
  w.crash({});
  EXPECT_EQ(w.settled(money::Level::extension), 830'000) << "and not twice";
}

TEST(Desk, KeepEndsCallsThatNobodyKnows) {
  World w;
  ASSERT_TRUE(w.open(1));
  ASSERT_TRUE(w.open(2));
  ASSERT_TRUE(w.desk->enter(w.parties(), CallId{3}));
  EXPECT_EQ(w.desk->keep(w.now, [](CallId call) { return call.value == 2; }), 2u + 1u)
      << "a call that leaves, its line, and a line of one that came in";
  EXPECT_EQ(w.settled(money::Level::extension), 700'000);
  EXPECT_EQ(w.desk->audit(), std::nullopt);
}

// Where a payer is remembered is no more than a hint: configurations come and go, and places are given anew.
TEST(Desk, EachPaysForItselfWhateverPlacesConfigurationsGiveThem) {
  World remembers, looks_up;
  Random random(4);
  for (World* const w : {&remembers, &looks_up}) {
    w->extension.lines.block_at = 2;
    w->extension.money.day = 3'000'000;
    w->extension.paces = {{.id = 1, .calls = 4, .period_s = 60, .distinct = false}};
  }
  std::vector<std::uint64_t> running;
  for (std::uint64_t call = 1; call <= 4'000; ++call) {
    Parties parties = looks_up.parties(40 + random.below(2), 1'001 + random.below(6));
    parties.department.id = 20 + random.below(2);
    Parties placed = parties;
    placed.extension.place = static_cast<std::uint32_t>(random.below(4));
    placed.department.place = static_cast<std::uint32_t>(random.below(6));
    placed.tenant.place = static_cast<std::uint32_t>(random.below(8));
    placed.trunk.place = static_cast<std::uint32_t>(random.below(8));
    placed.system.place = 7;
    placed.extension.terms = &remembers.extension;
    const auto leaves = [&](World& w, const Parties& of) {
      return w.desk->open(w.now, of, {CallId{call}, CallKey{call}, "+4930123456", w.rate, false}).has_value();
    };
    const bool left = leaves(looks_up, parties);
    ASSERT_EQ(leaves(remembers, placed), left) << call;
    if (left) running.push_back(call);
    if (running.size() > 8 || random.below(3) == 0) {
      for (World* const w : {&remembers, &looks_up})
        if (!running.empty()) w->desk->close(w->now, CallId{running.front()}, 1'000);
      if (!running.empty()) running.erase(running.begin());
    }
    for (World* const w : {&remembers, &looks_up}) w->advance(7'000);
    for (World* const w : {&remembers, &looks_up}) w->store();
  }
  EXPECT_EQ(remembers.disk, looks_up.disk) << "to the last entry";
  EXPECT_EQ(remembers.desk->audit(), std::nullopt);
}

}  // namespace
}  // namespace rf::toll
