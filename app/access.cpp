#include "app/access.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "app/audit.hpp"
#include "app/data_dir.hpp"
#include "app/fence_commands.hpp"
#include "app/guard_commands.hpp"
#include "app/guard_countries.hpp"
#include "app/guard_exchange.hpp"
#include "app/guard_tuning.hpp"
#include "app/host.hpp"
#include "app/object_commands.hpp"
#include "app/event_commands.hpp"
#include "app/people_commands.hpp"
#include "app/place.hpp"
#include "app/plan_faults.hpp"
#include "app/tenants.hpp"
#include "app/web_reach.hpp"
#include "app/plan_commands.hpp"
#include "app/server.hpp"
#include "app/settings.hpp"
#include "app/tracing.hpp"
#include "shell/control/client.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using control::Json;
using control::Outcome;

constexpr std::uint32_t lock_wait_ms = 3'000;

// A stop is done when the data directory is free again, not when it was asked for.
Outcome wait_until_stopped(const std::string& folder, Outcome outcome) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (DataDir::in_use(folder)) {
    if (std::chrono::steady_clock::now() >= until)
      return std::unexpected(Error{Code::busy, "the server was asked to stop and still runs", "see its log"});
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  (*outcome)["message"] = "The server has stopped.";
  return outcome;
}

/// As the server would answer that does not run.
std::optional<Outcome> show_countries_here(const GuardDesk& desk, const command::Command& command,
                                           std::int64_t now_ms) {
  const bool asked = std::holds_alternative<command::GuardCountryList>(command) ||
                     std::holds_alternative<command::GuardGeo>(command);
  if (!asked) return std::nullopt;
  const auto rules = guard_rules(desk);
  if (!rules)
    return std::unexpected(
        Error{Code::invalid, fmt::format("{}", fmt::join(rules.error(), "; ")), "change [guard] of the file"});
  return show_countries(desk, *rules->compiled, command, now_ms);
}

Outcome execute_on(const cli::Place& place, const config::Settings& settings, Records& records,
                   const command::Checked& asked) {
  const auto tenants = records.store.tenants();
  if (!tenants) return std::unexpected(error_of(tenants.error()));
  const auto placed = in_tenant(*tenants, asked);
  if (!placed) return std::unexpected(placed.error());
  const command::Checked& checked = *placed;
  const command::Command& command = checked.command;
  records.tenant = checked.acts_in;
  const std::int64_t now_ms = wall_now_ms();
  CountryBook countries;
  const policy::Policy no_policy;
  const GuardDesk desk{settings, no_policy, records.store, countries, {}};
  if (auto answer = answer_trace(settings, nullptr, checked)) return std::move(*answer);
  if (auto fault = fault_in_countries(settings, countries, command)) return std::unexpected(std::move(*fault));
  if (auto shown = show_countries_here(desk, command, now_ms)) return std::move(*shown);
  if (auto shown = show_settings({place, records.store}, command)) return std::move(*shown);
  if (auto changed = change_settings({place, records.store}, command)) return std::move(*changed);
  if (auto shown = show_tuning(desk, command)) return std::move(*shown);
  if (auto changed = change_tuning(desk, command)) return std::move(changed->outcome);
  if (auto changed = change_countries(desk, command)) return std::move(changed->outcome);
  if (auto changed = exchange_rules(desk, command, now_ms)) return std::move(changed->outcome);
  if (auto changed = change_access(desk, command, now_ms)) {
    const auto* release = std::get_if<command::GuardRelease>(&command);
    if (!release || !changed->outcome) return std::move(changed->outcome);
    const auto count = records.store.drop_bans(release->block);
    if (!count) return std::unexpected(error_of(count.error()));
    (*changed->outcome)["was_held_back"] = *count > 0;
    (*changed->outcome)["message"] =
        fmt::format("{} {}.", release->block.text(), *count > 0 ? "is released" : "was not banned");
    return std::move(changed->outcome);
  }
  if (auto answer = answer_audit(records, command, now_ms)) return std::move(*answer);
  if (auto outcome = show_tenants(records, checked)) return std::move(*outcome);
  if (auto outcome = change_people(records, nullptr, checked, now_ms)) return std::move(*outcome);
  if (auto outcome = change_events(records, nullptr, checked, now_ms)) return std::move(*outcome);
  if (asks_plan(command)) {
    const auto plan = plan_of(records.store, records.vault, records.shelf);
    if (!plan) return std::unexpected(error_of(records.store, plan.error()));
    return answer_by_plan(records, **plan, command, now_ms);
  }
  if (auto changed = change_objects(records, command, now_ms,
                                     {guard_side(desk, checked), event_side(nullptr, checked)}))
    return std::move(changed->outcome);
  auto outcome = records.execute(command, now_ms);
  if (!outcome)
    return std::unexpected(Error{Code::not_running, "the server is not running", "start it: ringfence serve"});
  return std::move(*outcome);
}

