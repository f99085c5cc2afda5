#include "shell/store/answers.hpp"

#include <gmock/gmock.h>

#include "core/base/limits/people.hpp"
#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Verdict = AnswerTables::Verdict;

constexpr std::int64_t now = 1'700'000'000'000;
constexpr std::int64_t life_ms = std::int64_t{ApiLimits::answer_s} * 1'000;
const KeyedRequest one{7, "k", R"({"password":"hunter2"})"};

class AnswerTable : public Scratch {
 protected:
  AnswerTable() : store_(open_store()), tables_(store_, vault_) {}

  Verdict begin(const KeyedRequest& request, std::int64_t now_ms = now) {
    const auto found = tables_.begin(now_ms, request);
    EXPECT_TRUE(found) << found.error().text;
    return found->verdict;
  }
  long long rows() {
    long long count = 0;
    *raw() << "SELECT COUNT(*) FROM kept_answers", soci::into(count);
    return count;
  }

  Store store_;
  AnswerTables tables_;
};

TEST_F(AnswerTable, GivesAnAnswerAgainToWhoeverAsksTheSameAgainAfterTheProcessDied) {
  EXPECT_EQ(begin(one), Verdict::fresh);
  ASSERT_TRUE(tables_.keep(one, {201, "{}", "/x"}));
  Store later = open_store();
  const auto again = AnswerTables(later, vault_).begin(now + 1, one);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->verdict, Verdict::replay);
  EXPECT_EQ(again->answer, (http::KeptAnswer{201, "{}", "/x"}));
}

TEST_F(AnswerTable, NeverLetsWhatBeganAndWasNotFinishedBeginAgain) {
  EXPECT_EQ(begin(one), Verdict::fresh);
  Store later = open_store();
  const auto again = AnswerTables(later, vault_).begin(now + 1, one);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->verdict, Verdict::unknown);
  EXPECT_EQ(again->begun_wall_ms, now);
}

TEST_F(AnswerTable, IsNotForAnotherRequestNorForAnotherAsker) {
  begin(one);
  ASSERT_TRUE(tables_.keep(one, {201, "secret", ""}));
  EXPECT_EQ(begin({7, "k", "{}"}), Verdict::other);
  EXPECT_EQ(begin({8, "k", one.text}), Verdict::fresh);
  EXPECT_EQ(begin({8, "k2", one.text}), Verdict::fresh);
}

TEST_F(AnswerTable, SaysNothingWhenNothingWasDoneOrItsTimeIsOver) {
  begin(one);
  ASSERT_TRUE(tables_.forget(one));
  EXPECT_EQ(begin(one), Verdict::fresh);
  ASSERT_TRUE(tables_.keep(one, {200, "{}", ""}));
  EXPECT_EQ(begin(one, now + life_ms), Verdict::replay);
  EXPECT_EQ(begin(one, now - life_ms), Verdict::replay) << "a clock that was set back makes nothing be done twice";
  EXPECT_EQ(begin(one, now + life_ms + 1), Verdict::fresh);
}

TEST_F(AnswerTable, IsSweptOfWhatNobodyMayHearAnyMore) {
  begin(one);
  begin({7, "later", "{}"}, now + 10);
  EXPECT_EQ(tables_.sweep(now + life_ms).value(), 0u);
  EXPECT_EQ(tables_.sweep(now + life_ms + 1).value(), 1u);
  EXPECT_EQ(rows(), 1);
}

TEST_F(AnswerTable, OfOneAskerPushesOutHisOwnAndNobodyElses) {
  const KeyedRequest mine{1, "mine", "{}"};
  begin(mine);
  ASSERT_TRUE(tables_.keep(mine, {200, "{}", ""}));
  ASSERT_TRUE(store_.together([&]() -> Expected<void> {
    for (std::size_t i = 0; i < ApiLimits::answers_of_one + 3; ++i)
      begin({2, std::to_string(i), "{}"}, now + 1 + static_cast<std::int64_t>(i));
    return {};
  }));
  EXPECT_EQ(rows(), static_cast<long long>(ApiLimits::answers_of_one) + 1);
  EXPECT_EQ(begin(mine, now + 2'000), Verdict::replay);
  EXPECT_EQ(begin({2, std::to_string(ApiLimits::answers_of_one + 2), "{}"}, now + 2'000), Verdict::unknown);
}

TEST_F(AnswerTable, HoldsSoManyOfAllAndLosesTheOldest) {
  begin(one);
  *raw() << "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " << ApiLimits::answers - 1
         << ") INSERT INTO kept_answers (slot, asker, request, begun_wall_ms, answer) SELECT 's' || i, 100 + i, '', "
         << now + 1 << ", '' FROM n";
  EXPECT_EQ(begin(one, now + 2), Verdict::unknown);
  EXPECT_EQ(begin({9, "new", "{}"}, now + 3), Verdict::fresh);
  EXPECT_EQ(rows(), static_cast<long long>(ApiLimits::answers));
  EXPECT_EQ(begin(one, now + 4), Verdict::fresh) << "it was the oldest";
}

TEST_F(AnswerTable, ManyOfAFewPushOutTheirOwnAndNotTheOneOfSomebodyElse) {
  begin(one);
  *raw()
      << "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " << ApiLimits::answers - 1
      << ") INSERT INTO kept_answers (slot, asker, request, begun_wall_ms, answer) SELECT 's' || i, 100 + i % 16, '', "
      << now + 1 << ", '' FROM n";
  EXPECT_EQ(begin({100, "more", "{}"}, now + 2), Verdict::fresh);
  EXPECT_EQ(begin({101, "more", "{}"}, now + 3), Verdict::fresh);
  EXPECT_EQ(rows(), static_cast<long long>(ApiLimits::answers));
  EXPECT_EQ(begin(one, now + 4), Verdict::unknown) << "the oldest, and the only one of its asker";
}

TEST_F(AnswerTable, TellsAThiefOfTheDatabaseAndOfTheKeyFileNothing) {
  begin(one);
  ASSERT_TRUE(tables_.keep(one, {201, R"({"password":"correct horse"})", ""}));
  std::string slot, request, answer;
  *raw() << "SELECT slot, request, answer FROM kept_answers", soci::into(slot), soci::into(request), soci::into(answer);
  for (const char* const word : {"hunter2", "correct", "horse"})
    EXPECT_THAT(slot + request + answer, Not(HasSubstr(word)));
  EXPECT_FALSE(vault_.unseal(answer, slot)) << "it takes the Idempotency-Key as well";
}

TEST_F(AnswerTable, RefusesAnAnswerThatWasMovedToAnotherKey) {
  const KeyedRequest theirs{8, "k", "{}"};
  begin(one);
  begin(theirs);
  ASSERT_TRUE(tables_.keep(one, {201, "{}", ""}));
  *raw() << "UPDATE kept_answers SET answer = (SELECT answer FROM kept_answers WHERE asker = 7) WHERE asker = 8";
  const auto found = tables_.begin(now, theirs);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().fault, Fault::wrong_key);
}

}  // namespace
}  // namespace rf::store
