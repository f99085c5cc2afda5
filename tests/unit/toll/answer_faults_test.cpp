// What must not be configured about forwarding, ring groups, PINs and inbound targets.
#include "core/toll/answer_faults.hpp"
#include "core/base/limits/call.hpp"
#include "core/toll/pins.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rf::toll {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr TenantId us{1}, them{2};
const std::vector<Plan::Known> extensions = {{us, "1001", ExtensionId{1}},
                                             {us, "1002", ExtensionId{2}},
                                             {us, "1003", ExtensionId{3}},
                                             {them, "1001", ExtensionId{4}}};

Terms office() {
  Terms terms;
  TenantTerms home;
  home.id = us;
  home.home = *Country::parse("DE");
  home.area_code = "30";
  terms.tenants.push_back(home);
  return terms;
}

ExtensionTerms extension(std::uint64_t id, std::string always = {}) {
  ExtensionTerms out;
  out.id = ExtensionId{id};
  out.tenant = id == 4 ? them : us;
  out.forward.always = std::move(always);
  return out;
}

RingGroupTerms group(std::string number, std::vector<std::string> members) {
  RingGroupTerms out;
  out.name = "sales";
  out.tenant = us;
  out.number = std::move(number);
  out.members = std::move(members);
  return out;
}

std::vector<std::string> faults_of(const Terms& terms) {
  std::vector<PlanFault> faults;
  append_answer_faults(terms, extensions, faults);
  std::vector<std::string> out;
  for (const PlanFault& each : faults) {
    EXPECT_FALSE(each.remedy.empty());
    out.push_back(each.kind + " " + each.name + " " + each.text);
  }
  return out;
}

std::vector<std::string> faults_of(const RingGroupTerms& one) {
  Terms terms = office();
  terms.ring_groups.push_back(one);
  return faults_of(terms);
}

std::vector<std::string> faults_of_forward(std::string text, bool with_home = true) {
  Terms terms = office();
  if (!with_home) terms.tenants.clear();
  terms.ring_groups.push_back(group("600", {"1001"}));
  terms.extensions.push_back(extension(1));
  terms.extensions[0].forward.no_answer = std::move(text);
  return faults_of(terms);
}

TEST(RingGroup, HasMembersThatThereAreOnceAndANumberOfItsOwn) {
  EXPECT_THAT(faults_of(group("600", {"1001", "1002"})), IsEmpty());
  EXPECT_THAT(faults_of(group("600", {"1001", "1009", "1001"})),
              ElementsAre("ring-group sales has the member 1009, which there is not",
                          "ring-group sales has the member 1001 twice"));
  EXPECT_THAT(faults_of(group("600", {})), ElementsAre("ring-group sales has no members"));
  EXPECT_THAT(faults_of(group("1002", {"1001"})),
              ElementsAre("ring-group sales has the number 1002, which is an extension's"));
  EXPECT_THAT(faults_of(group("112", {"1001"})),
              ElementsAre("ring-group sales has the number 112, which is an emergency number"));
  for (const char* number : {"6", "6a0", "6000000000000000"})
    EXPECT_EQ(faults_of(group(number, {"1001"})).size(), 1u) << number;
  RingGroupTerms lost = group("600", {"1001"});
  lost.otherwise = "1009";
  EXPECT_THAT(faults_of(lost), ElementsAre("ring-group sales calls 1009 otherwise, which is no extension"));
  Terms two = office();
  two.ring_groups = {group("600", {"1001"}), group("600", {"1002"})};
  EXPECT_THAT(faults_of(two), ElementsAre("ring-group sales has the number 600, as another group has"));
  EXPECT_EQ(faults_of(group("600", std::vector<std::string>(AnswerLimits::ring_members + 1, "1001"))).front(),
            "ring-group sales has 65 members");
}

TEST(ExtensionNumber, ThatCallsForHelpIsToldAndStopsNoStart) {
  const std::vector<Plan::Known> taken = {{us, "1001", ExtensionId{1}},
                                          {us, "112", ExtensionId{2}},
                                          {us, "555", ExtensionId{3}},
                                          {them, "112", ExtensionId{4}}};
  Terms terms = office();
  terms.tenants[0].emergency = {"555"};
  const auto plan = Plan::compile(terms, taken, 1);
  ASSERT_TRUE(plan) << "it may have been there before anybody asked";
  std::vector<std::string> numbers;
  for (const PlanFault& each : taken_emergency_numbers(**plan, taken)) {
    EXPECT_EQ(each.tenant, us) << "the others have no country, and so no emergency numbers";
    EXPECT_EQ(each.kind, "extension");
    numbers.push_back(each.name);
  }
  EXPECT_THAT(numbers, ElementsAre("112", "555"));
}

TEST(Forwarding, LeadsToAnExtensionAGroupOrANumberOutside) {
  for (const char* text : {"1002", "600", "0301234567", "+442079460000", "0044 20 79460000", ""})
    EXPECT_THAT(faults_of_forward(text), IsEmpty()) << text;
  EXPECT_THAT(faults_of_forward("1001"),
              ElementsAre("extension 1001 forwards when nobody answers to 1001, which is itself"));
  EXPECT_THAT(faults_of_forward("112"),
              ElementsAre("extension 1001 forwards when nobody answers to 112, which is an emergency number"));
  EXPECT_THAT(
      faults_of_forward("*97"),
      ElementsAre("extension 1001 forwards when nobody answers to *97, which is no extension and no ring group"));
  for (const char* text : {"+", "#", "1+2", "000", "+999123456789", "0044(0)2079460000;ext=5"})
    EXPECT_EQ(faults_of_forward(text).size(), 1u) << text;
  EXPECT_THAT(faults_of_forward("1002", false), IsEmpty()) << "inside, no country is needed";
  EXPECT_THAT(faults_of_forward("0301234567", false),
              ElementsAre("extension 1001 forwards when nobody answers to 0301234567, which is no extension and no "
                          "ring group, and no country is set from which numbers are dialled"));
}

