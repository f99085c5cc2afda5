// A target that fails, comes back, and is not brought down by one who wants that.
#include "core/trunk/health.hpp"

#include <gmock/gmock.h>

#include <set>

namespace rf::trunk::test {
namespace {

using testing::AllOf;
using testing::Ge;
using testing::Le;
using State = HealthState;

struct Target : testing::Test {
  Health health{HealthRules{}};
  Random random{5};
  Now now{100'000, 0};

  /// Time passes to the next ping; how long it took.
  std::int64_t ping() {
    const std::int64_t before = now.mono_ms;
    now.mono_ms = std::max(now.mono_ms, health.next_deadline());
    EXPECT_TRUE(health.handle_timer(now).ping);
    return now.mono_ms - before;
  }
  void answer(int status = 200, std::optional<std::uint32_t> retry_after_s = {}) {
    ping();
    health.ping_answered(now, status, retry_after_s, random);
  }
  void silence() {
    ping();
    health.ping_failed(now, random);
  }
  void come_up() {
    health.start(now, random);
    answer();
    EXPECT_EQ(health.state(), State::up);
  }
};

TEST_F(Target, IsUsedBeforeAnythingIsKnown) {
  EXPECT_EQ(health.state(), State::unknown);
  EXPECT_EQ(health.next_deadline(), never_ms);
  EXPECT_FALSE(health.handle_timer(now).ping);
}

TEST_F(Target, IsOneOfAThousandThatDoNotPingAtOnce) {
  std::set<std::int64_t> seconds;
  for (int i = 0; i < 1'000; ++i) {
    Health one{HealthRules{}};
    one.start(now, random);
    EXPECT_LT(one.next_deadline() - now.mono_ms, 30'000);
    seconds.insert(one.next_deadline() / 1'000);
  }
  EXPECT_EQ(seconds.size(), 30u);
}

TEST_F(Target, GoesDownAfterThreeFailuresAndUpAfterTwoSuccesses) {
  come_up();
  std::vector<State> states;
  for (int i = 0; i < 4; ++i) {
    silence();
    states.push_back(health.state());
  }
  EXPECT_EQ(states, (std::vector{State::failing, State::failing, State::down, State::down}));
  answer();
  EXPECT_EQ(health.state(), State::down) << "once is not enough";
  silence();
  answer();
  EXPECT_EQ(health.state(), State::down);
  answer();
  EXPECT_EQ(health.state(), State::up);
  EXPECT_EQ(health.since_ms(), now.mono_ms);
}

TEST_F(Target, IsAskedLessAndLessWhileItIsDownAndSoonWhenItComesBack) {
  come_up();
  EXPECT_THAT(ping(), AllOf(Ge(24'000), Le(30'000)));
  health.ping_failed(now, random);
  EXPECT_THAT(ping(), AllOf(Ge(5'000), Le(10'000)));
  for (int i = 0; i < 10; ++i) {
    health.ping_failed(now, random);
    ping();
  }
  health.ping_failed(now, random);
  EXPECT_THAT(ping(), AllOf(Ge(150'000), Le(300'000)));
  health.ping_answered(now, 200, {}, random);
  EXPECT_LE(ping(), 5'000);
}

TEST_F(Target, LivesAsLongAsItAnswersAnythingButThatItDoesNot) {
  for (const int status : {200, 302, 401, 403, 404, 405, 481, 500, 501, 603}) {
    Health one{HealthRules{}};
    health = one;
    health.start(now, random);
    answer(status);
    EXPECT_EQ(health.state(), State::up) << status;
  }
  for (const int status : {408, 503}) {
    answer(status);
    EXPECT_EQ(health.state(), State::failing) << status;
  }
  Health strict{HealthRules{.dead_statuses = {404}}};
  strict.start(now, random);
  now.mono_ms = strict.next_deadline();
  EXPECT_TRUE(strict.handle_timer(now).ping);
  EXPECT_TRUE(strict.ping_answered(now, 404, {}, random));
  EXPECT_EQ(strict.state(), State::failing);
}

TEST_F(Target, ThatSaysWhenItServesAgainIsNotAskedBeforeButNotLeftForADay) {
  come_up();
  answer(503, 100);
  EXPECT_EQ(ping(), 100'000);
  health.ping_answered(now, 503, UINT32_MAX, random);
  EXPECT_EQ(ping(), 300'000);
}

TEST_F(Target, IsNotTakenDownByOneExtensionThatCallsWhatFails) {
  come_up();
  const ExtensionId thief{66};
  int pings = 0;
  const std::int64_t begun = now.mono_ms;
  for (int i = 0; i < 10'000; ++i) {
    now.mono_ms += 10;
    health.call_answered(now, 503, thief, random);
    if (health.handle_timer(now).ping) {
      ++pings;
      health.ping_answered(now, 200, {}, random);
    }
    ASSERT_EQ(health.state(), State::up);
  }
  EXPECT_GE(pings, 10);
  EXPECT_LE(pings, 2 + (now.mono_ms - begun) / 5'000) << "nor made to flood the provider";
}

TEST_F(Target, ThatFailsCallsIsAskedAtOnce) {
  come_up();
  now.mono_ms += 10'000;
  health.call_failed(now, ExtensionId{1}, random);
  EXPECT_EQ(ping(), 200);
  health.ping_failed(now, random);
  EXPECT_EQ(health.state(), State::failing);
}

TEST_F(Target, WithoutPingsIsTakenDownBySeveralExtensionsAndTriedAgainLater) {
  health = Health{HealthRules{.ping_s = 0}};
  health.start(now, random);
  for (int i = 0; i < 100; ++i) health.call_failed(now, ExtensionId{1}, random);
  EXPECT_EQ(health.state(), State::failing);
  health.call_failed(now, ExtensionId{2}, random);
  health.call_answered(now, 486, ExtensionId{3}, random);
  EXPECT_EQ(health.state(), State::up) << "busy is an answer";
  for (std::uint64_t id = 1; id <= 3; ++id) health.call_failed(now, ExtensionId{id}, random);
  EXPECT_EQ(health.state(), State::down);
  EXPECT_EQ(health.next_deadline(), now.mono_ms + 300'000);
  now.mono_ms = health.next_deadline();
  const Health::Due due = health.handle_timer(now);
  EXPECT_FALSE(due.ping);
  EXPECT_TRUE(due.changed);
  EXPECT_EQ(health.state(), State::failing);
  health.call_answered(now, 180, ExtensionId{1}, random);
  EXPECT_EQ(health.state(), State::up);
}

TEST_F(Target, IsNotUpBecauseItSaysTrying) {
  health.start(now, random);
  EXPECT_FALSE(health.call_answered(now, 100, ExtensionId{1}, random));
  EXPECT_EQ(health.state(), State::unknown);
}

TEST_F(Target, HearsOutcomesOfPingsThatNobodySentWithoutHarm) {
  come_up();
  EXPECT_FALSE(health.ping_failed(now, random));
  EXPECT_FALSE(health.ping_answered(now, 503, {}, random));
  EXPECT_EQ(health.state(), State::up);
}

}  // namespace
}  // namespace rf::trunk::test
