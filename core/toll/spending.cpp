#include "core/toll/spending.hpp"

#include <algorithm>

namespace rf::toll {
namespace {

Spending::Period period_of(const money::AccountState& account, money::Limit limit, std::int64_t end_ms,
                           std::int64_t now_wall_ms) {
  const money::Purse& purse = account.purse(limit);
  Spending::Period out;
  const bool over = end_ms != 0 && now_wall_ms >= end_ms;
  if (!over) {
    out.settled = purse.settled;
    out.reserved = purse.reserved;
    out.until_wall_ms = end_ms;
  }
  if (!account.has(limit)) return out;
  out.limit = purse.limit;
  out.left = std::max<std::int64_t>(purse.limit - out.settled - out.reserved, 0);
  return out;
}

Spending spending_of(const money::AccountState& account, std::int64_t now_wall_ms) {
  Spending out;
  out.account = account.id;
  out.day = period_of(account, money::Limit::day, account.periods.day_end_ms, now_wall_ms);
  out.month = period_of(account, money::Limit::month, account.periods.month_end_ms, now_wall_ms);
  if (account.limits.prepaid) out.credit = std::max<std::int64_t>(account.purse(money::Limit::credit).left(), 0);
  out.locked = account.limits.locked;
  out.calls = account.open;
  return out;
}

}  // namespace

std::vector<Spending> spending_of(const money::Ledger& ledger, const SpendingFilter& filter, std::int64_t now_wall_ms) {
  std::vector<Spending> out;
  if (filter.level && filter.id) {
    if (const money::AccountState* const account = ledger.find({*filter.level, *filter.id}))
      out.push_back(spending_of(*account, now_wall_ms));
    return out;
  }
  for (const money::AccountState& account : ledger.snapshot().accounts)
    if ((!filter.level || account.id.level == *filter.level) && (!filter.id || account.id.id == *filter.id))
      out.push_back(spending_of(account, now_wall_ms));
  return out;
}

}  // namespace rf::toll
