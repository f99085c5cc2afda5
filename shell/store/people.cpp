// Users and roles.
#include "shell/store/people.hpp"

#include <fmt/format.h>

#include "shell/store/state.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

using access::User;
using access::UserId;

long long number(std::uint64_t value) {
  return static_cast<long long>(value);
}

std::unexpected<Problem> no_user() {
  return problem(Fault::not_found, "there is no such user; see: ringfence user list");
}

// On disk; what else stands there is of no tenant.
static_assert(static_cast<int>(access::Class::system_administrator) == 0 &&
              static_cast<int>(access::Class::tenant_user) == 2 && default_tenant.value == 1);
/// Whose extensions may be somebody's own; 0: nobody's.
constexpr std::string_view home = "CASE users.class WHEN 0 THEN 1 WHEN 2 THEN users.tenant ELSE 0 END";
/// Whether the one that stands there is of them.
std::string fits() {
  return fmt::format("users.extension IN (SELECT own.id FROM extensions own WHERE own.tenant = {})", home);
}

/// Links that he may have made for what he loses, and did not use yet, are nobody's.
void end_links(soci::session& sql, long long user, std::string_view unless) {
  sql << fmt::format(
      "DELETE FROM links WHERE extension IN (SELECT users.extension FROM users WHERE users.id = :id AND NOT ({}))",
      unless),
      soci::use(user);
}

bool exists(soci::session& sql, UserId user) {
  int count = 0;
  const long long id = number(user.value);
  sql << "SELECT COUNT(*) FROM users WHERE id = :id", soci::use(id), soci::into(count);
  return count == 1;
}

std::vector<User> load_users(soci::session& sql) {
  std::vector<User> out;
  long long id = 0, tenant = 0, created = 0, set = 0, login = 0;
  int of = 0, enabled = 0, must_change = 0;
  std::string name, display, role, email, password, factor, provider, subject, dealer, factor_email, extension;
  soci::statement rows =
      (sql.prepare << fmt::format(
           "SELECT users.id, users.tenant, users.name, display, class, role, email, users.enabled, must_change,"
           " password, factor, created_wall_ms, password_wall_ms, login_wall_ms, provider, subject, dealer,"
           " factor_email, COALESCE(own.number, '') FROM users LEFT JOIN extensions own ON own.id = users.extension"
           " AND own.tenant = {} ORDER BY users.name",
           home),
       soci::into(id), soci::into(tenant), soci::into(name), soci::into(display), soci::into(of), soci::into(role),
       soci::into(email), soci::into(enabled), soci::into(must_change), soci::into(password), soci::into(factor),
       soci::into(created), soci::into(set), soci::into(login), soci::into(provider), soci::into(subject),
       soci::into(dealer), soci::into(factor_email), soci::into(extension));
  for (bool got = rows.execute(true); got; got = rows.fetch()) {
    // A class that this program does not know is one that may least.
    const auto known = of >= 0 && of < static_cast<int>(access::class_count) ? static_cast<access::Class>(of)
                                                                             : access::Class::tenant_user;
    out.push_back({UserId{static_cast<std::uint64_t>(id)}, unescaped(name), unescaped(display), known, unescaped(role),
                   TenantId{static_cast<std::uint64_t>(tenant)}, unescaped(email), enabled != 0, must_change != 0,
                   !factor.empty() || !factor_email.empty(), Secret<std::string>(password), created, set, login,
                   unescaped(provider), unescaped(subject), unescaped(dealer), unescaped(factor_email), extension});
  }
  return out;
}

std::vector<access::Role> load_roles(soci::session& sql) {
  std::vector<access::Role> out;
  std::string name, title, realm, permissions, from;
  soci::statement rows =
      (sql.prepare << "SELECT name, title, realm, permissions, copied_from FROM roles ORDER BY name", soci::into(name),
       soci::into(title), soci::into(realm), soci::into(permissions), soci::into(from));
  for (bool got = rows.execute(true); got; got = rows.fetch()) {
    access::Role role{
        unescaped(name), unescaped(title), access::parse_realm(realm).value_or(access::Realm::tenant), {}, false,
        unescaped(from)};
    // What a later program wrote and this one does not know is not allowed.
    for (const access::PermissionInfo& row : access::permission_table())
      if ((" " + permissions + " ").find(fmt::format(" {} ", row.name)) != std::string::npos)
        role.permissions.add(row.permission);
    out.push_back(std::move(role));
  }
  return out;
}

}  // namespace

