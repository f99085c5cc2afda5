// The rule by which a zone changes its clocks every year.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/schedule/zone.hpp"

namespace rf::schedule {

/// A day of every year, and a time on it.
struct YearlyChange {
  enum class Kind : std::uint8_t {
    julian,     ///< Jn: 1 to 365, February 29 is never counted
    from_zero,  ///< n: 0 to 365, February 29 is counted
    weekday,    ///< Mm.w.d: weekday d (0: Sunday) of week w (5: the last one) of month m
  };
  Kind kind = Kind::weekday;
  std::int32_t number = 0;  ///< n
  std::uint8_t month = 1, week = 1, weekday = 0;
  std::int32_t time_s = 2 * 3'600;  ///< after the midnight that it begins with, by the clock before the change
};

struct PosixRule {
  std::int32_t standard_s = 0;  ///< east of UTC
  struct Summer {
    std::int32_t offset_s = 0;
    YearlyChange begin, end;
  };
  std::optional<Summer> summer;

  /// All changes from the year of `from_year` through Zone::last_year, by time.
  std::vector<Zone::Change> changes_from(int from_year) const;
};

/// Errors: a sentence with the place.
std::expected<PosixRule, std::string> parse_posix_rule(std::string_view text);

}  // namespace rf::schedule
