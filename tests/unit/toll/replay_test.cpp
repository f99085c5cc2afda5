// Recorded calls under another configuration.
#include "core/toll/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/toll/office.hpp"

namespace rf::toll {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<Plan::Known> people = {{tenant, "1001", alice}};

PastCall call_to(std::string dialled, std::int64_t talked_ms = 60'000) {
  PastCall out;
  out.id = "call-" + dialled;
  out.tenant = tenant;
  out.payer = alice;
  out.who = "1001";
  out.dialled = std::move(dialled);
  out.trunk = "first";
  out.wall_ms = wall_ms;
  out.talked_ms = talked_ms;
  return out;
}

Replayed replay(Terms before, Terms after, const std::vector<PastCall>& calls,
                const std::vector<Plan::Known>& remaining = people) {
  const PlanRef old_plan = plan_of(std::move(before), people), new_plan = plan_of(std::move(after), people);
  Replay replay({old_plan.get(), people}, {new_plan.get(), remaining});
  for (const PastCall& call : calls) replay.add(call);
  return replay.finish();
}

TEST(Replay, TheSameConfigurationChangesNothing) {
  const Replayed told = replay(office(), office(), {call_to("030123456"), call_to("00442079460000")});
  EXPECT_EQ(told.calls, 2u);
  EXPECT_EQ(told.unchanged, 2u);
  EXPECT_THAT(told.findings, IsEmpty());
  EXPECT_EQ(told.cost.before, told.cost.after);
  EXPECT_THAT(told.by_who, IsEmpty());
}

TEST(Replay, CallsThatARuleWouldRefuseAreGroupedByItAndByWhoCalled) {
  Terms closed = office();
  closed.extensions[0].reach = Reach::internal;
  std::vector<PastCall> calls(5, call_to("030123456"));
  calls.push_back(call_to("00442079460000"));
  const Replayed told = replay(office(), closed, calls);
  ASSERT_EQ(told.findings.size(), 1u);
  EXPECT_EQ(told.findings[0].what, Finding::What::refused);
  EXPECT_EQ(told.findings[0].rule, "reach");
  EXPECT_EQ(told.findings[0].who, "1001");
  EXPECT_EQ(told.findings[0].calls, 5u);
  EXPECT_EQ(told.findings[0].examples.size(), TryLimits::examples);
  EXPECT_THAT(told.findings[0].examples[0].why, HasSubstr("nobody outside"));
  EXPECT_EQ(told.unchanged, 1u) << "the call abroad was refused before";
  EXPECT_EQ(told.cost.before, 5 * 20'000);
  EXPECT_EQ(told.cost.after, 0);
}

TEST(Replay, CallsThatWereRefusedAndWouldLeaveAreTold) {
  Terms open = office();
  open.extensions[0].reach = Reach::international;
  const Replayed told = replay(office(), open, {call_to("00442079460000", -1)});
  ASSERT_EQ(told.findings.size(), 1u);
  EXPECT_EQ(told.findings[0].what, Finding::What::allowed);
  EXPECT_EQ(told.findings[0].rule, "reach") << "the rule that refused it";
  EXPECT_EQ(told.cost.after, 0) << "nobody talked";
}

TEST(Replay, ADearerDeckIsToldByExtensionAndTrunk) {
  const Replayed told =
      replay(office(), office("prefix,rate_per_min,increments\n49,0.10,1/1\n"), {call_to("030123456", 90'000)});
  EXPECT_EQ(told.unchanged, 1u);
  EXPECT_EQ(told.cost.before, 40'000) << "two begun minutes of two cents";
  EXPECT_EQ(told.cost.after, 150'000);
  ASSERT_EQ(told.by_who.count("1001"), 1u);
  EXPECT_EQ(told.by_who.at("1001").after, 150'000);
  EXPECT_EQ(told.by_trunk.at("first").before, 40'000);
}

TEST(Replay, AnotherTrunkTakesOverTheCost) {
  Terms two = office();
  two.trunks.push_back(trunk_of(2, "second", "world"));
  two.routes[0].trunks = {{"second", {}}};
  const Replayed told = replay(office(), two, {call_to("030123456")});
  EXPECT_EQ(told.by_trunk.at("first").after, 0);
  EXPECT_EQ(told.by_trunk.at("second").after, 20'000);
  EXPECT_THAT(told.by_who, IsEmpty()) << "it costs the extension the same";
}

TEST(Replay, ACallByAReserveTrunkIsPricedByTheOneThatCarriedIt) {
  Terms two = office();
  two.decks.push_back({"dear", deck_of("prefix,rate_per_min\n49,1\n")});
  two.trunks.push_back(trunk_of(2, "second", "dear"));
  two.routes[0].trunks.push_back({"second", {}});
  PastCall call = call_to("030123456");
  call.trunk = "second";
  EXPECT_EQ(replay(two, two, {call}).cost.before, 1'000'000);
}

TEST(Replay, AnExtensionThatIsGoneCallsNobodyWhateverNewOnesMay) {
  const Replayed told = replay(office(), office(), {call_to("030123456")}, {});
  ASSERT_EQ(told.findings.size(), 1u);
  EXPECT_EQ(told.findings[0].rule, "extension");
}

TEST(Replay, ANumberThatBecomesAnExtensionStaysInsideAndCostsNothing) {
  Terms terms = office();
  const PlanRef plan = plan_of(terms, people);
  const std::vector<Plan::Known> more = {{tenant, "1001", alice}, {tenant, "030123456", ExtensionId{9}}};
  Replay replay({plan.get(), people}, {plan.get(), more});
  replay.add(call_to("030123456"));
  const Replayed told = replay.finish();
  EXPECT_EQ(told.unchanged, 1u);
  EXPECT_EQ(told.cost.after, 0);
}

TEST(Replay, CallsThatCameInAreAskedAgainToo) {
  Terms before = office(), closed = office();
  InboundTerms route;
  route.name = "reception";
  route.tenant = tenant;
  route.extension = "1001";
  before.inbound.push_back(route);
  PastCall call;
  call.tenant = tenant;
  call.who = call.trunk = "first";
  call.dialled = "+4930123456";
  call.anonymous = true;
  call.wall_ms = wall_ms;
  Replayed told = replay(before, closed, {call});
  ASSERT_EQ(told.findings.size(), 1u);
  EXPECT_EQ(told.findings[0].what, Finding::What::refused);
  EXPECT_EQ(told.findings[0].rule, "inbound");
  EXPECT_EQ(replay(before, before, {call}).unchanged, 1u);
  before.trunks[0].line.enabled = false;
  EXPECT_EQ(replay(closed, before, {call}).allowed, 0u) << "nothing comes by a trunk that is switched off";
}

TEST(Replay, FindingsAreBoundedAndTheRestIsCounted) {
  Terms closed = office();
  closed.extensions[0].reach = Reach::internal;
  std::vector<PastCall> calls;
  for (std::size_t i = 0; i < TryLimits::findings + 7; ++i) {
    calls.push_back(call_to("030123456"));
    calls.back().who = std::to_string(i);
  }
  const Replayed told = replay(office(), closed, calls);
  EXPECT_EQ(told.findings.size(), TryLimits::findings);
  EXPECT_EQ(told.further, 7u);
  EXPECT_EQ(told.refused, calls.size());
}

TEST(Replay, ARecordThatStandsForManyAttemptsCountsAsMany) {
  Terms open = office();
  open.extensions[0].reach = Reach::international;
  PastCall call = call_to("00442079460000", -1);
  call.attempts = 40;
  EXPECT_EQ(replay(office(), open, {call}).allowed, 40u);
}

TEST(Replay, SumsThatWouldNotFitStayAtTheHighest) {
  PastCall call = call_to("030123456");
  call.talked_ms = INT64_MAX;
  const Replayed told = replay(office(), office(), {call, call});
  EXPECT_GT(told.cost.before, 0);
}

}  // namespace
}  // namespace rf::toll
