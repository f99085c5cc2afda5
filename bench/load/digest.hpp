// The client side of digest authentication, cheap enough for tens of thousands of answers a second.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rf::load {

enum class Algorithm : std::uint8_t { md5, sha256 };

/// Hashes with a prefetched implementation and one reused context.
class Digest {
 public:
  /// Lower-case hex of a hash: 32 or 64 characters.
  struct Hex {
    char text[64];
    std::uint8_t size = 0;
    std::string_view view() const { return {text, size}; }
  };

  explicit Digest(Algorithm algorithm);
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  /// As it stands in a challenge: "MD5", "SHA-256".
  std::string_view name() const { return name_; }
  Hex hash(std::string_view text);
  Hex ha1(std::string_view username, std::string_view realm, std::string_view password);
  /// The response for qop=auth. Source: RFC 7616 §3.4.1.
  Hex response(const Hex& ha1, std::string_view nonce, std::string_view nc, std::string_view cnonce,
               std::string_view method, std::string_view uri);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
  std::string_view name_;
  std::string scratch_;
};

}  // namespace rf::load
