#include "app/guard_commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/audit.hpp"
#include "app/records.hpp"
#include "core/guard/lines.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr std::string_view action_names[] = {"pass", "prove", "refuse", "drop", "reject"};
constexpr std::string_view response_names[] = {"watch", "throttle", "ban"};

std::string until_text(std::uint32_t minutes) {
  return minutes == 0 ? std::string("for good") : fmt::format("for {} min", minutes);
}

/// The office that a block is in, as the file or a command allows it for good.
std::optional<guard::AccessEntry> allowed_around(const config::Settings& settings,
                                                 const std::vector<guard::AccessEntry>& typed, const Subnet& block) {
  for (const auto* list : {&settings.guard.rules.access, &typed})
    for (const guard::AccessEntry& entry : *list)
      if (entry.allow && entry.until_ms == 0 && entry.subnet.prefix <= block.prefix &&
          entry.subnet.contains(block.base))
        return entry;
  return std::nullopt;
}

/// An entry of the access list before or after a change, for the audit log.
std::string told_of(const guard::AccessEntry* entry) {
  if (entry == nullptr) return "-";
  return text_of(*entry) + (entry->until_ms == 0 ? std::string() : " until " + timestamp(entry->until_ms));
}

/// What commands said of the rule of this name.
Json keys_of(const Json& typed, const std::string& name) {
  Json out = Json::array();
  const auto at = typed.find(name);
  if (at == typed.end()) return out;
  for (const auto& [key, value] : at->items()) out.push_back(key);
  return out;
}

}  // namespace

std::optional<RulesChanged> change_access(const GuardDesk& desk, const command::Command& command,
                                           std::int64_t now_wall_ms) {
  const auto* allow = std::get_if<command::GuardAllow>(&command);
  const auto* drop = std::get_if<command::GuardBlock>(&command);
  const command::AccessChange* set = allow ? &allow->change : drop ? &drop->change : nullptr;
  const auto* remove = std::get_if<command::GuardRemove>(&command);
  const auto* release = std::get_if<command::GuardRelease>(&command);
  if (!set && !remove && !release) return std::nullopt;
  const auto fail = [](Error error) { return RulesChanged{std::unexpected(std::move(error)), nullptr}; };

  const Subnet block = set ? set->block : remove ? remove->block : release->block;
  const auto list = desk.store.access_list();
  if (!list) return fail(error_of(list.error()));
  const auto old = std::find_if(list->begin(), list->end(), [&](const auto& each) { return each.subnet == block; });
  if (remove && old == list->end())
    return fail({Code::not_found, fmt::format("{} is not on the list of commands", block.text()),
                 "see: ringfence guard access; what the file allows or blocks is changed in the file"});
  if (release && release->minutes == 0) return RulesChanged{Json{{"allowed_minutes", 0}}, nullptr};
  if (release && old != list->end() && old->allow && old->until_ms == 0)
    return RulesChanged{Json{{"allowed_minutes", nullptr}}, nullptr};

  if (drop && !set->force)
    if (const auto office = allowed_around(desk.settings, *list, block))
      return fail({Code::conflict,
                   fmt::format("{} is allowed{}{}; force it if that is meant", office->subnet.text(),
                               office->description.empty() ? "" : ": ", office->description),
                   "nothing was changed; --force does it anyway"});

  guard::AccessEntry entry;
  entry.subnet = block;
  const std::uint32_t minutes = set ? set->minutes : release ? release->minutes : 0;
  if (minutes != 0) entry.until_ms = now_wall_ms + std::int64_t{minutes} * 60'000;
  entry.allow = release || allow;
  entry.forced = set && set->force;
  entry.description = set ? set->note : "released";
  if (remove) {
    if (const auto gone = desk.store.drop_access(block); !gone) return fail(error_of(gone.error()));
  } else if (const auto done = desk.store.set_access(entry, now_wall_ms); !done) {
    return fail(error_of(done.error()));
  }
  auto rules = guard_rules(desk, set ? set->caller : remove ? remove->caller : std::nullopt);
  if (!rules) {
    // As it was.
    if (old != list->end())
      static_cast<void>(desk.store.set_access(*old, now_wall_ms));
    else
      static_cast<void>(desk.store.drop_access(block));
    return fail({Code::conflict, fmt::format("{}", fmt::join(rules.error(), "; ")),
                 set ? "nothing was changed; --force does it anyway" : "nothing was changed"});
  }
  const std::string told = fmt::format("{} to {}", told_of(old == list->end() ? nullptr : &*old),
                                       told_of(remove ? nullptr : &entry));
  if (release)
    return RulesChanged{Json{{"allowed_minutes", minutes}, {told_to_log, told}}, std::move(rules->compiled)};
  const std::string text =
      remove ? fmt::format("{} is off the list.", block.text())
             : fmt::format("{} is {} {}.", block.text(), entry.allow ? "allowed" : "blocked", until_text(minutes));
  return RulesChanged{Json{{"message", text}, {told_to_log, told}}, std::move(rules->compiled)};
}

Json json_of(const guard::Ban& ban, std::int64_t now_wall_ms) {
  return {{"block", ban.subnet.text()},       {"rule", ban.rule.view()},           {"evidence", ban.evidence.view()},
          {"since", timestamp(ban.since_ms)}, {"since_ms", ban.since_ms},          {"until", timestamp(ban.until_ms)},
          {"until_ms", ban.until_ms},         {"active", ban.active(now_wall_ms)}, {"proven", ban.proven},
          {"bans_before", ban.repeats}};
}

