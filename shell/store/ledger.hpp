// The ledger on disk: a journal of entries without a gap, and a snapshot of what the older ones came to.
#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <span>
#include <string>

#include "core/money/ledger.hpp"

namespace rf::store {

/// An entry as a row: its bytes as hexadecimal digits.
struct LedgerRow {
  long long number = 0;
  std::string entry;

  void set(const money::LedgerEntry& from);

  template <class Visit>
  void each_column(Visit&& visit) {
    visit("number", number);
    visit("entry", entry);
  }
};

/// Which entry is the last on disk, so that none is written twice and none is left out. Calls belong into a
/// transaction; committed() or rolled_back() has to follow it.
class LedgerJournal {
 public:
  explicit LedgerJournal(std::uint64_t last = 0) : last_(last), written_(last) {}

  /// Those that are not on disk yet. Throws std::runtime_error when they do not follow the last one: the write before
  /// them failed, and its sender gives all of them again.
  std::span<const money::LedgerEntry> new_of(std::span<const money::LedgerEntry> entries) const;
  /// The new ones were inserted.
  void appended(std::span<const money::LedgerEntry> entries);

  void committed() { last_ = written_; }
  void rolled_back() { written_ = last_; }

 private:
  std::uint64_t last_, written_;
};

/// Of the journal and the snapshot; 0: there is none. Throws what soci throws.
std::uint64_t last_ledger_entry(soci::session& sql);

/// Store::compact_ledger. Throws what soci throws.
void compact_ledger(soci::session& sql, const money::Snapshot& snapshot);

}  // namespace rf::store
