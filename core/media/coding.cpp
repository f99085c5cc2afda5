#include "core/media/coding.hpp"

#include <array>

namespace rf::media {

std::string_view name_of(Codec codec) {
  switch (codec) {
    case Codec::pcmu:
      return "PCMU";
    case Codec::pcma:
      return "PCMA";
    case Codec::g722:
      return "G722";
    case Codec::opus:
      return "opus";
  }
  return "";
}

namespace {

/// Source: RFC 6716 §3.1 and §3.2.
std::uint32_t opus_us(std::span<const std::uint8_t> payload) {
  if (payload.empty()) return 0;
  constexpr std::array<std::uint32_t, 4> silk{10'000, 20'000, 40'000, 60'000}, celt{2'500, 5'000, 10'000, 20'000};
  const std::uint32_t configuration = payload[0] >> 3, code = payload[0] & 3u;
  const std::uint32_t frame = configuration < 12   ? silk[configuration & 3]
                              : configuration < 16 ? silk[configuration & 1]
                                                   : celt[configuration & 3];
  if (code < 3) return frame * (code == 0 ? 1 : 2);
  return payload.size() < 2 ? 0 : frame * (payload[1] & 0x3fu);
}

}  // namespace

std::uint32_t sound_ms(Codec codec, std::span<const std::uint8_t> payload) {
  constexpr std::uint32_t bytes_per_ms = 8;  // of G.711 and of G.722
  if (codec == Codec::opus) return (opus_us(payload) + 999) / 1'000;
  return static_cast<std::uint32_t>((payload.size() + bytes_per_ms - 1) / bytes_per_ms);
}

}  // namespace rf::media
