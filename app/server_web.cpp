// The pages of a running server: what they are told, and what the guard is told of those who ask.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <initializer_list>

#include "app/host.hpp"
#include "app/links.hpp"
#include "app/pages.hpp"
#include "app/rows.hpp"
#include "app/server.hpp"
#include "app/web_reach.hpp"
#include "core/base/plain.hpp"

namespace rf::app {
namespace {

constexpr std::int64_t health_ms = 1'000;
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t former_web_ms = 2'000;
constexpr std::int64_t devices_every_ms = 3'600'000;
constexpr std::int64_t answers_every_ms = 60'000;

/// What wrong links are counted under: no registration name has a space.
constexpr std::string_view link_account = "one-time link";

/// "sha-256 AB:CD:…" of each, as in a description (RFC 8122).
Json fingerprint_texts(std::initializer_list<std::reference_wrapper<const dtls::Identities>> generations) {
  Json out = Json::array();
  for (const dtls::Identities& generation : generations)
    for (const dtls::IdentityRef& each : generation)
      if (each) out.push_back(fmt::format("sha-256 {:02X}", fmt::join(each->fingerprint().sha256, ":")));
  return out;
}

}  // namespace

web::Site Server::site() {
  web::Site out;
  out.assets = pages();
  out.phone_port = phone_port(settings_);
  out.routes = {
      {web::Method::get, "/health", access::anybody,
       [this, asked_ms = std::int64_t{0}, why = std::string()](const auto&) mutable {
         // Whoever asks more often than the answer changes asks nobody but this line.
         const std::int64_t now_ms = wall_now_ms();
         if (asked_ms == 0 || now_ms < asked_ms || now_ms - asked_ms > health_ms) {
           why = not_ready();
           asked_ms = now_ms;
         }
         return why.empty() ? web::Answer{200, {{"status", "pass"}}} : web::Answer{503, {{"status", "fail"}}};
       }},
      {web::Method::get, "/api/v1/phone/config", access::anybody,
       [this](const web::Request& asked) { return phone_facts(asked); }},
      {web::Method::post, "/api/v1/phone/link", access::anybody,
       [this](const web::Request& asked) { return use_link(asked); }},
      {web::Method::post, "/api/v1/phone/sign-out", access::anybody,
       [this](const web::Request& asked) { return sign_out(asked); }},
      {web::Method::get, "/api/v1/live", access::anybody, {}, {}, false, WebLimits::body_bytes,
       [this](const web::Request& asked) { return listening_of(asked, policy()->tenants); }},
  };
  for (web::Route& route : logins_->routes()) out.routes.push_back(std::move(route));
  out.recognise = [this](const web::Credentials& shown) { return logins_->recognise(shown); };
  out.refused = [this](const access::Asker& asker, const Endpoint& remote, std::string_view method,
                       std::string_view path) { logins_->refused(asker, remote, method, path); };
  for (web::Route& route : api_.routes()) out.routes.push_back(std::move(route));
  return out;
}

web::Answer Server::use_link(const web::Request& asked) {
  const config::Settings settings = current_settings();
  std::unique_lock records_lock(records_mutex_);
  auto made = exchange_link(*records_, asked.body, asked.remote.address, wall_now_ms());
  if (!made) {
    records_lock.unlock();
    inlet_.offer(engine::Noticed{asked.remote, Transport::tls, settings.web.port, guard::Observation::auth_failed,
                                 std::string(link_account)});
    log_->say(effect::Level::notice, "link_refused", fmt::format("{}: {}", asked.remote.text(), made.error()));
    logins_->turned_away(std::string(link_account), asked.remote, "sign in a device");
    // One answer, whatever was wrong: who guesses learns nothing of what there is.
    return web::problem(403, "this link is not good: it was used before, has ended, or is incomplete; ask for another");
  }
  {
    const std::lock_guard lock(mutex_);
    if (auto published = publish_policy(); !published) return web::problem(503, "the server could not take it over");
  }
  log_->audit(asked.remote.text(), fmt::format("link used number={} device={}", made->number, made->auth_name), "done");
  return {200,
          {{"auth_name", made->auth_name},
           {"password", made->password.reveal()},
           {"number", made->number},
           {"display_name", made->display_name},
           {"realm", settings.server.realm},
           {"expires", timestamp(wall_now_ms() + std::int64_t{WebLimits::device_days} * day_ms)}}};
}

void Server::age_devices(std::int64_t now_wall_ms) {
  if (now_wall_ms - devices_aged_ms_ < devices_every_ms && now_wall_ms >= devices_aged_ms_) return;
  // A start is no time to find that nobody was here: phones get an hour to say that they are.
  const bool first = std::exchange(devices_aged_ms_, now_wall_ms) == 0;
  if (first) return;
  const auto gone = records_->store.age_devices(now_wall_ms);
  if (!gone) return log_->say(effect::Level::warning, "devices", gone.error().text);
  if (*gone == 0) return;
  log_->say(effect::Level::notice, "devices",
            fmt::format("{} browsers were not used for {} days and are shut out", *gone, WebLimits::device_days));
  const std::lock_guard lock(mutex_);
  if (auto published = publish_policy(); !published) log_->say(effect::Level::error, "devices", published.error());
}

void Server::sweep_answers(std::int64_t now_wall_ms) {
  if (std::abs(now_wall_ms - answers_swept_ms_) < answers_every_ms) return;
  answers_swept_ms_ = now_wall_ms;
  if (const auto gone = store::AnswerTables(records_->store, records_->vault).sweep(now_wall_ms); !gone)
    log_->say(effect::Level::warning, "answers", gone.error().text);
}

web::Answer Server::phone_facts(const web::Request& asked) {
  const config::Settings settings = current_settings();
  const std::uint16_t port = phone_port(settings);
  const std::lock_guard lock(mutex_);
  return {200,
          {{"wss", port == 0 ? std::string() : fmt::format("wss://{}:{}", asked.host, port)},
           {"domain", sip_domain(settings, asked.host)},
           {"realm", settings.server.realm},
           {"fingerprints", fingerprint_texts({media_identities_, media_identities_before_})},
           {"languages", {"en", "de"}}}};
}

void Server::end_former_web(std::int64_t now_wall_ms) {
  // Ends behind the lock: a request that it serves may wait for it.
  std::vector<std::unique_ptr<web::Server>> ended;
  const std::lock_guard lock(mutex_);
  std::erase_if(former_web_, [&](auto& each) {
    const bool over = now_wall_ms < each.first || now_wall_ms - each.first >= former_web_ms;
    if (over) ended.push_back(std::move(each.second));
    return over;
  });
}

void Server::open_web() {
  warnings_.erase("web");
  carrier_->feed().close();
  loop_->streams().set_origins(origins_of(settings_));
  if (!settings_.web.enabled) return;
  web::ServerOptions options;
  options.binds = web_binds(settings_);
  options.welcome = [this, permitted = settings_.web.permitted](const Endpoint& remote, std::uint16_t local_port) {
    if (!is_permitted(permitted, remote.address)) return false;
    const std::int64_t wall_ms = wall_now_ms();
    return door_.welcomes(remote, Transport::tls, local_port, {wall_ms, wall_ms});
  };
  options.noticed = [this](const Endpoint& remote, std::uint16_t local_port, web::Deed deed) {
    // The guard can miss one of many, and the thread of pages never waits for the engine.
    inlet_.offer(
        engine::Noticed{remote, Transport::tls, local_port,
                        deed == web::Deed::request ? guard::Observation::web_request : guard::Observation::malformed});
  };
  // Phones come before pages: a taken port here is no reason to be silent there.
  auto opened = web::Server::open(options, site());
  if (!opened) {
    warnings_["web"] = opened.error() + "; end the program that has the port, or give web.port another number";
    return;
  }
  web_ = std::move(*opened);
  web_->set_tls(web_tls_);
  carrier_->feed().open(web_.get());
}

void Server::tell_of_websocket(const Flow& flow, websocket::Refusal refusal, std::string_view origin) {
  const bool foreign = refusal == websocket::Refusal::foreign_origin;
  if (!foreign && refusal != websocket::Refusal::malformed) return;
  inlet_.offer(engine::Noticed{flow.remote, flow.transport, flow.local.port,
                               foreign ? guard::Observation::foreign_origin : guard::Observation::malformed});
  if (foreign)
    log_->say(
        effect::Level::notice, "foreign_page",
        fmt::format("a page of \"{}\" wanted to speak from a browser at {} and was refused; if it is yours, add it "
                    "to web.origins",
                    plain(origin, WebLimits::device_name_bytes), flow.remote.text()));
}

}  // namespace rf::app
