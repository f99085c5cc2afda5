#include "app/exposure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/toll/exposure.hpp"
#include "shell/store/desk.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using money::Rule;

constexpr std::string_view level_names[] = {"extension", "department", "tenant", "trunk", "system"};
constexpr std::string_view rule_names[] = {"nothing_costs", "concurrent_calls", "call_rate", "call_duration",
                                           "day_cap",       "month_cap",        "credit",    "unlimited"};

std::string_view name_of(Rule rule) {
  return rule_names[static_cast<std::size_t>(rule)];
}

/// The key of a limit that holds a rule; empty: none.
std::string_view key_of(Rule rule) {
  switch (rule) {
    case Rule::concurrent_calls:
      return "calls";
    case Rule::call_rate:
      return "paces";
    case Rule::call_duration:
      return "duration";
    case Rule::day_cap:
      return "day";
    case Rule::month_cap:
      return "month";
    default:
      return {};
  }
}

/// Tells of one extension.
class Teller {
 public:
  Teller(const toll::Plan& plan, TenantId tenant, ExtensionId id, std::string number, const toll::Exposure& exposure)
      : plan_(plan), tenant_(tenant), id_(id), number_(std::move(number)), exposure_(exposure) {}

  Json json() const {
    Json out{{"number", number_},          {"hour", held(exposure_.hour)},
             {"day", held(exposure_.day)}, {"month", held(exposure_.month)},
             {"why", exposure_.why},       {"dearest", nullptr},
             {"halving", nullptr},         {"asks_for_pin", exposure_.asks_for_pin}};
    if (!exposure_.prefix.empty())
      out["dearest"] = {{"prefix", "+" + exposure_.prefix},
                        {"per_min", text_of(exposure_.rate.micros_per_min())},
                        {"fee", text_of(exposure_.rate.fee())},
                        {"trunk", trunk_name(exposure_.trunk)}};
    if (exposure_.halving) out["halving"] = halving(*exposure_.halving);
    return out;
  }

 private:
  std::string text_of(std::int64_t micros) const {
    const auto amount = money::Amount::of_micros(micros, plan_.terms().currency);
    return amount ? amount->text() : std::string();
  }
  std::string trunk_name(TrunkId id) const {
    const toll::TrunkTerms* const trunk = plan_.trunk(id);
    return trunk == nullptr ? std::string() : trunk->line.name;
  }
  /// As `ringfence limit` names whose limits these are.
  std::string subject(money::Level level, TrunkId trunk) const {
    switch (level) {
      case money::Level::extension:
        return "extension." + number_;
      case money::Level::department: {
        const toll::DepartmentTerms* const department = plan_.department(plan_.extension(tenant_, id_).department);
        return department == nullptr ? "department" : "department." + department->name;
      }
      case money::Level::trunk:
        return "trunk." + trunk_name(trunk);
      default:
        return std::string(level_names[static_cast<std::size_t>(level)]);
    }
  }
  Json held(const toll::Held& held) const {
    const money::Most& most = held.most;
    Json out{{"amount", nullptr}, {"rule", name_of(most.rule)}, {"level", ""}, {"text", ""}};
    if (most.amount) out["amount"] = most.amount->text();
    if (most.rule == Rule::nothing_costs) return out;
    if (most.rule == Rule::unlimited) {
      out["text"] = "no rule holds it";
      return out;
    }
    const std::string whose = subject(most.level, held.trunk);
    out["level"] = level_names[static_cast<std::size_t>(most.level)];
    const std::string_view key = key_of(most.rule);
    out["text"] = fmt::format("{} of {}{}", key.empty() ? "credit" : key, whose,
                              held.added ? ", and what other trunks let through" : "");
    return out;
  }
  std::string value_of(const money::Halving& halving, std::int64_t value) const {
    switch (halving.rule) {
      case Rule::day_cap:
      case Rule::month_cap:
      case Rule::credit:
        return text_of(value);
      case Rule::call_duration:
        return fmt::format("{}s", value);
      default:
        return fmt::format("{}", value);
    }
  }
  Json halving(const money::Halving& halving) const {
    const std::string whose = subject(halving.level, exposure_.halving_trunk);
    const std::string to = value_of(halving, halving.to);
    const std::string from = halving.from ? value_of(halving, *halving.from) : std::string("none");
    Json out{{"rule", name_of(halving.rule)},
             {"limit", whose},
             {"from", from},
             {"to", to},
             {"month", halving.after.amount ? halving.after.amount->text() : std::string()},
             {"command", ""}};
    // Nothing is a cap of its own; 0 calls and 0 s mean no limit, and which pace is meant only its owner knows.
    const bool settable = halving.rule != Rule::credit && halving.rule != Rule::call_rate &&
                          (halving.to > 0 || halving.rule == Rule::day_cap || halving.rule == Rule::month_cap);
    if (settable) out["command"] = fmt::format("ringfence limit set {} --{} {}", whose, key_of(halving.rule), to);
    return out;
  }

  const toll::Plan& plan_;
  TenantId tenant_;
  ExtensionId id_;
  std::string number_;
  const toll::Exposure& exposure_;
};

}  // namespace

Outcome list_exposure(Records& records, const toll::Plan& plan, const command::ShowExposure& command,
                      std::int64_t now_wall_ms) {
  struct Row {
    std::string number;
    ExtensionId id;
    toll::Exposure exposure;
  };
  std::vector<Row> rows;
  if (command.number.empty()) {
    for (auto& [id, number] : records.numbers()) rows.push_back({number, id, {}});
  } else {
    const auto row = records.store.find_extension(records.tenant, command.number);
    if (!row) return std::unexpected(error_of(row.error()));
    rows.push_back({command.number, row->id, {}});
  }
  // Without a ledger nothing was topped up; one that cannot be read says nothing, and credit then limits nothing.
  const auto ledger = store::read_ledger(records.store);
  const bool none_yet = !ledger && ledger.error().fault == store::Fault::not_found;
  const money::Ledger fresh(plan.terms().currency, {.accounts = 1, .reservations = 1}, HashKey(1));
  toll::Exposures exposures(plan, {.wall_ms = now_wall_ms,
                                   .ledger = ledger     ? &*ledger
                                             : none_yet ? &fresh
                                                        : nullptr,
                                   .ring_s = toll::longest_setup_s(records.limits)});
  for (Row& row : rows) row.exposure = exposures.of(records.tenant, row.id);
  const auto micros = [](const Row& row) {
    const auto& amount = row.exposure.month.most.amount;
    return amount ? amount->micros() : INT64_MAX;
  };
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    return micros(a) != micros(b) ? micros(a) > micros(b) : a.number < b.number;
  });
  Json list = Json::array();
  for (const Row& row : rows)
    list.push_back(Teller(plan, records.tenant, row.id, row.number, row.exposure).json());
  return Json{{"currency", plan.terms().currency.text()}, {"extensions", std::move(list)}};
}

}  // namespace rf::app