TEST(Forwarding, AroundInACircleIsRefusedWithTheCircleWrittenOut) {
  Terms terms = office();
  terms.extensions = {extension(1, "1002"), extension(2, "1003"), extension(3)};
  EXPECT_THAT(faults_of(terms), IsEmpty()) << "a chain ends";
  terms.extensions[2].forward.always = "1002";
  EXPECT_THAT(faults_of(terms), ElementsAre("extension 1002 forwards always, and in a circle: 1002 -> 1003 -> 1002"))
      << "1001 leads into it and is not part of it";
  terms.extensions[2].forward.always = "1001";
  EXPECT_THAT(faults_of(terms),
              ElementsAre("extension 1001 forwards always, and in a circle: 1001 -> 1002 -> 1003 -> 1001"));
  terms.extensions[2].forward = {};
  terms.extensions[2].forward.busy = "1001";
  EXPECT_THAT(faults_of(terms), IsEmpty()) << "only what is always on goes around for ever by itself";
  terms.extensions = {extension(1, "1002"), extension(4, "1001"), extension(2)};
  EXPECT_THAT(faults_of(terms), ElementsAre("extension 1001 forwards always to 1001, which is itself"))
      << "of another tenant, whose own 1001 it is";
}

TEST(Pins, ARouteAsksOnlyForThoseThatThereAre) {
  Terms terms = office();
  RouteTerms route;
  route.name = "abroad";
  route.tenant = us;
  route.pins = "pins";
  terms.routes.push_back(route);
  EXPECT_THAT(faults_of(terms), ElementsAre("route abroad asks for a PIN of the list pins, which there is not"));
  PinListTerms list;
  list.name = "pins";
  list.tenant = them;
  list.pins.push_back({"ann", {1}});
  terms.pin_lists.push_back(list);
  EXPECT_THAT(faults_of(terms), ElementsAre("route abroad asks for a PIN of the list pins, which there is not"))
      << "another tenant's is none";
  list.tenant = us;
  list.pins.clear();
  terms.pin_lists.push_back(list);
  EXPECT_THAT(faults_of(terms),
              ElementsAre("route abroad asks for a PIN of the list pins, which has none: nobody could call"));
  terms.pin_lists[1].pins = {{"ann", {1}}, {"bob", {2}}};
  EXPECT_THAT(faults_of(terms), IsEmpty());
  terms.pin_lists[1].pins[1].digest = {1};
  EXPECT_THAT(faults_of(terms), ElementsAre("pin-list pins ann and bob have the same PIN"));
  terms.pin_lists[1].pins = {{"4711", pin_digest(terms.pin_key, "pins", "4711")}};
  EXPECT_THAT(faults_of(terms),
              ElementsAre("pin-list pins asks for a PIN, and 4711 is an account code, which everybody may know"));
  terms.pin_lists[1].asks = PinListTerms::Asks::account_code;
  EXPECT_THAT(faults_of(terms), IsEmpty());
  terms.pin_lists[1].pins.push_back({"bob", {2}});
  EXPECT_THAT(faults_of(terms), ElementsAre("pin-list pins asks for an account code, and bob has a PIN"));
}

TEST(Inbound, ATargetIsThereAndAPaceCanBe) {
  using Target = InboundTerms::Target;
  const auto faults = [](const InboundTerms& route) {
    Terms terms = office();
    terms.ring_groups.push_back(group("600", {"1001"}));
    terms.lists.push_back({"spam", us, {}});
    terms.inbound.push_back(route);
    return faults_of(terms);
  };
  InboundTerms route;
  route.name = "in";
  route.tenant = us;
  route.target = Target::ring_group;
  EXPECT_THAT(faults(route), ElementsAre("inbound in rings a group without naming one"));
  route.ring_group = "600";
  EXPECT_THAT(faults(route), ElementsAre("inbound in rings the group 600, which there is not"));
  route.ring_group = "sales";
  EXPECT_THAT(faults(route), IsEmpty());
  route.target = Target::announcement;
  for (const char* name : {"", "../seal.key", "a/b", "Closed", "x y"}) {
    route.announcement = name;
    EXPECT_EQ(faults(route).size(), 1u) << name;
  }
  route.announcement = "closed-2";
  route.caller_lists = {"spam", "scum"};
  EXPECT_THAT(faults(route), ElementsAre("inbound in names the number list scum, which there is not"));
  route.caller_lists = {};
  route.caller_pace = PaceRule{.id = 1, .calls = 5, .period_s = 60, .distinct = true};
  EXPECT_THAT(faults(route), ElementsAre("inbound in has a caller_pace of different numbers, while a caller has one"));
  route.caller_pace = PaceRule{.id = 1, .calls = 0, .period_s = 60, .distinct = false};
  EXPECT_EQ(faults(route).size(), 1u);
}

}  // namespace
}  // namespace rf::toll
