#include "core/engine/credits.hpp"

namespace rf::engine {

std::optional<effect::CommandResult> Credits::top_up(call::Context& ctx, CommandId id, const effect::TopUp& asked) {
  if (waiting_.size() == WaitingLimits::credits)
    return effect::Refused{"as many credits as may wait are waiting for the disk"};
  const toll::Payer payer = toll::payer_of(ctx.plan, asked.tenant, asked.account);
  if (!payer.terms) return effect::Refused{"the configuration does not know whose credit it would be"};
  const auto entry = ctx.desk.top_up(ctx.now, asked.account.level, payer, asked.amount);
  if (!entry) return effect::Refused{toll::text_of(entry.error())};
  waiting_.push_back({id, asked.account, *entry});
  return std::nullopt;
}

void Credits::on_written(call::Context& ctx, std::uint64_t entry) {
  std::erase_if(waiting_, [&](const Credit& each) {
    if (each.entry > entry) return false;
    const money::AccountState* const account = ctx.desk.ledger().find(each.account);
    const std::int64_t left = account ? account->purse(money::Limit::credit).left() : 0;
    const money::Currency currency = ctx.desk.ledger().currency();
    const auto amount = money::Amount::of_micros(left, currency);
    ctx.out.add(effect::CommandDone{each.command, effect::Credited{amount.value_or(money::Amount::zero(currency))}});
    return true;
  });
}

}  // namespace rf::engine
