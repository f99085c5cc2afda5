// Keys that somebody pressed by another way than RTP, put into the stream that his leg sends.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/limits/call.hpp"
#include "core/base/time.hpp"
#include "core/media/plan.hpp"
#include "core/media/voice.hpp"
#include "core/rtp/rtp.hpp"

namespace rf::media {

inline constexpr std::size_t key_packet_bytes = 12 + 4;

/// Where a stream is: what it sent last, and when that came.
struct StreamPlace {
  std::uint32_t ssrc = 0;
  std::uint32_t timestamp = 0;
  std::uint16_t sequence = 0;
  std::int64_t at_us = 0;
};

/// How events are written: their payload type, and the clocks of the timestamps and of the durations.
struct KeyFormat {
  std::uint8_t payload_type = 0;
  std::uint32_t clock_hz = 8'000;
  std::uint32_t event_clock_hz = 8'000;
};

/// Presses keys, one after the other, as events of RFC 4733 within the leg's own stream: while a key is pressed its
/// packets take the place of what the leg sends, and what comes after is numbered on from there. So the stream has one
/// SSRC, no number twice and no gap, also when its sender is silent. Contract: admit() for each packet of the leg from
/// the first press on; write() whenever due_us() has come. No allocation.
class Keypad {
 public:
  /// `place` is where the leg's stream is by now.
  explicit Keypad(const StreamPlace& place) : place_(place), came_(place.sequence) {}

  /// False when VoiceLimits::keys_waiting wait already; then the key is lost.
  bool press(const PressPlan& plan, std::int64_t now_us);
  /// Whether the leg's packet passes: then it is numbered anew in place. `packet` holds at least its 12 first bytes.
  bool admit(const rtp::Header& header, std::span<std::uint8_t> packet, std::int64_t now_us);
  /// What it sends begins anew: neither the numbers nor the key that is being pressed have a meaning any more.
  void restart();

  /// never_ms while no key is pressed.
  std::int64_t due_us() const { return due_us_; }
  /// The packet that is due; `out` has room for key_packet_bytes.
  std::size_t write(std::int64_t now_us, const KeyFormat& format, std::span<std::uint8_t> out);
  /// Whether a key was being pressed until just now: what the transcoder makes of it comes a little later.
  bool was_pressing(std::int64_t now_us) const;

 private:
  struct Press {
    std::uint8_t code = 0;
    std::uint16_t lasts_ms = 0;
  };
  struct Pressed {
    Press key;
    std::uint32_t began = 0;  // timestamp
    std::uint16_t said_ms = 0;
    std::uint8_t ends = 0;  // packets of its end, so far
  };
  void begin(std::int64_t now_us, const KeyFormat& format);

  std::array<Press, VoiceLimits::keys_waiting> waiting_{};
  std::size_t count_ = 0;
  std::optional<Pressed> pressed_;
  std::int64_t due_us_ = never_ms;
  std::int64_t ended_us_ = 0;
  bool has_ended_ = false;
  StreamPlace place_;         // what left last
  std::uint16_t came_;        // the newest that came and is not to pass any more
  std::uint16_t ahead_ = 0;   // by so much what leaves is ahead of what comes
  bool continues_ = false;    // the next that comes goes on where the key ended
  bool has_pressed_ = false;  // came_ counts
  bool anew_ = false;         // the next that comes is another stream
};

}  // namespace rf::media
