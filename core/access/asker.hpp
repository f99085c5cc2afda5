// Who asks, as far as it matters to what he asks for; and the one check of whether he may.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/access/permission.hpp"
#include "core/base/ids.hpp"

namespace rf::access {

using UserId = Id<struct UserTag>;
using SessionId = Id<struct SessionTag>;
using TokenId = Id<struct TokenTag>;

/// Of whoever is bound to tenants, and has said of none that it is meant: there is nothing in it.
inline constexpr TenantId no_tenant{UINT64_MAX};

/// Whose account it is; what is asked of passwords and second factors goes by it (rows W3, W5).
enum class Class : std::uint8_t { system_administrator, dealer, tenant_user };
inline constexpr std::size_t class_count = 3;
std::string_view name_of(Class of);  ///< "system", "dealer", "tenant"
std::optional<Class> parse_class(std::string_view name);

/// What a session still lacks. Until then it has no permission, and may do that one thing and end.
enum class Step : std::uint8_t {
  none,
  second_factor,  ///< the password was right; nobody is signed in yet
  new_password,   ///< signed in, with a password that somebody else chose
  enrol_factor,   ///< signed in, without the second factor that is asked for
};
std::string_view name_of(Step step);

/// Somebody who showed who he is. A value: it holds for the one request that it came with.
struct Asker {
  enum class How : std::uint8_t { session, token };

  UserId user;
  std::string name;     ///< the login name
  std::string display;  ///< what people call him
  Class of = Class::tenant_user;
  std::string role;
  TenantId tenant;      ///< none: the whole system
  std::string dealer = {};  ///< who may choose among the tenants of this one, `tenant` being no_tenant until he did
  Permissions permissions;
  How how = How::session;
  SessionId session;  ///< when by session
  TokenId token;      ///< when by token
  Step step = Step::none;

  bool may(Permission permission) const { return step == Step::none && permissions.has(permission); }
  /// "user anna", "user anna, token 7": the actor in the audit log.
  std::string actor() const;
};

/// What something asks of whoever wants it.
struct Need {
  enum class Who : std::uint8_t {
    anybody,    ///< also a stranger
    signed_in,  ///< his own affairs: anybody with a session that is past its second factor
    permitted,
  };
  Who who = Who::anybody;
  Permission permission = Permission::system_read;

  friend bool operator==(const Need&, const Need&) = default;
};
inline constexpr Need anybody{Need::Who::anybody, Permission::system_read};
inline constexpr Need signed_in{Need::Who::signed_in, Permission::system_read};
constexpr Need permitted(Permission permission) {
  return {Need::Who::permitted, permission};
}

enum class Verdict : std::uint8_t {
  yes,
  unknown,     ///< 401: nobody we know; sign in
  unfinished,  ///< 403: the step of his session is to be done first
  lacking,     ///< 403: his role, or his token, does not have it
};
/// The one check. A token is good for what it names and never for the account itself.
Verdict judge(const std::optional<Asker>& asker, const Need& need);

}  // namespace rf::access
