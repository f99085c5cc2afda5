// Several tenants and one room for dial patterns and number rules: none takes what another needs.
#include "core/toll/room.hpp"

#include <gmock/gmock.h>

#include "core/base/limits/people.hpp"
#include "core/toll/decide.hpp"
#include "tests/unit/toll/office.hpp"

namespace rf::toll {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr TenantId beta{2};
constexpr ExtensionId bea{20};
const std::vector<Plan::Known> both{{tenant, "1001", alice}, {beta, "1001", bea}};

/// The office, and a second tenant with a carrier, a route and a phone of its own.
Terms two_offices() {
  Terms terms = office();
  terms.tenants[0].name = "alpha";
  TenantTerms home = terms.tenants[0];
  home.id = beta;
  home.name = "beta";
  terms.tenants.push_back(home);
  terms.trunks.push_back(trunk_of(2, "second", "world"));
  terms.trunks[1].line.tenant = beta;
  RouteTerms all = terms.routes[0];
  all.tenant = beta;
  all.trunks = {{"second", {}}};
  terms.routes.push_back(all);
  ExtensionTerms phone = terms.extensions[0];
  phone.id = bea;
  phone.tenant = beta;
  terms.extensions.push_back(phone);
  return terms;
}

/// Which of the first digits were `digit` is what an index of these has to remember.
std::vector<std::string> exploding(char digit, std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text(count, 'X');
    text[i] = digit;
    out.push_back(std::move(text));
  }
  return out;
}

std::vector<std::string> told(const std::vector<PlanFault>& faults) {
  std::vector<std::string> out;
  for (const PlanFault& each : faults)
    out.push_back(std::to_string(each.tenant.value) + " " + each.kind + " " + each.name + ": " + each.text + "; " +
                  each.remedy);
  return out;
}

/// Nobody; what is wrong otherwise.
std::vector<std::string> faults_of(Terms terms) {
  const auto plan = Plan::compile(std::move(terms), both, 1);
  return plan ? std::vector<std::string>() : told(plan.error());
}

TEST(RoomOfTenants, OneThatTakesAllItMayLeavesTheOtherItsOwn) {
  constexpr std::size_t share = NumberLimits::patterns / TenantLimits::share;
  Terms terms = two_offices();
  terms.routes[0].patterns.assign(share, "12");
  EXPECT_THAT(faults_of(terms), ElementsAre());
  terms.routes[0].patterns.push_back("12");
  EXPECT_THAT(faults_of(terms),
              ElementsAre("1 route : 25001 patterns are more than 25000; use fewer patterns, or such that overlap "
                          "less; of several tenants each has 1/8 of the room for all"));
  terms.routes[0].patterns.pop_back();
  terms.routes[1].patterns.push_back("0[3-5].");
  const auto plan = Plan::compile(std::move(terms), both, 1);
  ASSERT_TRUE(plan) << told(plan.error()).front();
  const Decision out = decide(**plan, {0, wall_ms}, {beta, bea, "0301234567"});
  ASSERT_EQ(out.action, Decision::Action::leave) << out.why;
  EXPECT_EQ(out.ways.front().trunk, TrunkId{2});
}

TEST(RoomOfTenants, ATenantThatIsAloneHasAllOfIt) {
  Terms terms = office();
  terms.routes[0].patterns.assign(NumberLimits::patterns / TenantLimits::share + 1, "12");
  EXPECT_TRUE(Plan::compile(std::move(terms), {{tenant, "1001", alice}}, 1));
}

TEST(RoomOfTenants, PatternsMadeToExplodeAreTheirTenantsAlone) {
  Terms terms = two_offices();
  terms.routes[0].patterns = exploding('1', 14);
  terms.routes[1].patterns = exploding('2', 14);
  EXPECT_THAT(faults_of(terms), ElementsAre()) << "in one index they would need 3^14 states";
  terms.routes[0].patterns = exploding('1', 18);
  EXPECT_THAT(faults_of(terms), ElementsAre(HasSubstr("1 route : 18 patterns overlap")));
}

