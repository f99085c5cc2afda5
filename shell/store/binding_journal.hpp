// Bindings as a journal: each registration is appended, the newest row of a contact counts, old rows are swept away.
#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/record/records.hpp"
#include "shell/store/rows.hpp"

namespace rf::store {

/// What the writer remembers of the rows of `bindings`: 60 bytes a row. A table with one row a contact would be written
/// all over, a page for each registration; a journal is written at its end, so a registration costs the same among a
/// hundred and among a hundred thousand. Rows that no longer count are at most as many as those that do, and
/// `QueueLimits::binding_rows_surplus`.
///
/// Calls belong into a transaction; committed() or rolled_back() has to follow it.
class BindingJournal {
 public:
  /// Reads which rows there are. Throws what soci throws, as all of its calls do.
  explicit BindingJournal(soci::session& sql);

  /// Sweeps at the old end, if there is too much that no longer counts; before the transaction's first write, sized by
  /// how many will follow. Rows that still count move to the new end.
  void sweep(soci::session& sql, std::size_t writes);
  /// Gives `row` its place at the end; the caller inserts it and then says appended(row).
  void place(BindingRow& row) const { row.seq = next_seq_; }
  void appended(const BindingRow& row);

  void committed();
  void rolled_back();

  std::size_t rows() const { return rows_.size(); }
  std::size_t counting() const { return newest_.size(); }

 private:
  /// A contact: the extension, and its key as a 64-bit hash. Only contacts of one extension could take each other's
  /// place, of which there are a handful.
  struct Contact {
    long long extension = 0;
    std::uint64_t key_hash = 0;
    friend bool operator==(const Contact&, const Contact&) = default;
  };
  struct ContactHash {
    std::size_t operator()(const Contact& contact) const noexcept;
  };
  struct Row {
    long long seq = 0;
    Contact contact;
    bool dropped = false;
  };
  static Contact contact_of(long long extension, std::string_view key);
  void take(const Row& row);

  std::deque<Row> rows_;  ///< all, oldest first
  std::unordered_map<Contact, long long, ContactHash> newest_;
  long long next_seq_ = 1;

  // Of the running transaction.
  std::vector<Row> added_;
  std::vector<Contact> gone_;
  std::size_t swept_ = 0;
};

/// The rows that count, oldest first, of one extension or (0) of all. Deletes nothing.
std::vector<BindingRow> counting_bindings(soci::session& sql, long long extension);

}  // namespace rf::store
