// What proves a STUN message: the keyed digests of MESSAGE-INTEGRITY and the checksum of FINGERPRINT.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rf::stun {

using Bytes = std::span<const std::uint8_t>;

enum class Hash : std::uint8_t { sha1, sha256 };
inline constexpr std::size_t sha1_bytes = 20;
inline constexpr std::size_t sha256_bytes = 32;

/// As long as the longer of both; HMAC-SHA1 fills the first 20 bytes.
using Digest = std::array<std::uint8_t, sha256_bytes>;

/// The digest that an integrity attribute carries, which begins `covered.size()` bytes into the message and has
/// `attribute_bytes` with its header. `covered` begins with the message's header, whose length is replaced, and is at
/// most IceLimits::message_bytes long. Source: RFC 8489 §14.5, §14.6.
Digest integrity_of(Hash hash, std::string_view key, Bytes covered, std::size_t attribute_bytes);

/// The value of FINGERPRINT for a message that begins with `covered`, whose header counts that attribute already.
/// Source: RFC 8489 §14.7; CRC-32 of ITU-T V.42.
std::uint32_t fingerprint_of(Bytes covered);

}  // namespace rf::stun
