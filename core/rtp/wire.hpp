// Numbers in network order, for the parsers of this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rf::rtp {

inline std::uint16_t read16(std::span<const std::uint8_t> b, std::size_t at) {
  return static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]);
}
inline std::uint32_t read32(std::span<const std::uint8_t> b, std::size_t at) {
  return static_cast<std::uint32_t>(read16(b, at)) << 16 | read16(b, at + 2);
}

}  // namespace rf::rtp
