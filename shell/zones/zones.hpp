// Time zones by their IANA names, read from the zone files of this host.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/schedule/zone.hpp"

namespace rf::zones {

/// Where Debian's tzdata puts them.
inline constexpr std::string_view usual_folder = "/usr/share/zoneinfo";

/// Whether a text has the shape of a zone's name: "Europe/Berlin", "Etc/GMT+5", "UTC". Parts of letters, digits, '_',
/// '+' and '-', each beginning with a capital: no text of this shape leads out of the folder, to the host's own
/// "localtime", or to the zones that count leap seconds.
bool is_zone_name(std::string_view text);

/// Reads a zone.
/// Errors: a sentence for the person who typed the name, with the nearest name when there is one ("Europe/Berlin" for
/// "Europe/Belin", "europe/berlin" and "berlin"); or what is wrong with the file.
std::expected<schedule::ZoneRef, std::string> load_zone(std::string_view name,
                                                        const std::string& folder = std::string(usual_folder));

/// All names there are, by the alphabet; at most ScheduleLimits::zone_names.
std::vector<std::string> zone_names(const std::string& folder = std::string(usual_folder));

}  // namespace rf::zones
