// What a trunk brings: read, led and told as one, for calls and for whoever only asks.
#include "core/toll/incoming.hpp"

#include <gmock/gmock.h>

#include "core/toll/inside.hpp"
#include "core/toll/trail.hpp"
#include "tests/unit/toll/office.hpp"

namespace rf::toll {
namespace {

using testing::ElementsAre;

InboundTerms inbound(std::string name, std::vector<std::string> called, std::string extension = "1001") {
  InboundTerms out;
  out.name = std::move(name);
  out.tenant = tenant;
  out.called = std::move(called);
  out.extension = std::move(extension);
  return out;
}

Desk desk() {
  return {{.money = {}, .toll = {.pace_records = 64, .pace_destinations = 64, .line_calls = 8}},
          money::Ledger(euro(), {.accounts = 1, .reservations = 1}, HashKey(1))};
}

/// The call that `from` makes to `to` by the first trunk; nobody: one who shows no number.
struct Asked {
  std::vector<PassedOver> passed_over;
  Incoming call;

  Asked(const Plan& plan, std::string_view to, std::string_view from) {
    trunk::InboundClaims claims;
    claims.from = {from, from.empty() ? "anonymous.invalid" : "first.example", {}};
    call = read_incoming(plan, {0, wall_ms}, {*plan.trunk(TrunkId{1}), to, claims}, &passed_over);
  }
  std::vector<std::string> passed(const Plan& plan) const {
    std::vector<std::string> out;
    for (const PassedOver& each : passed_over) out.push_back(plan.terms().inbound[each.route].name + ": " + each.why);
    return out;
  }
};

TEST(Incoming, EveryRouteThatIsPassedOverSaysWhyAndThoseBehindSayNothing) {
  Terms terms = office();
  terms.trunks.push_back(trunk_of(2, "second", "world"));
  terms.inbound.push_back(inbound("elsewhere", {"+4940."}));
  terms.inbound.push_back(inbound("by-another", {"+4930."}));
  terms.inbound.back().trunk = "second";
  terms.inbound.push_back(inbound("off", {"+4930."}));
  terms.inbound.back().enabled = false;
  terms.inbound.push_back(inbound("known", {}));
  terms.inbound.back().anonymous = false;
  terms.inbound.back().callers = {"+33."};
  terms.inbound.push_back(inbound("foreign", {"+4930."}));
  terms.inbound.back().tenant = TenantId{2};
  terms.inbound.push_back(inbound("all", {"+4930."}));
  terms.inbound.push_back(inbound("behind", {}));
  TenantTerms neighbour;
  neighbour.id = TenantId{2};
  neighbour.home = *Country::parse("DE");
  terms.tenants.push_back(neighbour);
  const PlanRef plan = plan_of(std::move(terms));
  const Asked some(*plan, "+493012345", "+442079460000");
  EXPECT_EQ(some.call.arrival.why, "by the inbound route all");
  EXPECT_THAT(some.passed(*plan),
              ElementsAre("elsewhere: it is for other numbers", "by-another: it is for calls by the trunk second",
                          "off: it is switched off", "known: it is for other callers"));
  const Asked hidden(*plan, "+493012345", "");
  EXPECT_EQ(hidden.call.shown(), "anonymous");
  EXPECT_EQ(hidden.passed(*plan).back(), "known: it takes nobody who shows no number");
  const Asked french(*plan, "+493012345", "+33142685300");
  EXPECT_EQ(french.call.arrival.why, "by the inbound route known");
  EXPECT_EQ(french.passed_over.size(), 3u);
}

TEST(Incoming, WhatIsToldOfTheRoutesDecidesNothing) {
  Terms terms = office();
  for (int i = 0; i < 20; ++i) {
    terms.inbound.push_back(inbound("route-" + std::to_string(i), {"+4930" + std::to_string(i % 7) + "."}));
    if (i % 3 == 0) terms.inbound.back().callers = {"+33."};
    if (i % 5 == 0) terms.inbound.back().anonymous = false;
    if (i % 4 == 0) terms.inbound.back().called.clear();
  }
  const PlanRef plan = plan_of(std::move(terms));
  for (int i = 0; i < 10; ++i)
    for (const char* from : {"", "+33142685300", "+442079460000", "1001"}) {
      const std::string to = "+4930" + std::to_string(i) + "55";
      const Asked told(*plan, to, from);
      const Arrival plain =
          decide_arrival(*plan, {0, wall_ms}, {tenant, "first", to, from, std::string_view(from).empty()});
      EXPECT_EQ(told.call.arrival.route, plain.route) << to << " from " << from;
      EXPECT_EQ(told.call.arrival.why, plain.why);
      // As many as stand before it, all of this tenant's.
      EXPECT_EQ(told.passed_over.size(), std::min<std::size_t>(plain.route, 20));
    }
}

TEST(Incoming, TheTrunksWayToWriteNumbersIsReadForBothSides) {
  Terms terms = office();
  terms.trunks[0].believe.format.shape = trunk::NumberShape::national;
  terms.trunks[0].believe.format.country = "49";
  terms.inbound.push_back(inbound("all", {"+4930."}));
  const PlanRef plan = plan_of(std::move(terms));
  const Asked call(*plan, "03012345", "08912345");
  EXPECT_EQ(call.call.called, "+493012345");
  EXPECT_EQ(call.call.shown(), "+498912345");
  EXPECT_EQ(call.call.arrival.extension, "1001");
}

TEST(Incoming, AnAdmissionSaysItsRuleInTheTrailAndWhy) {
  Terms terms = office();
  terms.inbound.push_back(inbound("pests", {"+4930."}, ""));
  terms.inbound.back().callers = {"+33."};
  terms.inbound.back().target = InboundTerms::Target::reject;
  terms.inbound.push_back(inbound("all", {"+4930."}));
  terms.inbound.back().caller_pace = PaceRule{};
  terms.inbound.back().caller_pace->calls = 1;
  terms.inbound.back().caller_pace->period_s = 60;
  const PlanRef plan = plan_of(std::move(terms));
  const TrunkTerms& trunk = *plan->trunk(TrunkId{1});
  Desk one = desk();
  const auto said = [&](std::string_view to, std::string_view from) {
    Asked asked(*plan, to, from);
    const Admission told = admit(one, {0, wall_ms}, *plan, trunk, asked.call);
    EXPECT_EQ(told.why.empty(), told.answer == Admission::Answer::taken);
    std::vector<std::string> steps;
    for (const TrailStep& step : steps_of(told.trail))
      steps.push_back((step.passed ? "" : "!") + std::string(step.rule) + ": " + std::string(step.text));
    return std::pair(told.answer, steps);
  };
  using Answer = Admission::Answer;
  EXPECT_EQ(said("+4930123", "+33142685300"),
            (std::pair{Answer::rejected, std::vector<std::string>{"!route: by the inbound route pests"}}));
  EXPECT_EQ(said("+4940123", "+442079460000"),
            (std::pair{Answer::nobody,
                       std::vector<std::string>{"!route: no inbound route takes +4940123 from +442079460000"}}));
  EXPECT_EQ(said("+4930123", "+442079460000"),
            (std::pair{Answer::taken, std::vector<std::string>{"route: by the inbound route all", "pace: "}}));
  const auto [answer, steps] = said("+4930123", "+442079460000");
  EXPECT_EQ(answer, Answer::rejected) << "the second one within a minute";
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[1],
            "!pace: +442079460000 called more than 1 times in 60 s, which is the caller_pace of the inbound route all");
}

/// What an extension and a group look like to a call.
struct State {
  bool is_busy = false, is_offline = false, is_empty = false;
  bool busy() const { return is_busy; }
  bool offline() const { return is_offline; }
  bool any_of(const RingGroupTerms&) const { return !is_empty; }
};

TEST(Inside, ForwardingGoesBeforeTheGroupAndAlwaysBeforeBusyBeforeOffline) {
  Terms terms = office();
  ExtensionTerms who;
  who.id = alice;
  who.tenant = tenant;
  who.forward.busy = "1002";
  who.forward.offline = "1003";
  terms.extensions = {who};
  RingGroupTerms group;
  group.name = "desk";
  group.tenant = tenant;
  group.number = "600";
  group.members = {"1001"};
  group.otherwise = "1001";
  terms.ring_groups.push_back(group);
  const PlanRef plan =
      plan_of(terms, {{tenant, "1001", alice}, {tenant, "1002", ExtensionId{2}}, {tenant, "1003", ExtensionId{3}}});
  using To = Inside::To;
  const auto lead = [&](std::string_view number, ExtensionId id, State state) {
    return lead_inside(*plan, tenant, number, id, state);
  };
  EXPECT_EQ(lead("1001", alice, {}).to, To::phones);
  EXPECT_EQ(lead("1001", alice, {.is_busy = true, .is_offline = true}).number, "1002");
  EXPECT_EQ(lead("1001", alice, {.is_offline = true}).number, "1003");
  EXPECT_EQ(lead("1002", ExtensionId{2}, {.is_busy = true}).to, To::busy);
  EXPECT_EQ(lead("1002", ExtensionId{2}, {.is_offline = true}).to, To::offline);
  EXPECT_EQ(lead("600", {}, {}).to, To::members);
  const Inside empty = lead("600", {}, {.is_empty = true});
  EXPECT_EQ(empty.to, To::otherwise);
  EXPECT_EQ(empty.number, "1001");
  EXPECT_EQ(lead("1009", {}, {}).to, To::outside);
  EXPECT_EQ(why_not_onward("1001", 1, false), std::nullopt);
  EXPECT_EQ(why_not_onward("1001", 1, true), "forwarding comes back to 1001");
  EXPECT_NE(why_not_onward("1001", CallLimits::redirections, false), std::nullopt);
}

}  // namespace
}  // namespace rf::toll
