#include "shell/transcode/pool.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>

#include "core/base/limits/media.hpp"
#include "tests/unit/transcode/sounds.hpp"

namespace rf::transcode {
namespace {

/// Takes what a pool gives, and waits for it.
class Collector {
 public:
  Deliver deliver() {
    return [this](RelayId relay, unsigned leg, std::span<const std::uint8_t> bytes) {
      const std::lock_guard lock(mutex_);
      packets_[{relay.value, leg}].emplace_back(bytes.begin(), bytes.end());
      ++count_;
      changed_.notify_all();
    };
  }
  bool wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return count_ >= count; });
  }
  bool wait(std::uint64_t relay, unsigned leg, std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return packets_[{relay, leg}].size() >= count; });
  }
  std::vector<Packet> of(std::uint64_t relay, unsigned leg) {
    const std::lock_guard lock(mutex_);
    return packets_[{relay, leg}];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<std::uint64_t, unsigned>, std::vector<Packet>> packets_;
  std::size_t count_ = 0;
};

media::RelayPlan plan_of(std::uint64_t relay) {
  media::RelayPlan plan;
  plan.id = RelayId{relay};
  plan.transcode = media::TranscodePlan{{pcma(), opus()}};
  return plan;
}

TEST(Pool, EachStreamGetsItsOwnPacketsOnWhateverThread) {
  Collector heard;
  Pool pool(2, heard.deliver());
  Talker talker(pcma());
  for (std::uint64_t relay = 1; relay <= 10; ++relay) pool.set(plan_of(relay));
  for (int i = 0; i < 5; ++i) {
    const Packet packet = talker.say(Samples(160));
    for (std::uint64_t relay = 1; relay <= 10; ++relay)
      ASSERT_TRUE(pool.code(RelayId{relay}, Source::caller, i * 20'000, packet));
  }
  ASSERT_TRUE(heard.wait(50));
  for (std::uint64_t relay = 1; relay <= 10; ++relay) {
    EXPECT_EQ(heard.of(relay, 1).size(), 5u);
    EXPECT_TRUE(heard.of(relay, 0).empty());
  }
  EXPECT_EQ(pool.totals().streams, 10u);
  EXPECT_EQ(pool.totals().dropped, 0u);
}

TEST(Pool, AChangedPlanGoesOnWithTheNumbersOfItsStream) {
  Collector heard;
  Pool pool(1, heard.deliver());
  Talker talker(pcma());
  media::RelayPlan plan = plan_of(1);
  pool.set(plan);
  ASSERT_TRUE(pool.code(plan.id, Source::caller, 0, talker.say(Samples(160))));
  ASSERT_TRUE(heard.wait(1));
  plan.transcode->legs[0].heard_event_type = 0;
  pool.set(plan);
  ASSERT_TRUE(pool.code(plan.id, Source::caller, 20'000, talker.say(Samples(160))));
  ASSERT_TRUE(heard.wait(2));
  const auto packets = heard.of(1, 1);
  const auto first = rtp::parse(packets[0]), second = rtp::parse(packets[1]);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->ssrc, second->ssrc);
  EXPECT_EQ(static_cast<std::uint16_t>(first->sequence + 1), second->sequence);
  EXPECT_EQ(first->timestamp + 960, second->timestamp);
}

TEST(Pool, WhatIsTooLongOrOfNoStreamIsLostAndAStreamThatEndedSaysNothing) {
  Collector heard;
  Pool pool(1, heard.deliver());
  Talker talker(pcma());
  EXPECT_TRUE(pool.code(RelayId{7}, Source::caller, 0, talker.say(Samples(160))));
  EXPECT_FALSE(pool.code(RelayId{7}, Source::caller, 0, Packet(TranscodeLimits::packet_bytes + 1)));
  pool.set(plan_of(1));
  pool.close(RelayId{1});
  pool.set(plan_of(2));
  ASSERT_TRUE(pool.code(RelayId{1}, Source::caller, 0, talker.say(Samples(160))));
  ASSERT_TRUE(pool.code(RelayId{2}, Source::caller, 0, talker.say(Samples(160))));
  ASSERT_TRUE(heard.wait(1));
  EXPECT_TRUE(heard.of(1, 1).empty());
  EXPECT_EQ(heard.of(2, 1).size(), 1u);
  EXPECT_EQ(pool.totals().dropped, 1u);
  EXPECT_EQ(pool.totals().streams, 1u);
}

TEST(Pool, WhenItEndsNothingMoreIsDelivered) {
  Collector heard;
  Pool pool(1, heard.deliver());
  pool.set(plan_of(1));
  pool.end();
  Talker talker(pcma());
  EXPECT_TRUE(pool.code(RelayId{1}, Source::caller, 0, talker.say(Samples(160))));
  EXPECT_TRUE(heard.of(1, 1).empty());
}

TEST(Pool, AFullQueueLosesPacketsAndCountsThem) {
  Collector heard;
  Pool pool(1, heard.deliver());
  pool.end();  // nobody takes anything out
  const Packet packet(200, 1);
  std::uint64_t stream = 0;
  for (std::size_t i = 0; i < TranscodeLimits::queue_packets; ++i)
    ASSERT_TRUE(pool.code(RelayId{++stream}, Source::callee, 0, packet));
  EXPECT_FALSE(pool.code(RelayId{++stream}, Source::callee, 0, packet));
  EXPECT_EQ(pool.totals().dropped, 1u);
  EXPECT_EQ(pool.totals().waiting, TranscodeLimits::queue_packets);
}

TEST(Pool, WhoFloodsWithWhatIsOnlyCutTakesNothingFromWhoIsTranscoded) {
  Collector heard;
  const Deliver collect = heard.deliver();
  std::promise<void> behind, go_on;
  Pool pool(1,
            [&, waits = go_on.get_future().share()](RelayId relay, unsigned leg, std::span<const std::uint8_t> bytes) {
              if (relay == RelayId{9}) {
                behind.set_value();
                waits.wait();
              }
              collect(relay, leg, bytes);
            });
  media::RelayPlan cut = plan_of(1);
  cut.transcode->legs = {pcma(), pcma()};
  cut.transcode->legs[0].longest_ms = 20;
  pool.set(cut);
  pool.set(plan_of(2));
  pool.set(plan_of(9));
  Talker blocker(pcma()), flooder(pcma()), honest(pcma());
  ASSERT_TRUE(pool.code(RelayId{9}, Source::caller, 0, blocker.say(Samples(160))));
  behind.get_future().wait();  // from here on the thread takes nothing out
  std::size_t taken = 0;
  for (std::size_t i = 0; i < 2 * TranscodeLimits::queue_packets; ++i)
    taken += pool.code(cut.id, Source::caller, 0, flooder.say(Samples(480))) ? 1 : 0;
  std::size_t through = 0;
  for (int i = 0; i < 5; ++i)
    through += pool.code(RelayId{2}, Source::caller, i * 20'000, honest.say(Samples(160))) ? 1 : 0;
  const PoolTotals totals = pool.totals();
  go_on.set_value();
  EXPECT_EQ(through, 5u);
  EXPECT_TRUE(heard.wait(2, 1, 5));
  EXPECT_GE(taken, TranscodeLimits::ahead_ms / 10) << "a phone that was held up sends half a second at once";
  EXPECT_LE(taken, TranscodeLimits::queue_packets / 8);
  EXPECT_EQ(totals.dropped, 2 * TranscodeLimits::queue_packets - taken);
  EXPECT_EQ(totals.waiting, taken + 5);
}

TEST(Pool, HoweverManyFloodTheirNeighbourIsHeard) {
  Collector heard;
  Pool pool(1, heard.deliver());
  pool.end();  // nobody takes anything out
  const Packet packet(200, 1);
  for (int i = 0; i < 10; ++i)
    for (std::uint64_t stream = 1; stream <= TranscodeLimits::streams; ++stream)
      for (const Source leg : {Source::caller, Source::callee}) pool.code(RelayId{stream}, leg, 0, packet);
  EXPECT_TRUE(pool.code(RelayId{1}, Source::voice, 0, packet)) << "what the flooded call is told is another's";
  EXPECT_TRUE(pool.code(RelayId{1'000}, Source::caller, 0, packet));
}

}  // namespace
}  // namespace rf::transcode
