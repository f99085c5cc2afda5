#include "core/schedule/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/limits/toll.hpp"

namespace rf::schedule {
namespace {

constexpr std::array<std::string_view, 7> weekday_names = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::string_view blanks = " \t";
constexpr std::uint16_t minutes_per_day = 1'440;

struct Word {
  std::string_view text;
  std::size_t column = 0;

  /// A part of it, from there on.
  Word part(std::size_t from, std::size_t size = std::string_view::npos) const {
    return {text.substr(from, size), column + from};
  }
};

/// A line cut into words. What it throws away is blanks alone.
class Line {
 public:
  explicit Line(std::string_view text) : text_(text) {}

  /// The next one; empty, after the last.
  Word take() {
    at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    const std::size_t end = std::min(text_.find_first_of(blanks, at_), text_.size());
    const Word word{text_.substr(at_, end - at_), at_ + 1};
    at_ = end;
    return word;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// What a stranger wrote, fit to be shown.
std::string shown(std::string_view text) {
  std::string out(text.substr(0, 40));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
  return out;
}

class Parser {
 public:
  std::expected<Plan, std::vector<Fault>> parse(std::string_view text);

 private:
  void parse_line(std::string_view text);
  void parse_zone(Line& line);
  bool parse_days(Line& line, Rule& rule);
  bool parse_yearly(const Word& word, Rule& rule);
  bool parse_dates(const Word& word, Rule& rule);
  bool parse_weekdays(const Word& word, Rule& rule);
  bool parse_hours(Line& line, Rule& rule);
  bool parse_span(const Word& word, Rule& rule);

  /// Always false.
  bool fail(std::size_t column, std::string text) {
    if (faults_.size() < ScheduleLimits::faults) faults_.push_back({number_, column, std::move(text)});
    return false;
  }

  Plan plan_;
  std::vector<Fault> faults_;
  std::size_t number_ = 0;
};

std::expected<Plan, std::vector<Fault>> Parser::parse(std::string_view text) {
  if (text.size() > ScheduleLimits::text_bytes) {
    fail(0, fmt::format("the text has more than {} bytes", ScheduleLimits::text_bytes));
    return std::unexpected(std::move(faults_));
  }
  while (!text.empty() && faults_.size() < ScheduleLimits::faults) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number_;
    parse_line(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!faults_.empty()) return std::unexpected(std::move(faults_));
  return std::move(plan_);
}

void Parser::parse_line(std::string_view text) {
  const auto control = std::find_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7f; });
  if (control != text.end()) {
    fail(static_cast<std::size_t>(control - text.begin()) + 1, "a control character; delete it");
    return;
  }
  const std::size_t mark = std::min(text.find('#'), text.size());
  Line line(text.substr(0, mark));
  const Word first = Line(line).take();
  if (first.text.empty()) return;
  if (first.text == "zone") return parse_zone(line);
  Rule rule;
  rule.line = number_;
  if (!parse_days(line, rule) || !parse_hours(line, rule)) return;
  if (mark < text.size()) {
    std::string_view words = text.substr(mark + 1);
    words.remove_prefix(std::min(words.find_first_not_of(blanks), words.size()));
    words = words.substr(0, words.find_last_not_of(blanks) + 1);
    if (words.size() > ScheduleLimits::description_bytes) {
      fail(mark + 1, fmt::format("a description of more than {} bytes; shorten it", ScheduleLimits::description_bytes));
      return;
    }
    rule.description = words;
  }
  if (plan_.rules.size() == ScheduleLimits::rules) {
    fail(0, fmt::format("more than {} rules; write neighbouring days as a range", ScheduleLimits::rules));
    return;
  }
  plan_.rules.push_back(std::move(rule));
}

void Parser::parse_zone(Line& line) {
  const Word key = line.take();
  const Word name = line.take();
  const Word more = line.take();
  if (name.text.empty())
    fail(name.column, "'zone' is followed by a name like Europe/Berlin");
  else if (name.text.size() > ScheduleLimits::zone_name_bytes)
    fail(name.column, "no time zone has so long a name");
  else if (!more.text.empty())
    fail(more.column, fmt::format("'{}' is not understood after a zone", shown(more.text)));
  else if (!plan_.zone.empty())
    fail(key.column, "a second zone; a schedule has one");
  else
    plan_.zone = name.text;
}

bool Parser::parse_days(Line& line, Rule& rule) {
  const Word word = line.take();
  if (word.text == "yearly") return parse_yearly(line.take(), rule);
  if (word.text.front() >= '0' && word.text.front() <= '9') return parse_dates(word, rule);
  return parse_weekdays(word, rule);
}

bool Parser::parse_yearly(const Word& word, Rule& rule) {
  const std::size_t dots = word.text.find("..");
  const auto first = parse_month_day(word.text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : parse_month_day(word.text.substr(dots + 2));
  if (!first || !last)
    return fail(word.column, fmt::format("'{}' is no day of the year; write 12-25 or 12-24..01-01", shown(word.text)));
  if (dots != std::string_view::npos && *first == *last)
    return fail(word.column, fmt::format("a range of one day; write yearly {}", word.text.substr(0, dots)));
  rule.scope = dots == std::string_view::npos ? Scope::yearly_day : Scope::yearly_range;
  rule.first = *first;
  rule.last = *last;
  return true;
}

bool Parser::parse_dates(const Word& word, Rule& rule) {
  const std::size_t dots = word.text.find("..");
  const auto first = parse_date(word.text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : parse_date(word.text.substr(dots + 2));
  if (!first || !last)
    return fail(word.column, fmt::format("'{}' is no date from 1970 to {}; write 2026-12-24 or 2026-08-01..2026-08-14",
                                         shown(word.text), Zone::last_year));
  if (*last < *first) return fail(word.column, "the range ends before it begins; exchange its dates");
  if (dots != std::string_view::npos && *first == *last)
    return fail(word.column, fmt::format("a range of one day; write {}", word.text.substr(0, dots)));
  rule.scope = dots == std::string_view::npos ? Scope::day : Scope::range;
  rule.first = *first;
  rule.last = *last;
  return true;
}

std::optional<unsigned> weekday_by(std::string_view name) {
  const auto found = std::find(weekday_names.begin(), weekday_names.end(), name);
  if (found == weekday_names.end()) return std::nullopt;
  return static_cast<unsigned>(found - weekday_names.begin());
}

bool Parser::parse_weekdays(const Word& word, Rule& rule) {
  for (std::size_t at = 0; at <= word.text.size();) {
    const std::size_t comma = std::min(word.text.find(',', at), word.text.size());
    const Word part = word.part(at, comma - at);
    const std::size_t dash = part.text.find('-');
    const auto first = weekday_by(part.text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : weekday_by(part.text.substr(dash + 1));
    if (!first || !last)
      return fail(part.column, fmt::format("'{}' is no day; days are mon tue wed thu fri sat sun, mon-fri, 2026-12-24, "
                                           "2026-08-01..2026-08-14 and yearly 12-25",
                                           shown(part.text)));
    for (unsigned day = *first;; day = (day + 1) % 7) {
      if (rule.weekdays >> day & 1)
        return fail(part.column, fmt::format("{} is named twice; name it once", weekday_names[day]));
      rule.weekdays = static_cast<std::uint8_t>(rule.weekdays | 1u << day);
      if (day == *last) break;
    }
    at = comma + 1;
  }
  return true;
}

/// "08:00", up to 24:00.
std::optional<std::uint16_t> parse_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t at : {0, 1, 3, 4})
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (minutes > 59 || hours * 60 + minutes > minutes_per_day) return std::nullopt;
  return static_cast<std::uint16_t>(hours * 60 + minutes);
}

std::string text_of_minute(std::uint16_t minute) {
  return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

bool Parser::parse_span(const Word& word, Rule& rule) {
  const std::size_t dash = std::min(word.text.find('-'), word.text.size());
  const auto from = parse_time(word.text.substr(0, dash));
  auto to = parse_time(word.text.substr(std::min(dash + 1, word.text.size())));
  if (!from || !to || *from == minutes_per_day)
    return fail(word.column, fmt::format("'{}' is no span of hours; write 08:00-18:00, or closed", shown(word.text)));
  if (*from == *to) return fail(word.column, "a span without length; write 00:00-24:00 for the whole day, or closed");
  if (*to < *from) to = static_cast<std::uint16_t>(*to + minutes_per_day);
  if (!rule.spans.empty() && *from <= rule.spans.back().to_min)
    return fail(word.column, fmt::format("it begins before the span until {} has ended, or when it ends; write one "
                                         "span, and the spans of a day in their order",
                                         text_of_minute(rule.spans.back().to_min % minutes_per_day)));
  if (rule.spans.size() == ScheduleLimits::spans)
    return fail(word.column, fmt::format("more than {} spans of one day", ScheduleLimits::spans));
  rule.spans.push_back({*from, *to});
  return true;
}

bool Parser::parse_hours(Line& line, Rule& rule) {
  Word word = line.take();
  if (word.text.empty()) return fail(word.column, "no hours; write 08:00-18:00, or closed");
  if (word.text == "closed") {
    word = line.take();
    if (!word.text.empty()) return fail(word.column, fmt::format("'{}' after closed; delete one", shown(word.text)));
    return true;
  }
  for (; !word.text.empty(); word = line.take())
    if (!parse_span(word, rule)) return false;
  return true;
}

std::string text_of_weekdays(std::uint8_t weekdays) {
  std::string out;
  for (unsigned day = 0; day < 7; ++day) {
    if (!(weekdays >> day & 1)) continue;
    unsigned last = day;
    while (last + 1 < 7 && weekdays >> (last + 1) & 1) ++last;
    if (!out.empty()) out += ',';
    out += weekday_names[day];
    if (last > day) out += fmt::format("-{}", weekday_names[last]);
    day = last;
  }
  return out;
}

std::string text_of_days(const Rule& rule) {
  const auto month_day = [](const Date& date) { return fmt::format("{:02}-{:02}", date.month, date.day); };
  switch (rule.scope) {
    case Scope::week:
      break;
    case Scope::yearly_range:
      return fmt::format("yearly {}..{}", month_day(rule.first), month_day(rule.last));
    case Scope::yearly_day:
      return "yearly " + month_day(rule.first);
    case Scope::range:
      return text_of(rule.first) + ".." + text_of(rule.last);
    case Scope::day:
      return text_of(rule.first);
  }
  return text_of_weekdays(rule.weekdays);
}

}  // namespace

std::expected<Plan, std::vector<Fault>> parse_plan(std::string_view text) {
  return Parser().parse(text);
}

std::string text_of(const Rule& rule) {
  std::string out = text_of_days(rule);
  if (rule.spans.empty()) out += " closed";
  for (const Span& span : rule.spans)
    out += fmt::format(" {}-{}", text_of_minute(span.from_min),
                       text_of_minute(span.to_min > minutes_per_day ? span.to_min - minutes_per_day : span.to_min));
  if (!rule.description.empty()) out += " # " + rule.description;
  return out;
}

std::string text_of(const Plan& plan) {
  std::string out;
  if (!plan.zone.empty()) out += "zone " + plan.zone + "\n";
  for (const Rule& rule : plan.rules) out += text_of(rule) + "\n";
  return out;
}

}  // namespace rf::schedule
