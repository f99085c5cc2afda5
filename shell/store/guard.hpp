// Keeps the tables of the guard at their bounds.
#pragma once

#include <soci/soci.h>

#include <cstdint>

#include "core/base/address.hpp"

namespace rf::store {

/// Deletes bans that ended long ago, and those that end soonest of too many (DiskLimits). Within a transaction. Throws
/// what soci throws.
void sweep_bans(soci::session& sql, std::int64_t now_wall_ms);

/// Deletes sources that were not heard of for longer than any rule counts, and those longest silent of too many
/// (GuardLimits::kept_sources). As above.
void sweep_sources(soci::session& sql, std::int64_t now_wall_ms);

/// Forgets what is known of the sources in a block. As above.
void drop_sources(soci::session& sql, const Subnet& subnet);

}  // namespace rf::store
