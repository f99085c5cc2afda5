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
}

INSTANTIATE_TEST_SUITE_P(Some, WorldOfSeed, testing::Range<std::uint64_t>(1, 9));

TEST(World, RepeatsPacketForPacketFromItsSeed) {
  Climate climate;
  climate.length_ms = 60'000;
  const Verdict one = World(7, climate).run(), two = World(7, climate).run();
  EXPECT_EQ(one.packets, two.packets);
  EXPECT_EQ(one.records, two.records);
}

}  // namespace
}  // namespace rf::sim
