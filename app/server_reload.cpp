// What changes while calls run: configuration, certificates, extensions.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "app/guard_tuning.hpp"
#include "app/host.hpp"
#include "app/listeners.hpp"
#include "app/object_commands.hpp"
#include "app/place.hpp"
#include "app/plan_faults.hpp"
#include "app/server.hpp"
#include "app/settings.hpp"
#include "app/snapshot.hpp"
#include "app/web_reach.hpp"
#include "core/toll/answer_faults.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr std::int64_t day_ms = 86'400'000;

// What a running server cannot take over, by the names of the file.
std::vector<std::string> restart_only(const config::Settings& a, const config::Settings& b) {
  std::vector<std::string> out;
  const auto differs = [&](bool different, std::string name) {
    if (different) out.push_back(std::move(name));
  };
  differs(a.server.data_dir != b.server.data_dir, "server.data_dir");
  differs(a.server.realm != b.server.realm, "server.realm");
  differs(a.server.user != b.server.user, "server.user");
  differs(a.store.path != b.store.path || a.store.synchronous != b.store.synchronous, "store");
  differs(a.media.first_port != b.media.first_port || a.media.last_port != b.media.last_port, "media.ports");
  differs(a.media.elsewhere != b.media.elsewhere || a.media.rtpengine != b.media.rtpengine, "media.rtpengine");
  differs(a.media.falls_back != b.media.falls_back, "media.fallback");
  differs(a.media.threads != b.media.threads, "media.threads");
  differs(a.media.transcode != b.media.transcode, "media.transcode");
  differs(a.media.transcode_threads != b.media.transcode_threads, "media.transcode_threads");
  differs(a.media.dscp != b.media.dscp, "media.dscp");
  differs(a.media.interface != b.media.interface, "media.interface");
  differs(a.limits.store_queue_max != b.limits.store_queue_max, "limits.store_queue_max");
  config::TraceSettings trace = b.trace;
  trace.keep = a.trace.keep;
  differs(a.trace != trace, "trace");
  differs(a.metrics.enabled != b.metrics.enabled || a.metrics.bind != b.metrics.bind, "metrics");
  return out;
}

// The new settings with the old values of what only a restart changes.
config::Settings merged(const config::Settings& old, config::Settings fresh) {
  fresh.server.data_dir = old.server.data_dir;
  fresh.server.realm = old.server.realm;
  fresh.server.user = old.server.user;
  fresh.store = old.store;
  fresh.media = old.media;
  fresh.limits.store_queue_max = old.limits.store_queue_max;
  fresh.metrics = old.metrics;
  const TraceKeep keep = fresh.trace.keep;
  fresh.trace = old.trace;
  fresh.trace.keep = keep;
  return fresh;
}

/// All as they were, but the one of this number as it was `loaded` now: none, when it is there no longer.
std::vector<policy::Extension> with_one(std::vector<policy::Extension> all, const store::Store::Numbered& which,
                                        std::vector<policy::Extension> loaded) {
  const auto place = std::lower_bound(all.begin(), all.end(), which, [](const auto& each, const auto& one) {
    return std::tie(each.tenant, each.number) < std::tie(one.first, one.second);
  });
  const bool there = place != all.end() && place->tenant == which.first && place->number == which.second;
  const auto after = there ? all.erase(place) : place;
  all.insert(after, std::make_move_iterator(loaded.begin()), std::make_move_iterator(loaded.end()));
  return all;
}

}  // namespace

void Server::renew_media_identities() {
  const std::lock_guard records_lock(records_mutex_);
  const std::lock_guard lock(mutex_);
  if (wall_now_ms() - media_identities_ms_ < day_ms && wall_now_ms() >= media_identities_ms_) return;
  auto fresh = dtls::make_identities(wall_now_ms());
  if (!fresh) return log_->say(effect::Level::error, "media_certificate", fresh.error());
  const dtls::Identities before = std::exchange(media_identities_, std::move(*fresh));
  // The relay has them before any call can name them.
  relay_->use(media_identities_);
  if (auto published = publish_policy(); !published) {
    log_->say(effect::Level::error, "media_certificate", published.error());
    media_identities_ = before;
    return;
  }
  media_identities_before_ = before;
  media_identities_ms_ = wall_now_ms();
}

