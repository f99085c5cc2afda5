// Who somebody is by a directory: LDAP servers and Active Directory, over TLS always.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "core/access/provider.hpp"
#include "core/base/limits/people.hpp"
#include "core/base/secret.hpp"

namespace rf::directory {

enum class Fault : std::uint8_t {
  wrong,  ///< nobody of that name, or not his password
  away,   ///< it is not reached, not trusted, or does not let our own account in
};

struct Problem {
  Fault fault = Fault::away;
  std::string what;  ///< for the log; names no person and no secret
};

/// Finds whoever is called `name` with the directory's own account, then shows his password there. Blocks up to
/// twice `wait_ms` once it is connected: for threads that may wait. An empty password shows nothing (RFC 4513 §5.1.2)
/// and is never sent. Certificates are verified, referrals not followed, and settings of the host's own LDAP client do
/// not count.
std::expected<access::Identity, Problem> sign_in(const access::Provider& provider, std::string_view name,
                                                 const Secret<std::string>& password,
                                                 std::uint32_t wait_ms = SignInLimits::directory_ms);

}  // namespace rf::directory
