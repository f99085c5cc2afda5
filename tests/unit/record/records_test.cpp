#include "core/record/records.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rf::record {
namespace {

TEST(Records, EveryResultHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  const int count = static_cast<int>(CallResult::interrupted) + 1;
  for (int i = 0; i < count; ++i) words.insert(text_of(static_cast<CallResult>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(count));
  EXPECT_FALSE(words.contains(""));
}

TEST(Records, WhoEndedACallHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  const int count = static_cast<int>(EndedBy::operator_) + 1;
  for (int i = 0; i < count; ++i) words.insert(text_of(static_cast<EndedBy>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(count));
  EXPECT_FALSE(words.contains(""));
}

TEST(Records, ARecordThatNobodyFilledStandsForOneCallThatIsOpenAndNeverAnswered) {
  const Cdr cdr;
  EXPECT_EQ(cdr.result, CallResult::open);
  EXPECT_EQ(cdr.ended_by, EndedBy::nobody);
  EXPECT_EQ(cdr.answered_wall_ms, 0);
  EXPECT_EQ(cdr.ended_wall_ms, 0);
  EXPECT_EQ(cdr.attempts, 1u);
}

}  // namespace
}  // namespace rf::record