Json json_of(const guard::AccessEntry& entry) {
  return {{"block", entry.subnet.text()}, {"action", entry.allow ? "allow" : "block"}, {"forced", entry.forced},
          {"note", entry.description},    {"until", timestamp(entry.until_ms)},        {"until_ms", entry.until_ms}};
}

Json json_of(const guard::Explanation& known, const Address& address) {
  Json out{{"address", address.text()},
           {"state", known.state},
           {"protected_as", known.protection},
           {"country", known.country},
           {"known", known.known},
           {"proven", known.proven},
           {"last_heard", timestamp(known.last_ms)},
           {"throttled_since", timestamp(known.caught_ms)},
           {"throttled_until", timestamp(known.throttled_until_ms)},
           {"credentials_work_until", timestamp(known.good_until_ms)},
           {"last_rule", known.last_rule},
           {"last_rule_about", known.last_about},
           {"spares_phones", known.spares_phones},
           {"registered_ports", known.registered_ports},
           {"blocked_ports", known.blocked_ports},
           {"locked_accounts", known.locked_accounts}};
  if (known.access) out["access"] = json_of(*known.access);
  if (known.ban) out["ban"] = json_of(*known.ban, 0);
  Json counts = Json::array();
  for (const auto& count : known.counts)
    counts.push_back(
        {{"rule", count.rule}, {"seen", count.seen}, {"limit", count.limit}, {"period_s", count.period_s}});
  out["counts"] = std::move(counts);
  return out;
}

Json json_of(const effect::GuardNumbers& numbers) {
  const guard::Stats& s = numbers.stats;
  Json verdicts = Json::object(), fired = Json::object();
  for (std::size_t i = 0; i < guard::reason_count; ++i)
    verdicts[std::string(name_of(static_cast<guard::Reason>(i)))] = s.verdicts[i];
  for (std::size_t i = 0; i < numbers.rules.size(); ++i) fired[numbers.rules[i]] = s.fired[i];
  return {{"verdicts", std::move(verdicts)},
          {"fired", std::move(fired)},
          {"sources", s.sources},
          {"sources_room", s.sources_room},
          {"sources_forgotten", s.sources_forgotten},
          {"ports", s.ports},
          {"pairs", s.pairs},
          {"accounts", s.accounts},
          {"bans", s.bans},
          {"bans_room", s.bans_room},
          {"events_lost", s.events_lost},
          {"bytes_when_full", s.bytes}};
}

Json json_of(const effect::GuardVerdict& verdict) {
  return {{"action", action_names[static_cast<std::size_t>(verdict.verdict.action)]},
          {"reason", name_of(verdict.verdict.reason)},
          {"text", text_of(verdict.verdict.reason)},
          {"rule", verdict.rule}};
}

Json bans_json(const std::vector<guard::Ban>& bans, const command::GuardBans& wanted, std::int64_t now_wall_ms) {
  std::vector<const guard::Ban*> chosen;
  for (const guard::Ban& ban : bans)
    if ((wanted.ended || ban.active(now_wall_ms)) && (wanted.rule.empty() || ban.rule.view() == wanted.rule))
      chosen.push_back(&ban);
  // Equals have an order, too: a list that is asked for in parts has each ban once.
  std::sort(chosen.begin(), chosen.end(), [&](const guard::Ban* a, const guard::Ban* b) {
    const auto key = [&](const guard::Ban* ban) { return wanted.newest ? ban->since_ms : ban->until_ms; };
    return key(a) != key(b) ? key(a) > key(b) : a->subnet < b->subnet;
  });
  Json list = Json::array();
  for (const guard::Ban* ban : chosen) list.push_back(json_of(*ban, now_wall_ms));
  return {{"bans", std::move(list)}};
}

Json json_of(const guard::CountingRule& rule, const Json& typed) {
  std::string signals;
  for (std::size_t i = 0; i < guard::signal_count; ++i)
    if (rule.signals >> i & 1)
      signals += (signals.empty() ? "" : " ") + std::string(name_of(static_cast<guard::Signal>(i)));
  return {{"name", rule.name},
          {"about", rule.about},
          {"signals", signals},
          {"distinct", rule.distinct},
          {"threshold", rule.threshold},
          {"period_s", rule.period_s},
          {"then", response_names[static_cast<std::size_t>(rule.response)]},
          {"duration_s", rule.duration_s},
          {"enabled", rule.enabled},
          {"by_command", keys_of(typed, rule.name)}};
}

Json json_of(const guard::Fingerprint& print, const Json& typed) {
  return {{"name", print.name}, {"enabled", print.enabled}, {"by_command", keys_of(typed, print.name)}};
}

Json rules_json(const guard::Compiled& compiled, const Json& typed) {
  const guard::Rules& rules = compiled.rules;
  Json list = Json::array(), prints = Json::array(), defence = Json::array();
  for (const guard::CountingRule& rule : rules.counting) list.push_back(json_of(rule, typed));
  for (const guard::Fingerprint& print : rules.fingerprints) prints.push_back(json_of(print, typed));
  for (const guard::DefenceRule& rule : rules.defence) defence.push_back(text_of(rule));
  Json resolved = Json::object();
  for (const auto& [name, addresses] : compiled.around.resolved) {
    std::string text;
    for (const Address& address : addresses) text += (text.empty() ? "" : ", ") + address.text();
    resolved[name] = text.empty() ? "unknown" : text;
  }
  return {{"enabled", rules.enabled},
          {"strict", rules.strict},
          {"rules", std::move(list)},
          {"fingerprints", std::move(prints)},
          {"defence", std::move(defence)},
          {"resolved", std::move(resolved)}};
}

}  // namespace rf::app
