#include "core/media/clips.hpp"

#include <cmath>
#include <numbers>
#include <utility>

#include "core/base/clip_name.hpp"
#include "core/base/limits/call.hpp"
#include "core/media/g711.hpp"

namespace rf::media {

namespace {

constexpr std::size_t samples_per_s = 8'000;
constexpr double tone_hz = 425;
constexpr double tone_amplitude = 6'000;  // some -15 dBm0: below the voices that follow it

/// `on_ms` of tone, then silence up to `period_ms`.
Clip tone(std::size_t on_ms, std::size_t period_ms) {
  std::vector<std::int16_t> samples(period_ms * samples_per_s / 1'000);
  for (std::size_t i = 0; i < on_ms * samples_per_s / 1'000; ++i)
    samples[i] = static_cast<std::int16_t>(
        std::lround(tone_amplitude * std::sin(2 * std::numbers::pi * tone_hz * static_cast<double>(i) / 8'000)));
  return Clip::from_linear(samples);
}

}  // namespace

Clip Clip::from_linear(std::span<const std::int16_t> samples) {
  Clip clip;
  clip.mu_.reserve(samples.size());
  clip.a_.reserve(samples.size());
  for (const std::int16_t sample : samples) {
    clip.mu_.push_back(linear_to_mu(sample));
    clip.a_.push_back(linear_to_a(sample));
  }
  return clip;
}

Clip Clip::from_law(VoicePlan::Law law, std::span<const std::uint8_t> bytes) {
  Clip clip;
  const bool mu = law == VoicePlan::Law::mu;
  std::vector<std::uint8_t>&same = mu ? clip.mu_ : clip.a_, &other = mu ? clip.a_ : clip.mu_;
  same.assign(bytes.begin(), bytes.end());
  other.reserve(bytes.size());
  for (const std::uint8_t byte : bytes) other.push_back(mu ? mu_to_a(byte) : a_to_mu(byte));
  return clip;
}

ClipBank::ClipBank() {
  add("tone/ringing", tone(1'000, 5'000));
  add("tone/busy", tone(500, 1'000));
  add("tone/silence", tone(0, 1'000));
}

ClipBank::Added ClipBank::add(std::string_view name, Clip clip) {
  if (!is_clip_name(name)) return Added::bad_name;
  if (clip.samples() == 0) return Added::empty;
  if (clip.samples() > VoiceLimits::clip_samples) return Added::too_long;
  const auto former = clips_.find(name);
  const std::size_t freed = former == clips_.end() ? 0 : 2 * former->second->samples();
  const std::size_t bytes = bytes_ - freed + 2 * clip.samples();
  if (bytes > VoiceLimits::clips_bytes || (former == clips_.end() && clips_.size() >= VoiceLimits::clips))
    return Added::full;
  bytes_ = bytes;
  clips_.insert_or_assign(std::string(name), std::make_shared<const Clip>(std::move(clip)));
  return Added::yes;
}

ClipRef ClipBank::find(std::string_view name) const {
  const auto found = clips_.find(name);
  return found == clips_.end() ? nullptr : found->second;
}

std::vector<std::string> ClipBank::names() const {
  std::vector<std::string> out;
  for (const auto& [name, clip] : clips_) out.push_back(name);
  return out;
}

}  // namespace rf::media
