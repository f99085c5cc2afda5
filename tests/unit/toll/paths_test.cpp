// Who reaches numbers that cost money, and who does so without having shown a password.
#include "core/toll/paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/toll/office.hpp"

namespace rf::toll {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr ExtensionId bob{2}, carol{3};
const std::vector<Plan::Known> people = {{tenant, "1001", alice}, {tenant, "1002", bob}, {tenant, "1003", carol}};

/// Everybody may call within the country; calls from outside ring 1001.
Terms house() {
  Terms terms = office();
  for (const ExtensionId id : {bob, carol}) {
    ExtensionTerms phone = terms.extensions[0];
    phone.id = id;
    terms.extensions.push_back(phone);
  }
  InboundTerms inbound;
  inbound.name = "reception";
  inbound.tenant = tenant;
  inbound.extension = "1001";
  terms.inbound.push_back(inbound);
  return terms;
}

ExtensionTerms& of(Terms& terms, ExtensionId id) {
  return *std::find_if(terms.extensions.begin(), terms.extensions.end(),
                       [&](const auto& each) { return each.id == id; });
}

OpenPaths paths_of(Terms terms) {
  const PlanRef plan = plan_of(std::move(terms), people);
  return open_paths(*plan, people, wall_ms);
}

std::vector<OpenPath> from_outside(Terms terms) {
  OpenPaths all = paths_of(std::move(terms));
  std::erase_if(all.paths, [](const OpenPath& path) { return !path.from_outside(); });
  return all.paths;
}

std::vector<std::string> codes(const PaidWays& ways) {
  std::vector<std::string> out;
  for (const auto& [to, way] : ways)
    out.push_back((to.region ? to.region.text() : "-") + " " + std::string(number::name_of(to.kind)));
  return out;
}

TEST(Paths, NobodyFromOutsideReachesAnythingPaidWhereNothingIsForwarded) {
  EXPECT_THAT(paths_of(house()).paths, IsEmpty());
}

TEST(Paths, AnOutsideCallerReachesWhatTheExtensionForwardsToOnItsAccount) {
  Terms terms = house();
  of(terms, alice).forward.always = "01701234567";
  of(terms, alice).forward.reach = Reach::national;
  const auto found = from_outside(terms);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].inbound, "reception");
  EXPECT_EQ(found[0].payer(), alice);
  EXPECT_EQ(found[0].when, "always");
  EXPECT_EQ(found[0].number.text(), "+491701234567");
  EXPECT_EQ(found[0].to.kind, number::Class::mobile);
  EXPECT_EQ(found[0].way.trunk, TrunkId{1});
}

TEST(Paths, ForwardingReachesNoFurtherThanItMayAndThanTheExtensionMay) {
  Terms terms = house();
  of(terms, alice).forward.busy = "00447911123456";
  EXPECT_THAT(from_outside(terms), IsEmpty()) << "forwarding is internal as it stands";
  of(terms, alice).forward.reach = Reach::international;
  EXPECT_THAT(from_outside(terms), IsEmpty()) << "she may not call abroad herself";
  of(terms, alice).reach = Reach::international;
  EXPECT_EQ(from_outside(terms).size(), 1u);
}

TEST(Paths, AChainOfForwardingsIsFollowedToWhoPays) {
  Terms terms = house();
  of(terms, alice).forward.no_answer = "1002";
  of(terms, bob).forward.offline = "1003";
  of(terms, carol).forward.always = "01701234567";
  of(terms, carol).forward.reach = Reach::national;
  const auto found = from_outside(terms);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].hops, ElementsAre(alice, bob, carol));
  EXPECT_EQ(found[0].payer(), carol);
}

TEST(Paths, ForwardingsInACircleAreFollowedOnce) {
  Terms terms = house();
  of(terms, alice).forward.no_answer = "1002";
  of(terms, bob).forward.no_answer = "1001";
  EXPECT_THAT(paths_of(terms).paths, IsEmpty());
}

TEST(Paths, WhoAlwaysForwardsIsNeverBusy) {
  Terms terms = house();
  of(terms, alice).forward.always = "1002";
  of(terms, alice).forward.busy = "01701234567";
  of(terms, alice).forward.reach = Reach::national;
  EXPECT_THAT(from_outside(terms), IsEmpty());
}

TEST(Paths, AMemberOfARingGroupThatForwardsIsSuchAPathToo) {
  Terms terms = house();
  RingGroupTerms group;
  group.name = "sales";
  group.tenant = tenant;
  group.number = "2000";
  group.members = {"1002"};
  terms.ring_groups.push_back(group);
  terms.inbound[0].target = InboundTerms::Target::ring_group;
  terms.inbound[0].extension.clear();
  terms.inbound[0].ring_group = "sales";
  of(terms, bob).forward.busy = "01701234567";
  of(terms, bob).forward.reach = Reach::national;
  const auto found = from_outside(terms);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].payer(), bob);
}

