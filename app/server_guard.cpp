// The guard of a running server: its rules, its commands, its numbers.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "app/audit.hpp"
#include "app/enforcement.hpp"
#include "app/guard_commands.hpp"
#include "app/guard_countries.hpp"
#include "app/guard_exchange.hpp"
#include "app/guard_tuning.hpp"
#include "app/host.hpp"
#include "app/server.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr std::uint32_t engine_answer_ms = 5'000;
constexpr std::int64_t names_rest_ms = 5'000;
constexpr std::int64_t audit_tells_ms = 3'600'000;

guard::Method method_named(std::string_view name) {
  constexpr std::pair<std::string_view, guard::Method> names[] = {
      {"INVITE", guard::Method::invite}, {"OPTIONS", guard::Method::options},     {"NOTIFY", guard::Method::notify},
      {"REFER", guard::Method::refer},   {"SUBSCRIBE", guard::Method::subscribe}, {"MESSAGE", guard::Method::message}};
  for (const auto& [text, method] : names)
    if (text == name) return method;
  return guard::Method::register_;
}

}  // namespace

std::expected<guard::CompiledRef, Error> Server::compile_guard(const config::Settings& settings,
                                                               const policy::Policy& policy,
                                                               std::vector<std::string>& notes) {
  auto rules = guard_rules(guard_desk(settings, policy));
  if (!rules)
    return std::unexpected(Error{Code::invalid, fmt::format("{}", fmt::join(rules.error(), "; ")),
                                 "change [guard] of the file, or: ringfence guard remove BLOCK, ringfence guard "
                                 "country remove DE, ringfence guard rule remove NAME"});
  notes.insert(notes.end(), rules->notes.begin(), rules->notes.end());
  return std::move(rules->compiled);
}

void Server::publish_guard(guard::CompiledRef rules) {
  // What was in force before is let go here and not on the engine's thread: with long lists that takes a while.
  guard_before_ = std::exchange(guard_, std::move(rules));
  door_.use(guard_);
  inlet_.post(engine::GuardChanged{guard_});
  list_to_kernel();
}

void Server::raise_firewall() {
  if (!circumstances_.firewall) {
    log_->say(effect::Level::info, "enforcement", fmt::format("in user space: {}", circumstances_.why_no_firewall));
    return;
  }
  firewall::Begin ground = ground_of(settings_, listeners_);
  nothing_reachable_ = ground.doors.empty();
  const bool wanted = ground.wish != firewall::Wish::user_space;
  circumstances_.firewall->begin(std::move(ground), [this, wanted](const firewall::State&) {
    const firewall::State state = enforcement();
    const bool kernel = state.backend != firewall::Backend::user_space;
    const auto level = kernel || !wanted ? effect::Level::notice : effect::Level::warning;
    log_->say(level, "enforcement",
              fmt::format("refusals are enforced by {}{}{}", name_of(state.backend), state.why.empty() ? "" : ": ",
                          state.why));
  });
  list_to_kernel();
}

void Server::list_to_kernel() {
  if (!circumstances_.firewall) return;
  const std::int64_t now_ms = wall_now_ms();
  circumstances_.firewall->replace_list(guard_->blocked_networks(now_ms));
  list_ends_ms_ = guard_->access_changes_at(now_ms);
}

firewall::State Server::enforcement() const {
  if (!circumstances_.firewall) return {firewall::Backend::user_space, circumstances_.why_no_firewall};
  if (nothing_reachable_) return {firewall::Backend::user_space, "nothing is reachable from outside this host"};
  return circumstances_.firewall->state();
}

