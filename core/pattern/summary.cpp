// Habits and judgements in words.
#include <fmt/format.h>

#include <algorithm>

#include "core/pattern/patterns.hpp"

namespace rf::pattern {
namespace {

constexpr std::array<std::string_view, 7> day_names{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<std::string_view, Baseline::length_classes> length_names{
    "under 10 s",  "10 to 30 s",   "30 s to 1 min", "1 to 3 min",
    "3 to 10 min", "10 to 30 min", "30 min to 1 h", "over an hour"};

/// "08-12 13-18": the hours of a weekday that had calls on one such day in eight at least.
std::string hours_of(const Baseline& baseline, unsigned day) {
  const std::uint32_t least = std::max(1u, baseline.days() / 7 / 8);
  std::string out;
  for (unsigned hour = 0; hour < 24; ++hour) {
    if (baseline.days_at_hour(day, hour) < least) continue;
    const unsigned from = hour;
    while (hour < 24 && baseline.days_at_hour(day, hour) >= least) ++hour;
    out += fmt::format("{}{:02}-{:02}", out.empty() ? "" : " ", from, hour);
  }
  return out;
}

/// "mon-fri 08-18, sat 09-12"
std::string week_of(const Baseline& baseline) {
  std::string out;
  for (unsigned day = 0; day < 7;) {
    const std::string hours = hours_of(baseline, day);
    unsigned last = day;
    while (last + 1 < 7 && hours_of(baseline, last + 1) == hours) ++last;
    if (!hours.empty()) {
      out += fmt::format("{}{}", out.empty() ? "" : ", ", day_names[day]);
      if (last > day) out += fmt::format("-{}", day_names[last]);
      out += " " + hours;
    }
    day = last + 1;
  }
  return out;
}

std::string countries_of(const Baseline& baseline) {
  std::vector<Seen<std::uint16_t>> seen;
  for (const auto& each : baseline.countries())
    if (each.days > 0) seen.push_back(each);
  std::sort(seen.begin(), seen.end(),
            [](const auto& a, const auto& b) { return a.days != b.days ? a.days > b.days : a.key < b.key; });
  std::string out;
  for (const auto& each : seen)
    out += fmt::format("{}{} on {} day{}", out.empty() ? "" : ", ", Country{each.key}.text(), each.days,
                       each.days == 1 ? "" : "s");
  return out;
}

std::string lengths_of(const Baseline& baseline) {
  std::uint32_t all = 0;
  for (const std::uint16_t count : baseline.lengths()) all += count;
  if (all == 0) return {};
  const auto most = std::max_element(baseline.lengths().begin(), baseline.lengths().end());
  return fmt::format("most calls last {} ({} % of {}), {} % are over within 10 s",
                     length_names[static_cast<std::size_t>(most - baseline.lengths().begin())], *most * 100u / all, all,
                     baseline.short_percent());
}

}  // namespace

std::string text_of(const Judgement& judgement, const Call& call, const Moment& moment, std::string_view number) {
  const bool own = judgement.level == Level::extension;
  const std::string who = own ? std::string(number) : fmt::format("its {}", name_of(judgement.level));
  return fmt::format("score {}{}: {}", judgement.score, own ? "" : fmt::format(" for {}", who),
                     text_of(judgement.findings, call, moment, who));
}

std::vector<std::string> lines_of(const Summary& summary) {
  const Baseline& baseline = summary.baseline;
  const Baseline::Most &most = baseline.most(), &today = summary.today;
  std::vector<std::string> out;
  out.push_back(fmt::format("calls were learned from on {} day{} before today{}", baseline.days(),
                            baseline.days() == 1 ? "" : "s",
                            baseline.is_experienced() ? "" : ": too few to know its hours by"));
  if (const std::string week = week_of(baseline); !week.empty()) out.push_back("calls " + week);
  if (const std::string countries = countries_of(baseline); !countries.empty()) out.push_back("to " + countries);
  if (const std::string lengths = lengths_of(baseline); !lengths.empty()) out.push_back(lengths);
  out.push_back(
      fmt::format("the most so far: {} calls and {} min abroad or costly in a day, {} numbers in 10 min, {} "
                  "forwarded in a day",
                  most.calls, most.abroad_s / 60, most.different, most.forwarded));
  out.push_back(fmt::format("today: {} calls answered, {} min abroad or costly, {} forwarded", today.calls,
                            today.abroad_s / 60, today.forwarded));
  return out;
}

}  // namespace rf::pattern
