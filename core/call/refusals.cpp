#include "core/call/refusals.hpp"

#include <fmt/format.h>

namespace rf::call {
namespace {

constexpr std::int64_t period_ms = std::int64_t{AlarmLimits::refusals_period_s} * 1'000;

}  // namespace

effect::Level Refusals::note(const Context& ctx, const Flow& flow, std::uint64_t whom, std::string_view name,
                             toll::Check rule) {
  using effect::Level;
  const std::int64_t now_ms = ctx.now.mono_ms;
  auto at = bursts_.find(whom);
  if (at == bursts_.end()) {
    if (bursts_.size() == AlarmLimits::extensions) make_room(now_ms);
    if (bursts_.size() == AlarmLimits::extensions) return Level::notice;
    at = bursts_.emplace(whom, Burst{.since_ms = now_ms}).first;
  }
  Burst& burst = at->second;
  if (now_ms - burst.since_ms >= period_ms) burst = Burst{.since_ms = now_ms};
  const bool told = burst.count >= AlarmLimits::refusals;
  ++burst.count;
  ++burst.by_rule[static_cast<std::size_t>(rule)];
  if (burst.count == burst.tell_at) {
    burst.tell_at *= 2;
    std::string rules;
    for (std::size_t i = 0; i < burst.by_rule.size(); ++i)
      if (burst.by_rule[i] > 0)
        rules += fmt::format("{}{} by {}", rules.empty() ? "" : ", ", burst.by_rule[i],
                             name_of(static_cast<toll::Check>(i)));
    ctx.report(Level::warning, effect::Reason::toll_refused_often, flow, name, {},
               fmt::format("{} calls within {} s: {}", burst.count, AlarmLimits::refusals_period_s, rules));
  }
  return told ? Level::debug : Level::notice;
}

void Refusals::make_room(std::int64_t now_ms) {
  if (now_ms < room_at_ms_) return;
  room_at_ms_ = now_ms + period_ms;
  erase_if(bursts_, [&](const auto& each) { return now_ms - each.second.since_ms >= period_ms; });
}

}  // namespace rf::call
