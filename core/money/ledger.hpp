// The ledger: money is set aside at every level before a call leaves, and never twice.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/money/entry.hpp"
#include "core/money/flat_table.hpp"

namespace rf::money {

/// Why money was refused. Everything here fails closed: what the ledger has no room for does not leave.
enum class Refusal : std::uint8_t {
  locked,
  day_cap,
  month_cap,
  no_credit,
  unknown_account,  ///< open it with set_limits() first
  no_accounts,      ///< a call that nobody pays for, or more accounts than a call may have
  repeated_account,
  bad_amount,    ///< negative, or of another currency
  call_known,    ///< this call has a reservation already
  unknown_call,  ///< it has none, or is settled
  call_unclear,  ///< it ran when the process died: only correct() is for it
  reservations_full,
  extensions_full,
  counter_full,  ///< 10^12 units were counted
  accounts_full,
  account_in_use,  ///< running calls have reservations on it
  bad_limits,
  bad_periods,  ///< of no length, longer than a day or a month can be, or not around now
  not_prepaid,
};
/// One sentence for the operator.
std::string_view text_of(Refusal refusal);

struct Refused {
  Refusal why = Refusal::no_accounts;
  AccountId account;  ///< whose limit it is; of those that refuse, the first in the order given
  Amount left;        ///< of that limit, at least zero
};

/// What a settled call gave back, or cost too much.
struct Settlement {
  LedgerEntry entry;
  Amount returned;
  /// Above what was reserved: it was cut too late. It is counted in full, so that later calls have less.
  Amount overrun;
};

/// A limit has been used to a threshold of its account.
struct Warning {
  AccountId account;
  Limit limit = Limit::day;
  std::uint8_t percent = 0;  ///< the highest passed
  Amount used;               ///< settled and reserved
  Amount of;
};

struct AccountState {
  AccountId id;
  std::array<Purse, limits_of_account> purses{};  ///< by Limit; day and month count in the present period
  std::uint32_t day = 0, month = 0;               ///< how many have begun
  std::uint32_t open = 0;                         ///< calls with a reservation on it, or unclear
  AccountLimits limits;
  Periods periods;

  Purse& purse(Limit limit) { return purses[static_cast<std::size_t>(limit)]; }
  const Purse& purse(Limit limit) const { return purses[static_cast<std::size_t>(limit)]; }
  /// Whether there is such a limit: without, its purse only counts.
  bool has(Limit limit) const {
    return limit == Limit::credit ? limits.prepaid : purse(limit).limit != Purse::unlimited;
  }
  friend bool operator==(const AccountState&, const AccountState&) = default;
};

/// A part of a call's reservation that counts in the account's present periods, if their numbers are still the same.
struct Share {
  std::uint32_t account = 0;  ///< place in the ledger; in a snapshot: in its list of accounts
  std::uint32_t day = 0, month = 0;
  std::int64_t in_day = 0, in_month = 0;
  friend bool operator==(const Share&, const Share&) = default;
};
struct CallState {
  CallId id;
  std::int64_t reserved = 0;
  std::uint32_t extensions = 0;
  std::uint8_t count = 0;
  bool presumed = false;
  std::array<Share, MoneyLimits::accounts_per_call> shares{};
  friend bool operator==(const CallState&, const CallState&) = default;
};

/// A whole ledger as a value, in the order of ids.
struct Snapshot {
  Currency currency;
  std::uint64_t number = 0;  ///< of the last entry that is in it
  std::vector<AccountState> accounts;
  std::vector<CallState> calls;
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

/// Why a ledger could not be restored. None of these can be mended by guessing.
enum class RestoreFault : std::uint8_t {
  gap,  ///< the entry is not the next one
  other_currency,
  does_not_fit,  ///< it speaks of calls or accounts that are not there, or breaks a bound
  too_much,      ///< more accounts or calls than this ledger has room for
};

/// Every change first is an entry, which the caller has on disk before he acts upon it. One thread's; pure: the same
/// entries make the same ledger. A reservation is all or nothing: at each of its accounts, or at none.
///
/// Left of a limit is `limit - settled - reserved`. A reservation needs as much of each limit of each account; one of
/// zero needs nothing but accounts that are not locked.
class Ledger {
 public:
  /// `key` hides from callers where their records lie. Memory is taken here, never later.
  Ledger(Currency currency, const MoneyLimits& bounds, const HashKey& key);

  // --- Calls

  std::expected<LedgerEntry, Refused> reserve(CallId call, std::span<const AccountId> accounts, Amount amount,
                                              std::int64_t wall_ms);
  /// For who has found them already, see find().
  std::expected<LedgerEntry, Refused> reserve(CallId call, std::span<const AccountState* const> accounts, Amount amount,
                                              std::int64_t wall_ms);
  /// More for a call that has a reservation, at the same accounts.
  std::expected<LedgerEntry, Refused> extend(CallId call, Amount more, std::int64_t wall_ms);
  /// The call is over; `actual` is at most Amount::highest. What is above the reservation is an overrun, counted too.
  std::expected<Settlement, Refused> settle(CallId call, Amount actual, std::int64_t wall_ms);
  /// Nobody answered: all of it comes back.
  std::expected<Settlement, Refused> cancel(CallId call, std::int64_t wall_ms);
  /// The least that is left of any limit of these accounts: what an extension could have. Nothing: unlimited.
  std::expected<std::optional<Amount>, Refused> headroom(std::span<const AccountId> accounts) const;
  std::expected<std::optional<Amount>, Refused> headroom(CallId call) const;
  /// Altogether, over all extensions.
  std::optional<Amount> reserved(CallId call) const;
  /// Begins to read the place of a call that will be reserved for soon.
  void fetch(CallId call) const { calls_.begin_find(call); }

