// Signing in from the first link to the last session, as its routes are asked; and whoever should not get in.
#include "tests/unit/app/logins_world.hpp"

namespace rf::app {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

using LoginsTest = LoginsWorld;
using Browser = LoginBrowser;

TEST_F(LoginsTest, TheFirstLinkMakesTheAdministratorOnceAndThereIsNoOtherWay) {
  Browser browser, second;
  const std::string link = link_in(run("user.first", {}));
  EXPECT_EQ(post(browser, "/api/v1/account/first/look", {{"link", link}}).body["makes"], "administrator");
  const Answer weak =
      post(browser, "/api/v1/account/first", {{"link", link}, {"name", "root"}, {"password", "Root1234"}});
  EXPECT_EQ(weak.status, 400u);
  EXPECT_GE(weak.body["faults"].size(), 3u) << "the link is still good, and every fault is told";
  const Answer made = post(browser, "/api/v1/account/first", {{"link", link}, {"name", "root"}, {"password", good}});
  ASSERT_EQ(made.status, 200u) << made.body.dump();
  EXPECT_EQ(made.body["permissions"].size(), access::permission_count);
  EXPECT_EQ(account(browser), 200);
  EXPECT_EQ(post(second, "/api/v1/account/first", {{"link", link}, {"name", "eve"}, {"password", good}}).status, 403u);
  EXPECT_EQ(run("user.first", {}).error().code, command::Code::conflict);
  EXPECT_EQ(sign_in(second, "Root").status, 200u) << "names are one in small and capital letters";
}

TEST_F(LoginsTest, NobodyIsToldWhatWasWrongAndEverybodyCausesTheSameWork) {
  user("anna");
  user("gone");
  ASSERT_TRUE(run("user.set", {{"name", std::string("gone")}, {"enabled", false}}));
  ASSERT_TRUE(run("user.add", {{"name", std::string("fresh")}}));
  std::set<std::string> answers;
  std::set<std::uint64_t> works;
  int octet = 50;
  for (const auto& [name, password] : {std::pair<std::string_view, std::string_view>{"anna", "wrong"},
                                       {"nobody", good},
                                       {"gone", good},
                                       {"gone", "wrong"},
                                       {"fresh", ""},
                                       {"fresh", good},
                                       {"NOT A NAME\xff", good}}) {
    if (password.empty()) continue;
    Browser browser{"", fmt::format("192.0.2.{}", ++octet), "Firefox"};
    const std::uint64_t before = logins_->hashes();
    const Answer answer = sign_in(browser, name, password);
    works.insert(logins_->hashes() - before);
    answers.insert(fmt::format("{} {} {}", answer.status, answer.body.dump(), answer.headers.size()));
    EXPECT_TRUE(browser.cookie.empty());
  }
  EXPECT_EQ(answers.size(), 1u) << *answers.begin() << *answers.rbegin();
  EXPECT_EQ(works, std::set<std::uint64_t>{1});
  EXPECT_EQ(failed_.size(), 6u) << "the guard counts each";
  for (const std::string& line : audit_) EXPECT_EQ(line.find("nobody"), std::string::npos) << "may be a password";
}

TEST_F(LoginsTest, ALoginGivesATokenThatNobodyHadBefore) {
  user("anna");
  Browser victim{"fixed-by-an-attacker", "192.0.2.10", "Firefox"};
  ASSERT_EQ(sign_in(victim, "anna").status, 200u);
  EXPECT_EQ(victim.cookie.size(), 43u);
  Browser attacker{"fixed-by-an-attacker", "192.0.2.10", "Firefox"};
  EXPECT_EQ(account(attacker), 401);
  const std::string first = victim.cookie;
  ASSERT_EQ(sign_in(victim, "anna").status, 200u);
  Browser old{first, "192.0.2.10", "Firefox"};
  EXPECT_EQ(account(old), 401) << "the session before has ended";
}

TEST_F(LoginsTest, ACookieIsGoodInTheBrowserThatGotIt) {
  user("anna");
  Browser browser;
  sign_in(browser, "anna");
  Browser carried{browser.cookie, "198.51.100.66", "curl"};
  EXPECT_EQ(account(carried), 401);
  Browser roaming{browser.cookie, "198.51.100.66", "Firefox"};
  EXPECT_EQ(account(roaming), 200);
}

TEST_F(LoginsTest, ASignedOutOrEndedSessionIsOverAtOnceAlsoAfterARestart) {
  user("anna");
  Browser one, two, three;
  sign_in(one, "anna"), sign_in(two, "anna"), sign_in(three, "anna");
  EXPECT_EQ(ask(one, Method::get, "/api/v1/account/sessions").body["sessions"].size(), 3u);
  Browser gone = one;
  ask(one, Method::remove, "/api/v1/session");
  EXPECT_EQ(account(gone), 401);
  const auto listed = run("session.list", {});
  ASSERT_TRUE(listed);
  const std::string id = (*listed)["sessions"][0]["id"];
  ASSERT_TRUE(run("session.remove", {{"id", id}}));
  EXPECT_EQ(account(two), 401);
  EXPECT_EQ(account(three), 200);
  make(settings_);
  EXPECT_EQ(account(gone), 401);
  EXPECT_EQ(account(two), 401);
  EXPECT_EQ(account(three), 200) << "a restart signs nobody out";
}

TEST_F(LoginsTest, ANewPasswordEndsAllOtherSessions) {
  user("anna");
  Browser here, elsewhere;
  sign_in(here, "anna"), sign_in(elsewhere, "anna");
  const std::string before = here.cookie;
  EXPECT_EQ(post(here, "/api/v1/account/password", {{"old", "wrong"}, {"new", other}}).status, 403u);
  EXPECT_EQ(post(here, "/api/v1/account/password", {{"old", good}, {"new", "anna1"}}).status, 400u);
  ASSERT_EQ(post(here, "/api/v1/account/password", {{"old", good}, {"new", other}}).status, 200u);
  EXPECT_EQ(account(here), 200);
  EXPECT_NE(here.cookie, before);
  EXPECT_EQ(account(elsewhere), 401);
  Browser again;
  EXPECT_EQ(sign_in(again, "anna", good).status, 403u);
  EXPECT_EQ(sign_in(again, "anna", other).status, 200u);
}

TEST_F(LoginsTest, WhoWasResetWhileANewPasswordWaitedDoesNotComeBackByIt) {
  user("anna");
  Browser thief;
  ASSERT_EQ(sign_in(thief, "anna").status, 200u);
  thief.from = "192.0.2.77";  // where nothing is under way yet
  const auto begin = [&](std::string_view path, web::Json body, std::optional<access::Asker> asker,
                         web::Respond respond) {
    const auto route = std::find_if(routes_.begin(), routes_.end(), [&](const auto& each) {
      return each.method == Method::post && each.path == path;
    });
    web::Request request;
    request.remote = {*Address::parse(thief.from), 40'000};
    request.agent = thief.agent;
    request.origin = thief.origin;
    request.body = std::move(body);
    request.asker = std::move(asker);
    route->slow(request, std::move(respond));
  };
  // Passwords are looked at one after the other: the next waits until this one is answered.
  std::promise<void> go_on;
  std::promise<Answer> late;
  begin("/api/v1/session", {{"name", "nobody"}, {"password", other}}, {},
        [gate = go_on.get_future().share()](const Answer&) { gate.wait(); });
  begin("/api/v1/account/password", {{"old", good}, {"new", other}}, recognise(thief).asker,
        [&](const Answer& answer) { late.set_value(answer); });
  const Outcome reset = run("user.reset", {{"name", std::string("anna")}});
  go_on.set_value();
  EXPECT_EQ(late.get_future().get().status, 403u);
  ASSERT_TRUE(reset);
  EXPECT_EQ(account(thief), 401);
  Browser again;
  for (const std::string_view password : {good, other}) EXPECT_EQ(sign_in(again, "anna", password).status, 403u);
  EXPECT_EQ(post(again, "/api/v1/account/first", {{"link", link_in(reset)}, {"password", other}}).status, 200u);
}

TEST_F(LoginsTest, AUserWhoHasToChangeThePasswordMayDoNothingElse) {
  user("anna");
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"must_change", true}}));
  Browser browser;
  EXPECT_EQ(sign_in(browser, "anna").body["step"], "new_password");
  const auto asker = recognise(browser).asker;
  ASSERT_TRUE(asker);
  EXPECT_FALSE(asker->may(access::Permission::call_read));
  EXPECT_EQ(post(browser, "/api/v1/account/second-factor", web::Json::object()).status, 403u);
  EXPECT_EQ(post(browser, "/api/v1/account/password", {{"old", good}, {"new", other}}).body["step"], "none");
  EXPECT_TRUE(recognise(browser).asker->may(access::Permission::call_read));
}

