// Sound out of packets and into them: G.711 by our tables, G.722 by SpanDSP, Opus by libopus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/media/coding.hpp"

struct OpusDecoder;
struct OpusEncoder;

namespace rf::transcode {

/// Samples in one packet at most: 1,500 bytes of G.722 at 16 kHz.
inline constexpr std::size_t room_samples = 3'072;

using Sound = std::span<std::int16_t>;

/// One stream's sound, packet by packet, at 8,000 or 16,000 samples a second. The state is its own; any bytes may come.
class Decoder {
 public:
  Decoder(media::Codec codec, std::uint32_t rate_hz);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  /// How many samples a payload says it has, without a look at the sound; 0: it is none.
  std::size_t samples_in(std::span<const std::uint8_t> payload) const;
  /// Gives how many samples of `out` (room_samples of room) were written; 0: the payload is no sound.
  std::size_t decode(std::span<const std::uint8_t> payload, Sound out);
  /// Makes up `out.size()` samples of lost sound from what came before it, fading (ITU-T G.711 Appendix I, or what Opus
  /// does). The last of them may come from `next`, the packet behind the gap, where the codec repeats itself.
  void conceal(std::span<const std::uint8_t> next, Sound out);

 private:
  struct State;
  media::Codec codec_;
  std::uint32_t rate_hz_;
  std::unique_ptr<State> state_;
};

/// One stream's packets from sound at 8,000 or 16,000 samples a second.
class Encoder {
 public:
  Encoder(media::Codec codec, std::uint32_t rate_hz);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  /// One frame: of a length that packet_ms_for() gives. Gives how many bytes of `out` (TranscodeLimits::coded_bytes of
  /// room) were written; 0 when the codec failed.
  std::size_t encode(std::span<const std::int16_t> frame, std::span<std::uint8_t> out);

 private:
  struct State;
  media::Codec codec_;
  std::uint32_t rate_hz_;
  std::unique_ptr<State> state_;
};

}  // namespace rf::transcode
