#include "core/toll/decide.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "core/money/deck_reader.hpp"
#include "core/toll/pins.hpp"

namespace rf::toll {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr TenantId tenant{1};
constexpr ExtensionId alice{1}, bob{2};
const Country germany = *Country::parse("DE");

money::Currency euro() {
  return *money::Currency::parse("EUR");
}

std::shared_ptr<const money::Deck> deck_of(std::string_view csv) {
  money::DeckDefaults defaults;
  defaults.currency = euro();
  auto rows = money::read_deck(csv, defaults);
  EXPECT_TRUE(rows) << rows.error().told.front().text;
  return std::make_shared<const money::Deck>(*money::Deck::of(std::move(*rows)));
}

TrunkTerms trunk_of(std::uint64_t id, std::string name, std::string deck = {}) {
  TrunkTerms out;
  out.line.id = TrunkId{id};
  out.line.tenant = tenant;
  out.line.name = name;
  out.line.uri = "sip:" + name + ".example";
  out.deck = std::move(deck);
  out.identity.id = out.line.id;
  out.identity.name = std::move(name);
  out.identity.kind = trunk::TrunkKind::peer_address;
  out.identity.sources = {{*Subnet::parse("203.0.113." + std::to_string(id)), 0}};
  return out;
}

/// An office in Berlin with two carriers.
Terms office() {
  Terms terms;
  terms.currency = euro();
  TenantTerms home;
  home.id = tenant;
  home.home = germany;
  home.area_code = "30";
  terms.tenants.push_back(home);
  terms.decks.push_back({"world", deck_of("prefix,rate_per_min\n49,0.01\n44,0.05\n37190,2.5\n4490,1.5\n")});
  terms.decks.push_back({"cheap", deck_of("prefix,rate_per_min\n44,0.03\n")});
  terms.trunks.push_back(trunk_of(1, "first", "world"));
  terms.trunks.push_back(trunk_of(2, "second", "cheap"));
  RouteTerms all;
  all.name = "all";
  all.tenant = tenant;
  all.patterns = {"+."};
  all.trunks = {{"first", {}}, {"second", {}}};
  terms.routes.push_back(all);
  return terms;
}

ExtensionTerms may(ExtensionId id, Reach reach) {
  ExtensionTerms out;
  out.id = id;
  out.tenant = tenant;
  out.reach = reach;
  return out;
}

PlanRef plan_of(Terms terms) {
  auto plan = Plan::compile(std::move(terms), {{tenant, "1001", alice}, {tenant, "1002", bob}}, 1);
  if (!plan) {
    for (const PlanFault& fault : plan.error()) ADD_FAILURE() << fault.kind << " " << fault.name << " " << fault.text;
    std::abort();
  }
  return *plan;
}

Decision ask(const PlanRef& plan, std::string_view dialled, ExtensionId who = alice,
             std::int64_t wall_ms = 1'800'000'000'000) {
  return decide(*plan, {0, wall_ms}, {tenant, who, dialled});
}

TEST(Decide, ANationalCallLeavesByTheRouteInTheFormatOfTheTrunk) {
  const auto out = ask(plan_of(office()), "030 1234567");
  ASSERT_EQ(out.action, Decision::Action::leave) << out.why;
  ASSERT_EQ(out.ways.size(), 2u);
  EXPECT_EQ(out.ways[0].called, "+49301234567");
  EXPECT_TRUE(out.ways[0].priced);
  EXPECT_FALSE(out.ways[1].priced) << "the second has no price within the country: free of charge";
}

TEST(Decide, EverySpellingOfAnInternationalNumberIsRefusedAlikeToWhoMayNotCallAbroad) {
  const PlanRef plan = plan_of(office());
  for (const char* dialled : {"0044 20 79460000", "+442079460000", "+44 (20) 7946-0000", "tel:+442079460000"}) {
    const auto out = ask(plan, dialled);
    EXPECT_EQ(out.action, Decision::Action::refuse) << dialled;
    EXPECT_EQ(out.failed, Check::reach) << dialled << ": " << out.why;
  }
  for (const char* dialled : {"000044207946000", "+00442079460000", "0044(0)2079460000;ext=5", "٠٠٤٤٢٠٧٩٤٦"})
    EXPECT_EQ(ask(plan, dialled).action, Decision::Action::refuse) << dialled;
}

TEST(Decide, LeastCostTakesTheCheapestAndWhatHasNoPriceDoesNotLeaveTheCountry) {
  Terms terms = office();
  terms.extensions.push_back(may(alice, Reach::international));
  terms.routes[0].least_cost = true;
  const PlanRef plan = plan_of(std::move(terms));
  const auto out = ask(plan, "+442079460000");
  ASSERT_EQ(out.action, Decision::Action::leave) << out.why;
  ASSERT_EQ(out.ways.size(), 2u);
  EXPECT_EQ(out.ways[0].trunk, TrunkId{2});
  const auto unknown = ask(plan, "+33142685300");
  EXPECT_EQ(unknown.action, Decision::Action::refuse);
  EXPECT_EQ(unknown.failed, Check::price);
  EXPECT_THAT(unknown.why, HasSubstr("first has no price for it; second has no price for it"));
}

TEST(Decide, EqualTrunksOfABalancedRouteShareItsCallsByTheirWeights) {
  Terms terms = office();
  terms.trunks.push_back(trunk_of(3, "third", "world"));
  terms.trunks[0].weight = 3;
  terms.trunks[2].priority = 1;
  terms.routes[0].trunks.insert(terms.routes[0].trunks.begin(), {"third", {}});
  terms.trunks[1].deck = "world";
  const auto first_of = [](const Terms& what, int calls) {
    const PlanRef plan = *Plan::compile(what, {}, 1);
    Random random(7);
    std::map<std::uint64_t, int> first;
    for (int i = 0; i < calls; ++i) {
      Decision decision = decide(*plan, {}, {tenant, alice, "0301234567"});
      share_ways(*plan, decision, random);
      EXPECT_EQ(decision.ways.size(), 3u);
      ++first[decision.ways.front().trunk.value];
    }
    return first;
  };
  EXPECT_THAT(first_of(terms, 100), ElementsAre(testing::Pair(3u, 100))) << "as written";
  terms.routes[0].balanced = true;
  const auto shared = first_of(terms, 4'000);
  EXPECT_FALSE(shared.contains(3)) << "a later priority";
  EXPECT_NEAR(shared.at(1), 3'000, 150);
  EXPECT_NEAR(shared.at(2), 1'000, 150);
  terms.routes[0].balanced = false;
  terms.routes[0].least_cost = true;
  EXPECT_NEAR(first_of(terms, 4'000).at(1), 3'000, 150) << "of one price";
}

TEST(Decide, PremiumNumbersNeedAnAllowanceOfTheirOwn) {
  Terms terms = office();
  terms.extensions.push_back(may(alice, Reach::international));
  ExtensionTerms brave = may(bob, Reach::international);
  brave.allowed_classes = class_bit(number::Class::premium);
  terms.extensions.push_back(brave);
  const PlanRef plan = plan_of(std::move(terms));
  const auto out = ask(plan, "+449012345678");
  EXPECT_EQ(out.failed, Check::kind) << out.why;
  EXPECT_THAT(out.why, HasSubstr("premium"));
  EXPECT_EQ(ask(plan, "+449012345678", bob).action, Decision::Action::leave);
}

TEST(Decide, CountriesAndListsBindAndAnExactAllowanceOpensARange) {
  Terms terms = office();
  ExtensionTerms traveller = may(alice, Reach::international);
  traveller.countries = *parse_countries("FR");
  terms.extensions.push_back(traveller);
  terms.extensions.push_back(may(bob, Reach::international));
  terms.lists.push_back({"house", {}, {"blocked +4420*", "allowed +442079460000"}});
  const PlanRef plan = plan_of(std::move(terms));
  EXPECT_EQ(ask(plan, "+442079460000").failed, Check::country);
  EXPECT_EQ(ask(plan, "+442079460001", bob).failed, Check::listed);
  EXPECT_EQ(ask(plan, "+442079460000", bob).action, Decision::Action::leave);
}

TEST(Decide, RoutesAreAskedInTheirOrderWithEachConditionOfTheirs) {
  Terms terms = office();
  RouteTerms own = terms.routes[0];
  own.name = "own";
  own.extensions = {"1002"};
  own.trunks = {{"second", {}}};
  terms.routes.insert(terms.routes.begin(), own);
  const PlanRef plan = plan_of(std::move(terms));
  EXPECT_EQ(ask(plan, "0301234567").route, 1u);
  EXPECT_EQ(ask(plan, "0301234567", bob).route, 0u);
}

TEST(Decide, ARouteIsForItsDepartmentsGroupsHoursAndLengthsAlone) {
  constexpr std::int64_t friday_noon = 1'800'014'400'000, night = friday_noon + 12 * 3'600'000;  // 2027-01-15
  const auto with = [&](const std::function<void(RouteTerms&)>& condition) {
    Terms terms = office();
    ExtensionTerms clerk = may(alice, Reach::international);
    clerk.department = 7;
    clerk.groups = {"travellers"};
    terms.extensions.push_back(clerk);
    terms.extensions.push_back(may(bob, Reach::international));
    DepartmentTerms sales;
    sales.id = 7;
    sales.tenant = tenant;
    sales.name = "sales";
    terms.departments.push_back(sales);
    auto parsed = schedule::parse_plan("mon-fri 08:00-18:00");
    auto hours =
        schedule::Schedule::compile(std::move(*parsed), std::make_shared<schedule::Zone>(schedule::Zone::utc()));
    terms.schedules.push_back({"office", tenant, std::make_shared<const schedule::Schedule>(std::move(*hours))});
    RouteTerms own = terms.routes[0];
    own.name = "own";
    condition(own);
    terms.routes.insert(terms.routes.begin(), own);
    return plan_of(std::move(terms));
  };
  const PlanRef by_department = with([](RouteTerms& r) { r.departments = {"sales"}; });
  EXPECT_EQ(ask(by_department, "0301234567").route, 0u);
  EXPECT_EQ(ask(by_department, "0301234567", bob).route, 1u);
  const PlanRef by_group = with([](RouteTerms& r) { r.groups = {"travellers"}; });
  EXPECT_EQ(ask(by_group, "0301234567").route, 0u);
  EXPECT_EQ(ask(by_group, "0301234567", bob).route, 1u);
  const PlanRef by_hours = with([](RouteTerms& r) { r.hours = "office"; });
  EXPECT_EQ(ask(by_hours, "0301234567", alice, friday_noon).route, 0u);
  EXPECT_EQ(ask(by_hours, "0301234567", alice, night).route, 1u);
  const PlanRef by_length = with([](RouteTerms& r) { r.patterns = {"0.{4-10}"}; });
  EXPECT_EQ(ask(by_length, "0301234567").route, 0u);
  EXPECT_EQ(ask(by_length, "03012345678").route, 1u);
}

TEST(Decide, WithoutARouteNothingLeavesAndOutsideItsHoursNobodyDoes) {
  Terms terms = office();
  terms.routes.clear();
  EXPECT_EQ(ask(plan_of(std::move(terms)), "0301234567").failed, Check::route);
  terms = office();
  ExtensionTerms clerk = may(alice, Reach::national);
  clerk.hours = "office";
  terms.extensions.push_back(clerk);
  auto parsed = schedule::parse_plan("mon-fri 08:00-18:00");
  ASSERT_TRUE(parsed);
  auto hours = schedule::Schedule::compile(std::move(*parsed), std::make_shared<schedule::Zone>(schedule::Zone::utc()));
  ASSERT_TRUE(hours);
  terms.schedules.push_back({"office", tenant, std::make_shared<const schedule::Schedule>(std::move(*hours))});
  const PlanRef plan = plan_of(std::move(terms));
  constexpr std::int64_t friday_noon = 1'800'014'400'000, night = friday_noon + 12 * 3'600'000;  // 2027-01-15
  EXPECT_EQ(ask(plan, "0301234567", alice, friday_noon).action, Decision::Action::leave);
  const auto out = ask(plan, "0301234567", alice, night);
  EXPECT_EQ(out.failed, Check::hours) << out.why;
}

TEST(Decide, EmergencyCallsPassWhateverIsForbidden) {
  Terms terms = office();
  terms.extensions.push_back(may(alice, Reach::internal));
  terms.routes.clear();
  terms.lists.push_back({"house", {}, {"blocked +49*"}});
  terms.trunks[1].priority = 0;
  terms.trunks[0].priority = 5;
  const auto out = ask(plan_of(std::move(terms)), "112");
  ASSERT_EQ(out.action, Decision::Action::emergency) << out.why;
  ASSERT_EQ(out.ways.size(), 2u);
  EXPECT_EQ(out.ways[0].trunk, TrunkId{2});
  EXPECT_EQ(out.ways[0].called, "112");
}

Decision forward(const PlanRef& plan, std::string_view dialled, ExtensionId who = alice) {
  return decide(*plan, {0, 1'800'000'000'000}, {tenant, who, dialled, Question::For::forward});
}

/// Asks for a PIN abroad.
Terms office_with_pins() {
  Terms terms = office();
  PinListTerms list;
  list.name = "abroad";
  list.tenant = tenant;
  list.pins.push_back({"project-7", pin_digest(terms.pin_key, "abroad", "72915048")});
  terms.pin_lists.push_back(list);
  RouteTerms guarded = terms.routes[0];
  guarded.name = "guarded";
  guarded.patterns = {"+44."};
  guarded.pins = "abroad";
  terms.routes.insert(terms.routes.begin(), guarded);
  ExtensionTerms free = may(alice, Reach::international);
  free.forward.reach = Reach::international;
  terms.extensions.push_back(free);
  return terms;
}

TEST(Decide, TheNumberForTestsLeavesAsEmergencyCallsDoAndIsNone) {
  Terms terms = office();
  terms.routes.clear();
  terms.tenants[0].emergency_test = "933";
  terms.tenants[0].emergency = {"933"};
  terms.extensions.push_back(may(alice, Reach::internal));
  const PlanRef plan = plan_of(std::move(terms));
  const Decision out = decide(*plan, {0, 1'800'000'000'000}, {tenant, alice, "933"});
  EXPECT_EQ(out.action, Decision::Action::leave) << "it ends nobody's call for a line: " << out.why;
  EXPECT_TRUE(out.emergency_test);
  ASSERT_EQ(out.ways.size(), 2u);
  EXPECT_EQ(out.ways[0].called, "933");
  const Question forwarded{tenant, alice, "933", Question::For::forward};
  EXPECT_EQ(decide(*plan, {0, 1'800'000'000'000}, forwarded).action, Decision::Action::refuse);
  const Decision real = decide(*plan, {0, 1'800'000'000'000}, {tenant, alice, "112"});
  EXPECT_EQ(real.action, Decision::Action::emergency);
  EXPECT_FALSE(real.emergency_test);
}

TEST(Decide, ARouteIsForCallersOfItsCountriesByTheNumberThatTheyShow) {
  Terms terms = office();
  RouteTerms british = terms.routes[0];
  british.name = "british";
  british.caller_countries = {"GB"};
  british.trunks = {{"second", {}}};
  terms.routes.insert(terms.routes.begin(), british);
  terms.extensions.push_back(may(alice, Reach::international));
  terms.extensions.push_back(may(bob, Reach::international));
  terms.extensions[0].shown = "+442079460000";
  const PlanRef plan = plan_of(terms);
  const auto route_of = [&](ExtensionId who) {
    const Decision out = decide(*plan, {0, 1'800'000'000'000}, {tenant, who, "00442079460001"});
    return out.route == Plan::none ? out.why : plan->terms().routes[out.route].name;
  };
  EXPECT_EQ(route_of(alice), "british");
  EXPECT_EQ(route_of(bob), "all") << "who shows no number calls from home";
  terms.routes[0].caller_countries = {"DE"};
  const PlanRef home = plan_of(terms);
  EXPECT_FALSE(home->may_use(tenant, home->extension(tenant, alice), 0));
  EXPECT_TRUE(home->may_use(tenant, home->extension(tenant, bob), 0));
  terms.routes[0].caller_countries = {"Germany"};
  EXPECT_FALSE(Plan::compile(std::move(terms), {}, 1));
}

TEST(Decide, ForwardingLeadsNoFurtherThanItMayWhateverTheExtensionCallsByItself) {
  Terms terms = office();
  terms.extensions.push_back(may(alice, Reach::international));
  ExtensionTerms national = may(bob, Reach::national);
  national.forward.reach = Reach::international;
  terms.extensions.push_back(national);
  const PlanRef plan = plan_of(std::move(terms));
  EXPECT_EQ(ask(plan, "0301234567").action, Decision::Action::leave);
  const auto out = forward(plan, "0301234567");
  EXPECT_EQ(out.action, Decision::Action::refuse);
  EXPECT_EQ(out.failed, Check::reach);
  EXPECT_EQ(out.why, "this is national, and the extension may forward nobody outside");
  EXPECT_EQ(forward(plan, "0301234567", bob).action, Decision::Action::leave);
  EXPECT_EQ(forward(plan, "+442079460000", bob).why,
            "this is international, and the extension may call within its country")
      << "the extension's own reach binds its forwarding";
}

TEST(Decide, NobodyIsForwardedToAnEmergencyNumberButTransferredLikeCalled) {
  const PlanRef plan = plan_of(office_with_pins());
  const auto out = forward(plan, "112");
  EXPECT_EQ(out.action, Decision::Action::refuse);
  EXPECT_THAT(out.why, HasSubstr("emergency"));
  EXPECT_TRUE(out.ways.empty());
  const Question transferred{tenant, alice, "112", Question::For::transfer};
  EXPECT_EQ(decide(*plan, {0, 1'800'000'000'000}, transferred).action, Decision::Action::emergency);
}

TEST(Decide, ARouteThatAsksForAPinSaysSoAndForwardingDoesNotSlipPastItToTheNext) {
  const PlanRef plan = plan_of(office_with_pins());
  std::vector<Step> trace;
  const auto called = decide(*plan, {0, 1'800'000'000'000}, {tenant, alice, "+442079460000"}, &trace);
  ASSERT_EQ(called.action, Decision::Action::leave) << called.why;
  EXPECT_EQ(called.pins, "abroad");
  EXPECT_TRUE(std::any_of(trace.begin(), trace.end(), [](const Step& step) {
    return step.check == Check::pin && step.passed && step.text == "a PIN of abroad will be asked for";
  }));
  const Question transferred{tenant, alice, "+442079460000", Question::For::transfer};
  EXPECT_EQ(decide(*plan, {0, 1'800'000'000'000}, transferred).pins, "abroad");
  const auto out = forward(plan, "+442079460000");
  EXPECT_EQ(out.action, Decision::Action::refuse) << "the route all is behind it and asks for none";
  EXPECT_EQ(out.failed, Check::pin);
  EXPECT_EQ(out.why, "the route guarded asks for a PIN of abroad, which nobody is there to enter");
  const auto unguarded = forward(plan, "0301234567");
  EXPECT_EQ(unguarded.action, Decision::Action::leave) << unguarded.why;
  EXPECT_TRUE(unguarded.pins.empty());
}

const Country france = *Country::parse("FR"), britain = *Country::parse("GB"), cuba = *Country::parse("CU");

CountrySet set_of(std::initializer_list<Country> countries) {
  CountrySet out;
  for (const Country each : countries) out.set(each.index);
  return out;
}

TEST(Decide, WhatOneLevelRefusesNoOtherAllowsAndTheVerdictSaysWhichItWas) {
  Terms terms = office();
  ExtensionTerms who = may(alice, Reach::international);
  who.department = 7;
  who.countries = set_of({britain, france, cuba});
  terms.extensions.push_back(who);
  terms.departments.push_back({7, tenant, "sales", {}});
  const auto why = [&](std::string_view dialled) {
    const auto out = ask(plan_of(terms), dialled);
    EXPECT_EQ(out.action == Decision::Action::refuse, out.failed == Check::country) << out.why;
    return out.failed == Check::country ? out.why : std::string();
  };
  EXPECT_EQ(why("+442079460000"), "");
  EXPECT_EQ(why("+37190123456"), "LV is not among the countries that the extension may call");
  terms.countries.denied = set_of({britain});
  EXPECT_EQ(why("+442079460000"), "GB is denied by limit.system");
  terms.countries = {};
  terms.tenants[0].countries.only = set_of({france});
  EXPECT_EQ(why("+442079460000"), "GB is not among the countries that limit.tenant allows");
  EXPECT_EQ(why("0301234567"), "") << "at home reach decides";
  terms.tenants[0].countries = {};
  terms.departments[0].countries = {set_of({france, britain}), set_of({britain})};
  EXPECT_EQ(why("+442079460000"), "GB is denied by limit.department.sales") << "denied counts before allowed";
  terms.departments[0].countries = {};
  terms.extensions[0].role = "travel";
  EXPECT_EQ(why("+37190123456"), "LV is not among the countries that the extension may call with its role travel");
}

TEST(Decide, ANetworkOfNoCountryIsAmongThoseThatAreAllowedOnlyWhereAllAre) {
  Terms terms = office();
  ExtensionTerms who = may(alice, Reach::international);
  who.allowed_classes = costly_classes;
  terms.extensions.push_back(who);
  constexpr std::string_view satellite = "+881612345678";
  EXPECT_NE(ask(plan_of(terms), satellite).failed, Check::country);
  terms.tenants[0].countries.denied = set_of({cuba});
  EXPECT_NE(ask(plan_of(terms), satellite).failed, Check::country);
  terms.tenants[0].countries.only = set_of({france});
  EXPECT_EQ(ask(plan_of(terms), satellite).failed, Check::country);
}

TEST(Decide, AnEmergencyCallAsksForNoCountryAndNoOneLevelRefusesItsOwnHome) {
  Terms terms = office();
  terms.tenants[0].countries.only = set_of({cuba});
  EXPECT_EQ(ask(plan_of(terms), "112").action, Decision::Action::emergency);
  const auto fault = [&] {
    const auto plan = Plan::compile(terms, {{tenant, "1001", alice}}, 1);
    return plan ? std::string() : plan.error().front().name + " " + plan.error().front().text;
  };
  terms.tenants[0].name = "us";
  terms.tenants[0].countries = {{}, set_of({germany})};
  EXPECT_EQ(fault(), "tenant refuses DE, where the tenant us is at home");
  terms.tenants[0].countries = {};
  terms.countries.only = set_of({france});
  EXPECT_EQ(fault(), "system refuses DE, where the tenant us is at home")
      << "nobody makes a country callable by being at home there";
  terms.countries = {};
  EXPECT_EQ(fault(), "");
}

TEST(Decide, WhoHasNoTermsMeetsTheRulesOfSystemAndTenant) {
  Terms terms = office();
  terms.tenants[0].countries.denied = set_of({britain});
  const PlanRef plan = plan_of(terms);
  const ExtensionTerms& nobody = plan->extension(tenant, ExtensionId{99});
  EXPECT_FALSE(plan->countries_of(*plan->tenant(tenant), nobody).test(britain.index));
  EXPECT_TRUE(plan->countries_of(*plan->tenant(tenant), nobody).test(france.index));
}

TEST(Decide, ARouteMayBeForSomeRolesAndWhoHasNoneIsNotAmongThem) {
  Terms terms = office();
  terms.routes[0].roles = {"sales", "board"};
  terms.extensions.push_back(may(alice, Reach::international));
  terms.extensions.push_back(may(bob, Reach::international));
  terms.extensions[0].role = "board";
  const PlanRef plan = plan_of(terms);
  EXPECT_EQ(ask(plan, "+442079460000", alice).action, Decision::Action::leave);
  EXPECT_EQ(ask(plan, "+442079460000", bob).failed, Check::route);
  EXPECT_EQ(ask(plan, "+442079460000", ExtensionId{99}).action, Decision::Action::refuse);
}

TEST(Decide, ARoleAsksForAnAccountCodeWhereTheRouteAsksForNothingAndNeverInPlaceOfAPin) {
  Terms terms = office();
  const auto add_list = [&](const char* name, PinListTerms::Asks asks, const char* account, const char* entered) {
    PinListTerms list;
    list.name = name;
    list.tenant = tenant;
    list.asks = asks;
    list.pins.push_back({account, pin_digest(terms.pin_key, name, entered)});
    terms.pin_lists.push_back(std::move(list));
  };
  add_list("clients", PinListTerms::Asks::account_code, "4711", "4711");
  add_list("abroad", PinListTerms::Asks::pin, "ann", "748159");
  ExtensionTerms who = may(alice, Reach::international);
  who.role = "projects";
  who.pins = "clients";
  who.forward.reach = Reach::national;
  terms.extensions.push_back(who);
  const auto asked = [&] { return std::string(ask(plan_of(terms), "+442079460000").pins); };
  EXPECT_EQ(asked(), "clients");
  EXPECT_EQ(forward(plan_of(terms), "0301234567").failed, Check::pin) << "nobody is there to enter one";
  terms.routes[0].pins = "abroad";
  EXPECT_EQ(asked(), "abroad") << "the route's";
  terms.routes[0].pins = "clients";
  terms.extensions[0].pins = "abroad";
  EXPECT_EQ(asked(), "abroad") << "the role wants a secret";
}

InboundTerms inbound_of(std::string name, std::string called) {
  InboundTerms out;
  out.name = std::move(name);
  out.tenant = tenant;
  out.called = {std::move(called)};
  return out;
}

TEST(Decide, AnInboundRouteLeadsToItsOneTargetAndToNothingElse) {
  Terms terms = office();
  RingGroupTerms sales;
  sales.name = "sales";
  sales.tenant = tenant;
  sales.number = "600";
  sales.members = {"1001", "1002"};
  terms.ring_groups.push_back(sales);
  const auto add = [&](const char* called, InboundTerms::Target target) {
    InboundTerms route = inbound_of("to-" + std::to_string(terms.inbound.size()), called);
    route.target = target;
    route.extension = target == InboundTerms::Target::extension ? "1001" : "";
    route.ring_group = target == InboundTerms::Target::ring_group ? "sales" : "";
    route.announcement = target == InboundTerms::Target::announcement ? "closed" : "";
    terms.inbound.push_back(route);
  };
  add("+49301", InboundTerms::Target::extension);
  add("+49302", InboundTerms::Target::ring_group);
  add("+49303", InboundTerms::Target::announcement);
  add("+49304", InboundTerms::Target::reject);
  const PlanRef plan = plan_of(std::move(terms));
  const auto arrive = [&](std::string_view called) {
    const Arrival out = decide_arrival(*plan, {0, 1'800'000'000'000}, {tenant, "first", called, "+442079460000"});
    return out.extension + "|" + out.ring_group + "|" + out.announcement + (out.rejected ? "|rejected" : "|") + "|" +
           out.why;
  };
  EXPECT_EQ(arrive("+49301"), "1001||||by the inbound route to-0");
  EXPECT_EQ(arrive("+49302"), "|sales|||by the inbound route to-1");
  EXPECT_EQ(arrive("+49303"), "||closed||by the inbound route to-2");
  EXPECT_EQ(arrive("+49304"), "|||rejected|by the inbound route to-3");
  EXPECT_EQ(arrive("+49305"), "||||no inbound route takes +49305 from +442079460000");
}

TEST(Decide, CallersOfAListAreTurnedAwayAndItsExceptionsAreNot) {
  Terms terms = office();
  terms.lists.push_back({"spam", {}, {"blocked +4420*", "allowed +442079460000", "fraud +37190*"}});
  terms.lists.push_back({"other", {}, {"blocked +33*"}});
  InboundTerms pests = inbound_of("pests", "+4930.");
  pests.caller_lists = {"spam"};
  pests.callers = {"+1800."};
  pests.target = InboundTerms::Target::reject;
  terms.inbound.push_back(pests);
  InboundTerms all = inbound_of("all", "+4930.");
  all.extension = "1001";
  terms.inbound.push_back(all);
  const PlanRef plan = plan_of(std::move(terms));
  const auto rejected = [&](std::string_view caller) {
    return decide_arrival(*plan, {0, 1'800'000'000'000}, {tenant, "first", "+49301234", caller, caller.empty()})
        .rejected;
  };
  EXPECT_TRUE(rejected("+442079460001"));
  EXPECT_TRUE(rejected("+37190123"));
  EXPECT_TRUE(rejected("+18005551234")) << "patterns and lists: either is enough";
  EXPECT_FALSE(rejected("+442079460000")) << "the list's own exception";
  EXPECT_FALSE(rejected("+33142685300")) << "another list is not meant";
  for (const char* odd : {"", "anonymous", "4420", "+", "++442079460001", "+44x"}) EXPECT_FALSE(rejected(odd)) << odd;
}

TEST(Decide, TheTraceSaysEachRuleInItsOrder) {
  std::vector<Step> trace;
  const PlanRef plan = plan_of(office());
  decide(*plan, {0, 1'800'000'000'000}, {tenant, alice, "0301234567"}, &trace);
  std::vector<std::string> said;
  for (const Step& step : trace) said.push_back(std::string(name_of(step.check)) + ": " + step.text);
  EXPECT_THAT(said,
              ElementsAre("meaning: \"0301234567\" is +49301234567, fixed of DE",
                          "reach: national, and the extension may call national", "kind: fixed numbers may be called",
                          "route: by the route all",
                          "price: first as +49301234567 at 0.01 EUR a minute, then second as +49301234567 free of "
                          "charge"));
}

TEST(Plan, FaultsNameTheirObjectAndTheRemedy) {
  Terms terms = office();
  terms.routes[0].patterns = {"0[3"};
  terms.routes[0].trunks = {{"third", {}}};
  terms.trunks[0].deck = "none";
  const auto plan = Plan::compile(std::move(terms), {}, 1);
  ASSERT_FALSE(plan);
  std::vector<std::string> said;
  for (const PlanFault& fault : plan.error()) said.push_back(fault.kind + " " + fault.name + " " + fault.text);
  EXPECT_THAT(
      said, testing::UnorderedElementsAre(HasSubstr("deck none"), HasSubstr("trunk third"), HasSubstr("pattern 0[3")));
}

}  // namespace
}  // namespace rf::toll
