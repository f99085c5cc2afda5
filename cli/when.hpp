// Times as people write and read them, in the host's time zone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rf::cli {

/// "2026-01-31", "2026-01-31 08:00", "2026-01-31T08:00:00" in local time, or with a final Z in UTC: milliseconds since
/// 1970.
std::optional<std::int64_t> parse_when(const std::string& text);
/// "2026-01-31 08:00:00" in local time; "-" for 0.
std::string show_when(std::int64_t wall_ms);
/// "1:02:03" or "2:03".
std::string show_duration(std::int64_t seconds);

}  // namespace rf::cli
