#include "core/schedule/posix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/schedule/calendar.hpp"

namespace rf::schedule {
namespace {

/// Reads from the front; the first fault stays.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool done() const { return at_ == text_.size(); }
  bool failed() const { return !fault_.empty(); }
  std::string fault() const { return fault_; }
  void fail(std::string_view what) {
    if (!failed()) fault_ = fmt::format("its rule has {} at character {}", what, at_ + 1);
  }
  bool take(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  bool next_is(char c) const { return !done() && text_[at_] == c; }
  bool next_is_digit() const { return !done() && text_[at_] >= '0' && text_[at_] <= '9'; }

  std::int32_t number(std::int32_t least, std::int32_t most) {
    std::int32_t value = 0;
    int read = 0;
    for (; next_is_digit() && read < 4; ++read, ++at_) value = value * 10 + (text_[at_] - '0');
    if (read == 0 || next_is_digit() || value < least || value > most)
      fail(fmt::format("no number from {} to {}", least, most));
    return value;
  }
  /// "CET", or "<+03>".
  void name() {
    const bool quoted = take('<');
    std::size_t size = 0;
    for (; !done() && is_of_name(text_[at_], quoted); ++at_) ++size;
    if (size < 3 || size > 16 || (quoted && !take('>'))) fail("no name of a time");
  }
  /// "[+|-]hh[:mm[:ss]]" in seconds.
  std::int32_t time(std::int32_t hours) {
    const bool minus = take('-');
    if (!minus) take('+');
    std::int32_t value = number(0, hours) * 3'600;
    if (take(':')) {
      value += number(0, 59) * 60;
      if (take(':')) value += number(0, 59);
    }
    return minus ? -value : value;
  }
  YearlyChange change() {
    YearlyChange out;
    if (take('M')) {
      out.month = static_cast<std::uint8_t>(number(1, 12));
      expect('.');
      out.week = static_cast<std::uint8_t>(number(1, 5));
      expect('.');
      out.weekday = static_cast<std::uint8_t>(number(0, 6));
    } else if (take('J')) {
      out.kind = YearlyChange::Kind::julian;
      out.number = number(1, 365);
    } else {
      out.kind = YearlyChange::Kind::from_zero;
      out.number = number(0, 365);
    }
    if (take('/')) out.time_s = time(167);
    return out;
  }
  void expect(char c) {
    if (!take(c)) fail(fmt::format("no '{}'", c));
  }

 private:
  static bool is_of_name(char c, bool quoted) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-'));
  }
  std::string_view text_;
  std::size_t at_ = 0;
  std::string fault_;
};

/// The day that it falls on, since 1970-01-01.
std::int32_t day_in(const YearlyChange& change, int year) {
  const std::int32_t new_year = day_of({year, 1, 1});
  switch (change.kind) {
    case YearlyChange::Kind::julian: {
      const bool leap = day_of({year + 1, 1, 1}) - new_year == 366;
      return new_year + change.number - 1 + (leap && change.number >= 60 ? 1 : 0);
    }
    case YearlyChange::Kind::from_zero:
      return new_year + change.number;
    case YearlyChange::Kind::weekday:
      break;
  }
  const std::int32_t first = day_of({year, change.month, 1});
  const std::int32_t next =
      change.month == 12 ? day_of({year + 1, 1, 1}) : day_of({year, static_cast<std::uint8_t>(change.month + 1), 1});
  const unsigned wanted = (change.weekday + 6u) % 7;  // ours begin with Monday
  std::int32_t day = first + static_cast<std::int32_t>((wanted + 7 - weekday_of(first)) % 7) + 7 * (change.week - 1);
  while (day >= next) day -= 7;
  return day;
}

}  // namespace

std::vector<Zone::Change> PosixRule::changes_from(int from_year) const {
  std::vector<Zone::Change> out;
  if (!summer) return out;
  for (int year = from_year; year <= Zone::last_year; ++year) {
    const auto at = [year](const YearlyChange& change, std::int32_t clock_before_s) {
      return static_cast<std::int64_t>(day_in(change, year)) * seconds_per_day + change.time_s - clock_before_s;
    };
    out.push_back({at(summer->end, summer->offset_s), standard_s});
    out.push_back({at(summer->begin, standard_s), summer->offset_s});
  }
  // Where summer time ends at the moment it begins again, it goes on: the end stands before the beginning.
  std::sort(out.begin(), out.end(), [this](const auto& a, const auto& b) {
    return a.at_s != b.at_s ? a.at_s < b.at_s : a.offset_s == standard_s && b.offset_s != standard_s;
  });
  std::vector<Zone::Change> distinct;
  for (const Zone::Change& change : out) {
    if (!distinct.empty() && distinct.back().at_s == change.at_s)
      distinct.back() = change;
    else
      distinct.push_back(change);
  }
  return distinct;
}

std::expected<PosixRule, std::string> parse_posix_rule(std::string_view text) {
  Reader in(text);
  PosixRule out;
  in.name();
  out.standard_s = -in.time(24);
  if (!in.failed() && !in.done()) {
    PosixRule::Summer summer;
    in.name();
    summer.offset_s = in.next_is(',') ? out.standard_s + 3'600 : -in.time(24);
    in.expect(',');
    summer.begin = in.change();
    in.expect(',');
    summer.end = in.change();
    if (!in.done()) in.fail("something left");
    out.summer = summer;
  }
  if (in.failed()) return std::unexpected(in.fault());
  return out;
}

}  // namespace rf::schedule