Outcome execute_here(const cli::Place& place, const config::Settings& settings, std::string_view name,
                     const Json& args) {
  const auto arguments = control::arguments_of(args);
  if (!arguments) return std::unexpected(arguments.error());
  auto checked = command::check(name, *arguments);
  if (!checked) return std::unexpected(checked.error());
  checked->on_machine = true;
  if (checked->spec->needs_server)
    return std::unexpected(Error{Code::not_running, "the server is not running", "start it: ringfence serve"});
  if (std::holds_alternative<command::ListPorts>(checked->command)) return configured_ports(settings);
  if (const auto* c = std::get_if<command::ShowFirewall>(&checked->command)) return fence_json(settings, c->format);
  if (const auto* c = std::get_if<command::ApplyFirewall>(&checked->command)) return apply_fence(settings, c->remove);
  const auto data_dir = DataDir::open(settings, false, lock_wait_ms);
  if (!data_dir) return std::unexpected(data_dir.error());
  auto records = Records::open({settings.store_path(), settings.store.synchronous, 5'000}, data_dir->key_path(),
                               settings.server.realm);
  if (!records) return std::unexpected(records.error());
  records->limits = settings.limits;
  records->domains = settings.server.domains;
  if (settings.web.enabled) records->web = web_address(settings);
  const auto append = [&](audit::Event event) { return records->store.append_audit(std::move(event)); };
  Carried carried = carry_out(*checked, {fmt::format("uid {}, without a server", ::getuid()), append,
                                         [&](const command::Checked& each) {
                                           return execute_on(place, settings, *records, each);
                                         }});
  const bool kept = !carried.came || append(*carried.came);
  return answer_of(std::move(carried), kept);
}

/// Plans, and files that are read in, take what they take: a million rates, or a hundred thousand calls asked again.
std::uint32_t wait_ms(std::string_view name) {
  constexpr std::uint32_t ordinary_ms = 30'000, whole_file_ms = 300'000;
  return name.starts_with("policy.") || name.ends_with(".import") ? whole_file_ms : ordinary_ms;
}

}  // namespace

Outcome ask(const cli::Place& place, std::string_view name, const Json& args) {
  // Whoever verifies an exported log needs no system for it.
  if (name == "audit-log.verify" && args.contains("text")) {
    const auto arguments = control::arguments_of(args);
    const auto checked = arguments ? command::check(name, *arguments) : std::unexpected(arguments.error());
    if (!checked) return std::unexpected(checked.error());
    if (auto answer = verify_text(checked->command)) return std::move(*answer);
  }
  const auto settings = settings_of(place);
  if (!settings) return std::unexpected(settings.error());
  // The file is what counts, and the rights of the caller: the server has none over the network.
  if (name == "firewall.show") return execute_here(place, *settings, name, args);
  if (name == "firewall.apply") {
    // Where there is no system yet, there is no audit log that it could be missing from.
    if (std::filesystem::exists(settings->store_path()))
      if (Outcome noted = ask(place, "audit-log.note", Json{{"note", "firewall apply " + args.dump()}}); !noted)
        return noted;
    return execute_here(place, *settings, name, args);
  }
  Outcome outcome = control::ask(settings->control_path(), name, args, wait_ms(name));
  if (!outcome && outcome.error().code == Code::not_running) return execute_here(place, *settings, name, args);
  if (outcome && name == "stop") return wait_until_stopped(settings->server.data_dir, std::move(outcome));
  return outcome;
}

}  // namespace rf::app
