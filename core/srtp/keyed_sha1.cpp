// Deprecated is OpenSSL's word for "prefer EVP"; why not here stands in the header.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/srtp/keyed_sha1.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <cstring>
#include <type_traits>

namespace rf::srtp {
namespace {

constexpr std::size_t block = SHA_CBLOCK;

/// The state behind one block of key and `pad` (RFC 2104 §2).
SHA_CTX behind_key(Bytes key, std::uint8_t pad) {
  std::array<std::uint8_t, block> padded;
  padded.fill(pad);
  for (std::size_t i = 0; i < key.size() && i < block; ++i) padded[i] ^= key[i];
  SHA_CTX hash;
  SHA1_Init(&hash);
  SHA1_Update(&hash, padded.data(), padded.size());
  OPENSSL_cleanse(padded.data(), padded.size());
  return hash;
}

void keep(SHA_CTX hash, std::span<std::uint8_t> room) {
  std::memcpy(room.data(), &hash, sizeof hash);
  OPENSSL_cleanse(&hash, sizeof hash);
}

SHA_CTX kept(Bytes room) {
  SHA_CTX hash;
  std::memcpy(&hash, room.data(), sizeof hash);
  return hash;
}

}  // namespace

KeyedSha1::KeyedSha1(Bytes key) {
  static_assert(sizeof(SHA_CTX) == state_bytes && std::is_trivially_copyable_v<SHA_CTX>);
  keep(behind_key(key, 0x36), inner_.reveal());
  keep(behind_key(key, 0x5c), outer_.reveal());
}

KeyedSha1::Tag KeyedSha1::tag(Bytes message, std::uint32_t word) const {
  Tag out;
  std::array<std::uint8_t, 4> last;
  write32(last, 0, word);
  SHA_CTX hash = kept(inner_.reveal());
  SHA1_Update(&hash, message.data(), message.size());
  SHA1_Update(&hash, last.data(), last.size());
  SHA1_Final(out.data(), &hash);
  hash = kept(outer_.reveal());
  SHA1_Update(&hash, out.data(), out.size());
  SHA1_Final(out.data(), &hash);
  return out;
}

}  // namespace rf::srtp
