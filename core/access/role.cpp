#include "core/access/role.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "core/base/check.hpp"

namespace rf::access {
namespace {

constexpr std::string_view realm_names[] = {"system", "dealer", "tenant"};

Permissions of(std::string_view names) {
  const auto parsed = Permissions::parse(names);
  RF_CHECK(parsed.has_value());
  return *parsed;
}

Permissions without(Permissions from, std::string_view names) {
  for (const PermissionInfo& row : permission_table())
    if (of(names).has(row.permission)) from.remove(row.permission);
  return from;
}

bool reaches_beyond(Realm realm, const PermissionInfo& row) {
  return row.system && realm != Realm::system && !(realm == Realm::dealer && row.dealer);
}

Permissions all_within(Realm realm) {
  Permissions out = Permissions::all();
  for (const PermissionInfo& row : permission_table())
    if (reaches_beyond(realm, row)) out.remove(row.permission);
  return out;
}

std::vector<Role> make() {
  const auto role = [](std::string name, std::string title, Realm realm, const Permissions& permissions) {
    return Role{std::move(name), std::move(title), realm, permissions, true};
  };
  return {
      role("system", "System", Realm::system, Permissions::all()),
      // Runs it from day to day; who may sign in, and as what, others decide.
      role("operation", "Operation", Realm::system,
           without(Permissions::all(),
                   "user.write role.write sign-in.write token.write audit.write trace-number.read")),
      // At one place: its people, phones and hours.
      role("site", "Site", Realm::system,
           of("system.read guard.* extension.* registration.* call.* cdr.read trace.read department.* ring-group.* "
              "schedule.* inbound.* telephony.read calling-role.read route.read trunk.read limit.read "
              "spend.read pattern.read")),
      // Looks after tenants of its own, and adds some, as far as the system lets it.
      role("dealer", "Dealer", Realm::dealer, all_within(Realm::dealer)),
      role("administrator", "Administrator", Realm::tenant, all_within(Realm::tenant)),
      role("supervisor", "Supervisor", Realm::tenant,
           of("extension.read registration.read call.* cdr.read department.read ring-group.* schedule.* inbound.read "
              "calling-role.read route.read spend.read pattern.read")),
      role("operator", "Operator", Realm::tenant,
           of("registration.read call.* department.read ring-group.read schedule.read inbound.read")),
      // His own account, which everybody has who may sign in, and nothing of others.
      role("employee", "Employee", Realm::tenant, Permissions::none()),
      role("human-resources", "Human Resources", Realm::tenant,
           of("extension.read user.* department.* ring-group.read schedule.*")),
      role("accounting", "Accounting", Realm::tenant, of("cdr.read department.read limit.read spend.*")),
  };
}

}  // namespace

std::string_view name_of(Realm realm) {
  return realm_names[static_cast<std::size_t>(realm)];
}

std::optional<Realm> parse_realm(std::string_view name) {
  const auto found = std::find(std::begin(realm_names), std::end(realm_names), name);
  if (found == std::end(realm_names)) return std::nullopt;
  return static_cast<Realm>(found - std::begin(realm_names));
}

std::span<const Role> built_in_roles() {
  static const std::vector<Role> roles = make();
  return roles;
}

const Role* built_in_role(std::string_view name) {
  const std::span<const Role> roles = built_in_roles();
  const auto found = std::find_if(roles.begin(), roles.end(), [&](const Role& role) { return role.name == name; });
  return found == roles.end() ? nullptr : &*found;
}

bool is_role_name(std::string_view name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return name.size() >= 2 && name.size() <= 32 && letter(name.front()) && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::optional<Permission> beyond_realm(Realm realm, const Permissions& permissions) {
  for (const PermissionInfo& row : permission_table())
    if (reaches_beyond(realm, row) && permissions.has(row.permission)) return row.permission;
  return std::nullopt;
}

}  // namespace rf::access
