#include "shell/store/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <optional>
#include <stdexcept>
#include <vector>

#include "core/base/limits/toll.hpp"
#include "core/money/snapshot.hpp"
#include "shell/store/rows.hpp"
#include "shell/store/state.hpp"

namespace rf::store {
namespace {

constexpr char digits[] = "0123456789abcdef";

void append_hex(std::span<const std::uint8_t> bytes, std::string& out) {
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool append_bytes(std::string_view hex, std::vector<std::uint8_t>& out) {
  if (hex.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit_of(hex[i]), low = digit_of(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return true;
}

std::unexpected<Problem> damaged(const std::string& where) {
  return problem(Fault::damaged_ledger,
                 fmt::format("the ledger of what calls cost is damaged ({}); paid calls are refused until the database "
                             "is restored from a backup, all others go on",
                             where));
}

Expected<std::optional<money::Snapshot>> load_snapshot(soci::session& sql) {
  long long part = 0, number = 0, parts = 0;
  std::string hex;
  std::vector<std::uint8_t> bytes;
  soci::statement rows = (sql.prepare << "SELECT part, number, bytes FROM ledger_snapshot ORDER BY part",
                          soci::into(part), soci::into(number), soci::into(hex));
  for (bool got = rows.execute(true); got; got = rows.fetch())
    if (part != parts++ || !append_bytes(hex, bytes)) return damaged(fmt::format("part {} of its snapshot", part));
  if (parts == 0) return std::nullopt;
  auto snapshot = money::read_snapshot(bytes);
  if (!snapshot && snapshot.error() == money::SnapshotFault::newer)
    return problem(Fault::newer_schema, "the ledger was written by a newer Ringfence; install that version again");
  if (!snapshot || snapshot->number != static_cast<std::uint64_t>(number)) return damaged("its snapshot");
  return std::move(*snapshot);
}

/// One row holds exactly one whole entry, of the number that it is filed under.
std::optional<money::LedgerEntry> entry_of(const LedgerRow& row) {
  std::vector<std::uint8_t> bytes;
  if (!append_bytes(row.entry, bytes)) return std::nullopt;
  const auto journal = money::read_journal(bytes);
  if (!journal || journal->torn || journal->entries.size() != 1) return std::nullopt;
  if (journal->entries[0].number != static_cast<std::uint64_t>(row.number)) return std::nullopt;
  return journal->entries[0];
}

Expected<std::vector<money::LedgerEntry>> load_entries(soci::session& sql, std::uint64_t after) {
  const auto from = static_cast<long long>(after);
  LedgerRow row;
  std::vector<money::LedgerEntry> entries;
  soci::statement rows = (sql.prepare << "SELECT number, entry FROM ledger WHERE number > :after ORDER BY number",
                          soci::use(from), soci::into(row.number), soci::into(row.entry));
  for (bool got = rows.execute(true); got; got = rows.fetch()) {
    const std::uint64_t next = after + 1 + entries.size();
    if (static_cast<std::uint64_t>(row.number) != next) return damaged(fmt::format("entry {} is missing", next));
    const auto entry = entry_of(row);
    if (!entry) return damaged(fmt::format("entry {}", row.number));
    if (entries.size() >= LedgerLimits::journal_entries) return damaged("its journal is longer than any can be");
    entries.push_back(*entry);
  }
  return entries;
}

}  // namespace

void LedgerRow::set(const money::LedgerEntry& from) {
  std::vector<std::uint8_t> bytes;
  money::write_entry(from, bytes);
  number = static_cast<long long>(from.number);
  entry.clear();
  append_hex(bytes, entry);
}

std::span<const money::LedgerEntry> LedgerJournal::new_of(std::span<const money::LedgerEntry> entries) const {
  const auto fresh = std::find_if(entries.begin(), entries.end(),
                                  [&](const money::LedgerEntry& entry) { return entry.number > written_; });
  if (fresh != entries.end() && fresh->number != written_ + 1)
    throw std::runtime_error(fmt::format("entry {} of the ledger does not follow {}", fresh->number, written_));
  return {fresh, entries.end()};
}

void LedgerJournal::appended(std::span<const money::LedgerEntry> entries) {
  if (!entries.empty()) written_ = std::max(written_, entries.back().number);
}

std::uint64_t last_ledger_entry(soci::session& sql) {
  long long entry = 0, snapshot = 0;
  sql << "SELECT COALESCE(MAX(number), 0) FROM ledger", soci::into(entry);
  sql << "SELECT COALESCE(MAX(number), 0) FROM ledger_snapshot", soci::into(snapshot);
  return static_cast<std::uint64_t>(std::max(entry, snapshot));
}

void compact_ledger(soci::session& sql, const money::Snapshot& snapshot) {
  const std::vector<std::uint8_t> bytes = money::write_snapshot(snapshot);
  Transaction transaction(sql);
  const auto number = static_cast<long long>(snapshot.number);
  sql << "DELETE FROM ledger_snapshot";
  long long part = 0;
  for (std::size_t at = 0; at < bytes.size(); at += LedgerLimits::snapshot_part_bytes, ++part) {
    std::string hex;
    append_hex(std::span(bytes).subspan(at, std::min(LedgerLimits::snapshot_part_bytes, bytes.size() - at)), hex);
    sql << "INSERT INTO ledger_snapshot (part, number, bytes) VALUES (:part, :number, :bytes)", soci::use(part),
        soci::use(number), soci::use(hex);
  }
  sql << "DELETE FROM ledger WHERE number <= :number", soci::use(number);
  transaction.commit();
}

Expected<LedgerOnDisk> Store::load_ledger() {
  return guarded([&]() -> Expected<LedgerOnDisk> {
    soci::session& sql = state_->sql();
    // Both as of one moment.
    Transaction transaction(sql);
    auto snapshot = load_snapshot(sql);
    if (!snapshot) return std::unexpected(snapshot.error());
    auto entries = load_entries(sql, *snapshot ? (*snapshot)->number : 0);
    if (!entries) return std::unexpected(entries.error());
    return LedgerOnDisk{std::move(*snapshot), std::move(*entries)};
  });
}

Expected<void> Store::compact_ledger(const money::Snapshot& snapshot) {
  return guarded([&]() -> Expected<void> {
    if (last_ledger_entry(state_->sql()) > snapshot.number)
      return problem(Fault::damaged_ledger, "the ledger went on while it was read; end the other server first");
    store::compact_ledger(state_->sql(), snapshot);
    return {};
  });
}

Expected<void> Store::append_ledger(std::span<const money::LedgerEntry> entries) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    std::uint64_t last = last_ledger_entry(sql);
    LedgerRow row;
    for (const money::LedgerEntry& entry : entries) {
      if (entry.number != ++last)
        return problem(Fault::damaged_ledger, "the ledger was changed by somebody else meanwhile; try again");
      row.set(entry);
      sql << insert_sql<LedgerRow>("ledger"), soci::use(row.number), soci::use(row.entry);
    }
    transaction.commit();
    return {};
  });
}

Expected<std::vector<CallCost>> Store::find_costs(std::span<const std::uint64_t> money_keys,
                                                  std::int64_t from_wall_ms) {
  return guarded([&]() -> Expected<std::vector<CallCost>> {
    std::vector<CallCost> found;
    if (money_keys.empty()) return found;
    const boost::unordered_flat_set<std::uint64_t> wanted(money_keys.begin(), money_keys.end());
    const long long from = from_wall_ms;
    long long key = 0, cost = 0;
    // An index on random keys would double what a call costs to store; this is asked once a start.
    soci::statement rows = (state_->sql().prepare << "SELECT money_key, cost_micro FROM cdrs WHERE started_wall_ms >="
                                                     " :from AND money_key <> 0 AND ended_wall_ms <> 0 AND result NOT"
                                                     " IN (0, 10)",
                            soci::use(from), soci::into(key), soci::into(cost));
    for (bool got = rows.execute(true); got; got = rows.fetch())
      if (wanted.contains(static_cast<std::uint64_t>(key))) found.push_back({static_cast<std::uint64_t>(key), cost});
    return found;
  });
}

}  // namespace rf::store
