// What it takes to get a certificate from an authority elsewhere: keys, the request, and judging what comes back.
#pragma once

#include <openssl/types.h>

#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"

namespace rf::tls {

using Der = std::vector<std::uint8_t>;

/// On P-256.
class SigningKey {
 public:
  /// Errors: a sentence.
  static std::expected<SigningKey, std::string> make();
  /// As der() gave it. Errors: a sentence.
  static std::expected<SigningKey, std::string> read(std::span<const std::uint8_t> der);
  Secret<Der> der() const;
  struct Point {
    std::array<std::uint8_t, 32> x{}, y{};
  };
  Point point() const;
  /// ECDSA with SHA-256: the two numbers, 64 bytes; empty: it failed.
  std::string sign(std::string_view text) const;
  EVP_PKEY* get() const { return key_.get(); }

 private:
  explicit SigningKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
  std::shared_ptr<EVP_PKEY> key_;
};

/// PKCS #10, with the names as subjectAltName and nothing else. Errors: a sentence.
std::expected<Der, std::string> certificate_request(const SigningKey& key, std::span<const std::string> names);

/// Writes a chain that came as PEM to `file`, with its key, whole or not at all; readable by its owner only. Refused is
/// one that is not for this key and all these names, not in force now, for too short a time, no chain from one to the
/// next, or too long. Errors: a sentence that says which.
std::expected<void, std::string> keep_certificate(const std::filesystem::path& file, std::string_view chain,
                                                  const SigningKey& key, std::span<const std::string> names,
                                                  std::int64_t now_wall_ms);

/// The first certificate of a file.
struct Facts {
  std::string subject, issuer;
  std::vector<std::string> names;
  std::int64_t begin_wall_ms = 0, end_wall_ms = 0;
};
/// Errors: a sentence naming the file.
std::expected<Facts, std::string> facts_of(const std::filesystem::path& certificate);

/// The same as PEM, and nothing else that stands there: no key. Errors: a sentence naming the file.
std::expected<std::string, std::string> certificate_text(const std::filesystem::path& certificate);

/// Whether such a file holds a certificate and its key, for all these names, in force now.
bool serves(const std::filesystem::path& file, std::span<const std::string> names, std::int64_t now_wall_ms);

}  // namespace rf::tls
