// What the months came to, for people.
#include <fmt/format.h>

#include <algorithm>

#include "sim/fraud/months.hpp"

namespace rf::fraud {
namespace {

std::string money(std::int64_t micros) {
  return fmt::format("{:.2f}", static_cast<double>(micros) / 1e6);
}

std::string money(const std::optional<std::int64_t>& micros) {
  return micros ? money(*micros) : "-";
}

std::string time(std::int64_t ms) {
  const std::int64_t minutes = ms / 60'000;
  if (ms < 120'000) return fmt::format("{} s", ms / 1'000);
  if (minutes < 120) return fmt::format("{} min", minutes);
  if (minutes < 48 * 60) return fmt::format("{} h", minutes / 60);
  return fmt::format("{} d", minutes / 1'440);
}

/// "day cap of extension after 7 min, 3.40 lost".
std::string text_of(const std::optional<Stop>& stop) {
  if (!stop) return "-";
  return fmt::format("{} after {}, {}", stop->by, time(stop->after_ms), money(stop->lost));
}

/// What refused most, of those who never got anything out or were never refused for money.
std::string most_of(const std::map<std::string, std::uint64_t>& refusals) {
  const auto most = std::max_element(refusals.begin(), refusals.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == refusals.end() ? "-" : fmt::format("{} at once", most->first);
}

}  // namespace

std::string table_of_losses(const std::vector<Outcome>& outcomes) {
  std::string out = fmt::format("{:<30}{:>9}{:>9}{:>18}{:>18}{:>20}{:>11}\n", "nobody looks", "tried", "went out",
                                "hour / bound", "day / bound", "31 days / bound", "altogether");
  for (const Outcome& each : outcomes) {
    const auto window = [&](std::size_t i) {
      return fmt::format("{} / {}", money(each.windows[i].lost), money(each.windows[i].bound));
    };
    out += fmt::format("{:<30}{:>9}{:>9}{:>18}{:>18}{:>20}{:>11}\n", each.fraud, each.tried, each.left, window(0),
                       window(1), window(2), money(each.lost));
  }
  return out;
}

std::string table_of_stops(std::string_view title, const std::vector<Outcome>& outcomes) {
  constexpr std::string_view row = "{:<30}{:>8}{:>8}  {:<40}{:<44}{:<48}{:>9}{:>7}\n";
  std::string out = fmt::format(row, title, "tried", "out", "pattern told first, of", "first stopped by, after, lost",
                                "for good by", "lost", "told");
  for (const Outcome& each : outcomes)
    out += fmt::format(row, each.fraud, each.tried, each.left, text_of(each.first_told),
                       each.first_no || each.left > 0 ? text_of(each.first_no) : most_of(each.refusals),
                       text_of(each.last), money(each.lost), each.alerts);
  return out;
}

std::string table_of_refusals(std::string_view title, const std::vector<Outcome>& outcomes) {
  constexpr std::string_view row = "{:<30}{:>9}{:>9}{:>11}{:>8}{:>6}{:>9}{:>7}{:>13}{:>7}{:>8}\n";
  std::string out = fmt::format(row, title, "honest", "refused", "by thieves", "by cap", "disk", "pattern", "other",
                                "of 10,000", "killed", "alarms");
  for (const Outcome& each : outcomes) {
    using By = Outcome::By;
    const double of_10000 = each.asked == 0 ? 0 : 1e4 * static_cast<double>(each.wrongly_refused()) / each.asked;
    out += fmt::format(row, each.fraud, each.asked, each.refused(), each.refused(By::thief), each.refused(By::cap),
                       each.refused(By::disk), each.refused(By::pattern), each.refused(By::other),
                       fmt::format("{:.2f}", of_10000), each.killed, each.false_alarms);
  }
  return out;
}

std::string list_of_refusals(const std::vector<Outcome>& outcomes) {
  std::map<std::string, Outcome::Refusals> all;
  for (const Outcome& each : outcomes)
    for (const auto& [cause, refusals] : each.honest_refusals) {
      Outcome::Refusals& sum = all[cause];
      if (sum.count == 0) sum.first = refusals.first;
      sum.count += refusals.count;
    }
  std::string out;
  for (const auto& [cause, refusals] : all)
    out += fmt::format("  {} honest calls, {}; the first: {}\n", refusals.count, cause, refusals.first);
  return out;
}

}  // namespace rf::fraud
