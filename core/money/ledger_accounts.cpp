#include <algorithm>

#include "core/money/ledger.hpp"

namespace rf::money {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

bool is_cap(const std::optional<std::int64_t>& cap) {
  return !cap || (*cap >= 0 && *cap <= MoneyLimits::micros);
}

bool are_good(const AccountLimits& limits) {
  std::uint8_t last = 0;
  bool ended = false;
  for (const std::uint8_t percent : limits.warn_percent) {
    if (percent == 0)
      ended = true;
    else if (ended || percent <= last || percent > 100)
      return false;
    last = percent;
  }
  return is_cap(limits.day) && is_cap(limits.month);
}

bool spans(std::int64_t start_ms, std::int64_t end_ms, std::int64_t least_h, std::int64_t most_h) {
  std::int64_t length = 0;
  return !__builtin_sub_overflow(end_ms, start_ms, &length) && length >= least_h * hour_ms &&
         length <= most_h * hour_ms;
}

/// Days are up to two hours shorter or longer where summer time begins or ends; anything shorter would be a fresh cap.
bool are_good(const Periods& p) {
  return spans(p.day_start_ms, p.day_end_ms, 22, 26) && spans(p.month_start_ms, p.month_end_ms, 27 * 24, 32 * 24);
}

bool lie_around(const Periods& p, std::int64_t wall_ms) {
  return wall_ms >= p.day_start_ms && wall_ms < p.day_end_ms && wall_ms >= p.month_start_ms && wall_ms < p.month_end_ms;
}

/// A first period takes over what was counted before anybody said what day it is.
bool begins_anew(std::int64_t start_ms, std::int64_t present_end_ms) {
  return present_end_ms != 0 && start_ms >= present_end_ms;
}

void start(Purse& purse) {
  purse.settled = 0;
  purse.reserved = 0;
}

}  // namespace

const AccountState* Ledger::find(AccountId account) const {
  const std::uint32_t place = accounts_.find(account);
  return place == accounts_.none ? nullptr : &accounts_[place];
}

std::expected<LedgerEntry, Refused> Ledger::set_limits(AccountId account, const AccountLimits& limits,
                                                       std::int64_t wall_ms) {
  if (!are_good(limits)) return std::unexpected(refused(Refusal::bad_limits, account));
  const LimitsSet change{account, limits};
  if (!apply(change)) return std::unexpected(refused(Refusal::accounts_full, account));
  return entered(change, wall_ms);
}

bool Ledger::apply(const LimitsSet& change) {
  if (!are_good(change.limits)) return false;
  std::uint32_t place = accounts_.find(change.account);
  if (place == accounts_.none) {
    place = accounts_.insert(change.account);
    if (place == accounts_.none) return false;
    accounts_[place].purse(Limit::credit).limit = 0;
    told_[place].thresholds = {};
  }
  set(accounts_[place], change.limits);
  count_warnings_anew(place);
  return true;
}

void Ledger::set(AccountState& account, const AccountLimits& limits) {
  Purse& credit = account.purse(Limit::credit);
  if (limits.prepaid && !account.limits.prepaid) credit.limit += credit.settled;
  if (!limits.prepaid && account.limits.prepaid) credit.limit -= credit.settled;
  account.purse(Limit::day).limit = limits.day.value_or(Purse::unlimited);
  account.purse(Limit::month).limit = limits.month.value_or(Purse::unlimited);
  account.limits = limits;
}

std::expected<LedgerEntry, Refused> Ledger::top_up(AccountId account, Amount amount, std::int64_t wall_ms) {
  if (amount.currency() != currency_) return std::unexpected(refused(Refusal::bad_amount, account));
  const AccountState* state = find(account);
  if (!state) return std::unexpected(refused(Refusal::unknown_account, account));
  if (!state->limits.prepaid) return std::unexpected(refused(Refusal::not_prepaid, account));
  const std::int64_t left = state->purse(Limit::credit).left();
  if (amount.micros() < 0 && left + amount.micros() < 0)
    return std::unexpected(refused(Refusal::no_credit, account, left));
  const ToppedUp change{account, amount.micros()};
  if (!apply(change)) return std::unexpected(refused(Refusal::counter_full, account, left));
  return entered(change, wall_ms);
}

bool Ledger::apply(const ToppedUp& change) {
  const std::uint32_t place = accounts_.find(change.account);
  if (place == accounts_.none || !accounts_[place].limits.prepaid) return false;
  if (change.amount > MoneyLimits::micros || change.amount < -MoneyLimits::micros) return false;
  Purse& credit = accounts_[place].purse(Limit::credit);
  const std::int64_t limit = credit.limit + change.amount;
  if (limit > MoneyLimits::micros || limit < -MoneyLimits::micros) return false;
  credit.limit = limit;
  count_warnings_anew(place);
  return true;
}

