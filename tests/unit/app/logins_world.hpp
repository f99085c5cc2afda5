// People at their browsers, the commands about them, and the routes of signing in between, without a server around it.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/host.hpp"
#include "app/logins.hpp"
#include "app/people_commands.hpp"
#include "app/tenants.hpp"
#include "core/command/catalog.hpp"
#include "tests/unit/app/folder.hpp"

namespace rf::app {

using web::Answer;
using web::Method;

inline constexpr std::string_view good = "Brunnen7-Kiesel-Tasse";
inline constexpr std::string_view other = "Fenster3-Regen-Lampe";

/// A browser: it keeps its cookie, and comes from somewhere.
struct LoginBrowser {
  std::string cookie;
  std::string from = "192.0.2.10";
  std::string agent = "Firefox";
  std::string origin = "https://pbx.example.com:8443";
};

/// What the mail server took; whoever looks waits for it.
class Letters {
 public:
  struct Letter {
    std::string to, text;
  };
  void push(Letter letter) {
    const std::lock_guard lock(mutex_);
    letters_.push_back(std::move(letter));
    came_.notify_all();
  }
  /// None: nothing came for half a minute.
  std::optional<Letter> next() {
    std::unique_lock lock(mutex_);
    if (!came_.wait_for(lock, std::chrono::seconds(30), [this] { return !letters_.empty(); })) return std::nullopt;
    Letter out = std::move(letters_.front());
    letters_.pop_front();
    return out;
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return letters_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Letter> letters_;
};

class LoginsWorld : public ::testing::Test {
 protected:
  LoginsWorld() {
    log::Options options;
    options.file = folder_ / "log";
    log_ = std::move(*log::Log::open(options));
    records_.web = "https://pbx.example.com:8443";
    make({});
  }
  void make(const config::LoginSettings& settings) {
    settings_ = settings;
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
                        [this](const Endpoint&, std::string_view account) {
                          const std::lock_guard lock(mutex_);
                          failed_.emplace_back(account);
                        },
                        [](const Address& from) { return from.is_loopback(); },
                        [] { return true; },
                        [this](const std::string& to, const event::Filled& words, std::stop_token) {
                          letters_.push({to, words.text});
                          return mail_trouble_;
                        },
                        [this](const command::Checked& checked, const std::string& actor,
                               const std::function<bool()>& still) { return carry_out(checked, actor, still); }};
    logins_ = std::make_unique<Logins>(std::move(doors), settings, 7, seal::HashCost{1, 8'192});
    ASSERT_TRUE(logins_->restore(records_));
    routes_ = logins_->routes();
  }

  /// As the server does it; what is in `meanwhile_` comes first.
  Outcome carry_out(const command::Checked& asked, const std::string& actor, const std::function<bool()>& still) {
    if (meanwhile_) meanwhile_();
    if (!still()) return std::unexpected(command::Error{command::Code::conflict, "it has changed since", "look again"});
    const std::lock_guard lock(mutex_);
    audit_.push_back(fmt::format("{}: {}", actor, asked.audit));
    const auto placed = in_tenant(*records_.store.tenants(), asked);
    if (!placed) return std::unexpected(placed.error());
    records_.tenant = placed->acts_in;
    auto outcome = records_.execute(placed->command, wall_now_ms());
    if (!outcome) return std::unexpected(command::Error{command::Code::failed, "no such command", ""});
    return std::move(*outcome);
  }

  web::Recognised recognise(const LoginBrowser& browser, std::string_view token = {}) {
    const Endpoint remote{*Address::parse(browser.from), 40'000};
    return logins_->recognise({remote, browser.cookie, token, browser.agent});
  }
  Answer ask(LoginBrowser& browser, Method method, std::string_view path, web::Json body = web::Json::object()) {
    const auto route = std::find_if(routes_.begin(), routes_.end(),
                                    [&](const auto& each) { return each.method == method && each.path == path; });
    if (route == routes_.end()) return web::problem(404, path);
    web::Request request;
    request.remote = {*Address::parse(browser.from), 40'000};
    request.agent = browser.agent;
    request.origin = browser.origin;
    request.body = std::move(body);
    if (!browser.cookie.empty()) request.asker = recognise(browser).asker;
    switch (access::judge(request.asker, route->need)) {
      case access::Verdict::unknown:
        return web::problem(401, "");
      case access::Verdict::lacking:
      case access::Verdict::unfinished:
        return web::problem(403, "lacking");
      case access::Verdict::yes:
        break;
    }
    std::promise<Answer> promise;
    if (route->slow)
      route->slow(request, [&](Answer answer) { promise.set_value(std::move(answer)); });
    else
      promise.set_value(route->handle(request));
    Answer answer = promise.get_future().get();
    for (const auto& [name, value] : answer.headers)
      if (name == "Set-Cookie")
        browser.cookie = value.substr(value.find('=') + 1, value.find(';') - value.find('=') - 1);
    return answer;
  }
  Answer post(LoginBrowser& browser, std::string_view path, web::Json body) {
    return ask(browser, Method::post, path, std::move(body));
  }
  Answer sign_in(LoginBrowser& browser, std::string_view name, std::string_view password = good) {
    return post(browser, "/api/v1/session", {{"name", name}, {"password", password}});
  }
  int account(LoginBrowser& browser) { return static_cast<int>(ask(browser, Method::get, "/api/v1/account").status); }

  Outcome run(std::string_view name, const command::Arguments& arguments,
              const std::optional<access::Asker>& by = std::nullopt) {
    auto checked = command::check(name, arguments);
    if (!checked) return std::unexpected(checked.error());
    checked->by = by;
    checked->on_machine = !by;
    const std::lock_guard lock(mutex_);
    const auto placed = in_tenant(*records_.store.tenants(), std::move(*checked));
    if (!placed) return std::unexpected(placed.error());
    auto outcome = change_people(records_, logins_.get(), *placed, wall_now_ms());
    EXPECT_TRUE(outcome.has_value()) << name;
    return std::move(*outcome);
  }
  static std::string link_in(const Outcome& outcome) {
    if (!outcome) return outcome.error().message;
    const std::string link = outcome->value("link", "");
    return link.substr(link.find('#') + 1);
  }
  /// A user with the password `good`.
  void user(std::string_view name, std::string_view role = "operator", std::string_view of = "tenant") {
    LoginBrowser browser;
    const std::string link = link_in(
        run("user.add", {{"name", std::string(name)}, {"role", std::string(role)}, {"class", std::string(of)}}));
    const Answer answer = post(browser, "/api/v1/account/first", {{"link", link}, {"password", good}});
    ASSERT_EQ(answer.status, 200u) << answer.body.dump();
    post(browser, "/api/v1/account/sessions/end", {{"id", "others"}});
    ask(browser, Method::remove, "/api/v1/session");
  }
  std::string code(std::string_view base32_secret, std::int64_t steps = 0) {
    access::TotpSecret secret{};
    std::uint32_t bits = 0;
    unsigned held = 0;
    std::size_t at = 0;
    for (const char c : base32_secret) {
      bits = bits << 5 | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
      held += 5;
      if (held >= 8) secret[at++] = static_cast<std::uint8_t>(bits >> (held -= 8));
    }
    return fmt::format("{:06}", access::totp_code(secret, static_cast<std::uint64_t>(wall_now_ms() / 30'000 + steps)));
  }
  /// Gives the app's secret and the recovery codes.
  std::pair<std::string, web::Json> enrol(LoginBrowser& browser) {
    const Answer begun = post(browser, "/api/v1/account/second-factor", web::Json::object());
    EXPECT_EQ(begun.status, 200u) << begun.body.dump();
    const std::string secret = begun.body["secret"];
    const Answer confirmed = post(browser, "/api/v1/account/second-factor/confirm", {{"code", code(secret, -1)}});
    EXPECT_EQ(confirmed.status, 200u) << confirmed.body.dump();
    return {secret, confirmed.body["recovery_codes"]};
  }

  Folder folder_;
  std::unique_ptr<log::Log> log_;
  Records records_ = *Records::open({folder_ / "ringfence.db", false, 1'000}, folder_ / "seal.key", "ringfence");
  std::mutex mutex_;  // over what the thread of passwords writes
  std::vector<std::string> audit_, failed_;
  Letters letters_;
  std::string mail_trouble_;
  std::function<void()> meanwhile_;
  config::LoginSettings settings_;
  std::unique_ptr<Logins> logins_;
  std::vector<web::Route> routes_;
};

}  // namespace rf::app
