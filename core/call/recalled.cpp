#include "core/call/recalled.hpp"

#include <algorithm>

namespace rf::call {
namespace {

using record::CallResult;

TrunkId trunk_named(const toll::Plan& plan, TenantId tenant, std::string_view name) {
  for (const toll::TrunkTerms& each : plan.terms().trunks)
    if (each.line.tenant == tenant && each.line.name == name) return each.line.id;
  return {};
}

void count(Now then, const toll::Plan& plan, toll::Desk& desk, const Served& call) {
  if (!call.trunk_out.empty())
    desk.recall(then, toll::parties_of(plan, call.tenant, call.payer, trunk_named(plan, call.tenant, call.trunk_out)),
                call.called);
  if (call.trunk_in.empty()) return;
  desk.recall_arrival(then, toll::parties_of(plan, call.tenant, {}, trunk_named(plan, call.tenant, call.trunk_in)));
  for (const toll::InboundTerms& route : plan.terms().inbound)
    if (route.tenant == call.tenant && route.name == call.inbound_route) desk.recall_caller(then, route, call.caller);
}

}  // namespace

std::optional<Served> served_of(const record::Cdr& cdr) {
  // Emergency calls leave without a route.
  const bool left = !cdr.trunk_out.empty() && !cdr.route.empty() && !cdr.called.empty();
  const bool came =
      !cdr.trunk_in.empty() && cdr.result != CallResult::refused && cdr.result != CallResult::unknown_number;
  if (!left && !came) return std::nullopt;
  Served out;
  // Attempts that share a record are within a minute.
  out.at_wall_ms = cdr.attempts > 1 ? std::max(cdr.started_wall_ms, cdr.ended_wall_ms) : cdr.started_wall_ms;
  out.tenant = cdr.tenant;
  out.payer = cdr.payer ? cdr.payer : cdr.caller;
  out.times = cdr.attempts;
  if (left) {
    out.trunk_out = cdr.trunk_out;
    out.called = cdr.called;
  }
  if (came) {
    out.trunk_in = cdr.trunk_in;
    out.inbound_route = cdr.route;
    out.caller = cdr.caller_number;
  }
  return out;
}

std::int64_t longest_pace_ms(const toll::Plan& plan) {
  std::uint32_t longest_s = toll::default_pace.period_s;
  const auto of = [&](const auto& rules) {
    for (const toll::PaceRule& rule : rules) longest_s = std::max(longest_s, rule.period_s);
  };
  const toll::Terms& terms = plan.terms();
  of(terms.system.paces);
  for (const auto& each : terms.tenants) of(each.spending.paces);
  for (const auto& each : terms.departments) of(each.spending.paces);
  for (const auto& each : terms.extensions) of(each.spending.paces);
  for (const auto& each : terms.inbound)
    if (each.caller_pace) longest_s = std::max(longest_s, each.caller_pace->period_s);
  for (const auto& each : terms.trunks) {
    of(each.spending.paces);
    of(each.inbound_paces);
  }
  return std::int64_t{std::min(longest_s, TollLimits::pace_period_s)} * 1'000;
}

void recall_pace(Now now, const toll::Plan& plan, toll::Desk& desk, std::vector<Served> calls) {
  const std::int64_t from_ms = now.wall_ms - longest_pace_ms(plan);
  std::erase_if(calls, [&](const Served& call) { return call.at_wall_ms <= from_ms; });
  std::stable_sort(calls.begin(), calls.end(),
                   [](const Served& a, const Served& b) { return a.at_wall_ms < b.at_wall_ms; });
  for (const Served& call : calls) {
    // What a clock that was put back since tells of the future is of now.
    const std::int64_t ago_ms = std::max<std::int64_t>(now.wall_ms - call.at_wall_ms, 0);
    const Now then{now.mono_ms - ago_ms, now.wall_ms - ago_ms};
    for (std::uint32_t i = 0; i < std::min(call.times, TollLimits::pace_calls); ++i) count(then, plan, desk, call);
  }
}

}  // namespace rf::call
