#include "shell/transcode/outlet.hpp"

#include <algorithm>

#include "core/base/limits/media.hpp"

namespace rf::transcode {

namespace {

constexpr std::size_t header_bytes = 12;
constexpr std::uint8_t noise_type = 13;      // RFC 3551 table 4
constexpr std::size_t noise_bytes = 11;  // a level and ten coefficients: RFC 3389 §3.3 wants no more

void put16(std::span<std::uint8_t> out, std::size_t at, std::uint32_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}
void put32(std::span<std::uint8_t> out, std::size_t at, std::uint32_t value) {
  put16(out, at, value >> 16);
  put16(out, at + 2, value);
}

}  // namespace

Outlet::Outlet(const media::LegCoding& to, std::uint32_t rate_hz, const Start& start)
    : to_(to),
      rate_hz_(rate_hz),
      encoder_(to.codec, rate_hz),
      start_(start),
      frame_(std::size_t{media::packet_ms_for(to.packet_ms)} * rate_hz / 1'000),
      packet_(header_bytes + TranscodeLimits::coded_bytes) {}

void Outlet::say(std::span<const std::int16_t> sound, const Emit& emit) {
  while (!sound.empty()) {
    const std::size_t some = std::min(sound.size(), frame_.size() - filled_);
    std::copy_n(sound.begin(), some, frame_.begin() + static_cast<std::ptrdiff_t>(filled_));
    filled_ += some;
    sound = sound.subspan(some);
    if (filled_ == frame_.size()) send_frame(emit);
  }
}

void Outlet::settle(const Emit& emit) {
  if (filled_ == 0) return;
  ahead_ += frame_.size() - filled_;
  std::fill(frame_.begin() + static_cast<std::ptrdiff_t>(filled_), frame_.end(), std::int16_t{0});
  send_frame(emit);
}

void Outlet::pause(std::uint64_t samples, const Emit& emit) {
  settle(emit);
  const std::uint64_t past = std::min(samples, ahead_);
  ahead_ -= past;
  position_ += samples - past;
  marker_ = true;
}

std::uint32_t Outlet::timestamp() const {
  return start_.timestamp + static_cast<std::uint32_t>(position_ * media::clock_of(to_.codec) / rate_hz_);
}

void Outlet::event(const rtp::Event& event, std::uint32_t timestamp, bool first, const Emit& emit) {
  const std::span<std::uint8_t> payload = std::span(packet_).subspan(header_bytes);
  payload[0] = event.code;
  payload[1] = static_cast<std::uint8_t>((event.end ? 0x80u : 0u) | (event.volume & 0x3fu));
  put16(payload, 2, event.duration);
  send(to_.event_type, first, timestamp, 4, emit);
  marker_ = true;
}

void Outlet::noise(std::span<const std::uint8_t> payload, const Emit& emit) {
  settle(emit);
  const std::size_t bytes = std::min(payload.size(), noise_bytes);
  std::copy_n(payload.begin(), bytes, packet_.begin() + header_bytes);
  send(noise_type, false, timestamp(), bytes, emit);
  marker_ = true;
}

Start Outlet::next() const {
  return {start_.ssrc, timestamp(), start_.sequence};
}

void Outlet::send_frame(const Emit& emit) {
  filled_ = 0;
  const std::size_t bytes = encoder_.encode(frame_, std::span(packet_).subspan(header_bytes));
  const std::uint32_t begins = timestamp();
  position_ += frame_.size();
  if (bytes == 0) return;
  send(to_.payload_type, marker_, begins, bytes, emit);
  marker_ = false;
}

void Outlet::send(std::uint8_t payload_type, bool marker, std::uint32_t timestamp, std::size_t payload_bytes,
                  const Emit& emit) {
  packet_[0] = 0x80;
  packet_[1] = static_cast<std::uint8_t>((marker ? 0x80u : 0u) | (payload_type & 0x7fu));
  put16(packet_, 2, start_.sequence++);
  put32(packet_, 4, timestamp);
  put32(packet_, 8, start_.ssrc);
  emit(std::span(packet_).first(header_bytes + payload_bytes));
}

}  // namespace rf::transcode
