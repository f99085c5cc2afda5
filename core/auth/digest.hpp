// Digest authentication without memory for strangers: the nonce carries its own proof, state begins after a right answer.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/time.hpp"
#include "core/policy/policy.hpp"

namespace rf::auth {

/// Why an attempt was not accepted. The remote side sees the same challenge for every one of them (H9); the operator
/// sees the reason.
enum class Reason : std::uint8_t {
  none,
  no_credentials,         ///< the normal first request of every phone
  malformed,
  other_realm,
  forged_nonce,           ///< not ours, or made for another source: never proves receipt
  stale_nonce,            ///< ours, too old
  replayed,               ///< nonce and count were used before
  unsupported_algorithm,  ///< not offered, or MD5 where it is turned off
  wrong_uri,              ///< the digest was made for another request
  unknown_user,
  disabled_user,
  wrong_password,
};
std::string_view text_of(Reason reason);

enum class Outcome : std::uint8_t {
  accepted,
  challenge,  ///< send a challenge
  stale,      ///< the password was right, the nonce old or used: challenge with stale=true
  refused,    ///< counts as a failed attempt; the answer is a challenge that looks like any other
};

/// What a request says about itself. All views outlive the call only.
struct Attempt {
  std::span<const std::string_view> credentials;  ///< values of every Authorization or Proxy-Authorization header
  std::string_view method;
  std::string_view request_uri;  ///< raw
  Address source;
  Transport transport = Transport::udp;
};

struct Result {
  Outcome outcome = Outcome::challenge;
  Reason reason = Reason::no_credentials;
  const policy::Extension* extension = nullptr;  ///< set exactly when accepted; lives as long as the policy
  std::string_view username;                     ///< as claimed; a view into the attempt
  /// The nonce came back from the address it was sent to: this source receives what we send it (H7).
  bool source_proven = false;
};

/// Verifies digest answers and writes challenges.
/// Nonces: version, key number, time, 128-bit keyed MAC over those with source address, transport and realm; keys rotate,
/// one old key stays valid for the nonce age. Nonce counts are remembered only after the first right answer, in a table
/// of `nonces_max` entries; when it is full the oldest go and every nonce issued before them is stale from then on.
/// Unknown, disabled and wrong-password accounts take the same steps: a keyed decoy credential is hashed and compared.
/// Source: RFC 7616, RFC 8760, RFC 3261 §22.
class Authenticator {
 public:
  using Key = std::array<std::uint8_t, 32>;
  /// `root` seeds nonce keys and decoys; from the kernel's random source, or fixed in tests.
  Authenticator(const Key& root, std::size_t nonces_max);
  ~Authenticator();
  Authenticator(Authenticator&&) noexcept;

  /// Checks an attempt against the policy. Takes the same steps whether the user exists or not.
  Result verify(Now now, const policy::Policy& policy, const Attempt& attempt);

  /// Appends one header line a permitted algorithm, strongest first, each with a fresh nonce for that source:
  /// `WWW-Authenticate: Digest realm="…", nonce="…", algorithm=SHA-512-256, qop="auth"`, with stale=true when asked.
  /// `header` is "WWW-Authenticate" or "Proxy-Authenticate".
  void append_challenges(std::string& out, std::string_view header, Now now, const policy::Policy& policy,
                         const Address& source, Transport transport, bool stale);

  std::size_t nonces_remembered() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// H(username:realm:password), raw; 32 bytes for the SHA-2 algorithms, 16 for MD5 (the rest zero).
std::array<std::uint8_t, 32> ha1(policy::Algorithm algorithm, std::string_view username, std::string_view realm,
                                 std::string_view password);

/// The `response` value a client computes (lower-case hex): for our client side, tests and the load generator.
std::string response(policy::Algorithm algorithm, const std::array<std::uint8_t, 32>& ha1, std::string_view nonce,
                     std::string_view nc, std::string_view cnonce, std::string_view method, std::string_view uri);

/// "SHA-512-256", "SHA-256", "MD5".
std::string_view text_of(policy::Algorithm algorithm);

}  // namespace rf::auth
