// The keys that a provider signs with (JWKS), as far as we would use one.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rf::oidc {

/// All there is; a token of any other one is refused, "none" and those with a shared secret among them.
enum class Algorithm : std::uint8_t { rs256, ps256, es256 };
std::string_view name_of(Algorithm algorithm);  ///< "RS256"
std::optional<Algorithm> parse_algorithm(std::string_view name);

struct Key {
  std::string id;  ///< "kid"; may be empty
  bool rsa = false;
  std::optional<Algorithm> only;  ///< "alg": good for this one alone
  std::shared_ptr<EVP_PKEY> key;

  bool fits(Algorithm algorithm) const {
    return rsa == (algorithm != Algorithm::es256) && (!only || *only == algorithm);
  }
};

class Keys {
 public:
  /// A JSON web key set. Keys that are not to verify with, of other kinds, too weak or too large are passed over.
  /// Errors, as a sentence: it is no such set, has more than SignInLimits::keys, two of one id, or none that can be
  /// used. Source: RFC 7517, RFC 7518 §6.
  static std::expected<Keys, std::string> read(std::string_view text);

  /// The key of this id; without one, the only one that fits. Null: there is none.
  const Key* find(std::string_view id, Algorithm algorithm) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::vector<Key> keys_;
};

}  // namespace rf::oidc
