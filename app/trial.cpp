#include "app/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/reach.hpp"
#include "core/toll/answer_faults.hpp"
#include "core/toll/exposure.hpp"
#include "core/toll/replay.hpp"
#include "shell/store/desk.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

std::string amount_text(std::int64_t micros, const money::Currency& currency) {
  const auto amount = money::Amount::of_micros(micros, currency);
  return amount ? amount->text() : std::string();
}

/// As rules saw it; nothing for a call that none was asked about.
std::optional<toll::PastCall> past_call(const record::Cdr& cdr, const Numbers& numbers) {
  toll::PastCall out;
  out.id = cdr.id;
  out.tenant = cdr.tenant;
  out.wall_ms = cdr.started_wall_ms;
  out.attempts = cdr.attempts;
  if (cdr.answered_wall_ms != 0 && cdr.ended_wall_ms != 0)
    out.talked_ms = std::max<std::int64_t>(0, cdr.ended_wall_ms - cdr.answered_wall_ms);
  out.payer = cdr.payer ? cdr.payer : cdr.caller;
  if (out.payer) {
    if (cdr.callee && cdr.trunk_out.empty()) return std::nullopt;
    if (cdr.via.starts_with("forwarded")) out.purpose = toll::Question::For::forward;
    if (cdr.via.starts_with("transferred")) out.purpose = toll::Question::For::transfer;
    out.dialled = out.purpose == toll::Question::For::call ? cdr.dialled : cdr.called;
    out.trunk = cdr.trunk_out;
    const auto number = numbers.find(out.payer);
    out.who = number == numbers.end() ? cdr.caller_number : number->second;
    return out;
  }
  if (cdr.trunk_in.empty()) return std::nullopt;
  out.trunk = out.who = cdr.trunk_in;
  out.dialled = cdr.called;
  out.anonymous = cdr.caller_number == "anonymous";
  if (!out.anonymous) out.caller = cdr.caller_number;
  return out;
}

Json json_of(const toll::CostChange& change, const money::Currency& currency) {
  return {{"before", amount_text(change.before, currency)}, {"after", amount_text(change.after, currency)}};
}

Json json_of(const std::map<std::string, toll::CostChange>& sums, const money::Currency& currency) {
  std::vector<std::pair<std::string, toll::CostChange>> rows(sums.begin(), sums.end());
  const auto by = [](const auto& row) {
    return row.second.after > row.second.before ? row.second.after - row.second.before
                                                : row.second.before - row.second.after;
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) { return by(a) > by(b); });
  if (rows.size() > TryLimits::findings) rows.resize(TryLimits::findings);
  Json out = Json::array();
  for (const auto& [name, change] : rows) {
    out.push_back(json_of(change, currency));
    out.back()["name"] = name;
  }
  return out;
}

Json json_of(const toll::Replayed& told, const money::Currency& currency, bool cut, std::int64_t since_ms) {
  constexpr std::string_view words[] = {"refused", "allowed", "moved"};
  Json findings = Json::array();
  for (const toll::Finding& finding : told.findings) {
    Json examples = Json::array();
    for (const auto& example : finding.examples)
      examples.push_back(
          {{"id", example.id}, {"dialled", example.dialled}, {"why", example.why}, {"at", timestamp(example.wall_ms)}});
    findings.push_back({{"what", words[static_cast<std::size_t>(finding.what)]},
                        {"rule", finding.rule},
                        {"who", finding.who},
                        {"calls", finding.calls},
                        {"examples", std::move(examples)}});
  }
  Json out{
      {"since", timestamp(since_ms)}, {"calls", told.calls}, {"unchanged", told.unchanged}, {"refused", told.refused},
      {"allowed", told.allowed},      {"moved", told.moved}, {"further", told.further},     {"cut", cut},
      {"currency", currency.text()}};
  out["findings"] = std::move(findings);
  out["cost"] = json_of(told.cost, currency);
  out["by_caller"] = json_of(told.by_who, currency);
  out["by_trunk"] = json_of(told.by_trunk, currency);
  return out;
}

/// What a password could cost in one configuration, by extension.
std::map<std::string, toll::Exposure> exposures_of(Records& records, const Candidate& of, std::int64_t now_wall_ms) {
  const auto ledger = store::read_ledger(records.store);
  const bool same = ledger && ledger->currency() == of.plan->terms().currency;
  const money::Ledger fresh(of.plan->terms().currency, {.accounts = 1, .reservations = 1}, HashKey(1));
  toll::Exposures exposures(
      *of.plan,
      {.wall_ms = now_wall_ms, .ledger = same ? &*ledger : &fresh, .ring_s = toll::longest_setup_s(records.limits)});
  std::map<std::string, toll::Exposure> out;
  for (const toll::Plan::Known& each : of.callers)
    if (each.tenant == records.tenant) out.emplace(each.number, exposures.of(each.tenant, each.id));
  return out;
}

/// An amount; null: nothing bounds it; empty: there is no such extension.
Json window_json(const toll::Exposure* exposure, toll::Held toll::Exposure::* window) {
  if (exposure == nullptr) return "";
  const auto& amount = (exposure->*window).most.amount;
  return amount ? Json(amount->text()) : Json(nullptr);
}

