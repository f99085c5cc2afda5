#include "core/base/timers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

namespace rf {
namespace {

constexpr std::int64_t tick = Timers::tick_ms;

std::int64_t due_tick(std::int64_t deadline) {
  return (deadline + tick - 1) / tick;
}

std::vector<Timers::Fired> advance(Timers& timers, std::int64_t now) {
  std::vector<Timers::Fired> fired;
  timers.advance(now, fired);
  return fired;
}

TEST(Timers, FiresNeverEarlyAndAtMostOneTickLate) {
  for (const std::int64_t start : {std::int64_t{0}, std::int64_t{5}, std::int64_t{123'456'789}}) {
    for (const std::int64_t delay :
         {1, 7, 8, 9, 500, 2040, 2048, 2056, 32'000, 524'280, 524'288, 524'296, 10'800'000}) {
      Timers timers(start);
      timers.set(start + delay, 42, 3);
      const std::int64_t deadline = start + delay;
      EXPECT_TRUE(advance(timers, deadline - 1).empty()) << start << '+' << delay;
      const auto fired = advance(timers, deadline + tick);
      ASSERT_EQ(fired.size(), 1u) << start << '+' << delay;
      EXPECT_EQ(fired[0].owner, 42u);
      EXPECT_EQ(fired[0].kind, 3u);
      EXPECT_EQ(timers.size(), 0u);
      EXPECT_EQ(timers.next_deadline(), never_ms);
    }
  }
}

TEST(Timers, FiresAWheelTurnAndMoreAhead) {
  // Four levels of 256 slots hold 2^32 ticks; a year is inside, two are not.
  constexpr std::int64_t year = std::int64_t{365} * 86'400'000;
  for (const std::int64_t delay : {year, 2 * year, 10 * year}) {
    Timers timers(1'000'003);
    timers.set(1'000'003 + delay, 1, 0);
    EXPECT_TRUE(advance(timers, 1'000'003 + delay - tick).empty());
    EXPECT_EQ(advance(timers, 1'000'003 + delay + tick).size(), 1u);
  }
}

TEST(Timers, FiresADeadlineThatIsAlreadyPastAtTheNextTick) {
  Timers timers(1'000);
  timers.set(500, 9, 0);
  EXPECT_EQ(advance(timers, 1'000 + tick).size(), 1u);
}

TEST(Timers, CancelledTimerDoesNotFireAndItsHandleFindsNothing) {
  Timers timers(0);
  Timers::Handle handle = timers.set(100, 1, 0);
  const Timers::Handle copy = handle;
  timers.cancel(handle);
  EXPECT_EQ(handle, 0u);
  EXPECT_EQ(timers.size(), 0u);
  // The node is used again: the old handle must not reach the new timer.
  timers.set(100, 2, 0);
  Timers::Handle stale = copy;
  timers.cancel(stale);
  const auto fired = advance(timers, 200);
  ASSERT_EQ(fired.size(), 1u);
  EXPECT_EQ(fired[0].owner, 2u);
}

TEST(Timers, CancellingAfterFiringIsHarmless) {
  Timers timers(0);
  Timers::Handle handle = timers.set(10, 1, 0);
  EXPECT_EQ(advance(timers, 100).size(), 1u);
  timers.cancel(handle);
  Timers::Handle nothing = 0;
  timers.cancel(nothing);
  EXPECT_EQ(timers.size(), 0u);
}

TEST(Timers, FiresInOrderOfDeadline) {
  Timers timers(0);
  for (std::uint64_t i = 1; i <= 200; ++i) timers.set(static_cast<std::int64_t>((i * 7919) % 5000) * tick, i, 0);
  const auto fired = advance(timers, 5000 * tick + tick);
  ASSERT_EQ(fired.size(), 200u);
  const auto deadline = [](std::uint64_t i) { return i * 7919 % 5000; };
  for (std::size_t i = 1; i < fired.size(); ++i) EXPECT_LE(deadline(fired[i - 1].owner), deadline(fired[i].owner));
}

TEST(Timers, LongSleepWithFarTimersCostsFewSteps) {
  Timers timers(0);
  for (std::uint64_t i = 0; i < 1000; ++i)
    timers.set(std::int64_t{3'600'000} * static_cast<std::int64_t>(1 + i % 5), i, 0);
  int wakeups = 0;
  std::size_t fired = 0;
  while (timers.size() > 0) {
    fired += advance(timers, timers.next_deadline()).size();
    ASSERT_LT(++wakeups, 100);
  }
  EXPECT_EQ(fired, 1000u);
}

// The naive model: a map from handle to deadline, looked through at each step.
RC_GTEST_PROP(TimersProperty, BehavesAsAListOfDeadlines, ()) {
  const auto start = *rc::gen::element<std::int64_t>(0, 7, 2039, 1'000'000'007, (std::int64_t{1} << 35) - 5000);
  Timers timers(start);
  std::int64_t now = start;
  std::uint64_t next_owner = 1;
  struct Entry {
    std::int64_t tick;
    Timers::Handle handle;
  };
  std::map<std::uint64_t, Entry> model;
  const auto steps = *rc::gen::inRange(1, 120);
  for (int step = 0; step < steps; ++step) {
    switch (*rc::gen::weightedElement<int>({{5, 0}, {2, 1}, {3, 2}, {1, 3}})) {
      case 0: {
        // Delays of every size class, so that all levels and their borders are met.
        const auto magnitude = *rc::gen::inRange(0, 38);
        const auto delay = *rc::gen::inRange<std::int64_t>(-10, (std::int64_t{1} << magnitude) + 1);
        const std::uint64_t owner = next_owner++;
        const auto handle = timers.set(now + delay, owner, static_cast<std::uint32_t>(owner * 3));
        RC_ASSERT(handle != 0u);
        model[owner] = {std::max(due_tick(std::max<std::int64_t>(now + delay, 0)), now / tick + 1), handle};
        break;
      }
      case 1: {
        if (model.empty()) break;
        auto it = model.begin();
        std::advance(it, *rc::gen::inRange<std::size_t>(0, model.size()));
        timers.cancel(it->second.handle);
        RC_ASSERT(it->second.handle == 0u);
        model.erase(it);
        break;
      }
      case 2:
      case 3: {
        if (*rc::gen::arbitrary<bool>() && !model.empty()) {
          now = std::max(now, timers.next_deadline());
        } else {
          const auto magnitude = *rc::gen::inRange(0, 36);
          now += *rc::gen::inRange<std::int64_t>(0, (std::int64_t{1} << magnitude) + 1);
        }
        std::vector<Timers::Fired> fired;
        timers.advance(now, fired);
        std::int64_t last = 0;
        for (const auto& one : fired) {
          const auto it = model.find(one.owner);
          RC_ASSERT(it != model.end());
          RC_ASSERT(one.kind == static_cast<std::uint32_t>(one.owner * 3));
          RC_ASSERT(it->second.tick <= now / tick);
          RC_ASSERT(it->second.tick >= last);
          last = it->second.tick;
          model.erase(it);
        }
        for (const auto& [owner, entry] : model) RC_ASSERT(entry.tick > now / tick);
        break;
      }
    }
    RC_ASSERT(timers.size() == model.size());
    if (model.empty()) {
      RC_ASSERT(timers.next_deadline() == never_ms);
    } else {
      std::int64_t earliest = INT64_MAX;
      for (const auto& [owner, entry] : model) earliest = std::min(earliest, entry.tick);
      RC_ASSERT(timers.next_deadline() <= earliest * tick);
      RC_ASSERT(timers.next_deadline() > now - tick);
    }
  }
}

}  // namespace
}  // namespace rf
