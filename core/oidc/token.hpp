// ID tokens: signed by a key of the provider, for us, for this very sign-in, now. Everything else is refused, by name.
#pragma once

#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/access/provider.hpp"
#include "core/oidc/keys.hpp"

namespace rf::oidc {

enum class Fault : std::uint8_t {
  too_long,
  malformed,    ///< no token, or one that two readers could read in two ways
  algorithm,    ///< none, a shared secret, or another one that is not on the list
  critical,     ///< it asks for what we do not know
  kind,         ///< an access or logout token
  unknown_key,  ///< its key is not among the provider's: perhaps a new one
  signature,
  issuer,
  audience,  ///< it is for somebody else
  party,     ///< it was given to somebody else
  expired,
  early,  ///< it is of the future
  old,    ///< it was made long before this sign-in
  nonce,  ///< of another sign-in
  subject,
};
std::string_view text_of(Fault fault);  ///< "it is for somebody else"

/// A token that was read and that nobody vouches for yet. Views into the text that it was read from.
struct Token {
  Algorithm algorithm = Algorithm::rs256;
  std::string key;  ///< "kid"; may be empty
  std::string_view signed_part;
  std::string signature;  ///< as the algorithm has it
  nlohmann::json claims;
};
/// Errors: too_long, malformed, algorithm, critical, kind. Source: RFC 7515 §3.1, §4; RFC 8725 §3.
std::expected<Token, Fault> read_token(std::string_view text);

/// What an ID token has to say to be the answer to a question of ours.
struct Expected {
  std::string issuer, client, nonce;
  std::int64_t now_s = 0;  ///< since 1970
};
/// Nothing when the token is signed by one of `keys` and says what is expected. Errors: all others. Source: OpenID
/// Connect Core §3.1.3.7.
std::expected<void, Fault> verify(const Token& token, const Keys& keys, const Expected& expected);

/// Who that is, by the claims of a token that was verified. Errors, as a sentence: claims that the provider does not
/// give, or an e-mail address as a name that it did not check itself.
std::expected<access::Identity, std::string> identity_of(const nlohmann::json& claims,
                                                         const access::Provider& provider);

}  // namespace rf::oidc
