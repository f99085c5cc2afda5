// The [guard] section: who may talk to us.
#include <fmt/format.h>

#include <algorithm>

#include "core/base/nearest.hpp"
#include "core/guard/compile.hpp"
#include "core/guard/lines.hpp"
#include "shell/config/sections.hpp"

namespace rf::config {
namespace {

constexpr std::int64_t day_s = 86'400;

std::string first_fault(const std::vector<guard::Fault>& faults) {
  return faults.empty() ? "holds nothing" : faults.front().text;
}

/// One line of the guard's own languages as an element of a list.
template <class Entry, class Parse>
Section::Check each_line(std::vector<Entry>& out, Parse parse, std::string prefix = {}) {
  return [&out, parse, prefix](std::string_view text) -> std::optional<std::string> {
    if (text.find('\n') != std::string_view::npos) return "holds more than one line";
    auto read = parse(prefix + std::string(text));
    if (!read.faults.empty() || read.entries.size() != 1)
      return fmt::format("holds \"{}\": {}", text, first_fault(read.faults));
    out.push_back(std::move(read.entries.front()));
    return std::nullopt;
  };
}

void read_escalation(Section& section, std::vector<std::uint32_t>& out) {
  const toml::node* node = section.raw("ban_s");
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  std::vector<std::uint32_t> steps;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto seconds = (*list)[i].value_exact<std::int64_t>();
    if (!seconds || *seconds < 1 || *seconds > 400 * day_s) {
      steps.clear();
      break;
    }
    steps.push_back(static_cast<std::uint32_t>(*seconds));
  }
  if (steps.empty() || steps.size() > 16)
    return section.fault("ban_s", "is no list of ban durations",
                         "write seconds for the first ban, the second and so on, such as [3600, 14400, 86400]");
  out = std::move(steps);
}

void read_countries(Section& section, GuardSettings& out) {
  using Mode = guard::CountryRules::Mode;
  guard::CountryRules& rules = out.rules.countries;
  const auto listed = [&](std::string_view key, Mode mode) {
    section.texts(
        key,
        [&rules, mode](std::string_view code) -> std::optional<std::string> {
          const auto country = Country::parse(code);
          if (!country) return fmt::format("holds \"{}\", no code of two letters", code);
          if (rules.mode != Mode::off && rules.mode != mode)
            return "stands beside the other list: countries are either allowed or denied";
          rules.mode = mode;
          rules.listed.set(country->index);
          return std::nullopt;
        },
        "write codes of ISO 3166 such as [\"DE\", \"AT\"]");
  };
  listed("countries_allow", Mode::allow_listed);
  listed("countries_deny", Mode::deny_listed);
  section.flag("countries_unknown", rules.unknown_allowed);
  section.flag("countries_force", rules.forced);
  section.text(
      "country_database", out.country_database,
      [](std::string_view path) -> std::optional<std::string> {
        if (path.starts_with('/')) return std::nullopt;
        return "is no absolute path";
      },
      "write a path that begins with /");
}

void switch_off(Section& section, guard::Rules& rules) {
  section.texts(
      "off",
      [&](std::string_view name) -> std::optional<std::string> {
        for (guard::CountingRule& rule : rules.counting)
          if (rule.name == name) {
            rule.enabled = false;
            return std::nullopt;
          }
        for (guard::Fingerprint& print : rules.fingerprints)
          if (print.name == name) {
            print.enabled = false;
            return std::nullopt;
          }
        return fmt::format("holds \"{}\", which is no rule", name);
      },
      "write names from: ringfence guard rules");
}

/// [guard.rule.NAME]: other numbers for a rule that ships.
void read_rules(Section& section, guard::Rules& rules, Problems& problems) {
  const toml::node* node = section.raw("rule");
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr)
    return problems.add(place_of(*node), "guard.rule is not a section", "write [guard.rule.NAME] on a line of its own");
  std::vector<std::string> names;
  for (const guard::CountingRule& rule : rules.counting) names.push_back(rule.name);
  for (const auto& [key, value] : *table) {
    const std::string name(key.str());
    const auto rule = std::find_if(rules.counting.begin(), rules.counting.end(),
                                   [&](const guard::CountingRule& each) { return each.name == name; });
    if (rule == rules.counting.end() || !value.is_table()) {
      const std::string_view meant = nearest(name, names);
      problems.add(place_of(value), fmt::format("guard.rule.{} is no rule", name),
                   meant.empty() ? "write a name from: ringfence guard rules" : fmt::format("did you mean {}?", meant));
      continue;
    }
    Section one(value.as_table(), "guard.rule." + name, problems);
    one.flag("enabled", rule->enabled);
    one.number("threshold", rule->threshold, 1, rule->distinct ? 24 : 60'000);
    one.number("period_s", rule->period_s, 1, 31 * day_s);
    one.number("duration_s", rule->duration_s, 1, 400 * day_s);
    if (const auto then = one.word("then", {"watch", "throttle", "ban"}))
      rule->response = static_cast<guard::Response>(*then);
    one.finish();
  }
}

}  // namespace

