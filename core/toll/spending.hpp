// What accounts have spent, hold reserved and have left, for people.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/money/ledger.hpp"

namespace rf::toll {

/// One account now; all amounts in micro-units of the ledger's currency.
struct Spending {
  struct Period {
    std::int64_t settled = 0, reserved = 0;
    std::optional<std::int64_t> limit;  ///< nothing: no cap
    std::int64_t left = 0;              ///< of the cap, at least zero
    std::int64_t until_wall_ms = 0;     ///< 0: it was never told what day it is
  };
  money::AccountId account;
  Period day, month;
  std::optional<std::int64_t> credit;  ///< left of it, when it is prepaid
  bool locked = false;
  std::uint32_t calls = 0;  ///< that run on it
};

struct SpendingFilter {
  std::optional<money::Level> level = {};
  std::optional<std::uint64_t> id = {};
};

/// By level and id. An account whose day is over, and that nobody has called on since, has spent nothing today.
std::vector<Spending> spending_of(const money::Ledger& ledger, const SpendingFilter& filter, std::int64_t now_wall_ms);

}  // namespace rf::toll
