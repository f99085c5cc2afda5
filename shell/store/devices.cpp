// One-time links, and the devices that they make: second registration names with passwords of their own (E10).
#include <fmt/format.h>

#include <array>

#include "core/base/limits/people.hpp"
#include "shell/seal/generate.hpp"
#include "shell/store/audit.hpp"
#include "shell/store/extension_credentials.hpp"
#include "shell/store/state.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

std::unexpected<Problem> too_many(std::string_view number) {
  return problem(Fault::invalid_value,
                 fmt::format("extension {0} has {1} devices, the most there may be; remove one: ringfence extension "
                             "devices {0}",
                             number, WebLimits::devices_per_extension));
}

int count_devices(soci::session& sql, long long extension) {
  int count = 0;
  sql << "SELECT COUNT(*) FROM devices WHERE extension = :id", soci::use(extension), soci::into(count);
  return count;
}

/// The oldest go, so that whoever makes links without end fills nothing.
void make_room_for_link(soci::session& sql, long long extension) {
  std::vector<std::string> hashes;
  std::string hash;
  soci::statement rows = (sql.prepare << "SELECT hash FROM links WHERE extension = :id ORDER BY created_wall_ms, hash",
                          soci::use(extension), soci::into(hash));
  for (bool got = rows.execute(true); got; got = rows.fetch()) hashes.push_back(hash);
  for (std::size_t i = 0; i + WebLimits::links_per_extension <= hashes.size(); ++i)
    sql << "DELETE FROM links WHERE hash = :hash", soci::use(hashes[i]);
}

}  // namespace

Expected<void> Store::add_link(TenantId tenant, std::string_view number, const std::string& hash,
                               std::int64_t now_wall_ms, std::int64_t expires_wall_ms) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto row = find_extension(tenant, number);
    if (!row) return std::unexpected(row.error());
    const auto id = static_cast<long long>(row->id.value), now = static_cast<long long>(now_wall_ms),
               end = static_cast<long long>(expires_wall_ms);
    if (count_devices(sql, id) >= static_cast<int>(WebLimits::devices_per_extension)) return too_many(number);
    sql << "DELETE FROM links WHERE expires_wall_ms <= :now", soci::use(now);
    make_room_for_link(sql, id);
    sql << "INSERT INTO links (hash, extension, created_wall_ms, expires_wall_ms) VALUES (:hash, :id, :now, :end)",
        soci::use(hash), soci::use(id), soci::use(now), soci::use(end);
    transaction.commit();
    return {};
  });
}

Expected<std::uint64_t> Store::drop_links(TenantId tenant, std::string_view number) {
  return guarded([&]() -> Expected<std::uint64_t> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto row = find_extension(tenant, number);
    if (!row) return std::unexpected(row.error());
    const auto id = static_cast<long long>(row->id.value);
    int count = 0;
    sql << "SELECT COUNT(*) FROM links WHERE extension = :id", soci::use(id), soci::into(count);
    sql << "DELETE FROM links WHERE extension = :id", soci::use(id);
    transaction.commit();
    return static_cast<std::uint64_t>(count);
  });
}

