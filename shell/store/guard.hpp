// Keeps the table of bans at its bound.
#pragma once

#include <soci/soci.h>

#include <cstdint>

namespace rf::store {

/// Deletes bans that ended long ago, and those that end soonest of too many (DiskLimits). Within a transaction. Throws
/// what soci throws.
void sweep_bans(soci::session& sql, std::int64_t now_wall_ms);

}  // namespace rf::store
