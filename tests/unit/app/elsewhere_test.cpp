// Signing in with a provider or in a directory, as the routes are asked; and whoever comes back with what is not his.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <future>

#include "app/host.hpp"
#include "app/logins.hpp"
#include "app/people_commands.hpp"
#include "app/tenants.hpp"
#include "core/command/catalog.hpp"
#include "core/http/url.hpp"
#include "tests/unit/app/folder.hpp"
#include "tests/unit/oidc/provider.hpp"

namespace rf::app {
namespace {

using oidc::test::SigningKey;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using web::Answer;
using web::Json;
using web::Method;

constexpr std::string_view good = "Brunnen7-Kiesel-Tasse";
constexpr std::string_view secret = "s3cret-of-ours-there";

std::string value_in(const std::vector<http::Field>& fields, std::string_view name) {
  for (const http::Field& each : fields)
    if (each.name == name) return each.value;
  return {};
}

/// A provider of OpenID Connect in memory, which forgets nothing that it is asked.
struct Idp {
  std::string issuer;
  SigningKey key = SigningKey::ec("first");
  Json claims = {{"sub", "1"}, {"preferred_username", "anna"}, {"name", "Anna"}, {"groups", {"staff"}}};
  bool codes_twice = false, gone = false, says_who = true;
  std::function<std::string(Json claims)> sign = [this](const Json& c) { return oidc::test::token(c, key, "ES256"); };
  std::map<std::string, std::vector<http::Field>> codes = {};
  std::vector<std::string> asked = {};

