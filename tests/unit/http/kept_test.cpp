// Answers that are kept for those who ask again, and how fast one may ask.
#include "core/http/kept.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/people.hpp"
#include "core/http/pace.hpp"

namespace rf::http {
namespace {

using Verdict = KeptAnswers::Verdict;
constexpr Fingerprint one{1}, other{2};

TEST(KeptAnswers, AreHeardAgainByWhoeverAsksTheSameAgain) {
  KeptAnswers kept;
  EXPECT_EQ(kept.begin(0, 7, "k", one).verdict, Verdict::fresh);
  EXPECT_EQ(kept.begin(1, 7, "k", one).verdict, Verdict::working);
  kept.keep(7, "k", {201, "{}", "/x"});
  const auto again = kept.begin(2, 7, "k", one);
  ASSERT_EQ(again.verdict, Verdict::replay);
  EXPECT_EQ(again.answer->status, 201u);
  EXPECT_EQ(again.answer->location, "/x");
}

TEST(KeptAnswers, AreNotForAnotherRequestNorForAnotherAsker) {
  KeptAnswers kept;
  kept.begin(0, 7, "k", one);
  kept.keep(7, "k", {201, "secret", ""});
  EXPECT_EQ(kept.begin(0, 7, "k", other).verdict, Verdict::other);
  EXPECT_EQ(kept.begin(0, 8, "k", one).verdict, Verdict::fresh);
}

TEST(KeptAnswers, SayNothingWhenNothingWasDoneOrTheirTimeIsOver) {
  KeptAnswers kept;
  kept.begin(0, 7, "k", one);
  kept.forget(7, "k");
  EXPECT_EQ(kept.begin(0, 7, "k", other).verdict, Verdict::fresh);
  kept.keep(7, "k", {200, "{}", ""});
  EXPECT_EQ(kept.begin(std::int64_t{ApiLimits::answer_s} * 1'000 + 1, 7, "k", other).verdict, Verdict::fresh);
}

TEST(KeptAnswers, ThatAreTooLongAreSaidToBeGoneAndNotDoneAgain) {
  KeptAnswers kept;
  kept.begin(0, 7, "k", one);
  kept.keep(7, "k", {200, std::string(ApiLimits::answer_bytes + 1, 'x'), ""});
  EXPECT_EQ(kept.begin(0, 7, "k", one).verdict, Verdict::gone);
}

TEST(KeptAnswers, OfOneAskerPushOutHisOwnAndNobodyElses) {
  KeptAnswers kept;
  kept.begin(0, 1, "mine", one);
  kept.keep(1, "mine", {200, "{}", ""});
  for (std::size_t i = 0; i < 2 * ApiLimits::answers_of_one; ++i) kept.begin(0, 2, "k" + std::to_string(i), one);
  EXPECT_EQ(kept.size(), ApiLimits::answers_of_one + 1);
  EXPECT_EQ(kept.begin(0, 1, "mine", one).verdict, Verdict::replay);
  for (std::size_t asker = 10; asker < 10 + 2 * ApiLimits::answers; ++asker) kept.begin(0, asker, "k", one);
  EXPECT_EQ(kept.size(), ApiLimits::answers);
}

TEST(Keys, ArePlainAndShort) {
  EXPECT_TRUE(is_key("8e03978e-40d5-43e8-bc93-6894a57f9324"));
  for (const char* const text : {"", "a b", "a\"b", "ä", "a\r\nb"}) EXPECT_FALSE(is_key(text)) << text;
  EXPECT_FALSE(is_key(std::string(ApiLimits::key_bytes + 1, 'a')));
}

TEST(Pace, LetsOneAskerHaveTenSecondsWorthAtOnceAndThenHisRate) {
  Pace pace;
  std::size_t served = 0;
  while (!pace.turn_away(1'000'000, 7, true)) ++served;
  EXPECT_EQ(served, 10 * ApiLimits::changes_per_s);
  EXPECT_EQ(pace.turn_away(1'000'000, 7, true), 1u);
  EXPECT_FALSE(pace.turn_away(1'000'000, 7, false)) << "reads have a pace of their own";
  EXPECT_FALSE(pace.turn_away(1'000'000, 8, true)) << "and so has everybody else";
  served = 0;
  for (std::int64_t ms = 1'000'000; ms < 1'010'000; ms += 10)
    if (!pace.turn_away(ms, 7, true)) ++served;
  EXPECT_NEAR(static_cast<double>(served), 10.0 * ApiLimits::changes_per_s, 2);
}

TEST(Pace, KnowsSoManyAndForgetsWhoWasUnheardLongest) {
  Pace pace;
  while (!pace.turn_away(1'000'000, 1, true)) {
  }
  for (std::uint64_t asker = 2; asker <= ApiLimits::askers; ++asker) pace.turn_away(1'000'000, asker, false);
  EXPECT_TRUE(pace.turn_away(1'000'000, 1, true));
  pace.turn_away(1'000'000, ApiLimits::askers + 1, false);
  EXPECT_TRUE(pace.turn_away(1'000'000, 1, true)) << "he was heard last but one";
}

}  // namespace
}  // namespace rf::http
