#include "core/toll/duration.hpp"

#include <algorithm>

namespace rf::toll {

std::string_view name_of(DurationReason reason) {
  constexpr std::string_view names[] = {"money", "extension", "trunk", "system"};
  return names[static_cast<std::size_t>(reason)];
}

std::optional<Duration> duration_of(const DurationLimits& limits) {
  // Fail open: whoever calls for help talks until somebody hangs up (row O12).
  if (limits.emergency) return std::nullopt;
  std::optional<Duration> out;
  const auto limit = [&](const std::optional<std::int64_t>& ms, DurationReason reason) {
    if (ms && (!out || std::max<std::int64_t>(*ms, 0) < out->cut_after_ms))
      out = Duration{.cut_after_ms = std::max<std::int64_t>(*ms, 0), .announce_after_ms = {}, .reason = reason};
  };
  limit(limits.money_ms, DurationReason::money);
  limit(limits.extension_ms, DurationReason::extension);
  limit(limits.trunk_ms, DurationReason::trunk);
  limit(limits.system_ms, DurationReason::system);
  if (out && out->cut_after_ms > 0 && limits.announce_before_ms > 0)
    out->announce_after_ms =
        out->cut_after_ms > limits.announce_before_ms ? out->cut_after_ms - limits.announce_before_ms : 0;
  return out;
}

}  // namespace rf::toll
