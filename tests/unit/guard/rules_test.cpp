#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/guard/builtin.hpp"
#include "sim/trace.hpp"

namespace rf::guard {
namespace {

using namespace sim;

std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path << " is missing: a rule is data plus an attack and an honest trace";
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const BuiltinRule& rule : builtin_rules()) out.emplace_back(rule.name);
  return out;
}

class EachRule : public ::testing::TestWithParam<std::string> {
 protected:
  std::string trace(const char* which) const {
    return text_of_file(std::filesystem::path(RULES_DIR) / GetParam() / (std::string(which) + ".txt"));
  }
  void expect_as_written(Gate& world, const char* which) const {
    for (const std::string& fault : play(world, trace(which))) ADD_FAILURE() << which << ".txt " << fault;
  }
};

TEST_P(EachRule, IsTheTextOfItsFolder) {
  const std::string text = text_of_file(std::filesystem::path(RULES_DIR) / GetParam() / "rule.txt");
  for (const BuiltinRule& rule : builtin_rules()) EXPECT_TRUE(rule.name != GetParam() || rule.text == text);
  EXPECT_FALSE(rule_named(Rules::defaults(), GetParam()).about.empty());
}

TEST_P(EachRule, AloneSeesItsAttack) {
  Rules rules = quiet();
  rules.counting.push_back(rule_named(Rules::defaults(), GetParam()));
  Gate world(compiled(rules));
  expect_as_written(world, "attack");
}

TEST_P(EachRule, LeavesHonestPhonesAloneTogetherWithAllOthers) {
  Gate world;
  expect_as_written(world, "honest");
}

TEST_P(EachRule, IsMeasuredByItsTraces) {
  const Worth worth = measure(GetParam(), trace("attack"), trace("honest"));
  const Rules rules = Rules::defaults();
  const CountingRule& rule = rule_named(rules, GetParam());
  EXPECT_GE(worth.caught_ms, 0) << "never";
  EXPECT_LE(worth.caught_ms, std::int64_t{2'000} * rule.period_s) << "two periods of the rule at most";
  EXPECT_GT(worth.honest, 0u);
  EXPECT_EQ(worth.false_bans, 0u);
}

INSTANTIATE_TEST_SUITE_P(All, EachRule, ::testing::ValuesIn(names()), [](const auto& instance) {
  std::string name = instance.param;
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
});

TEST(Rules, EveryAttackIsStoppedByAllRulesTogether) {
  for (const std::string& name : names()) {
    Gate world;
    std::string trace = text_of_file(std::filesystem::path(RULES_DIR) / name / "attack.txt");
    // Another rule may be quicker, and one that bans may come before one that throttles; somebody must.
    std::istringstream lines(trace);
    std::string acts;
    for (std::string line; std::getline(lines, line);)
      if (line.rfind("expect", 0) != 0) acts += line + "\n";
    EXPECT_EQ(play(world, acts), std::vector<std::string>{});
    std::size_t caught = 0;
    for (const Event& event : world.events())
      caught += event.kind == Event::Kind::banned || event.kind == Event::Kind::throttled;
    EXPECT_GE(caught, 1u) << name;
  }
}

TEST(Rules, RoundTripThroughTheirText) {
  for (const CountingRule& rule : Rules::defaults().counting) {
    const auto again = parse_behaviour(rule.name, text_of(rule));
    ASSERT_TRUE(again) << rule.name << ": " << again.error().text;
    EXPECT_EQ(text_of(*again), text_of(rule));
  }
  const auto defence = Rules::defaults().defence;
  std::string text;
  for (const DefenceRule& rule : defence) text += text_of(rule) + "\n";
  const auto again = parse_defence(text);
  EXPECT_TRUE(again.faults.empty());
  ASSERT_EQ(again.entries.size(), defence.size());
  for (std::size_t i = 0; i < defence.size(); ++i) EXPECT_EQ(text_of(again.entries[i]), text_of(defence[i]));
}

TEST(Rules, HaveTheNumbersOfTheMission) {
  const Rules rules = Rules::defaults();
  const auto is = [&](const char* name, std::uint32_t threshold, std::uint32_t period_s) {
    EXPECT_EQ(rule_named(rules, name).threshold, threshold) << name;
    EXPECT_EQ(rule_named(rules, name).period_s, period_s) << name;
  };
  is("sip-udp-rate", 40, 2);
  is("sip-stream-rate", 40, 2);
  is("packets-level-1", 500, 1);
  is("packets-level-2", 2'000, 1);
  is("failed-authentication", 50, 60);
  EXPECT_EQ(rule_named(rules, "failed-authentication").duration_s, 3'600u);
  EXPECT_EQ(rule_named(rules, "unanswered-challenges").duration_s, 3'600u);
}

TEST(Rules, MoreCountersThanASourceHasAreRefusedByName) {
  Rules rules = Rules::defaults();
  for (std::uint32_t i = 0; i < 4; ++i) {
    CountingRule custom;
    custom.name = "custom-" + std::to_string(i);
    custom.signals = 1;
    custom.threshold = 100 + i;
    custom.period_s = 7 + i;
    rules.counting.push_back(custom);
  }
  const auto out = Compiled::compile(rules, {});
  ASSERT_FALSE(out);
  EXPECT_NE(out.error().front().text.find("custom-"), std::string::npos);
}

TEST(Rules, FaultsOfATextNameTheLine) {
  const auto rule = parse_behaviour("x", "signal = packet\nthreshold = 0\n");
  ASSERT_FALSE(rule);
  EXPECT_EQ(rule.error().line, 2u);
  EXPECT_FALSE(parse_behaviour("x", "threshold = 5\n"));
  EXPECT_FALSE(parse_behaviour("x", "signal = packets\n"));
  EXPECT_FALSE(parse_behaviour("x", "signal = packet\nperiod = 5 weeks\n"));
  EXPECT_FALSE(parse_behaviour("x", "signal = packet\ncount = distinct\nthreshold = 25\n"));
  EXPECT_FALSE(parse_behaviour("x", "signal packet\n"));
}

}  // namespace
}  // namespace rf::guard
