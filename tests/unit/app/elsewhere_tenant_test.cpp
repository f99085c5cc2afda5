// Providers and directories whose people are a tenant's; and those of one tenant who would be somebody of another.
#include "tests/unit/app/elsewhere_world.hpp"

#include "core/base/limits/people.hpp"
#include "shell/store/connection.hpp"

namespace rf::app::elsewhere {
namespace {

using ::testing::HasSubstr;

/// Beside the system's provider, one whose people are those of the tenant acme.
class ElsewhereOfATenant : public Elsewhere {
 protected:
  ElsewhereOfATenant() {
    acme_ = *records_.store.add_tenant("acme");
    run("sign-in.add", {{"name", "acme-sso"},
                        {"kind", "oidc"},
                        {"url", other_.issuer},
                        {"client", "ringfence"},
                        {"people_of", "acme"},
                        {"roles", "bosses=administrator; staff=employee"}});
    other_.claims = {{"sub", "7"}, {"preferred_username", "eva"}, {"name", "Eva"}, {"groups", {"staff"}}};
  }
  Answer sign_in_there(Browser& browser) { return come_back(browser, leave(browser, other_, "acme-sso")); }
  Json ways(const std::string& tenant) {
    const auto route = std::find_if(routes_.begin(), routes_.end(),
                                    [](const auto& each) { return each.path == "/api/v1/session/providers"; });
    web::Request request;
    request.remote = {*Address::parse("192.0.2.10"), 40'000};
    if (!tenant.empty()) request.query.push_back({"tenant", tenant});
    const Answer answer = route->handle(request);
    Json names = Json::array();
    for (const Json& each : answer.body["providers"]) names.push_back(each["name"]);
    return names;
  }
  /// What no command writes any more, as a former configuration may have it.
  void write_past_the_rules(const std::function<void(access::Provider&)>& change) {
    const std::lock_guard lock(mutex_);
    store::PeopleTables tables(records_.store);
    auto list = *tables.providers(records_.vault);
    const auto found =
        std::find_if(list.begin(), list.end(), [](const auto& each) { return each.name == "acme-sso"; });
    ASSERT_NE(found, list.end());
    change(*found);
    ASSERT_TRUE(tables.put_provider(*found));
    ASSERT_TRUE(logins_->reload(records_));
  }

  TenantId acme_;
};

TEST_F(ElsewhereOfATenant, ItsPeopleComeIntoBeingInItAndAreBoundToIt) {
  Browser browser;
  const Answer in = sign_in_there(browser);
  ASSERT_EQ(in.status, 200u) << in.body.dump();
  EXPECT_EQ(in.body["name"], "eva@acme");
  ASSERT_NE(user("eva@acme"), nullptr);
  EXPECT_EQ(user("eva@acme")->tenant, acme_);
  EXPECT_EQ(user("eva@acme")->of, access::Class::tenant_user);
  const auto asker =
      logins_->recognise({{*Address::parse(browser.from), 40'000}, browser.cookie, {}, "Firefox"}).asker;
  ASSERT_TRUE(asker);
  EXPECT_EQ(asker->tenant, acme_);
  EXPECT_EQ(run("sign-in.show", {{"name", "acme-sso"}})["people_of"], "acme");
  EXPECT_EQ(run("sign-in.show", {{"name", "corporate"}})["people_of"], "");
}

TEST_F(ElsewhereOfATenant, ItsGroupsGiveNoRoleOfTheSystemOrOfADealer) {
  for (const char* const role : {"system", "operation", "site", "dealer"}) {
    const auto mapped = attempt("sign-in.set", {{"name", "acme-sso"}, {"roles", fmt::format("staff={}", role)}});
    ASSERT_FALSE(mapped) << role;
    EXPECT_EQ(mapped.error().code, command::Code::invalid) << role;
    EXPECT_EQ(mapped.error().field, "roles") << role;
  }
  const auto given = attempt("sign-in.set", {{"name", "corporate"}, {"people_of", "acme"}});
  ASSERT_FALSE(given) << "one whose groups give a role of the system becomes no tenant's";
  EXPECT_EQ(given.error().field, "roles");
  run("role.copy", {{"name", "half-system"}, {"from", "site"}});
  EXPECT_FALSE(attempt("sign-in.set", {{"name", "acme-sso"}, {"roles", "staff=half-system"}}));
  EXPECT_FALSE(attempt("sign-in.set", {{"name", "corporate"}, {"roles", "admins=dealer"}}));
}

TEST_F(ElsewhereOfATenant, ARoleOfTheSystemThatWasMappedBeforeIsNotGivenAtSignIn) {
  Browser before;
  ASSERT_EQ(sign_in_there(before).status, 200u);
  write_past_the_rules([](access::Provider& p) { p.roles = {{"bosses", "system"}, {"staff", "employee"}}; });
  other_.claims["groups"] = {"bosses"};
  Browser browser;
  EXPECT_EQ(sign_in_there(browser).status, 403u);
  EXPECT_EQ(browser.cookie, "");
  EXPECT_EQ(user("eva@acme")->of, access::Class::tenant_user);
  EXPECT_EQ(user("eva@acme")->role, "");
  EXPECT_EQ(account(before), 401);
  other_.claims["groups"] = {"bosses", "staff"};
  EXPECT_EQ(sign_in_there(browser).body["role"], "employee") << "the next that fits, of a tenant";
  EXPECT_EQ(user("eva@acme")->tenant, acme_);
}

TEST_F(ElsewhereOfATenant, NobodyOfItIsSomebodyOfTheSystemOrOfAnotherTenant) {
  ASSERT_TRUE(records_.store.add_tenant("umbrella"));
  local_user("root", "system", "system");
  run("user.add", {{"name", "boss@acme"}, {"role", "administrator"}, {"tenant", "acme"}});
  run("user.add", {{"name", "carl@umbrella"}, {"role", "administrator"}, {"tenant", "umbrella"}});
  Browser anna;
  ASSERT_EQ(sign_in(anna).status, 200u) << "anna, subject 1, of the system's provider";
  const access::UserId annas = user("anna")->id;
  Browser browser;
  // The subject, the address and the name of somebody else, each with a provider of one's own.
  other_.claims = {{"sub", "1"}, {"preferred_username", "anna"}, {"email", "root@example.com"}, {"groups", {"bosses"}}};
  ASSERT_EQ(sign_in_there(browser).body["name"], "anna@acme");
  EXPECT_NE(user("anna@acme")->id, annas);
  EXPECT_EQ(user("anna")->provider, "corporate");
  EXPECT_EQ(user("anna")->role, "employee");
  other_.claims["sub"] = "2";
  other_.claims["preferred_username"] = "root";
  ASSERT_EQ(sign_in_there(browser).body["name"], "root@acme");
  EXPECT_EQ(user("root")->provider, "");
  for (const auto& [name, subject] : {std::pair{"carl@umbrella", "3"}, std::pair{"x@default", "4"}}) {
    other_.claims["sub"] = subject;
    other_.claims["preferred_username"] = name;
    EXPECT_EQ(sign_in_there(browser).status, 403u) << name;
  }
  EXPECT_EQ(user("carl@umbrella")->provider, "");
  EXPECT_EQ(user("carl@umbrella@acme"), nullptr);
  other_.claims["sub"] = "5";
  other_.claims["preferred_username"] = "boss";
  const Answer taken = sign_in_there(browser);
  EXPECT_EQ(taken.status, 403u) << "an account of the tenant itself is not taken over either";
  EXPECT_EQ(user("boss@acme")->provider, "");
}

TEST_F(ElsewhereOfATenant, WhereThereIsNoRoomForOneMoreHeIsToldSo) {
  {
    const auto raw = *store::connect({.path = folder_ / "ringfence.db", .synchronous = false}, 1'024);
    *raw << fmt::format(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) INSERT INTO users (id, tenant,"
        " name, display, class, role, email, enabled, must_change, password, factor, factor_step, factor_email,"
        " created_wall_ms, password_wall_ms, login_wall_ms, provider, subject, dealer) SELECT 1000000 + i, {},"
        " 'crowd' || i, '', 0, 'employee', '', 1, 0, '', '', 0, '', 0, 0, 0, '', '', '' FROM n",
        AccessLimits::users / TenantLimits::share, acme_.value);
  }
  Browser browser;
  const Answer refused = sign_in_there(browser);
  EXPECT_EQ(refused.status, 403u);
  EXPECT_THAT(refused.body.dump(), HasSubstr("no room for another user"));
  EXPECT_EQ(user("eva@acme"), nullptr);
}

TEST_F(ElsewhereOfATenant, TheSamePersonAtTwoProvidersOfItIsTwo) {
  Idp& idp = other_;
  Browser browser;
  ASSERT_EQ(sign_in_there(browser).status, 200u);
  const access::UserId evas = user("eva@acme")->id;
  run("sign-in.add", {{"name", "acme-two"},
                      {"kind", "oidc"},
                      {"url", idp.issuer},
                      {"client", "ringfence"},
                      {"people_of", "acme"},
                      {"roles", "staff=administrator"}});
  EXPECT_EQ(come_back(browser, leave(browser, idp, "acme-two")).status, 403u);
  EXPECT_EQ(user("eva@acme")->id, evas);
  EXPECT_EQ(user("eva@acme")->role, "employee");
}

TEST_F(ElsewhereOfATenant, WhosePeopleTheyAreStaysWhileThereAreAny) {
  ASSERT_TRUE(records_.store.add_tenant("umbrella"));
  Browser browser;
  ASSERT_EQ(sign_in_there(browser).status, 200u);
  for (const char* const other : {"umbrella", "", "default"}) {
    const auto moved = attempt("sign-in.set", {{"name", "acme-sso"}, {"people_of", other}});
    ASSERT_FALSE(moved) << other;
    EXPECT_EQ(moved.error().code, command::Code::conflict) << other;
  }
  run("sign-in.set", {{"name", "acme-sso"}, {"people_of", "acme"}, {"title", "Acme"}});
  EXPECT_EQ(attempt("sign-in.set", {{"name", "acme-sso"}, {"people_of", "nobodys"}}).error().code,
            command::Code::conflict);
  run("user.remove", {{"name", "eva@acme"}});
  EXPECT_EQ(attempt("sign-in.set", {{"name", "acme-sso"}, {"people_of", "nobodys"}}).error().code,
            command::Code::not_found);
  EXPECT_EQ(run("sign-in.set", {{"name", "acme-sso"}, {"people_of", "umbrella"}})["people_of"], "umbrella");
}

TEST_F(ElsewhereOfATenant, WhenTheTenantIsGoneNobodySignsInThere) {
  Browser browser;
  ASSERT_EQ(sign_in_there(browser).status, 200u);
  EXPECT_FALSE(records_.store.drop_tenant(acme_)) << "while it has people";
  run("user.remove", {{"name", "eva@acme"}});
  EXPECT_FALSE(records_.store.drop_tenant(acme_)) << "while people sign in there";
  write_past_the_rules([](access::Provider& p) { p.people_of = TenantId{4'711}; });
  const Answer out = sign_in_there(browser);
  EXPECT_EQ(out.status, 403u);
  EXPECT_THAT(out.body["detail"].get<std::string>(), HasSubstr("nobody signs in there any more"));
  EXPECT_EQ(user("eva@acme"), nullptr);
  EXPECT_EQ(user("eva"), nullptr) << "nor does anybody become one of the default tenant";
}

TEST_F(ElsewhereOfATenant, WhatChangedWhileSomebodyWasAwayHoldsWhenHeComesBack) {
  const auto signed_as_usual = other_.sign;
  other_.sign = [&](const Json& claims) {
    run("sign-in.set", {{"name", "acme-sso"}, {"roles", "staff=supervisor"}});
    return signed_as_usual(claims);
  };
  Browser browser;
  EXPECT_EQ(sign_in_there(browser).body["role"], "supervisor");
  other_.sign = [&](const Json& claims) {
    run("sign-in.remove", {{"name", "acme-sso"}, {"force", true}});
    return signed_as_usual(claims);
  };
  Browser late;
  EXPECT_EQ(sign_in_there(late).status, 403u);
  EXPECT_EQ(late.cookie, "");
  EXPECT_EQ(user("eva@acme"), nullptr) << "nobody is made by a provider that is gone";
}

TEST_F(ElsewhereOfATenant, OfTheDefaultOneNamesEndWithNothingAndRolesAreATenants) {
  run("sign-in.set", {{"name", "acme-sso"}, {"people_of", "default"}});
  Browser browser;
  ASSERT_EQ(sign_in_there(browser).body["name"], "eva");
  EXPECT_EQ(user("eva")->tenant, store::default_tenant);
  EXPECT_FALSE(attempt("sign-in.set", {{"name", "acme-sso"}, {"roles", "staff=system"}}));
}

TEST_F(ElsewhereOfATenant, ThePageListsATenantsWaysForWhoeverComesByItsAddressAlone) {
  EXPECT_EQ(ways(""), Json::array({"corporate"}));
  EXPECT_EQ(ways("acme"), Json::array({"acme-sso", "corporate"}));
  EXPECT_EQ(ways("nobodys"), ways("")) << "one that is not there is like one without any";
  EXPECT_EQ(ways("default"), ways(""));
}

TEST_F(ElsewhereOfATenant, AnAdministratorOfItNeitherSeesNorChangesWhereItsPeopleSignIn) {
  other_.claims["groups"] = {"bosses"};
  Browser browser;
  ASSERT_EQ(sign_in_there(browser).body["role"], "administrator");
  const auto asker =
      logins_->recognise({{*Address::parse(browser.from), 40'000}, browser.cookie, {}, "Firefox"}).asker;
  ASSERT_TRUE(asker);
  EXPECT_FALSE(asker->may(access::Permission::sign_in_read));
  EXPECT_FALSE(asker->may(access::Permission::sign_in_write));
  EXPECT_FALSE(attempt("user.set", {{"name", "eva@acme"}, {"role", "employee"}}, asker)) << "groups say what she is";
}

TEST_F(ElsewhereOfATenant, ADirectorysPeopleAreItsToo) {
  add_directory();
  run("sign-in.set", {{"name", "directory"}, {"people_of", "acme"}});
  Browser browser;
  const Json told{{"name", "bernd"}, {"password", good}, {"provider", "directory"}};
  const Answer in = post(browser, "/api/v1/session", told);
  ASSERT_EQ(in.status, 200u) << in.body.dump();
  EXPECT_EQ(in.body["name"], "bernd@acme");
  EXPECT_EQ(user("bernd@acme")->tenant, acme_);
  Browser guesser;
  EXPECT_EQ(
      post(guesser, "/api/v1/session", {{"name", "bernd"}, {"password", "wrong"}, {"provider", "directory"}}).status,
      403u);
}

}  // namespace
}  // namespace rf::app::elsewhere
