// A disk as bytes: what was being written when the power went is there in part, or not.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/money/ledger.hpp"

namespace rf::fraud {

class Disk {
 public:
  /// Entries on their way, in order; nothing is sure before commit().
  void begin(const std::vector<money::LedgerEntry>& entries);
  void commit();
  /// The write failed: nothing of it is there.
  void fail() { flight_.clear(); }
  bool busy() const { return !flight_.empty(); }
  /// The number of the last entry that is safe.
  std::uint64_t last() const { return last_; }

  /// The process dies; of what was in flight a beginning is there, torn anywhere. Gives the ledger as a new process
  /// reads it, and makes a long journal a snapshot, as the store does at start.
  std::expected<money::Ledger, std::string> crash(Random& random, money::Currency currency, const MoneyLimits& bounds,
                                                  const HashKey& key);

 private:
  std::vector<std::uint8_t> snapshot_, journal_, flight_;
  std::uint64_t last_ = 0, flight_last_ = 0;
};

}  // namespace rf::fraud