Expected<NewDevice> Store::use_link(const seal::Vault& vault, std::string_view realm, const std::string& hash,
                                    std::int64_t now_wall_ms, const std::string& name, const Address& from) {
  return guarded([&]() -> Expected<NewDevice> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    if (auto checked = claim_key(sql, vault); !checked) return std::unexpected(checked.error());
    const auto now = static_cast<long long>(now_wall_ms);
    long long extension = 0;
    // Whoever asks chooses the token and not its hash, so the time of this look tells him nothing of those that are
    // here.
    soci::statement link = (sql.prepare << "SELECT extension FROM links WHERE hash = :hash AND expires_wall_ms > :now",
                            soci::use(hash), soci::use(now), soci::into(extension));
    if (!link.execute(true)) return problem(Fault::not_found, "there is no such link");
    NewDevice made;
    int enabled = 0;
    std::string tenant;
    soci::statement owner =
        (sql.prepare << "SELECT e.number, e.display_name, e.enabled, t.name FROM extensions e JOIN tenants t ON"
                        " t.id = e.tenant WHERE e.id = :id",
         soci::use(extension), soci::into(made.account.number), soci::into(made.display_name), soci::into(enabled),
         soci::into(tenant));
    if (!owner.execute(true) || enabled == 0)
      return problem(Fault::not_found, "the extension of that link is gone or disabled");
    if (count_devices(sql, extension) >= static_cast<int>(WebLimits::devices_per_extension))
      return too_many(made.account.number);
    sql << "DELETE FROM links WHERE hash = :hash", soci::use(hash);
    made.account.id = ExtensionId{static_cast<std::uint64_t>(extension)};
    made.account.auth_name = free_auth_name(sql, made.account.number);
    made.account.password = seal::generate_password();
    const auto id = static_cast<long long>(state_->next_id("devices"));
    made.id = DeviceId{static_cast<std::uint64_t>(id)};
    const auto sealed = sealed_credentials(vault, "devices", id, made.account.auth_name, realm, made.account.password);
    const std::string realm_text(realm), shown = escaped(name.substr(0, WebLimits::device_name_bytes));
    sql << "INSERT INTO devices (id, extension, auth_name, name, realm, ha1_sha512_256, ha1_sha256, ha1_md5,"
           " created_wall_ms, used_wall_ms) VALUES (:id, :extension, :auth_name, :name, :realm, :a, :b, :c, :now, "
           ":now)",
        soci::use(id, "id"), soci::use(extension, "extension"), soci::use(made.account.auth_name, "auth_name"),
        soci::use(shown, "name"), soci::use(realm_text, "realm"), soci::use(sealed[0], "a"), soci::use(sealed[1], "b"),
        soci::use(sealed[2], "c"), soci::use(now, "now");
    store::append_audit(sql, {now_wall_ms, "one-time link", "login",
                              fmt::format("device {} of extension {} of tenant {} from {}", made.account.auth_name,
                                          made.account.number, tenant, from.text()),
                              "done"});
    transaction.commit();
    return made;
  });
}

Expected<std::vector<DeviceRow>> Store::devices(TenantId tenant, std::string_view number) {
  return guarded([&]() -> Expected<std::vector<DeviceRow>> {
    const auto row = find_extension(tenant, number);
    if (!row) return std::unexpected(row.error());
    const auto extension = static_cast<long long>(row->id.value);
    std::vector<DeviceRow> out;
    long long id = 0, created = 0, used = 0;
    std::string auth_name, name;
    soci::statement rows = (state_->sql().prepare << "SELECT id, auth_name, name, created_wall_ms, used_wall_ms FROM"
                                                     " devices WHERE extension = :id ORDER BY id",
                            soci::use(extension), soci::into(id), soci::into(auth_name), soci::into(name),
                            soci::into(created), soci::into(used));
    for (bool got = rows.execute(true); got; got = rows.fetch())
      out.push_back({DeviceId{static_cast<std::uint64_t>(id)}, auth_name, unescaped(name), created, used});
    return out;
  });
}

Expected<bool> Store::drop_device(TenantId tenant, std::string_view number, const std::string& auth_name) {
  return guarded([&]() -> Expected<bool> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto row = find_extension(tenant, number);
    if (!row) return std::unexpected(row.error());
    const auto extension = static_cast<long long>(row->id.value);
    long long id = 0;
    soci::statement found = (sql.prepare << "SELECT id FROM devices WHERE extension = :extension AND auth_name = :name",
                             soci::use(extension), soci::use(auth_name), soci::into(id));
    if (!found.execute(true)) return false;
    sql << "DELETE FROM devices WHERE id = :id", soci::use(id);
    sql << "DELETE FROM bindings WHERE device = :id", soci::use(id);
    transaction.commit();
    return true;
  });
}

Expected<std::uint64_t> Store::age_devices(std::int64_t now_wall_ms) {
  return guarded([&]() -> Expected<std::uint64_t> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto now = static_cast<long long>(now_wall_ms);
    const long long unused_since = now - std::int64_t{WebLimits::device_days} * day_ms;
    sql << "UPDATE devices SET used_wall_ms = :now WHERE id IN (SELECT device FROM bindings WHERE dropped = 0 AND"
           " expires_wall_ms > :later)",
        soci::use(now, "now"), soci::use(now, "later");
    int count = 0;
    sql << "SELECT COUNT(*) FROM devices WHERE used_wall_ms <= :then", soci::use(unused_since), soci::into(count);
    if (count > 0) {
      sql << "DELETE FROM devices WHERE used_wall_ms <= :then", soci::use(unused_since);
      store::append_audit(sql, {now_wall_ms, "retention", "system",
                                fmt::format("{} devices of links that were not used for {} days are shut out", count,
                                            WebLimits::device_days),
                                "done"});
    }
    sql << "DELETE FROM links WHERE expires_wall_ms <= :now", soci::use(now);
    transaction.commit();
    return static_cast<std::uint64_t>(count);
  });
}

}  // namespace rf::store
