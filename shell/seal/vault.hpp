// Values that must not be readable in a stolen database: sealed with a key that lies in a file of its own.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"

namespace rf::seal {

enum class Fault : std::uint8_t {
  missing,          ///< no such key file
  exists,           ///< create() found one
  exposed,          ///< group or others may read or write it, or it belongs to another user
  wrong_size,       ///< not a key: truncated or something else
  unreadable,       ///< the operating system refused
  not_sealed_here,  ///< tampered with, moved from another row, or sealed with another key
};

/// What is wrong, and what the operator can do about it, in one sentence each.
struct Problem {
  Fault fault = Fault::unreadable;
  std::string text;
};

/// Holds the system's sealing key. Cheap to copy; every copy wipes itself.
class Vault {
 public:
  using Key = std::array<std::uint8_t, 32>;

  /// For tests, and for a key that came from elsewhere.
  explicit Vault(const Key& key);

  /// Reads the key at `path`. It has to be a regular file of 32 bytes that only its owner (us, or root) can read.
  /// Errors: missing, exposed, wrong_size, unreadable.
  static std::expected<Vault, Problem> open(const std::string& path);
  /// Writes a new random key (mode 0600, never over an existing file) and makes it durable. Errors: exists, unreadable.
  static std::expected<Vault, Problem> create(const std::string& path);
  /// open(), or create() when there is none. Only right where losing the old key would be noticed: the store is, it
  /// remembers key_id().
  static std::expected<Vault, Problem> open_or_create(const std::string& path);

  /// Seals `value` for one place: `context` names it ("extensions/12/ha1/md5") and has to be the same when unsealing,
  /// so a value copied to another row does not open. Gives printable text: "1:" and base64 of nonce and ciphertext.
  /// Source: XChaCha20-Poly1305 (libsodium crypto_aead_xchacha20poly1305_ietf) with `context` as associated data.
  std::string seal(std::span<const std::uint8_t> value, std::string_view context) const;
  /// Errors: not_sealed_here.
  std::expected<Secret<std::vector<std::uint8_t>>, Problem> unseal(std::string_view sealed,
                                                                   std::string_view context) const;

  /// A key for another purpose, which nobody has who has not this one. Source: keyed BLAKE2b (libsodium
  /// crypto_generichash) over `purpose`.
  Key derive(std::string_view purpose) const;

  /// Names the key without giving it away: 16 hexadecimal digits of a keyed hash.
  std::string key_id() const;

 private:
  Secret<Key> key_;
};

}  // namespace rf::seal
