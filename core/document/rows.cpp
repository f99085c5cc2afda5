#include "core/document/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "core/base/limits/call.hpp"
#include "core/base/limits/toll.hpp"
#include "core/money/deck_reader.hpp"
#include "core/number/lists.hpp"

namespace rf::document {
namespace {

money::DeckDefaults defaults_of(const Table& table, money::Currency currency) {
  money::DeckDefaults out;
  out.currency = currency;
  if (const auto increments = parse_increments(table.text("increments"))) {
    out.first_s = increments->first;
    out.next_s = increments->second;
  }
  if (const auto most = money::Amount::parse(table.text("suspicious"), {})) out.suspicious_micros = most->micros();
  if (table.text("suspicious") == "none") out.suspicious_micros = MoneyLimits::micros_per_min;
  return out;
}

Faults faults_of(const money::DeckFaults& from, const std::vector<std::size_t>* lines) {
  Faults out;
  for (const money::DeckFault& each : from.told) {
    const std::size_t line = lines == nullptr ? each.line
                             : each.line == 0 || lines->empty()
                                 ? 0
                                 : (*lines)[std::min<std::size_t>(each.line, lines->size()) - 1];
    out.add(line, each.column == 0 ? each.text : fmt::format("column {}: {}", each.column, each.text), each.remedy);
  }
  out.further += from.further;
  return out;
}

std::string time_of(std::int64_t ms) {
  const std::chrono::sys_seconds at{std::chrono::seconds(ms / 1'000)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

constexpr std::string_view minute_head = "prefix,rate_per_min,connection_fee,increments,valid_from,valid_until";
constexpr std::string_view increment_head =
    "prefix,rate_per_increment,connection_fee,increments,valid_from,valid_until";

std::string line_of_rate(const money::RateRow& row) {
  const money::RateTerms terms = row.rate.terms();
  return fmt::format("{},{},{},{}/{},{},{}", row.prefix.text(), terms.price.text(),
                     terms.fee.micros() == 0 ? std::string() : terms.fee.text(), terms.first_s, terms.next_s,
                     row.from_ms == money::always_ms ? std::string() : time_of(row.from_ms),
                     row.until_ms == money::without_end_ms ? std::string() : time_of(row.until_ms));
}

std::expected<std::vector<money::RateRow>, Faults> checked(std::vector<money::RateRow> rows) {
  if (auto deck = money::Deck::of(rows); !deck) return std::unexpected(faults_of(deck.error(), nullptr));
  return rows;
}

}  // namespace

std::expected<std::vector<money::RateRow>, Faults> rates_of(const Object& deck, const Table& table,
                                                            money::Currency currency) {
  std::vector<money::RateRow> out;
  for (const auto& [key, lines] : deck.rows) {
    if (lines.empty()) continue;
    money::DeckReader reader(defaults_of(table, currency));
    for (const std::string& line : lines) reader.line(line);
    auto rows = reader.finish();
    // Lines are known for the first of the two lists.
    const bool first = deck.rows.begin()->first == key && deck.row_lines.size() == lines.size();
    if (!rows) return std::unexpected(faults_of(rows.error(), first ? &deck.row_lines : nullptr));
    out.insert(out.end(), rows->begin(), rows->end());
  }
  return checked(std::move(out));
}

std::expected<std::vector<money::RateRow>, Faults> rates_of_csv(std::string_view csv, const Table& table,
                                                                money::Currency currency) {
  auto rows = money::read_deck(csv, defaults_of(table, currency));
  if (!rows) return std::unexpected(faults_of(rows.error(), nullptr));
  return checked(std::move(*rows));
}

void put_rates(Object& deck, const std::vector<money::RateRow>& rates) {
  deck.rows.clear();
  for (const money::RateRow& row : rates) {
    const money::RateTerms terms = row.rate.terms();
    const bool by_minute = terms.price_s == 60;
    std::vector<std::string>& lines = deck.rows[by_minute ? "rates" : "rates_by_increment"];
    if (lines.empty()) lines.emplace_back(by_minute ? minute_head : increment_head);
    lines.push_back(line_of_rate(row));
  }
}

std::expected<std::vector<std::string>, Faults> lines_of(std::string_view text, const Table& table, Country home) {
  number::ImportOptions options;
  options.listing = number::parse_listing(table.text("listing")).value_or(number::Listing::blocked);
  options.may_allow = table.flag("may_allow");
  options.home = home;
  const auto imported = number::import_list(text, options);
  Faults faults;
  for (const number::ListFault& each : imported.faults) faults.add(each.line, each.text, "mend or remove the line");
  faults.further += imported.fault_count - imported.faults.size();
  if (!faults.empty()) return std::unexpected(std::move(faults));

  std::vector<std::string> out;
  const std::string_view standing = number::name_of(options.listing);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, std::min(text.find_first_of("#;\r\n"), end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto trim = [](std::string_view s) {
      while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
      while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
      return s;
    };
    line = trim(line);
    if (line.starts_with("\xef\xbb\xbf")) line = trim(line.substr(3));
    if (line.empty()) continue;
    const std::size_t gap = std::min(line.find_first_of(" \t"), line.size());
    const bool says = number::parse_listing(line.substr(0, gap)).has_value();
    const std::string_view number = says ? trim(line.substr(gap)) : line;
    out.push_back(
        fmt::format("{} {}{}", says ? line.substr(0, gap) : standing, number.starts_with('+') ? "" : "+", number));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::expected<std::vector<std::string>, Faults> lines_of(const Object& list, const Table& table, Country home) {
  const auto rows = list.rows.find("lines");
  if (rows == list.rows.end()) return std::vector<std::string>();
  std::string text;
  for (const std::string& line : rows->second) text += line + "\n";
  auto lines = lines_of(text, table, home);
  if (lines) return lines;
  Faults faults;
  for (const Fault& each : lines.error().told)
    faults.add(each.line == 0 || each.line > list.row_lines.size() ? 0 : list.row_lines[each.line - 1], each.text,
               each.remedy);
  faults.further += lines.error().further;
  return std::unexpected(std::move(faults));
}

std::expected<std::vector<PinRow>, Faults> pin_rows_of(const Object& list) {
  const auto rows = list.rows.find("sealed");
  if (rows == list.rows.end()) return std::vector<PinRow>();
  Faults faults;
  std::vector<PinRow> out;
  std::set<std::string, std::less<>> accounts;
  const auto printable = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  };
  for (std::size_t i = 0; i < rows->second.size(); ++i) {
    const std::string_view row = rows->second[i];
    const std::size_t gap = std::min(row.find(' '), row.size());
    const std::string_view account = row.substr(0, gap), sealed = row.substr(std::min(gap + 1, row.size()));
    const std::size_t line = i < list.row_lines.size() ? list.row_lines[i] : 0;
    if (fault_of_name(Kind::pin_list, account) || sealed.empty() || !printable(sealed))
      faults.add(line, "holds what is no sealed PIN", "leave it as policy export wrote it, or remove it");
    else if (!accounts.emplace(account).second)
      faults.add(line, fmt::format("holds a second PIN for {}", account), "keep one of them");
    else
      out.push_back({std::string(account), std::string(sealed)});
  }
  if (out.size() > PinLimits::pins)
    faults.add(list.line, fmt::format("the list has {} PINs", out.size()),
               fmt::format("keep it to {}", PinLimits::pins));
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return out;
}

}  // namespace rf::document
