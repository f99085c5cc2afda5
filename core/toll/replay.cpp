#include "core/toll/replay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/money/rate.hpp"

namespace rf::toll {
namespace {

/// Sums of a month of calls stay far below; what is said in records need not.
void add_to(std::int64_t& sum, std::int64_t more) {
  if (__builtin_add_overflow(sum, more, &sum)) sum = INT64_MAX;
}

std::int64_t cost_of(const Way& way, std::int64_t talked_ms) {
  if (!way.priced || talked_ms < 0) return 0;
  const std::int64_t seconds = talked_ms / 1'000 + (talked_ms % 1'000 != 0 ? 1 : 0);
  return money::cost(way.rate, static_cast<std::uint32_t>(std::min<std::int64_t>(seconds, MoneyLimits::call_s)))
      .micros();
}

}  // namespace

Replay::Replay(const World& before, const World& after) : before_(side_of(before)), after_(side_of(after)) {}

Replay::Side Replay::side_of(const World& world) {
  Side out{.plan = world.plan, .callers = {}, .numbers = {}};
  for (const Plan::Known& each : world.callers) {
    out.callers.insert(each.id);
    out.numbers.emplace(each.tenant, each.number);
  }
  return out;
}

Replay::Fate Replay::fate_of(const Side& side, const PastCall& call) {
  if (!call.payer) return arrival_of(side, call);
  Fate out;
  if (!side.callers.contains(call.payer)) {
    out.rule = "extension";
    out.why = "the extension is removed or switched off";
    return out;
  }
  if (side.numbers.contains(std::pair(call.tenant, std::string_view(call.dialled)))) {
    out.passes = true;
    return out;
  }
  const Decision decision =
      decide(*side.plan, {0, call.wall_ms}, {call.tenant, call.payer, call.dialled, call.purpose});
  const bool leaves = decision.action == Decision::Action::leave || decision.action == Decision::Action::emergency;
  out.passes = leaves && !decision.ways.empty();
  if (!out.passes) {
    out.rule = name_of(decision.failed);
    out.why = decision.why;
    return out;
  }
  const auto name = [&](const Way& way) { return std::string_view(side.plan->trunk(way.trunk)->line.name); };
  const auto same =
      std::find_if(decision.ways.begin(), decision.ways.end(), [&](const Way& way) { return name(way) == call.trunk; });
  const Way& way = same == decision.ways.end() ? decision.ways.front() : *same;
  out.trunk = name(way);
  out.cost = cost_of(way, call.talked_ms);
  return out;
}

Replay::Fate Replay::arrival_of(const Side& side, const PastCall& call) {
  Fate out;
  const auto& trunks = side.plan->terms().trunks;
  const bool there = std::any_of(trunks.begin(), trunks.end(), [&](const TrunkTerms& each) {
    return each.line.enabled && each.line.tenant == call.tenant && each.line.name == call.trunk;
  });
  if (!there) {
    out.rule = "trunk";
    out.why = fmt::format("the trunk {} is removed or switched off", call.trunk);
    return out;
  }
  const Arrival arrival = decide_arrival(*side.plan, {0, call.wall_ms},
                                         {call.tenant, call.trunk, call.dialled, call.caller, call.anonymous});
  out.why = arrival.why;
  if (!arrival.extension.empty() &&
      !side.numbers.contains(std::pair(call.tenant, std::string_view(arrival.extension)))) {
    out.rule = "extension";
    out.why = fmt::format("{}, whose extension {} is switched off", arrival.why, arrival.extension);
    return out;
  }
  if (!arrival.extension.empty()) out.target = fmt::format("extension {}", arrival.extension);
  if (!arrival.ring_group.empty()) out.target = fmt::format("ring group {}", arrival.ring_group);
  if (!arrival.announcement.empty()) out.target = fmt::format("announcement {}", arrival.announcement);
  out.passes = !out.target.empty();
  if (!out.passes) out.rule = "inbound";
  return out;
}

void Replay::tell(Finding::What what, const Fate& fate, const PastCall& call) {
  auto& total = what == Finding::What::refused   ? out_.refused
                : what == Finding::What::allowed ? out_.allowed
                                                 : out_.moved;
  total += call.attempts;
  const std::tuple key(what, fate.rule, call.who);
  auto at = findings_.find(key);
  if (at == findings_.end() && findings_.size() == TryLimits::findings) {
    out_.further += call.attempts;
    return;
  }
  if (at == findings_.end()) at = findings_.emplace(key, Finding{what, fate.rule, call.who, 0, {}}).first;
  Finding& finding = at->second;
  finding.calls += call.attempts;
  if (finding.examples.size() < TryLimits::examples)
    finding.examples.push_back({call.id, call.dialled, fate.why, call.wall_ms});
}

void Replay::add(const PastCall& call) {
  const Fate before = fate_of(before_, call), after = fate_of(after_, call);
  out_.calls += call.attempts;
  if (before.passes && !after.passes) {
    tell(Finding::What::refused, after, call);
  } else if (!before.passes && after.passes) {
    tell(Finding::What::allowed, before, call);
  } else if (before.passes && before.target != after.target) {
    Fate moved;
    moved.rule = "inbound";
    moved.why = fmt::format("{} instead of {}", after.target, before.target);
    tell(Finding::What::moved, moved, call);
  } else {
    out_.unchanged += call.attempts;
  }
  add_to(out_.cost.before, before.cost);
  add_to(out_.cost.after, after.cost);
  if (before.cost == 0 && after.cost == 0) return;
  CostChange& who = out_.by_who[call.who];
  add_to(who.before, before.cost);
  add_to(who.after, after.cost);
  if (before.cost != 0) add_to(out_.by_trunk[std::string(before.trunk)].before, before.cost);
  if (after.cost != 0) add_to(out_.by_trunk[std::string(after.trunk)].after, after.cost);
}

Replayed Replay::finish() {
  for (auto& [key, finding] : findings_) out_.findings.push_back(std::move(finding));
  std::stable_sort(out_.findings.begin(), out_.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.calls > b.calls; });
  for (auto* sums : {&out_.by_who, &out_.by_trunk})
    std::erase_if(*sums, [](const auto& each) { return each.second.before == each.second.after; });
  findings_.clear();
  return std::move(out_);
}

}  // namespace rf::toll
