// What happened to money, as numbered values that are only ever appended: the ledger's journal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <variant>
#include <vector>

#include "core/money/account.hpp"

namespace rf::money {

/// Accounts in place, so that a reservation allocates nothing.
struct AccountList {
  std::array<AccountId, MoneyLimits::accounts_per_call> ids{};
  std::uint8_t count = 0;

  std::span<const AccountId> view() const { return {ids.data(), count}; }
  friend bool operator==(const AccountList& a, const AccountList& b) { return a.count == b.count && a.ids == b.ids; }
};

/// All amounts are micro-units of the ledger's currency.
struct Reserved {
  CallId call;
  AccountList accounts;
  std::int64_t amount = 0;
  friend bool operator==(const Reserved&, const Reserved&) = default;
};
struct Extended {
  CallId call;
  std::int64_t more = 0;
  friend bool operator==(const Extended&, const Extended&) = default;
};
/// The call is over and cost so much; 0 when nobody answered it.
struct Settled {
  CallId call;
  std::int64_t actual = 0;
  friend bool operator==(const Settled&, const Settled&) = default;
};
/// Nobody knows what the call cost, since the process died while it ran: all that was reserved counts as spent, until
/// a Corrected says that it was less.
struct Presumed {
  CallId call;
  friend bool operator==(const Presumed&, const Presumed&) = default;
};
struct Corrected {
  CallId call;
  std::int64_t actual = 0;
  friend bool operator==(const Corrected&, const Corrected&) = default;
};
struct ToppedUp {
  AccountId account;
  std::int64_t amount = 0;
  friend bool operator==(const ToppedUp&, const ToppedUp&) = default;
};
/// Opens the account when it is new.
struct LimitsSet {
  AccountId account;
  AccountLimits limits;
  friend bool operator==(const LimitsSet&, const LimitsSet&) = default;
};
struct PeriodsSet {
  AccountId account;
  Periods periods;
  bool mended = false;  ///< an operator's: moves the periods, keeps what was counted
  friend bool operator==(const PeriodsSet&, const PeriodsSet&) = default;
};
struct Closed {
  AccountId account;
  friend bool operator==(const Closed&, const Closed&) = default;
};

/// The order is the number in the written form: new kinds go to the end.
using Change = std::variant<Reserved, Extended, Settled, Presumed, Corrected, ToppedUp, LimitsSet, PeriodsSet, Closed>;

struct LedgerEntry {
  std::uint64_t number = 0;  ///< from 1, without a gap
  std::int64_t wall_ms = 0;
  Currency currency;
  Change change;
  friend bool operator==(const LedgerEntry&, const LedgerEntry&) = default;
};

/// Appends an entry as bytes: length, checksum, then fixed little-endian fields. The checksum finds torn writes; it is
/// no proof against somebody who can write to the disk.
void write_entry(const LedgerEntry& entry, std::vector<std::uint8_t>& out);

struct Journal {
  std::vector<LedgerEntry> entries;
  std::size_t good_bytes = 0;  ///< cut the file here before anything is appended
  bool torn = false;           ///< behind them is the beginning of an entry that was not written to its end
};
/// What is wrong with a journal: at which byte its first bad entry begins.
struct JournalDamage {
  std::size_t offset = 0;
};
/// All entries of a journal. A last entry that is cut short, or whose checksum is wrong, was being written when the
/// power went: nobody acted upon it, so it is left out. Damage in front of a good or further entry is an error: money
/// that nobody can account for needs a person.
std::expected<Journal, JournalDamage> read_journal(std::span<const std::uint8_t> bytes);

}  // namespace rf::money
