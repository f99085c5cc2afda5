// Calling roles and countries on their way into the database and into what calls are decided by.
#include <gmock/gmock.h>

#include "app/object_commands.hpp"
#include "app/plan_commands.hpp"
#include "app/terms.hpp"
#include "core/command/catalog.hpp"
#include "core/toll/decide.hpp"
#include "tests/unit/app/folder.hpp"

namespace rf::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Office {
  Folder folder;
  Records records = *Records::open({folder / "ringfence.db", false, 1'000}, folder / "seal.key", "ringfence");
  config::Settings settings = {};
  policy::Policy policy = {};
  CountryBook countries = {};

  Office() {
    done("telephony.set", {{"home", "DE"}});
    done("department.add", {{"name", "sales"}});
    done("extension.add", {{"number", "1001"}, {"department", "sales"}});
  }
  Outcome run(std::string_view name, const command::Arguments& arguments) {
    const auto checked = command::check(name, arguments);
    EXPECT_TRUE(checked.has_value()) << name << ": " << checked.error().message;
    if (asks_plan(checked->command))
      return answer_by_plan(records, **plan_of(records.store, records.vault, records.shelf), checked->command, 1'000);
    const PolicySides sides{{{settings, policy, records.store, countries}}, {}};
    return std::move(change_objects(records, checked->command, 1'000, sides)->outcome);
  }
  Json done(std::string_view name, const command::Arguments& arguments = {}) {
    Outcome outcome = run(name, arguments);
    EXPECT_TRUE(outcome.has_value()) << name << ": " << outcome.error().message;
    return outcome ? std::move(*outcome) : Json();
  }
  std::string refused(std::string_view name, const command::Arguments& arguments) {
    const Outcome outcome = run(name, arguments);
    EXPECT_FALSE(outcome.has_value()) << name;
    return outcome ? std::string() : outcome.error().message;
  }
  /// "allowed", or who denies it.
  std::string state(std::string_view country, std::string of = "tenant") {
    const Json told = done("country.list", {{"of", of}});
    for (const Json& each : told["countries"])
      if (each["country"] == country)
        return each["state"] == "denied" ? each["why"].get<std::string>() : each["state"].get<std::string>();
    return "not there";
  }
};

TEST(ExtensionList, IsOfADepartmentAndOfWhoeverIsLookedFor) {
  Office us;
  us.done("department.add", {{"name", "store"}});
  us.done("extension.add", {{"number", "1002"}, {"name", "Ann Miller"}, {"department", "store"}});
  us.done("extension.add", {{"number", "20105551234"}, {"name", "Carl"}});
  const auto asked = [&](const command::Arguments& arguments) {
    return *us.records.execute(command::check("extension.list", arguments)->command, 1'000);
  };
  const auto listed = [&](const command::Arguments& arguments) {
    std::vector<std::string> numbers;
    const Outcome told = asked(arguments);
    EXPECT_TRUE(told.has_value());
    for (const Json& each : (*told)["extensions"]) numbers.push_back(each["number"]);
    return numbers;
  };
  EXPECT_THAT(listed({}), ElementsAre("1001", "1002", "20105551234"));
  EXPECT_THAT(listed({{"department", "sales"}}), ElementsAre("1001"));
  EXPECT_THAT(listed({{"search", "aNN m"}}), ElementsAre("1002")) << "a part of a name";
  EXPECT_THAT(listed({{"search", "105551234"}}), ElementsAre("20105551234")) << "or of a number";
  const std::string auth_name = (*asked({}))["extensions"][1]["auth_name"];
  EXPECT_THAT(listed({{"search", auth_name}}), ElementsAre("1002")) << "or how its phone registers";
  EXPECT_THAT(listed({{"department", "store"}, {"search", "Carl"}}), ElementsAre());
  EXPECT_EQ(asked({{"department", "of nobody"}}).error().code, command::Code::not_found);
}

TEST(CallingRoles, ARoleInUseCannotBeRemovedAndABuiltInOneNever) {
  Office us;
  us.done("calling-role.add", {{"name", "travel"}, {"reach", "international"}, {"abroad", "FR,GB"}});
  us.done("extension.set", {{"number", "1001"}, {"role", "travel"}});
  EXPECT_THAT(us.refused("calling-role.remove", {{"name", "travel"}}), HasSubstr("the calling-role travel"));
  EXPECT_THAT(us.refused("calling-role.remove", {{"name", "national"}}), HasSubstr("built in"));
  EXPECT_THAT(us.refused("calling-role.set", {{"name", "internal"}, {"reach", "international"}}),
              HasSubstr("built in"));
  EXPECT_THAT(us.refused("calling-role.add", {{"name", "internal"}, {"reach", "international"}}),
              HasSubstr("built in"));
  us.done("extension.set", {{"number", "1001"}, {"role", "national"}});
  us.done("calling-role.remove", {{"name", "travel"}});
}

TEST(CallingRoles, AreListedWithThoseThatAreBuiltInAndExportedWithoutThem) {
  Office us;
  us.done("calling-role.add", {{"name", "travel"}, {"reach", "international"}});
  std::vector<std::string> names;
  const Json told = us.done("calling-role.list");
  for (const Json& each : told["objects"]) names.push_back(each["name"]);
  EXPECT_THAT(names, ElementsAre("travel", "internal", "national", "international"));
  EXPECT_EQ(us.done("calling-role.show", {{"name", "national"}})["built_in"], true);
  const std::string text = us.done("policy.export")["text"];
  EXPECT_THAT(text, HasSubstr("[calling-role.travel]"));
  EXPECT_EQ(text.find("calling-role.national"), std::string::npos);
  EXPECT_EQ(us.done("policy.plan", {{"text", text}})["changes"].size(), 0u);
}

TEST(CallingRoles, AnExtensionShowsWhatItMayByItsRole) {
  Office us;
  us.done("calling-role.add", {{"name", "travel"}, {"reach", "international"}});
  us.done("extension.set", {{"number", "1001"}, {"role", "travel"}});
  const Json shown = us.done("extension.show", {{"number", "1001"}});
  for (const Json& each : shown["calls_out"]) {
    if (each["key"] == "reach") {
      EXPECT_EQ(each["value"], "international");
      EXPECT_EQ(each["from"], "role");
    }
  }
  const Json tested = us.done("route.test", {{"from", "1001"}, {"to", "00442079460000"}});
  EXPECT_EQ(tested["role"], "travel");
  EXPECT_THAT(tested.dump(), HasSubstr("by its role travel"));
}

TEST(CallingRoles, ARoleThatIsNarrowedBelowWhatAnExtensionSaysIsToldAndNothingChanges) {
  Office us;
  us.done("calling-role.add", {{"name", "travel"}, {"reach", "international"}});
  us.done("extension.set", {{"number", "1001"}, {"role", "travel"}, {"reach", "international"}});
  EXPECT_THAT(us.refused("calling-role.set", {{"name", "travel"}, {"reach", "national"}}),
              HasSubstr("extension 1001 reach is international"));
  us.done("extension.set", {{"number", "1001"}, {"default", "reach"}});
  us.done("calling-role.set", {{"name", "travel"}, {"reach", "national"}});
}

TEST(CalledCountries, AreDeniedAndAllowedLevelByLevel) {
  Office us;
  us.done("extension.set", {{"number", "1001"}, {"reach", "international"}});
  EXPECT_EQ(us.state("CU"), "allowed");
  EXPECT_EQ(us.state("DE"), "home");
  us.done("country.deny", {{"countries", "CU,KP"}, {"of", "system"}});
  us.done("country.deny", {{"countries", "FR"}});
  us.done("country.deny", {{"countries", "GB"}, {"of", "department.sales"}});
  EXPECT_EQ(us.state("CU", "extension.1001"), "CU is denied by limit.system");
  EXPECT_EQ(us.state("FR", "extension.1001"), "FR is denied by limit.tenant");
  EXPECT_EQ(us.state("GB", "extension.1001"), "GB is denied by limit.department.sales");
  EXPECT_EQ(us.state("GB"), "allowed") << "the department's rule is its own";
  EXPECT_EQ(us.state("FR", "system"), "allowed");
  us.done("country.allow", {{"countries", "CU"}});
  EXPECT_EQ(us.state("CU"), "CU is denied by limit.system") << "a tenant opens nothing that the system closes";
  us.done("country.allow", {{"countries", "CU"}, {"of", "system"}});
  EXPECT_EQ(us.state("CU"), "allowed");
  EXPECT_EQ(us.state("KP"), "KP is denied by limit.system");
  const Json tested = us.done("route.test", {{"from", "1001"}, {"to", "0033142685300"}});
  EXPECT_EQ(tested["why"], "FR is denied by limit.tenant");
}

TEST(CalledCountries, TheLastOfTheOnlyOnesIsDeniedWithoutOpeningAllOthers) {
  Office us;
  us.done("country.allow", {{"countries", "FR"}, {"only", true}});
  EXPECT_EQ(us.state("FR"), "allowed");
  EXPECT_EQ(us.state("CU"), "CU is not among the countries that limit.tenant allows");
  us.done("country.allow", {{"countries", "GB"}});
  EXPECT_EQ(us.state("GB"), "allowed") << "it is one of them now";
  us.done("country.deny", {{"countries", "FR,GB"}});
  EXPECT_EQ(us.state("FR"), "FR is denied by limit.tenant");
  EXPECT_NE(us.state("CU"), "allowed");
}

TEST(CalledCountries, OnesOwnCountryIsNotDenied) {
  Office us;
  EXPECT_THAT(us.refused("country.deny", {{"countries", "DE"}}), HasSubstr("is at home"));
  EXPECT_THAT(us.refused("country.allow", {{"countries", "FR"}, {"of", "system"}, {"only", true}}),
              HasSubstr("is at home"));
  us.done("country.deny", {{"countries", "CU"}, {"of", "system"}});
  EXPECT_THAT(us.refused("telephony.set", {{"home", "CU"}}), HasSubstr("refuses CU"))
      << "or a tenant would call there as at home";
  EXPECT_THAT(us.refused("country.deny", {{"countries", "CU"}, {"of", "department.slaes"}}), HasSubstr("slaes"));
  EXPECT_THAT(us.refused("country.list", {{"of", "department.slaes"}}), HasSubstr("slaes"));
}

}  // namespace
}  // namespace rf::app
