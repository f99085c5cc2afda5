// Registration names and sealed passwords, the same for extensions and their devices. Internal to shell/store.
#pragma once

#include <soci/soci.h>

#include <array>
#include <string>
#include <string_view>

#include "core/policy/policy.hpp"
#include "shell/store/store.hpp"

namespace rf::store {

using SealedCredentials = std::array<std::string, policy::algorithm_count>;

/// For the row `id` of `table`: what is sealed for one place opens in no other.
SealedCredentials sealed_credentials(const seal::Vault& vault, std::string_view table, long long id,
                                     std::string_view auth_name, std::string_view realm,
                                     const Secret<std::string>& password);
/// Whether all of them opened.
bool unseal_credentials(const seal::Vault& vault, std::string_view table, long long id, std::string_view auth_name,
                        std::string_view realm, const SealedCredentials& sealed, policy::Credentials& out);

/// The first key that seals something is written down; from then on only that one is taken. Within a transaction.
/// Errors: wrong_key.
Expected<void> claim_key(soci::session& sql, const seal::Vault& vault);
/// The one that was written down; none: nothing was sealed yet.
std::optional<std::string> known_key_id(soci::session& sql);
std::unexpected<Problem> wrong_key();

/// Whether an extension or a device has that registration name.
bool is_taken(soci::session& sql, const std::string& auth_name);
/// A registration name that nobody has.
std::string free_auth_name(soci::session& sql, std::string_view number);

}  // namespace rf::store
