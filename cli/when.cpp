#include "cli/when.hpp"

#include <fmt/format.h>
#include <time.h>

namespace rf::cli {

std::optional<std::int64_t> parse_when(const std::string& text) {
  std::string body = text;
  const bool utc = !body.empty() && body.back() == 'Z';
  if (utc) body.pop_back();
  for (const char* form : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    tm parts{};
    const char* const end = ::strptime(body.c_str(), form, &parts);
    if (end == nullptr || *end != '\0') continue;
    // mktime and timegm bend impossible days (31 February) into possible ones: a date that changes was none.
    tm bent = parts;
    bent.tm_isdst = -1;
    const time_t seconds = utc ? ::timegm(&bent) : ::mktime(&bent);
    if (seconds < 0 || bent.tm_mday != parts.tm_mday || bent.tm_mon != parts.tm_mon) return std::nullopt;
    return std::int64_t{seconds} * 1'000;
  }
  return std::nullopt;
}

std::string show_when(std::int64_t wall_ms) {
  if (wall_ms == 0) return "-";
  const time_t seconds = wall_ms / 1'000;
  tm parts{};
  ::localtime_r(&seconds, &parts);
  char text[32];
  return {text, ::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts)};
}

std::string show_duration(std::int64_t seconds) {
  if (seconds < 3'600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3'600, seconds / 60 % 60, seconds % 60);
}

}  // namespace rf::cli
