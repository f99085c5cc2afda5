// How long call records stay: old ones go a few at a time, so that nobody waits for it and no disk fills.
#pragma once

#include <soci/soci.h>

#include <cstddef>
#include <cstdint>

#include "core/base/limits.hpp"

namespace rf::store {

/// What is kept ([records] of the file).
struct Keep {
  std::uint32_t days = DiskLimits{}.record_days;                              ///< 0: for ever
  std::uint64_t bytes = std::uint64_t{DiskLimits{}.database_mb} * 1'000'000;  ///< of the database; 0: as many as fit
};

/// What one step did.
struct Swept {
  std::size_t by_age = 0, by_size = 0;
  std::uint64_t bytes = 0;  ///< what the database holds
  bool more = false;        ///< another step would find something
};

/// Deletes at most `rows` of the oldest records that began before `now_wall_ms` - `keep.days`, or, while the database
/// holds more than `keep.bytes`, of the oldest at all. Calls that run keep theirs. Space that becomes free is used
/// again; the file does not get smaller. Within a transaction. Throws what soci throws.
Swept sweep_records(soci::session& sql, const Keep& keep, bool by_age, std::int64_t now_wall_ms, std::size_t rows);

}  // namespace rf::store