TEST_F(LoginsTest, APasswordFromBeforeStricterRulesIsToBeChangedAtTheNextLogin) {
  user("anna");
  config::LoginSettings stricter;
  stricter.passwords[2].shortest = 30;
  make(stricter);
  Browser browser;
  EXPECT_EQ(sign_in(browser, "anna").body["step"], "new_password");
  EXPECT_TRUE((*run("user.show", {{"name", std::string("anna")}}))["must_change"]);
}

TEST_F(LoginsTest, ASecondFactorIsAskedForAndEachCodeIsGoodOnce) {
  user("anna");
  Browser browser;
  sign_in(browser, "anna");
  const auto [secret, codes] = enrol(browser);
  EXPECT_EQ(codes.size(), AccessLimits::recovery_codes);
  Browser next, replay;
  EXPECT_EQ(sign_in(next, "anna").body["step"], "second_factor");
  EXPECT_EQ(account(next), 401) << "a password is half of it";
  const std::string now = code(secret);
  EXPECT_EQ(post(next, "/api/v1/session/second-factor", {{"code", now}}).body["step"], "none");
  EXPECT_EQ(account(next), 200);
  sign_in(replay, "anna");
  EXPECT_EQ(post(replay, "/api/v1/session/second-factor", {{"code", now}}).status, 403u);
  EXPECT_EQ(account(replay), 401);
}

