#include "shell/store/retention.hpp"

#include <algorithm>
#include <vector>

#include "shell/store/connection.hpp"

namespace rf::store {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr long long any_time = std::numeric_limits<long long>::max();

}  // namespace

Swept Retention::step(soci::session& sql, const Keep& keep, bool by_age, std::int64_t now_wall_ms, std::size_t rows) {
  Swept swept;
  if (by_age && keep.days != 0) {
    const auto old = closed_after(sql, {}, now_wall_ms - keep.days * day_ms, rows);
    remove(sql, old);
    swept.by_age = old.size();
    swept.more = old.size() == rows;
  }
  swept.bytes = bytes_held(sql);
  if (keep.bytes != 0 && swept.bytes > keep.bytes && swept.by_age == 0)
    swept.by_size = make_room(sql, rows, swept.more);
  return swept;
}

void Retention::closed(const record::Cdr& cdr) {
  if (is_counted({cdr.started_wall_ms, cdr.id})) ++counts_[static_cast<long long>(cdr.caller.value)];
}

std::vector<Retention::Row> Retention::closed_after(soci::session& sql, const Place& place, long long began_before,
                                                    std::size_t rows) {
  const auto limit = static_cast<long long>(rows);
  Row row;
  // "result" as text: an open record is a call that runs, or one that the next start closes.
  soci::statement found =
      (sql.prepare << "SELECT started_wall_ms, id, caller FROM cdrs"
                      " WHERE (started_wall_ms, id) > (:started, :id)"
                      " AND started_wall_ms < :before AND result <> 0"
                      " ORDER BY started_wall_ms, id LIMIT :rows",
       soci::use(place.started_wall_ms), soci::use(place.id), soci::use(began_before), soci::use(limit),
       soci::into(row.place.started_wall_ms), soci::into(row.place.id), soci::into(row.caller));
  std::vector<Row> out;
  for (bool got = found.execute(true); got; got = found.fetch()) out.push_back(row);
  return out;
}

void Retention::remove(soci::session& sql, const std::vector<Row>& rows) {
  Place place;
  soci::statement drop = (sql.prepare << "DELETE FROM cdrs WHERE started_wall_ms = :started AND id = :id",
                          soci::use(place.started_wall_ms), soci::use(place.id));
  for (const Row& row : rows) {
    place = row.place;
    drop.execute(true);
    if (!is_counted(place)) continue;
    if (const auto count = counts_.find(row.caller); count != counts_.end() && --count->second == 0)
      counts_.erase(count);
  }
}

std::size_t Retention::make_room(soci::session& sql, std::size_t rows, bool& more) {
  const std::size_t window = 4 * rows;
  more = true;
  if (!all_counted_) {
    const auto found = closed_after(sql, at_, any_time, window);
    for (const Row& row : found) ++counts_[row.caller];
    if (!found.empty()) at_ = found.back().place;
    all_counted_ = found.size() < window;
    return 0;
  }
  std::uint64_t most = 0;
  for (const auto& [caller, count] : counts_) most = std::max(most, count);
  if (most == 0) {
    more = false;
    return 0;
  }
  // A walk is over when nobody is left in it, and when somebody has come to have far more than all who are.
  if (bar_ == 0 || most < bar_ || most >= 4 * bar_) {
    bar_ = (most + 1) / 2;
    at_ = {};
    walked_off_ = 0;
  }
  std::vector<Row> victims;
  std::unordered_map<long long, std::uint64_t> taken;
  const auto found = closed_after(sql, at_, any_time, window);
  for (const Row& row : found) {
    if (victims.size() == rows) break;
    at_ = row.place;
    const auto count = counts_.find(row.caller);
    if (count == counts_.end() || count->second < bar_ + taken[row.caller]) continue;
    ++taken[row.caller];
    victims.push_back(row);
  }
  remove(sql, victims);
  walked_off_ += victims.size();
  if (found.size() == window || victims.size() == rows) return victims.size();
  // The end of the table. A walk that met none of those who were counted has to be told anew who there is.
  const bool in_vain = walked_off_ == 0;
  bar_ = 0;
  if (in_vain) forget();
  more = !in_vain;
  return victims.size();
}

}  // namespace rf::store
