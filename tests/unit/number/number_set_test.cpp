#include "core/base/limits/toll.hpp"
#include "core/number/number_set.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "core/number/lists.hpp"
#include "tests/unit/number/oracle.hpp"

namespace rf::number {
namespace {

NumberSet set_of(std::string_view lines, bool may_allow = true) {
  ImportOptions options;
  options.may_allow = may_allow;
  Imported read = import_list(lines, options);
  for (const ListFault& fault : read.faults) ADD_FAILURE() << fault.line << ": " << fault.text;
  auto set = NumberSet::build(std::move(read.rules), 1);
  EXPECT_TRUE(set);
  return set ? std::move(*set) : NumberSet{};
}

/// "blocked 5", "allowed exact", "-".
std::string says(const NumberSet& set, std::string_view number) {
  const auto found = set.find(*E164::parse(number));
  if (!found) return "-";
  return fmt::format("{} {}", name_of(found->listing), found->exact ? "exact" : std::to_string(found->digits));
}

std::string fault(std::string_view line, const ImportOptions& options = {}) {
  const Imported read = import_list(line, options);
  return read.faults.empty() ? "none" : fmt::format("{}: {}", read.faults.front().line, read.faults.front().text);
}

TEST(NumberSet, TheMostSpecificRuleWins) {
  const NumberSet set = set_of(
      "blocked +371*\n"
      "allowed +37167*\n"
      "fraud +3716790*\n"
      "allowed +37167901234\n"
      "premium +3716790X5.\n"
      "satellite +8816* # Iridium and others\n");
  EXPECT_EQ(says(set, "+37129123456"), "blocked 3");
  EXPECT_EQ(says(set, "+37167000000"), "allowed 5");
  EXPECT_EQ(says(set, "+37167901235"), "fraud 7");
  EXPECT_EQ(says(set, "+37167901234"), "allowed exact");
  EXPECT_EQ(says(set, "+371679012345"), "fraud 7") << "a digit more is another number";
  EXPECT_EQ(says(set, "+37167902599"), "premium 8");
  EXPECT_EQ(says(set, "+371"), "blocked 3");
  EXPECT_EQ(says(set, "+372"), "-");
  EXPECT_EQ(says(set, "+37"), "-");
  EXPECT_EQ(says(set, "+881612345678"), "satellite 4");
  EXPECT_EQ(says(set, "+88171234"), "-");
  EXPECT_EQ(says(NumberSet{}, "+1"), "-");
}

TEST(NumberSet, OfTwoThatSayAsMuchTheFirstListWinsThenTheStricter) {
  NumberRules rules;
  const auto add = [&](std::string_view number, Listing listing, ListId source) {
    rules.numbers.push_back({*E164::parse(number), false, listing, source});
  };
  add("+37167901234", Listing::blocked, 2);
  add("+37167901234", Listing::allowed, 1);
  add("+37167905678", Listing::allowed, 3);
  add("+37167905678", Listing::fraud, 3);
  rules.patterns.push_back({*Pattern::parse("44[7]XXXXXXXXX"), Listing::premium, 4});
  rules.numbers.push_back({*E164::parse("447"), true, Listing::blocked, 5});
  const auto set = NumberSet::build(rules, 2);
  ASSERT_TRUE(set);
  EXPECT_EQ(says(*set, "+37167901234"), "allowed exact");
  EXPECT_EQ(says(*set, "+37167905678"), "fraud exact");
  EXPECT_EQ(says(*set, "+447123456789"), "premium 3");
  EXPECT_EQ(set->find(*E164::parse("+4471"))->source, 5);
}

/// As the rules are meant, one after the other.
std::optional<NumberSet::Verdict> slowly(const NumberRules& rules, const E164& number) {
  std::optional<NumberSet::Verdict> best;
  const auto offer = [&](NumberSet::Verdict other) {
    const auto rank = [](const NumberSet::Verdict& v) {
      return std::tuple(v.exact, v.digits, -static_cast<int>(v.source), static_cast<int>(v.listing));
    };
    if (!best || rank(other) > rank(*best)) best = other;
  };
  for (const NumberRule& rule : rules.numbers)
    if (rule.prefix ? number.starts_with(rule.number) : number == rule.number)
      offer({rule.listing, rule.source, static_cast<std::uint8_t>(rule.number.size()), !rule.prefix});
  for (const PatternRule& rule : rules.patterns)
    if (rule.pattern.matches(number.digits()))
      offer({rule.listing, rule.source, static_cast<std::uint8_t>(rule.pattern.specificity()), false});
  return best;
}

TEST(NumberSet, AgreesWithEveryRuleAskedByItself) {
  Random random(12);
  const auto number = [&](std::size_t most) {
    std::string text = std::to_string(1 + random.below(9));
    for (std::size_t i = random.below(most); i > 0; --i) text += "0199"[random.below(4)];
    return *E164::parse(text);
  };
  for (int round = 0; round < 150; ++round) {
    NumberRules rules;
    for (std::size_t i = random.below(200); i > 0; --i)
      rules.numbers.push_back({number(round % 2 == 0 ? 4 : 15), random.below(2) == 0,
                               static_cast<Listing>(random.below(6)), static_cast<ListId>(random.below(3))});
    for (std::size_t i = random.below(8); i > 0; --i) {
      std::string text = number(3).digits();
      for (std::size_t j = random.below(4); j > 0; --j) text += std::array{"X", "N", "[19]", "0"}[random.below(4)];
      if (random.below(2) == 0) text += "!";
      rules.patterns.push_back(
          {*Pattern::parse(text), static_cast<Listing>(random.below(6)), static_cast<ListId>(random.below(3))});
    }
    const auto set = NumberSet::build(rules, 2);
    ASSERT_TRUE(set);
    for (int question = 0; question < 400; ++question) {
      const E164 asked = number(round % 2 == 0 ? 6 : 15);
      ASSERT_EQ(set->find(asked), slowly(rules, asked)) << asked.text();
    }
  }
}

TEST(NumberSet, AMillionNumbersTakeFifteenBytesEach) {
  NumberRules rules;
  for (std::uint64_t i = 0; i < 1'000'000; ++i)
    rules.numbers.push_back({*E164::parse(std::to_string(370'000'000'000 + i * 7'919)), false, Listing::blocked, 1});
  const auto set = NumberSet::build(std::move(rules), 3);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->numbers(), 1'000'000u);
  EXPECT_LT(set->bytes(), 15'000'000u);
}

TEST(Lists, FaultsAreToldLineByLineAndTheRestIsRead) {
  const Imported read = import_list(
      "# a list\n"
      "+447700900123\n"
      "447700900124 ; without +\n"
      "\r\n"
      "00447700900125\n"
      "+44 7700 900126\n"
      "fraud +882*\n"
      "nonsense +883*\n"
      "+44770090012x.9\n",
      {});
  EXPECT_EQ(read.rules.numbers.size(), 3u);
  ASSERT_EQ(read.faults.size(), 4u);
  EXPECT_EQ(read.faults[0].line, 5u);
  EXPECT_EQ(read.faults[0].text, "'00447700900125' begins with 0: write the number with its country code");
  EXPECT_EQ(read.faults[1].text, "'+44' is no verdict");
  EXPECT_EQ(read.faults[2].text, "'nonsense' is no verdict");
  EXPECT_EQ(read.faults[3].text, "at 13: only at the end");
}

TEST(Lists, AListCannotCutOffTheWorldTheCountryOrTheAmbulance) {
  ImportOptions german;
  german.home = country("DE");
  EXPECT_EQ(fault("*"), "1: covers every number");
  EXPECT_EQ(fault("X."), "1: 'X.' is not within one country code");
  EXPECT_EQ(fault("."), "1: '.' is not within one country code");
  EXPECT_EQ(fault("+4*"), "1: no country has the calling code of +4");
  EXPECT_EQ(fault("+4[49]."), "1: '4[49].' is not within one country code");
  EXPECT_EQ(fault("+49*"), "none") << "of another country a calling code may be blocked";
  EXPECT_EQ(fault("+49*", german), "1: +49* covers all of the home country");
  EXPECT_EQ(fault("+49XX!", german), "1: '49XX!' covers all of the home country");
  EXPECT_EQ(fault("112", german), "1: 112 is an emergency number");
  EXPECT_EQ(fault("110*", german), "1: 110 is an emergency number");
  EXPECT_EQ(fault("+49112"), "1: 49112 is an emergency number");
  EXPECT_EQ(fault("+49112*"), "1: 49112 is an emergency number");
  EXPECT_EQ(fault("+1911"), "1: 1911 is an emergency number");
  EXPECT_EQ(fault("+4911X"), "1: '4911X' takes in an emergency number");
  EXPECT_EQ(fault("+44"), "1: +44 is a calling code; a range ends with *");
  EXPECT_EQ(fault("+4470X*"), "1: a pattern of numbers has digits only; . or ! says that more may follow");
}

TEST(Lists, AStrangersListCannotAllow) {
  EXPECT_EQ(fault("allowed +37190001234"), "1: this list may not allow numbers");
  ImportOptions own;
  own.may_allow = true;
  EXPECT_EQ(fault("allowed +37190001234", own), "none");
}

TEST(Lists, FaultsAreCountedWhenThereAreTooManyToTell) {
  std::string text;
  for (std::size_t i = 0; i < NumberLimits::list_faults + 5; ++i) text += "x\n";
  text += std::string(600, '1');
  const Imported read = import_list(text, {});
  EXPECT_EQ(read.faults.size(), NumberLimits::list_faults);
  EXPECT_EQ(read.fault_count, NumberLimits::list_faults + 6);
}

}  // namespace
}  // namespace rf::number
