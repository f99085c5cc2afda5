#include "core/base/limits/toll.hpp"
#include "core/number/pattern.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "core/number/pattern_index.hpp"

namespace rf::number {
namespace {

Pattern pattern(std::string_view text) {
  const auto out = Pattern::parse(text);
  EXPECT_TRUE(out) << text << ": " << (out ? "" : out.error().text);
  return out.value_or(Pattern{});
}

std::string fault(std::string_view text) {
  const auto out = Pattern::parse(text);
  return out ? "none" : fmt::format("{}: {}", out.error().at, out.error().text);
}

std::vector<std::uint32_t> all(const PatternIndex& index, std::string_view text) {
  const auto found = index.find(text).patterns;
  return {found.begin(), found.end()};
}

TEST(Pattern, EachLetterStandsForItsDigits) {
  for (char digit = '0'; digit <= '9'; ++digit) {
    const std::string text(1, digit);
    EXPECT_TRUE(pattern("X").matches(text));
    EXPECT_EQ(pattern("z").matches(text), digit >= '1');
    EXPECT_EQ(pattern("N").matches(text), digit >= '2');
    EXPECT_EQ(pattern("[13-5]").matches(text), digit == '1' || (digit >= '3' && digit <= '5'));
    EXPECT_EQ(pattern("[^13-5]").matches(text), !(digit == '1' || (digit >= '3' && digit <= '5')));
    EXPECT_EQ(pattern("7").matches(text), digit == '7');
  }
  EXPECT_FALSE(pattern("X").matches("*"));
  EXPECT_TRUE(pattern("*[0-9]#").matches("*5#"));
}

TEST(Pattern, ADotWantsMoreAndAnExclamationMarkDoesNot) {
  EXPECT_FALSE(pattern("_9.").matches("9"));
  EXPECT_TRUE(pattern("_9.").matches("91"));
  EXPECT_TRUE(pattern("_9.").matches("9*#1234567890"));
  EXPECT_TRUE(pattern("9!").matches("9"));
  EXPECT_TRUE(pattern("9!").matches("91"));
  EXPECT_FALSE(pattern("9X").matches("9"));
  EXPECT_FALSE(pattern("9X").matches("912"));
  EXPECT_TRUE(pattern("+44.").matches("+442079460000"));
}

TEST(Pattern, FaultsAreToldWithTheirPlace) {
  EXPECT_EQ(fault(""), "0: empty");
  EXPECT_EQ(fault("_"), "0: empty");
  EXPECT_EQ(fault("9.1"), "1: only at the end");
  EXPECT_EQ(fault("_9!X"), "2: only at the end");
  EXPECT_EQ(fault("9{3}"), "1: lengths stand behind . or !");
  EXPECT_EQ(fault("_9.{}"), "4: lengths begin with how many symbols at least");
  for (const char* broken : {"9.{3", "9.{3-5", "9.{3x}", "9.{3-5}1", "9.{3-5}.", "9.{123}", "9.{3-500}"})
    EXPECT_EQ(fault(broken), "2: lengths are such as {7-11} or {7-}, at the end") << broken;
  EXPECT_EQ(fault("9.{5-4}"), "2: the least length is over the most");
  EXPECT_EQ(fault("99.{2}"), "3: no text of the pattern is so long");
  EXPECT_EQ(fault("9.{99-}"), "2: longer than what can be dialled");
  EXPECT_EQ(fault("12[34"), "2: a set is not closed");
  EXPECT_EQ(fault("12[]"), "2: a set is empty");
  EXPECT_EQ(fault("[^0-9]"), "0: a set leaves no digit");
  EXPECT_EQ(fault("[5-1]"), "3: a range goes up");
  EXPECT_EQ(fault("[5-"), "3: a range ends with a digit");
  EXPECT_EQ(fault("[a]"), "1: a set holds digits and ranges of digits");
  EXPECT_EQ(fault("12 3"), "2: not a digit, * # +, X Z N, a set, or . or ! at the end");
  EXPECT_EQ(fault("1+"), "1: + is only at the beginning");
  EXPECT_EQ(fault(std::string(33, 'X')), "32: more than 32 symbols");
  EXPECT_EQ(fault("\xd9\xa1"), "0: not a digit, * # +, X Z N, a set, or . or ! at the end");
}

TEST(Pattern, PrefixesAndLengthsSayTheSameAsPatterns) {
  const Pattern eleven = Pattern::prefix("44")->with_lengths(10, 12).value();
  EXPECT_FALSE(eleven.matches("441234567"));
  EXPECT_TRUE(eleven.matches("4412345678"));
  EXPECT_TRUE(eleven.matches("441234567890"));
  EXPECT_FALSE(eleven.matches("4412345678901"));
  EXPECT_TRUE(pattern("+44.{11-13}").matches("+4420794600"));
  EXPECT_FALSE(pattern("+44.{11-13}").matches("+442079460"));
  EXPECT_FALSE(pattern("+44.{11-13}").matches("+44207946000000"));
  EXPECT_TRUE(pattern("0!{4}").matches("0123"));
  EXPECT_FALSE(pattern("0!{4}").matches("01234"));
  EXPECT_TRUE(pattern("_0.{4-}").matches("012345678901234"));
  EXPECT_FALSE(pattern("_0.{4-}").matches("012"));
  for (const char* text : {"44!{10-12}", "44.{10-12}", "0[1-3].{4-}", "0!{4-4}"})
    EXPECT_EQ(pattern(pattern(text).text()), pattern(text)) << text;
  EXPECT_FALSE(Pattern::prefix("4X"));
  EXPECT_FALSE(pattern("12").with_lengths(3, 4));
  EXPECT_FALSE(pattern("12.").with_lengths(5, 4));
  EXPECT_EQ(pattern("_nxx[2-9]!").text(), "NXXN!");
  EXPECT_EQ(pattern(pattern("0[1-3][^5]Z.").text()), pattern("0[1-3][^5]Z."));
}

TEST(PatternIndex, GivesAllThatFitInTheirOrder) {
  const std::vector<Pattern> patterns = {pattern("0."),   pattern("00."),      pattern("0049!"),
                                         pattern("XXXX"), pattern("0[1-9]XX"), *Pattern::prefix("004")};
  const auto index = PatternIndex::build(patterns);
  ASSERT_TRUE(index);
  EXPECT_EQ(all(*index, "0049"), (std::vector<std::uint32_t>{0, 1, 2, 3, 5}));
  EXPECT_EQ(all(*index, "0123"), (std::vector<std::uint32_t>{0, 3, 4}));
  EXPECT_EQ(all(*index, "1234"), (std::vector<std::uint32_t>{3}));
  EXPECT_EQ(all(*index, "12345"), (std::vector<std::uint32_t>{}));
  EXPECT_TRUE(index->find("123").more);
  EXPECT_FALSE(index->find("1234").more);
  EXPECT_FALSE(index->find("0049").early) << "the first that fits waits";
  EXPECT_TRUE(all(PatternIndex{}, "1").empty());
  EXPECT_TRUE(all(*PatternIndex::build({}), "1").empty());
}

TEST(PatternIndex, EarlyPatternsDoNotWait) {
  const std::vector<Pattern> patterns = {pattern("110!"), pattern("1XXX")};
  const auto index = PatternIndex::build(patterns);
  ASSERT_TRUE(index);
  EXPECT_TRUE(index->find("110").early);
  EXPECT_TRUE(index->find("110").more);
  EXPECT_FALSE(index->find("111").early);
}

std::string random_pattern(Random& random) {
  constexpr std::string_view parts[] = {"X", "Z", "N", "[1-5]", "[^03]", "*", "#", "0", "1", "2", "9"};
  std::string out;
  for (std::size_t i = 0, size = 1 + random.below(6); i < size; ++i) out += parts[random.below(std::size(parts))];
  const std::uint64_t tail = random.below(4);
  return out + (tail == 0 ? "." : tail == 1 ? "!" : "");
}

TEST(PatternIndex, AgreesWithEachPatternAskedByItself) {
  Random random(11);
  for (int round = 0; round < 60; ++round) {
    std::vector<Pattern> patterns;
    for (std::size_t i = 0, size = random.below(40); i < size; ++i) {
      patterns.push_back(pattern(random_pattern(random)));
      const auto least = static_cast<std::uint8_t>(random.below(8));
      if (const auto limited = patterns.back().with_lengths(least, static_cast<std::uint8_t>(least + random.below(5))))
        if (random.below(3) == 0) patterns.back() = *limited;
    }
    const auto index = PatternIndex::build(patterns);
    ASSERT_TRUE(index);
    for (int question = 0; question < 500; ++question) {
      std::string text(random.below(9), '0');
      for (char& c : text) c = "0123459*#+x"[random.below(random.below(30) == 0 ? 11 : 9)];
      std::vector<std::uint32_t> expected;
      for (std::uint32_t i = 0; i < patterns.size(); ++i)
        if (patterns[i].matches(text)) expected.push_back(i);
      ASSERT_EQ(all(*index, text), expected) << text;
    }
  }
}

TEST(PatternIndex, PatternsMadeToExplodeAreRefused) {
  // Which of the digits were a 1 is what a state would have to remember.
  std::vector<Pattern> hostile;
  for (std::size_t i = 0; i < 28; ++i) {
    std::string text(28, 'X');
    text[i] = '1';
    hostile.push_back(pattern(text));
  }
  const auto index = PatternIndex::build(hostile);
  ASSERT_FALSE(index);
  EXPECT_NE(index.error().find("overlap"), std::string::npos);
  std::vector<Pattern> many(NumberLimits::patterns + 1, pattern("1"));
  EXPECT_FALSE(PatternIndex::build(many));
}

}  // namespace
}  // namespace rf::number
