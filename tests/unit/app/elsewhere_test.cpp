// Signing in with a provider or in a directory, as the routes are asked; and whoever comes back with what is not his.
#include "tests/unit/app/elsewhere_world.hpp"

namespace rf::app::elsewhere {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(Elsewhere, SomebodyWhoseGroupHasARoleComesIntoBeingAndStaysTheSame) {
  Browser browser;
  EXPECT_EQ(user("anna"), nullptr);
  const Answer in = sign_in(browser);
  ASSERT_EQ(in.status, 200u) << in.body.dump();
  EXPECT_EQ(in.body["role"], "employee");
  EXPECT_EQ(in.body["step"], "none");
  EXPECT_EQ(account(browser), 200);
  EXPECT_EQ(browser.flow, "") << "the way there has served";
  ASSERT_NE(user("anna"), nullptr);
  const access::UserId id = user("anna")->id;
  corporate_.claims["preferred_username"] = "anna.married";
  corporate_.claims["name"] = "Anna Married";
  EXPECT_EQ(sign_in(browser).status, 200u);
  EXPECT_EQ(user("anna")->id, id);
  EXPECT_EQ(user("anna")->display, "Anna Married");
  EXPECT_EQ(user("anna.married"), nullptr);
  EXPECT_THAT(audit_, Contains("user anna: sign in by corporate from 192.0.2.10: done, role employee"));
}

TEST_F(Elsewhere, TheRoleFollowsTheGroupsAtEachLoginAndGoesWithTheLast) {
  Browser browser, phone;
  corporate_.claims["groups"] = {"ops"};
  ASSERT_EQ(sign_in(phone).body["role"], "operator");
  corporate_.claims["groups"] = {"ops", "admins"};
  ASSERT_EQ(sign_in(browser).body["role"], "system");
  EXPECT_EQ(user("anna")->of, access::Class::system_administrator);
  EXPECT_EQ(account(phone), 401) << "what was begun with another role is over";
  corporate_.claims["groups"] = Json::array();
  Browser third;
  const Answer out = sign_in(third);
  EXPECT_EQ(out.status, 403u);
  EXPECT_THAT(out.body["detail"].get<std::string>(), HasSubstr("none of your groups"));
  EXPECT_EQ(account(browser), 401);
  EXPECT_TRUE(logins_->people()->permissions_of(*user("anna")).empty());
  corporate_.claims.erase("groups");
  EXPECT_EQ(sign_in(third).status, 403u);
  corporate_.claims["groups"] = "staff";
  EXPECT_EQ(sign_in(third).body["role"], "employee") << "one group may be a text";
}

TEST_F(Elsewhere, NobodyIsMadeWithoutAGroupThatHasARole) {
  Browser browser;
  corporate_.claims["groups"] = {"visitors"};
  EXPECT_EQ(sign_in(browser).status, 403u);
  EXPECT_EQ(user("anna"), nullptr);
  EXPECT_EQ(browser.cookie, "");
}

TEST_F(Elsewhere, ANameThatSomebodyElseHasIsNotTakenOver) {
  local_user("anna", "system", "system");
  Browser browser;
  corporate_.claims["groups"] = {"admins"};
  const Answer out = sign_in(browser);
  EXPECT_EQ(out.status, 403u);
  EXPECT_THAT(out.body["detail"].get<std::string>(), HasSubstr("somebody else's"));
  EXPECT_EQ(user("anna")->provider, "");
  run("sign-in.add", {{"name", "other"},
                      {"kind", "oidc"},
                      {"url", other_.issuer},
                      {"client", "ringfence"},
                      {"roles", "staff=employee"}});
  corporate_.claims["preferred_username"] = "carla";
  ASSERT_EQ(sign_in(browser).status, 200u);
  other_.claims["preferred_username"] = "carla";
  EXPECT_EQ(come_back(browser, leave(browser, other_, "other")).status, 403u)
      << "the same subject and name at another provider is somebody else";
}

TEST_F(Elsewhere, WhatCameBackIsGoodOnce) {
  corporate_.codes_twice = true;
  Browser browser;
  const Json back = leave(browser, corporate_);
  const std::string flow = browser.flow;
  ASSERT_EQ(come_back(browser, back).status, 200u);
  Browser thief;
  thief.flow = flow;
  EXPECT_EQ(come_back(thief, back).status, 403u) << "also when the provider takes a code twice";
  EXPECT_EQ(thief.cookie, "");
  EXPECT_THAT(audit_, Contains(HasSubstr("come back from a provider again")));
}

TEST_F(Elsewhere, WhatAnotherBrowserBeganIsNotFinishedHere) {
  Browser victim, attacker;
  const Json attackers = leave(attacker, corporate_);
  EXPECT_EQ(come_back(victim, attackers).status, 403u) << "no sign-in was begun here";
  leave(victim, corporate_);
  EXPECT_EQ(come_back(victim, attackers).status, 403u) << "another one was";
  victim.flow = "1:" + std::string(100, 'A');
  EXPECT_EQ(come_back(victim, attackers).status, 403u);
  EXPECT_EQ(corporate_.times("/token"), 0u) << "nobody was asked for it";
  EXPECT_EQ(come_back(attacker, attackers).status, 200u);
}

TEST_F(Elsewhere, WhatOneProviderSendsIsNotShownToAnother) {
  run("sign-in.add", {{"name", "other"},
                      {"kind", "oidc"},
                      {"url", other_.issuer},
                      {"client", "ringfence"},
                      {"roles", "staff=system"}});
  Browser browser;
  // The other one leads the browser on to the first and hopes for the code.
  const Answer there = post(browser, "/api/v1/session/provider", {{"provider", "other"}});
  std::string url = there.body["url"];
  url.replace(0, other_.issuer.size(), corporate_.issuer);
  EXPECT_EQ(come_back(browser, Json(corporate_.visit(url))).status, 403u);
  EXPECT_EQ(other_.times("/token"), 0u);
  // And one that does not say who it is has a token of its own to show, for its own people.
  other_.says_who = false;
  Json back = leave(browser, corporate_);
  back.erase("issuer");
  EXPECT_EQ(come_back(browser, back).status, 403u) << "the first one always says who it is";
}

TEST_F(Elsewhere, OnlyPagesOfOursAreWhereOneReturnsTo) {
  Browser browser;
  for (const char* target : {"https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"})
    EXPECT_EQ(post(browser, "/api/v1/session/provider", {{"provider", "corporate"}, {"target", target}}).status, 400u);
  const Json back = leave(browser, corporate_, "corporate", {{"target", "#/extensions/1001"}});
  EXPECT_EQ(come_back(browser, back).body["target"], "#/extensions/1001");
}

TEST_F(Elsewhere, TokensThatNobodyVouchesForMakeNobody) {
  const SigningKey thief = SigningKey::ec("first");
  const std::vector<std::function<std::string(Json)>> forgers = {
      [](const Json& c) { return oidc::test::coded(R"({"alg":"none"})") + "." + oidc::test::coded(c.dump()) + "."; },
      [&](const Json& c) { return oidc::test::token_by_secret(c, "first", corporate_.key.pem()); },
      [&](const Json& c) { return oidc::test::token(c, thief, "ES256"); },
      [&](Json c) { return c["nonce"] = "x", oidc::test::token(c, corporate_.key, "ES256"); },
      [&](Json c) { return c["aud"] = "another", oidc::test::token(c, corporate_.key, "ES256"); },
      [&](Json c) { return c["iss"] = other_.issuer, oidc::test::token(c, corporate_.key, "ES256"); },
      [&](Json c) { return c["exp"] = 1, oidc::test::token(c, corporate_.key, "ES256"); },
      [](const Json&) { return std::string(100'000, 'x'); }};
  for (std::size_t i = 0; i < forgers.size(); ++i) {
    corporate_.sign = forgers[i];
    Browser browser;
    browser.from = fmt::format("192.0.2.{}", 20 + i);
    EXPECT_EQ(sign_in(browser).status, 403u) << i;
    EXPECT_EQ(browser.cookie, "") << i;
  }
  EXPECT_EQ(user("anna"), nullptr);
}

TEST_F(Elsewhere, NewKeysAreFetchedWhenOneIsUnknownButNotForEverybodyWhoAsks) {
  Browser browser;
  ASSERT_EQ(sign_in(browser).status, 200u);
  ASSERT_EQ(sign_in(browser).status, 200u);
  EXPECT_EQ(corporate_.times("/keys"), 1u);
  EXPECT_EQ(corporate_.times("/.well-known/openid-configuration"), 1u);
  corporate_.key = SigningKey::ec("second");
  EXPECT_EQ(sign_in(browser).status, 200u);
  EXPECT_EQ(corporate_.times("/keys"), 2u);
  corporate_.key = SigningKey::ec("third");
  EXPECT_EQ(sign_in(browser).status, 403u) << "within a minute it is not asked again";
  EXPECT_EQ(corporate_.times("/keys"), 2u);
}

TEST_F(Elsewhere, AProviderThatIsAwayIsNobodysFaultAndIsLeftAloneForAMoment) {
  corporate_.gone = true;
  Browser browser;
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(post(browser, "/api/v1/session/provider", {{"provider", "corporate"}}).status, 503u);
  EXPECT_EQ(corporate_.asked.size(), 1u);
}

TEST_F(Elsewhere, WhoeverGuessesIsHeldAndKeepsNobodyElseOut) {
  Browser attacker, browser;
  attacker.from = "198.51.100.7";
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(come_back(attacker, {{"state", fmt::format("x{}", i)}, {"code", "y"}}).status, 403u);
  EXPECT_EQ(come_back(attacker, {{"state", "x"}, {"code", "y"}}).status, 429u);
  EXPECT_EQ(sign_in(browser).status, 200u);
}

TEST_F(Elsewhere, WhoeverTheProviderDoesNotSignInIsToldSo) {
  Browser browser;
  Json back = leave(browser, corporate_);
  back.erase("code");
  back["error"] = "access_denied";
  const Answer out = come_back(browser, back);
  EXPECT_EQ(out.status, 403u);
  EXPECT_THAT(out.body["detail"].get<std::string>(), HasSubstr("Example did not sign you in"));
}

TEST_F(Elsewhere, PeopleOfARequiredProviderHaveNoPasswordHereAndLocalOnesKeepTheirs) {
  local_user("root", "system", "system");
  Browser browser;
  ASSERT_EQ(sign_in(browser).status, 200u);
  const std::string link = run("user.reset", {{"name", "anna"}})["link"];
  const std::string token = link.substr(link.find('#') + 1);
  ASSERT_EQ(post(browser, "/api/v1/account/first", {{"link", token}, {"password", good}}).status, 200u);
  ASSERT_EQ(post(browser, "/api/v1/session", {{"name", "anna"}, {"password", good}}).status, 200u);
  run("sign-in.set", {{"name", "corporate"}, {"required", true}});
  EXPECT_EQ(post(browser, "/api/v1/session", {{"name", "anna"}, {"password", good}}).status, 403u);
  EXPECT_EQ(post(browser, "/api/v1/session", {{"name", "root"}, {"password", good}}).status, 200u);
  EXPECT_EQ(run("user.reset", {{"name", "anna"}})["link"], "");
  corporate_.gone = true;
  EXPECT_EQ(post(browser, "/api/v1/session", {{"name", "root"}, {"password", good}}).status, 200u)
      << "whoever runs the system needs nobody else";
}

TEST_F(Elsewhere, ASecondFactorIsADutyUnlessTheProviderAsksForItsOwn) {
  config::LoginSettings settings;
  settings.second_factor[static_cast<std::size_t>(access::Class::tenant_user)] = true;
  make(settings);
  Browser browser;
  EXPECT_EQ(sign_in(browser).body["step"], "enrol_factor");
  run("sign-in.set", {{"name", "corporate"}, {"trusted_factor", true}});
  EXPECT_EQ(sign_in(browser).body["step"], "enrol_factor") << "a password here would be a way around it";
  run("sign-in.set", {{"name", "corporate"}, {"required", true}});
  EXPECT_EQ(sign_in(browser).body["step"], "none");
}

TEST_F(Elsewhere, WhoeverIsShutOutHereIsShutOutWithHisProviderToo) {
  Browser browser;
  ASSERT_EQ(sign_in(browser).status, 200u);
  run("user.set", {{"name", "anna"}, {"enabled", false}});
  EXPECT_EQ(account(browser), 401);
  EXPECT_EQ(sign_in(browser).status, 403u);
  run("user.set", {{"name", "anna"}, {"enabled", true}});
  ASSERT_EQ(sign_in(browser).status, 200u);
  run("sign-in.set", {{"name", "corporate"}, {"enabled", false}});
  EXPECT_EQ(account(browser), 401);
  EXPECT_EQ(post(browser, "/api/v1/session/provider", {{"provider", "corporate"}}).status, 404u);
}

TEST_F(Elsewhere, ADirectoryIsAskedForPeopleOfItsOwnAndForNobodyElse) {
  add_directory();
  Browser browser;
  EXPECT_EQ(ask(browser, Method::get, "/api/v1/session/providers").body["providers"].size(), 2u);
  EXPECT_EQ(post(browser, "/api/v1/session", {{"name", "bernd"}, {"password", good}}).status, 403u);
  EXPECT_EQ(directory_asked_, 0) << "a password for here is shown to nobody elsewhere";
  const auto there = [&](std::string_view name, std::string_view password) {
    return post(browser, "/api/v1/session", {{"name", name}, {"password", password}, {"provider", "directory"}});
  };
  const Answer wrong = there("bernd", "wrong"), unknown = there("nobody", "wrong");
  EXPECT_EQ(wrong.status, 403u);
  EXPECT_EQ(wrong.body, unknown.body);
  const Answer in = there("Bernd", good);
  ASSERT_EQ(in.status, 200u) << in.body.dump();
  EXPECT_EQ(in.body["role"], "operator");
  EXPECT_EQ(user("bernd")->provider, "directory");
  EXPECT_EQ(post(browser, "/api/v1/session", {{"name", "a"}, {"password", "b"}, {"provider", "corporate"}}).status,
            404u);
  EXPECT_EQ(post(browser, "/api/v1/session", {{"name", "a"}, {"password", "b"}, {"provider", "x"}}).status, 404u);
  directory_away_ = true;
  EXPECT_EQ(there("bernd", good).status, 503u);
  directory_away_ = false;
  for (int i = 0; i < 5; ++i) there("carla", "wrong");
  EXPECT_EQ(there("carla", "wrong").status, 429u);
  const int asked = directory_asked_;
  EXPECT_EQ(there("carla", good).status, 429u);
  EXPECT_EQ(directory_asked_, asked) << "whoever is held is not carried on to it";
}

TEST_F(Elsewhere, NobodyLetsGroupsGiveWhatHeHasNotHimself) {
  access::Asker asker;
  asker.name = "ben";
  asker.of = access::Class::system_administrator;
  asker.permissions = *access::Permissions::parse("sign-in.*");
  const auto denied = [&](std::string_view name, const command::Arguments& arguments) {
    const Outcome out = attempt(name, arguments, asker);
    return !out && out.error().code == command::Code::denied;
  };
  EXPECT_TRUE(denied(
      "sign-in.add",
      {{"name", "mine"}, {"kind", "oidc"}, {"url", "https://evil.example"}, {"client", "x"}, {"roles", "all=system"}}));
  EXPECT_TRUE(denied("sign-in.set", {{"name", "corporate"}, {"url", "https://evil.example"}}));
  EXPECT_TRUE(denied("sign-in.secret", {{"name", "corporate"}, {"secret", "x"}}));
  EXPECT_TRUE(denied("sign-in.ca", {{"name", "corporate"}, {"text", ""}}));
  EXPECT_TRUE(denied("sign-in.remove", {{"name", "corporate"}}));
  EXPECT_TRUE(attempt("sign-in.list", {}, asker));
}

TEST_F(Elsewhere, TheSecretIsSealedIsNeverShownAndStaysWithItsAddress) {
  const Json shown = run("sign-in.show", {{"name", "corporate"}});
  EXPECT_EQ(shown["has_secret"], true);
  EXPECT_EQ(shown["redirect"], "https://pbx.example.com:8443/login");
  EXPECT_THAT(shown.dump(), Not(HasSubstr(std::string(secret))));
  EXPECT_THAT(Folder::read(folder_ / "ringfence.db"), Not(HasSubstr(std::string(secret))));
  EXPECT_THAT(Folder::read(folder_ / "ringfence.db-wal"), Not(HasSubstr(std::string(secret))));
  EXPECT_EQ(run("sign-in.set", {{"name", "corporate"}, {"title", "Other"}})["has_secret"], true);
  EXPECT_EQ(run("sign-in.set", {{"name", "corporate"}, {"url", "https://evil.example"}})["has_secret"], false);
  EXPECT_EQ(run("sign-in.set", {{"name", "corporate"}, {"url", corporate_.issuer}})["has_secret"], false);
}

TEST_F(Elsewhere, WhatPeopleHangOnDoesNotGoByMistake) {
  Browser browser;
  corporate_.claims["groups"] = {"admins"};
  ASSERT_EQ(sign_in(browser).status, 200u);
  EXPECT_FALSE(logins_->people()->has_administrator()) << "a provider may be gone when he is needed";
  EXPECT_FALSE(attempt("user.set", {{"name", "anna"}, {"role", "employee"}})) << "his groups say what he is";
  EXPECT_FALSE(attempt("sign-in.remove", {{"name", "corporate"}}));
  run("role.copy", {{"name", "night"}, {"from", "operator"}});
  run("sign-in.set", {{"name", "corporate"}, {"roles", "admins=night"}});
  EXPECT_FALSE(attempt("role.remove", {{"name", "night"}}));
  EXPECT_FALSE(attempt("sign-in.set", {{"name", "corporate"}, {"roles", "admins=nothing-there"}}));
  run("sign-in.remove", {{"name", "corporate"}, {"force", true}});
  EXPECT_EQ(user("anna"), nullptr);
  EXPECT_EQ(account(browser), 401);
}

TEST(Errands, OfOneProviderNeverTakeEveryThread) {
  Errands errands;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::atomic<int> slow = 0;
  std::size_t taken = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const Address from = *Address::parse(fmt::format("192.0.2.{}", i));
    taken += errands.add(from, "slow",
                         [&, released](std::stop_token) {
                           ++slow;
                           released.wait();
                           return Errands::After();
                         })
                 ? 1
                 : 0;
  }
  EXPECT_LE(taken, SignInLimits::waiting_for_one + SignInLimits::busy_with_one);
  std::promise<void> done;
  EXPECT_TRUE(errands.add(*Address::parse("198.51.100.1"), "quick",
                          [&](std::stop_token) -> Errands::After { return [&] { done.set_value(); }; }));
  done.get_future().wait();
  EXPECT_LE(slow, static_cast<int>(SignInLimits::busy_with_one));
  release.set_value();
  errands.stop();
  EXPECT_FALSE(errands.add(*Address::parse("198.51.100.1"), "quick", [](std::stop_token) { return Errands::After(); }));
}

}  // namespace
}  // namespace rf::app::elsewhere
