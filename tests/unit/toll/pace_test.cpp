#include "core/toll/pace.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "core/base/random.hpp"

namespace rf::toll {
namespace {

using Why = PaceRefusal::Why;

constexpr Subject alice{Level::extension, Direction::outbound, 1'001, 0};
constexpr Subject bob{Level::extension, Direction::outbound, 1'002, 0};
constexpr Subject office{Level::tenant, Direction::outbound, 1'001, 0};

std::optional<PaceRefusal> take(Pace& pace, std::int64_t now, const Subject& who, const PaceRule& rule,
                                std::string_view number = "+442079460000") {
  const PaceCheck check{who, {&rule, 1}};
  return pace.take(now, {&check, 1}, number);
}

TEST(Pace, FiveCallsASecondAreServedAndTheSixthIsToldByWhichRuleAndUntilWhen) {
  Pace pace({}, 1);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(take(pace, 1'000 + i * 100, alice, default_pace));
  const auto refusal = take(pace, 1'500, alice, default_pace);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Why::calls);
  EXPECT_EQ(refusal->subject, alice);
  EXPECT_EQ(refusal->count, 5u);
  EXPECT_EQ(refusal->rule.calls, 5u);
  EXPECT_EQ(refusal->until_mono_ms, 2'000);
  EXPECT_TRUE(take(pace, 1'999, alice, default_pace));
  EXPECT_FALSE(take(pace, 2'000, alice, default_pace));
  EXPECT_TRUE(take(pace, 2'000, alice, default_pace)) << "one left, one came";
}

TEST(Pace, CallsOfAFormerProcessCountUntilTheirTimeIsOver) {
  Pace pace({}, 1);
  const PaceRule hourly{.id = 1, .calls = 3, .period_s = 3'600};
  const PaceCheck check{alice, {&hourly, 1}};
  // The machine has just been started: what was before lies before its clock's beginning.
  for (const std::int64_t then : {-3'000'000, -2'000'000, -1'000'000}) pace.recall(then, {&check, 1}, "+4930");
  EXPECT_TRUE(take(pace, 1'000, alice, hourly));
  EXPECT_FALSE(take(pace, 600'000, alice, hourly)) << "the first is an hour ago";
  EXPECT_TRUE(take(pace, 600'001, alice, hourly));
}

TEST(Pace, MoreThanARuleAllowsIsRecalledWithoutHarm) {
  TollLimits small;
  small.pace_destinations = 4;
  Pace pace(small, 1);
  const PaceRule both[] = {{.id = 1, .calls = 2, .period_s = 60},
                           {.id = 2, .calls = 2, .period_s = 60, .distinct = true}};
  const PaceCheck check{alice, both};
  for (int i = 0; i < 100; ++i) pace.recall(1'000 + i, {&check, 1}, "+49301" + std::to_string(i));
  EXPECT_EQ(pace.destinations(), 4u) << "for more there is no room";
  const auto refusal = pace.take(2'000, {&check, 1}, "+4930199");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Why::calls);
}

TEST(Pace, OnesCallsAreNotAnothers) {
  Pace pace({}, 1);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(take(pace, 0, alice, default_pace));
  EXPECT_TRUE(take(pace, 0, alice, default_pace));
  EXPECT_FALSE(take(pace, 0, bob, default_pace));
  EXPECT_FALSE(take(pace, 0, office, default_pace)) << "the same id on another level";
}

TEST(Pace, WhoAsksAllTheTimeStillGetsWhatIsAllowed) {
  Pace pace({}, 1);
  int served = 0;
  for (std::int64_t now = 0; now < 10'000; now += 5) served += !take(pace, now, alice, default_pace);
  EXPECT_EQ(served, 50);
}

TEST(Pace, TakesByAllRulesOrByNone) {
  Pace pace({}, 1);
  const PaceRule fast{.id = 1, .calls = 5, .period_s = 1}, hourly{.id = 2, .calls = 7, .period_s = 3'600};
  const PaceRule both[] = {fast, hourly};
  const PaceCheck checks[] = {{alice, both}, {office, {&fast, 1}}};
  for (int i = 0; i < 5; ++i) ASSERT_FALSE(pace.take(0, checks, "1"));
  const auto second = pace.take(1'000, checks, "1");
  ASSERT_FALSE(second);
  ASSERT_FALSE(pace.take(1'000, checks, "1"));
  const auto refusal = pace.take(1'000, checks, "1");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->rule.id, 2u);
  EXPECT_EQ(refusal->until_mono_ms, 3'600'000);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(pace.take(1'000, checks, "1"));
  // What was refused was taken from nobody: three of the five a second are left.
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(take(pace, 1'000, office, fast));
  EXPECT_TRUE(take(pace, 1'000, office, fast));
}

TEST(Pace, AttackAtTheWindowsEdgesNeverGetsMoreThanNInAnyT) {
  // It knows N and T, and calls at the worst moments and as often as it wants.
  EXPECT_TRUE(rc::check([] {
    const PaceRule rule{.id = 1, .calls = *rc::gen::inRange(1u, 120u), .period_s = *rc::gen::inRange(1u, 5u)};
    const std::int64_t period = rule.period_s * 1'000;
    Pace pace({}, 1);
    std::deque<std::int64_t> served;
    std::int64_t now = 0;
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    Random random(seed);
    for (int i = 0; i < 1'500; ++i) {
      switch (random.below(5)) {
        case 0:
          now += static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(period)));
          break;
        case 1:
          // An edge, or just before; time never goes back.
          now = std::max(now, (now / period + 1) * period - static_cast<std::int64_t>(random.below(3)));
          break;
        case 2:
          if (!served.empty())
            now = std::max(now, served.front() + period - static_cast<std::int64_t>(random.below(2)));
          break;
        default:
          break;
      }
      while (!served.empty() && served.front() <= now - period) served.pop_front();
      const bool fits = served.size() < rule.calls;
      const bool passed = !take(pace, now, alice, rule);
      if (passed) served.push_back(now);
      RC_ASSERT(served.size() <= rule.calls);
      if (rule.calls <= 16) RC_ASSERT(passed == fits);
    }
  }));
}

TEST(Pace, WithManyCallsInATimeAtMostASixteenthIsNotHad) {
  for (const std::uint32_t calls : {17u, 100u, 1'000u, 999u}) {
    Pace pace({}, 1);
    const PaceRule rule{.id = 1, .calls = calls, .period_s = 10};
    std::uint32_t served = 0;
    for (std::int64_t now = 0; now < 100'000; now += 1) served += !take(pace, now, alice, rule);
    EXPECT_LE(served, 10 * calls);
    EXPECT_GE(served, 10 * calls - 10 * calls / 16 - 1) << calls;
  }
}

TEST(Pace, ASmallerNHoldsAtOnceAndForgetsNothing) {
  Random random(Random::Seed{6});
  for (int round = 0; round < 500; ++round) {
    Pace pace({}, 1);
    std::deque<std::int64_t> served;
    std::int64_t now = 0;
    PaceRule rule{.id = 1, .calls = 100, .period_s = 1};
    for (int i = 0; i < 300; ++i) {
      if (i % 40 == 0) rule.calls = 1 + static_cast<std::uint32_t>(random.below(200));
      now += static_cast<std::int64_t>(random.below(30));
      while (!served.empty() && served.front() <= now - 1'000) served.pop_front();
      if (take(pace, now, alice, rule)) continue;
      ASSERT_LT(served.size(), rule.calls);
      served.push_back(now);
    }
  }
}

TEST(Pace, CountsDifferentNumbersAndNotTheSameOneAgain) {
  Pace pace({}, 1);
  const PaceRule rule{.id = 1, .calls = 3, .period_s = 60, .distinct = true};
  EXPECT_FALSE(take(pace, 0, alice, rule, "+441"));
  EXPECT_FALSE(take(pace, 10, alice, rule, "+442"));
  EXPECT_FALSE(take(pace, 20, alice, rule, "+443"));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(take(pace, 30, alice, rule, "+442"));
  const auto refusal = take(pace, 40, alice, rule, "+444");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Why::numbers);
  EXPECT_EQ(refusal->count, 3u);
  EXPECT_EQ(refusal->until_mono_ms, 60'000) << "when +441 is forgotten";
  EXPECT_FALSE(take(pace, 60'000, alice, rule, "+444"));
  EXPECT_TRUE(take(pace, 60'000, alice, rule, "+441")) << "and with it gone, it is a new one";
}

TEST(Pace, NumbersAreToldApartExactly) {
  const HashKey key(1);
  EXPECT_EQ(destination_of("+4420", key), destination_of("4420", key));
  EXPECT_NE(destination_of("004420", key), destination_of("4420", key));
  EXPECT_NE(destination_of("0", key), destination_of("00", key));
  EXPECT_NE(destination_of("999999999999999999", key), destination_of("99999999999999999", key));
  EXPECT_NE(destination_of("1234567890123456789", key), destination_of("12345678901234567890", key));
  EXPECT_NE(destination_of("", key), destination_of("+", key));
  EXPECT_NE(destination_of("sales", key), destination_of("Sales", key));
}

TEST(Pace, NeverCountsFewerNumbersThanThereWere) {
  EXPECT_TRUE(rc::check([] {
    const PaceRule rule{.id = 1, .calls = *rc::gen::inRange(1u, 20u), .period_s = 1, .distinct = true};
    TollLimits limits;
    limits.pace_destinations = *rc::gen::inRange<std::size_t>(4, 60);
    Pace pace(limits, 1);
    std::map<std::string, std::int64_t> last[2];
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    std::int64_t now = 0;
    for (int i = 0; i < 600; ++i) {
      now += static_cast<std::int64_t>(random.below(80));
      const std::size_t who = random.below(2);
      const std::string number = std::to_string(random.below(30));
      std::set<std::string> others;
      for (const auto& [called, at] : last[who])
        if (at > now - 1'000 && called != number) others.insert(called);
      const bool known = last[who].contains(number) && last[who][number] > now - 1'000;
      const auto refusal = take(pace, now, who ? alice : bob, rule, number);
      if (!refusal) last[who][number] = now;
      RC_ASSERT(refusal || known || others.size() < rule.calls);
      // It errs to neither side while there is room for all of both.
      if (limits.pace_destinations >= 2 * rule.calls + 2)
        RC_ASSERT(refusal.has_value() == (!known && others.size() >= rule.calls));
      RC_ASSERT(pace.destinations() <= limits.pace_destinations);
    }
  }));
}

TEST(Pace, AnAlertIsToldOnceABurstAndRefusesNothing) {
  Pace pace({}, 1);
  const PaceRule alert{.id = 2, .calls = 3, .period_s = 1, .alert = true};
  std::vector<std::int64_t> told;
  const auto call = [&](std::int64_t now) {
    EXPECT_FALSE(take(pace, now, alice, alert));
    for (const PaceAlert& each : pace.alerts()) {
      EXPECT_EQ(each.subject, alice);
      EXPECT_EQ(each.rule.calls, 3u);
      told.push_back(now);
    }
  };
  for (const std::int64_t now : {0, 900}) call(now);
  EXPECT_TRUE(told.empty());
  // A flood of an hour is one burst, and one of every two minutes another one each.
  std::int64_t now = 1'000;
  for (; now < 3'600'000; now += 250) call(now);
  EXPECT_EQ(told.size(), 1u);
  EXPECT_LE(told.front(), 1'500);
  for (int burst = 0; burst < 5; ++burst) {
    now += 120'000;
    for (int i = 0; i < 10; ++i) call(now + i);
  }
  EXPECT_EQ(told.size(), 6u);
}

TEST(Pace, AnAlertOfALongTimeIsNotToldAgainWithinIt) {
  Pace pace({}, 1);
  const PaceRule hourly{.id = 2, .calls = 5, .period_s = 3'600, .alert = true};
  std::size_t told = 0;
  for (std::int64_t now = 0; now < 24 * 3'600'000; now += 600'000) {
    EXPECT_FALSE(take(pace, now, alice, hourly));
    told += pace.alerts().size();
  }
  EXPECT_EQ(told, 1u) << "six an hour, all day";
}

TEST(Pace, WhatIsRefusedAlertsNobodyAndAnAlertKeepsToItsOwnCount) {
  Pace pace({}, 1);
  const PaceRule both[] = {{.id = 4, .calls = 4, .period_s = 10}, {.id = 6, .calls = 2, .period_s = 10, .alert = true}};
  const PaceCheck check{alice, both};
  std::vector<int> told;
  for (int i = 1; i <= 8; ++i) {
    EXPECT_EQ(pace.take(i * 100, {&check, 1}, "1").has_value(), i > 4) << i;
    if (!pace.alerts().empty()) told.push_back(i);
  }
  EXPECT_EQ(told, std::vector{2});
}

TEST(Pace, AnAlertCountsDifferentNumbersToo) {
  Pace pace({}, 1);
  const PaceRule alert{.id = 3, .calls = 3, .period_s = 60, .distinct = true, .alert = true};
  const auto told_by = [&](std::int64_t now, const Subject& who, std::string_view number) {
    EXPECT_FALSE(take(pace, now, who, alert, number));
    return pace.alerts().size();
  };
  for (int i = 0; i < 50; ++i) EXPECT_EQ(told_by(i, alice, "+441"), 0u);
  EXPECT_EQ(told_by(60, alice, "+442"), 0u);
  EXPECT_EQ(told_by(70, bob, "+449"), 0u);
  EXPECT_EQ(told_by(80, alice, "+443"), 1u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(told_by(90 + i, alice, "+45" + std::to_string(i)), 0u);
  EXPECT_EQ(pace.destinations(), 4u) << "beyond its number an alert takes no room";
}

TEST(Pace, AnAlertThatThereIsNoRoomForRefusesNobody) {
  TollLimits limits;
  limits.pace_records = 1;
  Pace pace(limits, 1);
  const PaceRule both[] = {{.id = 4, .calls = 1'000, .period_s = 3'600},
                           {.id = 6, .calls = 2, .period_s = 3'600, .alert = true}};
  const PaceCheck check{alice, both};
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(pace.take(i, {&check, 1}, "1"));
  EXPECT_TRUE(take(pace, 20, bob, both[0])) << "who cannot be counted is refused as ever";

  TollLimits few;
  few.pace_destinations = 2;
  Pace numbers(few, 1);
  const PaceRule distinct[] = {{.id = 7, .calls = 9, .period_s = 60, .distinct = true, .alert = true},
                               {.id = 5, .calls = 9, .period_s = 60, .distinct = true}};
  const PaceCheck dials{alice, distinct};
  EXPECT_FALSE(numbers.take(0, {&dials, 1}, "1"));
  EXPECT_EQ(numbers.destinations(), 2u);
}

TEST(Pace, AnAlertWithAnotherNumberIsToldAnewInTheSameBurst) {
  Pace pace({}, 1);
  PaceRule alert{.id = 2, .calls = 2, .period_s = 60, .alert = true};
  std::size_t told = 0;
  for (int i = 0; i < 40; ++i) {
    if (i == 10) alert.calls = 15;
    EXPECT_FALSE(take(pace, i, alice, alert));
    told += pace.alerts().size();
  }
  EXPECT_EQ(told, 2u);
}

TEST(Pace, WhatAFormerProcessServedBringsAnAlertNearer) {
  Pace pace({}, 1);
  const PaceRule alert{.id = 2, .calls = 3, .period_s = 3'600, .alert = true};
  const PaceCheck check{alice, {&alert, 1}};
  for (int i = 0; i < 50; ++i) pace.recall(i, {&check, 1}, "1");
  EXPECT_FALSE(take(pace, 1'000, alice, alert));
  EXPECT_EQ(pace.alerts().size(), 1u);
}

TEST(Pace, AFullTableRefusesUntilSomebodysTimeHasRunOut) {
  TollLimits limits;
  limits.pace_records = 10;
  Pace pace(limits, 1);
  const auto subject = [](std::uint64_t id) { return Subject{Level::extension, Direction::outbound, id, 0}; };
  for (std::uint64_t id = 0; id < 10; ++id)
    EXPECT_FALSE(take(pace, static_cast<std::int64_t>(id), subject(id), default_pace));
  const auto refusal = take(pace, 500, subject(10), default_pace);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Why::no_room);
  EXPECT_FALSE(take(pace, 500, subject(3), default_pace)) << "who is counted already goes on";
  EXPECT_EQ(pace.records(), 10u);
  EXPECT_FALSE(take(pace, 1'001, subject(10), default_pace));
  EXPECT_LE(pace.records(), 10u);
}

TEST(Pace, ACallWithMoreRulesThanCanBeCountedIsRefused) {
  Pace pace({}, 1);
  std::vector<PaceRule> rules;
  for (std::uint32_t i = 0; i <= TollLimits::pace_rules; ++i) rules.push_back({.id = i, .calls = 10, .period_s = 1});
  const PaceCheck check{alice, rules};
  EXPECT_EQ(pace.take(0, {&check, 1}, "1")->why, Why::no_room);
  EXPECT_FALSE(take(pace, 0, bob, default_pace));
}

TEST(Pace, RulesThatCannotBeAreRefusedWithASentence) {
  EXPECT_FALSE(fault_of(default_pace));
  EXPECT_TRUE(fault_of({.id = 0, .calls = 0, .period_s = 1}));
  EXPECT_TRUE(fault_of({.id = 0, .calls = 1, .period_s = 0}));
  EXPECT_TRUE(fault_of({.id = 0, .calls = 2'000'000, .period_s = 1}));
  EXPECT_TRUE(fault_of({.id = 0, .calls = 1, .period_s = UINT32_MAX}));
  Pace pace({}, 1);
  EXPECT_TRUE(take(pace, 0, alice, {.id = 0, .calls = 0, .period_s = 1})) << "and none is none";
}

TEST(Pace, MemoryStaysBoundedWhateverIsAsked) {
  TollLimits limits;
  limits.pace_records = 100;
  limits.pace_destinations = 50;
  Pace pace(limits, 1);
  Random random(Random::Seed{7});
  const PaceRule rules[] = {{.id = 1, .calls = 5, .period_s = 1},
                            {.id = 2, .calls = 4, .period_s = 2, .distinct = true}};
  int served = 0;
  for (std::int64_t now = 0; now < 200'000; now += 5) {
    const PaceCheck check{{Level::extension, Direction::outbound, random.below(10'000), 0}, rules};
    served += !pace.take(now, {&check, 1}, random.token(30));
    ASSERT_LE(pace.records(), 100u);
    ASSERT_LE(pace.destinations(), 50u);
  }
  EXPECT_GT(served, 4'000) << "what has run out makes room";
}

}  // namespace
}  // namespace rf::toll
