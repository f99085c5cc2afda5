// Passkeys (WebAuthn): what a browser's authenticator shows of itself, once to be known and then to be let in.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/http/base64url.hpp"

namespace rf::passkey {

using http::Bytes;

/// Where a passkey is good: browsers hold one to its site, so a page that looks like ours is never shown it.
struct Site {
  std::string id;      ///< "pbx.example.com"
  std::string origin;  ///< "https://pbx.example.com:8443"
};
/// Of a page's address. None for addresses in numbers, for which browsers make no passkeys.
std::optional<Site> site_of(std::string_view origin);

/// A passkey that is known. None of it is secret.
struct Passkey {
  Bytes id;                 ///< as the authenticator named it
  Bytes key;                ///< SubjectPublicKeyInfo: P-256, or RSA of 2048 to 4096 bits
  std::string site;         ///< Site::id where it was made
  std::uint32_t count = 0;  ///< of its signatures, as it says; 0 for ever when it does not count
};

enum class Fault : std::uint8_t {
  malformed,
  kind,        ///< made for something else: to be known instead of to be let in, or the other way
  challenge,   ///< the answer to another question
  origin,      ///< by another page
  site,        ///< of another site
  absent,      ///< nobody touched it
  unverified,  ///< it did not ask who it is, by PIN, finger or face
  key,         ///< of a kind that we do not use
  signature,
  copied,  ///< its count did not grow: there are two of it
};
std::string_view text_of(Fault fault);  ///< "by another page"

/// What a browser brings (base64url removed). Source: WebAuthn Level 2 §5.2.
struct Made {
  Bytes client_data, authenticator_data, public_key;
};
struct Shown {
  Bytes client_data, authenticator_data, signature;
};

/// A new passkey. Who vouches for its maker is not asked: whoever may add one to his account could add any. Errors: all
/// but signature and copied. Source: WebAuthn Level 2 §7.1, with attestation "none".
std::expected<Passkey, Fault> read_made(const Site& site, std::string_view challenge, const Made& made);

/// Whether a known passkey answers this challenge, with its user there and verified. Gives its new count. Errors: all.
/// Source: WebAuthn Level 2 §7.2.
std::expected<std::uint32_t, Fault> check(const Site& site, std::string_view challenge, const Passkey& passkey,
                                          const Shown& shown);

/// A question that needs no memory: it carries its time and proof of who asked for it. `purpose` says for what, and for
/// whom; a text of ours.
class Challenges {
 public:
  using Key = std::array<std::uint8_t, 32>;
  explicit Challenges(const Key& key) : key_(key) {}

  /// base64url, 54 characters. `random`: 16 bytes of chance.
  std::string make(std::string_view purpose, std::int64_t now_s, std::span<const std::uint8_t, 16> random) const;
  /// Ours, for this purpose, and no older than AccessLimits::passkey_s.
  bool fits(std::string_view challenge, std::string_view purpose, std::int64_t now_s) const;

 private:
  std::array<std::uint8_t, 16> proof(std::string_view purpose, std::span<const std::uint8_t> head) const;

  Key key_;
};

/// The challenge that a browser says it answered; none when it says nothing that could be read.
std::optional<std::string> challenge_in(const Bytes& client_data);

}  // namespace rf::passkey
