#include "shell/store/binding_journal.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "core/base/ids.hpp"
#include "core/base/limits/server.hpp"

namespace rf::store {

std::size_t BindingJournal::ContactHash::operator()(const Contact& contact) const noexcept {
  return mix64(static_cast<std::uint64_t>(contact.extension) * 0x9e3779b97f4a7c15ULL ^ contact.key_hash);
}

BindingJournal::Contact BindingJournal::contact_of(long long extension, std::string_view key) {
  return {extension, std::hash<std::string_view>{}(key)};
}

BindingJournal::BindingJournal(soci::session& sql) {
  long long seq = 0, extension = 0;
  int dropped = 0;
  std::string key;
  soci::statement rows = (sql.prepare << "SELECT seq, extension, contact_key, dropped FROM bindings ORDER BY seq",
                          soci::into(seq), soci::into(extension), soci::into(key), soci::into(dropped));
  for (bool got = rows.execute(true); got; got = rows.fetch()) take({seq, contact_of(extension, key), dropped != 0});
  if (!rows_.empty()) next_seq_ = rows_.back().seq + 1;
}

void BindingJournal::take(const Row& row) {
  rows_.push_back(row);
  if (row.dropped)
    newest_.erase(row.contact);
  else
    newest_[row.contact] = row.seq;
}

void BindingJournal::sweep(soci::session& sql, std::size_t writes) {
  if (rows_.size() - newest_.size() <= newest_.size() + QueueLimits::binding_rows_surplus) return;
  // More than the writes add, though half of what is met may have to move: so the journal shrinks.
  const std::size_t count = std::min(rows_.size(), 4 * writes + 64);
  long long from = 0, to = 0;
  soci::statement move = (sql.prepare << move_sql(), soci::use(to), soci::use(from));
  for (std::size_t i = 0; i < count; ++i) {
    const auto found = newest_.find(rows_[i].contact);
    if (found == newest_.end() || found->second != rows_[i].seq) continue;
    from = rows_[i].seq;
    to = next_seq_++;
    move.execute(true);
    // The command line deleted it from under us: it counts no more.
    if (move.get_affected_rows() == 0)
      gone_.push_back(rows_[i].contact);
    else
      added_.push_back({to, rows_[i].contact, false});
  }
  const long long last = rows_[count - 1].seq;
  sql << "DELETE FROM bindings WHERE seq <= :last", soci::use(last);
  swept_ = count;
}

void BindingJournal::appended(const BindingRow& row) {
  added_.push_back({next_seq_++, contact_of(row.extension, row.contact_key), row.dropped != 0});
}

void BindingJournal::committed() {
  for (const Contact& contact : gone_) newest_.erase(contact);
  gone_.clear();
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(swept_));
  for (const Row& row : added_) take(row);
  added_.clear();
  swept_ = 0;
}

void BindingJournal::rolled_back() {
  next_seq_ = rows_.empty() ? 1 : rows_.back().seq + 1;
  added_.clear();
  gone_.clear();
  swept_ = 0;
}

std::vector<BindingRow> counting_bindings(soci::session& sql, long long extension) {
  BindingRow row;
  soci::statement rows(sql);
  rows.alloc();
  row.each_column([&](std::string_view, auto& field) { rows.exchange(soci::into(field)); });
  rows.exchange(soci::use(extension));
  rows.exchange(soci::use(extension));
  // A binding of an extension that is gone counts no more.
  rows.prepare(select_sql<BindingRow>("bindings") +
               " WHERE seq IN (SELECT MAX(seq) FROM bindings WHERE extension = :extension OR CAST(:all AS BIGINT) = 0"
               " GROUP BY extension, contact_key) AND dropped = 0 AND extension IN (SELECT id FROM extensions)"
               " ORDER BY seq");
  rows.define_and_bind();
  std::vector<BindingRow> found;
  for (bool got = rows.execute(true); got; got = rows.fetch()) found.push_back(row);
  return found;
}

}  // namespace rf::store
