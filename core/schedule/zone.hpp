// A time zone as plain data: what the clock on the wall there shows at an instant, and when it shows something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace rf::schedule {

inline constexpr std::int32_t seconds_per_day = 86'400;

/// What the clock and the calendar on the wall show.
struct Local {
  std::int32_t day = 0;       ///< since 1970-01-01, by the calendar there
  std::int32_t second = 0;    ///< of that day as the clock shows it, 0 to 86,399; not what has passed of it
  std::int32_t offset_s = 0;  ///< east of UTC
  std::int64_t until_s = 0;   ///< UTC; the clocks are changed then, or `Zone::never_s`

  std::int64_t clock_s() const { return static_cast<std::int64_t>(day) * seconds_per_day + second; }
};

/// When the clock on the wall shows a time.
struct Instants {
  enum class Kind : std::uint8_t {
    once,
    never,  ///< the clocks were put forward over it: both instants are the one at which that happened
    twice,  ///< the clocks were put back over it; three times, if ever, counts as twice, the first and the last
  };
  std::int64_t first_s = 0;
  std::int64_t last_s = 0;
  Kind kind = Kind::once;
};

/// The offsets of a zone through time. Instants are seconds since 1970 UTC; those beyond 28,000 years are taken for the
/// bound. Immutable; lookups are one binary search and allocate nothing.
class Zone {
 public:
  static constexpr std::int64_t never_s = INT64_MAX;
  /// Through the end of this year a yearly rule is written out as changes; after it the last offset stays.
  static constexpr int last_year = 2'199;
  /// RFC 9636 §3.2 for the least and the greatest sensible offset.
  static constexpr std::int32_t west_s = -25 * 3'600, east_s = 26 * 3'600;

  /// From `at_s` on clocks are `offset_s` ahead of UTC.
  struct Change {
    std::int64_t at_s = 0;
    std::int32_t offset_s = 0;
    friend bool operator==(const Change&, const Change&) = default;
  };

  /// `changes` by time; those that change nothing are left out.
  /// Errors: a sentence: out of order, an offset that no place on earth has, more than ScheduleLimits::zone_changes.
  static std::expected<Zone, std::string> make(std::string name, std::int32_t first_offset_s,
                                               const std::vector<Change>& changes);
  static Zone utc() { return Zone("UTC", 0); }

  const std::string& name() const { return name_; }
  std::size_t changes() const { return eras_.size() - 1; }

  Local local_at(std::int64_t utc_s) const;
  /// `clock_s`: what the clock shows, as seconds since it showed 1970-01-01 00:00:00.
  Instants instants_of(std::int64_t clock_s) const;
  /// The first instant at which the clock shows that or more: when a day begins whose midnight is skipped or comes
  /// twice. Never goes back when `clock_s` goes on.
  std::int64_t first_reach_s(std::int64_t clock_s) const;

 private:
  Zone(std::string name, std::int32_t first_offset_s) : name_(std::move(name)), eras_{{INT64_MIN, first_offset_s}} {}
  std::size_t era_at(std::int64_t utc_s) const;
  std::int64_t end_of(std::size_t era) const { return era + 1 < eras_.size() ? eras_[era + 1].at_s : never_s; }

  std::string name_;
  std::vector<Change> eras_;  ///< the first began before all time
};
using ZoneRef = std::shared_ptr<const Zone>;

}  // namespace rf::schedule
