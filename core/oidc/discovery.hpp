// What a provider says of itself: where people sign in, where codes become tokens, where its keys are.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/access/provider.hpp"

namespace rf::oidc {

struct Metadata {
  std::string authorization, token, keys;  ///< addresses, of HTTPS
  bool secret_in_body = false;             ///< it does not take our secret in a header
  bool names_itself = false;               ///< its answers to browsers carry `iss` (RFC 9207)
};

/// Where its document lies.
std::string discovery_url(std::string_view issuer);

/// Errors, as a sentence: it is no such document, it is of another issuer, leads elsewhere than to HTTPS, signs in no
/// way that we take, or takes no secret as we give it. Source: OpenID Connect Discovery §3, §4.3.
std::expected<Metadata, std::string> read_discovery(std::string_view text, std::string_view issuer);

}  // namespace rf::oidc