Expected<access::PeopleRef> PeopleTables::load() {
  return guarded([&]() -> Expected<access::PeopleRef> {
    return std::make_shared<const access::People>(load_users(state_.sql()), load_roles(state_.sql()));
  });
}

Expected<UserId> PeopleTables::add_user(const User& user) {
  return guarded([&]() -> Expected<UserId> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    int same = 0, all = 0;
    const std::string name = escaped(user.name), display = escaped(user.display), role = escaped(user.role),
                      email = escaped(user.email), provider = escaped(user.provider), subject = escaped(user.subject),
                      dealer = escaped(user.dealer);
    sql << "SELECT COUNT(*) FROM users WHERE name = :name", soci::use(name), soci::into(same);
    if (same > 0)
      return problem(Fault::duplicate_name,
                     fmt::format("there is a user {0} already; see: ringfence user show {0}", user.name));
    const long long tenant = number(user.tenant.value);
    if (user.tenant) {
      int tenants = 0, own = 0;
      sql << "SELECT COUNT(*) FROM tenants", soci::into(tenants);
      sql << "SELECT COUNT(*) FROM users WHERE tenant = :tenant", soci::use(tenant), soci::into(own);
      if (tenants > 1 && static_cast<std::size_t>(own) >= AccessLimits::users / TenantLimits::share)
        return problem(Fault::limit_reached,
                       fmt::format("the tenant has {} users, the most that one of several tenants may have; remove "
                                   "some: ringfence user remove NAME",
                                   own));
    }
    sql << "SELECT COUNT(*) FROM users", soci::into(all);
    if (static_cast<std::size_t>(all) >= AccessLimits::users)
      return problem(Fault::invalid_value, fmt::format("there are {} users, the most there may be", all));
    const long long id = number(state_.next_id("users")), created = user.created_wall_ms;
    const int of = static_cast<int>(user.of), enabled = user.enabled ? 1 : 0;
    sql << "INSERT INTO users (id, tenant, name, display, class, role, email, enabled, must_change, password, factor,"
           " factor_step, factor_email, created_wall_ms, password_wall_ms, login_wall_ms, provider, subject, dealer)"
           " VALUES (:id, :tenant, :name, :display, :of, :role, :email, :enabled, 0, '', '', 0, '', :created, 0, 0,"
           " :provider, :subject, :dealer)",
        soci::use(id, "id"), soci::use(tenant, "tenant"), soci::use(name, "name"), soci::use(display, "display"),
        soci::use(of, "of"), soci::use(role, "role"), soci::use(email, "email"), soci::use(enabled, "enabled"),
        soci::use(created, "created"), soci::use(provider, "provider"), soci::use(subject, "subject"),
        soci::use(dealer, "dealer");
    transaction.commit();
    return UserId{static_cast<std::uint64_t>(id)};
  });
}

Expected<void> PeopleTables::set_user(const User& user) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    if (!exists(sql, user.id)) return no_user();
    const long long id = number(user.id.value);
    const std::string display = escaped(user.display), role = escaped(user.role), email = escaped(user.email);
    const int enabled = user.enabled ? 1 : 0, must_change = user.must_change ? 1 : 0, of = static_cast<int>(user.of);
    const long long tenant = number(user.tenant.value);
    sql << "UPDATE users SET display = :display, role = :role, email = :email, enabled = :enabled,"
           " must_change = :must_change, class = :of, tenant = :tenant WHERE id = :id",
        soci::use(display, "display"), soci::use(role, "role"), soci::use(email, "email"),
        soci::use(enabled, "enabled"), soci::use(must_change, "must_change"), soci::use(of, "of"),
        soci::use(tenant, "tenant"), soci::use(id, "id");
    // One of another tenant is not his own any longer.
    end_links(sql, id, fits());
    sql << fmt::format("UPDATE users SET extension = 0 WHERE id = :id AND NOT ({})", fits()), soci::use(id);
    transaction.commit();
    return {};
  });
}

