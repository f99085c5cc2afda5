// Accounts at authorities that give certificates by ACME: their keys, sealed, and when one is asked again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/secret.hpp"
#include "shell/seal/vault.hpp"
#include "shell/store/store.hpp"

namespace rf::store {

struct AcmePause {
  std::uint32_t failures = 0;
  std::int64_t next_wall_ms = 0;
};

/// The table of an open store; lives no longer than it. An authority is its directory's address.
class AcmeTables {
 public:
  explicit AcmeTables(Store& store) : state_(*store.state_) {}

  /// None: there is no account yet. Errors: wrong_key.
  Expected<std::optional<Secret<std::vector<std::uint8_t>>>> account_key(const seal::Vault& vault,
                                                                         const std::string& directory);
  Expected<void> keep_account_key(const seal::Vault& vault, const std::string& directory,
                                  const Secret<std::vector<std::uint8_t>>& key);
  Expected<AcmePause> pause(const std::string& directory);
  /// Of an authority that there is an account at.
  Expected<void> keep_pause(const std::string& directory, const AcmePause& pause);

 private:
  Store::State& state_;
};

}  // namespace rf::store
