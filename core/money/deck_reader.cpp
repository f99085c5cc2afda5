#include "core/money/deck_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "core/base/limits/toll.hpp"

namespace rf::money {
namespace {

constexpr std::string_view names[] = {"prefix",  "rate_per_min", "rate_per_increment", "connection_fee", "increments",
                                      "first_s", "next_s",       "valid_from",         "valid_until",    "currency"};
constexpr std::string_view passed_over[] = {"destination", "country", "description", "comment"};

/// What may be shown of a cell: what a file of somebody else's says goes to terminals and logs.
std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 40)) out += c >= ' ' && c < 0x7f ? c : '?';
  return text.size() > 40 ? out + "..." : out;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// A column's name as we write it.
std::string plain_name(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : (c == ' ' || c == '-') ? '_' : c;
  return out;
}

/// So many digits at a place.
bool take_number(std::string_view text, std::size_t at, std::size_t length, int& out) {
  if (at + length > text.size()) return false;
  out = 0;
  for (const char c : text.substr(at, length)) {
    if (c < '0' || c > '9') return false;
    out = out * 10 + (c - '0');
  }
  return true;
}

/// `Z`, `+02:00` or `-05:30`, in minutes.
bool take_zone(std::string_view text, int& minutes) {
  int hour = 0, minute = 0;
  if (text == "Z") {
    minutes = 0;
    return true;
  }
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  if (!take_number(text, 1, 2, hour) || !take_number(text, 4, 2, minute) || hour > 14 || minute > 59) return false;
  minutes = (text[0] == '-' ? -1 : 1) * (hour * 60 + minute);
  return true;
}

/// `2026-01-31` or `2026-01-31T08:00:00Z`, milliseconds since 1970 UTC.
bool parse_time(std::string_view text, std::int64_t& out) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zone = 0;
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  if (!take_number(text, 0, 4, year) || !take_number(text, 5, 2, month) || !take_number(text, 8, 2, day)) return false;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1970) return false;
  if (text.size() > 10) {
    if (text.size() < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':') return false;
    if (!take_number(text, 11, 2, hour) || !take_number(text, 14, 2, minute) || !take_number(text, 17, 2, second) ||
        hour > 23 || minute > 59 || second > 59 || !take_zone(text.substr(19), zone))
      return false;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  out = (((days * 24 + hour) * 60 + minute - zone) * 60 + second) * 1'000;
  return true;
}

std::string remedy_for_prefix(std::string_view text) {
  if (text.find_first_of("eE") != std::string_view::npos)
    return "a spreadsheet has turned digits into a number; format the column as text and export again";
  if (text.starts_with("0")) return "write the country code first, without 0, 00 or 011: 4420";
  if (text.find('-') != std::string_view::npos) return "write a range as its prefixes, one a line";
  return "write 1 to 15 digits from the country code on: 4420";
}

}  // namespace

bool DeckReader::fault(std::uint32_t column, std::string text, std::string remedy) {
  faults_.add(number_, column, std::move(text), std::move(remedy));
  return false;
}

