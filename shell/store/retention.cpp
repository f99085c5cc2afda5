#include "shell/store/retention.hpp"

#include <limits>

#include "shell/store/connection.hpp"

namespace rf::store {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

std::size_t delete_oldest(soci::session& sql, long long began_before, std::size_t rows) {
  const auto limit = static_cast<long long>(rows);
  // "result" as text: an open record is a call that runs, or one that the next start closes.
  soci::statement drop = (sql.prepare << "DELETE FROM cdrs WHERE (started_wall_ms, id) IN (SELECT started_wall_ms, id"
                                         " FROM cdrs WHERE started_wall_ms < :before AND result <> 0"
                                         " ORDER BY started_wall_ms, id LIMIT :rows)",
                          soci::use(began_before), soci::use(limit));
  drop.execute(true);
  return static_cast<std::size_t>(drop.get_affected_rows());
}

}  // namespace

Swept sweep_records(soci::session& sql, const Keep& keep, bool by_age, std::int64_t now_wall_ms, std::size_t rows) {
  Swept swept;
  if (by_age && keep.days != 0) swept.by_age = delete_oldest(sql, now_wall_ms - keep.days * day_ms, rows);
  swept.bytes = bytes_held(sql);
  if (keep.bytes != 0 && swept.bytes > keep.bytes && swept.by_age == 0)
    swept.by_size = delete_oldest(sql, std::numeric_limits<long long>::max(), rows);
  swept.more = swept.by_age + swept.by_size == rows;
  return swept;
}

}  // namespace rf::store