void read_guard(Section section, GuardSettings& out, Problems& problems) {
  guard::Rules& rules = out.rules;
  section.flag("enabled", rules.enabled);
  section.flag("strict", rules.strict);
  if (const auto word = section.word("enforcement", {"auto", "xdp", "xdp-generic", "nftables", "user-space"}))
    out.enforcement = static_cast<Enforcement>(*word);
  constexpr std::string_view blocks =
      "write blocks such as \"192.0.2.0/24\", \"192.0.2.0/255.255.255.0\" or \"2001:db8::/32\", with \" force\" behind "
      "one that may cut off what is protected";
  section.texts("allow", each_line(rules.access, guard::parse_access, "allow "), blocks);
  section.texts("block", each_line(rules.access, guard::parse_access, "block "), blocks);
  if (section.has("defence")) rules.defence.clear();
  section.texts("defence", each_line(rules.defence, guard::parse_defence),
                "write rules such as \"drop from 198.51.100.0/24 protocol udp port 5060\" or \"accept from any\"");
  section.texts("agents", each_line(rules.agents, guard::parse_agents), "write \"prefix NAME\" or \"anywhere NAME\"");
  section.texts(
      "agents_off",
      [&](std::string_view name) -> std::optional<std::string> {
        if (std::erase_if(rules.agents, [&](const guard::AgentPattern& each) { return each.text == name; }) > 0)
          return std::nullopt;
        return fmt::format("holds \"{}\", which is not on the list", name);
      },
      "write names from: ringfence guard agents");
  section.texts(
      "blocklists",
      [&](std::string_view path) -> std::optional<std::string> {
        if (!path.starts_with('/')) return fmt::format("holds \"{}\", not an absolute path", path);
        out.blocklists.emplace_back(path);
        return std::nullopt;
      },
      "write paths that begin with /");
  read_countries(section, out);
  section.number("decoys", out.decoys, 0, 64);
  section.texts(
      "decoy_numbers",
      [&](std::string_view number) -> std::optional<std::string> {
        if (number.empty() || number.size() > 64) return "holds an empty or too long name";
        rules.decoys.emplace_back(number);
        return std::nullopt;
      },
      "write numbers or names that no phone has");
  switch_off(section, rules);
  read_rules(section, rules, problems);
  read_escalation(section, rules.escalation_s);
  section.number("remember_bans_s", rules.remember_bans_s, 0, 365 * day_s);
  section.number("throttle_s", rules.throttle_s, 1, day_s);
  section.number("trickle_interval_ms", rules.trickle_interval_ms, 100, 60'000);
  section.number("trickle_burst", rules.trickle_burst, 1, 100);
  section.number("proof_s", rules.proof_s, 1, day_s);
  section.number("credentials_s", rules.credentials_s, 1, day_s);
  section.number("phone_per_s", rules.phone_per_s, 10, 60'000);
  section.number("strangers_per_s", rules.strangers_per_s, 0, 10'000'000);
  section.number("account_failures", rules.account_failures, 1, 60'000);
  section.number("account_period_s", rules.account_period_s, 1, day_s);
  section.number("account_lock_s", rules.account_lock_s, 1, day_s);
  section.number("attack_sources", rules.attack_sources, 2, 24);
  section.number("attack_failures", rules.attack_failures, 2, 60'000);
  section.number("attack_period_s", rules.attack_period_s, 1, day_s);
  section.number("attack_slow_s", rules.attack_slow_s, 1, day_s);
  section.number("blocked_ports", rules.blocked_ports, 1, 255);
  section.number("wide_ban_networks", rules.wide_ban_networks, 0, 24);
  section.flag("notify_allowed", rules.notify_allowed);
  section.flag("refer_allowed", rules.refer_allowed);
  section.finish();
  if (!problems.empty()) return;
  // What only all of them together show; what they would lock out is known where the addresses and countries are.
  guard::Rules alone = rules;
  alone.countries = {};
  guard::Surroundings around;
  around.countries = std::make_shared<const guard::Countries>();
  if (const auto compiled = guard::Compiled::compile(std::move(alone), std::move(around)); !compiled)
    section.fault("rule", first_fault(compiled.error()), "change the rules of [guard]");
}

}  // namespace rf::config