Expected<void> PeopleTables::set_extension(UserId user, const std::string& wanted) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const long long id = number(user.value);
    long long tenant = 0, extension = 0;
    sql << fmt::format("SELECT {} FROM users WHERE id = :id", home), soci::use(id), soci::into(tenant);
    if (!sql.got_data()) return no_user();
    if (!wanted.empty()) {
      if (tenant == 0)
        return problem(Fault::invalid_value,
                       "users of dealers are of no tenant, so no extension is theirs; give it to a user of the tenant");
      sql << "SELECT id FROM extensions WHERE tenant = :tenant AND number = :number", soci::use(tenant),
          soci::use(wanted), soci::into(extension);
      if (!sql.got_data())
        return problem(Fault::not_found,
                       fmt::format("there is no extension {}; see: ringfence extension list", wanted));
      int others = 0;
      sql << "SELECT COUNT(*) FROM users WHERE extension = :extension AND id <> :id", soci::use(extension),
          soci::use(id), soci::into(others);
      if (others > 0)
        return problem(Fault::in_use, fmt::format("extension {} is somebody else's; see: ringfence user list", wanted));
    }
    end_links(sql, id, fmt::format("users.extension = {}", extension));
    sql << "UPDATE users SET extension = :extension WHERE id = :id", soci::use(extension), soci::use(id);
    transaction.commit();
    return {};
  });
}

Expected<std::optional<Store::Numbered>> PeopleTables::extension_of(UserId user) {
  return guarded([&]() -> Expected<std::optional<Store::Numbered>> {
    const long long id = number(user.value);
    long long tenant = 0;
    std::string own;
    soci::statement row =
        (state_.sql().prepare << fmt::format("SELECT own.tenant, own.number FROM users JOIN extensions own ON"
                                             " own.id = users.extension AND own.tenant = {} WHERE users.id = :id",
                                             home),
         soci::use(id), soci::into(tenant), soci::into(own));
    if (!row.execute(true)) return std::nullopt;
    return Store::Numbered(TenantId{static_cast<std::uint64_t>(tenant)}, own);
  });
}

Expected<void> PeopleTables::set_password(UserId user, const Secret<std::string>& hash, bool must_change,
                                          std::int64_t now_wall_ms) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    if (!exists(sql, user)) return no_user();
    const long long id = number(user.value), now = now_wall_ms;
    const int change = must_change ? 1 : 0;
    sql << "UPDATE users SET password = :hash, must_change = :change, password_wall_ms = :now WHERE id = :id",
        soci::use(hash.reveal(), "hash"), soci::use(change, "change"), soci::use(now, "now"), soci::use(id, "id");
    transaction.commit();
    return {};
  });
}

Expected<void> PeopleTables::note_login(UserId user, std::int64_t now_wall_ms) {
  return guarded([&]() -> Expected<void> {
    const long long id = number(user.value), now = now_wall_ms;
    state_.sql() << "UPDATE users SET login_wall_ms = :now WHERE id = :id", soci::use(now, "now"), soci::use(id, "id");
    return {};
  });
}

Expected<void> PeopleTables::drop_user(UserId user) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    if (!exists(sql, user)) return no_user();
    const long long id = number(user.value);
    end_links(sql, id, "users.extension = 0");
    for (const char* table : {"recovery_codes", "passkeys", "invitations", "sessions", "tokens"})
      sql << fmt::format("DELETE FROM {} WHERE user_id = :id", table), soci::use(id);
    sql << "DELETE FROM users WHERE id = :id", soci::use(id);
    transaction.commit();
    return {};
  });
}

Expected<void> PeopleTables::put_role(const access::Role& role) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const std::string name = escaped(role.name), title = escaped(role.title), realm(access::name_of(role.realm)),
                      permissions = role.permissions.text(), from = escaped(role.copied_from);
    sql << "DELETE FROM roles WHERE name = :name", soci::use(name);
    int all = 0;
    sql << "SELECT COUNT(*) FROM roles", soci::into(all);
    if (static_cast<std::size_t>(all) >= AccessLimits::roles)
      return problem(Fault::invalid_value, fmt::format("there are {} roles, the most there may be", all));
    sql << "INSERT INTO roles (name, title, realm, permissions, copied_from) VALUES (:name, :title, :realm,"
           " :permissions, :origin)",
        soci::use(name, "name"), soci::use(title, "title"), soci::use(realm, "realm"),
        soci::use(permissions, "permissions"), soci::use(from, "origin");
    transaction.commit();
    return {};
  });
}

Expected<bool> PeopleTables::drop_role(const std::string& name) {
  return guarded([&]() -> Expected<bool> {
    soci::session& sql = state_.sql();
    Transaction transaction(sql);
    const std::string key = escaped(name);
    int count = 0;
    sql << "SELECT COUNT(*) FROM roles WHERE name = :name", soci::use(key), soci::into(count);
    sql << "DELETE FROM roles WHERE name = :name", soci::use(key);
    transaction.commit();
    return count > 0;
  });
}

}  // namespace rf::store
