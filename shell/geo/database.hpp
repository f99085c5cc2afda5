// Which country an address belongs to, read whole from a MaxMind DB file into the guard's table.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "core/guard/countries.hpp"

namespace rf::geo {

/// A database file that was read.
struct Database {
  guard::CountriesRef countries;  ///< never null, never empty
  std::string type;               ///< what the file calls itself
  std::int64_t built_s = 0;       ///< when it was made, in seconds since 1970
};

/// Reads the file and closes it: the packet path never meets it. Each record's country is its `country_code`, or
/// `country.iso_code` as MaxMind's own files have it.
/// The file may be anybody's: it is copied first, so that nothing changes it meanwhile, and everything that it could
/// ask for is bounded: its size, its nodes (each is visited once), its ranges, its different records, and the time
/// (GuardLimits::country_…, Patience::country_file_ms). The published file (1.3 million nodes) takes half a second
/// and 90 MB on the way, and 9 MB to keep.
/// Errors: a sentence that says what is wrong with the file.
std::expected<Database, std::string> read_countries(const std::string& path);

}  // namespace rf::geo
