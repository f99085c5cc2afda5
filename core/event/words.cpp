#include "core/event/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/limits/events.hpp"
#include "core/base/limits/toll.hpp"
#include "core/base/plain.hpp"
#include "core/schedule/calendar.hpp"

namespace rf::event {
namespace {

constexpr std::string_view names[] = {"title", "level", "subject", "text", "time", "count", "kind", "system", "id"};
using Values = std::array<std::string, std::size(names)>;

constexpr std::string_view standing_subjects[language_count] = {"[{level}] {title}: {subject}",
                                                                "[{level}] {title}: {subject}"};
constexpr std::string_view standing_texts[language_count] = {
    "{title}.\n\n{text}\n\nAbout:     {subject}\nWhen:      {time}\nLevel:     {level}\nHow often: {count}\n"
    "Event:     {id}, {kind}, of {system}\n",
    "{title}.\n\n{text}\n\nBetrifft: {subject}\nWann:     {time}\nStufe:    {level}\nWie oft:  {count}\n"
    "Ereignis: {id}, {kind}, von {system}\n"};

/// One pass: what is put in is never looked at again.
std::string filled_in(std::string_view form, const Values& values) {
  std::string out;
  while (!form.empty()) {
    const std::size_t open = std::min(form.find('{'), form.size());
    out += form.substr(0, open);
    form.remove_prefix(open);
    const std::size_t close = form.find('}');
    if (form.empty() || close == std::string_view::npos) break;
    const auto name = std::find(std::begin(names), std::end(names), form.substr(1, close - 1));
    if (name != std::end(names)) out += values[static_cast<std::size_t>(name - std::begin(names))];
    form.remove_prefix(close + 1);
  }
  return out;
}

std::expected<void, std::string> check_form(std::string_view form) {
  while (true) {
    const std::size_t open = form.find('{');
    if (open == std::string_view::npos) return {};
    form.remove_prefix(open + 1);
    const std::size_t close = form.find('}');
    if (close == std::string_view::npos) return std::unexpected(std::string("has a { that is not closed"));
    const std::string_view name = form.substr(0, close);
    if (std::find(std::begin(names), std::end(names), name) == std::end(names))
      return std::unexpected(
          fmt::format("names {{{}}}, which is none of {{title}} {{level}} {{subject}} {{text}} {{time}} "
                      "{{count}} {{kind}} {{system}} {{id}}",
                      plain(name, 32)));
    form.remove_prefix(close + 1);
  }
}

/// One line, printable: what a header may hold.
std::string one_line(std::string_view text, std::size_t bytes) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return plain(out, bytes);
}

std::string base64(std::string_view bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](std::size_t k) {
      return i + k < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + k])) : 0u;
    };
    const std::uint32_t word = at(0) << 16 | at(1) << 8 | at(2);
    out += digits[word >> 18];
    out += digits[word >> 12 & 63];
    out += i + 1 < bytes.size() ? digits[word >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? digits[word & 63] : '=';
  }
  return out;
}

/// RFC 2047: encoded words of at most 75 characters, none of which cuts a UTF-8 character.
std::string encoded_words(std::string_view text) {
  constexpr std::size_t bytes_of_one = 42;
  std::string out;
  while (!text.empty()) {
    std::size_t size = std::min(bytes_of_one, text.size());
    while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    if (size == 0) size = std::min(bytes_of_one, text.size());
    out += fmt::format("{}=?UTF-8?B?{}?=", out.empty() ? "" : "\r\n ", base64(text.substr(0, size)));
    text.remove_prefix(size);
  }
  return out;
}

std::string mail_date(std::int64_t wall_ms) {
  static constexpr std::string_view days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const schedule::Local local = schedule::Zone::utc().local_at(schedule::floor_seconds(wall_ms));
  const schedule::Date date = schedule::date_of(local.day);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", days[schedule::weekday_of(local.day)], date.day,
                     months[date.month - 1], date.year, local.second / 3'600, local.second / 60 % 60,
                     local.second % 60);
}

/// Of SD-PARAM values: RFC 5424 §6.3.3.
std::string sd_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += c;
  }
  return out;
}

std::string host_word(std::string_view text, std::size_t bytes) {
  std::string out(text.substr(0, bytes));
  for (char& c : out)
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '_';
  return out.empty() ? "-" : out;
}

std::string_view title_of(const Event& event, Language language) {
  const Kind* const kind = find(event.kind);
  return kind == nullptr ? std::string_view(event.kind) : kind->title[static_cast<std::size_t>(language)];
}

}  // namespace

std::string clock_text(const schedule::ZoneRef& zone, std::int64_t wall_ms) {
  const std::int64_t utc_s = schedule::floor_seconds(wall_ms);
  return zone ? schedule::text_of(zone->local_at(utc_s))
              : schedule::text_of(schedule::Zone::utc().local_at(utc_s)) + " UTC";
}

