// Commands about who may sign in: users, roles, tokens, sessions, and who has to wait after wrong passwords.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/access/asker.hpp"
#include "core/base/limits/people.hpp"
#include "core/access/permission.hpp"
#include "core/access/provider.hpp"
#include "core/base/address.hpp"
#include "core/base/secret.hpp"

namespace rf::command {

struct Spec;

/// Makes the first system administrator, by a one-time link, while there is none.
struct FirstUser {
  std::uint32_t for_s = AccessLimits::invitation_s;
};
struct AddUser {
  std::string name;
  access::Class of = access::Class::tenant_user;
  std::string role;  ///< empty: "system" of a system administrator, else "employee"
  std::string display, email;
  std::uint32_t for_s = AccessLimits::invitation_s;  ///< that the link is good for
  std::string dealer = {};     ///< of a dealer's user: whose tenants he reaches
  std::string extension = {};  ///< the number of his own; empty: none
};
struct ListUsers {};
struct ShowUser {
  std::string name;
};
struct SetUser {
  std::string name;
  std::optional<std::string> display, email, role;
  std::optional<bool> enabled, must_change;
  std::optional<std::string> extension = {};  ///< empty: none any longer
};
struct RemoveUser {
  std::string name;
};
/// His password, sessions and tokens end, and he gets a one-time link to choose another one.
struct ResetUser {
  std::string name;
  bool second_factor = false;  ///< that ends, too
  std::uint32_t for_s = AccessLimits::invitation_s;
};

struct ListRoles {};
struct ListPermissions {};
struct ShowRole {
  std::string name;
};
struct CopyRole {
  std::string name, from, title;
};
struct SetRole {
  std::string name;
  std::optional<std::string> title;
  access::Permissions add, remove;
};
struct RemoveRole {
  std::string name;
};

/// For a program that acts as `user`.
struct AddToken {
  std::string user, name;
  access::Permissions scope;
  std::uint32_t days = 90;
};
struct ListTokens {
  std::string user;  ///< empty: all
};
struct RemoveToken {
  std::uint64_t id = 0;
};

struct ListSessions {
  std::string user;  ///< empty: all
};
struct RemoveSession {
  std::uint64_t id = 0;
};

/// Sources that have to wait because of wrong passwords.
struct ListHeld {};
struct ReleaseHeld {
  Address address;
};

/// Settings of a way to sign in elsewhere; what is absent stays as it is, or takes its usual value.
struct ProviderSettings {
  std::optional<std::string> title, url, client, scopes, base, filter, group_base, group_filter, login, groups;
  std::optional<std::string> people_of;  ///< a tenant; empty: the system's
  std::optional<bool> enabled, required, trusted_factor;
  std::optional<std::vector<Subnet>> networks;
  std::optional<std::vector<access::GroupRole>> roles;
};
struct AddProvider {
  std::string name;
  access::ProviderKind kind = access::ProviderKind::oidc;
  ProviderSettings settings;
};
struct ListProviders {};
struct ShowProvider {
  std::string name;
};
struct SetProvider {
  std::string name;
  ProviderSettings settings;
};
struct RemoveProvider {
  std::string name;
  bool force = false;  ///< also when people sign in there, who are removed with it
};
/// Our own secret there.
struct SetProviderSecret {
  std::string name;
  Secret<std::string> secret;
};
/// The certificates that its own has to come from; empty: those that the system trusts.
struct SetProviderCa {
  std::string name;
  std::string text;
};
using ProviderCommand = std::variant<AddProvider, ListProviders, ShowProvider, SetProvider, RemoveProvider,
                                     SetProviderSecret, SetProviderCa>;

using PeopleCommand = std::variant<FirstUser, AddUser, ListUsers, ShowUser, SetUser, RemoveUser, ResetUser, ListRoles,
                                   ListPermissions, ShowRole, CopyRole, SetRole, RemoveRole, AddToken, ListTokens,
                                   RemoveToken, ListSessions, RemoveSession, ListHeld, ReleaseHeld, ProviderCommand>;

}  // namespace rf::command