std::expected<void, std::string> Server::publish_policy(const std::optional<store::Store::Numbered>& only) {
  // What could not be taken over is read with all the others the next time.
  const bool behind = std::exchange(policy_is_behind_, true), one = only && !behind;
  auto extensions = records_->store.load_extensions(records_->vault, settings_.server.realm,
                                                    one ? only : std::nullopt);
  if (!extensions) return std::unexpected(extensions.error().text);
  if (one) *extensions = with_one(policy_->extensions(), *only, std::move(*extensions));
  auto tenants = records_->store.tenants();
  if (!tenants) return std::unexpected(tenants.error().text);
  auto policy = snapshot(settings_, listeners_, std::move(*extensions), std::move(*tenants), ++policy_version_,
                         media_identities_);
  if (!policy) return std::unexpected(policy.error());
  // What was in force before is let go here and not on the engine's thread: many extensions take a while.
  policy_before_ = std::exchange(policy_, std::move(*policy));
  policy_is_behind_ = false;
  const auto id = [&](const policy::Policy& in) {
    const policy::Extension* const found = one ? in.by_number(only->first, only->second) : nullptr;
    return found ? found->id : ExtensionId{};
  };
  const ExtensionId was = id(*policy_before_), is = id(*policy_);
  inlet_.post(engine::PolicyChanged{policy_, was && is && was != is ? ExtensionId{} : is ? is : was});
  return {};
}

std::vector<policy::Listener> Server::listeners_now() {
  // The version first: an address that comes in between is taken the next time.
  const std::uint64_t before = std::exchange(public_address_version_, public_address_.version());
  const PublicAddress::State seen = public_address_.state();
  if (public_address_version_ != before)
    log_->say(effect::Level::notice, "public_address",
              fmt::format("{}: we are at {}", seen.from, seen.address ? seen.address->text() : "no known address"));
  return expand(settings_.listeners, local_addresses_of_host(), has_ipv6(), seen.address);
}

void Server::take_public_address() {
  const std::lock_guard lock(mutex_);
  listeners_ = listeners_now();
  if (auto published = publish_policy(); !published)
    log_->say(effect::Level::warning, "public_address", published.error());
  // Our own address is protected, so the guard's rules know it.
  std::vector<std::string> notes;
  if (auto rules = compile_guard(settings_, *policy_, notes)) publish_guard(std::move(*rules));
}

std::expected<void, Error> Server::load_plan() {
  auto plan = plan_of(records_->store, records_->vault, records_->shelf);
  if (!plan) return std::unexpected(error_of(records_->store, plan.error()));
  plan_before_ = std::exchange(plan_, std::move(*plan));
  return {};
}

void Server::tell_house() {
  const auto& tenants = plan_->terms().tenants;
  if (tenants.empty()) return events_->use_house(nullptr, {});
  events_->use_house(tenants.front().zone, tenants.front().company);
}

void Server::warn_of_numbers() {
  constexpr std::string_view about = "emergency number ";
  std::erase_if(warnings_, [&](const auto& each) { return each.first.starts_with(about); });
  const auto callers = callers_of(records_->store);
  if (!callers) return;
  const auto tenants = records_->store.tenants().value_or(std::vector<store::Tenant>{});
  for (const ToldFault& each : told(toll::taken_emergency_numbers(*plan_, *callers), tenants, {}))
    warnings_[std::string(about) + each.text] = each.text + "; " + each.remedy;
}

void Server::publish_plan() {
  inlet_.post(engine::PlanChanged{plan_});
  tell_house();
  warn_of_numbers();
  // Trunks are protected, so the guard's rules know them.
  std::vector<std::string> notes;
  if (auto rules = compile_guard(settings_, *policy_, notes)) publish_guard(std::move(*rules));
}

Outcome Server::reload(const std::optional<Address>& caller, bool force) {
  const std::lock_guard records_lock(records_mutex_);
  const std::lock_guard lock(mutex_);
  return take_over(caller, force);
}

Outcome Server::change_setting(const command::Command& command) {
  const std::lock_guard records_lock(records_mutex_);
  const std::lock_guard lock(mutex_);
  return *change_settings({circumstances_.place, records_->store, &settings_, [this] { return take_over({}, true); }},
                          command);
}

