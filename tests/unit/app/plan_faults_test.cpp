// Whose faults somebody hears of when the whole cannot be compiled.
#include "app/plan_faults.hpp"

#include <gmock/gmock.h>

#include "app/object_commands.hpp"
#include "core/command/catalog.hpp"
#include "tests/unit/app/folder.hpp"

namespace rf::app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr TenantId acme{2}, umbrella{3};
const std::vector<store::Tenant> several{
    {store::default_tenant, "default", "", {}, 0}, {acme, "acme", "", {}, 0}, {umbrella, "umbrella", "", {}, 0}};
const std::vector<toll::PlanFault> faults{
    {"route", "berlin", "leads to the trunk b-line, which there is not", "see: ringfence trunk list", umbrella},
    {"route", "paris", "leads to no trunk", "name one with --trunks", acme},
    {"trunk", "", "trunks x and y cannot be told apart", "change one of them"}};

std::vector<std::string> texts(TenantId bound_to, const std::vector<store::Tenant>& tenants = several) {
  std::vector<std::string> out;
  for (const ToldFault& each : told(faults, tenants, bound_to)) out.push_back(each.text);
  return out;
}

TEST(ToldFaults, WhoIsBoundToATenantHearsOfItsOwnAndNoNamesOfOthers) {
  EXPECT_THAT(texts(acme), ElementsAre("route paris leads to no trunk",
                                       "the system's configuration, or another tenant's, is at fault"));
  EXPECT_THAT(texts(TenantId{4}), ElementsAre("the system's configuration, or another tenant's, is at fault"));
  const auto heard = told(faults, several, acme);
  EXPECT_EQ(heard[0].fault, &faults[1]);
  EXPECT_EQ(heard[1].fault, nullptr);
  EXPECT_EQ(heard[1].remedy, "ask whoever runs the system");
}

TEST(ToldFaults, WhoReachesAllHearsAllWithTheNamesOfTheirTenants) {
  EXPECT_THAT(texts({}),
              ElementsAre("tenant umbrella: route berlin leads to the trunk b-line, which there is not",
                          "tenant acme: route paris leads to no trunk", "trunk trunks x and y cannot be told apart"));
  EXPECT_EQ(texts({}, {several[1]})[1], "route paris leads to no trunk") << "where there is one, nobody need say which";
}

class ATenantAtFault : public ::testing::Test {
 protected:
  ATenantAtFault() {
    const auto added = records.store.add_tenant("umbrella");
    EXPECT_TRUE(added);
    theirs = *added;
    // As an update of the program would find it: none of them could write it now.
    const std::string route = "[route.berlin]\ntrunks = [\"b-line\"]\n";
    EXPECT_TRUE(records.store.put_object(records.vault, theirs, {"route", "berlin", route}));
  }
  command::Error refused(TenantId tenant, bool bounded) {
    records.tenant = tenant;
    records.bounded = bounded;
    const auto checked = command::check("extension.add", {{"number", "1001"}});
    EXPECT_TRUE(checked.has_value());
    const PlanChanged changed =
        *change_objects(records, checked->command, 1'000, {{{settings, policy, records.store, countries}}, {}});
    EXPECT_FALSE(changed.outcome);
    return changed.outcome ? command::Error() : changed.outcome.error();
  }

  void add_extension(TenantId tenant, std::string number) {
    store::NewExtension made;
    made.tenant = tenant;
    made.number = std::move(number);
    ASSERT_TRUE(records.store.add_extension(records.vault, records.realm, made));
  }
  bool set(const std::string& number, command::Arguments values) {
    records.tenant = store::default_tenant;
    values.emplace("number", number);
    const auto checked = command::check("extension.set", values);
    EXPECT_TRUE(checked.has_value());
    return change_objects(records, checked->command, 1'000, {{{settings, policy, records.store, countries}}, {}})
        ->outcome.has_value();
  }

  Folder folder;
  Records records = *Records::open({folder / "ringfence.db", false, 1'000}, folder / "seal.key", "ringfence");
  config::Settings settings = {};
  policy::Policy policy = {};
  CountryBook countries = {};
  TenantId theirs;
};

TEST_F(ATenantAtFault, IsNotNamedToWhoeverIsBoundToAnother) {
  const command::Error error = refused(store::default_tenant, true);
  EXPECT_EQ(error.message, "the system's configuration, or another tenant's, is at fault; ask whoever runs the system");
  EXPECT_EQ(error.remedy, "nothing was changed");
}

TEST_F(ATenantAtFault, KeepsNobodyFromShuttingAnExtensionThatWasStolen) {
  add_extension(store::default_tenant, "1001");
  EXPECT_TRUE(set("1001", {{"enabled", false}}));
  EXPECT_FALSE(records.store.find_extension(store::default_tenant, "1001")->settings.enabled);
  EXPECT_FALSE(set("1001", {{"enabled", true}})) << "that lets somebody call, by rules that do not compile";
  EXPECT_FALSE(records.store.find_extension(store::default_tenant, "1001")->settings.enabled);
}

TEST_F(ATenantAtFault, HearsOfItItself) {
  EXPECT_THAT(refused(theirs, true).message, AllOf(StartsWith("route berlin "), HasSubstr("b-line")));
}

TEST_F(ATenantAtFault, IsNamedToWhoeverRunsTheSystem) {
  EXPECT_THAT(refused(store::default_tenant, false).message,
              AllOf(StartsWith("tenant umbrella: route berlin "), HasSubstr("b-line")));
}

}  // namespace
}  // namespace rf::app