TEST_F(LoginsTest, ARecoveryCodeIsGoodOnce) {
  user("anna");
  Browser browser, next, again;
  sign_in(browser, "anna");
  const auto [secret, codes] = enrol(browser);
  const std::string one = codes[0];
  sign_in(next, "anna");
  const Answer used = post(next, "/api/v1/session/second-factor", {{"recovery_code", one}});
  EXPECT_EQ(used.status, 200u);
  EXPECT_EQ(used.body["recovery_codes_left"], AccessLimits::recovery_codes - 1);
  sign_in(again, "anna");
  EXPECT_EQ(post(again, "/api/v1/session/second-factor", {{"recovery_code", one}}).status, 403u);
}

TEST_F(LoginsTest, CodesCannotBeGuessedAt) {
  user("anna");
  Browser browser;
  sign_in(browser, "anna");
  enrol(browser);
  int looked_at = 0;
  for (int i = 0; i < 50; ++i) {
    Browser guesser{"", "203.0.113.5", "Firefox"};
    if (sign_in(guesser, "anna").status != 200) continue;
    for (int k = 0; k < 10; ++k)
      looked_at +=
          post(guesser, "/api/v1/session/second-factor", {{"code", fmt::format("{:06}", i * 10 + k)}}).status == 403;
  }
  EXPECT_LE(looked_at, static_cast<int>(settings_.throttle.name_failures));
  Browser owner;
  EXPECT_EQ(sign_in(owner, "anna").status, 200u) << "whoever knows the password elsewhere is not kept out";
}

TEST_F(LoginsTest, AClassThatNeedsASecondFactorGetsNowhereWithoutOne) {
  config::LoginSettings settings;
  settings.second_factor[static_cast<std::size_t>(access::Class::tenant_user)] = true;
  make(settings);
  user("anna");
  Browser browser;
  EXPECT_EQ(sign_in(browser, "anna").body["step"], "enrol_factor");
  EXPECT_FALSE(recognise(browser).asker->may(access::Permission::call_read));
  enrol(browser);
  EXPECT_TRUE(recognise(browser).asker->may(access::Permission::call_read));
}

TEST_F(LoginsTest, ASecondFactorIsRemovedByPasswordAndCodeAlone) {
  user("anna");
  Browser browser;
  sign_in(browser, "anna");
  const auto [secret, codes] = enrol(browser);
  EXPECT_EQ(
      post(browser, "/api/v1/account/second-factor/remove", {{"password", "wrong"}, {"code", code(secret)}}).status,
      403u);
  EXPECT_EQ(post(browser, "/api/v1/account/second-factor/remove", {{"password", good}, {"code", "000000"}}).status,
            403u);
  EXPECT_EQ(
      post(browser, "/api/v1/account/second-factor/remove", {{"password", good}, {"code", code(secret, 1)}}).status,
      200u);
  Browser next;
  EXPECT_EQ(sign_in(next, "anna").body["step"], "none");
}

