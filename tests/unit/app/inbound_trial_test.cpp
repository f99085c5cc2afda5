// A call from outside that nobody makes, asked of a configuration on disk.
#include <gmock/gmock.h>

#include "app/object_commands.hpp"
#include "app/plan_commands.hpp"
#include "app/terms.hpp"
#include "core/command/catalog.hpp"
#include "tests/unit/app/folder.hpp"

namespace rf::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Monday 2026-11-23 at 09:00 in Berlin, and at 20:00.
constexpr std::int64_t morning_ms = 1'795'420'800'000, evening_ms = morning_ms + 11 * 3'600'000;

struct House {
  Folder folder;
  Records records = *Records::open({folder / "ringfence.db", false, 1'000}, folder / "seal.key", "ringfence");
  config::Settings settings = {};
  policy::Policy policy = {};
  CountryBook countries = {};

  House() {
    done("telephony.set", {{"home", "DE"}, {"area_code", "30"}});
    done("extension.add", {{"number", "1001"}});
    done("extension.add", {{"number", "1002"}});
    done("trunk.add",
         {{"name", "provider"}, {"kind", "peer_address"}, {"uri", "sip:203.0.113.1"}, {"sources", "203.0.113.1"}});
  }
  Outcome run(std::string_view name, const command::Arguments& arguments) {
    const auto checked = command::check(name, arguments);
    EXPECT_TRUE(checked.has_value()) << name << ": " << checked.error().message;
    if (asks_plan(checked->command))
      return answer_by_plan(records, **plan_of(records.store, records.vault, records.shelf), checked->command,
                            morning_ms);
    const PolicySides sides{{{settings, policy, records.store, countries}}, {}};
    return std::move(change_objects(records, checked->command, morning_ms, sides)->outcome);
  }
  Json done(std::string_view name, const command::Arguments& arguments) {
    Outcome outcome = run(name, arguments);
    EXPECT_TRUE(outcome.has_value()) << name << ": " << outcome.error().message;
    return outcome ? std::move(*outcome) : Json();
  }
  Json test(std::string to, std::string from = "+442079460000", std::int64_t at_ms = 0) {
    command::Arguments asked{{"trunk", std::string("provider")}, {"to", std::move(to)}};
    if (!from.empty()) asked["from"] = std::move(from);
    if (at_ms != 0) asked["at_ms"] = at_ms;
    return done("inbound.test", asked);
  }
};

std::vector<std::string> steps_of(const Json& told) {
  std::vector<std::string> out;
  for (const Json& step : told["steps"])
    out.push_back((step["passed"] == true ? "" : "!") + step["rule"].get<std::string>());
  return out;
}

TEST(InboundTrial, SaysWhichRouteTakesACallAndWhyThoseBeforeItDidNot) {
  House us;
  us.done("schedule.add", {{"name", "office"}, {"hours", "mon-fri 08:00-18:00"}, {"zone", "Europe/Berlin"}});
  us.done("inbound.add", {{"name", "pests"}, {"called", "+4930."}, {"callers", "+33."}, {"target", "reject"}});
  us.done("inbound.add", {{"name", "day"}, {"called", "+4930123"}, {"extension", "1001"}, {"hours", "office"}});
  us.done("inbound.add",
          {{"name", "night"}, {"called", "+4930123"}, {"target", "announcement"}, {"announcement", "closed"}});
  const Json day = us.test("0049-30-123");
  EXPECT_EQ(day["called"], "+4930123");
  EXPECT_EQ(day["caller"], "+442079460000");
  EXPECT_EQ(day["action"], "ring");
  EXPECT_EQ(day["route"], "day");
  EXPECT_EQ(day["target"], "extension");
  EXPECT_EQ(day["extension"], "1001");
  EXPECT_THAT(day["hours"].get<std::string>(), HasSubstr("office: open by"));
  EXPECT_EQ(day["why"], "by the inbound route day");
  EXPECT_THAT(steps_of(day), ElementsAre("route", "pace", "lines"));
  ASSERT_EQ(day["passed_over"].size(), 1u);
  EXPECT_EQ(day["passed_over"][0], (Json{{"route", "pests"}, {"why", "it is for other callers"}}));

  const Json night = us.test("+4930123", "", evening_ms);
  EXPECT_EQ(night["caller"], "anonymous");
  EXPECT_EQ(night["action"], "announcement");
  EXPECT_EQ(night["announcement"], "closed");
  EXPECT_THAT(night["passed_over"][1]["why"].get<std::string>(), HasSubstr("office: closed"));

  const Json pest = us.test("+4930123", "+33142685300");
  EXPECT_EQ(pest["action"], "refuse");
  EXPECT_EQ(pest["why"], "by the inbound route pests");
  EXPECT_THAT(steps_of(pest), ElementsAre("!route"));

  const Json nobody = us.test("+4940123");
  EXPECT_EQ(nobody["action"], "refuse");
  EXPECT_EQ(nobody["route"], "");
  EXPECT_EQ(nobody["why"], "no inbound route takes +4940123 from +442079460000");
  EXPECT_EQ(nobody["passed_over"].size(), 3u);
}

TEST(InboundTrial, FollowsForwardingAndRingGroupsToWhereACallWouldRing) {
  House us;
  us.done("ring-group.add", {{"name", "sales"}, {"number", "600"}, {"members", "1001,1002"}});
  us.done("inbound.add", {{"name", "all"}, {"target", "ring_group"}, {"ring_group", "sales"}});
  const Json both = us.test("+4930123");
  EXPECT_EQ(both["action"], "ring");
  EXPECT_EQ(both["ring_group"], "sales");
  EXPECT_EQ(both["members"], (Json{"1001", "1002"}));
  EXPECT_EQ(both["ways"], Json::array({"600"}));
  us.done("extension.set", {{"number", "1001"}, {"enabled", false}});
  EXPECT_EQ(us.test("+4930123")["action"], "ring");
  us.done("extension.set", {{"number", "1002"}, {"enabled", false}});
  const Json none = us.test("+4930123");
  EXPECT_EQ(none["action"], "refuse");
  EXPECT_EQ(none["why"], "nobody of the ring group sales is reachable");

  us.done("inbound.set", {{"name", "all"}, {"target", "extension"}, {"extension", "1001"}});
  const Json off = us.test("+4930123");
  EXPECT_EQ(off["action"], "refuse");
  EXPECT_EQ(off["why"], "1001 is no ring group and no extension that is switched on");
  us.done("extension.set", {{"number", "1002"}, {"enabled", true}});
  us.done("extension.set", {{"number", "1001"}, {"enabled", true}, {"forward_always", "1002"}});
  const Json onward = us.test("+4930123");
  EXPECT_EQ(onward["action"], "ring");
  EXPECT_EQ(onward["ways"], (Json{"1001", "1002"}));
  us.done("extension.set", {{"number", "1001"}, {"forward_always", "01711234567"}});
  const Json outside = us.test("+4930123");
  EXPECT_EQ(outside["action"], "refuse") << "forwarding leads no further than inside unless somebody lets it";
  EXPECT_THAT(outside["why"].get<std::string>(), HasSubstr("may forward nobody outside"));
}

TEST(InboundTrial, ATrunkThatIsOffBringsNothingAndOneThatIsNotThereIsNoTrunk) {
  House us;
  us.done("inbound.add", {{"name", "all"}, {"extension", "1001"}});
  us.done("trunk.set", {{"name", "provider"}, {"enabled", false}});
  const Json off = us.test("+4930123");
  EXPECT_EQ(off["action"], "refuse");
  EXPECT_EQ(off["why"], "the trunk provider is switched off");
  const Outcome missing = us.run("inbound.test", {{"trunk", std::string("other")}, {"to", std::string("1")}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, command::Code::not_found);
  us.records.tenant = TenantId{7};
  const Outcome foreign = us.run("inbound.test", {{"trunk", std::string("provider")}, {"to", std::string("1")}});
  ASSERT_FALSE(foreign) << "another tenant's trunk is nobody's";
  EXPECT_EQ(foreign.error().message, "there is no trunk provider");
}

TEST(InboundTrial, TellsTheLastOfManyRoutesThatWerePassedOver) {
  House us;
  for (std::size_t i = 0; i < TryLimits::findings + 5; ++i)
    us.done("inbound.add", {{"name", "other-" + std::to_string(i)}, {"called", "+4940."}, {"extension", "1001"}});
  us.done("inbound.add", {{"name", "all"}, {"extension", "1001"}});
  const Json told = us.test("+4930123");
  EXPECT_EQ(told["route"], "all");
  EXPECT_EQ(told["passed_over"].size(), TryLimits::findings);
  EXPECT_EQ(told["further"], 5);
  EXPECT_EQ(told["passed_over"].back()["route"], "other-" + std::to_string(TryLimits::findings + 4));
}

}  // namespace
}  // namespace rf::app