Json changed_exposures(Records& records, const Candidate& before, const Candidate& after, std::int64_t now_wall_ms) {
  const auto old_ones = exposures_of(records, before, now_wall_ms),
             new_ones = exposures_of(records, after, now_wall_ms);
  std::set<std::string> numbers;
  for (const auto& [number, exposure] : old_ones) numbers.insert(number);
  for (const auto& [number, exposure] : new_ones) numbers.insert(number);
  Json rows = Json::array();
  std::uint64_t further = 0;
  for (const std::string& number : numbers) {
    const auto was = old_ones.find(number), is = new_ones.find(number);
    const toll::Exposure* const old_one = was == old_ones.end() ? nullptr : &was->second;
    const toll::Exposure* const new_one = is == new_ones.end() ? nullptr : &is->second;
    Json row{{"number", number}};
    bool differs = false;
    for (const auto& [name, window] :
         {std::pair{"hour", &toll::Exposure::hour}, {"day", &toll::Exposure::day}, {"month", &toll::Exposure::month}}) {
      const Json from = window_json(old_one, window), to = window_json(new_one, window);
      differs = differs || from != to;
      row[name] = {{"before", from}, {"after", to}};
    }
    if (!differs) continue;
    if (rows.size() < TryLimits::findings)
      rows.push_back(std::move(row));
    else
      ++further;
  }
  return {{"extensions", std::move(rows)}, {"further", further}};
}

/// What extensions reach for money by their own password, and did not.
Json new_destinations(const Candidate& before, const Candidate& after, std::int64_t now_wall_ms) {
  const auto old_groups = toll::paid_ways(*before.plan, before.callers, now_wall_ms);
  const auto new_groups = toll::paid_ways(*after.plan, after.callers, now_wall_ms);
  std::map<ExtensionId, const toll::PaidWays*> had;
  for (const toll::Callers& group : old_groups)
    for (const ExtensionId id : group.extensions) had[id] = &group.ways;
  const Numbers numbers = numbers_of(after.callers);
  Json out = Json::array();
  for (const toll::Callers& group : new_groups) {
    // Those who have the same now may have had different things before.
    std::map<const toll::PaidWays*, std::vector<ExtensionId>> parts;
    for (const ExtensionId id : group.extensions) parts[had.contains(id) ? had[id] : nullptr].push_back(id);
    for (const auto& [old_ways, extensions] : parts) {
      Json ways = Json::array(), names = Json::array();
      for (const auto& [to, way] : group.ways)
        if (old_ways == nullptr || !old_ways->contains(to)) ways.push_back(app::json_of(to));
      if (ways.empty()) continue;
      for (const ExtensionId id : extensions) names.push_back(numbers.at(id));
      out.push_back({{"extensions", std::move(names)}, {"destinations", std::move(ways)}});
    }
  }
  return out;
}

std::vector<toll::OpenPath> new_paths(TenantId tenant, const Candidate& before, const Candidate& after,
                                      std::int64_t now_wall_ms) {
  return toll::newly_open(toll::open_paths(*before.plan, before.callers, now_wall_ms, tenant),
                          toll::open_paths(*after.plan, after.callers, now_wall_ms, tenant));
}

}  // namespace

Candidate present(Records& records) {
  auto plan = plan_of(records.store, records.vault, records.shelf);
  auto callers = callers_of(records.store);
  if (!plan || !callers) return {*toll::Plan::compile({}, {}, 0), {}};
  return {std::move(*plan), std::move(*callers)};
}

Outcome try_out(Records& records, const Candidate& before, const Candidate& after, std::int64_t since_ms,
                std::int64_t now_wall_ms) {
  toll::Replay replay({before.plan.get(), before.callers}, {after.plan.get(), after.callers});
  Numbers numbers = numbers_of(after.callers);
  numbers.merge(numbers_of(before.callers));
  store::CdrFilter filter;
  filter.from_wall_ms = since_ms;
  filter.tenant = records.tenant;
  filter.limit = static_cast<std::uint32_t>(TryLimits::calls) + 1;
  std::size_t seen = 0;
  const auto visited = records.store.visit_cdrs(filter, [&](const record::Cdr& cdr) {
    if (++seen > TryLimits::calls) return false;
    if (const auto call = past_call(cdr, numbers)) replay.add(*call);
    return true;
  });
  if (!visited) return std::unexpected(error_of(visited.error()));
  Json open = Json::array();
  const Numbers names = numbers_of(after.callers);
  for (const toll::OpenPath& path : new_paths(records.tenant, before, after, now_wall_ms))
    open.push_back(app::json_of(path, *after.plan, names));
  return Json{{"replay", json_of(replay.finish(), after.plan->terms().currency, seen > TryLimits::calls, since_ms)},
              {"exposures", changed_exposures(records, before, after, now_wall_ms)},
              {"reach", new_destinations(before, after, now_wall_ms)},
              {"open_paths", std::move(open)}};
}

std::optional<Error> opens_paths(TenantId tenant, const Candidate& before, const Candidate& after,
                                 std::int64_t now_wall_ms) {
  const auto paths = new_paths(tenant, before, after, now_wall_ms);
  if (paths.empty()) return std::nullopt;
  const Numbers numbers = numbers_of(after.callers);
  std::string text;
  for (std::size_t i = 0; i < paths.size() && i < TryLimits::examples; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : "\n", text_of(paths[i], *after.plan, numbers));
  if (paths.size() > TryLimits::examples) text += fmt::format("\nand {} more", paths.size() - TryLimits::examples);
  return Error{Code::conflict, "nobody showed a password on this way, and it would cost money: " + text,
               "nothing was changed; --force does it anyway"};
}

std::vector<toll::PlanFault> newly_taken_numbers(const Candidate& before, const Candidate& after) {
  std::vector<toll::PlanFault> out = toll::taken_emergency_numbers(*after.plan, after.callers);
  if (out.empty()) return out;
  const std::vector<toll::PlanFault> known = toll::taken_emergency_numbers(*before.plan, before.callers);
  std::erase_if(out, [&](const toll::PlanFault& each) {
    return std::any_of(known.begin(), known.end(), [&](const toll::PlanFault& one) {
      return one.tenant == each.tenant && one.name == each.name;
    });
  });
  return out;
}

}  // namespace rf::app
