#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "shell/seal/generate.hpp"
#include "shell/store/extension_credentials.hpp"
#include "shell/store/extension_rules.hpp"
#include "shell/store/state.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

// On disk: 0 replace, 1 refuse.
static_assert(static_cast<int>(policy::Newcomer::replace) == 0 && static_cast<int>(policy::Newcomer::refuse) == 1);

constexpr std::size_t strangers_named = 5;

constexpr const char* columns =
    "id, tenant, number, auth_name, display_name, enabled, remote_allowed, md5_allowed, registrations_max, newcomer,"
    " calls_max, realm, encrypted_when_remote, agent_prefix, permitted, countries";

/// "192.0.2.0/24\n10.0.0.0/8\n", as escape_list() writes it.
std::vector<Subnet> blocks_of(std::string_view text) {
  std::vector<Subnet> out;
  for (const std::string& line : unescaped_list(text))
    if (const auto block = Subnet::parse(line)) out.push_back(*block);
  return out;
}
std::string text_of(const std::vector<Subnet>& blocks) {
  std::vector<std::string> lines;
  for (const Subnet& block : blocks) lines.push_back(block.text());
  std::string out;
  escape_list(lines, out);
  return out;
}

/// What soci binds.
struct Row {
  long long id = 0, tenant = 0;
  int enabled = 0, remote_allowed = 0, md5_allowed = 0, registrations_max = 0, newcomer = 0, calls_max = 0,
      encrypted_when_remote = 0;
  std::string number, auth_name, display_name, realm, agent_prefix, permitted, countries;

  void into(soci::statement& statement) {
    const auto bind = [&](auto&... field) { (statement.exchange(soci::into(field)), ...); };
    bind(id, tenant, number, auth_name, display_name, enabled, remote_allowed, md5_allowed, registrations_max, newcomer,
         calls_max, realm, encrypted_when_remote, agent_prefix, permitted, countries);
  }
  ExtensionRow get() const {
    return {.id = ExtensionId{static_cast<std::uint64_t>(id)},
            .tenant = TenantId{static_cast<std::uint64_t>(tenant)},
            .number = number,
            .auth_name = auth_name,
            .realm = realm,
            .settings = {.display_name = display_name,
                         .enabled = enabled != 0,
                         .remote_allowed = remote_allowed != 0,
                         .md5_allowed = md5_allowed != 0,
                         .registrations_max = static_cast<std::uint16_t>(registrations_max),
                         .newcomer = newcomer == 1 ? policy::Newcomer::refuse : policy::Newcomer::replace,
                         .calls_max = static_cast<std::uint16_t>(calls_max),
                         .phone = {encrypted_when_remote != 0, unescaped(agent_prefix), blocks_of(permitted),
                                   parse_countries(countries).value_or(CountrySet{})}}};
  }
};

Expected<ExtensionRow> row_of(soci::session& sql, TenantId tenant, std::string_view number) {
  const auto tenant_id = static_cast<long long>(tenant.value);
  const std::string text(number);
  Row row;
  soci::statement statement(sql);
  statement.alloc();
  row.into(statement);
  statement.exchange(soci::use(tenant_id));
  statement.exchange(soci::use(text));
  statement.prepare(fmt::format("SELECT {} FROM extensions WHERE tenant = :tenant AND number = :number", columns));
  statement.define_and_bind();
  if (!statement.execute(true))
    return problem(Fault::not_found, fault_in_number(number).value_or(
                                         fmt::format("there is no extension {} in tenant {}", number, tenant.value)));
  return row.get();
}

std::optional<std::string> fault_in(const NewExtension& extension) {
  if (auto fault = fault_in_number(extension.number)) return fault;
  if (!extension.auth_name.empty())
    if (auto fault = fault_in_auth_name(extension.auth_name, extension.number)) return fault;
  if (!extension.password.reveal().empty())
    if (auto fault = fault_in_password(extension.password)) return fault;
  return fault_in_settings(extension.settings);
}

