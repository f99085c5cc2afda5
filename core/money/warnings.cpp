#include <algorithm>

#include "core/money/ledger.hpp"

namespace rf::money {
namespace {

constexpr Limit all_limits[] = {Limit::day, Limit::month, Limit::credit};

/// So many percent of a limit, rounded up, without a product that could overflow.
std::int64_t part_of(std::int64_t limit, std::int64_t percent) {
  return limit / 100 * percent + (limit % 100 * percent + 99) / 100;
}

/// Counts the thresholds that were passed, and aims at the next one.
void aim(Purse& purse, const AccountLimits& limits, bool is_limited) {
  const std::int64_t used = purse.settled + purse.reserved;
  purse.warn_at = INT64_MAX;
  if (!is_limited || purse.limit <= 0) return;
  for (; purse.warned < limits.warn_percent.size() && limits.warn_percent[purse.warned] != 0; ++purse.warned) {
    const std::int64_t threshold = part_of(purse.limit, limits.warn_percent[purse.warned]);
    if (used >= threshold) continue;
    purse.warn_at = threshold;
    return;
  }
}

}  // namespace

/// To be asked whenever more is used of an account.
void Ledger::warn(std::uint32_t place) {
  AccountState& account = accounts_[place];
  bool passed = false;
  for (const Purse& purse : account.purses) passed |= purse.settled + purse.reserved >= purse.warn_at;
  if (!passed) return;
  for (const Limit limit : all_limits) aim(account.purse(limit), account.limits, account.has(limit));
  Told& told = told_[place];
  if (told.waits) return;
  told.waits = true;
  waiting_.push_back(place);
}

/// After a limit has changed or a period has begun: what is still passed, and was told, is not told again.
void Ledger::count_warnings_anew(std::uint32_t place) {
  AccountState& account = accounts_[place];
  Told& told = told_[place];
  bool more = false;
  for (const Limit limit : all_limits) {
    Purse& purse = account.purse(limit);
    std::uint8_t& known = told.thresholds[static_cast<std::size_t>(limit)];
    purse.warned = 0;
    aim(purse, account.limits, account.has(limit));
    known = std::min(known, purse.warned);
    more |= purse.warned > known;
  }
  if (!more || told.waits) return;
  told.waits = true;
  waiting_.push_back(place);
}

void Ledger::take_warnings(std::vector<Warning>& out) {
  for (const std::uint32_t place : waiting_) {
    const AccountState& account = accounts_[place];
    Told& told = told_[place];
    told.waits = false;
    for (const Limit limit : all_limits) {
      const Purse& purse = account.purse(limit);
      std::uint8_t& known = told.thresholds[static_cast<std::size_t>(limit)];
      if (purse.warned > known)
        out.push_back({account.id, limit, account.limits.warn_percent[purse.warned - 1u],
                       amount_of(purse.settled + purse.reserved), amount_of(purse.limit)});
      known = purse.warned;
    }
  }
  waiting_.clear();
}

}  // namespace rf::money
