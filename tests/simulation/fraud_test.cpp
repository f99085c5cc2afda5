// Weeks of an office beside thieves who know passwords: the books agree at every step, no stated bound is passed, and
// honest calls get through.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/fraud/losses.hpp"
#include "sim/fraud/months.hpp"
#include "sim/fraud/pattern_screen.hpp"

namespace rf::fraud {
namespace {

using testing::IsEmpty;

constexpr unsigned people = 100, days = 14;
/// From the first Saturday on.
constexpr Span weeks{.seed = 1, .days = days, .fraud_from_day = 5, .audit_every = 256};

const Office& office() {
  static const Office it = make_office(people, limits_for(people));
  return it;
}

TEST(Frauds, ThatNobodyLooksAtCostNoMoreThanTheirBoundAndTheCaps) {
  for (const Script& script : scripts()) {
    SCOPED_TRACE(script.name);
    const Outcome out = run(office(), unseen_span(1, 50), &script, nullptr);
    EXPECT_THAT(out.faults, IsEmpty());
    EXPECT_GT(out.audits, 10u);
    EXPECT_GT(out.crashes, 3u);
    const std::int64_t passwords = script.searches ? script.passwords : (script.passwords * people + 499) / 500;
    EXPECT_LE(out.lost, passwords * 3 * 200'000'000) << "of three months";
    for (const Outcome::Window& window : out.windows) {
      ASSERT_TRUE(window.bound);
      EXPECT_LE(window.lost, *window.bound);
    }
  }
}

TEST(Frauds, BesideHonestBusinessAreStoppedAndHonestCallsGetThrough) {
  std::uint64_t asked = 0, refused = 0;
  for (const Script& script : scripts()) {
    SCOPED_TRACE(script.name);
    const Outcome out = run(office(), weeks, &script, nullptr);
    EXPECT_THAT(out.faults, IsEmpty());
    EXPECT_GT(out.audits, 500u);
    EXPECT_EQ(out.unexplained, 0u);
    EXPECT_TRUE(out.last || out.left == 0) << "somebody noticed it";
    asked += out.asked;
    refused += out.wrongly_refused();
  }
  EXPECT_GT(asked, 90'000u);
  EXPECT_LT(refused * 10'000, asked);
}

TEST(Frauds, AnOfficeWithoutThievesHearsNoRefusalForMoneyAndHelpAlwaysComes) {
  std::uint64_t emergencies = 0, asked = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Span span = weeks;
    span.seed = seed;
    const Outcome out = run(office(), span, nullptr, nullptr);
    EXPECT_THAT(out.faults, IsEmpty());
    EXPECT_EQ(out.unexplained, 0u);
    emergencies += out.emergencies;
    asked += out.asked;
    refused += out.wrongly_refused();
  }
  EXPECT_LT(refused * 10'000, asked);
  EXPECT_GT(emergencies, 0u);
}

TEST(Frauds, EveryAccountAgreesWithItsCallsAfterEveryStep) {
  Span span = weeks;
  span.days = 2;
  span.fraud_from_day = 0;
  span.audit_every = 1;
  const Outcome out = run(office(), span, &scripts()[5], nullptr);
  EXPECT_THAT(out.faults, IsEmpty());
  EXPECT_GT(out.audits, 20'000u);
}

TEST(Frauds, NotAMicroUnitIsLostHoweverOftenTheProcessDies) {
  Span span = weeks;
  span.days = 4;
  span.crashes = 40'000;
  const Outcome out = run(office(), span, nullptr, nullptr);
  EXPECT_THAT(out.faults, IsEmpty());
  EXPECT_GT(out.crashes, 1'500u);
  EXPECT_GT(out.presumed_too_much, 0) << "calls that ran count with all they had";
}

TEST(Frauds, NotAMicroUnitIsLostHoweverOftenTheDiskFailsAndEveryCallItRefusesIsToldSo) {
  Span span = weeks;
  span.days = 4;
  span.failing_writes = 4;
  const Outcome out = run(office(), span, nullptr, nullptr);
  EXPECT_THAT(out.faults, IsEmpty());
  EXPECT_GT(out.refused(Outcome::By::disk), 50u);
  EXPECT_EQ(out.unexplained, 0u);
}

TEST(Frauds, OnlyRefusalsByACapThatAThiefTookFromOnThatDayCountAsHis) {
  const Script& many = scripts()[5];
  ASSERT_EQ(many.name, "many extensions at once");
  Span span = weeks;
  span.operator_reads = false;
  span.failing_writes = 20;
  const Outcome out = run(office(), span, &many, nullptr);
  EXPECT_GT(out.refused(Outcome::By::thief), 0u);
  EXPECT_GT(out.refused(Outcome::By::disk), 0u) << "which is no thief's doing";
  EXPECT_GE(out.wrongly_refused(), out.refused(Outcome::By::disk));
  EXPECT_EQ(run(office(), weeks, nullptr, nullptr).refused(Outcome::By::thief), 0u);
}

/// The same password under other limits. The one who searches finds what is dearest there.
TEST(Frauds, WhoeverSearchesUnderAnyPolicyStaysBelowTheBoundAndComesNearIt) {
  constexpr std::string_view policies[] = {
      "[limit.extension]\nday = \"none\"\nmonth = \"none\"\n",
      "[limit.extension]\nday = \"none\"\nmonth = \"none\"\ncalls = 1\n",
      "[limit.extension]\nday = \"none\"\nmonth = \"30.00\"\n",
      "[limit.extension]\nday = \"5.00\"\nmonth = \"none\"\ncalls = 20\n",
      "[limit.extension]\nday = \"none\"\nmonth = \"none\"\ncalls = 0\npaces = [\"3 per 1h\"]\nduration = \"10m\"\n",
      "[limit.extension]\nday = \"none\"\nmonth = \"none\"\ncalls = 2\nduration = \"5m\"\n",
  };
  constexpr std::string_view no_caps =
      "[limit.tenant]\nday = \"none\"\nmonth = \"none\"\n[limit.system]\nday = \"none\"\nmonth = \"none\"\n";
  const Script& searcher = scripts().back();
  ASSERT_TRUE(searcher.searches);
  double nearest = 0;
  for (const std::string_view policy : policies) {
    const Office other = make_office(people, std::string(no_caps) + std::string(policy));
    SCOPED_TRACE(policy);
    Span alone = unseen_span(1, 12);
    alone.crashes = 0;
    const Outcome out = run(other, alone, &searcher, nullptr);
    EXPECT_THAT(out.faults, IsEmpty());
    EXPECT_GT(out.lost, 0);
    for (const Outcome::Window& window : out.windows) {
      ASSERT_TRUE(window.bound);
      nearest = std::max(nearest, static_cast<double>(window.lost) / static_cast<double>(*window.bound));
    }
  }
  EXPECT_GT(nearest, 0.6) << "the bound is not met by being far away";
}

TEST(Frauds, CallingPatternsTellOfWhatStaysBelowEveryCapAndRefuseNobodyHonestForIt) {
  Span span = weeks;
  span.days = 24;
  span.fraud_from_day = 15;
  const Script& trickle = scripts()[1];
  const Outcome without = run(office(), span, &trickle, nullptr);
  PatternScreen screen(office());
  const Outcome with = run(office(), span, &trickle, &screen);
  EXPECT_THAT(with.faults, IsEmpty());
  ASSERT_TRUE(with.last);
  EXPECT_LT(with.lost, without.lost);
  EXPECT_GT(with.alerts, 0u);
  EXPECT_TRUE(with.lets_honest_calls_through()) << with.wrongly_refused() << " of " << with.asked << "\n"
                                                << list_of_refusals({with});
}

TEST(Frauds, TheSameSeedGivesTheSameMonths) {
  const Outcome a = run(office(), weeks, &scripts()[0], nullptr), b = run(office(), weeks, &scripts()[0], nullptr);
  EXPECT_EQ(a.lost, b.lost);
  EXPECT_EQ(a.asked, b.asked);
  EXPECT_EQ(a.honest_cost, b.honest_cost);
  EXPECT_EQ(a.refusals, b.refusals);
}

TEST(Losses, CountWhatWasOwedWithinAnyWindowAndNotWhatMayHaveBeenOwedBefore) {
  constexpr std::int64_t hour_ms = 3'600'000;
  Losses losses;
  losses.add(0, 1'000, 5);
  losses.add(hour_ms - 1'000, hour_ms, 7);
  EXPECT_EQ(losses.worst(0), 12);
  losses.add(hour_ms + 500, hour_ms + 1'500, 3);
  EXPECT_EQ(losses.worst(0), 12) << "5 was owed before the hour that ends with 3";
  losses.add(24 * hour_ms, 24 * hour_ms + 1, 1);
  EXPECT_EQ(losses.worst(1), 15);
  EXPECT_EQ(losses.worst(2), 16);
  EXPECT_EQ(losses.total(), 16);
}

}  // namespace
}  // namespace rf::fraud
