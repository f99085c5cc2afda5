// The value of one Authorization header, taken apart.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "core/policy/policy.hpp"

namespace rf::auth {

/// A name that may have been written with escapes: here without them. Views the header when there were none.
class PlainText {
 public:
  static constexpr std::size_t max = 256;
  /// Undoes the escapes of a quoted string's content. False when it is longer than `max`.
  bool assign(std::string_view content);
  std::string_view view() const { return escaped_ ? std::string_view(text_.data(), size_) : raw_; }
  std::string_view raw() const { return raw_; }

 private:
  std::string_view raw_;
  std::array<char, max> text_;
  std::size_t size_ = 0;
  bool escaped_ = false;
};

/// The parameters of a digest answer, all checked to be there. Views live as long as the header.
struct Credentials {
  PlainText username;
  PlainText realm;
  std::string_view nonce;
  std::string_view uri;
  std::string_view response;
  std::string_view cnonce;
  std::string_view nc;
  std::uint32_t count = 0;  ///< nc as a number; at least 1
  /// None: an algorithm that we do not know. A missing parameter means MD5 (RFC 7616 §3.4).
  std::optional<policy::Algorithm> algorithm = policy::Algorithm::md5;
};

enum class CredentialsFault : std::uint8_t {
  other_scheme,
  malformed,
  unanswered,  ///< nonce and response are empty: who the phone is, before it was asked (as in RFC 3310 §3.1)
};

/// Parses `Digest username="…", …`. Strict: a parameter twice, one that is missing, an escape in a value that goes into
/// the hash, or a qop other than auth is malformed, because attacks live where client and server read one text in two
/// ways. Unknown parameters are skipped. Never allocates.
/// Source: RFC 7616 §3.4, RFC 3261 §25.1 (credentials).
std::expected<void, CredentialsFault> parse_credentials(std::string_view value, Credentials& out);

}  // namespace rf::auth
