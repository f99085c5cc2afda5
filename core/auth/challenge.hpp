// The value of one WWW-Authenticate, Proxy-Authenticate or Authentication-Info header, taken apart.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "core/auth/credentials.hpp"
#include "core/policy/policy.hpp"

namespace rf::auth {

/// What the server protects besides method and URI.
enum class Qop : std::uint8_t {
  none,  ///< RFC 2069: no client nonce, no count
  auth,
  auth_int,  ///< the body as well
};

/// A challenge whose parameters can be answered. Views live as long as the header.
struct Challenge {
  PlainText realm;
  std::string_view nonce;
  std::optional<std::string_view> opaque;  ///< as written, to be given back
  /// None: an algorithm that we do not know, -sess among them. A missing parameter means MD5 (RFC 7616 §3.3).
  std::optional<policy::Algorithm> algorithm = policy::Algorithm::md5;
  bool stale = false;
  /// What of its qop list we would use: auth before auth-int, which proxies that rewrite descriptions break. None: it
  /// offers nothing that we know.
  std::optional<Qop> qop = Qop::none;
};

enum class ChallengeFault : std::uint8_t { other_scheme, malformed };

/// Parses `Digest realm="…", nonce="…"`. Strict: a parameter twice, no realm or nonce, an escape in the nonce, or more
/// than `TrunkLimits::opaque_bytes` of nonce or opaque is malformed. Unknown parameters are skipped. Never allocates.
/// Source: RFC 7616 §3.3, RFC 3261 §25.1 (challenge).
std::expected<void, ChallengeFault> parse_challenge(std::string_view value, Challenge& out);

/// What a server says with a 2xx. Empty views: not said.
struct AuthenticationInfo {
  std::string_view nextnonce;
  std::string_view rspauth;
  std::string_view cnonce;
  std::string_view nc;
};

/// Parses `nextnonce="…", rspauth="…"`. False when malformed. Source: RFC 7616 §3.5.
bool parse_info(std::string_view value, AuthenticationInfo& out);

}  // namespace rf::auth
