#include "core/money/ledger.hpp"

#include <algorithm>

namespace rf::money {
namespace {

constexpr Limit all_limits[] = {Limit::day, Limit::month, Limit::credit};
constexpr Refusal refusals[] = {Refusal::day_cap, Refusal::month_cap, Refusal::no_credit};

/// What of `actual` falls into a part of a reservation that was made last: what was reserved first is spent first.
std::int64_t spent_of_last(std::int64_t last, std::int64_t reserved, std::int64_t actual) {
  return std::max<std::int64_t>(0, actual - (reserved - last));
}

std::int64_t add_up(std::int64_t counted, std::int64_t more) {
  return std::min(counted + more, MoneyLimits::micros);
}

}  // namespace

Ledger::Ledger(Currency currency, const MoneyLimits& bounds, const HashKey& key)
    : currency_(currency), accounts_(bounds.accounts, key), calls_(bounds.reservations, key), told_(bounds.accounts) {
  waiting_.reserve(bounds.accounts);
}

Amount Ledger::amount_of(std::int64_t micros) const {
  return Amount::of_micros(micros, currency_).value_or(Amount::highest(currency_));
}

Refused Ledger::refused(Refusal why, AccountId account, std::int64_t left) const {
  return {why, account, amount_of(std::max<std::int64_t>(0, left))};
}

LedgerEntry Ledger::entered(Change change, std::int64_t wall_ms) {
  return {++number_, wall_ms, currency_, change};
}

std::expected<Ledger::Places, Refused> Ledger::places_of(std::span<const AccountId> accounts) const {
  Places places{};
  if (accounts.empty() || accounts.size() > places.size()) return std::unexpected(refused(Refusal::no_accounts));
  // Each account is a few cache lines somewhere in the table; they are fetched side by side.
  std::array<std::uint64_t, MoneyLimits::accounts_per_call> hashes{};
  for (std::size_t i = 0; i < accounts.size(); ++i) hashes[i] = accounts_.begin_find(accounts[i]);
  for (std::size_t i = 0; i < accounts.size(); ++i) accounts_.go_on(hashes[i]);
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    places[i] = accounts_.find(accounts[i], hashes[i]);
    if (places[i] == accounts_.none) return std::unexpected(refused(Refusal::unknown_account, accounts[i]));
    for (std::size_t other = 0; other < i; ++other)
      if (places[other] == places[i]) return std::unexpected(refused(Refusal::repeated_account, accounts[i]));
  }
  return places;
}

std::optional<Refused> Ledger::refusal_of(const AccountState& account, std::int64_t amount) const {
  if (account.limits.locked) return refused(Refusal::locked, account.id);
  const Purse& ever = account.purse(Limit::credit);
  if (ever.settled + ever.reserved + amount > MoneyLimits::micros) return refused(Refusal::counter_full, account.id);
  if (amount == 0) return std::nullopt;
  for (const Limit limit : all_limits) {
    const Purse& purse = account.purse(limit);
    if (account.has(limit) && purse.left() < amount)
      return refused(refusals[static_cast<std::size_t>(limit)], account.id, purse.left());
  }
  return std::nullopt;
}

std::expected<LedgerEntry, Refused> Ledger::reserve(CallId call, std::span<const AccountId> accounts, Amount amount,
                                                    std::int64_t wall_ms) {
  if (auto fault = fault_of(call, amount)) return std::unexpected(*fault);
  const auto places = places_of(accounts);
  if (!places) return std::unexpected(places.error());
  return reserve_at(call, *places, accounts.size(), amount, wall_ms);
}

std::expected<LedgerEntry, Refused> Ledger::reserve(CallId call, std::span<const AccountState* const> accounts,
                                                    Amount amount, std::int64_t wall_ms) {
  if (auto fault = fault_of(call, amount)) return std::unexpected(*fault);
  Places places{};
  if (accounts.empty() || accounts.size() > places.size()) return std::unexpected(refused(Refusal::no_accounts));
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (!accounts[i]) return std::unexpected(refused(Refusal::unknown_account));
    places[i] = accounts_.place_of(*accounts[i]);
    for (std::size_t other = 0; other < i; ++other)
      if (places[other] == places[i]) return std::unexpected(refused(Refusal::repeated_account, accounts[i]->id));
  }
  return reserve_at(call, places, accounts.size(), amount, wall_ms);
}

