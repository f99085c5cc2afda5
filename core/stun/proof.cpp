#include "core/stun/proof.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/limits/media.hpp"
#include "core/stun/wire.hpp"

namespace rf::stun {
namespace {

constexpr std::uint32_t fingerprint_mask = 0x5354554e;

constexpr std::array<std::uint32_t, 256> crc_steps = [] {
  std::array<std::uint32_t, 256> steps{};
  for (std::uint32_t i = 0; i < steps.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    steps[i] = crc;
  }
  return steps;
}();

}  // namespace

Digest integrity_of(Hash hash, std::string_view key, Bytes covered, std::size_t attribute_bytes) {
  RF_CHECK(covered.size() >= header_bytes && covered.size() <= IceLimits::message_bytes);
  std::array<std::uint8_t, IceLimits::message_bytes> text;
  std::copy(covered.begin(), covered.end(), text.begin());
  // The length counts the attribute itself, and nothing behind it (RFC 8489 §14.5).
  write16(text, length_at, static_cast<std::uint16_t>(covered.size() - header_bytes + attribute_bytes));
  Digest digest{};
  unsigned size = 0;
  RF_CHECK(HMAC(hash == Hash::sha1 ? EVP_sha1() : EVP_sha256(), key.data(), static_cast<int>(key.size()), text.data(),
                covered.size(), digest.data(), &size) != nullptr);
  return digest;
}

std::uint32_t fingerprint_of(Bytes covered) {
  std::uint32_t crc = 0xffffffff;
  for (const std::uint8_t byte : covered) crc = crc >> 8 ^ crc_steps[(crc ^ byte) & 0xff];
  return ~crc ^ fingerprint_mask;
}

}  // namespace rf::stun