TEST_F(LoginsTest, WhoGuessesHasToWaitAndTheOwnerElsewhereDoesNot) {
  user("anna");
  Browser guesser{"", "203.0.113.5", "Firefox"}, owner;
  unsigned status = 0;
  for (std::uint32_t i = 0; i <= settings_.throttle.name_failures; ++i)
    status = sign_in(guesser, "anna", "wrong").status;
  EXPECT_EQ(status, 429u);
  EXPECT_EQ(sign_in(guesser, "anna", good).status, 429u) << "also with the right one: nobody learns that it is";
  EXPECT_EQ(sign_in(owner, "anna").status, 200u);
}

TEST_F(LoginsTest, AnAddressThatIsHeldIsListedAndReleased) {
  Browser guesser{"", "203.0.113.5", "Firefox"};
  for (int i = 0; i < 12; ++i) sign_in(guesser, fmt::format("name{}", i), "wrong");
  const auto held = run("login.held", {});
  ASSERT_TRUE(held);
  ASSERT_EQ((*held)["held"].size(), 1u);
  EXPECT_EQ((*held)["held"][0]["address"], "203.0.113.5");
  ASSERT_TRUE(run("login.release", {{"address", std::string("203.0.113.5")}}));
  EXPECT_EQ(sign_in(guesser, "name99", "wrong").status, 403u);
}

TEST_F(LoginsTest, FailuresOfStrangersDoNotFillTheAuditLog) {
  for (int i = 0; i < 400; ++i) {
    Browser browser{"", fmt::format("198.51.{}.{}", i / 200, i % 200), "Firefox"};
    sign_in(browser, fmt::format("name{}", i), "wrong");
  }
  EXPECT_LE(audit_.size(), AccessLimits::audited_per_min + 2);
}

TEST_F(LoginsTest, LinksThatStrangersMakeUpShareTheRoomOfTheirPasswordsInTheAuditLog) {
  for (int i = 0; i < 400; ++i) {
    Browser browser{"", fmt::format("198.51.{}.{}", i / 200, i % 200), "Firefox"};
    logins_->turned_away("one-time link", {*Address::parse(browser.from), 40'000}, "sign in a device");
    sign_in(browser, fmt::format("name{}", i), "wrong");
  }
  EXPECT_THAT(audit_, Contains("one-time link: sign in a device from 198.51.0.0: refused"));
  EXPECT_LE(audit_.size(), AccessLimits::audited_per_min + 2);
}

TEST_F(LoginsTest, ATokenMayWhatItNamesWhileItsUserMayAndNothingOfTheAccount) {
  user("anna", "operator");
  const auto made =
      run("token.add",
          {{"name", std::string("wallboard")}, {"user", std::string("anna")}, {"scope", std::string("call.read")}});
  ASSERT_TRUE(made) << made.error().message;
  const std::string token = (*made)["token"];
  const auto asker = recognise({}, token).asker;
  ASSERT_TRUE(asker);
  for (const access::PermissionInfo& row : access::permission_table())
    EXPECT_EQ(asker->may(row.permission), row.permission == access::Permission::call_read) << row.name;
  EXPECT_EQ(access::judge(asker, access::signed_in), access::Verdict::lacking);
  EXPECT_EQ(asker->actor(), "user anna, token 1");
  EXPECT_FALSE(
      run("token.add", {{"name", std::string("x")}, {"user", std::string("anna")}, {"scope", std::string("*")}}));

  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"role", std::string("employee")}}));
  EXPECT_FALSE(recognise({}, token).asker->may(access::Permission::call_read)) << "the role lost it";
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"enabled", false}}));
  EXPECT_TRUE(recognise({}, token).wrong);
  ASSERT_TRUE(run("user.set", {{"name", std::string("anna")}, {"enabled", true}}));
  ASSERT_TRUE(run("token.remove", {{"id", std::string("1")}}));
  EXPECT_TRUE(recognise({}, token).wrong);
  Browser cookie;
  cookie.cookie = token;
  EXPECT_EQ(account(cookie), 401) << "a token is no cookie";
}

