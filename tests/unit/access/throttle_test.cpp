#include "core/access/throttle.hpp"
#include "core/base/limits/people.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rf::access {
namespace {

constexpr std::int64_t second_ms = 1'000, day_ms = 86'400'000;

class ThrottleTest : public ::testing::Test {
 protected:
  Held ask(const char* from, std::string_view name = "anna") {
    return throttle_.begin(*Address::parse(from), name, spared_, now_ms_).held;
  }
  /// So many names, one attempt at each.
  Held spray(const char* from, int count) {
    Held last = Held::no;
    for (int i = 0; i < count; ++i) last = ask(from, "name" + std::to_string(i));
    return last;
  }
  void succeed(const char* from, std::string_view name = "anna") {
    throttle_.succeeded(*Address::parse(from), name, now_ms_);
  }

  ThrottleRules rules_;
  Throttle throttle_{rules_, 7};
  std::int64_t now_ms_ = 1'700'000'000'000;
  bool spared_ = false;
};

TEST_F(ThrottleTest, KeepsASourceThatGuessesFromTheNameItGuessesAt) {
  for (std::uint32_t i = 0; i < rules_.name_failures; ++i) EXPECT_EQ(ask("198.51.100.7"), Held::no) << i;
  EXPECT_EQ(ask("198.51.100.7"), Held::name);
  EXPECT_EQ(ask("198.51.100.7", "bernd"), Held::no) << "others there sign in";
  EXPECT_EQ(ask("198.51.100.8"), Held::no) << "the owner elsewhere signs in";
}

TEST_F(ThrottleTest, KeepsASourceOutThatTriesManyNames) {
  EXPECT_EQ(spray("198.51.100.7", 10), Held::no);
  EXPECT_EQ(ask("198.51.100.7", "another"), Held::source);
  EXPECT_EQ(ask("198.51.100.8", "another"), Held::no);
}

TEST_F(ThrottleTest, LetsItTryAgainLaterTwiceAsLateEachTimeAndThenNeverAgain) {
  std::int64_t before_ms = 0;
  for (std::uint32_t lock = 0; lock < rules_.locks; ++lock) {
    spray("198.51.100.7", 10);
    const Hold hold = throttle_.begin(*Address::parse("198.51.100.7"), "x", false, now_ms_);
    ASSERT_EQ(hold.held, Held::source) << lock;
    EXPECT_TRUE(hold.began);
    EXPECT_GT(hold.until_ms - now_ms_, before_ms);
    before_ms = hold.until_ms - now_ms_;
    now_ms_ = hold.until_ms;
  }
  spray("198.51.100.7", 10);
  EXPECT_EQ(ask("198.51.100.7"), Held::for_good);
  now_ms_ += 400 * day_ms;
  EXPECT_EQ(ask("198.51.100.7"), Held::for_good);
  EXPECT_TRUE(throttle_.release(*Address::parse("198.51.100.7"), now_ms_));
  EXPECT_EQ(ask("198.51.100.7"), Held::no);
}

TEST_F(ThrottleTest, NeverKeepsOutForGoodWhomOperatorsAllow) {
  spared_ = true;
  for (int lock = 0; lock < 20; ++lock) {
    spray("192.0.2.1", 11);
    EXPECT_EQ(ask("192.0.2.1"), Held::source);
    now_ms_ += 2 * day_ms / 2;
  }
}

TEST_F(ThrottleTest, CountsAttemptsBeforeTheyAreLookedAtSoThatManyAtOnceAreNoWayAround) {
  int looked_at = 0;
  for (int i = 0; i < 1'000; ++i) looked_at += ask("198.51.100.7") == Held::no ? 1 : 0;
  EXPECT_EQ(looked_at, static_cast<int>(rules_.name_failures));
}

TEST_F(ThrottleTest, DoesNotLetOneGoodAccountPayForGuessesAtOthers) {
  int guesses = 0;
  for (int i = 0; i < 100; ++i) {
    if (ask("198.51.100.7", "victim" + std::to_string(i)) == Held::no) ++guesses;
    if (ask("198.51.100.7", "mine") == Held::no) succeed("198.51.100.7", "mine");
  }
  EXPECT_LE(guesses, static_cast<int>(rules_.failures));
}

TEST_F(ThrottleTest, SlowsDownStrangersWhoGuessAtOneNameFromEverywhereAndNeverItsOwnerWhereHeWasBefore) {
  ASSERT_EQ(ask("192.0.2.50"), Held::no);
  succeed("192.0.2.50");
  int guesses = 0;
  for (int i = 0; i < 500; ++i)
    guesses += ask(("203.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)).c_str()) == Held::no ? 1 : 0;
  EXPECT_EQ(guesses, static_cast<int>(rules_.account_failures));
  EXPECT_EQ(ask("192.0.2.50"), Held::no) << "the owner at his desk";
  now_ms_ += 30 * second_ms;
  EXPECT_EQ(ask("203.0.113.99"), Held::no) << "one attempt in half a minute is left for the owner elsewhere";
  EXPECT_EQ(ask("203.0.113.98"), Held::account);
}

TEST_F(ThrottleTest, TreatsNamesThatNobodyHasLikeAllOthers) {
  for (const char* name : {"anna", "nobody-has-this"}) {
    const char* const from = name[0] == 'a' ? "198.51.100.9" : "198.51.100.10";
    for (std::uint32_t i = 0; i < rules_.name_failures; ++i) EXPECT_EQ(ask(from, name), Held::no) << name;
    EXPECT_EQ(ask(from, name), Held::name) << name;
  }
}

TEST_F(ThrottleTest, TakesAllAddressesOfAnIpv6NetworkForOne) {
  for (std::uint32_t i = 0; i < rules_.name_failures; ++i)
    EXPECT_EQ(ask(("2001:db8:1:2::" + std::to_string(i + 1)).c_str()), Held::no);
  EXPECT_EQ(ask("2001:db8:1:2:ffff::1"), Held::name);
  EXPECT_EQ(ask("2001:db8:1:3::1"), Held::no);
}

TEST_F(ThrottleTest, TellsOfWhoIsHeldAndKnowsItAgainAfterARestart) {
  spray("198.51.100.7", 11);
  const auto held = throttle_.held(now_ms_);
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].source.text(), "198.51.100.7");
  Throttle later(rules_, 99);
  later.restore(held[0]);
  EXPECT_EQ(later.begin(*Address::parse("198.51.100.7"), "x", false, now_ms_).held, Held::source);
}

TEST_F(ThrottleTest, StaysAsLargeAsItIsWhoeverTries) {
  for (std::uint32_t i = 0; i < 200'000; ++i)
    static_cast<void>(throttle_.begin(Address::v4(0x0a000000 + i), "n" + std::to_string(i), false, now_ms_));
  EXPECT_EQ(ask("198.51.100.7", "fresh"), Held::no);
  EXPECT_LE(throttle_.held(now_ms_).size(), AccessLimits::sources);
}

TEST_F(ThrottleTest, ForgetsWhatIsOverWhenTheClockIsSetBack) {
  for (std::uint32_t i = 0; i < rules_.name_failures; ++i) ask("198.51.100.7");
  now_ms_ -= day_ms;
  EXPECT_EQ(ask("198.51.100.7"), Held::no);
}

}  // namespace
}  // namespace rf::access
