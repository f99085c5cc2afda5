// The desk as a start finds it: restored from disk, the former process's calls settled, its journal made short.
#pragma once

#include <memory>
#include <string>

#include "core/toll/desk.hpp"
#include "shell/store/store.hpp"

namespace rf::store {

struct OpenedDesk {
  std::unique_ptr<toll::Desk> desk;
  /// For the operator: why no paid call leaves (Desk::why_shut), how many calls were settled, or empty.
  std::string note;
};

/// At start, after Store::close_interrupted_cdrs and before the writer and the first call. What the former process left
/// open counts as spent with what was reserved, or with what its record says, and is on disk when this returns.
/// Never fails: a ledger that is damaged, of another currency, or cannot be written makes a desk that refuses paid
/// calls and lets all others go.
OpenedDesk open_desk(Store& store, const toll::Desk::Options& options, money::Currency currency, Now now);

/// Adds to what an extension, department, tenant … may spend: for the command line while no server runs. The account
/// has to be there and prepaid. Errors: invalid_value, damaged_ledger.
Expected<money::Amount> add_credit(Store& store, money::AccountId account, money::Amount amount,
                                   std::int64_t now_wall_ms);

/// The ledger as it lies on disk, changing nothing: for listings while no server runs. Errors: damaged_ledger;
/// not_found when no call was ever paid.
Expected<money::Ledger> read_ledger(Store& store);

}  // namespace rf::store
