// A whole ledger as bytes, so that its journal can begin anew.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "core/money/ledger.hpp"

namespace rf::money {

/// A version, the fields, a checksum.
std::vector<std::uint8_t> write_snapshot(const Snapshot& snapshot);

enum class SnapshotFault : std::uint8_t {
  damaged,  ///< cut short, too long, with a wrong checksum, or with values that no ledger has
  newer,    ///< written by a later version
};
/// What it says is believed no further than that: Ledger::restore checks that it fits together.
std::expected<Snapshot, SnapshotFault> read_snapshot(std::span<const std::uint8_t> bytes);

}  // namespace rf::money
