// Meets those whose address nobody has proved yet, and remembers nothing of them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/secret.hpp"
#include "shell/dtls/association.hpp"

namespace rf::dtls {

/// The cookie exchange of RFC 6347 §4.2.1, for legs without ICE: a ClientHello from a forged source costs an answer
/// that is smaller than itself and no memory. One thread's.
class Greeter {
 public:
  Greeter();

  /// A datagram from `source` for a leg that waits for a handshake. Gives the association when it is a ClientHello that
  /// shows our cookie, or else perhaps an `answer` to be sent back.
  std::unique_ptr<Association> meet(std::int64_t now_us, const IdentityRef& identity, const Endpoint& source,
                                    const media::Fingerprint& peer, std::span<const std::uint8_t> datagram,
                                    std::vector<Datagram>& answer);

 private:
  using Key = std::array<std::uint8_t, 32>;
  void renew(std::int64_t now_us);

  Secret<Key> key_, former_key_;
  std::int64_t key_from_us_ = 0;
  std::unique_ptr<Association> next_;  // who has the cookie gets this one
};

}  // namespace rf::dtls
