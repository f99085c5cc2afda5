// The tables, version by version.
#pragma once

#include <soci/soci.h>

#include "shell/store/store.hpp"

namespace rf::store {

/// The version that this program writes and reads.
int schema_version();

/// Brings the schema up to date, each version in a transaction of its own.
/// Errors: newer_schema, not_a_database (it holds tables of something else).
Expected<void> migrate(soci::session& sql);

/// Whether the schema is the one of this program. Errors: not_migrated, newer_schema.
Expected<void> check_schema(soci::session& sql);

}  // namespace rf::store