std::optional<Outcome> Server::execute_guard(const command::Command& command) {
  Questions& questions = carrier_->questions();
  const auto no_answer = [] {
    return std::unexpected(Error{Code::busy, "the engine did not answer in time", "try again; see the log"});
  };
  const std::int64_t now_ms = wall_now_ms();
  if (const auto* c = std::get_if<command::GuardBans>(&command)) {
    const auto answer = questions.ask(effect::GuardListBans{}, engine_answer_ms);
    if (!answer) return no_answer();
    return bans_json(std::get<effect::GuardBans>(*answer).bans, *c, now_ms);
  }
  if (const auto* c = std::get_if<command::GuardExplain>(&command)) {
    const auto answer = questions.ask(effect::GuardExplain{c->address}, engine_answer_ms);
    if (!answer) return no_answer();
    Json out = json_of(std::get<guard::Explanation>(*answer), c->address);
    out["enforced_in"] = name_of(enforcement().backend);
    return out;
  }
  if (const auto* c = std::get_if<command::GuardTest>(&command)) {
    const policy::PolicyRef policy = this->policy();
    const auto listener = std::find_if(policy->listeners.begin(), policy->listeners.end(),
                                       [&](const policy::Listener& each) { return each.transport == c->transport; });
    if (listener == policy->listeners.end())
      return std::unexpected(Error{Code::not_found, fmt::format("nothing listens for {}", name_of(c->transport)),
                                   "see: ringfence ports; give another --transport"});
    const effect::GuardTry message{{c->address, c->port},   c->transport,  listener->bind.port,
                                   method_named(c->method), c->user_agent, c->target};
    const auto answer = questions.ask(message, engine_answer_ms);
    if (!answer) return no_answer();
    return json_of(std::get<effect::GuardVerdict>(*answer));
  }
  if (std::holds_alternative<command::GuardStats>(command)) {
    const auto answer = questions.ask(effect::GuardGetStats{}, engine_answer_ms);
    if (!answer) return no_answer();
    return json_of(std::get<effect::GuardNumbers>(*answer));
  }
  const auto* release = std::get_if<command::GuardRelease>(&command);
  const bool reads = std::holds_alternative<command::GuardRules>(command) ||
                     std::holds_alternative<command::GuardAgents>(command) ||
                     std::holds_alternative<command::GuardDecoys>(command);
  const std::lock_guard records_lock(records_mutex_);
  if (reads) {
    const guard::Rules& rules = guard_->rules;
    if (std::holds_alternative<command::GuardRules>(command))
      return rules_json(*guard_, typed_tuning(records_->store).value_or(Json::object()));
    Json list = Json::array();
    if (std::holds_alternative<command::GuardAgents>(command)) {
      for (const guard::AgentPattern& agent : rules.agents)
        list.push_back({{"name", agent.text}, {"where", agent.anywhere ? "anywhere" : "prefix"}});
      return Json{{"agents", std::move(list)}};
    }
    for (const std::string& decoy : rules.decoys) list.push_back(decoy);
    return Json{{"decoys", std::move(list)}};
  }
  const config::Settings settings = current_settings();
  const policy::PolicyRef policy = this->policy();
  const GuardDesk desk = guard_desk(settings, *policy);
  if (auto fault = fault_in_countries(settings, countries_, command)) return std::unexpected(std::move(*fault));
  if (auto shown = show_countries(desk, *guard_, command, now_ms)) return shown;
  if (auto shown = show_tuning(desk, command)) return shown;
  auto changed = change_access(desk, command, now_ms);
  if (!changed) changed = change_tuning(desk, command);
  if (!changed) changed = change_countries(desk, command);
  if (!changed) changed = exchange_rules(desk, command, now_ms);
  if (!changed) return std::nullopt;
  if (changed->rules) publish_guard(std::move(changed->rules));
  if (!release || !changed->outcome) return std::move(changed->outcome);
  const auto answer = questions.ask(effect::GuardRelease{release->block}, engine_answer_ms);
  if (!answer) return no_answer();
  static_cast<void>(writer_->push(store::DropSources{release->block}));
  const bool was = std::get<effect::Done>(*answer).count > 0;
  const std::string listed = changed->outcome->value(told_to_log, "");
  return Json{
      {"message", fmt::format("{} {}{}.", release->block.text(), was ? "is released" : "was not held back",
                              release->minutes == 0 ? "" : fmt::format(", and allowed for {} min", release->minutes))},
      {"was_held_back", was},
      {"allowed_minutes", (*changed->outcome)["allowed_minutes"]},
      {told_to_log, fmt::format("{}{}{}", was ? "was held back" : "was not held back", listed.empty() ? "" : ", ",
                                listed)}};
}

