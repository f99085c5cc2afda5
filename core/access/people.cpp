#include "core/access/people.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits/people.hpp"

namespace rf::access {

bool is_login_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return name.size() >= 2 && name.size() <= AccessLimits::name_bytes && plain(name.front()) && plain(name.back()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return plain(c) || c == '.' || c == '_' || c == '@' || c == '+' || c == '-'; });
}

bool is_tenant_name(std::string_view name) {
  return is_role_name(name);
}

std::optional<std::string> fault_of_login(std::string_view name, std::string_view tenant) {
  const std::size_t at = name.rfind('@');
  const std::string_view behind = at == std::string_view::npos ? std::string_view() : name.substr(at + 1);
  if (!tenant.empty()) {
    if (behind == tenant && at > 0) return std::nullopt;
    return fmt::format("login names of users of {0} end with @{0}", tenant);
  }
  // An address has a dot in its domain, the name of a tenant has none.
  if (at == std::string_view::npos || behind.find('.') != std::string_view::npos) return std::nullopt;
  return "a login name that ends like that is kept for users of a tenant";
}

std::string login_name(std::string_view typed) {
  std::string out(typed.substr(0, AccessLimits::name_bytes + 1));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

People::People(std::vector<User> users, std::vector<Role> custom) : users_(std::move(users)) {
  for (const Role& role : built_in_roles()) roles_.push_back(role);
  for (Role& role : custom) roles_.push_back(std::move(role));
  for (std::size_t i = 0; i < users_.size(); ++i) {
    names_.emplace(users_[i].name, i);
    ids_.emplace(users_[i].id, i);
    const std::string_view provider = users_[i].provider, subject = users_[i].subject;
    if (!provider.empty()) subjects_.emplace(std::pair(provider, subject), i);
  }
  // A built-in role is never another one, whatever is on disk.
  for (std::size_t i = 0; i < roles_.size(); ++i) role_names_.emplace(roles_[i].name, i);
}

const User* People::by_name(std::string_view name) const {
  const auto at = names_.find(name);
  return at == names_.end() ? nullptr : &users_[at->second];
}

const User* People::by_id(UserId id) const {
  const auto at = ids_.find(id);
  return at == ids_.end() ? nullptr : &users_[at->second];
}

const User* People::by_subject(std::string_view provider, std::string_view subject) const {
  const auto at = subjects_.find({provider, subject});
  return at == subjects_.end() ? nullptr : &users_[at->second];
}

const Role* People::role(std::string_view name) const {
  const auto at = role_names_.find(name);
  return at == role_names_.end() ? nullptr : &roles_[at->second];
}

Permissions People::permissions_of(const User& user) const {
  const Role* const found = role(user.role);
  if (found == nullptr || !role_fits(*found, user.of) || beyond_realm(found->realm, found->permissions)) return {};
  return found->permissions;
}

bool People::has_administrator() const {
  return std::any_of(users_.begin(), users_.end(),
                     [&](const User& user) {
    return user.enabled && user.provider.empty() && permissions_of(user) == Permissions::all();
  });
}

bool role_fits(const Role& role, Class of) {
  if (role.realm == Realm::tenant) return of != Class::system_administrator;
  return of == (role.realm == Realm::system ? Class::system_administrator : Class::dealer);
}

std::optional<std::string> fault_of_reach(By by, const Permissions& theirs, TenantId tenant) {
  if (by == nullptr) return std::nullopt;
  if (by->tenant && by->tenant != tenant) return "that user is not of your tenant";
  if (!by->permissions.cover(theirs)) return "that user may do what you may not";
  return std::nullopt;
}

std::optional<std::string> fault_of_grant(By by, const Permissions& wanted) {
  if (by == nullptr) return std::nullopt;
  for (const PermissionInfo& row : permission_table())
    if (wanted.has(row.permission) && !by->permissions.has(row.permission))
      return fmt::format("you have no {} yourself", row.name);
  return std::nullopt;
}

}  // namespace rf::access
