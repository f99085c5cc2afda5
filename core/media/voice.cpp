#include "core/media/voice.hpp"

#include <algorithm>

#include "core/base/limits/call.hpp"
#include "core/base/time.hpp"
#include "core/media/g711.hpp"

namespace rf::media {

namespace {

/// Further behind than this, time that was lost is not caught up with a burst.
constexpr std::int64_t behind_us = 10 * voice_frame_us;

std::int64_t frame_after(std::int64_t us) {
  return (us + voice_frame_us - 1) / voice_frame_us * voice_frame_us;
}

void write16(std::span<std::uint8_t> out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

void write32(std::span<std::uint8_t> out, std::size_t at, std::uint32_t value) {
  write16(out, at, static_cast<std::uint16_t>(value >> 16));
  write16(out, at + 2, static_cast<std::uint16_t>(value));
}

}  // namespace

void Voice::begin(const VoicePlan& plan, const Speech& speech, std::int64_t now_us) {
  if (!begun_) {
    ssrc_ = speech.start.ssrc;
    timestamp_ = speech.start.timestamp;
    sequence_ = speech.start.sequence;
    begun_ = true;
  }
  clips_.clear();
  for (const std::string& name : plan.clips) {
    if (clips_.size() >= VoiceLimits::order_clips) break;
    ClipRef clip = speech.clips == nullptr ? nullptr : speech.clips->find(name);
    if (clip) clips_.push_back(std::move(clip));
  }
  clip_ = sample_ = 0;
  marker_ = true;
  // Not before the frame of the former order has been heard.
  due_us_ = std::max(frame_after(now_us), due_us_);
  wait_until_us_ = due_us_ + VoiceLimits::address_wait_ms * 1'000;
  state_ = State::waiting;
  if (clips_.empty()) state_ = plan.repeat ? State::quiet : State::ending;
}

void Voice::interrupt(const VoicePlan& plan) {
  if (state_ != State::quiet) state_ = plan.repeat ? State::quiet : State::ending;
}

std::int64_t Voice::due_us() const {
  return state_ == State::quiet ? never_ms : due_us_;
}

Voice::Said Voice::say(const VoicePlan& plan, bool heard, std::int64_t now_us, std::span<std::uint8_t> out) {
  if (now_us < due_us() || out.size() < voice_packet_bytes) return {};
  if (state_ == State::ending) {
    state_ = State::quiet;
    return {0, true};
  }
  if (state_ == State::waiting && !may_start(heard, now_us)) return {};
  keep_pace(now_us);
  Said said;
  if (heard) {
    write_header(plan, out);
    said.bytes = voice_packet_bytes;
  }
  write_frame(plan, out.subspan(voice_packet_bytes - voice_frame_bytes));
  timestamp_ += voice_frame_bytes;
  due_us_ += voice_frame_us;
  silent_from_us_ = due_us_;
  if (clip_ == clips_.size()) state_ = State::ending;
  return said;
}

bool Voice::may_start(bool heard, std::int64_t now_us) {
  if (!heard && now_us < wait_until_us_) {
    due_us_ = frame_after(now_us + 1);
    return false;
  }
  // One stream: its clock ran on while nothing was said.
  if (silent_from_us_ != 0) timestamp_ += static_cast<std::uint32_t>((due_us_ - silent_from_us_) * 8 / 1'000);
  state_ = State::speaking;
  return true;
}

void Voice::keep_pace(std::int64_t now_us) {
  if (now_us - due_us_ > behind_us) due_us_ = now_us / voice_frame_us * voice_frame_us;
}

/// RFC 3550 §5.1; the marker begins a talkspurt (RFC 3551 §4.1).
void Voice::write_header(const VoicePlan& plan, std::span<std::uint8_t> out) {
  out[0] = 0x80;
  out[1] = static_cast<std::uint8_t>((marker_ ? 0x80 : 0) | (plan.payload_type & 0x7f));
  write16(out, 2, sequence_++);
  write32(out, 4, timestamp_);
  write32(out, 8, ssrc_);
  marker_ = false;
}

void Voice::write_frame(const VoicePlan& plan, std::span<std::uint8_t> out) {
  std::size_t filled = 0;
  while (filled < voice_frame_bytes && clip_ < clips_.size()) {
    const auto rest = clips_[clip_]->bytes(plan.law).subspan(sample_);
    const std::size_t taken = std::min(rest.size(), voice_frame_bytes - filled);
    std::copy_n(rest.begin(), taken, out.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += taken;
    sample_ += taken;
    if (taken < rest.size()) break;
    sample_ = 0;
    if (++clip_ == clips_.size() && plan.repeat) clip_ = 0;
  }
  const std::uint8_t silence = plan.law == VoicePlan::Law::mu ? silence_mu : silence_a;
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(filled), out.begin() + voice_frame_bytes, silence);
}

}  // namespace rf::media