TEST_F(LoginsTest, AResetEndsPasswordSessionsAndTokensAndGivesALink) {
  user("anna");
  Browser browser, fresh;
  sign_in(browser, "anna");
  const auto made = run(
      "token.add", {{"name", std::string("x")}, {"user", std::string("anna")}, {"scope", std::string("call.read")}});
  const std::string link = link_in(run("user.reset", {{"name", std::string("anna")}}));
  EXPECT_EQ(account(browser), 401);
  EXPECT_TRUE(recognise({}, (*made)["token"].get<std::string>()).wrong);
  EXPECT_EQ(sign_in(fresh, "anna").status, 403u);
  EXPECT_EQ(post(fresh, "/api/v1/account/first", {{"link", link}, {"password", other}}).status, 200u);
  EXPECT_EQ(account(fresh), 200);
}

TEST_F(LoginsTest, ALinkForAPasswordIsNoWayAroundTheSecondFactor) {
  user("anna");
  Browser browser, fresh;
  sign_in(browser, "anna");
  enrol(browser);
  const std::string link = link_in(run("user.reset", {{"name", std::string("anna")}}));
  const Answer answer = post(fresh, "/api/v1/account/first", {{"link", link}, {"password", other}});
  EXPECT_EQ(answer.body["step"], "second_factor");
  EXPECT_EQ(account(fresh), 401);
}

class PeopleCommands : public LoginsTest {
 protected:
  access::Asker as(std::string_view role, std::uint64_t tenant = 1) {
    access::Asker out;
    out.name = "someone";
    out.role = role;
    out.tenant = TenantId{tenant};
    out.permissions = access::built_in_role(role)->permissions;
    return out;
  }
  command::Code refused(std::string_view name, const command::Arguments& arguments, const access::Asker& by) {
    const auto outcome = run(name, arguments, by);
    EXPECT_FALSE(outcome.has_value()) << name;
    return outcome ? command::Code::failed : outcome.error().code;
  }
};

TEST_F(PeopleCommands, NobodyMakesOrChangesSomebodyWhoMayMoreThanHimself) {
  user("chief", "administrator");
  user("root", "system", "system");
  const access::Asker hr = as("human-resources");
  EXPECT_TRUE(run("user.add", {{"name", std::string("temp")}, {"role", std::string("employee")}}, hr));
  for (const auto& [name, arguments] : std::initializer_list<std::pair<std::string_view, command::Arguments>>{
           {"user.add", {{"name", std::string("x1")}, {"role", std::string("administrator")}}},
           {"user.add", {{"name", std::string("x2")}, {"class", std::string("system")}}},
           {"user.set", {{"name", std::string("temp")}, {"role", std::string("supervisor")}}},
           {"user.reset", {{"name", std::string("chief")}}},
           {"user.remove", {{"name", std::string("chief")}}},
           {"user.first", {}}})
    EXPECT_EQ(refused(name, arguments, hr), command::Code::denied) << name;
  for (const char* name : {"user.reset", "user.remove", "user.show"})
    EXPECT_EQ(refused(name, {{"name", std::string("root")}}, hr), command::Code::not_found) << name;
}

TEST_F(PeopleCommands, NobodySeesUsersSessionsOrTokensOfAnotherTenant) {
  user("anna");
  Browser browser;
  sign_in(browser, "anna");
  ASSERT_TRUE(run("token.add",
                  {{"name", std::string("x")}, {"user", std::string("anna")}, {"scope", std::string("call.read")}}));
  const access::Asker stranger = as("administrator", 2);
  EXPECT_EQ((*run("user.list", {}, stranger))["users"].size(), 0u);
  EXPECT_EQ((*run("session.list", {}, stranger))["sessions"].size(), 0u);
  EXPECT_EQ((*run("token.list", {}, stranger))["tokens"].size(), 0u);
  EXPECT_EQ(refused("session.remove", {{"id", std::string("1")}}, stranger), command::Code::not_found);
  EXPECT_EQ(refused("token.remove", {{"id", std::string("1")}}, stranger), command::Code::not_found);
  EXPECT_EQ(refused("token.add",
                    {{"name", std::string("x")}, {"user", std::string("anna")}, {"scope", std::string("call.read")}},
                    stranger),
            command::Code::not_found);
  EXPECT_EQ(account(browser), 200);
}

