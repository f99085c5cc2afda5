// Digest authentication without memory for strangers: nonces carry their own proof, state begins after a right answer.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/auth/gateways.hpp"
#include "core/auth/nonce.hpp"
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
  forged_nonce,           ///< not ours, or made for another source or transport: never proves receipt. Honest phones
                          ///< send one after a restart of ours or a change of their own address
  stale_nonce,            ///< ours, too old
  replayed,               ///< nonce and count were used before
  unsupported_algorithm,  ///< not offered, or MD5 where it is turned off
  wrong_uri,              ///< the digest was made for another request
  unknown_user,
  disabled_user,
  wrong_password,
  remote_not_allowed,     ///< the password was right, from outside the local networks without permission (E5)
  not_permitted,          ///< whatever the password: Attempt::permits said no
};
std::string_view text_of(Reason reason);

enum class Outcome : std::uint8_t {
  accepted,
  challenge,  ///< send a challenge
  stale,      ///< the nonce was old, used or not ours; nothing was learned of the password: challenge with stale=true
  refused,    ///< counts as a failed attempt; the answer is a challenge that looks like any other
};

/// What a request says about itself. All views outlive the call only.
struct Attempt {
  std::span<const std::string_view> credentials;  ///< values of every Authorization or Proxy-Authorization header
  std::string_view method;
  std::string_view request_uri;  ///< raw
  Address source;
  Transport transport = Transport::udp;
  /// What else has to hold for an account that exists; asked for every answer to a nonce, right or wrong, so that a
  /// refusal looks and lasts like one of a wrong password. Empty: nothing else.
  std::function<bool(const policy::Extension&)> permits = {};
  /// Gateways may answer as well as extensions; null: none. A name of both is the extension's.
  const Gateways* gateways = nullptr;
  std::function<bool(TrunkId)> permits_gateway = {};  ///< as `permits`; asked for other names, too, with none
};

/// The credentials of a request before anything is said about the password.
struct Presented {
  Reason reason = Reason::no_credentials;  ///< none: there are credentials for our realm
  std::string_view username;               ///< as claimed, escapes included; a view into the attempt
  bool source_proven = false;              ///< as in Result
  std::optional<Nonce> nonce;              ///< when it is one of ours, made for this source
};

struct Result {
  Outcome outcome = Outcome::challenge;
  Reason reason = Reason::no_credentials;
  /// When accepted exactly one of these is set. An extension lives as long as the policy.
  const policy::Extension* extension = nullptr;
  const policy::Login* login = nullptr;  ///< of that extension: by which of its names; lives as long
  TrunkId gateway;
  std::string_view username;                     ///< as claimed, escapes included; a view into the attempt
  /// The nonce came back from the address it was sent to: this source receives what we send it (H7).
  bool source_proven = false;
};

/// Verifies digest answers and writes challenges.
/// Nonces carry their own proof (nonce.hpp). Nonce counts are remembered only after a right answer, for at most
/// `nonces_max` nonces; when there are more the oldest go, and every nonce issued before them is stale from then on.
/// What a nonce is worth is decided before anybody's name is looked up; then unknown, disabled, remote and
/// wrong-password accounts take the same steps: neither an answer nor its time tells them apart (H9).
/// Source: RFC 7616, RFC 8760, RFC 3261 §22. Of RFC 7616, auth-int and userhash are not offered.
class Authenticator {
 public:
  using Key = std::array<std::uint8_t, 32>;
  /// `root` seeds nonce keys and decoys; from the kernel's random source, or fixed in tests.
  Authenticator(const Key& root, std::size_t nonces_max);
  ~Authenticator();
  Authenticator(Authenticator&&) noexcept;

  /// Checks an attempt against the policy. A phone may send several credentials: the first for our realm counts.
  /// Outcomes other than accepted, by reason: challenge for no_credentials and other_realm; stale for forged_nonce,
  /// stale_nonce and replayed; refused for all others.
  Result verify(Now now, const policy::Policy& policy, const Attempt& attempt) {
    return verify(now, policy, attempt, look(now, policy, attempt));
  }
  /// Its first half: what is claimed, and whether the nonce proves the source. Nobody's name is looked up.
  Presented look(Now now, const policy::Policy& policy, const Attempt& attempt);
  /// Its second half, right after look() with the same attempt.
  Result verify(Now now, const policy::Policy& policy, const Attempt& attempt, const Presented& presented);

  /// Appends one header line a permitted algorithm, strongest first, all with one fresh nonce for that source:
  /// `WWW-Authenticate: Digest realm="…", nonce="…", algorithm=SHA-512-256, qop="auth"`, with stale=true when asked.
  /// `header` is "WWW-Authenticate" or "Proxy-Authenticate".
  void append_challenges(std::string& out, std::string_view header, Now now, const policy::Policy& policy,
                         const Address& source, Transport transport, bool stale);

  std::size_t nonces_remembered() const;
  void set_nonces_max(std::size_t limit);

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
/// The same read back, in any letter case. None: another one, a -sess variant too.
std::optional<policy::Algorithm> parse_algorithm(std::string_view text);

}  // namespace rf::auth