void DeckReader::line(std::string_view text) {
  ++number_;
  if (stopped_) return;
  if (number_ == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (without_blanks(text).empty()) return;
  if (text.size() > MoneyLimits::deck_line_bytes) {
    fault(0, fmt::format("{} bytes in one line", text.size()), "leave out columns that no rate needs; 1024 are read");
    return;
  }
  if (rows_.size() >= MoneyLimits::deck_rows) {
    stopped_ = true;
    fault(0, "too many rows", "split it into decks of at most 4000000 rows");
    return;
  }
  if (header_.empty()) {
    const std::size_t found = text.find_first_of(",;\t");
    separator_ = found == std::string_view::npos ? ',' : text[found];
  }
  if (!split(text)) return;
  if (header_.empty())
    header();
  else
    row();
}

/// Cuts a line into fields_; their memory is used again for every line.
bool DeckReader::split(std::string_view text) {
  used_ = 0;
  for (bool more = true; more; ++used_) {
    if (used_ == MoneyLimits::deck_columns)
      return fault(static_cast<std::uint32_t>(used_ + 1), "too many columns", "leave out those that no rate needs");
    if (fields_.size() == used_) fields_.emplace_back();
    if (!take_cell(text, fields_[used_])) return false;
    more = !text.empty();
    if (more) text.remove_prefix(1);
  }
  return true;
}

/// Takes one cell off the front, up to its separator.
bool DeckReader::take_cell(std::string_view& rest, std::string& cell) {
  cell.clear();
  if (!rest.starts_with('"')) {
    const std::string_view plain = rest.substr(0, rest.find(separator_));
    rest.remove_prefix(plain.size());
    cell = without_blanks(plain);
    return true;
  }
  const auto column = static_cast<std::uint32_t>(used_ + 1);
  for (rest.remove_prefix(1);; rest.remove_prefix(1)) {
    if (rest.empty()) return fault(column, "a quote is not closed in its line", "write \"\" for a quote in a cell");
    if (rest.front() == '"') {
      rest.remove_prefix(1);
      if (!rest.starts_with('"')) break;
    }
    cell += rest.front();
  }
  if (rest.empty() || rest.front() == separator_) return true;
  return fault(column, "text behind a closing quote", "put the whole cell in quotes, a quote in it doubled");
}

void DeckReader::header() {
  std::array<bool, columns> seen{};
  for (std::size_t i = 0; i < used_; ++i) {
    const std::string name = plain_name(fields_[i]);
    const auto place = static_cast<std::uint32_t>(i + 1);
    const auto known = std::find(std::begin(names), std::end(names), name);
    Column column = static_cast<Column>(known - std::begin(names));
    if (std::find(std::begin(passed_over), std::end(passed_over), name) != std::end(passed_over))
      column = Column::passed_over;
    else if (known == std::end(names))
      fault(place, fmt::format("unknown column '{}'", shown(name)),
            fmt::format("name it one of {}, or destination to pass it over", fmt::join(names, ", ")));
    else if (std::exchange(seen[static_cast<std::size_t>(column)], true))
      fault(place, fmt::format("column {} twice", name), "keep one of them");
    header_.push_back(column);
  }
  const auto has = [&](Column c) { return seen[static_cast<std::size_t>(c)]; };
  if (!has(Column::prefix)) fault(0, "no column prefix", "name the columns in the first line");
  if (has(Column::rate_per_min) == has(Column::rate_per_increment))
    fault(0, "the price is in no column, or in two", "have rate_per_min or rate_per_increment");
  if (has(Column::increments) && (has(Column::first_s) || has(Column::next_s)))
    fault(0, "increments twice", "have either increments, or first_s and next_s");
  stopped_ = !faults_.empty();
}

DeckReader::Cells DeckReader::cells() const {
  Cells out;
  for (std::size_t i = 0; i < header_.size(); ++i) {
    const auto column = static_cast<std::size_t>(header_[i]);
    out.text[column] = fields_[i];
    out.place[column] = static_cast<std::uint32_t>(i + 1);
  }
  return out;
}

void DeckReader::row() {
  if (used_ != header_.size()) {
    fault(0, fmt::format("{} cells under {} columns", used_, header_.size()),
          used_ > header_.size() && separator_ == ',' ? "write a decimal point, and put text with commas in quotes"
                                                      : "give each line as many cells as the first one");
    return;
  }
  const Cells found = cells();
  RateRow out;
  out.line = number_;
  bool good = read_prefix(found, out);
  good &= read_rate(found, out);
  good &= read_times(found, out);
  // With a fault nothing will be taken: rows behind it are read for their faults alone.
  if (good && faults_.empty()) rows_.push_back(out);
}

bool DeckReader::read_prefix(const Cells& cells, RateRow& row) {
  std::string_view text = cells[Column::prefix];
  const auto place = cells.at(Column::prefix);
  if (text.empty()) return fault(place, "no prefix", remedy_for_prefix(""));
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto prefix = Prefix::parse(text);
  if (!prefix || text.front() == '0')
    return fault(place, fmt::format("'{}' is not a prefix", shown(text)), remedy_for_prefix(text));
  row.prefix = *prefix;
  return true;
}

bool DeckReader::read_rate(const Cells& cells, RateRow& row) {
  RateTerms terms;
  terms.fee = Amount::zero(defaults_.currency);
  terms.first_s = defaults_.first_s;
  terms.next_s = defaults_.next_s;
  if (const std::string_view text = cells[Column::currency]; !text.empty()) {
    const auto currency = Currency::parse(text);
    if (!currency || *currency != defaults_.currency)
      return fault(cells.at(Column::currency),
                   fmt::format("currency '{}' in a deck of {}", shown(text), defaults_.currency.text()),
                   "make one deck for each currency, with its ISO 4217 code");
  }
  if (!read_increments(cells, terms)) return false;
  const bool by_minute = cells.at(Column::rate_per_min) != 0;
  const Column price = by_minute ? Column::rate_per_min : Column::rate_per_increment;
  if (cells[price].empty()) return fault(cells.at(price), "no price", "write 0 for a free destination");
  if (!read_price(cells, price, terms.price)) return false;
  if (!cells[Column::connection_fee].empty() && !read_price(cells, Column::connection_fee, terms.fee)) return false;
  terms.price_s = by_minute ? 60 : terms.next_s;
  const auto rate = Rate::of(terms);
  if (!rate) return fault(cells.at(price), std::string(text_of(rate.error())), "correct the price or the increments");
  row.rate = *rate;
  if (rate->micros_per_min() > defaults_.suspicious_micros)
    return fault(cells.at(price), fmt::format("{} is absurdly high", shown(cells[price])),
                 "correct it, or raise the highest price that this import takes");
  return true;
}

bool DeckReader::read_increments(const Cells& cells, RateTerms& terms) {
  if (const std::string_view text = cells[Column::increments]; !text.empty()) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::string_view next = slash == text.size() ? text : text.substr(slash + 1);
    return read_seconds(cells, Column::increments, text.substr(0, slash), terms.first_s) &&
           read_seconds(cells, Column::increments, next, terms.next_s);
  }
  return read_seconds(cells, Column::first_s, cells[Column::first_s], terms.first_s) &&
         read_seconds(cells, Column::next_s, cells[Column::next_s], terms.next_s);
}

