// Keys as tones in the sound itself (ITU-T Q.23, Q.24).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace rf::transcode {

/// The two tones of a key, for as long as it is pressed.
class KeyTone {
 public:
  /// `code` as in RFC 4733 §3.2: 0 to 15; others are silent.
  KeyTone(std::uint8_t code, std::uint32_t rate_hz);
  /// Goes on where it was. Each tone at -10 dBm0.
  void sound(std::span<std::int16_t> out);

 private:
  std::uint32_t low_step_ = 0, high_step_ = 0, low_ = 0, high_ = 0;  // parts of a turn: 2^32 is one
};

/// Hears keys in sound at 8 kHz.
class KeyDetector {
 public:
  KeyDetector();
  ~KeyDetector();
  KeyDetector(KeyDetector&&) noexcept;
  KeyDetector& operator=(KeyDetector&&) noexcept;

  static constexpr std::uint8_t none = 0xff;
  /// The code of the key that is pressed at the end of this sound (at most one packet), or none. A press shorter than
  /// that counts, too.
  std::uint8_t hear(std::span<const std::int16_t> sound);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rf::transcode