std::optional<Refused> Ledger::fault_of(CallId call, Amount amount) const {
  if (amount.currency() != currency_ || amount.micros() < 0) return refused(Refusal::bad_amount);
  if (!call) return refused(Refusal::unknown_call);
  if (calls_.find(call) != calls_.none) return refused(Refusal::call_known);
  if (calls_.size() == calls_.capacity()) return refused(Refusal::reservations_full);
  return std::nullopt;
}

std::expected<LedgerEntry, Refused> Ledger::reserve_at(CallId call, const Places& places, std::size_t count,
                                                       Amount amount, std::int64_t wall_ms) {
  for (std::size_t i = 0; i < count; ++i)
    if (const auto no = refusal_of(accounts_[places[i]], amount.micros())) return std::unexpected(*no);
  begin(call, places, count, amount.micros());
  Reserved change{call, {}, amount.micros()};
  for (std::size_t i = 0; i < count; ++i) change.accounts.ids[i] = accounts_[places[i]].id;
  change.accounts.count = static_cast<std::uint8_t>(count);
  return entered(change, wall_ms);
}

std::expected<LedgerEntry, Refused> Ledger::extend(CallId call, Amount more, std::int64_t wall_ms) {
  if (more.currency() != currency_ || more.micros() < 0) return std::unexpected(refused(Refusal::bad_amount));
  const std::uint32_t place = calls_.find(call);
  if (place == calls_.none) return std::unexpected(refused(Refusal::unknown_call));
  CallState& state = calls_[place];
  if (state.presumed) return std::unexpected(refused(Refusal::call_unclear));
  if (state.extensions >= MoneyLimits::extensions_per_call) return std::unexpected(refused(Refusal::extensions_full));
  for (std::size_t i = 0; i < state.count; ++i)
    if (const auto no = refusal_of(accounts_[state.shares[i].account], more.micros())) return std::unexpected(*no);
  ++state.extensions;
  hold(state, more.micros());
  return entered(Extended{call, more.micros()}, wall_ms);
}

/// Opens a call and sets its first amount aside.
void Ledger::begin(CallId call, const Places& places, std::size_t count, std::int64_t amount) {
  CallState& state = calls_[calls_.insert(call)];
  state.count = static_cast<std::uint8_t>(count);
  for (std::size_t i = 0; i < count; ++i) {
    state.shares[i].account = places[i];
    ++accounts_[places[i]].open;
  }
  hold(state, amount);
}

/// Sets more aside at every account of a call, in its present periods.
void Ledger::hold(CallState& call, std::int64_t amount) {
  call.reserved += amount;
  for (std::size_t i = 0; i < call.count; ++i) {
    Share& share = call.shares[i];
    AccountState& account = accounts_[share.account];
    if (share.day != account.day) share.in_day = 0;
    if (share.month != account.month) share.in_month = 0;
    share.day = account.day;
    share.month = account.month;
    share.in_day += amount;
    share.in_month += amount;
    for (Purse& purse : account.purses) purse.reserved += amount;
    warn(share.account);
  }
}

/// Turns what was set aside into what was spent. A part that was reserved in a period that is over touches nothing in
/// the present one; an overrun counts in it.
void Ledger::finish(CallState& call, std::int64_t actual) {
  for (std::size_t i = 0; i < call.count; ++i) __builtin_prefetch(&accounts_[call.shares[i].account], 1);
  for (std::size_t i = 0; i < call.count; ++i) {
    Share& share = call.shares[i];
    AccountState& account = accounts_[share.account];
    if (share.day != account.day) share.in_day = 0;
    if (share.month != account.month) share.in_month = 0;
    Purse& day = account.purse(Limit::day);
    day.reserved -= share.in_day;
    day.settled = add_up(day.settled, spent_of_last(share.in_day, call.reserved, actual));
    Purse& month = account.purse(Limit::month);
    month.reserved -= share.in_month;
    month.settled = add_up(month.settled, spent_of_last(share.in_month, call.reserved, actual));
    Purse& credit = account.purse(Limit::credit);
    credit.reserved -= call.reserved;
    credit.settled = add_up(credit.settled, actual);
    if (actual > call.reserved) warn(share.account);
  }
}

