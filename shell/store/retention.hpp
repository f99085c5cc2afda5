// How long call records stay: old ones go a few at a time, so that nobody waits for it and no disk fills.
#pragma once

#include <soci/soci.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/limits/server.hpp"
#include "core/record/records.hpp"

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

/// Decides which records go. Calls that run keep theirs. By age the oldest go. For room those go first of which one
/// extension has most, or one password could push out everybody's history with calls of its own: walk by walk over the
/// table, oldest first, the records of those callers who have at least half as many as who has most.
///
/// Who has how many is counted when room is short for the first time, and kept up from then on. A step reads at most
/// four times as many records as it may delete. Space that becomes free is used again; the file does not get smaller.
class Retention {
 public:
  /// Deletes at most `rows` records: those that began before `now_wall_ms` - `keep.days` when `by_age` says so, else,
  /// while the database holds more than `keep.bytes`, for room. Within a transaction; when that fails, forget() has to
  /// follow. Throws what soci throws.
  Swept step(soci::session& sql, const Keep& keep, bool by_age, std::int64_t now_wall_ms, std::size_t rows);
  /// A record was closed, and that is committed.
  void closed(const record::Cdr& cdr);
  /// Who has how many is counted anew.
  void forget() { *this = {}; }

 private:
  /// A record's place in the order of time.
  struct Place {
    long long started_wall_ms = std::numeric_limits<long long>::min();
    std::string id;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Row {
    Place place;
    long long caller = 0;
  };
  static std::vector<Row> closed_after(soci::session& sql, const Place& place, long long began_before,
                                       std::size_t rows);
  void remove(soci::session& sql, const std::vector<Row>& rows);
  bool is_counted(const Place& place) const { return all_counted_ || place <= at_; }
  /// One step of counting, or of a walk. Gives how many were deleted.
  std::size_t make_room(soci::session& sql, std::size_t rows, bool& more);

  std::unordered_map<long long, std::uint64_t> counts_;  ///< closed records, by caller
  bool all_counted_ = false;
  Place at_;                    ///< how far the counting came, then the walk
  std::uint64_t bar_ = 0;       ///< who has as many is in this walk; 0: the next one is to begin
  std::size_t walked_off_ = 0;  ///< deleted by this walk
};

}  // namespace rf::store
