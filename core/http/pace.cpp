#include "core/http/pace.hpp"

#include <algorithm>

#include "core/base/limits/people.hpp"

namespace rf::http {

std::optional<std::uint32_t> Pace::turn_away(std::int64_t now_mono_ms, std::uint64_t asker, bool changes) {
  constexpr std::int64_t at_once_ms = 10'000;
  const auto known = by_id_.find(asker);
  if (known != by_id_.end()) {
    by_age_.splice(by_age_.end(), by_age_, known->second);
  } else {
    if (by_age_.size() >= ApiLimits::askers) {
      by_id_.erase(by_age_.front().id);
      by_age_.pop_front();
    }
    by_id_.emplace(asker, by_age_.insert(by_age_.end(), Asker{asker}));
  }
  std::int64_t& served_until_ms = by_age_.back().served_until_ms[changes ? 1 : 0];
  const std::int64_t from_ms = std::max(served_until_ms, now_mono_ms - at_once_ms);
  const std::int64_t worth_ms = 1'000 / (changes ? ApiLimits::changes_per_s : ApiLimits::reads_per_s);
  if (from_ms + worth_ms > now_mono_ms)
    return static_cast<std::uint32_t>((from_ms + worth_ms - now_mono_ms + 999) / 1'000);
  served_until_ms = from_ms + worth_ms;
  return std::nullopt;
}

}  // namespace rf::http
