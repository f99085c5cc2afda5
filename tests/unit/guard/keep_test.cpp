// A restart is no amnesty: what a guard writes down of sources, and what the next one makes of it.
#include <gtest/gtest.h>

#include "sim/trace.hpp"

namespace rf::guard {
namespace {

using namespace sim;

constexpr std::int64_t hour_ms = 3'600'000;

Facts asking(std::string_view extension) {
  Facts facts;
  facts.method = Method::register_;
  facts.target = extension;
  facts.target_known = false;
  return facts;
}

/// Ten unknown extensions in a day, and nothing else, is an attack.
Rules patient() {
  Rules rules = quiet();
  CountingRule rule = *parse_behaviour("patient", "signal = unknown-target\nthreshold = 10\nperiod = 1 d\n");
  rules.counting = {rule};
  return rules;
}

std::vector<KeptSource> all_of(const Gate& world, std::int64_t since_ms = 1, std::size_t limit = 1'000) {
  std::vector<KeptSource> out;
  std::size_t from = 0;
  do from = world.guard.keep(world.now, from, 1'000, since_ms, limit, out);
  while (from != 0);
  return out;
}

void proves(Gate& world, std::string_view from) {
  world.send(from, asking("1"));
  world.tell(from, Observation::nonce_returned);
}

/// The process was killed and comes back `gone_ms` later, with what was written down.
Gate restarted(const Gate& before, const std::vector<KeptSource>& kept, std::int64_t gone_ms,
               CompiledRef rules = compiled(patient())) {
  Gate after(std::move(rules));
  after.now = {5'000, before.now.wall_ms + gone_ms};
  after.guard = Guard(after.now, compiled(patient()), 43, Gate::small());
  after.guard.restore(after.now, kept);
  return after;
}

TEST(Restart, ASlowScanGoesOnBeingCounted) {
  for (const std::string_view from : {"198.51.100.7:5060", "[2001:db8:1:2::9]:5060"}) {
    Gate world(compiled(patient()));
    for (int i = 0; i < 9; ++i) {
      EXPECT_EQ(world.send(from, asking("20" + std::to_string(i))).action, Action::pass);
      world.wait_ms(hour_ms / 2);
    }
    const auto kept = all_of(world);
    ASSERT_EQ(kept.size(), 1u);
    Gate after = restarted(world, kept, 60'000);
    after.send(from, asking("300"));
    EXPECT_EQ(after.count(Event::Kind::throttled), 1u) << from;
    Gate later = restarted(world, kept, 3 * 24 * hour_ms);
    later.send(from, asking("300"));
    EXPECT_EQ(later.count(Event::Kind::throttled), 0u) << "days later it is forgotten";
    Gate forgetful = restarted(world, {}, 60'000);
    forgetful.send(from, asking("300"));
    EXPECT_EQ(forgetful.count(Event::Kind::throttled), 0u);
  }
}

TEST(Restart, ThrottlingProofAndCredentialsLastAsLongAsTheyWouldHave) {
  Gate world(compiled(patient()));
  for (int i = 0; i < 10; ++i) world.send("198.51.100.7:5060", asking("20" + std::to_string(i)));
  proves(world, "198.51.100.8:5060");
  ASSERT_TRUE(world.throttled("198.51.100.7"));
  const auto kept = all_of(world);
  ASSERT_EQ(kept.size(), 2u);
  Gate after = restarted(world, kept, 60'000);
  EXPECT_TRUE(after.throttled("198.51.100.7"));
  EXPECT_EQ(after.guard.explain(after.now, address("198.51.100.7")).last_rule, "patient");
  EXPECT_TRUE(after.guard.explain(after.now, address("198.51.100.8")).proven);
  after.wait_ms(600'000);
  EXPECT_FALSE(after.throttled("198.51.100.7"));
  EXPECT_FALSE(after.guard.explain(after.now, address("198.51.100.8")).proven);
}

TEST(Restart, AClockThatWasAheadGivesNobodyMoreThanTheRulesDo) {
  Gate world(compiled(patient()));
  proves(world, "198.51.100.8:5060");
  auto kept = all_of(world);
  ASSERT_EQ(kept.size(), 1u);
  Gate after = restarted(world, kept, -365 * 24 * hour_ms);
  EXPECT_TRUE(after.guard.explain(after.now, address("198.51.100.8")).proven);
  after.wait_ms(700'000);
  EXPECT_FALSE(after.guard.explain(after.now, address("198.51.100.8")).proven);
}

TEST(Restart, StrangersAreNotWrittenDownAndOffendersBeforeThoseWhoAreNone) {
  Gate world(compiled(patient()));
  for (int i = 0; i < 200; ++i) world.send("198.51.100." + std::to_string(i) + ":5060", asking("1"));
  EXPECT_TRUE(all_of(world).empty()) << "once is nothing";
  for (int i = 0; i < 200; ++i) proves(world, "203.0.113." + std::to_string(i) + ":5060");
  for (int i = 0; i < 10; ++i) world.send("192.0.2.66:5060", asking("20" + std::to_string(i)));
  std::vector<KeptSource> few;
  world.guard.keep(world.now, 0, 1'000'000, 1, 5, few);
  ASSERT_EQ(few.size(), 5u);
  EXPECT_TRUE(std::any_of(few.begin(), few.end(), [](const KeptSource& each) { return each.offended; }));
  const std::int64_t before = world.now.wall_ms;
  world.wait_ms(60'000);
  EXPECT_TRUE(all_of(world, before + 30'000).empty()) << "what was not heard of since is on disk already";
}

TEST(Restart, NetworksThatWereBannedTodayStillCountForTheirSite) {
  Rules rules = quiet();
  rules.counting = {*parse_behaviour("at-once", "signal = decoy\nthreshold = 1\nperiod = 60 s\n")};
  Gate world(compiled(rules));
  Facts decoy = asking("777");
  decoy.decoy = true;
  const auto offend = [&](Gate& at, int network) {
    at.send(*Endpoint::parse("[2001:db8:9:" + std::to_string(network) + "::1]:5060"), decoy, Transport::tls);
  };
  for (int i = 1; i <= 5; ++i) offend(world, i);
  Gate after(compiled(rules));
  after.guard.restore(after.now, world.guard.bans());
  for (int i = 6; i <= 9; ++i) offend(after, i);
  EXPECT_TRUE(after.banned("2001:db8:9:ffff::1"));
}

}  // namespace
}  // namespace rf::guard
