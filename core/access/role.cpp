#include "core/access/role.hpp"

#include <algorithm>
#include <vector>

#include "core/base/check.hpp"

namespace rf::access {
namespace {

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

Permissions within_tenant(Permissions from) {
  for (const PermissionInfo& row : permission_table())
    if (row.system) from.remove(row.permission);
  return from;
}

std::vector<Role> make() {
  const auto role = [](std::string name, std::string title, Realm realm, const Permissions& permissions) {
    return Role{std::move(name), std::move(title), realm, permissions, true};
  };
  return {
      role("system", "System", Realm::system, Permissions::all()),
      // Runs it from day to day; who may sign in, and as what, others decide.
      role(
          "operation", "Operation", Realm::system,
          without(Permissions::all(), "user.write role.write sign-in.write token.write audit.write trace-number.read")),
      // At one place: its people, phones and hours.
      role("site", "Site", Realm::system,
           of("system.read guard.* extension.* registration.* call.* cdr.read trace.read department.* ring-group.* "
              "schedule.* inbound.* telephony.read calling-role.read route.read trunk.read limit.read spend.read "
              "pattern.read")),
      role("administrator", "Administrator", Realm::tenant, within_tenant(Permissions::all())),
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
  return realm == Realm::system ? "system" : "tenant";
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
  if (realm == Realm::system) return std::nullopt;
  for (const PermissionInfo& row : permission_table())
    if (row.system && permissions.has(row.permission)) return row.permission;
  return std::nullopt;
}

}  // namespace rf::access