GuardDesk Server::guard_desk(const config::Settings& settings, const policy::Policy& policy) {
  return {settings, policy, records_->store, countries_, names_.resolved(), plan_.get(), guard_.get()};
}

void Server::care() {
  if (wall_now_ms() - audit_told_ms_ >= audit_tells_ms) tell_audit_head();
  keep_some_sources();
  const std::int64_t now_ms = wall_now_ms();
  end_former_web(now_ms);
  const std::lock_guard records_lock(records_mutex_);
  if (list_ends_ms_ <= now_ms) list_to_kernel();
  if (public_address_.version() != public_address_version_) take_public_address();
  age_devices(now_ms);
  sweep_answers(now_ms);
  logins_->care(*records_, now_ms);
  names_.look(guard_->rules.defence, now_ms);
  // Long lists take a while to compile: an attacker's zone does not keep us at it.
  const std::uint64_t version = names_.version();
  if (version == names_version_ || std::abs(now_ms - names_used_ms_) < names_rest_ms) return;
  names_version_ = version;
  names_used_ms_ = now_ms;
  std::vector<std::string> notes;
  auto rules = compile_guard(current_settings(), *policy(), notes);
  if (rules)
    publish_guard(std::move(*rules));
  else
    log_->say(effect::Level::warning, "guard_names", rules.error().message);
}

bool Server::keep_some_sources() {
  constexpr std::size_t rounds = GuardLimits::keep_sources_s;
  const std::size_t count = GuardLimits{}.sources / rounds + 1;
  // Whoever releases a source waits meanwhile, and is not undone by what was asked before.
  const std::lock_guard records_lock(records_mutex_);
  if (keep_from_ == 0) keep_since_ms_ = std::exchange(keep_began_ms_, wall_now_ms());
  auto answer = carrier_->questions().ask(
      effect::GuardKeep{keep_from_, count, keep_since_ms_, GuardLimits::kept_sources / rounds + 1}, engine_answer_ms);
  if (!answer) return false;
  auto& [sources, next] = std::get<effect::GuardSources>(*answer);
  if (!sources.empty()) static_cast<void>(writer_->push(store::KeepSources{std::move(sources)}));
  keep_from_ = next;
  return next != 0;
}

void Server::add_guard_numbers(std::vector<metrics::Number>& out) {
  const auto answer = carrier_->questions().ask(effect::GuardGetStats{}, engine_answer_ms);
  if (!answer) return;
  const auto& [stats, rules] = std::get<effect::GuardNumbers>(*answer);
  for (std::size_t i = 0; i < guard::reason_count; ++i)
    out.push_back({"ringfence_guard_verdicts_total",
                   "Verdicts on messages, before and after parsing, by reason",
                   static_cast<double>(stats.verdicts[i]),
                   true,
                   {{"reason", std::string(name_of(static_cast<guard::Reason>(i)))}}});
  for (std::size_t i = 0; i < rules.size(); ++i)
    out.push_back({"ringfence_guard_fired_total",
                   "How often each detection rule fired",
                   static_cast<double>(stats.fired[i]),
                   true,
                   {{"rule", rules[i]}}});
  out.push_back({"ringfence_guard_sources_forgotten_total", "Sources that left the full table for others",
                 static_cast<double>(stats.sources_forgotten), true});
  const firewall::Counters kernel =
      circumstances_.firewall ? circumstances_.firewall->counters() : firewall::Counters{};
  for (std::size_t i = 0; i < firewall::rules; ++i)
    out.push_back({"ringfence_firewall_dropped_packets_total",
                   "Packets that the kernel dropped for us, by rule",
                   static_cast<double>(kernel.dropped[i].packets),
                   true,
                   {{"rule", std::string(name_of(static_cast<firewall::Rule>(i)))}}});
  out.push_back({"ringfence_guard_events_lost_total", "Events that nobody was told of",
                 static_cast<double>(stats.events_lost), true});
}

}  // namespace rf::app
