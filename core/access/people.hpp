// Who may sign in, as what: one immutable snapshot of users and roles, and the rules of who may change whom.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/access/asker.hpp"
#include "core/access/role.hpp"
#include "core/base/secret.hpp"

namespace rf::access {

struct User {
  UserId id;
  std::string name;     ///< to sign in with, see is_login_name()
  std::string display;  ///< what people call him
  Class of = Class::tenant_user;
  std::string role;
  TenantId tenant;  ///< none: the whole system
  std::string email;
  bool enabled = true;
  bool must_change = false;  ///< the password was chosen by somebody else
  bool has_factor = false;
  Secret<std::string> password;  ///< Argon2id, as libsodium writes it; empty: none was chosen yet
  std::int64_t created_wall_ms = 0, password_wall_ms = 0, login_wall_ms = 0;
  std::string provider = {};  ///< where he signs in, see core/access/provider.hpp; empty: here
  std::string subject = {};   ///< who he is there
  std::string dealer = {};    ///< of a dealer's user: whose tenants he reaches
  std::string factor_email = {};  ///< the mailbox that he proved and gets his codes at; empty: an app makes them
  std::string extension = {};  ///< the number of his own, as it was when this was read; empty: he has none
};

/// 2 to 64 small letters, digits and . _ @ + -, a letter or digit first and last.
bool is_login_name(std::string_view name);
/// Whether it is the name of a tenant, or of a dealer: 2 to 32 small letters, digits and hyphens, a letter first.
bool is_tenant_name(std::string_view name);
/// Login names are the system's, and nobody is to find out by trying which of them another tenant has: those of a
/// tenant's users end with "@" and its name, and nobody else's end like that. Empty: of the default tenant, or of none.
/// Gives what is wrong.
std::optional<std::string> fault_of_login(std::string_view name, std::string_view tenant);
/// As it is compared: small letters.
std::string login_name(std::string_view typed);

class People {
 public:
  People(std::vector<User> users, std::vector<Role> custom);

  const std::vector<User>& users() const { return users_; }
  /// All roles: the built-in ones and then the others, by name.
  const std::vector<Role>& roles() const { return roles_; }
  const User* by_name(std::string_view name) const;
  const User* by_id(UserId id) const;
  const User* by_subject(std::string_view provider, std::string_view subject) const;
  const Role* role(std::string_view name) const;
  /// What he may now: what his role has, within its realm. A role that is gone has nothing.
  Permissions permissions_of(const User& user) const;
  /// Whether somebody may do everything who needs nobody else to sign in.
  bool has_administrator() const;

 private:
  std::vector<User> users_;
  std::vector<Role> roles_;
  std::unordered_map<std::string_view, std::size_t> names_;
  std::unordered_map<UserId, std::size_t> ids_;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> subjects_;
  std::map<std::string_view, std::size_t, std::less<>> role_names_;
};
using PeopleRef = std::shared_ptr<const People>;

/// Whether a role may be that of a user of this class: roles of the system are for system administrators alone, those
/// of dealers for theirs, who may have one of a tenant as well.
bool role_fits(const Role& role, Class of);

/// Whom commands are carried out for: somebody who signed in, or nobody: whoever runs them on the machine itself.
using By = const Asker*;
/// Why `by` must not do anything to users of this role, class and tenant, or make one: nobody reaches beyond his
/// tenant, or acts on somebody who may more than he. None: he may.
std::optional<std::string> fault_of_reach(By by, const Permissions& theirs, TenantId tenant);
/// Why `by` must not hand out these permissions: the first that he lacks himself.
std::optional<std::string> fault_of_grant(By by, const Permissions& wanted);

}  // namespace rf::access