std::expected<void, std::string> check_template(std::string_view subject, std::string_view text) {
  if (subject.empty() || text.empty()) return std::unexpected(std::string("subject or text is empty"));
  if (subject.size() > EventLimits::subject_bytes * 2 || text.size() > EventLimits::template_bytes)
    return std::unexpected(fmt::format("the subject has more than {} bytes, or the text more than {}",
                                       EventLimits::subject_bytes * 2, EventLimits::template_bytes));
  if (!is_plain(subject)) return std::unexpected(std::string("the subject has several lines or control characters"));
  for (std::string_view left = text; !left.empty();) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    if (end > DocumentLimits::text_bytes)
      return std::unexpected(fmt::format("the text has a line of more than {} bytes", DocumentLimits::text_bytes));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  std::string lines(text);
  std::erase(lines, '\n');
  if (!is_plain(lines)) return std::unexpected(std::string("the text holds control characters"));
  if (auto fine = check_form(subject); !fine) return std::unexpected("the subject " + fine.error());
  if (auto fine = check_form(text); !fine) return std::unexpected("the text " + fine.error());
  return {};
}

Template standing_template(std::string_view kind, Language language) {
  const auto at = static_cast<std::size_t>(language);
  return {std::string(kind), language, std::string(standing_subjects[at]), std::string(standing_texts[at])};
}

Filled fill(const Event& event, const Book& book, Language language, std::string_view system) {
  const auto own = std::find_if(book.templates.begin(), book.templates.end(), [&](const Template& each) {
    return each.kind == event.kind && each.language == language;
  });
  const Template form = own == book.templates.end() ? standing_template(event.kind, language) : *own;
  std::string when = clock_text(book.zone, event.first_wall_ms);
  if (event.count > 1) when += " – " + clock_text(book.zone, event.last_wall_ms);
  const Values values{std::string(title_of(event, language)),
                      std::string(word_of(event.level, language)),
                      event.subject.empty() ? "-" : event.subject,
                      event.text,
                      std::move(when),
                      std::to_string(event.count),
                      event.kind,
                      std::string(system),
                      std::to_string(event.id)};
  return {one_line(filled_in(form.subject, values), 2 * EventLimits::subject_bytes), filled_in(form.text, values)};
}

Filled words_of(const Message& message, const Book& book, const Contact& contact, std::string_view system) {
  if (message.events.size() == 1 && message.left_out == 0)
    return fill(message.events.front(), book, contact.language, system);
  const bool german = contact.language == Language::de;
  const auto gravest = std::max_element(message.events.begin(), message.events.end(),
                                        [](const Event& a, const Event& b) { return a.level < b.level; });
  Filled out;
  out.subject = one_line(fmt::format("[{}] {} {}: {}{}", word_of(gravest->level, contact.language),
                                     message.events.size() + message.left_out, german ? "Ereignisse" : "events",
                                     title_of(*gravest, contact.language), german ? " und weitere" : " and others"),
                         2 * EventLimits::subject_bytes);
  std::uint64_t left_out = message.left_out;
  for (const Event& event : message.events) {
    const std::string one = fill(event, book, contact.language, system).text;
    if (out.text.size() + one.size() + 8 > EventLimits::message_bytes) {
      ++left_out;
      continue;
    }
    out.text += out.text.empty() ? one : "\n--\n\n" + one;
  }
  if (left_out > 0)
    out.text += fmt::format(
        "\n--\n\n{} {}\n", left_out,
        german ? "weitere stehen nur in der Liste der Ereignisse." : "more stand in the list of events only.");
  return out;
}

std::string letter(const Filled& words, std::string_view from, std::string_view to, std::string_view id,
                   std::int64_t wall_ms) {
  const std::string_view domain = from.substr(std::min(from.find('@') + 1, from.size()));
  std::string out = fmt::format(
      "From: Ringfence <{}>\r\nTo: <{}>\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@{}>\r\n", from, to,
      encoded_words(one_line(words.subject, 2 * EventLimits::subject_bytes)), mail_date(wall_ms), id, domain);
  out +=
      "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n";
  std::string body;
  for (const char c : words.text) {
    if (c == '\n') body += '\r';
    body += c;
  }
  const std::string code = base64(body);
  for (std::size_t i = 0; i < code.size(); i += 76) out += code.substr(i, 76) + "\r\n";
  return out;
}

std::string syslog_line(const Event& event, Language language, std::string_view host) {
  // local0, and how bad it is: info 6, notice 5, warning 4, critical 2.
  constexpr unsigned severities[] = {6, 5, 4, 2};
  const unsigned priority = 16 * 8 + severities[static_cast<std::size_t>(event.level)];
  const std::int64_t seconds = schedule::floor_seconds(event.last_wall_ms);
  std::string time = schedule::text_of(schedule::Zone::utc().local_at(seconds));
  time[10] = 'T';
  // 32473 is the number that RFC 5612 sets aside for where there is none of one's own.
  return fmt::format(
      "<{}>1 {}.{:03}Z {} ringfence - {} [event@32473 id=\"{}\" level=\"{}\" count=\"{}\" subject=\"{}\"] "
      "\xef\xbb\xbf{}: {}",
      priority, time, event.last_wall_ms - seconds * 1'000, host_word(host, 255), host_word(event.kind, 32), event.id,
      name_of(event.level), event.count, sd_value(one_line(event.subject, EventLimits::subject_bytes)),
      title_of(event, language), one_line(event.text, EventLimits::text_bytes));
}

}  // namespace rf::event
