// Why the store could not do what it was asked.
#pragma once

#include <cstdint>
#include <string>

namespace rf::store {

enum class Fault : std::uint8_t {
  duplicate_number,     ///< the tenant has that extension already
  duplicate_auth_name,  ///< registration names are unique in the whole system
  duplicate_name,       ///< a tenant of that name exists
  unknown_tenant,
  limit_reached,  ///< as many as there may be
  in_use,         ///< something else hangs on it
  not_found,      ///< no such extension or record
  invalid_value,  ///< a number, name or limit that is out of its rules; the text names it
  wrong_key,      ///< the key file is not the one this database was sealed with, or a sealed value was moved
  other_realm,    ///< passwords were made for another realm than the configured one
  damaged_ledger,  ///< what calls cost cannot be told: paid calls are to be refused
  newer_schema,   ///< written by a later version of this program
  not_migrated,   ///< the writer was started before Store::open()
  not_a_database,
  busy,  ///< another process kept the database locked for longer than busy_timeout_ms
  disk,  ///< full, read-only, or failing
};

/// What is wrong, and what the operator can do about it.
struct Problem {
  Fault fault = Fault::disk;
  std::string text;
};

}  // namespace rf::store
