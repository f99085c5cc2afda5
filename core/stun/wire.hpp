// Numbers of STUN messages and where they lie, in network order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rf::stun {

inline constexpr std::size_t header_bytes = 20;
inline constexpr std::size_t attribute_header_bytes = 4;
inline constexpr std::size_t length_at = 2;
inline constexpr std::size_t cookie_at = 4;
inline constexpr std::size_t transaction_at = 8;
inline constexpr std::uint32_t magic_cookie = 0x2112a442;

inline std::uint16_t read16(std::span<const std::uint8_t> b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]);
}
inline std::uint32_t read32(std::span<const std::uint8_t> b, std::size_t at) {
  return static_cast<std::uint32_t>(read16(b, at)) << 16 | read16(b, at + 2);
}
inline void write16(std::span<std::uint8_t> b, std::size_t at, std::uint16_t value) {
  b[at] = static_cast<std::uint8_t>(value >> 8);
  b[at + 1] = static_cast<std::uint8_t>(value);
}
inline void write32(std::span<std::uint8_t> b, std::size_t at, std::uint32_t value) {
  write16(b, at, static_cast<std::uint16_t>(value >> 16));
  write16(b, at + 2, static_cast<std::uint16_t>(value));
}
/// Attributes begin at multiples of four bytes.
inline std::size_t padded(std::size_t bytes) {
  return (bytes + 3) & ~std::size_t{3};
}

}  // namespace rf::stun
