#include "core/schedule/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/limits/toll.hpp"

namespace rf::schedule {
namespace {

constexpr std::int32_t minutes_per_day = 1'440;

std::size_t place_in_year(const Date& date) {
  return (date.month - 1u) * 31u + (date.day - 1u);
}

/// `until_s` may be never.
std::int64_t in_ms(std::int64_t seconds) {
  return seconds >= INT64_MAX / 1'000 ? INT64_MAX : seconds * 1'000;
}

}  // namespace

Schedule::Schedule(Plan plan, ZoneRef zone) : plan_(std::move(plan)), zone_(std::move(zone)) {
  RF_CHECK(zone_ != nullptr);
  week_.fill(none);
  yearly_.fill(none);
}

std::expected<Schedule, std::vector<Fault>> Schedule::compile(Plan plan, ZoneRef zone) {
  std::vector<Fault> faults;
  if (plan.rules.size() > ScheduleLimits::rules) {
    faults.push_back({0, 0, fmt::format("more than {} rules", ScheduleLimits::rules)});
    return std::unexpected(std::move(faults));
  }
  Schedule out(std::move(plan), std::move(zone));
  for (std::size_t i = 0; i < out.plan_.rules.size(); ++i)
    if (out.plan_.rules[i].scope == Scope::week) out.add_week(static_cast<std::uint16_t>(i), faults);
  out.add_yearly(faults);
  out.add_dates(faults);
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return out;
}

void Schedule::clash(std::uint16_t rule, std::uint16_t with, std::string what, std::vector<Fault>& faults) const {
  if (faults.size() >= ScheduleLimits::faults) return;
  const std::size_t other = plan_.rules[with].line;
  faults.push_back({plan_.rules[rule].line, 0,
                    fmt::format("{} has its hours by '{}'{} already; write all hours of a day into one line", what,
                                text_of(plan_.rules[with]), other == 0 ? "" : fmt::format(" in line {}", other))});
}

void Schedule::add_week(std::uint16_t rule, std::vector<Fault>& faults) {
  constexpr std::string_view names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  for (unsigned day = 0; day < 7; ++day) {
    if (!(plan_.rules[rule].weekdays >> day & 1)) continue;
    if (week_[day] != none) return clash(rule, week_[day], std::string(names[day]), faults);
    week_[day] = rule;
  }
}

void Schedule::add_yearly(std::vector<Fault>& faults) {
  // Ranges first: a single day then replaces what a range says of it.
  for (const Scope scope : {Scope::yearly_range, Scope::yearly_day}) {
    for (std::size_t i = 0; i < plan_.rules.size(); ++i) {
      const Rule& rule = plan_.rules[i];
      if (rule.scope != scope) continue;
      any_yearly_ = true;
      const std::size_t last = place_in_year(rule.last);
      for (std::size_t at = place_in_year(rule.first);; at = (at + 1) % yearly_.size()) {
        if (yearly_[at] != none && plan_.rules[yearly_[at]].scope == scope) {
          clash(static_cast<std::uint16_t>(i), yearly_[at], fmt::format("{:02}-{:02}", at / 31 + 1, at % 31 + 1),
                faults);
          break;
        }
        yearly_[at] = static_cast<std::uint16_t>(i);
        if (at == last) break;
      }
    }
  }
}

void Schedule::add_dates(std::vector<Fault>& faults) {
  std::vector<Stretch> days, ranges;
  for (std::size_t i = 0; i < plan_.rules.size(); ++i) {
    const Rule& rule = plan_.rules[i];
    if (rule.scope != Scope::day && rule.scope != Scope::range) continue;
    (rule.scope == Scope::day ? days : ranges)
        .push_back({day_of(rule.first), day_of(rule.last), static_cast<std::uint16_t>(i)});
  }
  for (std::vector<Stretch>* sort : {&days, &ranges}) {
    std::sort(sort->begin(), sort->end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 1; i < sort->size(); ++i) {
      const auto [earlier, later] = std::minmax((*sort)[i - 1].rule, (*sort)[i].rule);
      if ((*sort)[i].first <= (*sort)[i - 1].last) clash(later, earlier, text_of(date_of((*sort)[i].first)), faults);
    }
  }
  if (!faults.empty()) return;
  std::size_t day = 0;
  for (Stretch range : ranges) {
    while (day < days.size() && days[day].first < range.first) dates_.push_back(days[day++]);
    for (; day < days.size() && days[day].first <= range.last; ++day) {
      if (range.first < days[day].first) dates_.push_back({range.first, days[day].first - 1, range.rule});
      dates_.push_back(days[day]);
      range.first = days[day].last + 1;
    }
    if (range.first <= range.last) dates_.push_back(range);
  }
  while (day < days.size()) dates_.push_back(days[day++]);
}

std::uint16_t Schedule::rule_of(std::int32_t day) const {
  const auto after = std::upper_bound(dates_.begin(), dates_.end(), day,
                                      [](std::int32_t wanted, const Stretch& each) { return wanted < each.first; });
  if (after != dates_.begin() && std::prev(after)->last >= day) return std::prev(after)->rule;
  if (any_yearly_)
    if (const std::uint16_t rule = yearly_[place_in_year(date_of(day))]; rule != none) return rule;
  return week_[weekday_of(day)];
}

std::int32_t Schedule::night_until_s(std::uint16_t today, std::uint16_t yesterday) const {
  if (yesterday == none || rank(yesterday) < rank(today) || plan_.rules[yesterday].spans.empty()) return 0;
  return std::max(plan_.rules[yesterday].spans.back().to_min - minutes_per_day, 0) * 60;
}

Answer Schedule::at(std::int64_t wall_ms) const {
  const std::int64_t utc_s = floor_seconds(wall_ms);
  const Local local = zone_->local_at(utc_s);
  const std::uint16_t today = rule_of(local.day);
  const std::uint16_t yesterday = rule_of(local.day - 1);
  Answer out{.open = false, .rule = today, .until_ms = 0};
  std::int32_t until = seconds_per_day;
  if (const std::int32_t night = night_until_s(today, yesterday); local.second < night) {
    out.open = true;
    out.rule = yesterday;
    until = night;
  } else if (today != none) {
    for (const Span& span : plan_.rules[today].spans) {
      if (local.second >= span.to_min * 60) continue;
      out.open = local.second >= span.from_min * 60;
      until = std::min((out.open ? span.to_min : span.from_min) * 60, seconds_per_day);
      break;
    }
  }
  out.until_ms = in_ms(std::min(utc_s + (until - local.second), local.until_s));
  return out;
}

std::optional<std::int64_t> Schedule::next_change_ms(std::int64_t wall_ms) const {
  const bool open = at(wall_ms).open;
  const std::int64_t horizon_ms = static_cast<std::int64_t>(ScheduleLimits::look_ahead_days) * seconds_per_day * 1'000;
  for (std::int64_t at_ms = at(wall_ms).until_ms; at_ms - wall_ms <= horizon_ms;) {
    const Answer next = at(at_ms);
    if (next.open != open) return at_ms;
    if (next.until_ms <= at_ms) break;
    at_ms = next.until_ms;
  }
  return std::nullopt;
}

std::string Schedule::explain(const Answer& answer) const {
  if (answer.rule == none) return "closed: no rule is about this day";
  const Rule& rule = plan_.rules[answer.rule];
  return fmt::format("{} by '{}'{}", answer.open ? "open" : "closed", text_of(rule),
                     rule.line == 0 ? "" : fmt::format(" (line {})", rule.line));
}

}  // namespace rf::schedule
