#include "core/money/levels.hpp"

#include <algorithm>

namespace rf::money {
namespace {

void add(LevelUse::Period& to, const AccountState& account, Limit limit, std::int64_t end_ms,
         std::int64_t now_wall_ms) {
  const Purse& purse = account.purse(limit);
  const bool over = end_ms != 0 && now_wall_ms >= end_ms;
  const std::int64_t settled = over ? 0 : purse.settled, reserved = over ? 0 : purse.reserved;
  to.settled += settled;
  to.reserved += reserved;
  if (!account.has(limit)) return;
  ++to.capped;
  if (settled + reserved >= purse.limit) ++to.exhausted;
  const double share = purse.limit > 0 ? static_cast<double>(settled + reserved) / static_cast<double>(purse.limit) : 1;
  to.most_used = std::max(to.most_used, share);
}

}  // namespace

std::array<LevelUse, levels> use_by_level(const Ledger& ledger, std::int64_t now_wall_ms) {
  std::array<LevelUse, levels> out{};
  ledger.each_account([&](const AccountState& account) {
    LevelUse& use = out[static_cast<std::size_t>(account.id.level)];
    ++use.accounts;
    use.locked += account.limits.locked ? 1 : 0;
    add(use.day, account, Limit::day, account.periods.day_end_ms, now_wall_ms);
    add(use.month, account, Limit::month, account.periods.month_end_ms, now_wall_ms);
  });
  return out;
}

}  // namespace rf::money
