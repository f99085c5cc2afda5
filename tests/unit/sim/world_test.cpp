#include <gtest/gtest.h>

#include "sim/world.hpp"

namespace rf::sim {
namespace {

class WorldOfSeed : public testing::TestWithParam<std::uint64_t> {};

TEST_P(WorldOfSeed, EndsWithOneRecordACallNothingLeakedAndNoStrangerServed) {
  World world(GetParam(), {});
  const Verdict verdict = world.run();
  for (const std::string& fault : verdict.faults)
    ADD_FAILURE() << fault << " (make sim SEED=" << GetParam() << " WORLDS=1)";
  EXPECT_GT(verdict.tally.registered, 100u);
  EXPECT_GT(verdict.tally.calls_answered, 50u);
  EXPECT_GT(verdict.restarts, 1u);
  EXPECT_GT(verdict.insider_refused, 100u);
}

INSTANTIATE_TEST_SUITE_P(Some, WorldOfSeed, testing::Range<std::uint64_t>(1, 9));

TEST(World, OnePasswordTakesNothingFromTheOthers) {
  // A good day but for the insider, and the same day without: the others fare alike.
  Climate climate;
  climate.length_ms = 300'000;
  climate.loss = climate.duplication = 0;
  climate.restart_every_ms = climate.disk_full_every_ms = climate.attack_every_ms = 0;
  climate.insider_every_ms = 20;
  const Verdict with = World(3, climate).run();
  climate.insider_every_ms = 0;
  const Verdict without = World(3, climate).run();
  for (const std::string& fault : with.faults) ADD_FAILURE() << fault;
  EXPECT_GT(with.insider_tried, 10'000u);
  EXPECT_GT(with.insider_refused, with.insider_tried / 2);
  EXPECT_EQ(with.tally.unavailable, 0u) << "an honest phone was told of a limit";
  EXPECT_EQ(with.tally.register_failed, 0u);
  EXPECT_GT(with.tally.calls_answered, without.tally.calls_answered * 8 / 10);
  const std::uint64_t minutes = static_cast<std::uint64_t>(climate.length_ms) / 60'000;
  EXPECT_GT(with.insider_records, 0u);
  EXPECT_LT(with.insider_records, 60 * minutes * Limits{}.attempts_per_s) << "no more records than calls it may try";
}

TEST(World, RepeatsPacketForPacketFromItsSeed) {
  Climate climate;
  climate.length_ms = 60'000;
  const Verdict one = World(7, climate).run(), two = World(7, climate).run();
  EXPECT_EQ(one.packets, two.packets);
  EXPECT_EQ(one.records, two.records);
}

}  // namespace
}  // namespace rf::sim
