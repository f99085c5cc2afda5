#include "sim/fraud/disk.hpp"

#include "core/money/snapshot.hpp"

namespace rf::fraud {

void Disk::begin(const std::vector<money::LedgerEntry>& entries) {
  for (const money::LedgerEntry& entry : entries) {
    // What is there already is passed over.
    if (entry.number <= last_) continue;
    money::write_entry(entry, flight_);
    flight_last_ = entry.number;
  }
}

void Disk::commit() {
  if (flight_.empty()) return;
  journal_.insert(journal_.end(), flight_.begin(), flight_.end());
  last_ = flight_last_;
  flight_.clear();
}

std::expected<money::Ledger, std::string> Disk::crash(Random& random, money::Currency currency,
                                                      const MoneyLimits& bounds, const HashKey& key) {
  journal_.insert(journal_.end(), flight_.begin(),
                  flight_.begin() + static_cast<std::ptrdiff_t>(random.below(flight_.size() + 1)));
  flight_.clear();
  money::Snapshot snapshot{.currency = currency, .number = 0, .accounts = {}, .calls = {}};
  if (!snapshot_.empty()) {
    auto read = money::read_snapshot(snapshot_);
    if (!read) return std::unexpected("the snapshot is damaged");
    snapshot = std::move(*read);
  }
  const auto journal = money::read_journal(journal_);
  if (!journal) return std::unexpected("the journal is damaged");
  journal_.resize(journal->good_bytes);
  auto ledger = money::Ledger::restore(snapshot, journal->entries, bounds, key);
  if (!ledger) return std::unexpected("the journal does not fit the snapshot");
  last_ = ledger->last_number();
  if (journal->entries.size() > LedgerLimits::entries_before_snapshot) {
    snapshot_ = money::write_snapshot(ledger->snapshot());
    journal_.clear();
  }
  return std::move(*ledger);
}

}  // namespace rf::fraud
