#include "core/access/permission.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/access/asker.hpp"
#include "core/access/people.hpp"
#include "core/access/role.hpp"
#include "core/command/catalog.hpp"

namespace rf::access {
namespace {

TEST(PermissionTable, NamesWhatEveryCommandAsksForAndNothingElseChanges) {
  for (const command::Spec& spec : command::catalog()) {
    const auto permission = parse_permission(spec.permission);
    ASSERT_TRUE(permission) << spec.name << " asks for " << spec.permission;
    EXPECT_EQ(info_of(*permission).changes, spec.changes) << spec.name;
  }
}

TEST(PermissionTable, SaysEachNameOnceMadeOfItsSubjectAndWhetherItChanges) {
  std::set<std::string_view> names;
  for (const PermissionInfo& row : permission_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(row.name, std::string(row.subject) + (row.changes ? ".write" : ".read"));
    EXPECT_FALSE(row.summary.empty()) << row.name;
    EXPECT_EQ(parse_permission(row.name), row.permission);
  }
}

TEST(Permissions, AreReadAsTheyAreWritten) {
  for (const Role& role : built_in_roles()) {
    const auto again = Permissions::parse(role.permissions.text());
    ASSERT_TRUE(again) << role.name;
    EXPECT_EQ(*again, role.permissions) << role.name;
  }
}

TEST(Permissions, TakePatternsOfSubjectsAndOfAllThatOnlyReads) {
  EXPECT_EQ(*Permissions::parse("*"), Permissions::all());
  EXPECT_EQ(Permissions::parse("call.*")->text(), "call.read call.write");
  const Permissions reads = *Permissions::parse("*.read");
  for (const PermissionInfo& row : permission_table()) EXPECT_EQ(reads.has(row.permission), !row.changes) << row.name;
}

TEST(Permissions, RefuseWhatIsNoPermissionAndSayWhich) {
  for (const char* bad : {"cal.read", "call.", ".read", "call", "*.*", "call.reads", "**"}) {
    const auto parsed = Permissions::parse(std::string("cdr.read, ") + bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error(), bad);
  }
}

TEST(Roles, OfATenantReachNothingBeyondIt) {
  for (const Role& role : built_in_roles()) EXPECT_FALSE(beyond_realm(role.realm, role.permissions)) << role.name;
  EXPECT_EQ(beyond_realm(Realm::tenant, Permissions::all()), Permission::system_read);
}

TEST(Roles, OfADealerAddTenantsAndReachNothingElseOfTheSystem) {
  const Role* const dealer = built_in_role("dealer");
  const Role* const administrator = built_in_role("administrator");
  ASSERT_TRUE(dealer != nullptr && administrator != nullptr);
  for (const PermissionInfo& row : permission_table()) {
    const bool more = dealer->permissions.has(row.permission) && !administrator->permissions.has(row.permission);
    EXPECT_EQ(more, row.name == "tenant.write" || row.name == "dealer.read") << row.name;
  }
  EXPECT_EQ(beyond_realm(Realm::dealer, Permissions::all()), Permission::system_read);
  EXPECT_EQ(beyond_realm(Realm::tenant, dealer->permissions), Permission::tenant_write);
}

TEST(Roles, FitTheirClassAndADealersNobodyElse) {
  const auto fits = [](std::string_view role, Class of) { return role_fits(*built_in_role(role), of); };
  EXPECT_TRUE(fits("dealer", Class::dealer));
  EXPECT_FALSE(fits("dealer", Class::tenant_user));
  EXPECT_FALSE(fits("dealer", Class::system_administrator));
  EXPECT_TRUE(fits("administrator", Class::dealer));
  EXPECT_FALSE(fits("system", Class::dealer));
  EXPECT_FALSE(fits("administrator", Class::system_administrator));
  User eve;
  eve.name = "eve";
  eve.of = Class::tenant_user;
  eve.role = "dealer";
  EXPECT_TRUE(People({eve}, {}).permissions_of(eve).empty()) << "whatever is on disk";
}

TEST(Roles, OnlySystemMaySayWhoMayDoWhat) {
  for (const Role& role : built_in_roles()) {
    if (role.realm != Realm::system || role.name == "system") continue;
    EXPECT_FALSE(role.permissions.has(Permission::user_write)) << role.name;
    EXPECT_FALSE(role.permissions.has(Permission::role_write)) << role.name;
    EXPECT_FALSE(role.permissions.has(Permission::token_write)) << role.name;
  }
}

TEST(Judge, LetsNobodyPastAStepThatIsNotDone) {
  Asker asker;
  asker.permissions = Permissions::all();
  asker.step = Step::second_factor;
  EXPECT_EQ(judge(asker, signed_in), Verdict::unknown);
  EXPECT_EQ(judge(asker, permitted(Permission::call_read)), Verdict::unknown);
  for (const Step step : {Step::new_password, Step::enrol_factor}) {
    asker.step = step;
    EXPECT_EQ(judge(asker, signed_in), Verdict::yes);
    EXPECT_EQ(judge(asker, permitted(Permission::call_read)), Verdict::unfinished);
    EXPECT_FALSE(asker.may(Permission::call_read));
  }
}

TEST(Judge, GivesATokenWhatItNamesAndNeverTheAccount) {
  Asker asker;
  asker.how = Asker::How::token;
  asker.permissions.add(Permission::cdr_read);
  for (const PermissionInfo& row : permission_table())
    EXPECT_EQ(judge(asker, permitted(row.permission)),
              row.permission == Permission::cdr_read ? Verdict::yes : Verdict::lacking)
        << row.name;
  EXPECT_EQ(judge(asker, signed_in), Verdict::lacking);
}

TEST(Judge, KnowsStrangersOnlyWhereEverybodyMayCome) {
  EXPECT_EQ(judge(std::nullopt, anybody), Verdict::yes);
  EXPECT_EQ(judge(std::nullopt, signed_in), Verdict::unknown);
  for (const PermissionInfo& row : permission_table())
    EXPECT_EQ(judge(std::nullopt, permitted(row.permission)), Verdict::unknown) << row.name;
}

TEST(LoginNames, OfATenantEndWithItsNameAndNobodyElsesEndLikeThat) {
  for (const char* const name : {"eva@acme", "eva@home@acme"}) EXPECT_FALSE(fault_of_login(name, "acme")) << name;
  for (const char* const name : {"eva", "eva@umbrella", "@acme", "eva@acme.example", "acme", "eva@xacme"})
    EXPECT_TRUE(fault_of_login(name, "acme")) << name;
  for (const char* const name : {"eva", "eva@acme.example"}) EXPECT_FALSE(fault_of_login(name, {})) << name;
  for (const char* const name : {"eva@acme", "eva@nobodys"}) EXPECT_TRUE(fault_of_login(name, {})) << name;
}

}  // namespace
}  // namespace rf::access
