// One sign-in on its way: what leaves with the browser, what has to come back with it, and how a code becomes a token.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/access/provider.hpp"
#include "core/oidc/discovery.hpp"

namespace rf::oidc {

/// What was chosen for one sign-in. It goes with the browser, sealed, in a cookie of its own, so that strangers take no
/// room here, and only that browser can come back.
struct Flow {
  std::string provider;
  std::string state, nonce, verifier;  ///< 256 random bits each, as base64url
  std::string redirect;                ///< our page, as the provider was told
  std::string target;                  ///< where on our pages they wanted to go
  std::int64_t ends_wall_ms = 0;
};
std::string text_of(const Flow& flow);
/// None: it is no such text.
std::optional<Flow> read_flow(std::string_view text);

/// Where the browser is sent. Source: OpenID Connect Core §3.1.2.1, RFC 7636 §4.
std::string authorization_url(const Metadata& metadata, const access::Provider& provider, const Flow& flow);
/// BASE64URL(SHA256(verifier)).
std::string challenge_of(std::string_view verifier);

/// What a browser brings back.
struct Return {
  std::string state, code, issuer, error;
};
enum class Misfit : std::uint8_t {
  state,   ///< another sign-in's, or nobody's
  ended,   ///< it took too long
  issuer,  ///< another provider answered than was asked (RFC 9207)
  refused,  ///< the provider did not sign them in
  no_code,
};
/// Whether that is the answer to this flow. `metadata`: the provider's that was asked.
std::optional<Misfit> misfit_of(const Flow& flow, const Return& back, const Metadata& metadata, std::string_view issuer,
                                std::int64_t now_wall_ms);

/// What is sent for a token, and the header that shows our secret ("": it is in the body).
struct TokenRequest {
  Secret<std::string> body, authorization;
};
TokenRequest token_request(const Metadata& metadata, const access::Provider& provider, const Flow& flow,
                           std::string_view code);
/// The ID token of such an answer. Errors: a sentence, with the provider's own word for it.
std::expected<std::string, std::string> read_token_answer(unsigned status, std::string_view body);

/// Whether a text is a place on our own pages ("#/extensions/1001") and can lead nowhere else.
bool is_own_target(std::string_view text);

}  // namespace rf::oidc
