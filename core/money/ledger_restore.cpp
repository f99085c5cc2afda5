#include <algorithm>
#include <map>

#include "core/money/ledger.hpp"

namespace rf::money {
namespace {

bool is_amount(std::int64_t micros) {
  return micros >= 0 && micros <= MoneyLimits::micros;
}

bool is_amount(const AccountState& account) {
  const auto good = [](const Purse& p) { return is_amount(p.settled) && is_amount(p.reserved); };
  const std::int64_t credit = account.purse(Limit::credit).limit;
  return std::all_of(account.purses.begin(), account.purses.end(), good) && credit <= 2 * MoneyLimits::micros &&
         credit >= -2 * MoneyLimits::micros;
}

}  // namespace

Snapshot Ledger::snapshot() const {
  Snapshot out{currency_, number_, {}, {}};
  std::vector<std::uint32_t> places;
  accounts_.for_each_place([&](std::uint32_t place) { places.push_back(place); });
  std::sort(places.begin(), places.end(),
            [&](std::uint32_t a, std::uint32_t b) { return accounts_[a].id < accounts_[b].id; });
  std::map<std::uint32_t, std::uint32_t> position;
  for (const std::uint32_t place : places) {
    position[place] = static_cast<std::uint32_t>(out.accounts.size());
    out.accounts.push_back(accounts_[place]);
  }
  calls_.for_each([&](const CallState& call) {
    CallState& copy = out.calls.emplace_back(call);
    for (std::size_t i = 0; i < copy.count; ++i) copy.shares[i].account = position[copy.shares[i].account];
  });
  std::sort(out.calls.begin(), out.calls.end(), [](const CallState& a, const CallState& b) { return a.id < b.id; });
  return out;
}

bool Ledger::take(const Snapshot& snapshot) {
  number_ = snapshot.number;
  std::vector<std::uint32_t> places;
  for (const AccountState& account : snapshot.accounts) {
    if (accounts_.find(account.id) != accounts_.none || !is_amount(account)) return false;
    const std::uint32_t place = accounts_.insert(account.id);
    accounts_[place] = account;
    accounts_[place].open = 0;
    for (std::size_t i = 0; i < limits_of_account; ++i) told_[place].thresholds[i] = account.purses[i].warned;
    places.push_back(place);
  }
  for (const CallState& call : snapshot.calls) {
    if (!call.id || calls_.find(call.id) != calls_.none || call.count == 0 || call.count > call.shares.size() ||
        !is_amount(call.reserved))
      return false;
    CallState& copy = calls_[calls_.insert(call.id)];
    copy = call;
    for (std::size_t i = 0; i < call.count; ++i) {
      if (call.shares[i].account >= places.size()) return false;
      copy.shares[i].account = places[call.shares[i].account];
      ++accounts_[copy.shares[i].account].open;
    }
  }
  return !audit();
}

std::expected<Ledger, RestoreFault> Ledger::restore(const Snapshot& snapshot, std::span<const LedgerEntry> entries,
                                                    const MoneyLimits& bounds, const HashKey& key) {
  if (snapshot.accounts.size() > bounds.accounts || snapshot.calls.size() > bounds.reservations)
    return std::unexpected(RestoreFault::too_much);
  Ledger ledger(snapshot.currency, bounds, key);
  if (!ledger.take(snapshot)) return std::unexpected(RestoreFault::does_not_fit);
  for (const LedgerEntry& entry : entries)
    if (const auto done = ledger.replay(entry); !done) return std::unexpected(done.error());
  return ledger;
}

std::expected<void, RestoreFault> Ledger::replay(const LedgerEntry& entry) {
  if (entry.currency != currency_) return std::unexpected(RestoreFault::other_currency);
  if (entry.number <= number_) return {};
  if (entry.number != number_ + 1) return std::unexpected(RestoreFault::gap);
  if (!std::visit([&](const auto& change) { return apply(change); }, entry.change))
    return std::unexpected(RestoreFault::does_not_fit);
  number_ = entry.number;
  return {};
}

bool Ledger::apply(const Reserved& change) {
  const auto places = places_of(change.accounts.view());
  if (!places || !change.call || !is_amount(change.amount) || calls_.find(change.call) != calls_.none ||
      calls_.size() == calls_.capacity())
    return false;
  for (std::size_t i = 0; i < change.accounts.count; ++i) {
    const Purse& ever = accounts_[(*places)[i]].purse(Limit::credit);
    if (ever.settled + ever.reserved + change.amount > MoneyLimits::micros) return false;
  }
  begin(change.call, *places, change.accounts.count, change.amount);
  return true;
}

bool Ledger::apply(const Extended& change) {
  const std::uint32_t place = calls_.find(change.call);
  if (place == calls_.none || calls_[place].presumed || !is_amount(change.more)) return false;
  CallState& call = calls_[place];
  for (std::size_t i = 0; i < call.count; ++i) {
    const Purse& ever = accounts_[call.shares[i].account].purse(Limit::credit);
    if (ever.settled + ever.reserved + change.more > MoneyLimits::micros) return false;
  }
  ++call.extensions;
  hold(call, change.more);
  return true;
}

bool Ledger::apply(const Settled& change) {
  const std::uint32_t place = calls_.find(change.call);
  if (place == calls_.none || calls_[place].presumed || !is_amount(change.actual)) return false;
  finish(calls_[place], change.actual);
  forget(place);
  return true;
}

bool Ledger::apply(const Presumed& change) {
  const std::uint32_t place = calls_.find(change.call);
  if (place == calls_.none || calls_[place].presumed) return false;
  finish(calls_[place], calls_[place].reserved);
  calls_[place].presumed = true;
  return true;
}

bool Ledger::apply(const Corrected& change) {
  const std::uint32_t place = calls_.find(change.call);
  if (place == calls_.none || !calls_[place].presumed || !is_amount(change.actual) ||
      change.actual > calls_[place].reserved)
    return false;
  take_back(calls_[place], change.actual);
  forget(place);
  return true;
}

void Ledger::presume_open_calls(std::int64_t wall_ms, std::vector<LedgerEntry>& entries) {
  std::vector<CallId> open;
  calls_.for_each([&](const CallState& call) {
    if (!call.presumed) open.push_back(call.id);
  });
  std::sort(open.begin(), open.end());
  for (const CallId call : open) {
    apply(Presumed{call});
    entries.push_back(entered(Presumed{call}, wall_ms));
  }
}

std::vector<CallId> Ledger::presumed_calls() const {
  std::vector<CallId> out;
  calls_.for_each([&](const CallState& call) {
    if (call.presumed) out.push_back(call.id);
  });
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<AccountId> Ledger::audit() const {
  struct Sum {
    std::int64_t day = 0, month = 0, ever = 0;
    std::uint32_t open = 0;
  };
  std::map<std::uint32_t, Sum> sums;
  calls_.for_each([&](const CallState& call) {
    for (std::size_t i = 0; i < call.count; ++i) {
      const Share& share = call.shares[i];
      const AccountState& account = accounts_[share.account];
      Sum& sum = sums[share.account];
      ++sum.open;
      if (call.presumed) continue;
      sum.ever += call.reserved;
      if (share.day == account.day) sum.day += share.in_day;
      if (share.month == account.month) sum.month += share.in_month;
    }
  });
  std::optional<AccountId> wrong;
  accounts_.for_each_place([&](std::uint32_t place) {
    const AccountState& account = accounts_[place];
    const Sum sum = sums.contains(place) ? sums[place] : Sum{};
    const bool agrees = account.purse(Limit::day).reserved == sum.day &&
                        account.purse(Limit::month).reserved == sum.month &&
                        account.purse(Limit::credit).reserved == sum.ever && account.open == sum.open;
    if (!agrees && !wrong) wrong = account.id;
  });
  return wrong;
}

}  // namespace rf::money
