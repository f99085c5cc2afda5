#include "shell/store/desk.hpp"

#include <fmt/format.h>

#include <vector>

#include "core/base/limits/toll.hpp"
#include "shell/store/connection.hpp"

namespace rf::store {
namespace {

/// Longer than any call may last: older records have nothing to say.
constexpr std::int64_t record_age_ms = std::int64_t{31} * 86'400'000;

Problem damaged(std::string what) {
  return {Fault::damaged_ledger, what +
                                     "; paid calls are refused until the database is restored from a backup, all "
                                     "others go on"};
}

Expected<money::Ledger> restored(const LedgerOnDisk& disk, money::Currency currency, const MoneyLimits& bounds,
                                 std::uint64_t seed) {
  const money::Snapshot nothing{.currency = currency, .number = 0, .accounts = {}, .calls = {}};
  auto ledger = money::Ledger::restore(disk.snapshot ? *disk.snapshot : nothing, disk.entries, bounds, HashKey(seed));
  if (ledger) return std::move(*ledger);
  if (ledger.error() == money::RestoreFault::too_much)
    return problem(Fault::damaged_ledger,
                   "the ledger has more accounts or calls than there is room for; paid calls "
                   "are refused until there is more");
  return std::unexpected(damaged("the ledger contradicts itself"));
}

std::optional<money::Currency> currency_of(const LedgerOnDisk& disk) {
  if (disk.snapshot) return disk.snapshot->currency;
  if (!disk.entries.empty()) return disk.entries.front().currency;
  return std::nullopt;
}

std::vector<toll::KnownCost> costs_of_open_calls(Store& store, const money::Ledger& ledger, std::int64_t wall_ms) {
  std::vector<std::uint64_t> keys;
  for (const money::CallState& call : ledger.snapshot().calls) keys.push_back(call.id.value);
  std::vector<toll::KnownCost> out;
  // Without its record a call counts with all that it had: nobody is the poorer for it but the caller's cap.
  if (const auto costs = store.find_costs(keys, wall_ms - record_age_ms))
    for (const CallCost& cost : *costs) out.push_back({toll::CallKey{cost.money_key}, cost.cost_micro});
  return out;
}

}  // namespace

OpenedDesk open_desk(Store& store, const toll::Desk::Options& options, money::Currency currency, Now now) {
  const auto shut = [&](const std::string& why) {
    OpenedDesk out{
        std::make_unique<toll::Desk>(options, money::Ledger(currency, options.money, HashKey(options.seed + 4))), why};
    out.desk->shut(why);
    return out;
  };
  const auto disk = store.load_ledger();
  if (!disk) return shut(disk.error().text);
  if (const auto counted = currency_of(*disk); counted && *counted != currency)
    return shut(
        fmt::format("the ledger counts in {}, the configuration says {}; paid calls are refused until it says "
                    "{} again",
                    counted->text(), currency.text(), counted->text()));
  auto ledger = restored(*disk, currency, options.money, options.seed + 4);
  if (!ledger) return shut(ledger.error().text);
  const std::size_t open = ledger->calls();
  const auto costs = costs_of_open_calls(store, *ledger, now.wall_ms);
  OpenedDesk out{std::make_unique<toll::Desk>(options, std::move(*ledger)), {}};
  out.desk->settle_former_calls(now, costs);
  const toll::Writing writing = out.desk->take_writing();
  if (writing.last != 0) {
    if (const auto stored = store.append_ledger(writing.entries); !stored) return shut(stored.error().text);
    out.desk->written(now, writing.last, true);
  }
  if (open > 0)
    out.note = fmt::format(
        "{} calls had money reserved when the server ended last; {} are counted as their records "
        "say, the others as spent with all they had",
        open, costs.size());
  // A journal that stays long is slow to read, no more.
  if (disk->entries.size() + writing.entries.size() >= LedgerLimits::entries_before_snapshot)
    if (const auto done = store.compact_ledger(out.desk->ledger().snapshot()); !done) out.note = done.error().text;
  return out;
}

Expected<money::Ledger> read_ledger(Store& store) {
  const auto disk = store.load_ledger();
  if (!disk) return std::unexpected(disk.error());
  const auto currency = currency_of(*disk);
  if (!currency) return problem(Fault::not_found, "no money was counted yet");
  return restored(*disk, *currency, {}, 0);
}

Expected<money::Amount> add_credit(Store& store, money::AccountId account, money::Amount amount,
                                   std::int64_t now_wall_ms) {
  auto ledger = read_ledger(store);
  if (!ledger) return std::unexpected(ledger.error());
  const auto entry = ledger->top_up(account, amount, now_wall_ms);
  if (!entry) return problem(Fault::invalid_value, std::string(money::text_of(entry.error().why)));
  if (const auto stored = store.append_ledger({&*entry, 1}); !stored) return std::unexpected(stored.error());
  const std::int64_t left = ledger->find(account)->purse(money::Limit::credit).left();
  return money::Amount::of_micros(left, amount.currency()).value_or(money::Amount::zero(amount.currency()));
}

}  // namespace rf::store
