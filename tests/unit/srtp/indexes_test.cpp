#include "core/srtp/indexes.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/base/limits/media.hpp"
#include "tests/unit/srtp/packets.hpp"

namespace rf::srtp {
namespace {

constexpr std::uint64_t cycle = 1 << 16;

TEST(Estimate, IsTheIndexNearestToTheNewest) {
  EXPECT_EQ(estimate(11, 10), 11u);
  EXPECT_EQ(estimate(9, 10), 9u);
  EXPECT_EQ(estimate(0, 65'535), cycle);
  EXPECT_EQ(estimate(65'535, cycle), cycle - 1);
  EXPECT_EQ(estimate(40'000, 7 * cycle + 10), 6 * cycle + 40'000);
  EXPECT_EQ(estimate(10, 7 * cycle + 40'000), 8 * cycle + 10);
}

TEST(Estimate, AgreesWithTheRuleOfRfc3711WhateverTheNewestIs) {
  Random random(7);
  for (int i = 0; i < 100'000; ++i) {
    const auto sequence = static_cast<std::uint16_t>(random());
    const std::uint64_t newest = cycle + random() % (1u << 30);
    const std::int64_t s_l = static_cast<std::int64_t>(newest % cycle), roc = static_cast<std::int64_t>(newest / cycle);
    std::int64_t v = roc;
    if (s_l < 32'768) {
      if (sequence - s_l > 32'768) v = roc - 1;
    } else if (s_l - 32'768 > sequence) {
      v = roc + 1;
    }
    ASSERT_EQ(estimate(sequence, newest), static_cast<std::uint64_t>(v) * cycle + sequence) << newest;
  }
}

TEST(Estimate, NothingIsBeforeTheFirstCycle) {
  EXPECT_EQ(estimate(65'000, 100), 65'000u);
}

TEST(Estimate, TheLastCycleOfAKeyHasNoNext) {
  const std::uint64_t last = (std::uint64_t{1} << 48) - 1;
  EXPECT_EQ(estimate(65'535, last), last);
  EXPECT_EQ(estimate(65'534, last), last - 1);
  EXPECT_EQ(estimate(0, last), std::unexpected(Refusal::key_spent));
  EXPECT_EQ(estimate(0, last - cycle), last - 65'535) << "the second last still goes over";
}

TEST(ReplayWindow, TakesEachIndexOnceWhateverTheOrder) {
  Random random(3);
  for (int round = 0; round < 50; ++round) {
    ReplayWindow window;
    std::set<std::uint64_t> used;
    std::uint64_t newest = random() % 1'000;
    for (int i = 0; i < 2'000; ++i) {
      const std::uint64_t reach = std::min<std::uint64_t>(newest, 200);
      const std::uint64_t index = newest - reach + random() % (reach + (random() % 50 == 0 ? 400 : 4));
      const bool too_old = !used.empty() && index + ReplayWindow::width <= *used.rbegin();
      const auto objection = window.objection(index);
      if (too_old) {
        ASSERT_EQ(objection, Refusal::too_old);
      } else if (used.contains(index)) {
        ASSERT_EQ(objection, Refusal::replayed);
      } else {
        ASSERT_EQ(objection, std::nullopt);
        window.use(index);
        used.insert(index);
        newest = *used.rbegin();
      }
    }
  }
}

TEST(ReplayWindow, ReachesExactly128Back) {
  ReplayWindow window;
  window.use(1'000);
  EXPECT_EQ(window.objection(1'000 - 127), std::nullopt);
  EXPECT_EQ(window.objection(1'000 - 128), Refusal::too_old);
}

TEST(RtcpIndexes, EndWithTheLifetimeOfTheKey) {
  RtcpIndexes indexes(RtcpIndexes::end - 2);
  EXPECT_EQ(indexes.take(), RtcpIndexes::end - 2);
  EXPECT_EQ(indexes.take(), RtcpIndexes::end - 1);
  EXPECT_EQ(indexes.take(), std::nullopt);
  EXPECT_EQ(indexes.take(), std::nullopt);
}

TEST(Streams, AreFoundAgainAndEndAtTheirBound) {
  Streams streams;
  for (std::uint32_t i = 0; i < SrtpLimits::streams; ++i) {
    ASSERT_FALSE(streams.full());
    ASSERT_EQ(streams.find(i), nullptr);
    streams.add(i).rtp.use(i);
  }
  EXPECT_TRUE(streams.full());
  for (std::uint32_t i = 0; i < SrtpLimits::streams; ++i) {
    ASSERT_NE(streams.find(i), nullptr);
    ASSERT_EQ(streams.find(i)->rtp.newest(), i);
  }
}

}  // namespace
}  // namespace rf::srtp
