#include "core/toll/caller_pace.hpp"

namespace rf::toll {

bool CallerPace::take(Now now, const InboundTerms& route, std::string_view caller) {
  if (!route.caller_pace || caller.empty()) return true;
  const PaceRule& rule = *route.caller_pace;
  const std::uint64_t key = KeyedHash(key_).add(route.tenant.value).add(route.name).add(caller).finish();
  auto at = calls_.find(key);
  if (at == calls_.end()) {
    if (calls_.size() >= room_) {
      calls_.erase(by_last_.begin()->second);
      by_last_.erase(by_last_.begin());
    }
    at = calls_.emplace(key, Calls{}).first;
  } else {
    by_last_.erase({at->second.last_mono_ms, key});
  }
  Calls& calls = at->second;
  calls.last_mono_ms = now.mono_ms;
  by_last_.emplace(now.mono_ms, key);
  calls.window.set_calls(rule.calls);
  if (calls.window.count(now.mono_ms, std::int64_t{rule.period_s} * 1000) >= rule.calls) return false;
  calls.window.add(now.mono_ms);
  return true;
}

}  // namespace rf::toll