/// After finish() with all that was reserved: it was less.
void Ledger::take_back(CallState& call, std::int64_t actual) {
  for (std::size_t i = 0; i < call.count; ++i) {
    const Share& share = call.shares[i];
    AccountState& account = accounts_[share.account];
    if (share.day == account.day)
      account.purse(Limit::day).settled -= share.in_day - spent_of_last(share.in_day, call.reserved, actual);
    if (share.month == account.month)
      account.purse(Limit::month).settled -= share.in_month - spent_of_last(share.in_month, call.reserved, actual);
    account.purse(Limit::credit).settled -= call.reserved - actual;
  }
}

void Ledger::forget(std::uint32_t place) {
  const CallState& call = calls_[place];
  for (std::size_t i = 0; i < call.count; ++i) --accounts_[call.shares[i].account].open;
  calls_.erase(place);
}

std::expected<Settlement, Refused> Ledger::end(CallId call, Amount actual, std::int64_t wall_ms, bool correction) {
  if (actual.currency() != currency_ || actual.micros() < 0) return std::unexpected(refused(Refusal::bad_amount));
  const std::uint32_t place = calls_.find(call);
  if (place == calls_.none) return std::unexpected(refused(Refusal::unknown_call));
  CallState& state = calls_[place];
  if (state.presumed != correction)
    return std::unexpected(refused(correction ? Refusal::unknown_call : Refusal::call_unclear));
  if (correction && actual.micros() > state.reserved) return std::unexpected(refused(Refusal::bad_amount));
  const std::int64_t difference = state.reserved - actual.micros();
  if (correction)
    take_back(state, actual.micros());
  else
    finish(state, actual.micros());
  forget(place);
  const Change change = correction ? Change(Corrected{call, actual.micros()}) : Change(Settled{call, actual.micros()});
  return Settlement{entered(change, wall_ms), amount_of(std::max<std::int64_t>(0, difference)),
                    amount_of(std::max<std::int64_t>(0, -difference))};
}

std::expected<Settlement, Refused> Ledger::settle(CallId call, Amount actual, std::int64_t wall_ms) {
  return end(call, actual, wall_ms, false);
}

std::expected<Settlement, Refused> Ledger::cancel(CallId call, std::int64_t wall_ms) {
  return end(call, Amount::zero(currency_), wall_ms, false);
}

std::expected<Settlement, Refused> Ledger::correct(CallId call, Amount actual, std::int64_t wall_ms) {
  return end(call, actual, wall_ms, true);
}

std::expected<std::optional<Amount>, Refused> Ledger::least_left(const Places& places, std::size_t count) const {
  std::optional<Amount> least;
  for (std::size_t i = 0; i < count; ++i) {
    const AccountState& account = accounts_[places[i]];
    if (account.limits.locked) return std::unexpected(refused(Refusal::locked, account.id));
    for (const Limit limit : all_limits) {
      if (!account.has(limit)) continue;
      const Amount left = amount_of(std::max<std::int64_t>(0, account.purse(limit).left()));
      if (!least || left < *least) least = left;
    }
  }
  return least;
}

std::expected<std::optional<Amount>, Refused> Ledger::headroom(std::span<const AccountId> accounts) const {
  const auto places = places_of(accounts);
  if (!places) return std::unexpected(places.error());
  return least_left(*places, accounts.size());
}

std::expected<std::optional<Amount>, Refused> Ledger::headroom(CallId call) const {
  const std::uint32_t place = calls_.find(call);
  if (place == calls_.none) return std::unexpected(refused(Refusal::unknown_call));
  const CallState& state = calls_[place];
  Places places{};
  for (std::size_t i = 0; i < state.count; ++i) places[i] = state.shares[i].account;
  return least_left(places, state.count);
}

std::optional<Amount> Ledger::reserved(CallId call) const {
  const std::uint32_t place = calls_.find(call);
  if (place == calls_.none) return std::nullopt;
  return amount_of(calls_[place].reserved);
}

}  // namespace rf::money
