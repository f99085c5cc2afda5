// What calls cost and may still cost, from the database: `spend list`, `credit add`.
#pragma once

#include "app/records.hpp"

namespace rf::app {

/// {"currency", "accounts": [{"level", "id", "name", "today": {"spent", "reserved", "limit", "left", "until"}, "month",
/// "credit", "locked", "calls"}]}. Everything that a call may spend is on disk before it leaves, so this is how it
/// stands while a server runs, too.
Outcome list_spending(Records& records, const command::ListSpending& command, std::int64_t now_wall_ms);

/// Only while no server runs. Errors: not_found, invalid.
Outcome add_credit(Records& records, const command::AddCredit& command, std::int64_t now_wall_ms);
/// Whose account a command names. Errors: not_found.
std::expected<money::AccountId, command::Error> account_of(Records& records, TenantId tenant, const std::string& whom);
/// The answer to it: what is left now that `added` is there. `whom` as in command::AddCredit.
Json credited_json(const std::string& whom, const money::Amount& added, const money::Amount& left);

}  // namespace rf::app
