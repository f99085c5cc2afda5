// AES over OpenSSL's EVP, in the two shapes that SRTP has: counter mode and GCM.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/srtp/wire.hpp"

namespace rf::srtp {

struct FreesCipher {
  /// Wipes the key schedule, too.
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreesCipher>;

inline constexpr std::size_t block_bytes = 16;
using Block = std::array<std::uint8_t, block_bytes>;

/// AES in counter mode, RFC 3711 §4.1.1. The key stream is made by ECB over counters of our own, because giving an EVP
/// context another IV costs more (72 ns) than a packet of speech (40 ns).
class CounterMode {
 public:
  /// Key of 16 or 32 bytes. None when OpenSSL has no memory.
  static std::optional<CounterMode> make(Bytes key);
  /// XORs the key stream onto `text` (below 1 MiB); the last two bytes of `start` count the blocks, and begin at zero.
  bool crypt(const Block& start, Room text) const;

 private:
  explicit CounterMode(CipherContext context) : context_(std::move(context)) {}
  CipherContext context_;
};

inline constexpr std::size_t gcm_iv_bytes = 12;
inline constexpr std::size_t gcm_tag_bytes = 16;

/// AES-GCM with a tag of 16 bytes, RFC 5116 §5.1. Made for one of both ways.
class Gcm {
 public:
  enum class Way : std::uint8_t { seal, open };
  /// Key of 16 or 32 bytes. None when OpenSSL has no memory.
  static std::optional<Gcm> make(Bytes key, Way way);

  struct Message {
    Block iv;            ///< the first gcm_iv_bytes of it
    Bytes head, behind;  ///< authenticated only, in this order; `behind` may be empty
    Room text;           ///< in place
  };
  bool seal(const Message& message, std::span<std::uint8_t, gcm_tag_bytes> tag) const;
  /// False when the tag does not fit; `text` is worth nothing then. Opened once more it is what it was before.
  bool open(const Message& message, std::span<const std::uint8_t, gcm_tag_bytes> tag) const;

 private:
  explicit Gcm(CipherContext context) : context_(std::move(context)) {}
  CipherContext context_;
};

}  // namespace rf::srtp