/// Those that do not open, or were made for another realm, are nobody's: whoever has one asks for another link.
void add_devices(soci::session& sql, const seal::Vault& vault, std::string_view realm,
                 std::vector<policy::Extension>& extensions) {
  std::unordered_map<std::uint64_t, policy::Extension*> by_id;
  for (policy::Extension& each : extensions) by_id.emplace(each.id.value, &each);
  long long id = 0, extension = 0;
  std::string auth_name;
  SealedCredentials sealed;
  const std::string realm_text(realm);
  soci::statement rows = (sql.prepare << "SELECT id, extension, auth_name, ha1_sha512_256, ha1_sha256, ha1_md5 FROM"
                                         " devices WHERE realm = :realm ORDER BY id",
                          soci::use(realm_text), soci::into(id), soci::into(extension), soci::into(auth_name),
                          soci::into(sealed[0]), soci::into(sealed[1]), soci::into(sealed[2]));
  for (bool got = rows.execute(true); got; got = rows.fetch()) {
    const auto owner = by_id.find(static_cast<std::uint64_t>(extension));
    policy::Device device{DeviceId{static_cast<std::uint64_t>(id)}, auth_name, {}};
    if (owner == by_id.end() || owner->second->devices.size() == WebLimits::devices_per_extension) continue;
    if (unseal_credentials(vault, "devices", id, auth_name, realm, sealed, device.credentials))
      owner->second->devices.push_back(std::move(device));
  }
}

/// Registrations, devices and links of an extension that is gone, or whose password somebody else may have.
void drop_ways_in(soci::session& sql, long long extension) {
  for (const char* const table : {"bindings", "devices", "links"})
    sql << "DELETE FROM " << table << " WHERE extension = :id", soci::use(extension);
}

}  // namespace

Expected<Account> Store::add_extension(const seal::Vault& vault, std::string_view realm,
                                       const NewExtension& extension) {
  if (auto fault = fault_in(extension)) return problem(Fault::invalid_value, std::move(*fault));
  return guarded([&]() -> Expected<Account> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    if (auto checked = claim_key(sql, vault); !checked) return std::unexpected(checked.error());
    const auto tenant = static_cast<long long>(extension.tenant.value);
    int count = 0;
    int most = 0;
    sql << "SELECT extensions_max FROM tenants WHERE id = :id", soci::use(tenant), soci::into(most);
    if (!sql.got_data()) return problem(Fault::unknown_tenant, fmt::format("there is no tenant {}", tenant));
    sql << "SELECT COUNT(*) FROM extensions WHERE tenant = :tenant", soci::use(tenant), soci::into(count);
    if (most > 0 && count >= most)
      return problem(Fault::limit_reached,
                     fmt::format("the tenant has {} extensions, the most that it may have; remove one, or ask whoever "
                                 "runs the system for more",
                                 count));
    sql << "SELECT COUNT(*) FROM extensions WHERE tenant = :tenant AND number = :number", soci::use(tenant),
        soci::use(extension.number), soci::into(count);
    if (count != 0)
      return problem(Fault::duplicate_number, fmt::format("extension {} exists already", extension.number));
    if (!extension.auth_name.empty() && is_taken(sql, extension.auth_name))
      return problem(Fault::duplicate_auth_name,
                     fmt::format("the registration name {} is given to another extension", extension.auth_name));

    const auto id = static_cast<long long>(state_->next_id("extensions"));
    Account account{
        .id = ExtensionId{static_cast<std::uint64_t>(id)},
        .number = extension.number,
        .auth_name = extension.auth_name.empty() ? free_auth_name(sql, extension.number) : extension.auth_name,
        .password = extension.password.reveal().empty() ? seal::generate_password() : extension.password};
    const auto sealed = sealed_credentials(vault, "extensions", id, account.auth_name, realm, account.password);
    const ExtensionSettings& s = extension.settings;
    const int enabled = s.enabled, remote_allowed = s.remote_allowed, md5_allowed = s.md5_allowed,
              registrations_max = s.registrations_max, newcomer = static_cast<int>(s.newcomer), calls_max = s.calls_max,
              encrypted = s.phone.encrypted_when_remote;
    const std::string realm_text(realm), agent = escaped(s.phone.agent_prefix), permitted = text_of(s.phone.permitted),
                      countries = rf::text_of(s.phone.countries);
    sql << "INSERT INTO extensions (" << columns
        << ", ha1_sha512_256, ha1_sha256, ha1_md5) VALUES (:id, :tenant, :number, :auth_name, :display_name, :enabled,"
           " :remote_allowed, :md5_allowed, :registrations_max, :newcomer, :calls_max, :realm, :encrypted, :agent,"
           " :permitted, :countries, :a, :b, :c)",
        soci::use(id), soci::use(tenant), soci::use(account.number), soci::use(account.auth_name),
        soci::use(s.display_name), soci::use(enabled), soci::use(remote_allowed), soci::use(md5_allowed),
        soci::use(registrations_max), soci::use(newcomer), soci::use(calls_max), soci::use(realm_text),
        soci::use(encrypted), soci::use(agent), soci::use(permitted), soci::use(countries),
        soci::use(sealed[0]), soci::use(sealed[1]), soci::use(sealed[2]);
    transaction.commit();
    return account;
  });
}

