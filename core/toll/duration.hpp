// How long a call may last: the smallest of all that limits it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rf::toll {

/// What limits a call, in the order in which equals are named.
enum class DurationReason : std::uint8_t { money, extension, trunk, system };
std::string_view name_of(DurationReason reason);

/// In milliseconds of talking, each counted from the answer; nothing: no limit from there. Below zero counts as zero.
struct DurationLimits {
  std::optional<std::int64_t> money_ms = {};  ///< how long what is reserved lasts
  std::optional<std::int64_t> extension_ms = {};
  std::optional<std::int64_t> trunk_ms = {};
  std::optional<std::int64_t> system_ms = {};
  std::int64_t announce_before_ms = 30'000;  ///< the end is announced so long before it; 0: never
  bool emergency = false;                    ///< nothing limits it
};

/// When a call is told of its end, and when it ends.
struct Duration {
  std::int64_t cut_after_ms = 0;
  std::optional<std::int64_t> announce_after_ms;  ///< at once when less is left than the announcement wants
  DurationReason reason = DurationReason::system;
  friend bool operator==(const Duration&, const Duration&) = default;
};

/// Nothing: the call may last. To be asked again whenever a limit changes: what was reserved was extended, a reload.
std::optional<Duration> duration_of(const DurationLimits& limits);

}  // namespace rf::toll
