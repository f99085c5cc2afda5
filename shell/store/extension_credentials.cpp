#include "shell/store/extension_credentials.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/auth/digest.hpp"
#include "shell/seal/generate.hpp"
#include "shell/store/connection.hpp"

namespace rf::store {
namespace {

using policy::Algorithm;
constexpr std::array algorithms{Algorithm::sha512_256, Algorithm::sha256, Algorithm::md5};
static_assert(algorithms.size() == policy::algorithm_count);

constexpr const char* key_id_setting = "seal_key_id";

/// Where a sealed value belongs. The names are in it, because the hash inside is worthless under others.
std::string context_of(std::string_view table, long long id, std::string_view auth_name, std::string_view realm,
                       Algorithm algorithm) {
  return fmt::format("{}/{}/{}/{}/{}", table, id, auth_name, realm, auth::text_of(algorithm));
}

}  // namespace

SealedCredentials sealed_credentials(const seal::Vault& vault, std::string_view table, long long id,
                                     std::string_view auth_name, std::string_view realm,
                                     const Secret<std::string>& password) {
  SealedCredentials sealed;
  for (std::size_t i = 0; i < algorithms.size(); ++i) {
    const Secret<std::array<std::uint8_t, 32>> ha1(auth::ha1(algorithms[i], auth_name, realm, password.reveal()));
    sealed[i] = vault.seal(ha1.reveal(), context_of(table, id, auth_name, realm, algorithms[i]));
  }
  return sealed;
}

bool unseal_credentials(const seal::Vault& vault, std::string_view table, long long id, std::string_view auth_name,
                        std::string_view realm, const SealedCredentials& sealed, policy::Credentials& out) {
  for (std::size_t i = 0; i < algorithms.size(); ++i) {
    const auto value = vault.unseal(sealed[i], context_of(table, id, auth_name, realm, algorithms[i]));
    auto& ha1 = out.ha1[i].reveal();
    if (!value || value->reveal().size() != ha1.size()) return false;
    std::copy(value->reveal().begin(), value->reveal().end(), ha1.begin());
  }
  return true;
}

std::optional<std::string> known_key_id(soci::session& sql) {
  std::string known;
  const std::string setting = key_id_setting;
  soci::statement statement =
      (sql.prepare << "SELECT value FROM settings WHERE key = :key", soci::use(setting), soci::into(known));
  if (!statement.execute(true)) return std::nullopt;
  return known;
}

std::unexpected<Problem> wrong_key() {
  return problem(Fault::wrong_key,
                 "the key file is not the one that this database was sealed with; restore it from the "
                 "backup, or move the database away and start with an empty one");
}

Expected<void> claim_key(soci::session& sql, const seal::Vault& vault) {
  const std::string ours = vault.key_id(), setting = key_id_setting;
  const auto known = known_key_id(sql);
  if (known && *known != ours) return wrong_key();
  if (!known) sql << "INSERT INTO settings (key, value) VALUES (:key, :value)", soci::use(setting), soci::use(ours);
  return {};
}

bool is_taken(soci::session& sql, const std::string& auth_name) {
  int of_extensions = 0, of_devices = 0;
  sql << "SELECT COUNT(*) FROM extensions WHERE auth_name = :name", soci::use(auth_name), soci::into(of_extensions);
  sql << "SELECT COUNT(*) FROM devices WHERE auth_name = :name", soci::use(auth_name), soci::into(of_devices);
  return of_extensions + of_devices != 0;
}

std::string free_auth_name(soci::session& sql, std::string_view number) {
  std::string name = seal::generate_auth_name(number);
  // 49 bits make a second round a curiosity.
  while (is_taken(sql, name)) name = seal::generate_auth_name(number);
  return name;
}

}  // namespace rf::store
