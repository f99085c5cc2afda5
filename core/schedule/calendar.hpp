// Dates and days of the proleptic Gregorian calendar, and the days and months of a zone as stretches of time.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/schedule/zone.hpp"

namespace rf::schedule {

struct Date {
  std::int32_t year = 1970;
  std::uint8_t month = 1;  ///< 1 to 12
  std::uint8_t day = 1;    ///< 1 to 31
  friend auto operator<=>(const Date&, const Date&) = default;
};

/// Days since 1970-01-01 and back.
std::int32_t day_of(const Date& date);
Date date_of(std::int32_t day);
/// 0: Monday.
constexpr unsigned weekday_of(std::int32_t day) {
  return static_cast<unsigned>(((day + 3) % 7 + 7) % 7);
}

/// Milliseconds to whole seconds, downwards before 1970 as well.
constexpr std::int64_t floor_seconds(std::int64_t ms) {
  return ms / 1'000 - (ms % 1'000 < 0 ? 1 : 0);
}

/// "2026-12-24", of the years 1970 to Zone::last_year; nothing for a day that is in no calendar.
std::optional<Date> parse_date(std::string_view text);
/// "12-24"; 02-29 is one. The year is 2000.
std::optional<Date> parse_month_day(std::string_view text);
std::string text_of(const Date& date);
/// "2026-12-24 18:00:00", what the clock shows.
std::string text_of(const Local& local);

/// The day and the month of a zone that an instant belongs to, in milliseconds since 1970 UTC; ends are the first
/// instant that is no longer in it. Days follow each other without gap or overlap: a day begins when the calendar on
/// the wall first shows it, and where clocks are put back over midnight, the repeated minutes belong to the new day:
/// money that was spent stays spent, and nobody gets a day's credit twice. A day that a zone left out has no length.
struct Periods {
  std::int64_t day_start_ms = 0;
  std::int64_t day_end_ms = 0;
  std::int64_t month_start_ms = 0;
  std::int64_t month_end_ms = 0;
};
Periods periods_at(const Zone& zone, std::int64_t wall_ms);

}  // namespace rf::schedule
