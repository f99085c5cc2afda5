// Answers that are kept for those who ask again, and how fast one may ask.
#include "core/http/kept.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/people.hpp"
#include "core/http/pace.hpp"

namespace rf::http {
namespace {

TEST(KeptAnswers, AreReadAsTheyWereWritten) {
  const KeptAnswer plain{201, R"({"password":"a\"b\n"})", "/api/v1/extensions/2001", false};
  EXPECT_EQ(parse_kept(text_of(plain)), plain);
  const KeptAnswer bare{200, "", "", false};
  EXPECT_EQ(parse_kept(text_of(bare)), bare);
}

TEST(KeptAnswers, ThatAreTooLongKeepThatTheyWereGiven) {
  const KeptAnswer most{200, std::string(ApiLimits::answer_bytes, 'x'), "", false};
  EXPECT_EQ(parse_kept(text_of(most)), most);
  const KeptAnswer longer{200, std::string(ApiLimits::answer_bytes + 1, 'x'), "", false};
  EXPECT_EQ(parse_kept(text_of(longer)), (KeptAnswer{200, "", "", true}));
  EXPECT_LT(text_of(longer).size(), 64u);
}

TEST(KeptAnswers, AreNothingElse) {
  for (const char* const text : {"", "[]", "{}", R"({"status":"200"})", R"({"status":200,"body":7,"location":""})",
                                 R"({"status":200,"body":""})", "{\"status\":200"})
    EXPECT_FALSE(parse_kept(text)) << text;
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