Outcome Server::take_over(const std::optional<Address>& caller, bool force) {
  auto fresh = settled(circumstances_.place, records_->store);
  if (!fresh) {
    log_->say(effect::Level::error, "reload_refused", fresh.error().message);
    return std::unexpected(fresh.error());
  }
  config::Settings* const loaded = &fresh->settings;
  if (!force)
    if (auto fault = keeps_out(settings_, *loaded, caller)) return std::unexpected(std::move(*fault));
  Json notes = Json::array();
  for (const std::vector<std::string>* const said : {&fresh->passed_over, &fresh->held})
    for (const std::string& note : *said) notes.push_back(note);
  for (const std::string& name : restart_only(settings_, *loaded))
    notes.push_back(fmt::format("{} changes at the next start", name));
  const std::vector<std::string> sections = config::sections_changed(settings_, *loaded);
  if (circumstances_.json) loaded->log.format = config::LogFormat::json;
  const config::Settings before = std::exchange(settings_, merged(settings_, std::move(*loaded)));
  std::erase_if(warnings_, [](const auto& each) { return each.first.starts_with("listener"); });
  const auto refuse = [&](const Error& error) -> Outcome {
    settings_ = before;
    log_->say(effect::Level::error, "reload_refused", error.message);
    return std::unexpected(error);
  };
  std::vector<std::string> guard_notes;
  auto guard = compile_guard(settings_, *policy_, guard_notes);
  if (!guard) return refuse(guard.error());
  for (std::string& note : held_by_command(before.guard.rules, settings_.guard.rules, records_->store))
    guard_notes.push_back(std::move(note));

  // Certificates first: they are what can fail, and then everything stays.
  if (auto certificates = load_certificates(); !certificates) return refuse(certificates.error());
  if (auto log = log_->reopen(log_options(settings_.log)); !log) notes.push_back(log.error() + "; the old one is used");
  resolver_->set_servers(settings_.dns.servers);
  names_.set_servers(settings_.dns.servers);
  loop_->streams().set_limits(settings_.limits);
  records_->limits = settings_.limits;
  records_->domains = settings_.server.domains;
  records_->web = settings_.web.enabled ? web_address(settings_) : std::string();
  writer_->set_keep(keep_of(settings_.records));
  logins_->use(settings_.login);
  acme_->use(settings_.acme);
  if (tracing_) tracing_->recorder().keep(settings_.trace.keep);

  // The engine learns of listeners before their first packet can come, and of failures after.
  public_address_.use(settings_.public_address, settings_.dns.servers);
  listeners_ = listeners_now();
  reserve_media_ports();
  if (auto published = publish_policy(); !published) notes.push_back(published.error());
  if (auto plan = load_plan(); !plan) notes.push_back(plan.error().message + "; what held before goes on");
  inlet_.post(engine::PlanChanged{plan_});
  publish_guard(std::move(*guard));
  if (circumstances_.firewall) raise_firewall();
  for (std::string& note : guard_notes) notes.push_back(std::move(note));
  for (std::string& fault : load_prompts()) notes.push_back(std::move(fault));
  listener_states_ = loop_->set_listeners(listeners_);
  for (const net::ListenerState& state : listener_states_)
    if (!state.error.empty()) {
      notes.push_back(state.error);
      warnings_[fmt::format("listener {}", state.id.value)] = state.error;
    }
  if (web_) {
    web_->close_doors();
    former_web_.emplace_back(wall_now_ms(), std::move(web_));
  }
  open_web();
  if (const auto fault = warnings_.find("web"); fault != warnings_.end()) notes.push_back(fault->second);
  watch_descriptors();
  const std::string told =
      sections.empty() ? "the file says what it said" : fmt::format("other in the file: {}", fmt::join(sections, ", "));
  log_->say(effect::Level::notice, "reloaded",
            fmt::format("{}: {}", settings_.file.empty() ? "defaults" : settings_.file, told));
  return Json{{"message", "Configuration, certificates and log file are read again."},
              {"notes", std::move(notes)},
              {told_to_log, told}};
}

void Server::reload_by_signal() {
  const auto checked = command::check("reload", {});
  static_cast<void>(carry_out_for(*checked, "signal HUP"));
}

}  // namespace rf::app
