#include "core/media/keypad.hpp"

#include <algorithm>

namespace rf::media {

namespace {

constexpr std::uint16_t step_ms = 20;
constexpr std::int64_t step_us = 20'000;
/// Between two keys, so that every detector tells them apart (ITU-T Q.24).
constexpr std::int64_t pause_us = 60'000;
constexpr std::int64_t transcoder_us = 100'000;
constexpr std::uint8_t end_packets = 3;      // RFC 4733 §2.5.1.4
constexpr std::uint8_t volume = 10;          // in -dBm0
constexpr std::uint16_t misorder_max = 100;  // RFC 3550 A.1

void put16(std::span<std::uint8_t> out, std::size_t at, std::uint32_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}
void put32(std::span<std::uint8_t> out, std::size_t at, std::uint32_t value) {
  put16(out, at, value >> 16);
  put16(out, at + 2, value);
}

std::uint32_t ticks_in(std::int64_t us, std::uint32_t clock_hz) {
  return static_cast<std::uint32_t>(std::max<std::int64_t>(0, us) * clock_hz / 1'000'000);
}

}  // namespace

bool Keypad::press(const PressPlan& plan, std::int64_t now_us) {
  if (count_ == waiting_.size()) return false;
  const auto lasts_ms =
      std::clamp<std::uint32_t>(plan.lasts_ms, VoiceLimits::press_least_ms, VoiceLimits::press_most_ms);
  waiting_[count_++] = {plan.code, static_cast<std::uint16_t>(lasts_ms)};
  if (due_us_ == never_ms) due_us_ = has_ended_ ? std::max(now_us, ended_us_ + pause_us) : now_us;
  return true;
}

bool Keypad::admit(const rtp::Header& header, std::span<std::uint8_t> packet, std::int64_t now_us) {
  if ((anew_ || header.ssrc != place_.ssrc) && !pressed_) {
    place_.ssrc = header.ssrc;
    place_.sequence = static_cast<std::uint16_t>(header.sequence - 1);
    ahead_ = 0;
    anew_ = continues_ = has_pressed_ = false;
  }
  const auto newer = static_cast<std::int16_t>(header.sequence - came_);
  if (pressed_) {
    if (header.ssrc == place_.ssrc && newer > 0) came_ = header.sequence;
    return false;
  }
  // Of the time of the key or from before it: its number is taken.
  if (has_pressed_ && newer <= 0 && newer > -static_cast<std::int16_t>(misorder_max)) return false;
  if (continues_) {
    ahead_ = static_cast<std::uint16_t>(place_.sequence + 1 - header.sequence);
    came_ = static_cast<std::uint16_t>(header.sequence - 1);
    continues_ = false;
  }
  const auto sequence = static_cast<std::uint16_t>(header.sequence + ahead_);
  put16(packet, 2, sequence);
  if (static_cast<std::int16_t>(sequence - place_.sequence) > 0)
    place_ = {header.ssrc, header.timestamp, sequence, now_us};
  return true;
}

void Keypad::restart() {
  count_ = 0;
  pressed_.reset();
  due_us_ = never_ms;
  anew_ = true;
}

void Keypad::begin(std::int64_t now_us, const KeyFormat& format) {
  pressed_ = Pressed{waiting_.front(), place_.timestamp + ticks_in(now_us - place_.at_us, format.clock_hz), 0, 0};
  std::move(waiting_.begin() + 1, waiting_.begin() + static_cast<std::ptrdiff_t>(count_), waiting_.begin());
  --count_;
  if (!continues_) came_ = static_cast<std::uint16_t>(place_.sequence - ahead_);
  has_pressed_ = true;
}

std::size_t Keypad::write(std::int64_t now_us, const KeyFormat& format, std::span<std::uint8_t> out) {
  const bool first = !pressed_;
  if (first) begin(now_us, format);
  Pressed& key = *pressed_;
  key.said_ms = static_cast<std::uint16_t>(std::min<unsigned>(key.said_ms + step_ms, key.key.lasts_ms));
  const bool ends = key.said_ms == key.key.lasts_ms;
  out[0] = 0x80;
  out[1] = static_cast<std::uint8_t>((first ? 0x80u : 0u) | (format.payload_type & 0x7fu));
  put16(out, 2, ++place_.sequence);
  put32(out, 4, key.began);
  put32(out, 8, place_.ssrc);
  out[12] = key.key.code;
  out[13] = static_cast<std::uint8_t>((ends ? 0x80u : 0u) | volume);
  put16(out, 14,
        std::min<std::uint32_t>(ticks_in(std::int64_t{key.said_ms} * 1'000, format.event_clock_hz), UINT16_MAX));
  due_us_ = std::max(due_us_ + step_us, now_us - step_us);
  if (!ends || ++key.ends < end_packets) return key_packet_bytes;
  place_.timestamp = key.began + ticks_in(std::int64_t{key.said_ms} * 1'000, format.clock_hz);
  place_.at_us = now_us;
  pressed_.reset();
  continues_ = true;
  ended_us_ = now_us;
  has_ended_ = true;
  due_us_ = count_ == 0 ? never_ms : now_us + pause_us;
  return key_packet_bytes;
}

bool Keypad::was_pressing(std::int64_t now_us) const {
  return pressed_ || (has_ended_ && now_us - ended_us_ < transcoder_us);
}

}  // namespace rf::media
