// PINs between their sealed rows and what calls compare: only who has the key file can read a row or try a PIN.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "app/records.hpp"
#include "core/document/rows.hpp"
#include "core/toll/pins.hpp"

namespace rf::app {

/// What digests of PINs are made with: belongs to the key file, and is written nowhere.
toll::PinKey pin_key_of(const seal::Vault& vault);

/// A digest as it is kept and exported, bound to its list and account.
document::PinRow sealed_pin(const seal::Vault& vault, std::string_view list, std::string account,
                            const toll::PinDigest& digest);
/// The PINs of a list's rows. Errors, one for each row: sealed with another key, or for another list or account.
std::expected<std::vector<toll::PinListTerms::Pin>, std::vector<toll::PlanFault>> opened_pins(
    const seal::Vault& vault, const std::string& list, const std::vector<document::PinRow>& rows);

/// The rows of a list as they are kept. Errors: damaged ones.
std::expected<std::vector<document::PinRow>, std::vector<toll::PlanFault>> pin_rows_of(store::Store& store,
                                                                                       const store::ObjectRow& list);

/// Within a change of objects; `list` is the row of the list. Errors: what is wrong with the PIN, or an account that
/// has one.
std::expected<Json, command::Error> add_pin(Records& records, const store::ObjectRow& list,
                                            const command::AddPin& command);
std::expected<Json, command::Error> remove_pin(Records& records, const store::ObjectRow& list,
                                               const command::RemovePin& command);
std::expected<Json, command::Error> list_pins(Records& records, const store::ObjectRow& list,
                                              const command::ListPins& command);

/// Wrong PINs of the last day, as the records tell of them.
/// `note` gets a line for the operator when they cannot be read: then everybody may try anew.
toll::PinTries recalled_pin_tries(store::Store& store, const toll::Plan& plan, Now now, std::string& note);

}  // namespace rf::app
