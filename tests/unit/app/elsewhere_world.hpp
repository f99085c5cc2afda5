// A provider in memory, browsers that come and go, and the routes of signing in elsewhere between, without a server.
#pragma once

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

namespace rf::app::elsewhere {

using oidc::test::SigningKey;
using web::Answer;
using web::Json;
using web::Method;

inline constexpr std::string_view good = "Brunnen7-Kiesel-Tasse";
inline constexpr std::string_view secret = "s3cret-of-ours-there";

inline std::string value_in(const std::vector<http::Field>& fields, std::string_view name) {
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

}  // namespace rf::app::elsewhere
