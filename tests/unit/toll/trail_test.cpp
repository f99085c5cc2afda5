#include "core/toll/trail.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/toll/pins.hpp"
#include "tests/unit/toll/office.hpp"

namespace rf::toll {
namespace {

using testing::EndsWith;
using testing::StartsWith;

std::string trail_of(const PlanRef& plan, const Question& question, std::vector<Step>* trace = nullptr) {
  const Decision decision = decide(*plan, {0, wall_ms}, question, trace);
  std::string trail;
  add_decision(trail, *plan, question, decision);
  return trail;
}

/// An office with something of everything that a rule can be about.
Terms demanding_office() {
  Terms terms = office();
  terms.trunks.push_back(trunk_of(2, "second", ""));
  terms.routes[0].trunks.push_back({"second", {}});
  terms.routes[0].pins = "abroad";
  PinListTerms pins;
  pins.name = "abroad";
  pins.tenant = tenant;
  pins.pins.push_back({"project-7", pin_digest(terms.pin_key, "abroad", "748159")});
  terms.pin_lists.push_back(std::move(pins));
  terms.lists.push_back({"own", tenant, {"blocked +442079460001", "fraud +442079460002", "premium +44207946001*"}});
  ExtensionTerms& phone = terms.extensions[0];
  phone.reach = Reach::international;
  phone.countries.set(Country::parse("GB")->index);
  phone.allowed_classes = class_bit(number::Class::premium);
  phone.forward.reach = Reach::national;
  terms.tenants[0].emergency_test = "933";
  terms.tenants[0].emergency.push_back("933");
  return terms;
}

TEST(Trail, NamesTheRulesThatDecideAskedInTheirOrderAndTheOneThatRefused) {
  const PlanRef plans[] = {plan_of(office()), plan_of(demanding_office())};
  using For = Question::For;
  std::size_t refused = 0, left = 0;
  for (const PlanRef& plan : plans)
    for (const For purpose : {For::call, For::forward, For::transfer})
      for (const char* dialled :
           {"030 1234567", "+442079460000", "+442079460001", "+442079460002", "+442079460010", "+33142685300", "112",
            "933", "0900 5123456", "115", "*98", "1002", "nonsense", "", "+881612345678", "+49301234567;ext=1"}) {
        std::vector<Step> trace;
        const std::string trail = trail_of(plan, {tenant, alice, dialled, purpose}, &trace);
        std::vector<std::pair<std::string, bool>> asked, kept;
        for (const Step& step : trace) asked.emplace_back(name_of(step.check), step.passed);
        for (const TrailStep& step : steps_of(trail)) kept.emplace_back(step.rule, step.passed);
        EXPECT_EQ(kept, asked) << dialled << "\n" << trail;
        for (const TrailStep& step : steps_of(trail)) EXPECT_FALSE(step.text.empty()) << trail;
        ++(kept.back().second ? left : refused);
      }
  EXPECT_GT(refused, 10u);
  EXPECT_GT(left, 10u);
}

TEST(Trail, TellsWhatAppliedByTheNamesOfThen) {
  const PlanRef plan = plan_of(demanding_office());
  EXPECT_EQ(trail_of(plan, {tenant, alice, "+442079460010"}),
            "meaning: fixed of GB\n"
            "reach: international, and it may call international\n"
            "country: GB is among its countries\n"
            "listed: premium by the list own\n"
            "kind: fixed numbers may be called\n"
            "route: by the route all\n"
            "pin: one of abroad is asked for\n"
            "trunk: not by second\n"
            "price: first at 0.05 EUR a minute");
  EXPECT_THAT(trail_of(plan, {tenant, alice, "+442079460002"}),
              EndsWith("\n!listed: +442079460002 is known for fraud by the list own"));
  EXPECT_THAT(trail_of(plan, {tenant, alice, "+442079460010", Question::For::forward}),
              EndsWith("!reach: this is international, and the extension may forward within its country"));
  EXPECT_EQ(trail_of(plan, {tenant, alice, "112"}), "meaning: an emergency number\ntrunk: 2 to try");
}

TEST(Trail, KeepsTheLastRulesWithinItsBoundWhateverIsWrittenIntoIt) {
  std::string trail;
  for (int i = 0; i < 10'000; ++i) {
    add_passed(trail, Check::route, std::string(static_cast<std::size_t>(i % 3'000), 'x'));
    ASSERT_LE(trail.size(), TollLimits::trail_bytes) << i;
    add_refused(trail, Check::money, std::to_string(i));
    ASSERT_LE(trail.size(), TollLimits::trail_bytes) << i;
    ASSERT_THAT(trail, EndsWith("\n!money: " + std::to_string(i)));
    ASSERT_THAT(trail, testing::AnyOf(StartsWith("route: "), StartsWith("route\n"), StartsWith("!money: ")))
        << "whole lines leave";
  }
  std::string other;
  add_passed(other, Check::pace);
  append(other, trail);
  EXPECT_LE(other.size(), TollLimits::trail_bytes);
  EXPECT_THAT(other, EndsWith("!money: 9999"));
}

TEST(Trail, WhatWasDialledForgesNoRuleAndIsCutBetweenCharacters) {
  std::string trail;
  add_refused(trail, Check::meaning, "\"1\r\nmoney: passed\n!x\x7f\" means no number");
  ASSERT_EQ(steps_of(trail).size(), 1u);
  EXPECT_EQ(steps_of(trail)[0].rule, "meaning");
  EXPECT_FALSE(steps_of(trail)[0].passed);
  for (const char c : trail) EXPECT_TRUE(c >= 0x20 && c != 0x7f) << int{c};
  for (std::size_t ahead = 0; ahead < 4; ++ahead) {
    std::string wide(ahead, 'x');
    for (int i = 0; i < 200; ++i) wide += "\u20ac";
    std::string cut;
    add_passed(cut, Check::hours, wide);
    EXPECT_LE(cut.size(), TollLimits::trail_text_bytes + std::string_view("hours: ").size());
    EXPECT_THAT(cut, EndsWith("\u20ac...")) << ahead;
  }
}

TEST(Trail, ComesBackAsItWasWritten) {
  std::string trail;
  EXPECT_TRUE(steps_of(trail).empty());
  add_passed(trail, Check::pace);
  add_passed(trail, habits_rule, "45 of 100: at night");
  add_refused(trail, Check::lines, "trunk 1: 5 calls at once, 5 are allowed");
  const auto steps = steps_of(trail);
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0].rule, "pace");
  EXPECT_EQ(steps[0].text, "");
  EXPECT_EQ(steps[1].text, "45 of 100: at night");
  EXPECT_EQ(steps[2].rule, "lines");
  EXPECT_FALSE(steps[2].passed);
}

}  // namespace
}  // namespace rf::toll