std::expected<std::optional<LedgerEntry>, Refused> Ledger::set_periods(AccountId account, const Periods& periods,
                                                                       std::int64_t wall_ms) {
  const AccountState* state = find(account);
  if (!state) return std::unexpected(refused(Refusal::unknown_account, account));
  if (!are_good(periods) || !lie_around(periods, wall_ms))
    return std::unexpected(refused(Refusal::bad_periods, account));
  const bool day = periods.day_start_ms >= state->periods.day_end_ms;
  const bool month = periods.month_start_ms >= state->periods.month_end_ms;
  if (!day && !month) return std::nullopt;
  const PeriodsSet change{account, periods, false};
  if (!apply(change)) return std::unexpected(refused(Refusal::bad_periods, account));
  return entered(change, wall_ms);
}

std::expected<LedgerEntry, Refused> Ledger::mend_periods(AccountId account, const Periods& periods,
                                                         std::int64_t wall_ms) {
  if (!find(account)) return std::unexpected(refused(Refusal::unknown_account, account));
  const PeriodsSet change{account, periods, true};
  if (!lie_around(periods, wall_ms) || !apply(change)) return std::unexpected(refused(Refusal::bad_periods, account));
  return entered(change, wall_ms);
}

bool Ledger::apply(const PeriodsSet& change) {
  const std::uint32_t place = accounts_.find(change.account);
  if (place == accounts_.none || !are_good(change.periods)) return false;
  AccountState& account = accounts_[place];
  Periods& present = account.periods;
  if (change.mended) {
    present = change.periods;
    return true;
  }
  if (change.periods.day_start_ms >= present.day_end_ms) {
    if (begins_anew(change.periods.day_start_ms, present.day_end_ms)) {
      start(account.purse(Limit::day));
      ++account.day;
    }
    present.day_start_ms = change.periods.day_start_ms;
    present.day_end_ms = change.periods.day_end_ms;
  }
  if (change.periods.month_start_ms >= present.month_end_ms) {
    if (begins_anew(change.periods.month_start_ms, present.month_end_ms)) {
      start(account.purse(Limit::month));
      ++account.month;
    }
    present.month_start_ms = change.periods.month_start_ms;
    present.month_end_ms = change.periods.month_end_ms;
  }
  count_warnings_anew(place);
  return true;
}

std::expected<LedgerEntry, Refused> Ledger::close(AccountId account, std::int64_t wall_ms) {
  if (!find(account)) return std::unexpected(refused(Refusal::unknown_account, account));
  if (!apply(Closed{account})) return std::unexpected(refused(Refusal::account_in_use, account));
  return entered(Closed{account}, wall_ms);
}

bool Ledger::apply(const Closed& change) {
  const std::uint32_t place = accounts_.find(change.account);
  if (place == accounts_.none || accounts_[place].open != 0) return false;
  accounts_.erase(place);
  return true;
}

std::string_view text_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::locked:
      return "the account is locked";
    case Refusal::day_cap:
      return "the account's cap of today is used up";
    case Refusal::month_cap:
      return "the account's cap of this month is used up";
    case Refusal::no_credit:
      return "the account's credit is used up";
    case Refusal::unknown_account:
      return "there is no such account";
    case Refusal::no_accounts:
      return "nobody pays for the call, or more than eight accounts do";
    case Refusal::repeated_account:
      return "an account is named twice for one call";
    case Refusal::bad_amount:
      return "the amount is negative, above what was reserved, or of another currency";
    case Refusal::call_known:
      return "the call has money reserved already";
    case Refusal::unknown_call:
      return "no money is reserved for this call";
    case Refusal::call_unclear:
      return "the call ran when the server died; its cost can only be corrected";
    case Refusal::reservations_full:
      return "as many calls have money reserved as there is room for";
    case Refusal::extensions_full:
      return "the call's money was extended as often as is allowed";
    case Refusal::counter_full:
      return "the account would have more than 1000000000000 units";
    case Refusal::accounts_full:
      return "there is no room for another account";
    case Refusal::account_in_use:
      return "calls have money reserved on the account";
    case Refusal::bad_limits:
      return "a cap is negative or too high, or thresholds are not rising percents";
    case Refusal::bad_periods:
      return "not a day and a month around the present time";
    case Refusal::not_prepaid:
      return "the account is not prepaid";
  }
  return "";
}

}  // namespace rf::money
