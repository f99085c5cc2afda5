// Carries out the commands that need nothing but the database: the same with and without a running server.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/rows.hpp"
#include "app/terms.hpp"
#include "core/base/limits/server.hpp"
#include "core/command/command.hpp"
#include "shell/seal/vault.hpp"
#include "shell/store/store.hpp"

namespace rf::app {

using control::Outcome;

/// Opens the key file and the database of a data directory. Errors: the store's and the vault's own sentences.
struct Records {
  seal::Vault vault;
  store::Store store;
  std::string realm;
  Shelf shelf = {};
  Limits limits = {};  ///< of the configuration, as it was read last
  std::vector<std::string> domains = {};  ///< likewise: of the system, and no tenant's alone
  TenantId tenant = store::default_tenant;  ///< whose things commands are about, until the next
  bool bounded = false;  ///< whoever gave the last command reaches nothing beyond that tenant
  std::string dealer = {};  ///< or nothing beyond the tenants of this dealer, whose user he is
  std::string web = {};  ///< "https://pbx.example.com:8443": where links lead; empty: no pages are served

  static std::expected<Records, command::Error> open(const store::Options& options, const std::string& key_path,
                                                     const std::string& realm);

  /// Nothing for a command that is not of this kind.
  std::optional<Outcome> execute(const command::Command& command, std::int64_t now_wall_ms);

  /// Whoever gave the last command; none: he reaches every tenant.
  TenantId bound_to() const { return bounded ? tenant : TenantId{}; }

  /// Numbers of the tenant's extensions by id, for listings.
  std::unordered_map<ExtensionId, std::string> numbers();
};

command::Error error_of(const store::Problem& problem);

}  // namespace rf::app
