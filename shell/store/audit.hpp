// The audit log on disk.
#pragma once

#include <soci/soci.h>

#include <cstdint>

#include "core/audit/chain.hpp"

namespace rf::store {

/// Appends to the chain, behind whatever is its last entry now. Within a transaction that holds the write lock. Throws
/// what soci throws.
audit::Entry append_audit(soci::session& sql, audit::Event event);

/// Takes away what is older than AuditLimits::keep_days and what is over AuditLimits::entries, at most `rows` of it,
/// always from the beginning; where the chain begins then is kept, and an entry says what went. As above.
void sweep_audit(soci::session& sql, std::int64_t now_wall_ms, std::size_t rows);

/// Entries of one kind that come in bursts, written singly up to AuditLimits::bans_per_minute and then as a number.
class AuditBursts {
 public:
  /// Within a transaction. As above.
  void write(soci::session& sql, audit::Event event);

 private:
  std::int64_t minute_ = 0;
  std::size_t written_ = 0, left_out_ = 0;
};

}  // namespace rf::store
