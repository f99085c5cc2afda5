// What all accounts of a level have spent together, and how near the nearest of them is to a cap: for monitoring.
#pragma once

#include <array>
#include <cstdint>

#include "core/money/ledger.hpp"

namespace rf::money {

/// Of one level; amounts in micro-units of the ledger's currency. Each call is counted once at each level.
struct LevelUse {
  struct Period {
    std::int64_t settled = 0, reserved = 0;
    std::uint64_t capped = 0;     ///< accounts with a cap
    std::uint64_t exhausted = 0;  ///< of those, with nothing left
    double most_used = 0;         ///< the highest share of a cap that is settled or reserved; 0: there is no cap
  };
  Period day, month;
  std::uint64_t accounts = 0, locked = 0;
};

/// By Level. An account whose day is over, and that nobody has called on since, has spent nothing today.
std::array<LevelUse, levels> use_by_level(const Ledger& ledger, std::int64_t now_wall_ms);

}  // namespace rf::money
