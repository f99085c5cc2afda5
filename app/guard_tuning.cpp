#include "app/guard_tuning.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "app/records.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr const char* tuning_setting = "guard_rules";
constexpr std::uint32_t different_most = 24;  ///< guard::CountingRule counts so many different values
constexpr std::string_view then_words[] = {"watch", "throttle", "ban"};

template <class List>
auto* named(List& list, const std::string& name) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.name == name; });
  return at == list.end() ? nullptr : &*at;
}

const std::string_view* word_of(const Json& value) {
  if (!value.is_string()) return nullptr;
  const auto at = std::find(std::begin(then_words), std::end(then_words), value.get<std::string>());
  return at == std::end(then_words) ? nullptr : at;
}

bool readable(const std::string& key, const Json& value) {
  if (key == "enabled") return value.is_boolean();
  if (key == "then") return word_of(value) != nullptr;
  return (key == "threshold" || key == "period_s" || key == "duration_s") && value.is_number_unsigned() &&
         value.get<std::uint64_t>() <= std::numeric_limits<std::uint32_t>::max();
}

void apply(guard::CountingRule& rule, const Json& keys) {
  for (const auto& [key, value] : keys.items()) {
    if (key == "enabled") rule.enabled = value.get<bool>();
    if (key == "then") rule.response = static_cast<guard::Response>(word_of(value) - std::begin(then_words));
    if (key == "threshold") rule.threshold = value.get<std::uint32_t>();
    if (key == "period_s") rule.period_s = value.get<std::uint32_t>();
    if (key == "duration_s") rule.duration_s = value.get<std::uint32_t>();
  }
}

void apply_all(guard::Rules& rules, const Json& typed) {
  for (const auto& [name, keys] : typed.items()) {
    if (guard::CountingRule* const rule = named(rules.counting, name)) apply(*rule, keys);
    guard::Fingerprint* const print = named(rules.fingerprints, name);
    if (print != nullptr && keys.contains("enabled")) print->enabled = keys["enabled"].get<bool>();
  }
}

/// All that a command could say of the rule of this name, as it is.
Json said_of(const guard::Rules& rules, const std::string& name) {
  if (const guard::Fingerprint* const print = named(rules.fingerprints, name)) return {{"enabled", print->enabled}};
  const guard::CountingRule* const rule = named(rules.counting, name);
  if (rule == nullptr) return Json::object();
  return {{"enabled", rule->enabled},
          {"then", then_words[static_cast<std::size_t>(rule->response)]},
          {"threshold", rule->threshold},
          {"period_s", rule->period_s},
          {"duration_s", rule->duration_s}};
}

Json keys_of(const command::GuardRuleSet& asked) {
  Json out = Json::object();
  if (asked.enabled) out["enabled"] = *asked.enabled;
  if (!asked.then.empty()) out["then"] = asked.then;
  if (asked.threshold) out["threshold"] = *asked.threshold;
  if (asked.period_s) out["period_s"] = *asked.period_s;
  if (asked.duration_s) out["duration_s"] = *asked.duration_s;
  return out;
}

std::optional<Error> fault_of(guard::Rules& rules, const command::GuardRuleSet& asked) {
  const guard::CountingRule* const rule = named(rules.counting, asked.name);
  if (rule == nullptr && named(rules.fingerprints, asked.name) == nullptr)
    return Error{Code::not_found, fmt::format("there is no rule {}", asked.name), "see: ringfence guard rules"};
  if (rule == nullptr && (!asked.then.empty() || asked.threshold || asked.period_s || asked.duration_s))
    return Error{Code::invalid, fmt::format("{} is a handwriting, which is on or off and no more", asked.name),
                 "give enabled alone; what becomes of whom it catches is the rule tool-handwriting"};
  if (rule != nullptr && rule->distinct && asked.threshold.value_or(1) > different_most)
    return Error{Code::invalid, fmt::format("{} counts different values, up to {}", asked.name, different_most),
                 fmt::format("give 1 to {}", different_most), "threshold"};
  return std::nullopt;
}

std::string sentence(guard::Rules& rules, const std::string& name) {
  const guard::CountingRule* const rule = named(rules.counting, name);
  const guard::Fingerprint* const print = named(rules.fingerprints, name);
  if (rule == nullptr) return fmt::format("{} is {}.", name, print != nullptr && print->enabled ? "on" : "off");
  if (!rule->enabled) return fmt::format("{} is off.", name);
  return fmt::format("{} is on: {} in {} s, then {} for {} s.", name, rule->threshold, rule->period_s,
                     then_words[static_cast<std::size_t>(rule->response)], rule->duration_s);
}