Expected<ExtensionRow> Store::set_extension(TenantId tenant, std::string_view number, const ExtensionChange& change) {
  return guarded([&]() -> Expected<ExtensionRow> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    auto row = row_of(sql, tenant, number);
    if (!row) return row;
    ExtensionSettings& s = row->settings;
    s.display_name = change.display_name.value_or(s.display_name);
    s.enabled = change.enabled.value_or(s.enabled);
    s.remote_allowed = change.remote_allowed.value_or(s.remote_allowed);
    s.md5_allowed = change.md5_allowed.value_or(s.md5_allowed);
    s.registrations_max = change.registrations_max.value_or(s.registrations_max);
    s.newcomer = change.newcomer.value_or(s.newcomer);
    s.calls_max = change.calls_max.value_or(s.calls_max);
    s.phone.encrypted_when_remote = change.encrypted_when_remote.value_or(s.phone.encrypted_when_remote);
    s.phone.agent_prefix = change.agent_prefix.value_or(s.phone.agent_prefix);
    s.phone.permitted = change.permitted.value_or(s.phone.permitted);
    s.phone.countries = change.countries.value_or(s.phone.countries);
    if (auto fault = fault_in_settings(s)) return problem(Fault::invalid_value, std::move(*fault));
    const auto id = static_cast<long long>(row->id.value);
    const int enabled = s.enabled, remote_allowed = s.remote_allowed, md5_allowed = s.md5_allowed,
              registrations_max = s.registrations_max, newcomer = static_cast<int>(s.newcomer), calls_max = s.calls_max,
              encrypted = s.phone.encrypted_when_remote;
    const std::string agent = escaped(s.phone.agent_prefix), permitted = text_of(s.phone.permitted),
                      countries = rf::text_of(s.phone.countries);
    sql << "UPDATE extensions SET display_name = :display_name, enabled = :enabled, remote_allowed = :remote_allowed,"
           " md5_allowed = :md5_allowed, registrations_max = :registrations_max, newcomer = :newcomer,"
           " calls_max = :calls_max, encrypted_when_remote = :encrypted, agent_prefix = :agent, permitted = :permitted,"
           " countries = :countries WHERE id = :id",
        soci::use(s.display_name), soci::use(enabled), soci::use(remote_allowed), soci::use(md5_allowed),
        soci::use(registrations_max), soci::use(newcomer), soci::use(calls_max),
        soci::use(encrypted), soci::use(agent), soci::use(permitted), soci::use(countries), soci::use(id);
    transaction.commit();
    return row;
  });
}

Expected<void> Store::remove_extension(TenantId tenant, std::string_view number) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto row = row_of(sql, tenant, number);
    if (!row) return std::unexpected(row.error());
    const auto id = static_cast<long long>(row->id.value);
    drop_ways_in(sql, id);
    sql << "UPDATE users SET extension = 0 WHERE extension = :id", soci::use(id);
    sql << "DELETE FROM extensions WHERE id = :id", soci::use(id);
    transaction.commit();
    return {};
  });
}

Expected<Account> Store::reset_password(const seal::Vault& vault, std::string_view realm, TenantId tenant,
                                        std::string_view number, bool new_auth_name) {
  return guarded([&]() -> Expected<Account> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    if (auto checked = claim_key(sql, vault); !checked) return std::unexpected(checked.error());
    const auto row = row_of(sql, tenant, number);
    if (!row) return std::unexpected(row.error());
    Account account{.id = row->id,
                    .number = row->number,
                    .auth_name = new_auth_name ? free_auth_name(sql, number) : row->auth_name,
                    .password = seal::generate_password()};
    const auto id = static_cast<long long>(row->id.value);
    const auto sealed = sealed_credentials(vault, "extensions", id, account.auth_name, realm, account.password);
    const std::string realm_text(realm);
    sql << "UPDATE extensions SET auth_name = :auth_name, realm = :realm, ha1_sha512_256 = :a, ha1_sha256 = :b,"
           " ha1_md5 = :c WHERE id = :id",
        soci::use(account.auth_name), soci::use(realm_text), soci::use(sealed[0]), soci::use(sealed[1]),
        soci::use(sealed[2]), soci::use(id);
    drop_ways_in(sql, id);
    transaction.commit();
    return account;
  });
}

