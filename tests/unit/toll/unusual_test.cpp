// From the plan's thresholds to what becomes of a call that fits no habit.
#include <gtest/gtest.h>

#include "core/toll/unusual.hpp"

namespace rf::toll {
namespace {

constexpr TenantId tenant{1};
constexpr ExtensionId ann{11};
/// A Saturday, 02:30 UTC.
constexpr Now night{0, 1'767'407'400'000};

struct UnusualCalls : ::testing::Test {
  PlanRef plan() const {
    Terms terms;
    TenantTerms one;
    one.id = tenant;
    one.home = *Country::parse("DE");
    one.spending.unusual = {};
    one.unusual_pins = pins;
    terms.tenants.push_back(one);
    ExtensionTerms extension;
    extension.id = ann;
    extension.tenant = tenant;
    extension.spending.unusual = thresholds;
    terms.extensions.push_back(extension);
    PinListTerms list;
    list.name = "staff";
    list.tenant = tenant;
    terms.pin_lists.push_back(list);
    list.name = "clients";
    list.asks = PinListTerms::Asks::account_code;
    terms.pin_lists.push_back(list);
    auto compiled = Plan::compile(std::move(terms), {{tenant, "1001", ann}}, 0);
    return compiled ? *compiled : nullptr;
  }
  /// A call of decide()'s kind that may leave, to a number of no country, which nobody has called by night.
  Decision decision(Decision::Action action = Decision::Action::leave) const {
    Decision out;
    out.action = action;
    out.number = *number::E164::parse("+883510001234567");
    out.kind = number::Class::global_network;
    out.pins = route_pins;
    return out;
  }
  Unusual judge(const Plan& of, Question::For purpose = Question::For::call) const {
    return judge_habits(of, patterns, night, {tenant, ann, "00883510001234567", purpose}, decision(), "1001");
  }

  pattern::Thresholds thresholds{40, 0, 90};
  std::string pins, route_pins;
  pattern::Patterns patterns{{{}, 3}};
};

TEST_F(UnusualCalls, AnAlertSaysWhyInOneLine) {
  const PlanRef p = plan();
  const Unusual unusual = judge(*p);
  EXPECT_EQ(unusual.action, pattern::Action::alert);
  EXPECT_EQ(unusual.why,
            "score 55: first call to a network of no country; 1001 has called on 0 days so far; a global_network "
            "number; at 02:30 on Saturday, by night, and nothing is known of when 1001 calls");
}

TEST_F(UnusualCalls, WithoutThresholdsNothingIsSaid) {
  thresholds = {};
  const PlanRef p = plan();
  EXPECT_EQ(judge(*p).action, pattern::Action::none);
  EXPECT_TRUE(judge(*p).why.empty());
}

TEST_F(UnusualCalls, AStepUpTakesTheRoutesListAndThenTheTenants) {
  thresholds = {40, 50, 90};
  pins = "staff";
  const PlanRef p = plan();
  EXPECT_EQ(judge(*p).action, pattern::Action::pin);
  EXPECT_EQ(judge(*p).pins, "staff");
}

TEST_F(UnusualCalls, AStepUpThatNobodyCouldPassIsARefusal) {
  thresholds = {40, 50, 90};
  const PlanRef p = plan();
  EXPECT_EQ(judge(*p).action, pattern::Action::block) << "no list";
  pins = "staff";
  const PlanRef with_list = plan();
  EXPECT_EQ(judge(*with_list, Question::For::forward).action, pattern::Action::block) << "nobody is there to enter one";
  pins = "";
  route_pins = "gone";
  EXPECT_EQ(judge(*p).action, pattern::Action::block) << "a list that is not there is none";
}

TEST_F(UnusualCalls, AnAccountCodeProvesNothingToAStepUp) {
  thresholds = {40, 50, 90};
  route_pins = "clients";
  const PlanRef p = plan();
  EXPECT_EQ(judge(*p).action, pattern::Action::block) << "the thief of a password knows the code from a bill";
  pins = "staff";
  const PlanRef with_list = plan();
  EXPECT_EQ(judge(*with_list).action, pattern::Action::pin);
  EXPECT_EQ(judge(*with_list).pins, "staff") << "instead of the code";
  pins = "clients";
  EXPECT_EQ(plan(), nullptr);
}

TEST_F(UnusualCalls, AListThatIsNotThereIsAFaultOfThePlan) {
  pins = "nobody";
  EXPECT_EQ(plan(), nullptr);
}

TEST_F(UnusualCalls, AnEmergencyCallIsNeverJudged) {
  thresholds = {1, 1, 1};
  const PlanRef p = plan();
  const Unusual unusual =
      judge_habits(*p, patterns, night, {tenant, ann, "112"}, decision(Decision::Action::emergency), "1001");
  EXPECT_EQ(unusual.action, pattern::Action::none);
}

}  // namespace
}  // namespace rf::toll
