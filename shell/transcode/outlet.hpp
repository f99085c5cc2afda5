// A stream of RTP packets of our own, made from sound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/media/coding.hpp"
#include "core/rtp/rtp.hpp"
#include "shell/transcode/codecs.hpp"

namespace rf::transcode {

/// Where a stream begins: each number by chance (RFC 3550 §5.1).
struct Start {
  std::uint32_t ssrc = 0;
  std::uint32_t timestamp = 0;
  std::uint16_t sequence = 0;
};

/// Takes one packet; the bytes are the caller's again when it returns.
using Emit = std::function<void(std::span<const std::uint8_t>)>;

/// Cuts sound into packets of one length and numbers them: sequence without a gap, timestamps that follow the sound.
class Outlet {
 public:
  Outlet(const media::LegCoding& to, std::uint32_t rate_hz, const Start& start);

  /// Whole packets leave, what remains waits for more.
  void say(std::span<const std::int16_t> sound, const Emit& emit);
  /// What waits for a whole packet leaves now, filled up with silence.
  void settle(const Emit& emit);
  /// Nothing is said for so long; the next packet begins something (the marker of RFC 3551 §4.1).
  void pause(std::uint64_t samples, const Emit& emit);
  /// Of what will be said next. Before it, settle().
  std::uint32_t timestamp() const;
  /// A packet of an event that began at `timestamp`; `first` marks it.
  void event(const rtp::Event& event, std::uint32_t timestamp, bool first, const Emit& emit);
  /// Comfort noise as it came (RFC 3389).
  void noise(std::span<const std::uint8_t> payload, const Emit& emit);
  /// How another outlet goes on with this stream.
  Start next() const;

 private:
  void send_frame(const Emit& emit);
  void send(std::uint8_t payload_type, bool marker, std::uint32_t timestamp, std::size_t payload_bytes,
            const Emit& emit);

  media::LegCoding to_;
  std::uint32_t rate_hz_;
  Encoder encoder_;
  Start start_;
  std::uint64_t position_ = 0;  // of the frame's first sample, counted from the start
  std::uint64_t ahead_ = 0;     // samples that were filled in: a pause is shorter by them
  std::vector<std::int16_t> frame_;
  std::size_t filled_ = 0;
  bool marker_ = true;
  std::vector<std::uint8_t> packet_;
};

}  // namespace rf::transcode
