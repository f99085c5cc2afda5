#include "core/toll/lines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/random.hpp"

namespace rf::toll {
namespace {

using Why = LineRefusal::Why;

constexpr Subject alice{Level::extension, Direction::both, 1'001, 0};
constexpr Subject trunk{Level::trunk, Direction::both, 7, 0};
constexpr Subject trunk_out{Level::trunk, Direction::outbound, 7, 0};
constexpr Subject tenant_on_trunk{Level::tenant_on_trunk, Direction::both, 3, 7};

Entry enter(Lines& lines, std::uint64_t call, std::vector<LineLimit> limits, bool emergency = false) {
  const Entry entry = lines.enter(CallId{call}, limits, emergency);
  EXPECT_EQ(lines.audit(), std::nullopt);
  return entry;
}

TEST(Lines, BlocksTheCallThatIsOneTooManyAndSaysForWhom) {
  Lines lines({}, 1);
  EXPECT_FALSE(enter(lines, 1, {{alice, 0, 2}}).refused);
  EXPECT_FALSE(enter(lines, 2, {{alice, 0, 2}}).refused);
  const Entry third = enter(lines, 3, {{alice, 0, 2}});
  ASSERT_TRUE(third.refused);
  EXPECT_EQ(third.refused->why, Why::full);
  EXPECT_EQ(third.refused->subject, alice);
  EXPECT_EQ(third.refused->count, 2u);
  EXPECT_FALSE(lines.has(CallId{3}));
  lines.leave(CallId{1});
  EXPECT_FALSE(enter(lines, 3, {{alice, 0, 2}}).refused);
}

TEST(Lines, ACallIsCountedForAllOrForNone) {
  Lines lines({}, 1);
  enter(lines, 1, {{trunk, 0, 1}});
  EXPECT_TRUE(enter(lines, 2, {{alice, 0, 5}, {tenant_on_trunk, 0, 5}, {trunk, 0, 1}}).refused);
  EXPECT_EQ(lines.count(alice), 0u);
  EXPECT_EQ(lines.count(tenant_on_trunk), 0u);
  EXPECT_EQ(lines.calls(), 1u);
}

TEST(Lines, DirectionsAndTenantsOfATrunkAreCountedByThemselves) {
  Lines lines({}, 1);
  const LineLimit limits[] = {{trunk, 0, 50}, {trunk_out, 0, 1}, {tenant_on_trunk, 0, 2}};
  EXPECT_FALSE(lines.enter(CallId{1}, limits).refused);
  EXPECT_EQ(enter(lines, 2, {limits[0], limits[1]}).refused->subject, trunk_out);
  EXPECT_FALSE(enter(lines, 3, {limits[0], limits[2]}).refused);
  EXPECT_EQ(enter(lines, 4, {limits[0], limits[2]}).refused->subject, tenant_on_trunk);
  EXPECT_EQ(lines.count(trunk), 2u);
  EXPECT_EQ(lines.count({Level::tenant_on_trunk, Direction::both, 3, 8}), 0u);
}

TEST(Lines, LeavingTwiceOrWithoutHavingEnteredChangesNothing) {
  Lines lines({}, 1);
  enter(lines, 1, {{alice, 0, 2}});
  enter(lines, 2, {{alice, 0, 2}});
  lines.leave(CallId{1});
  lines.leave(CallId{1});
  lines.leave(CallId{99});
  EXPECT_EQ(lines.count(alice), 1u);
  EXPECT_EQ(lines.audit(), std::nullopt);
}

TEST(Lines, EnteringAgainCountsOnceAndAddsWhatIsNew) {
  Lines lines({}, 1);
  enter(lines, 1, {{alice, 0, 1}});
  EXPECT_FALSE(enter(lines, 1, {{alice, 0, 1}, {trunk, 0, 1}, {trunk, 0, 1}}).refused) << "its trunk was chosen";
  EXPECT_EQ(lines.count(alice), 1u);
  EXPECT_EQ(lines.count(trunk), 1u);
  lines.leave(CallId{1}, trunk);
  EXPECT_EQ(lines.count(trunk), 0u) << "and another one after it failed";
  EXPECT_EQ(lines.count(alice), 1u);
  EXPECT_EQ(lines.audit(), std::nullopt);
}

TEST(Lines, AlertsOnceUntilItWasAFifthLower) {
  Lines lines({}, 1);
  std::vector<std::uint32_t> told;
  const auto add = [&](std::uint64_t call) {
    for (const LineAlert& alert : enter(lines, call, {{trunk, 30, 50}}).alerts) told.push_back(alert.count);
  };
  for (std::uint64_t call = 1; call <= 40; ++call) add(call);
  EXPECT_EQ(told, std::vector<std::uint32_t>{30});
  for (std::uint64_t call = 1; call <= 15; ++call) lines.leave(CallId{call});
  for (std::uint64_t call = 1; call <= 10; ++call) add(call);
  EXPECT_EQ(told.size(), 1u) << "25 are not a fifth less than 30";
  for (std::uint64_t call = 1; call <= 10; ++call) lines.leave(CallId{call});
  lines.leave(CallId{16});
  EXPECT_EQ(lines.count(trunk), 24u);
  for (std::uint64_t call = 1; call <= 10; ++call) add(call);
  EXPECT_EQ(told, (std::vector<std::uint32_t>{30, 30}));
}

TEST(Lines, AnEmergencyCallEntersAFullTrunkAndIsCounted) {
  TollLimits limits;
  limits.line_calls = 2;
  Lines lines(limits, 1);
  enter(lines, 1, {{trunk, 0, 2}});
  enter(lines, 2, {{trunk, 0, 2}});
  EXPECT_EQ(enter(lines, 3, {}).refused->why, Why::no_room);
  EXPECT_FALSE(enter(lines, 112, {{trunk, 0, 2}}, true).refused);
  EXPECT_FALSE(enter(lines, 911, {{trunk, 0, 2}}, true).refused);
  EXPECT_EQ(lines.count(trunk), 4u);
  lines.leave(CallId{1});
  EXPECT_TRUE(enter(lines, 3, {{trunk, 0, 2}}).refused) << "they count against the others";
  std::vector<LineLimit> many;
  for (std::uint64_t id = 0; id < 40; ++id) many.push_back({{Level::department, Direction::both, id, 0}, 1, 1});
  EXPECT_TRUE(enter(lines, 4, many).refused);
  EXPECT_FALSE(enter(lines, 110, many, true).refused) << "whatever else is wrong";
}

TEST(Lines, ForAnEmergencyTheLatestOrdinaryCallGivesWayAndEachIsNamedOnce) {
  Lines lines({}, 1);
  enter(lines, 1, {{trunk, 0, 3}, {alice, 0, 9}});
  enter(lines, 2, {{trunk, 0, 3}});
  enter(lines, 112, {{trunk, 0, 3}}, true);
  EXPECT_EQ(lines.take_victim_for_emergency(trunk), CallId{2});
  EXPECT_EQ(lines.count(trunk), 3u) << "it counts until it is gone";
  EXPECT_EQ(lines.take_victim_for_emergency(trunk), CallId{1});
  EXPECT_EQ(lines.take_victim_for_emergency(alice), CallId{}) << "named already";
  EXPECT_EQ(lines.take_victim_for_emergency(trunk), CallId{});
  EXPECT_EQ(lines.take_victim_for_emergency(trunk_out), CallId{}) << "nobody there";
  EXPECT_EQ(lines.audit(), std::nullopt);
}

TEST(Lines, ACallThatTurnsOutToBeAnEmergencyGivesWayToNobody) {
  Lines lines({}, 1);
  enter(lines, 1, {{trunk, 0, 3}});
  enter(lines, 2, {{trunk, 0, 3}});
  enter(lines, 2, {{trunk, 0, 3}}, true);
  EXPECT_EQ(lines.take_victim_for_emergency(trunk), CallId{1});
  EXPECT_EQ(lines.take_victim_for_emergency(trunk), CallId{});
}

TEST(Lines, WhatSomebodyForgotIsFound) {
  Lines lines({}, 1);
  for (std::uint64_t call = 1; call <= 100; ++call) enter(lines, call, {{trunk, 0, 0}});
  EXPECT_EQ(lines.keep([](CallId call) { return call.value % 2 == 0; }), 50u);
  EXPECT_EQ(lines.count(trunk), 50u);
  EXPECT_EQ(lines.keep([](CallId) { return true; }), 0u);
  EXPECT_EQ(lines.audit(), std::nullopt);
}

TEST(Lines, CountsAreThoseOfTheRunningCallsAfterAnyOrderOfEvents) {
  Random random(Random::Seed{8});
  std::vector<Subject> subjects;
  for (std::uint64_t id = 1; id <= 4; ++id)
    for (const Level level : {Level::extension, Level::tenant, Level::trunk, Level::tenant_on_trunk})
      subjects.push_back({level, static_cast<Direction>(id % 3), id, level == Level::tenant_on_trunk ? id % 2 : 0});
  std::size_t refused = 0, victims = 0;
  for (int world = 0; world < 40; ++world) {
    TollLimits limits;
    limits.line_calls = 30;
    Lines lines(limits, random.next());
    std::map<std::uint64_t, std::set<std::size_t>> model;
    std::set<std::uint64_t> spared;
    const auto count = [&](std::size_t subject) {
      return static_cast<std::uint32_t>(
          std::count_if(model.begin(), model.end(), [&](const auto& each) { return each.second.contains(subject); }));
    };
    for (int step = 0; step < 1'500; ++step) {
      const std::uint64_t call = 1 + random.below(60);
      const std::size_t subject = random.below(subjects.size());
      switch (random.below(8)) {
        default: {
          std::vector<LineLimit> wanted;
          std::set<std::size_t> which;
          for (std::uint64_t i = random.below(5); i-- > 0;) which.insert(random.below(subjects.size()));
          const std::uint32_t block = 1 + static_cast<std::uint32_t>(random.below(12));
          for (const std::size_t each : which) wanted.push_back({subjects[each], 3, block});
          const bool emergency = random.below(10) == 0;
          bool fits = model.contains(call) || model.size() < limits.line_calls;
          std::set<std::size_t> together = model.contains(call) ? model[call] : std::set<std::size_t>{};
          for (const std::size_t each : which)
            if (!together.contains(each)) fits = fits && count(each) < block;
          together.insert(which.begin(), which.end());
          if (together.size() > TollLimits::line_subjects) {
            if (emergency) continue;
            fits = false;
          }
          const bool entered = !lines.enter(CallId{call}, wanted, emergency).refused;
          ASSERT_EQ(entered, fits || emergency);
          refused += !entered;
          if (!entered) break;
          model[call] = together;
          if (emergency) spared.insert(call);
          break;
        }
        case 0:
        case 1:
          lines.leave(CallId{call});
          model.erase(call);
          spared.erase(call);
          break;
        case 2:
          lines.leave(CallId{call}, subjects[subject]);
          if (model.contains(call)) model[call].erase(subject);
          break;
        case 3: {
          const CallId victim = lines.take_victim_for_emergency(subjects[subject]);
          const bool any = std::any_of(model.begin(), model.end(), [&](const auto& each) {
            return each.second.contains(subject) && !spared.contains(each.first);
          });
          ASSERT_EQ(static_cast<bool>(victim), any);
          if (!victim) break;
          ++victims;
          ASSERT_TRUE(model[victim.value].contains(subject) && spared.insert(victim.value).second);
          break;
        }
      }
      ASSERT_EQ(lines.audit(), std::nullopt) << world << " " << step;
      ASSERT_EQ(lines.calls(), model.size());
      for (std::size_t each = 0; each < subjects.size(); ++each) ASSERT_EQ(lines.count(subjects[each]), count(each));
    }
    for (const auto& [call, which] : model) lines.leave(CallId{call});
    for (const Subject& each : subjects) ASSERT_EQ(lines.count(each), 0u);
    ASSERT_EQ(lines.calls(), 0u);
  }
  EXPECT_GT(refused, 1'000u);
  EXPECT_GT(victims, 1'000u);
}

}  // namespace
}  // namespace rf::toll
