// Events in words: templates filled in once and never read again, letters, lines of syslog.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "core/event/outbox.hpp"

namespace rf::event {

/// Values that a template may name, in braces: {title} {level} {subject} {text} {time} {count} {kind} {system} {id}.
struct Filled {
  std::string subject, text;
};

/// A sentence that says what is wrong with a template: a name that is none of the above, a brace that is not closed, a
/// subject of several lines, too long.
std::expected<void, std::string> check_template(std::string_view subject, std::string_view text);
/// The words for an event: the operator's, else ours. What stands in the event is a value and never a template; in the
/// subject it cannot begin another line.
Filled fill(const Event& event, const Book& book, Language language, std::string_view system);
/// Ours.
Template standing_template(std::string_view kind, Language language);

/// Subject and text of a message about one event or many, in the contact's language; bounded.
Filled words_of(const Message& message, const Book& book, const Contact& contact, std::string_view system);

/// A whole letter with its headers, ASCII, lines ended by CRLF. `from` and `to` are addresses (is_mail_address).
/// Nothing in it can add a header or end the letter. `id` is what no other letter has. Source: RFC 5322, 2045, 2047,
/// 3834.
std::string letter(const Filled& words, std::string_view from, std::string_view to, std::string_view id,
                   std::int64_t wall_ms);

/// One event as a message of syslog, without framing; one line. Source: RFC 5424.
std::string syslog_line(const Event& event, Language language, std::string_view host);

/// "2026-01-31 08:00:00" by the clock of the zone, or of UTC.
std::string clock_text(const schedule::ZoneRef& zone, std::int64_t wall_ms);

}  // namespace rf::event
