#include "core/schedule/calendar.hpp"

#include <fmt/format.h>

#include <chrono>

namespace rf::schedule {
namespace {

namespace chrono = std::chrono;

chrono::year_month_day civil(const Date& date) {
  return chrono::year(date.year) / chrono::month(date.month) / chrono::day(date.day);
}

/// So many digits, and nothing else.
std::optional<std::int32_t> digits(std::string_view text) {
  std::int32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::int64_t start_of_day_s(const Zone& zone, std::int32_t day) {
  return zone.first_reach_s(static_cast<std::int64_t>(day) * seconds_per_day);
}

}  // namespace

std::int32_t day_of(const Date& date) {
  return static_cast<std::int32_t>(chrono::sys_days(civil(date)).time_since_epoch().count());
}

Date date_of(std::int32_t day) {
  const chrono::year_month_day found{chrono::sys_days(chrono::days(day))};
  return {static_cast<int>(found.year()), static_cast<std::uint8_t>(static_cast<unsigned>(found.month())),
          static_cast<std::uint8_t>(static_cast<unsigned>(found.day()))};
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  auto date = parse_month_day(text.substr(5));
  if (!year || !date || *year < 1'970 || *year > Zone::last_year) return std::nullopt;
  date->year = *year;
  if (!civil(*date).ok()) return std::nullopt;
  return date;
}

std::optional<Date> parse_month_day(std::string_view text) {
  if (text.size() != 5 || text[2] != '-') return std::nullopt;
  const auto month = digits(text.substr(0, 2));
  const auto day = digits(text.substr(3));
  if (!month || !day) return std::nullopt;
  const Date date{2'000, static_cast<std::uint8_t>(*month), static_cast<std::uint8_t>(*day)};
  if (!civil(date).ok()) return std::nullopt;
  return date;
}

std::string text_of(const Date& date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string text_of(const Local& local) {
  return fmt::format("{} {:02}:{:02}:{:02}", text_of(date_of(local.day)), local.second / 3'600, local.second / 60 % 60,
                     local.second % 60);
}

Periods periods_at(const Zone& zone, std::int64_t wall_ms) {
  const std::int64_t utc_s = floor_seconds(wall_ms);
  std::int32_t day = zone.local_at(utc_s).day;
  // The calendar may show yesterday again after midnight was reached.
  while (start_of_day_s(zone, day + 1) <= utc_s && day < zone.local_at(utc_s + 2 * Zone::east_s).day) ++day;
  Date first = date_of(day);
  first.day = 1;
  Date next = first;
  if (++next.month > 12) {
    next.month = 1;
    ++next.year;
  }
  return {.day_start_ms = start_of_day_s(zone, day) * 1'000,
          .day_end_ms = start_of_day_s(zone, day + 1) * 1'000,
          .month_start_ms = start_of_day_s(zone, day_of(first)) * 1'000,
          .month_end_ms = start_of_day_s(zone, day_of(next)) * 1'000};
}

}  // namespace rf::schedule
