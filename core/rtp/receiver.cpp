#include "core/rtp/receiver.hpp"

#include <algorithm>

namespace rf::rtp {

void Receiver::start(std::uint32_t ssrc, std::uint16_t sequence) {
  if (started_) lost_before_ += lost_now();
  ssrc_ = ssrc;
  cycles_ = 0;
  base_ = sequence;
  // One before, so that the first receive() is an ordinary step.
  highest_ = static_cast<std::uint16_t>(sequence - 1);
  if (sequence == 0) cycles_ = 0u - 0x10000u;
  received_ = 0;
  started_ = true;
  timed_ = false;
}

void Receiver::receive(std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t arrival) {
  ++packets_;
  ++received_;
  const auto ahead = static_cast<std::uint16_t>(sequence - highest_);
  if (ahead != 0 && ahead < 0x8000) {
    if (sequence < highest_) cycles_ += 0x10000;
    highest_ = sequence;
  }
  // Packets of one frame share a timestamp (video, repeated telephone events): their spacing says nothing about jitter.
  if (timed_ && timestamp == last_timestamp_) return;
  const std::uint32_t transit = arrival - timestamp;
  if (timed_) {
    const auto difference = static_cast<std::int32_t>(transit - transit_);
    // A step of more than ten seconds at 48 kHz is a new time line, not jitter.
    const std::uint32_t distance =
        difference < 0 ? 0u - static_cast<std::uint32_t>(difference) : static_cast<std::uint32_t>(difference);
    if (distance < 480'000) jitter_sixteenths_ += distance - ((jitter_sixteenths_ + 8) >> 4);
  }
  timed_ = true;
  transit_ = transit;
  last_timestamp_ = timestamp;
}

std::uint64_t Receiver::lost_now() const {
  const std::uint32_t expected = extended_sequence() - base_ + 1;
  return expected > received_ ? expected - received_ : 0;
}

std::uint64_t Receiver::lost() const {
  return lost_before_ + (started_ ? lost_now() : 0);
}

double mos_estimate(std::uint64_t expected, std::uint64_t lost, double jitter_ms, double delay_ms) {
  if (expected == 0) return 0;
  const double loss_percent = 100.0 * static_cast<double>(std::min(lost, expected)) / static_cast<double>(expected);
  const double delay = delay_ms + 2 * std::max(jitter_ms, 0.0);
  const double delay_impairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const double loss_impairment = 95.0 * loss_percent / (loss_percent + 25.1);
  const double r = std::clamp(93.2 - delay_impairment - loss_impairment, 0.0, 100.0);
  return std::clamp(1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6, 1.0, 4.5);
}

}  // namespace rf::rtp
