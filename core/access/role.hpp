// Roles: names for sets of permissions. Some are built in and cannot be changed; others are copies of one, changed.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/access/permission.hpp"

namespace rf::access {

/// Whom a role is for. One of a tenant never reaches beyond it, whatever else is asked of it; one of a dealer reaches
/// that dealer's tenants.
enum class Realm : std::uint8_t { system, dealer, tenant };
std::string_view name_of(Realm realm);  ///< "system", "dealer", "tenant"
std::optional<Realm> parse_realm(std::string_view name);

struct Role {
  std::string name;   ///< "supervisor", as commands and rows name it
  std::string title;  ///< for people: "Supervisor"
  Realm realm = Realm::tenant;
  Permissions permissions;
  bool built_in = false;
  std::string copied_from = {};  ///< the built-in role that a custom one began as
};

/// System, Operation, Site; Dealer; Administrator, Supervisor, Operator, Employee, Human Resources, Accounting
/// (row R2).
std::span<const Role> built_in_roles();
const Role* built_in_role(std::string_view name);

/// What may be a role's name: 2 to 32 small letters, digits and hyphens, a letter first.
bool is_role_name(std::string_view name);

/// Why permissions are not a role's of this realm: the first that reaches beyond it. None: they are fine.
std::optional<Permission> beyond_realm(Realm realm, const Permissions& permissions);

}  // namespace rf::access
