// What one leg says, as the other wants to hear it: one packet in, none or some packets out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/media/coding.hpp"
#include "core/rtp/rtp.hpp"
#include "shell/transcode/codecs.hpp"
#include "shell/transcode/outlet.hpp"
#include "shell/transcode/tones.hpp"

namespace rf::transcode {

/// What came of the packets that one direction was given.
struct DirectionCounts {
  std::uint64_t packets = 0;    ///< given
  std::uint64_t ignored = 0;    ///< of no type that was agreed on, too late, or no sound
  std::uint64_t concealed = 0;  ///< samples that were made up
};

/// Turns the packets of one stream into another's. There is no waiting for what is late: lost sound is made up when
/// the next packet shows that it is missing (TranscodeLimits::conceal_ms), what comes after that is passed over. Pauses
/// (of a sender that is silent, or a jump of timestamps) become pauses of the same length.
///
/// Keys: events (RFC 4733) stay events with the other's payload type, or become tones when it has none; tones become
/// events when only the other has them. Comfort noise stays when both know it, and is silence otherwise.
/// Each packet costs a bounded time, whatever is in it. Memory is fixed at construction.
class Direction {
 public:
  Direction(const media::LegCoding& from, const media::LegCoding& to, const Start& start);

  /// `bytes` a whole RTP packet of which the session has accepted source, SSRC and sequence; `now_us` monotonic.
  void on_packet(std::int64_t now_us, std::span<const std::uint8_t> bytes, const Emit& emit);
  /// Where another direction to the same leg goes on.
  Start next() const { return outlet_.next(); }
  const DirectionCounts& counts() const { return counts_; }

 private:
  /// A key that the sender tells of by events.
  struct Press {
    std::uint32_t timestamp = 0;  // theirs
    std::uint8_t code = 0;
    std::uint32_t began = 0;  // our timestamp
    std::uint64_t said = 0;   // samples of its tone
    bool ended = false;
    std::optional<KeyTone> tone;
  };
  /// A key that we hear in the sound.
  struct Heard {
    std::uint8_t code = KeyDetector::none;
    std::uint32_t began = 0;
    std::uint64_t samples = 0;
  };

  bool follow(std::int64_t now_us, const rtp::Header& header, const Emit& emit);
  void align(std::int64_t now_us, const rtp::Header& header, bool is_sound, const Emit& emit);
  void on_sound(std::int64_t now_us, const rtp::Header& header, const Emit& emit);
  void on_event(std::int64_t now_us, const rtp::Header& header, const Emit& emit);
  void on_noise(std::int64_t now_us, const rtp::Header& header, const Emit& emit);
  void begin_press(std::int64_t now_us, const rtp::Header& header, const rtp::Event& event, const Emit& emit);
  void pass(const rtp::Event& event, bool begins, const Emit& emit);
  void sound_tone(const rtp::Header& header, const rtp::Event& event, const Emit& emit);
  void say(std::span<const std::int16_t> sound, const Emit& emit);
  void hear_key(std::uint8_t code, std::size_t samples, const Emit& emit);
  void end_key(const Emit& emit);
  void pause(std::uint64_t samples, const Emit& emit);
  std::uint64_t samples_in(std::uint64_t ticks) const;
  std::uint64_t samples_since(std::int64_t then_us, std::int64_t now_us) const;

  media::LegCoding from_, to_;
  bool listens_;  // for keys in the sound
  std::uint32_t rate_hz_;
  Decoder decoder_;
  Outlet outlet_;
  std::optional<KeyDetector> detector_;
  std::vector<std::int16_t> sound_;

  bool started_ = false;
  std::uint32_t ssrc_ = 0;
  std::uint16_t sequence_ = 0;                 // the last
  std::uint32_t expected_ = 0;                 // timestamp of the sound that comes next
  std::int64_t heard_us_ = 0, before_us_ = 0;  // when the last packet came, and the one before
  std::uint64_t allowed_ = 0;                  // samples that may be said now: nobody speaks faster than time passes
  unsigned lost_ = 0;                          // packets just before this one
  std::optional<Press> press_;                 // the last
  Heard key_;
  DirectionCounts counts_;
};

/// Sound is handled with so many samples a second: 16,000 when both codecs can and nobody has to listen for tones.
std::uint32_t rate_between(const media::LegCoding& from, const media::LegCoding& to);

}  // namespace rf::transcode
