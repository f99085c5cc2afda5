// Opening hours as people write them: one rule a line, read strictly, written back the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/schedule/calendar.hpp"

namespace rf::schedule {

/// A stretch of a day in minutes of what the clock shows, from the first to before the last. Beyond 1,440 it runs over
/// midnight into the next day: 22:00-06:00 is 1,320 to 1,800.
struct Span {
  std::uint16_t from_min = 0;
  std::uint16_t to_min = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

/// Which days a rule is about, from the least specific to the most: where several are about a day, the last kind
/// decides.
enum class Scope : std::uint8_t {
  week,          ///< `mon-fri`, `sat`, `mon,wed,fri`
  yearly_range,  ///< `yearly 12-24..01-01`, over the end of the year as well
  yearly_day,    ///< `yearly 12-25`; `yearly 02-29` is about leap years only
  range,         ///< `2026-08-01..2026-08-14`
  day,           ///< `2026-12-24`
};

/// A line: which days, and when it is open on them.
struct Rule {
  Scope scope = Scope::week;
  std::uint8_t weekdays = 0;  ///< bit 0: Monday; of Scope::week only
  Date first, last;           ///< inclusive; of yearly ones the year says nothing; of one day both are the same
  std::vector<Span> spans;    ///< in order, apart from each other; none: closed
  std::string description;    ///< what stands after the #
  std::size_t line = 0;       ///< from 1; 0: not read from a text
};

/// A schedule as it was written.
struct Plan {
  std::string zone;  ///< its IANA name; empty: that of the tenant
  std::vector<Rule> rules;
};

struct Fault {
  std::size_t line = 0;    ///< from 1; 0: no line is to blame
  std::size_t column = 0;  ///< from 1; 0: the whole line
  std::string text;        ///< what is wrong, and what to write instead
};

/// Reads
///     zone Europe/Berlin
///     mon-fri 08:00-12:00 13:00-18:00   # office
///     fri 22:00-06:00                   # belongs to Friday, ends on Saturday
///     yearly 12-25 closed
///     2026-08-01..2026-08-14 09:00-12:00
///     2026-12-24 closed                 # 24:00 is the end of a day
/// Errors: all faults of the text, at most ScheduleLimits::faults. That two rules are about one day is told by
/// Schedule::compile.
std::expected<Plan, std::vector<Fault>> parse_plan(std::string_view text);

/// The text of a plan, which parse_plan() reads as the same plan.
std::string text_of(const Plan& plan);
std::string text_of(const Rule& rule);

}  // namespace rf::schedule
