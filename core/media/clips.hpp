// What can be said to callers: clips by name, in both laws of G.711, and the tones of a telephone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/media/plan.hpp"

namespace rf::media {

/// A sound at 8 kHz. Both laws are kept, so that nothing is converted while it is played.
class Clip {
 public:
  static Clip from_linear(std::span<const std::int16_t> samples);
  static Clip from_law(VoicePlan::Law law, std::span<const std::uint8_t> bytes);

  /// One byte a sample.
  std::span<const std::uint8_t> bytes(VoicePlan::Law law) const { return law == VoicePlan::Law::mu ? mu_ : a_; }
  std::size_t samples() const { return mu_.size(); }

 private:
  std::vector<std::uint8_t> mu_, a_;
};
using ClipRef = std::shared_ptr<const Clip>;

/// All clips there are. A value: it is filled once and then shared.
class ClipBank {
 public:
  enum class Added : std::uint8_t { yes, bad_name, empty, too_long, full };

  /// With the tones, made here: "tone/ringing" and "tone/busy" at 425 Hz (ITU-T E.180), one period each, and
  /// "tone/silence" of a second.
  ClipBank();
  /// One of the same name is replaced. Bounds: VoiceLimits::clip_samples, clips, clips_bytes.
  Added add(std::string_view name, Clip clip);
  /// None when there is no such clip.
  ClipRef find(std::string_view name) const;
  std::size_t size() const { return clips_.size(); }
  std::vector<std::string> names() const;

 private:
  std::map<std::string, ClipRef, std::less<>> clips_;
  std::size_t bytes_ = 0;
};
using ClipBankRef = std::shared_ptr<const ClipBank>;

}  // namespace rf::media
