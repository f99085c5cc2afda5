// From a master key to the session keys that packets are encrypted and authenticated with.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/secret.hpp"
#include "core/srtp/aes.hpp"
#include "core/srtp/keyed_sha1.hpp"
#include "core/srtp/suite.hpp"

namespace rf::srtp {

enum class Kind : std::uint8_t { rtp, rtcp };

/// The keys of one kind of packets. Wiped when they die.
struct SessionKeys {
  Secret<std::array<std::uint8_t, 32>> cipher;  ///< the first SuiteFacts::key of it
  Secret<std::array<std::uint8_t, KeyedSha1::key_bytes>> hash;
  Secret<Block> salt;  ///< SuiteFacts::salt of it, then zeros
};

/// None when the key is not set, or OpenSSL has no memory.
/// Source: RFC 3711 §4.3 with a key derivation rate of 0; RFC 6188 §3; RFC 7714 §11.
std::optional<SessionKeys> derive(const MasterKey& master, Kind kind);

}  // namespace rf::srtp