Expected<ExtensionRow> Store::find_extension(TenantId tenant, std::string_view number) {
  return guarded([&] { return row_of(state_->sql(), tenant, number); });
}

Expected<std::vector<ExtensionRow>> Store::extensions() {
  return guarded([&]() -> Expected<std::vector<ExtensionRow>> {
    Row row;
    soci::statement rows(state_->sql());
    rows.alloc();
    row.into(rows);
    rows.prepare(fmt::format("SELECT {} FROM extensions ORDER BY tenant, number", columns));
    rows.define_and_bind();
    std::vector<ExtensionRow> extensions;
    for (bool got = rows.execute(true); got; got = rows.fetch()) extensions.push_back(row.get());
    return extensions;
  });
}

Expected<std::vector<policy::Extension>> Store::load_extensions(const seal::Vault& vault, std::string_view realm,
                                                                const std::optional<Numbered>& only) {
  return guarded([&]() -> Expected<std::vector<policy::Extension>> {
    soci::session& sql = state_->sql();
    // No transaction: one SELECT is one view, and the writer need not wait for a hundred thousand rows to be unsealed.
    if (const auto known = known_key_id(sql); known && *known != vault.key_id()) return wrong_key();
    std::vector<policy::Extension> extensions;
    std::string other_realm, strangers;  // those of another realm; a few are named
    std::size_t stranger_count = 0;
    std::array<std::string, policy::algorithm_count> sealed;
    Row row;
    soci::statement rows(sql);
    rows.alloc();
    row.into(rows);
    for (std::string& text : sealed) rows.exchange(soci::into(text));
    const long long tenant = only ? static_cast<long long>(only->first.value) : 0;
    const std::string number = only ? only->second : std::string();
    if (only) rows.exchange(soci::use(tenant, "tenant"));
    if (only) rows.exchange(soci::use(number, "number"));
    rows.prepare(fmt::format("SELECT {}, ha1_sha512_256, ha1_sha256, ha1_md5 FROM extensions{} ORDER BY tenant, number",
                             columns, only ? " WHERE tenant = :tenant AND number = :number" : ""));
    rows.define_and_bind();
    for (bool got = rows.execute(true); got; got = rows.fetch()) {
      if (row.realm != realm) {
        if (++stranger_count <= strangers_named) strangers.append(strangers.empty() ? "" : ", ").append(row.number);
        other_realm = row.realm;
        continue;
      }
      const ExtensionRow plain = row.get();
      policy::Extension extension{.id = plain.id,
                                  .tenant = plain.tenant,
                                  .number = plain.number,
                                  .auth_name = plain.auth_name,
                                  .display_name = plain.settings.display_name,
                                  .credentials = {},
                                  .enabled = plain.settings.enabled,
                                  .remote_allowed = plain.settings.remote_allowed,
                                  .md5_allowed = plain.settings.md5_allowed,
                                  .registrations_max = plain.settings.registrations_max,
                                  .newcomer = plain.settings.newcomer,
                                  .calls_max = plain.settings.calls_max,
                                  .phone = plain.settings.phone};
      if (!unseal_credentials(vault, "extensions", row.id, row.auth_name, row.realm, sealed, extension.credentials))
        return problem(
            Fault::wrong_key,
            fmt::format("the stored password of extension {} does not open: it was changed or moved within "
                        "the database; run: ringfence extension reset-password {}",
                        row.number, row.number));
      extensions.push_back(std::move(extension));
    }
    if (stranger_count > strangers_named) strangers += fmt::format(" and {} more", stranger_count - strangers_named);
    if (stranger_count > 0)
      return problem(
          Fault::other_realm,
          fmt::format("the passwords of {} were made for realm \"{}\", the configured one is \"{}\"; set that "
                      "realm again, or run: ringfence extension reset-password for each",
                      strangers, other_realm, realm));
    add_devices(sql, vault, realm, extensions);
    return extensions;
  });
}

}  // namespace rf::store
