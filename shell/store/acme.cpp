#include "shell/store/acme.hpp"

#include <algorithm>

#include "shell/store/state.hpp"

namespace rf::store {
namespace {

/// Where a sealed key belongs: copied to another row, it does not open.
std::string place_of(const std::string& directory) {
  return "acme_accounts/" + directory;
}

}  // namespace

Expected<std::optional<Secret<std::vector<std::uint8_t>>>> AcmeTables::account_key(const seal::Vault& vault,
                                                                                   const std::string& directory) {
  using Found = std::optional<Secret<std::vector<std::uint8_t>>>;
  return guarded([&]() -> Expected<Found> {
    std::string sealed;
    soci::statement row = (state_.sql().prepare << "SELECT account_key FROM acme_accounts WHERE directory = :directory",
                           soci::use(directory), soci::into(sealed));
    if (!row.execute(true)) return Found();
    auto key = vault.unseal(sealed, place_of(directory));
    if (!key) return problem(Fault::wrong_key, key.error().text);
    return Found(std::move(*key));
  });
}

Expected<void> AcmeTables::keep_account_key(const seal::Vault& vault, const std::string& directory,
                                            const Secret<std::vector<std::uint8_t>>& key) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const std::string sealed = vault.seal(key.reveal(), place_of(directory));
    sql << "DELETE FROM acme_accounts WHERE directory = :directory", soci::use(directory);
    sql << "INSERT INTO acme_accounts (directory, account_key, failures, next_wall_ms) VALUES (:directory, :sealed, 0,"
           " 0)",
        soci::use(directory, "directory"), soci::use(sealed, "sealed");
    transaction.commit();
    return {};
  });
}

Expected<AcmePause> AcmeTables::pause(const std::string& directory) {
  return guarded([&]() -> Expected<AcmePause> {
    long long failures = 0, next = 0;
    soci::statement row = (state_.sql().prepare << "SELECT failures, next_wall_ms FROM acme_accounts WHERE"
                                                   " directory = :directory",
                           soci::use(directory), soci::into(failures), soci::into(next));
    if (!row.execute(true)) return AcmePause();
    return AcmePause{static_cast<std::uint32_t>(std::clamp<long long>(failures, 0, 1'000)), next};
  });
}

Expected<void> AcmeTables::keep_pause(const std::string& directory, const AcmePause& pause) {
  return guarded([&]() -> Expected<void> {
    const long long failures = pause.failures, next = pause.next_wall_ms;
    state_.sql() << "UPDATE acme_accounts SET failures = :failures, next_wall_ms = :next WHERE directory = :directory",
        soci::use(failures, "failures"), soci::use(next, "next"), soci::use(directory, "directory");
    return {};
  });
}

}  // namespace rf::store