TEST(RoomOfTenants, InboundRoutesHaveSharesLikewise) {
  Terms terms = two_offices();
  InboundTerms in;
  in.name = "desk";
  in.tenant = tenant;
  in.extension = "1001";
  in.called.assign(NumberLimits::patterns / TenantLimits::share + 1, "+4930");
  terms.inbound.push_back(in);
  in.tenant = beta;
  in.called = {"+4930."};
  terms.inbound.push_back(in);
  EXPECT_THAT(faults_of(terms), ElementsAre(HasSubstr("1 inbound : 25001 patterns are more than 25000")));
  terms.inbound[0].called.pop_back();
  EXPECT_THAT(faults_of(std::move(terms)), ElementsAre());
}

TEST(RoomOfTenants, NumberRulesHaveSharesLikewise) {
  constexpr std::size_t share = NumberLimits::set_patterns / TenantLimits::share;
  Terms terms = two_offices();
  NumberListTerms list{"blocked", tenant, {}};
  for (std::size_t i = 0; i <= share; ++i) list.lines.push_back("+49301" + std::to_string(100'000 + i) + "X");
  terms.lists.push_back(list);
  terms.lists.push_back({"blocked", beta, {"+44207946000X"}});
  EXPECT_THAT(faults_of(terms), ElementsAre(HasSubstr("1 number-list : 2501 patterns are more than 2500")));
  terms.lists[0].lines.pop_back();
  const auto plan = Plan::compile(std::move(terms), both, 1);
  ASSERT_TRUE(plan) << told(plan.error()).front();
  EXPECT_TRUE((*plan)->listed(beta, *number::E164::parse("+442079460001")));
}

TEST(RoomOfTenants, OneTenantsPatternsAreNotAskedForAnothersCall) {
  Terms terms = two_offices();
  terms.routes[0].patterns = {"0301234567"};
  const auto plan = Plan::compile(std::move(terms), both, 1);
  ASSERT_TRUE(plan) << told(plan.error()).front();
  EXPECT_EQ((*plan)->patterns_of(tenant).index.find("0301234567").patterns.size(), 1u);
  EXPECT_TRUE((*plan)->patterns_of(beta).index.find("0301234567").patterns.empty());
  EXPECT_TRUE((*plan)->patterns_of(TenantId{3}).index.find("0301234567").patterns.empty());
}

TEST(Room, EndsWhereAllTogetherHaveAll) {
  Room room({.numbers = 0, .patterns = {.patterns = 16}}, 20);
  EXPECT_EQ(room.share().patterns.patterns, 2u);
  const std::vector<number::Pattern> two(2, *number::Pattern::parse("12"));
  const auto index = number::PatternIndex::build(two, room.share().patterns);
  ASSERT_TRUE(index);
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(room.take(*index)) << i;
  EXPECT_FALSE(room.take(*index));
}

TEST(PlanFaults, SayWhoseTheyAre) {
  Terms terms = two_offices();
  terms.routes[1].trunks = {{"nowhere", {}}};
  terms.extensions[0].hours = "never";
  const auto plan = Plan::compile(std::move(terms), both, 1);
  ASSERT_FALSE(plan);
  EXPECT_THAT(told(plan.error()), ElementsAre(HasSubstr("1 extension 1001: names the schedule never"),
                                              HasSubstr("2 route all: leads to the trunk nowhere")));
}

TEST(PlanFaults, OfANameThatTwoTenantsRegisterWithTellNeitherWhoTheOtherIs) {
  Terms terms = two_offices();
  TrunkTerms gateway = trunk_of(3, "gateway", "");
  gateway.identity.kind = trunk::TrunkKind::accept_register;
  gateway.line.accepts = true;
  gateway.line.user = "door";
  terms.trunks.push_back(gateway);
  const auto plan = Plan::compile(std::move(terms), {{tenant, "1001", alice}, {beta, "1001", bea, "door"}}, 1);
  ASSERT_FALSE(plan);
  EXPECT_THAT(told(plan.error()),
              ElementsAre(HasSubstr("1 trunk gateway: its user door is the name that an extension registers with"),
                          HasSubstr("2 extension 1001: registers with the name door, which is taken")));
}

}  // namespace
}  // namespace rf::toll