RulesChanged fail(Error error) {
  return {std::unexpected(std::move(error)), nullptr};
}

}  // namespace

std::expected<Json, std::string> typed_tuning(store::Store& store) {
  const auto setting = store.setting(tuning_setting);
  if (!setting) return std::unexpected(setting.error().text);
  if (!*setting || (*setting)->empty()) return Json::object();
  Json out = Json::parse(**setting, nullptr, false);
  bool good = out.is_object();
  if (good)
    for (const auto& [name, keys] : out.items()) {
      good = good && keys.is_object();
      if (!good) break;
      for (const auto& [key, value] : keys.items()) good = good && readable(key, value);
    }
  if (!good) return std::unexpected("what commands made of the detection rules cannot be read in the database");
  return out;
}

std::expected<void, std::string> tune(guard::Rules& rules, const GuardDesk& desk) {
  if (desk.tuning != nullptr) {
    apply_all(rules, *desk.tuning);
    return {};
  }
  const auto typed = typed_tuning(desk.store);
  if (!typed) return std::unexpected(typed.error());
  apply_all(rules, *typed);
  return {};
}

std::vector<std::string> held_by_command(const guard::Rules& before, const guard::Rules& now, store::Store& store) {
  std::vector<std::string> out;
  const Json typed = typed_tuning(store).value_or(Json::object());
  for (const auto& [name, keys] : typed.items()) {
    const Json was = said_of(before, name), is = said_of(now, name);
    for (const auto& [key, value] : is.items())
      if (keys.contains(key) && was.value(key, Json()) != value && keys[key] != value) {
        out.push_back(fmt::format("the file says otherwise of {}, a command holds it as it is; to go by the file: "
                                  "ringfence guard rule remove {}",
                                  name, name));
        break;
      }
  }
  return out;
}

std::optional<Outcome> show_tuning(const GuardDesk& desk, const command::Command& command) {
  const auto* asked = std::get_if<command::GuardRuleShow>(&command);
  if (asked == nullptr) return std::nullopt;
  const auto typed = typed_tuning(desk.store);
  if (!typed)
    return std::unexpected(
        Error{Code::failed, typed.error(), "begin anew: ringfence guard rule remove " + asked->name});
  guard::Rules rules = desk.settings.guard.rules;
  apply_all(rules, *typed);
  if (const guard::CountingRule* const rule = named(rules.counting, asked->name)) return json_of(*rule, *typed);
  if (const guard::Fingerprint* const print = named(rules.fingerprints, asked->name)) return json_of(*print, *typed);
  return std::unexpected(
      Error{Code::not_found, fmt::format("there is no rule {}", asked->name), "see: ringfence guard rules"});
}

std::optional<RulesChanged> change_tuning(const GuardDesk& desk, const command::Command& command) {
  const auto* set = std::get_if<command::GuardRuleSet>(&command);
  const auto* remove = std::get_if<command::GuardRuleRemove>(&command);
  if (!set && !remove) return std::nullopt;
  const std::string& name = set ? set->name : remove->name;
  guard::Rules rules = desk.settings.guard.rules;
  if (set)
    if (auto fault = fault_of(rules, *set)) return fail(std::move(*fault));
  const auto typed = typed_tuning(desk.store);
  if (!typed && set) return fail({Code::failed, typed.error(), "begin anew: ringfence guard rule remove " + name});
  if (typed && remove && !typed->contains(name))
    return fail({Code::not_found, fmt::format("no command has changed {}", name),
                 "see: ringfence guard rules; what the file says is changed in the file"});
  Json after = typed.value_or(Json::object());
  if (remove)
    after.erase(name);
  else
    after[name].update(keys_of(*set));
  // What cannot be used never stands in the database, where it would keep the server from its next start.
  GuardDesk tried = desk;
  tried.tuning = &after;
  auto compiled = guard_rules(tried);
  if (!compiled)
    return fail({Code::conflict, fmt::format("{}", fmt::join(compiled.error(), "; ")), "nothing was changed"});
  if (const auto done = desk.store.set_setting(tuning_setting, after.dump()); !done)
    return fail(error_of(done.error()));
  apply_all(rules, after);
  return RulesChanged{Json{{"message", sentence(rules, name)}}, std::move(compiled->compiled)};
}

}  // namespace rf::app
