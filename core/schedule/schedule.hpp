// Whether it is open at an instant: opening hours, holidays and exceptions in a time zone, compiled for quick answers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "core/schedule/plan.hpp"
#include "core/schedule/zone.hpp"

namespace rf::schedule {

/// What a schedule says of an instant.
struct Answer {
  static constexpr std::uint16_t no_rule = UINT16_MAX;
  bool open = false;
  std::uint16_t rule = no_rule;  ///< which of Schedule::plan().rules decided; none: closed because nothing opens it
  std::int64_t until_ms = 0;     ///< UTC; it holds until then at least
};

/// Immutable; an answer is two binary searches, whatever the number of rules, and allocates nothing.
///
/// What decides:
/// - It is open when the clock on the wall of the zone shows a time in a span of the rule that is about that day. Where
///   clocks are put back, the minutes that come twice are the same both times; minutes that clocks are put forward over
///   do not come.
/// - Of several rules about a day the most specific one decides alone: date, range of dates, yearly day, yearly range,
///   week. Two as specific as each other are a fault.
/// - A span that runs over midnight belongs to the day on which it begins, and goes on unless the next day has a more
///   specific rule: the holiday ends Friday's night, but Saturday's usual hours do not.
/// - What no rule opens is closed: time conditions guard paid calls, so they fail closed.
class Schedule {
 public:
  /// `plan` as parse_plan() gives it; `zone` is never null.
  /// Errors: rules about the same day that are as specific as each other, each with the line and the other's line;
  /// more rules than ScheduleLimits::rules.
  static std::expected<Schedule, std::vector<Fault>> compile(Plan plan, ZoneRef zone);

  Answer at(std::int64_t wall_ms) const;
  /// When it opens next while it is closed, or closes next while it is open; nothing within
  /// ScheduleLimits::look_ahead_days. For people: takes time by the number of days.
  std::optional<std::int64_t> next_change_ms(std::int64_t wall_ms) const;
  /// "open by 'mon-fri 08:00-18:00 # office' (line 2)", "closed: no rule opens it".
  std::string explain(const Answer& answer) const;

  const Plan& plan() const { return plan_; }
  const Zone& zone() const { return *zone_; }

 private:
  /// Dates that a rule is about; disjoint, single days cut out of ranges.
  struct Stretch {
    std::int32_t first, last;
    std::uint16_t rule;
  };
  static constexpr std::uint16_t none = Answer::no_rule;

  Schedule(Plan plan, ZoneRef zone);
  void add_week(std::uint16_t rule, std::vector<Fault>& faults);
  void add_yearly(std::vector<Fault>& faults);
  void add_dates(std::vector<Fault>& faults);
  void clash(std::uint16_t rule, std::uint16_t with, std::string what, std::vector<Fault>& faults) const;
  std::uint16_t rule_of(std::int32_t day) const;
  /// 0: nothing is as unspecific.
  unsigned rank(std::uint16_t rule) const {
    return rule == none ? 0 : static_cast<unsigned>(plan_.rules[rule].scope) + 1;
  }
  /// Until which second of a day the night before goes on, and by which rule.
  std::int32_t night_until_s(std::uint16_t today, std::uint16_t yesterday) const;

  Plan plan_;
  ZoneRef zone_;
  std::array<std::uint16_t, 7> week_;
  std::array<std::uint16_t, 12 * 31> yearly_;  ///< by month and day
  bool any_yearly_ = false;
  std::vector<Stretch> dates_;
};

}  // namespace rf::schedule
