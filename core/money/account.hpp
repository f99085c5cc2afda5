// Whose money a call is: accounts at five levels, their limits, and the times over which these count.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>

#include "core/base/ids.hpp"
#include "core/base/keyed_hash.hpp"
#include "core/base/limits/toll.hpp"
#include "core/money/amount.hpp"

namespace rf::money {

enum class Level : std::uint8_t { extension, department, tenant, trunk, system };
inline constexpr std::size_t levels = 5;

struct AccountId {
  Level level = Level::extension;
  std::uint64_t id = 0;
  friend auto operator<=>(const AccountId&, const AccountId&) = default;
};
inline void add_to(OwnHash& hash, const AccountId& id) {
  hash.add(static_cast<std::uint64_t>(id.level) << 60 ^ id.id);
}
inline void add_to(OwnHash& hash, const CallId& id) {
  hash.add(id.value);
}

/// The day and the month that an account counts in, wall time in milliseconds since 1970 UTC, each [start, end). They
/// are the caller's, who knows time zones and summer time: he gives the next ones when he likes, at best a bit after
/// the end of the former (Ledger::set_periods).
///
/// - A new day begins for the ledger only when a day is given that starts at or after the end of the one it counts in.
///   Until then the old one goes on: who is late, or whose clock stands, never gives anybody a fresh cap.
/// - A clock that jumps back, and days that overlap (another time zone), change nothing.
/// - A clock that jumped forward has begun a future day. That one day's cap then serves until its end, or until an
///   operator says what day it is (Ledger::mend_periods), which keeps all that was counted.
/// - Money counts in the period in which it was *reserved*. A call over midnight is counted in both days: yesterday
///   with what was reserved before midnight, today with its extensions after it. What comes back at its end is the
///   money reserved last.
struct Periods {
  std::int64_t day_start_ms = 0, day_end_ms = 0;
  std::int64_t month_start_ms = 0, month_end_ms = 0;
  friend bool operator==(const Periods&, const Periods&) = default;
};

/// What an account may spend. Without any of these it is counted but never refused.
struct AccountLimits {
  std::optional<std::int64_t> day, month;  ///< caps in micro-units, 0 to MoneyLimits::micros
  /// Calls are paid from credit that was topped up. What was left when this is turned off is there again when it is
  /// turned on; what is spent in between is not taken from it.
  bool prepaid = false;
  bool locked = false;  ///< no reservation, no extension, whatever is left
  /// Percent of a limit, rising; 0: none. Each warns once a period, or once until credit or a limit is raised.
  std::array<std::uint8_t, MoneyLimits::thresholds> warn_percent{};
  friend bool operator==(const AccountLimits&, const AccountLimits&) = default;
};

enum class Limit : std::uint8_t { day, month, credit };
inline constexpr std::size_t limits_of_account = 3;

/// Counted against one limit, in micro-units. `reserved` + `settled` + left() = `limit` always. What is left is below
/// zero only after an operator lowered a limit below what was spent, or after a call was cut too late.
struct Purse {
  static constexpr std::int64_t unlimited = -1;
  std::int64_t limit = unlimited;  ///< of credit: all that was ever topped up, while prepaid; else what waits there
  std::int64_t settled = 0;
  std::int64_t reserved = 0;
  std::int64_t warn_at = INT64_MAX;  ///< used so much, the next threshold is passed
  std::uint8_t warned = 0;           ///< thresholds passed

  std::int64_t left() const { return limit - settled - reserved; }
  friend bool operator==(const Purse&, const Purse&) = default;
};

}  // namespace rf::money
