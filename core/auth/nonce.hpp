// Nonces that carry their own proof: nothing is stored for the stranger who asked for one.
//
// A nonce is 27 bytes, written as 36 characters of the URL-safe base64 alphabet:
//
//     byte   0      layout version, 1
//     byte   1      key number: the low byte of the key period the nonce was made in
//     bytes  2- 7   time of issue, milliseconds, big endian
//     bytes  8-10   salt: two challenges in one millisecond differ (and do not count how many there were)
//     bytes 11-26   SipHash-2-4-128 over bytes 0-10, source address (16 bytes), transport (1 byte) and realm
//
// The port is not bound: a NAT may give the next request another one, and who receives at the address could ask for a
// nonce of his own. The key of a period is BLAKE2b(root, period); each lasts an hour. The time of issue is the wall
// clock at start plus the monotonic time since: it never goes back, so that no step of the wall clock makes a used
// nonce look unused.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"

namespace rf::auth {

inline constexpr std::size_t nonce_chars = 36;
inline constexpr std::int64_t nonce_key_period_ms = 3'600'000;
/// Other nodes with the same root may be this much ahead.
inline constexpr std::int64_t nonce_ahead_ms = 5'000;

/// What a nonce is bound to.
struct NoncePlace {
  Address source;
  Transport transport = Transport::udp;
  std::string_view realm;  ///< of its first 256 bytes
};

/// What a genuine nonce says.
struct Nonce {
  std::int64_t issued_ms = 0;
  std::uint64_t id = 0;  ///< 64 bits of the MAC: nobody without the key can choose it; never 0
};

/// Makes and recognises nonces.
class NonceMint {
 public:
  using Root = std::array<std::uint8_t, 32>;
  explicit NonceMint(const Root& root);

  /// The clock that nonces are dated with. Milliseconds since 1970, but for steps of the wall clock since start.
  std::int64_t clock_ms(Now now);
  std::array<char, nonce_chars> make(std::int64_t clock_ms, const NoncePlace& place);
  /// None when the nonce was not made with this root for this place, or lies in the future. How old it may be is the
  /// caller's business: one whose key has been replaced since is still known to be genuine.
  std::optional<Nonce> read(std::int64_t clock_ms, std::string_view text, const NoncePlace& place);

 private:
  using Key = std::array<std::uint8_t, 16>;
  struct PeriodKey {
    std::int64_t period = -1;
    Secret<Key> key;
  };
  Key derive(std::int64_t period) const;
  Key key_of(std::int64_t period);

  Secret<Root> root_;
  Secret<Key> salt_key_;
  std::array<PeriodKey, 2> recent_;  ///< by the low bit of the period: the current key and the one before
  std::optional<std::int64_t> wall_ahead_of_mono_ms_;
  std::uint64_t made_ = 0;
};

}  // namespace rf::auth
