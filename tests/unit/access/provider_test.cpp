// Which groups give which role, and texts that would like to be more than texts.
#include "core/access/provider.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/people.hpp"

namespace rf::access {
namespace {

Provider directory() {
  Provider out;
  out.name = "directory";
  out.kind = ProviderKind::ldap;
  out.url = "ldaps://dc1.example.com";
  out.base = "ou=people,dc=example,dc=com";
  fill_in(out);
  return out;
}
Provider corporate() {
  Provider out;
  out.name = "corporate";
  out.url = "https://login.example.com";
  out.client = "ringfence";
  fill_in(out);
  return out;
}
constexpr auto every_role = [](const std::string&) { return true; };

TEST(Groups, GiveTheFirstRoleThatFits) {
  Provider p = corporate();
  p.roles = *parse_group_roles("admins=system; staff=employee ;\nops=operator");
  EXPECT_EQ(role_of(p, std::vector<std::string>{"ops", "staff"}, every_role), "employee");
  EXPECT_EQ(role_of(p, std::vector<std::string>{"staff", "admins"}, every_role), "system");
  EXPECT_EQ(role_of(p, std::vector<std::string>{"Admins", "adminsx", "admin"}, every_role), std::nullopt);
  EXPECT_EQ(role_of(p, {}, every_role), std::nullopt);
  EXPECT_EQ(role_of(p, std::vector<std::string>{"admins", "ops"}, [](const auto& role) { return role != "system"; }),
            "operator")
      << "a role that is gone is nobody's";
}

TEST(Groups, OfADirectoryCompareWithoutCaseAndWhole) {
  Provider p = directory();
  p.roles = *parse_group_roles("cn=admins,ou=groups,dc=example,dc=com=system");
  ASSERT_EQ(p.roles.size(), 1u);
  EXPECT_EQ(p.roles[0].group, "cn=admins,ou=groups,dc=example,dc=com");
  EXPECT_EQ(role_of(p, std::vector<std::string>{"CN=Admins,OU=Groups,DC=Example,DC=Com"}, every_role), "system");
  EXPECT_EQ(role_of(p, std::vector<std::string>{"cn=admins,ou=mine,dc=example,dc=com", "cn=admins"}, every_role),
            std::nullopt);
}

TEST(Groups, ThatNameNoRoleAreRefused) {
  for (const char* each : {"admins", "=system", "admins=", "admins=No Role", "admins=sys tem", "a\x01=system"})
    EXPECT_FALSE(parse_group_roles(each)) << each;
  std::string many;
  for (std::size_t i = 0; i <= SignInLimits::mapped; ++i) many += "g=system;";
  EXPECT_FALSE(parse_group_roles(many));
  EXPECT_EQ(text_of(*parse_group_roles("a=b=system;c=site")), "a=b=system; c=site");
}

TEST(Groups, OfATenantsProviderGiveRolesOfATenantAndNobodyMakesADealer) {
  Provider of_the_system = corporate(), of_acme = corporate();
  of_acme.people_of = TenantId{2};
  const Role system{"s", "", Realm::system, {}}, dealer{"d", "", Realm::dealer, {}}, tenant{"t", "", Realm::tenant, {}};
  EXPECT_TRUE(may_give(of_the_system, system));
  EXPECT_TRUE(may_give(of_the_system, tenant));
  EXPECT_TRUE(may_give(of_acme, tenant));
  EXPECT_FALSE(may_give(of_acme, system));
  EXPECT_FALSE(may_give(of_acme, dealer));
  EXPECT_FALSE(may_give(of_the_system, dealer)) << "no provider says whose dealer somebody is";
}

TEST(LoginOf, IsOfTheTenantWhateverItsProviderCallsSomebody) {
  EXPECT_EQ(login_of("eva", "acme"), "eva@acme");
  EXPECT_EQ(login_of("eva@acme", "acme"), "eva@acme");
  EXPECT_EQ(login_of("eva@acme.example", "acme"), "eva@acme.example@acme");
  for (const char* const name : {"eva@umbrella", "eva@default", "@acme", "", "Eva", "eva root"})
    EXPECT_EQ(login_of(name, "acme"), std::nullopt) << name;
  EXPECT_EQ(login_of(std::string(62, 'e'), "acme"), std::nullopt) << "it is too long with the tenant's name";
  EXPECT_EQ(login_of("eva", {}), "eva");
  EXPECT_EQ(login_of("eva@acme.example", {}), "eva@acme.example");
  EXPECT_EQ(login_of("eva@acme", {}), std::nullopt);
}

TEST(Filter, TakesWhatWasTypedAsATextAndNothingElse) {
  EXPECT_EQ(filter_with("(uid={name})", "name", "anna"), "(uid=anna)");
  EXPECT_EQ(filter_with("(uid={name})", "name", "*"), "(uid=\\2a)");
  EXPECT_EQ(filter_with("(uid={name})", "name", "x)(objectClass=*"), "(uid=x\\29\\28objectClass=\\2a)");
  EXPECT_EQ(filter_with("(uid={name})", "name", std::string("a\0b\\", 4)), "(uid=a\\00b\\5c)");
  EXPECT_EQ(filter_with("(uid={name})", "name", "\xc3\xa4"), "(uid=\\c3\\a4)");
  EXPECT_EQ(filter_with("(|(uid={name})(mail={name}))", "name", "{name}"), "(|(uid={name})(mail={name}))");
  EXPECT_EQ(filter_with("(x=1)", "name", "anna"), "(x=1)");
}

TEST(Provider, SaysWhyItCannotWork) {
  EXPECT_EQ(fault_of(corporate()), std::nullopt);
  EXPECT_EQ(fault_of(directory()), std::nullopt);
  const auto oidc = [](auto change) {
    Provider p = corporate();
    change(p);
    return fault_of(p).has_value();
  };
  EXPECT_TRUE(oidc([](Provider& p) { p.url = "http://login.example.com"; }));
  EXPECT_TRUE(oidc([](Provider& p) { p.url = "https://login.example.com/?x"; }));
  EXPECT_TRUE(oidc([](Provider& p) { p.client = ""; }));
  EXPECT_TRUE(oidc([](Provider& p) { p.scopes = "profile openidx"; }));
  EXPECT_TRUE(oidc([](Provider& p) { p.title = "a\x1b[2J"; }));
  EXPECT_TRUE(oidc([](Provider& p) { p.ca = "none"; }));
  const auto ldap = [](auto change) {
    Provider p = directory();
    change(p);
    return fault_of(p).has_value();
  };
  EXPECT_FALSE(ldap([](Provider& p) { p.url = "ldap://[2001:db8::1]:389"; }));
  for (const char* url : {"https://x", "ldapi:///", "ldaps://", "ldaps://a/dc=b", "ldaps://a b", "cldap://a"})
    EXPECT_TRUE(ldap([&](Provider& p) { p.url = url; })) << url;
  EXPECT_TRUE(ldap([](Provider& p) { p.base = ""; }));
  for (const char* filter : {"(uid=anna)", "uid={name}", "(uid={name}))", "(uid={name}"})
    EXPECT_TRUE(ldap([&](Provider& p) { p.filter = filter; })) << filter;
  EXPECT_TRUE(ldap([](Provider& p) { p.group_base = "ou=groups", p.group_filter = "(member=x)"; }));
}

}  // namespace
}  // namespace rf::access