TEST_F(PeopleCommands, WhileNobodySaidWhoAsksNothingIsDone) {
  auto checked = command::check("user.list", {});
  const auto outcome = change_people(records_, nullptr, *checked, 1);
  ASSERT_TRUE(outcome && !*outcome);
  EXPECT_EQ(outcome->error().code, command::Code::denied);
}

TEST_F(PeopleCommands, TheLastAdministratorStays) {
  user("root", "system", "system");
  EXPECT_FALSE(run("user.remove", {{"name", std::string("root")}}));
  EXPECT_FALSE(run("user.set", {{"name", std::string("root")}, {"enabled", false}}));
  EXPECT_FALSE(run("user.set", {{"name", std::string("root")}, {"role", std::string("site")}}));
  user("root2", "system", "system");
  EXPECT_TRUE(run("user.remove", {{"name", std::string("root")}}));
}

TEST_F(PeopleCommands, ARoleIsCopiedChangedAndRemovedWhenNobodyHasIt) {
  ASSERT_TRUE(run("role.copy", {{"name", std::string("night")}, {"from", std::string("operator")}}));
  const auto changed =
      run("role.set",
          {{"name", std::string("night")}, {"allow", std::string("cdr.read")}, {"deny", std::string("call.write")}});
  ASSERT_TRUE(changed);
  EXPECT_THAT((*changed)["permissions"], Contains("cdr.read"));
  EXPECT_THAT((*changed)["permissions"], ::testing::Not(Contains("call.write")));
  user("anna", "night");
  EXPECT_FALSE(run("role.remove", {{"name", std::string("night")}})) << "somebody has it";
  EXPECT_FALSE(run("role.set", {{"name", std::string("night")}, {"allow", std::string("guard.read")}}))
      << "beyond a tenant";
  EXPECT_FALSE(run("role.set", {{"name", std::string("operator")}, {"allow", std::string("cdr.read")}})) << "built in";
  ASSERT_TRUE(run("user.remove", {{"name", std::string("anna")}}));
  EXPECT_TRUE(run("role.remove", {{"name", std::string("night")}}));
}

TEST_F(PeopleCommands, WhoMayNotChangeRolesLearnsOfNoneThatHeIsNotShown) {
  ASSERT_TRUE(run("role.copy", {{"name", std::string("night-watch")}, {"from", std::string("site")}}));
  access::Asker bound;
  bound.name = "carl";
  bound.role = "administrator";
  bound.tenant = store::default_tenant;
  bound.permissions = access::Permissions::all();
  for (const std::string name : {"night-watch", "nobodys"}) {
    const auto copied = run("role.copy", {{"name", name}, {"from", std::string("operator")}}, bound);
    const auto set = run("role.set", {{"name", name}, {"title", std::string("x")}}, bound);
    const auto removed = run("role.remove", {{"name", name}}, bound);
    for (const Outcome& each : {copied, set, removed}) {
      ASSERT_FALSE(each);
      EXPECT_EQ(each.error().code, command::Code::denied) << name;
      EXPECT_EQ(each.error().message, copied.error().message) << name;
    }
  }
  ASSERT_TRUE(run("role.copy", {{"name", std::string("reseller")}, {"from", std::string("dealer")}}));
  const auto beyond = run("role.set", {{"name", std::string("reseller")}, {"allow", std::string("guard.write")}});
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().message, "guard.write is the system's, and reseller is a dealer's role");
}

TEST_F(LoginsTest, WhatIsNotAskedForIsRefused) {
  Browser browser;
  EXPECT_EQ(post(browser, "/api/v1/session", {{"name", "a"}, {"password", "b"}, {"role", "system"}}).status, 400u);
  EXPECT_EQ(post(browser, "/api/v1/session", {{"name", 7}, {"password", "b"}}).status, 400u);
  EXPECT_EQ(post(browser, "/api/v1/session", {{"name", "anna"}}).status, 400u);
  EXPECT_EQ(sign_in(browser, "anna", std::string(100'000, 'x')).status, 400u);
}

}  // namespace
}  // namespace rf::app
