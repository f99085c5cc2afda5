// Base64 of keys (RFC 4648 §4); for the files of this folder only.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rf::sdp {

inline constexpr std::string_view base64_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends `bytes`, padded.
inline void append_base64(std::string& out, std::span<const std::uint8_t> bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t three = static_cast<std::uint32_t>(bytes[i]) << 16 |
                                (left > 1 ? static_cast<std::uint32_t>(bytes[i + 1]) << 8 : 0) |
                                (left > 2 ? bytes[i + 2] : 0u);
    out += base64_letters[three >> 18 & 63];
    out += base64_letters[three >> 12 & 63];
    out += left > 1 ? base64_letters[three >> 6 & 63] : '=';
    out += left > 2 ? base64_letters[three & 63] : '=';
  }
}

/// Reads exactly `out.size()` bytes, with or without padding; false when the text is anything else. Bits that belong to
/// no byte have to be zero: one key has one text.
inline bool read_base64(std::string_view text, std::span<std::uint8_t> out) {
  const std::size_t padded = (out.size() + 2) / 3 * 4, bare = (out.size() * 8 + 5) / 6;
  if (text.size() == padded) {
    if (text.find_first_not_of('=', bare) != std::string_view::npos) return false;
    text = text.substr(0, bare);
  }
  if (text.size() != bare) return false;
  std::uint32_t bits = 0;
  unsigned count = 0;
  std::size_t written = 0;
  for (const char c : text) {
    const std::size_t value = base64_letters.find(c);
    if (value == std::string_view::npos) return false;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out[written++] = static_cast<std::uint8_t>(bits >> count);
  }
  return written == out.size() && (bits & ((1u << count) - 1)) == 0;
}

}  // namespace rf::sdp
