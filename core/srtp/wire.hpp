// Numbers in network order, for this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rf::srtp {

using Bytes = std::span<const std::uint8_t>;
using Room = std::span<std::uint8_t>;

inline std::uint16_t read16(Bytes b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]);
}
inline std::uint32_t read32(Bytes b, std::size_t at) {
  return static_cast<std::uint32_t>(read16(b, at)) << 16 | read16(b, at + 2);
}
inline void write16(Room b, std::size_t at, std::uint16_t value) {
  b[at] = static_cast<std::uint8_t>(value >> 8);
  b[at + 1] = static_cast<std::uint8_t>(value);
}
inline void write32(Room b, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) b[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

}  // namespace rf::srtp