  /// What a browser comes back with that goes to `url` and signs in there.
  std::map<std::string, std::string> visit(const std::string& url) {
    const auto query = http::parse_query(url.substr(url.find('?') + 1));
    EXPECT_TRUE(query && url.starts_with(issuer + "/auth?")) << url;
    const std::string code = fmt::format("code-{}", codes.size());
    codes[code] = *query;
    std::map<std::string, std::string> out{{"state", value_in(*query, "state")}, {"code", code}};
    if (says_who) out["issuer"] = issuer;
    return out;
  }
  std::expected<fetch::Answer, fetch::Fault> answer(const fetch::Request& request) {
    const std::string path = request.url.substr(issuer.size());
    asked.push_back(path);
    if (gone) return std::unexpected(fetch::Fault{fetch::Cause::unreachable, "it is not reached"});
    if (path == "/.well-known/openid-configuration")
      return fetch::Answer{200,
                           {},
                           Json{{"issuer", issuer},
                                {"authorization_endpoint", issuer + "/auth"},
                                {"token_endpoint", issuer + "/token"},
                                {"jwks_uri", issuer + "/keys"},
                                {"id_token_signing_alg_values_supported", {"ES256", "RS256"}},
                                {"authorization_response_iss_parameter_supported", says_who}}
                               .dump()};
    if (path == "/keys") return fetch::Answer{200, {}, oidc::test::key_set({key})};
    const auto form = http::parse_query(request.body);
    const auto found = codes.find(value_in(*form, "code"));
    const bool right =
        found != codes.end() &&
        oidc::challenge_of(value_in(*form, "code_verifier")) == value_in(found->second, "code_challenge") &&
        value_in(*form, "redirect_uri") == value_in(found->second, "redirect_uri");
    if (!right) return fetch::Answer{400, {}, R"({"error":"invalid_grant"})"};
    const std::int64_t now_s = wall_now_ms() / 1'000;
    Json all{{"iss", issuer},
             {"aud", "ringfence"},
             {"exp", now_s + 60},
             {"iat", now_s},
             {"nonce", value_in(found->second, "nonce")}};
    all.update(claims);
    if (!codes_twice) codes.erase(found);
    return fetch::Answer{200, {}, Json{{"id_token", sign(all)}}.dump()};
  }
  std::size_t times(std::string_view path) const {
    return static_cast<std::size_t>(std::count(asked.begin(), asked.end(), path));
  }
};

struct Browser {
  std::string cookie, flow;
  std::string from = "192.0.2.10";
};

class Elsewhere : public ::testing::Test {
 protected:
  Elsewhere() {
    log::Options options;
    options.file = folder_ / "log";
    log_ = std::move(*log::Log::open(options));
    records_.web = "https://pbx.example.com:8443";
    make({});
    run("sign-in.add", {{"name", "corporate"},
                        {"kind", "oidc"},
                        {"url", corporate_.issuer},
                        {"client", "ringfence"},
                        {"title", "Example"},
                        {"roles", "admins=system; staff=employee; ops=operator"}});
    run("sign-in.secret", {{"name", "corporate"}, {"secret", std::string(secret)}});
  }
  void make(const config::LoginSettings& settings) {
    logins_.reset();
    Logins::Doors doors{*log_,
                        [this](const std::function<void(Records&)>& work) {
                          const std::lock_guard lock(mutex_);
                          work(records_);
                        },
                        [this](audit::Event event) {
                          const std::lock_guard lock(mutex_);
                          audit_.push_back(fmt::format("{}: {}: {}", event.actor, event.action, event.outcome));
                        },
                        [](const Endpoint&, std::string_view) {},
                        [](const Address&) { return false; },
                        [] { return false; },
                        [](const std::string&, const event::Filled&, std::stop_token) { return std::string(); },
                        {}};
    auto sign_on = std::make_unique<SignOn>(
        [this](const fetch::Request& request, std::stop_token) {
          Idp& idp = request.url.starts_with(other_.issuer) ? other_ : corporate_;
          return idp.answer(request);
        },
        [this](const access::Provider& provider, std::string_view name,
               const Secret<std::string>& password) -> std::expected<access::Identity, directory::Problem> {
          ++directory_asked_;
          if (directory_away_) return std::unexpected(directory::Problem{directory::Fault::away, "it is not reached"});
          if (name != "bernd" || password.reveal() != good)
            return std::unexpected(directory::Problem{directory::Fault::wrong, "wrong"});
          return access::Identity{provider.name, "uuid-1", "bernd", "Bernd", "", {"CN=Staff,DC=Example"}};
        });
    logins_ = std::make_unique<Logins>(std::move(doors), settings, 7, seal::HashCost{1, 8'192}, std::move(sign_on));
    ASSERT_TRUE(logins_->restore(records_));
    routes_ = logins_->routes();
  }
  ~Elsewhere() override { logins_->stop(); }

  Answer ask(Browser& browser, Method method, std::string_view path, Json body = Json::object()) {
    const auto route = std::find_if(routes_.begin(), routes_.end(),
                                    [&](const auto& each) { return each.method == method && each.path == path; });
    web::Request request;
    request.remote = {*Address::parse(browser.from), 40'000};
    request.agent = "Firefox";
    request.body = std::move(body);
    request.flow = browser.flow;
    if (!browser.cookie.empty())
      request.asker = logins_->recognise({request.remote, browser.cookie, {}, "Firefox"}).asker;
    if (access::judge(request.asker, route->need) != access::Verdict::yes) return web::problem(401, "");
    std::promise<Answer> promise;
    if (route->slow)
      route->slow(request, [&](Answer answer) { promise.set_value(std::move(answer)); });
    else
      promise.set_value(route->handle(request));
    Answer answer = promise.get_future().get();
    for (const auto& [name, value] : answer.headers) {
      if (name != "Set-Cookie") continue;
      const std::size_t equal = value.find('=');
      const std::string held = value.substr(equal + 1, value.find(';') - equal - 1);
      (value.starts_with("__Host-session") ? browser.cookie : browser.flow) = held;
    }
    return answer;
  }
  Answer post(Browser& browser, std::string_view path, Json body) {
    return ask(browser, Method::post, path, std::move(body));
  }
  /// To the provider, and what comes back with the browser.
  Json leave(Browser& browser, Idp& idp, const std::string& name = "corporate", Json more = Json::object()) {
    more["provider"] = name;
    const Answer there = post(browser, "/api/v1/session/provider", std::move(more));
    EXPECT_EQ(there.status, 200u) << there.body.dump();
    return there.status == 200 ? Json(idp.visit(there.body["url"])) : Json::object();
  }
  Answer come_back(Browser& browser, Json back) {
    return post(browser, "/api/v1/session/provider/return", std::move(back));
  }
  Answer sign_in(Browser& browser) { return come_back(browser, leave(browser, corporate_)); }
  int account(Browser& browser) { return static_cast<int>(ask(browser, Method::get, "/api/v1/account").status); }

  Outcome attempt(std::string_view name, const command::Arguments& arguments,
                  const std::optional<access::Asker>& by = std::nullopt) {
    auto checked = command::check(name, arguments);
    if (!checked) return std::unexpected(checked.error());
    checked->by = by;
    checked->on_machine = !by;
    const std::lock_guard lock(mutex_);
    const auto placed = in_tenant(*records_.store.tenants(), std::move(*checked));
    if (!placed) return std::unexpected(placed.error());
    return std::move(*change_people(records_, logins_.get(), *placed, wall_now_ms()));
  }
  Json run(std::string_view name, const command::Arguments& arguments) {
    Outcome out = attempt(name, arguments);
    EXPECT_TRUE(out) << name << ": " << (out ? "" : out.error().message);
    return out ? *out : Json();
  }
  void local_user(std::string_view name, std::string_view role, std::string_view of) {
    const Json made =
        run("user.add", {{"name", std::string(name)}, {"role", std::string(role)}, {"class", std::string(of)}});
    const std::string link = made["link"];
    Browser browser;
    ASSERT_EQ(
        post(browser, "/api/v1/account/first", {{"link", link.substr(link.find('#') + 1)}, {"password", good}}).status,
        200u);
  }
  const access::User* user(std::string_view name) {
    people_ = logins_->people();
    return people_->by_name(name);
  }
  void add_directory() {
    run("sign-in.add", {{"name", "directory"},
                        {"kind", "ldap"},
                        {"url", "ldaps://dc1.example.com"},
                        {"base", "dc=example"},
                        {"roles", "cn=staff,dc=example=operator"}});
  }

  Idp corporate_{.issuer = "https://login.example.com"};
  Idp other_{.issuer = "https://other.example.com"};
  std::atomic<int> directory_asked_ = 0;
  bool directory_away_ = false;
  Folder folder_;
  std::mutex mutex_;
  std::unique_ptr<log::Log> log_;
  Records records_ = *Records::open({folder_ / "ringfence.db", false, 1'000}, folder_ / "seal.key", "ringfence");
  std::vector<std::string> audit_;
  std::unique_ptr<Logins> logins_;
  std::vector<web::Route> routes_;
  access::PeopleRef people_;
};

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
}  // namespace rf::app
