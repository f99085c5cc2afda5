// Where people sign in who have no password here: providers of OpenID Connect, and directories.
#include <fmt/format.h>

#include "core/base/limits/people.hpp"
#include "shell/store/people.hpp"
#include "shell/store/state.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

using access::Provider;

/// Where a sealed secret belongs: copied to another row, it does not open.
std::string place_of(const std::string& name) {
  return fmt::format("providers/{}/secret", name);
}

std::unexpected<Problem> no_provider(const std::string& name) {
  return problem(Fault::not_found,
                 fmt::format("there is no way to sign in called {}; see: ringfence sign-in list", name));
}

int count_of(soci::session& sql, const std::string& name) {
  int count = 0;
  sql << "SELECT COUNT(*) FROM providers WHERE name = :name", soci::use(name), soci::into(count);
  return count;
}

}  // namespace

Expected<std::vector<Provider>> PeopleTables::providers(const seal::Vault& vault) {
  return guarded([&]() -> Expected<std::vector<Provider>> {
    std::vector<Provider> out;
    Provider p;
    int enabled = 0, required = 0, trusted = 0;
    long long tenant = 0;
    std::string kind, secret, networks, roles, ca, tenant_name;
    soci::statement rows =
        (state_.sql().prepare << "SELECT p.name, title, kind, enabled, required, trusted_factor, url, client, secret,"
                                 " ca, scopes, networks, base, filter, group_base, group_filter, login, member_of,"
                                 " roles, tenant, COALESCE(t.name, '')"
                                 " FROM providers p LEFT JOIN tenants t ON t.id = p.tenant ORDER BY p.name",
         soci::into(p.name), soci::into(p.title), soci::into(kind), soci::into(enabled), soci::into(required),
         soci::into(trusted), soci::into(p.url), soci::into(p.client), soci::into(secret), soci::into(ca),
         soci::into(p.scopes), soci::into(networks), soci::into(p.base), soci::into(p.filter), soci::into(p.group_base),
         soci::into(p.group_filter), soci::into(p.login), soci::into(p.groups), soci::into(roles),
         soci::into(tenant), soci::into(tenant_name));
    for (bool got = rows.execute(true); got; got = rows.fetch()) {
      Provider one = p;
      for (std::string* text : {&one.title, &one.url, &one.client, &one.scopes, &one.base, &one.filter, &one.group_base,
                                &one.group_filter, &one.login, &one.groups})
        *text = unescaped(*text);
      one.kind = access::parse_provider_kind(kind).value_or(access::ProviderKind::oidc);
      one.enabled = enabled != 0;
      one.people_of = TenantId{static_cast<std::uint64_t>(tenant)};
      one.people_of_name = tenant_name;
      one.required = required != 0;
      one.trusted_factor = trusted != 0;
      one.ca = unescaped(ca);
      one.networks = access::parse_networks(unescaped(networks)).value_or(std::vector<Subnet>());
      one.roles = access::parse_group_roles(unescaped(roles)).value_or(std::vector<access::GroupRole>());
      if (!secret.empty())
        if (const auto value = vault.unseal(secret, place_of(one.name)))
          one.secret = Secret<std::string>(std::string(value->reveal().begin(), value->reveal().end()));
      out.push_back(std::move(one));
    }
    return out;
  });
}

Expected<void> PeopleTables::put_provider(const Provider& p) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    if (count_of(sql, p.name) == 0) {
      int all = 0;
      sql << "SELECT COUNT(*) FROM providers", soci::into(all);
      if (static_cast<std::size_t>(all) >= SignInLimits::providers)
        return problem(Fault::invalid_value, fmt::format("there are {} ways to sign in, the most there may be", all));
      sql << "INSERT INTO providers (name, title, kind, enabled, required, trusted_factor, url, client, secret, ca,"
             " scopes, networks, base, filter, group_base, group_filter, login, member_of, roles) VALUES (:name, '',"
             " '', 0, 0, 0, '', '', '', '', '', '', '', '', '', '', '', '', '')",
          soci::use(p.name);
    }
    const std::string title = escaped(p.title), kind(name_of(p.kind)), url = escaped(p.url), client = escaped(p.client),
                      ca = escaped(p.ca), scopes = escaped(p.scopes), networks = escaped(access::text_of(p.networks)),
                      base = escaped(p.base), filter = escaped(p.filter), group_base = escaped(p.group_base),
                      group_filter = escaped(p.group_filter), login = escaped(p.login), groups = escaped(p.groups),
                      roles = escaped(access::text_of(p.roles));
    const auto tenant = static_cast<long long>(p.people_of.value);
    const int enabled = p.enabled ? 1 : 0, required = p.required ? 1 : 0, trusted = p.trusted_factor ? 1 : 0;
    sql << "UPDATE providers SET title = :title, kind = :kind, enabled = :enabled, required = :required,"
           " trusted_factor = :trusted, url = :url, client = :client, ca = :ca, scopes = :scopes,"
           " networks = :networks, base = :base, filter = :filter, group_base = :group_base,"
           " group_filter = :group_filter, login = :login, member_of = :groups, roles = :roles, tenant = :tenant"
           " WHERE name = :name",
        soci::use(title, "title"), soci::use(kind, "kind"), soci::use(enabled, "enabled"),
        soci::use(required, "required"), soci::use(trusted, "trusted"), soci::use(url, "url"),
        soci::use(client, "client"), soci::use(ca, "ca"), soci::use(scopes, "scopes"), soci::use(networks, "networks"),
        soci::use(base, "base"), soci::use(filter, "filter"), soci::use(group_base, "group_base"),
        soci::use(group_filter, "group_filter"), soci::use(login, "login"), soci::use(groups, "groups"),
        soci::use(roles, "roles"), soci::use(tenant, "tenant"), soci::use(p.name, "name");
    transaction.commit();
    return {};
  });
}

Expected<void> PeopleTables::set_provider_secret(const seal::Vault& vault, const std::string& name,
                                                 const Secret<std::string>& secret) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    if (count_of(sql, name) == 0) return no_provider(name);
    const std::string& text = secret.reveal();
    const std::string sealed =
        text.empty() ? std::string()
                     : vault.seal({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, place_of(name));
    sql << "UPDATE providers SET secret = :sealed WHERE name = :name", soci::use(sealed, "sealed"),
        soci::use(name, "name");
    transaction.commit();
    return {};
  });
}

Expected<void> PeopleTables::drop_provider(const std::string& name) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    if (count_of(sql, name) == 0) return no_provider(name);
    // As when one of them is removed: links to what was his and that nobody used yet are nobody's.
    sql << "DELETE FROM links WHERE extension IN (SELECT users.extension FROM users WHERE users.provider = :name)",
        soci::use(name);
    for (const char* table : {"recovery_codes", "passkeys", "invitations", "sessions", "tokens"})
      sql << fmt::format("DELETE FROM {} WHERE user_id IN (SELECT id FROM users WHERE provider = :name)", table),
          soci::use(name);
    sql << "DELETE FROM users WHERE provider = :name", soci::use(name);
    sql << "DELETE FROM providers WHERE name = :name", soci::use(name);
    transaction.commit();
    return {};
  });
}

}  // namespace rf::store