/// Leaves `out` as it is when there is no cell, or an empty one.
bool DeckReader::read_seconds(const Cells& cells, Column column, std::string_view text, std::uint32_t& out) {
  if (text.empty() && cells[column].empty()) return true;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (whole && out >= 1 && out <= MoneyLimits::increment_s) return true;
  return fault(cells.at(column), fmt::format("'{}' is not an increment", shown(cells[column])),
               std::string(text_of(RateFault::bad_increment)));
}

bool DeckReader::read_price(const Cells& cells, Column column, Amount& out) {
  const auto place = cells.at(column);
  const auto amount = Amount::parse(cells[column], defaults_.currency);
  if (!amount)
    return fault(place, fmt::format("'{}' is not a price", shown(cells[column])), std::string(text_of(amount.error())));
  if (amount->micros() < 0)
    return fault(place, fmt::format("{} is below zero", amount->text()), std::string(text_of(RateFault::negative)));
  if (column == Column::connection_fee && amount->micros() > defaults_.suspicious_micros)
    return fault(place, fmt::format("{} is absurdly high", amount->text()),
                 "correct it, or raise the highest price that this import takes");
  out = *amount;
  return true;
}

bool DeckReader::read_times(const Cells& cells, RateRow& row) {
  row.from_ms = defaults_.from_ms;
  if (!read_time(cells, Column::valid_from, row.from_ms) || !read_time(cells, Column::valid_until, row.until_ms))
    return false;
  if (row.until_ms > row.from_ms) return true;
  return fault(cells.at(Column::valid_until), "ends before it begins", "write a later valid_until, or leave it out");
}

/// Leaves `out` as it is when there is no cell, or an empty one.
bool DeckReader::read_time(const Cells& cells, Column column, std::int64_t& out) {
  if (cells[column].empty() || parse_time(cells[column], out)) return true;
  return fault(cells.at(column), fmt::format("'{}' is not a time", shown(cells[column])),
               "write 2026-01-31, which is midnight UTC, or 2026-01-31T08:00:00+02:00");
}

std::expected<std::vector<RateRow>, DeckFaults> DeckReader::finish() {
  if (header_.empty() && faults_.empty())
    fault(0, "no line with the names of columns", "begin with prefix,rate_per_min");
  if (!faults_.empty()) return std::unexpected(std::move(faults_));
  return std::move(rows_);
}

std::expected<std::vector<RateRow>, DeckFaults> read_deck(std::string_view text, const DeckDefaults& defaults) {
  DeckReader reader(defaults);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    reader.line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish();
}

}  // namespace rf::money
