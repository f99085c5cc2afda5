// What we say ourselves: packets of G.711, one every 20 ms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/media/clips.hpp"
#include "core/media/plan.hpp"

namespace rf::media {

/// Where our own stream begins: each number by chance (RFC 3550 §5.1).
struct VoiceStart {
  std::uint32_t ssrc = 0;
  std::uint32_t timestamp = 0;
  std::uint16_t sequence = 0;
};

/// What a session speaks with. Both are read only while a plan with another order is taken.
struct Speech {
  const ClipBank* clips = nullptr;  ///< none: there is nothing to say
  VoiceStart start;                 ///< used for the first order of a stream
};

inline constexpr std::int64_t voice_frame_us = 20'000;
inline constexpr std::size_t voice_frame_bytes = 160;
inline constexpr std::size_t voice_packet_bytes = 12 + voice_frame_bytes;

/// Speaks one order after the other, as one RTP stream. All voices speak at the same moments, the multiples of 20 ms,
/// so that one wake-up serves them all. No allocation but in begin().
class Voice {
 public:
  /// Another order: what was said before is cut off. `plan.order` is not 0. Clips that there are not are passed over.
  void begin(const VoicePlan& plan, const Speech& speech, std::int64_t now_us);
  /// Nothing more is said, and nothing more is told of the order.
  void end() { state_ = State::quiet; }
  /// A digit ends it as if it had been played; of one that repeats nothing is told.
  void interrupt(const VoicePlan& plan);

  /// When say() wants to be called (monotonic microseconds); never_ms when there is nothing to say.
  std::int64_t due_us() const;
  struct Said {
    std::size_t bytes = 0;  ///< of the packet, when there is one
    bool over = false;      ///< all was said: one frame after the last packet, so that it was heard
  };
  /// Writes the packet that is due. `heard` whether there is somewhere to send it: without, the beginning is waited
  /// with (VoiceLimits::address_wait_ms), and later its time passes. At least voice_packet_bytes of `out`.
  Said say(const VoicePlan& plan, bool heard, std::int64_t now_us, std::span<std::uint8_t> out);

 private:
  enum class State : std::uint8_t { quiet, waiting, speaking, ending };
  bool may_start(bool heard, std::int64_t now_us);
  void keep_pace(std::int64_t now_us);
  void write_header(const VoicePlan& plan, std::span<std::uint8_t> out);
  void write_frame(const VoicePlan& plan, std::span<std::uint8_t> out);

  State state_ = State::quiet;
  std::vector<ClipRef> clips_;
  std::size_t clip_ = 0, sample_ = 0;  // the next to be said
  std::int64_t due_us_ = 0;
  std::int64_t wait_until_us_ = 0;
  bool begun_ = false;  // the stream has its numbers
  bool marker_ = false;
  std::uint32_t ssrc_ = 0, timestamp_ = 0;
  std::uint16_t sequence_ = 0;
  std::int64_t silent_from_us_ = 0;  // when timestamp_ would be said without a pause; 0 before the first frame
};

}  // namespace rf::media
