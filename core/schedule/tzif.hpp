// Time zones as files and systems write them: TZif files, and the rule for later years at their end.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "core/schedule/zone.hpp"

namespace rf::schedule {

/// Reads a TZif file, version 2 or later: its 64-bit changes, then the rule for what comes after them. Names of offsets
/// and marks of daylight saving are checked and left out: only offsets count here.
/// Errors: a sentence that says what is wrong with it: cut short, of version 1, with leap seconds ("right" zones, whose
/// seconds no clock of ours counts), changes that are out of order, a rule that contradicts the last change, …
/// Source: RFC 9636 (which replaced RFC 8536) §3.
std::expected<Zone, std::string> parse_tzif(std::string name, std::span<const std::uint8_t> bytes);

/// A zone of a rule alone: "CET-1CEST,M3.5.0,M10.5.0/3", "<+0545>-5:45". Written out from 1900 on.
/// Errors: a sentence with the place.
/// Source: POSIX.1-2017 §8.3 (TZ), with hours from -167 to 167 as of RFC 9636 §3.3.1.
std::expected<Zone, std::string> parse_posix_zone(std::string name, std::string_view rule);

}  // namespace rf::schedule