  // --- Accounts

  /// Opens an account, or changes its limits. A limit below what is spent is allowed: nothing is left until the period
  /// ends; running calls are not extended.
  std::expected<LedgerEntry, Refused> set_limits(AccountId account, const AccountLimits& limits, std::int64_t wall_ms);
  /// Negative: takes credit away, at most what is left.
  std::expected<LedgerEntry, Refused> top_up(AccountId account, Amount amount, std::int64_t wall_ms);
  /// Nothing when it changes nothing: see Periods. Errors: unknown_account, bad_periods.
  std::expected<std::optional<LedgerEntry>, Refused> set_periods(AccountId account, const Periods& periods,
                                                                 std::int64_t wall_ms);
  /// An operator's word on what day it is, after a wrong clock. What was counted stays counted.
  std::expected<LedgerEntry, Refused> mend_periods(AccountId account, const Periods& periods, std::int64_t wall_ms);
  std::expected<LedgerEntry, Refused> close(AccountId account, std::int64_t wall_ms);
  /// Stays where it is until the account is closed. None: there is no such account.
  const AccountState* find(AccountId account) const;
  /// For who found one there before, of whatever account; it is tried first.
  const AccountState* find(AccountId account, const AccountState* before) const {
    return before && before->id == account ? before : find(account);
  }

  /// Appends the warnings since the last time; they are not in a snapshot. None is ever lost to a bound: what waits is
  /// one mark an account. After a restore those that the replayed entries caused are said again.
  void take_warnings(std::vector<Warning>& out);

  // --- Disk

  Snapshot snapshot() const;
  /// Entries that are in the snapshot already are passed over: replaying twice changes nothing.
  static std::expected<Ledger, RestoreFault> restore(const Snapshot& snapshot, std::span<const LedgerEntry> entries,
                                                     const MoneyLimits& bounds, const HashKey& key);
  /// Applies one entry of the journal, or of a fellow node.
  std::expected<void, RestoreFault> replay(const LedgerEntry& entry);
  /// After a restart: calls that ran count as spent with all that was reserved, never less, never more; each stays
  /// known until correct() says what it was. Appends an entry each.
  void presume_open_calls(std::int64_t wall_ms, std::vector<LedgerEntry>& entries);
  /// What a call's record says that it cost, after it was presumed; at most what was reserved counts (bad_amount
  /// above). Say the presumed cost itself to forget a call that nobody will ever know more about.
  std::expected<Settlement, Refused> correct(CallId call, Amount actual, std::int64_t wall_ms);
  /// Calls that wait for correct(): they fill places of running calls.
  std::vector<CallId> presumed_calls() const;

  /// Adds up all calls and compares with all accounts. Nothing: they agree; else the first account that does not.
  std::optional<AccountId> audit() const;

  Currency currency() const { return currency_; }
  std::size_t accounts() const { return accounts_.size(); }
  /// Each AccountState, in no order.
  template <class Fn>
  void each_account(Fn&& fn) const {
    accounts_.for_each(fn);
  }
  std::size_t calls() const { return calls_.size(); }
  std::uint64_t last_number() const { return number_; }
  std::size_t bytes() const {
    return accounts_.bytes() + calls_.bytes() + told_.size() * (sizeof(Told) + sizeof(std::uint32_t));
  }

 private:
  using Places = std::array<std::uint32_t, MoneyLimits::accounts_per_call>;

  std::expected<Places, Refused> places_of(std::span<const AccountId> accounts) const;
  std::optional<Refused> fault_of(CallId call, Amount amount) const;
  std::expected<LedgerEntry, Refused> reserve_at(CallId call, const Places& places, std::size_t count, Amount amount,
                                                 std::int64_t wall_ms);
  std::optional<Refused> refusal_of(const AccountState& account, std::int64_t amount) const;
  std::expected<std::optional<Amount>, Refused> least_left(const Places& places, std::size_t count) const;
  Refused refused(Refusal why, AccountId account = {}, std::int64_t left = 0) const;
  LedgerEntry entered(Change change, std::int64_t wall_ms);
  Amount amount_of(std::int64_t micros) const;

  void begin(CallId call, const Places& places, std::size_t count, std::int64_t amount);
  void hold(CallState& call, std::int64_t amount);
  void finish(CallState& call, std::int64_t actual);
  void take_back(CallState& call, std::int64_t actual);
  void forget(std::uint32_t place);
  std::expected<Settlement, Refused> end(CallId call, Amount actual, std::int64_t wall_ms, bool correction);
  void set(AccountState& account, const AccountLimits& limits);
  void warn(std::uint32_t place);
  void count_warnings_anew(std::uint32_t place);

  bool apply(const Reserved& change);
  bool apply(const Extended& change);
  bool apply(const Settled& change);
  bool apply(const Presumed& change);
  bool apply(const Corrected& change);
  bool apply(const ToppedUp& change);
  bool apply(const LimitsSet& change);
  bool apply(const PeriodsSet& change);
  bool apply(const Closed& change);
  bool take(const Snapshot& snapshot);

  Currency currency_;
  std::uint64_t number_ = 0;
  FlatTable<AccountId, AccountState> accounts_;
  FlatTable<CallId, CallState> calls_;
  /// By place of an account: how many thresholds of each limit were told of.
  struct Told {
    std::array<std::uint8_t, limits_of_account> thresholds{};
    bool waits = false;
  };
  std::vector<Told> told_;
  std::vector<std::uint32_t> waiting_;  ///< accounts with a warning to tell
};

}  // namespace rf::money
