// The desk's dealings with the ledger: accounts on demand, money for steps of a call, what goes to disk.
#include <algorithm>

#include "core/schedule/calendar.hpp"
#include "core/toll/desk.hpp"

namespace rf::toll {
namespace {

constexpr std::int64_t retry_ms = 1'000;
constexpr std::int64_t extend_again_ms = 1'000;

money::Periods periods_of(const schedule::Zone* zone, std::int64_t wall_ms) {
  static const schedule::Zone utc = schedule::Zone::utc();
  const schedule::Periods p = schedule::periods_at(zone ? *zone : utc, wall_ms);
  return {p.day_start_ms, p.day_end_ms, p.month_start_ms, p.month_end_ms};
}

template <class Fn>
void each_payer(const Parties& parties, Fn&& fn) {
  using money::Level;
  const std::pair<Level, const Payer*> all[] = {{Level::extension, &parties.extension},
                                                {Level::department, &parties.department},
                                                {Level::tenant, &parties.tenant},
                                                {Level::trunk, &parties.trunk},
                                                {Level::system, &parties.system}};
  for (const auto& [level, payer] : all)
    if (payer->terms) fn(money::AccountId{level, payer->id}, *payer);
}

}  // namespace

/// Each account is a few cache lines somewhere in the ledger; other things are done until they are there.
void Desk::fetch_money(CallKey key, const Parties& parties) {
  ledger_.fetch(CallId{key.value});
  each_payer(parties, [&](money::AccountId, const Payer& payer) {
    const Hint* const known = hint_of(payer);
    if (!known || !known->account) return;
    const char* at = reinterpret_cast<const char*>(known->account);
    for (std::size_t line = 0; line < sizeof(money::AccountState); line += 64) __builtin_prefetch(at + line, 1);
  });
}

money::Amount Desk::amount_of(std::int64_t micros) const {
  return money::Amount::of_micros(micros, ledger_.currency()).value_or(money::Amount::highest(ledger_.currency()));
}

Refused Desk::refused(const money::Refused& by) const {
  Refused out{by, {}};
  const money::AccountState* const account = ledger_.find(by.account);
  if (!account) return out;
  if (by.why == money::Refusal::day_cap) out.until_wall_ms = account->periods.day_end_ms;
  if (by.why == money::Refusal::month_cap) out.until_wall_ms = account->periods.month_end_ms;
  return out;
}

std::optional<Refused> Desk::closed(Now now) const {
  if (!shut_.empty()) return Refused{Refused::Closed::damaged, {}};
  if (unstored_.size() >= LedgerLimits::unstored_entries) return Refused{Refused::Closed::disk, {}};
  // A write that failed once is tried again before anybody is refused: no call leaves meanwhile.
  if (failed_writes_ > 1 && now.mono_ms < retry_at_mono_ms_)
    return Refused{Refused::Closed::disk, now.wall_ms + (retry_at_mono_ms_ - now.mono_ms)};
  return std::nullopt;
}

/// The account is there, with the limits and in the periods of now.
std::expected<const money::AccountState*, money::Refused> Desk::prepare_one(Now now, money::AccountId id,
                                                                            const Payer& payer) {
  Hint* const known = hint_of(payer);
  const money::AccountState* account = ledger_.find(id, known ? known->account : nullptr);
  if (!account || account->limits != payer.terms->money) {
    const auto entry = ledger_.set_limits(id, payer.terms->money, now.wall_ms);
    if (!entry) return std::unexpected(entry.error());
    enter(*entry);
    account = ledger_.find(id);
  }
  if (known) known->account = account;
  const money::Periods& present = account->periods;
  if (now.wall_ms < present.day_end_ms && now.wall_ms < present.month_end_ms) return account;
  // A zone that gives no proper day leaves the account in the former one: its cap goes on (fail closed).
  if (const auto entry = ledger_.set_periods(id, periods_of(payer.zone, now.wall_ms), now.wall_ms); entry && *entry)
    enter(**entry);
  return account;
}

std::expected<Desk::Accounts, Refused> Desk::prepare(Now now, const Parties& parties) {
  Accounts out;
  std::optional<money::Refused> refusal;
  each_payer(parties, [&](money::AccountId id, const Payer& payer) {
    if (refusal) return;
    if (const auto account = prepare_one(now, id, payer))
      out.push_back(*account);
    else
      refusal = account.error();
  });
  if (refusal) return std::unexpected(refused(*refusal));
  return out;
}

Desk::Tightest Desk::tightest(const Accounts& accounts) {
  Tightest out;
  for (const money::AccountState* const account : accounts) {
    for (const money::Limit limit : {money::Limit::day, money::Limit::month, money::Limit::credit}) {
      if (!account->has(limit)) continue;
      const std::int64_t left = std::max<std::int64_t>(account->purse(limit).left(), 0);
      if (!out.account || left < out.left) out = {account, limit, left};
    }
  }
  return out;
}

/// What more is to be reserved, so that the call may go on for a step from `elapsed_s`: all of it, or for as much time
/// as is left. Nobody reserves for longer than the call may last anyway.
std::expected<std::int64_t, Refused> Desk::affordable(const Call& call, std::uint32_t elapsed_s) const {
  std::uint64_t until_s = std::uint64_t{elapsed_s} + call.horizon.step_s;
  if (const auto longest = longest_ms(call))
    until_s = std::min<std::uint64_t>(until_s, static_cast<std::uint64_t>((*longest + 999) / 1'000));
  until_s = std::min<std::uint64_t>(until_s + call.horizon.cut_s, MoneyLimits::call_s + 1ull);
  const std::int64_t more = money::cost(call.rate, static_cast<std::uint32_t>(until_s)).micros() - call.reserved;
  if (more <= 0) return 0;
  const Tightest least = tightest(call.accounts);
  if (!least.account || least.left >= more) return more;
  const auto paid_s = money::affordable_seconds(call.rate, amount_of(call.reserved + least.left));
  const auto cut_s = call.has_money ? money::cut_at_s(call.rate, amount_of(call.reserved), call.horizon) : std::nullopt;
  if (paid_s && *paid_s > std::uint64_t{cut_s.value_or(0)} + call.horizon.cut_s)
    return money::cost(call.rate, *paid_s).micros() - call.reserved;
  constexpr money::Refusal refusals[] = {money::Refusal::day_cap, money::Refusal::month_cap, money::Refusal::no_credit};
  return std::unexpected(
      refused({refusals[static_cast<std::size_t>(least.limit)], least.account->id, amount_of(least.left)}));
}

void Desk::cancel(Now now, Call& call) {
  if (!call.has_money) return;
  if (const auto back = ledger_.cancel(CallId{call.key.value}, now.wall_ms)) enter(back->entry);
  call.has_money = false;
  call.reserved = 0;
}

std::expected<Grant, Refused> Desk::extend(Now now, const Parties& parties, CallId id) {
  Call* const found = find(id);
  if (!found || !found->has_money || !found->answered_mono_ms)
    return std::unexpected(Refused{Refused::Closed::not_known, {}});
  Call& call = *found;
  const std::int64_t elapsed_ms = std::max<std::int64_t>(now.mono_ms - *call.answered_mono_ms, 0);
  call.asked_after_ms = elapsed_ms;
  // A disk may work again before the call has to end; money does not come back to a call that was told of its end.
  if (auto no = closed(now)) return std::unexpected(*no);
  const auto more = [&]() -> std::expected<std::int64_t, Refused> {
    if (const auto ready = prepare(now, parties); !ready) return std::unexpected(ready.error());
    return affordable(
        call, static_cast<std::uint32_t>(std::min<std::int64_t>((elapsed_ms + 999) / 1'000, MoneyLimits::call_s)));
  }();
  if (more && *more == 0) return granted(call);
  std::optional<Refused> no;
  if (!more) {
    no = more.error();
  } else if (const auto entry = ledger_.extend(CallId{call.key.value}, amount_of(*more), now.wall_ms)) {
    enter(*entry);
    call.reserved += *more;
    return granted(call);
  } else {
    no = refused(entry.error());
  }
  call.last_money = true;
  return std::unexpected(*no);
}

std::optional<std::int64_t> Desk::longest_ms(const Call& call) {
  const auto all = duration_of({.money_ms = {},
                                .extension_ms = call.extension_ms,
                                .trunk_ms = call.trunk_ms,
                                .system_ms = call.system_ms,
                                .announce_before_ms = 0,
                                .emergency = call.emergency});
  if (!all) return std::nullopt;
  return all->cut_after_ms;
}

Times Desk::times_of(const Call& call) const {
  DurationLimits limits;
  limits.extension_ms = call.extension_ms;
  limits.trunk_ms = call.trunk_ms;
  limits.system_ms = call.system_ms;
  limits.emergency = call.emergency;
  if (!call.has_money) return {duration_of(limits), {}};
  const auto cut_s = money::cut_at_s(call.rate, amount_of(call.reserved), call.horizon);
  const std::int64_t cut_ms = std::int64_t{cut_s.value_or(0)} * 1'000;
  if (const auto longest = longest_ms(call); longest && *longest <= cut_ms) return {duration_of(limits), {}};
  limits.money_ms = cut_ms;
  Times out{duration_of(limits), {}};
  if (call.last_money) return out;
  // More money is the usual case: the end is announced when it was refused.
  out.end->announce_after_ms.reset();
  std::int64_t at_ms = std::int64_t{money::extend_before_s(cut_s.value_or(0), call.horizon)} * 1'000;
  if (call.asked_after_ms) at_ms = std::max(at_ms, *call.asked_after_ms + extend_again_ms);
  if (at_ms < cut_ms) out.extend_after_ms = at_ms;
  return out;
}

Times Desk::times(CallId id) const {
  const Call* const call = find(id);
  return call ? times_of(*call) : Times{};
}

Grant Desk::granted(const Call& call) const {
  return {.entry = call.has_money ? ledger_.last_number() : 0,
          .times = times_of(call),
          .reserved = call.reserved,
          .make_room = {}};
}

std::expected<std::uint64_t, Refused> Desk::top_up(Now now, money::Level level, const Payer& payer,
                                                   money::Amount amount) {
  if (auto no = closed(now)) return std::unexpected(*no);
  const money::AccountId id{level, payer.id};
  if (payer.terms)
    if (const auto account = prepare_one(now, id, payer); !account) return std::unexpected(refused(account.error()));
  const auto entry = ledger_.top_up(id, amount, now.wall_ms);
  if (!entry) return std::unexpected(refused(entry.error()));
  enter(*entry);
  return entry->number;
}

void Desk::settle_former_calls(Now now, std::span<const KnownCost> costs) {
  std::vector<money::LedgerEntry> entries;
  ledger_.presume_open_calls(now.wall_ms, entries);
  unstored_.insert(unstored_.end(), entries.begin(), entries.end());
  boost::unordered_flat_map<std::uint64_t, std::int64_t> known;
  for (const KnownCost& cost : costs) known.emplace(cost.key.value, cost.micros);
  for (const CallId call : ledger_.presumed_calls()) {
    const std::int64_t reserved = ledger_.reserved(call)->micros();
    const auto cost = known.find(call.value);
    // Nobody will ever know more than its record.
    const std::int64_t actual = cost == known.end() ? reserved : std::clamp<std::int64_t>(cost->second, 0, reserved);
    if (const auto corrected = ledger_.correct(call, amount_of(actual), now.wall_ms)) enter(corrected->entry);
  }
}

Writing Desk::take_writing() {
  Writing out;
  out.entries.assign(unstored_.begin() + static_cast<std::ptrdiff_t>(sent_), unstored_.end());
  sent_ = unstored_.size();
  if (!out.entries.empty()) out.last = out.entries.back().number;
  return out;
}

void Desk::written(Now now, std::uint64_t last, bool ok) {
  if (unstored_.empty() || last < unstored_.front().number) return;
  if (!ok) {
    sent_ = 0;
    // What was under way beside it follows nothing that is there, and fails with it.
    if (now.mono_ms >= retry_at_mono_ms_) ++failed_writes_;
    retry_at_mono_ms_ = now.mono_ms + retry_ms;
    return;
  }
  retry_at_mono_ms_ = 0;
  failed_writes_ = 0;
  while (!unstored_.empty() && unstored_.front().number <= last) {
    unstored_.pop_front();
    if (sent_ > 0) --sent_;
  }
}

}  // namespace rf::toll