TEST(Paths, ARouteThatAsksForAPinTakesNoForwardedCall) {
  Terms terms = house();
  of(terms, alice).forward.always = "01701234567";
  of(terms, alice).forward.reach = Reach::national;
  terms.routes[0].pins = "codes";
  PinListTerms codes_of_ann;
  codes_of_ann.name = "codes";
  codes_of_ann.tenant = tenant;
  codes_of_ann.pins = {{"ann", {}}};
  terms.pin_lists.push_back(codes_of_ann);
  EXPECT_THAT(from_outside(terms), IsEmpty());
}

TEST(Paths, OneThatIsThereAlreadyIsNotNewAndAnotherKindOfNumberIs) {
  Terms terms = house();
  const OpenPaths closed = paths_of(terms);
  of(terms, alice).forward.always = "01701234567";
  of(terms, alice).forward.reach = Reach::national;
  const OpenPaths open = paths_of(terms);
  of(terms, alice).forward.always = "01709999999";
  const OpenPaths other_phone = paths_of(terms);
  of(terms, alice).forward.always = "03012345678";
  const OpenPaths other_kind = paths_of(terms);
  EXPECT_EQ(newly_open(closed, open).size(), 1u);
  EXPECT_THAT(newly_open(open, open), IsEmpty());
  EXPECT_THAT(newly_open(open, other_phone), IsEmpty());
  EXPECT_EQ(newly_open(open, other_kind).size(), 1u);
  EXPECT_THAT(newly_open(open, closed), IsEmpty()) << "closing one is no risk";
}

TEST(Paths, WhenTooManyWereCutEverythingIsNew) {
  Terms terms = house();
  of(terms, alice).forward.always = "01701234567";
  of(terms, alice).forward.reach = Reach::national;
  OpenPaths open = paths_of(terms), cut = open;
  cut.cut = true;
  EXPECT_EQ(newly_open(cut, open).size(), 1u);
}

TEST(Paths, ARemovedOrDisabledExtensionForwardsNothing) {
  Terms terms = house();
  of(terms, alice).forward.always = "01701234567";
  of(terms, alice).forward.reach = Reach::national;
  const PlanRef plan = plan_of(terms, people);
  const std::vector<Plan::Known> others(people.begin() + 1, people.end());
  EXPECT_THAT(open_paths(*plan, others, wall_ms).paths, IsEmpty());
}

TEST(Paths, OfOneTenantAreThoseOfNoOther) {
  Terms terms = house();
  of(terms, alice).forward.always = "01701234567";
  of(terms, alice).forward.reach = Reach::national;
  const PlanRef plan = plan_of(terms, people);
  EXPECT_THAT(open_paths(*plan, people, wall_ms, TenantId{99}).paths, IsEmpty());
  EXPECT_EQ(open_paths(*plan, people, wall_ms, tenant).paths.size(), open_paths(*plan, people, wall_ms).paths.size());
}

TEST(Paths, ExtensionsOfTheSameRightsShareWhatTheyReach) {
  Terms terms = house();
  of(terms, carol).reach = Reach::international;
  const PlanRef plan = plan_of(terms, people);
  const auto found = paid_ways(*plan, people, wall_ms);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_THAT(found[0].extensions, ElementsAre(alice, bob));
  EXPECT_THAT(codes(found[0].ways), testing::Contains("DE mobile"));
  EXPECT_THAT(codes(found[0].ways), testing::Not(testing::Contains("GB mobile")));
  EXPECT_THAT(codes(found[1].ways), testing::Contains("GB mobile"));
  EXPECT_THAT(codes(found[1].ways), testing::Not(testing::Contains("GB premium"))) << "nobody allowed it";
}

TEST(Paths, TheDearestWayToADestinationIsTold) {
  Terms terms = house();
  of(terms, alice).reach = Reach::international;
  of(terms, alice).allowed_classes = class_bit(number::Class::premium);
  const PlanRef plan = plan_of(terms, people);
  for (const Callers& each : paid_ways(*plan, people, wall_ms))
    if (each.extensions.front() == alice) {
      const auto found = each.ways.find({*Country::parse("GB"), number::Class::premium});
      ASSERT_NE(found, each.ways.end());
      EXPECT_EQ(found->second.prefix, "44909");
    }
}

TEST(Paths, WhatIsFreeOfChargeIsNoPaidDestination) {
  Terms terms = office("prefix,rate_per_min\n49,0\n44,0.05\n");
  const PlanRef plan = plan_of(terms);
  const std::vector<Plan::Known> one = {{tenant, "1001", alice}};
  const auto found = paid_ways(*plan, one, wall_ms);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(codes(found[0].ways), IsEmpty());
}

}  // namespace
}  // namespace rf::toll
