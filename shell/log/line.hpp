// What one log line looks like: pure, so that redaction and escaping can be tested without a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/effect/effect.hpp"

namespace rf::log {

enum class Format : std::uint8_t { text, json };

/// One line before it is written. Views are the caller's.
struct Line {
  effect::Level level = effect::Level::info;
  std::string_view event;    ///< a word: "auth_failed", "started"
  std::string_view text;     ///< one sentence
  Flow flow;                 ///< remote port 0: not about a packet
  std::string_view subject;  ///< extension number or claimed name: personal unless a short number
  std::string_view call;     ///< CDR id
  std::string_view detail;
};

std::string_view name_of(effect::Level level);

/// A subject as it may stand in a log: up to six digits stay (extensions), everything else is cut to its first letters
/// unless `show_personal`.
std::string shown(std::string_view subject, bool show_personal);

/// One line without its end. Time as RFC 3339 in UTC with milliseconds.
std::string format(Format format, bool show_personal, std::int64_t wall_ms, const Line& line);

/// "2026-01-31T08:00:00.000Z"
std::string timestamp(std::int64_t wall_ms);

}  // namespace rf::log
