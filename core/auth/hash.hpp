// The three digest algorithms, fetched once: a look-up in the library's tables for each would cost more than the hash.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>

#include "core/policy/policy.hpp"

namespace rf::auth {

/// A raw hash; 32 bytes for the SHA-2 algorithms, 16 for MD5 (the rest zero).
using Digest = std::array<std::uint8_t, 32>;

constexpr std::size_t digest_size(policy::Algorithm algorithm) {
  return algorithm == policy::Algorithm::md5 ? 16 : 32;
}

/// A hash as lower-case hex, without allocation.
class Hex {
 public:
  Hex(const Digest& digest, std::size_t bytes);
  ~Hex();
  Hex(const Hex&) = delete;
  Hex& operator=(const Hex&) = delete;
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 64> text_;
  std::size_t size_;
};

/// Hashes with reused contexts; belongs to one thread. What was hashed is wiped from its own memory.
class Hasher {
 public:
  /// For all algorithms, or for `only` one.
  explicit Hasher(std::optional<policy::Algorithm> only = std::nullopt);
  ~Hasher();
  Hasher(Hasher&&) noexcept;

  /// The hash of the pieces with colons between them: every hash of RFC 7616 §3.4 is one of those.
  Digest join(policy::Algorithm algorithm, std::initializer_list<std::string_view> pieces);
  /// Whether the crypto library has the algorithm (a FIPS build lacks MD5).
  bool has(policy::Algorithm algorithm) const;

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace rf::auth
