#include "shell/transcode/direction.hpp"

#include <algorithm>

#include "core/base/limits/media.hpp"

namespace rf::transcode {

using media::Codec;
using media::LegCoding;

namespace {

constexpr std::uint8_t noise_type = 13;
/// A jump of sequence numbers beyond these is another stream (RFC 3550 A.1).
constexpr int dropout_max = 3'000, misorder_max = 100;
/// Of a key, so that every detector hears it (ITU-T Q.24).
constexpr std::uint32_t press_shortest_ms = 50;
constexpr std::uint8_t tone_volume = 10;  // in -dBm0, of keys that we heard
constexpr int end_packets = 3;            // RFC 4733 §2.5.1.4

bool is_wide(Codec codec) {
  return codec == Codec::g722 || codec == Codec::opus;
}
bool listens_for_keys(const LegCoding& from, const LegCoding& to) {
  return (from.heard_event_type == 0 || from.says_keys) && to.event_type != 0;
}

}  // namespace

std::uint32_t rate_between(const LegCoding& from, const LegCoding& to) {
  return is_wide(from.codec) && is_wide(to.codec) && !listens_for_keys(from, to) ? 16'000 : 8'000;
}

Direction::Direction(const LegCoding& from, const LegCoding& to, const Start& start)
    : from_(from),
      to_(to),
      listens_(listens_for_keys(from, to)),
      rate_hz_(rate_between(from, to)),
      decoder_(from.codec, rate_hz_),
      outlet_(to, rate_hz_, start),
      sound_(room_samples) {
  if (listens_) detector_.emplace();
}

void Direction::on_packet(std::int64_t now_us, std::span<const std::uint8_t> bytes, const Emit& emit) {
  ++counts_.packets;
  const auto header = rtp::parse(bytes);
  if (!header) {
    ++counts_.ignored;
    return;
  }
  const bool is_sound = header->payload_type == from_.heard_type;
  const bool is_event = !is_sound && from_.heard_event_type != 0 && header->payload_type == from_.heard_event_type;
  const bool is_noise = !is_sound && !is_event && from_.noise && header->payload_type == noise_type;
  if (!(is_sound || is_event || is_noise) || !follow(now_us, *header, emit)) {
    ++counts_.ignored;
    return;
  }
  if (is_sound) on_sound(now_us, *header, emit);
  if (is_event) on_event(now_us, *header, emit);
  if (is_noise) on_noise(now_us, *header, emit);
}

/// Whether the packet is newer than all before. Another stream of the same sender goes on where the clock is.
bool Direction::follow(std::int64_t now_us, const rtp::Header& header, const Emit& emit) {
  const int ahead = static_cast<std::int16_t>(header.sequence - sequence_);
  const bool same = started_ && header.ssrc == ssrc_ && ahead <= dropout_max && ahead > -misorder_max;
  if (same && ahead <= 0) return false;
  const bool began = !started_;
  lost_ = same ? static_cast<unsigned>(ahead - 1) : 0;
  before_us_ = heard_us_;
  if (!same) {
    if (started_) pause(samples_since(before_us_, now_us), emit);
    press_.reset();
    expected_ = header.timestamp;
    started_ = true;
    ssrc_ = header.ssrc;
  }
  sequence_ = header.sequence;
  heard_us_ = now_us;
  // A quarter more, for clocks that are fast.
  const std::uint64_t most = std::uint64_t{TranscodeLimits::ahead_ms} * rate_hz_ / 1'000;
  allowed_ = began ? most : std::min(most, allowed_ + samples_since(before_us_, now_us) * 5 / 4);
  return true;
}

/// Fills what lies between what was said and this packet.
void Direction::align(std::int64_t now_us, const rtp::Header& header, bool is_sound, const Emit& emit) {
  const std::uint32_t gap = header.timestamp - expected_;
  if (gap == 0 || gap > INT32_MAX) return;  // an overlap is said behind what it overlaps
  const std::uint32_t ticks_per_ms = media::clock_of(from_.codec) / 1'000;
  expected_ = header.timestamp;
  if (is_sound && lost_ > 0 && gap <= TranscodeLimits::conceal_ms * ticks_per_ms && samples_in(gap) <= allowed_) {
    allowed_ -= samples_in(gap);
    const Sound made_up = Sound(sound_).first(samples_in(gap));
    decoder_.conceal(header.payload, made_up);
    counts_.concealed += made_up.size();
    say(made_up, emit);
    return;
  }
  const bool plausible = gap <= TranscodeLimits::pause_ms * ticks_per_ms;
  pause(plausible ? samples_in(gap) : samples_since(before_us_, now_us), emit);
}

void Direction::on_sound(std::int64_t now_us, const rtp::Header& header, const Emit& emit) {
  align(now_us, header, true, emit);
  const bool in_time = decoder_.samples_in(header.payload) <= allowed_;
  const std::size_t samples = in_time ? decoder_.decode(header.payload, sound_) : 0;
  if (samples == 0) {
    ++counts_.ignored;
    return;
  }
  allowed_ -= std::min<std::uint64_t>(allowed_, samples);
  expected_ += static_cast<std::uint32_t>(samples * media::clock_of(from_.codec) / rate_hz_);
  say(Sound(sound_).first(samples), emit);
}

void Direction::on_noise(std::int64_t now_us, const rtp::Header& header, const Emit& emit) {
  align(now_us, header, false, emit);
  if (header.payload.empty()) return;
  end_key(emit);
  if (to_.noise && media::clock_of(from_.codec) == media::clock_of(to_.codec)) {
    outlet_.noise(header.payload, emit);
    return;
  }
  const std::size_t samples = std::size_t{20} * rate_hz_ / 1'000;
  if (samples > allowed_) return;
  allowed_ -= samples;
  std::fill_n(sound_.begin(), samples, std::int16_t{0});
  expected_ += media::clock_of(from_.codec) / 50;
  outlet_.say(Sound(sound_).first(samples), emit);
}

void Direction::on_event(std::int64_t now_us, const rtp::Header& header, const Emit& emit) {
  const auto event = rtp::parse_event(header.payload);
  if (!event) {
    ++counts_.ignored;
    return;
  }
  const bool begins = !press_ || press_->timestamp != header.timestamp || press_->code != event->code;
  if (begins) begin_press(now_us, header, *event, emit);
  if (to_.event_type != 0)
    pass(*event, begins, emit);
  else
    sound_tone(header, *event, emit);
}

void Direction::begin_press(std::int64_t now_us, const rtp::Header& header, const rtp::Event& event, const Emit& emit) {
  align(now_us, header, false, emit);
  press_ = Press{header.timestamp, event.code, 0, 0, false, std::nullopt};
  if (to_.event_type == 0) {
    press_->tone.emplace(event.code, rate_hz_);
    return;
  }
  outlet_.settle(emit);
  press_->began = outlet_.timestamp();
}

void Direction::pass(const rtp::Event& event, bool begins, const Emit& emit) {
  rtp::Event theirs = event;
  const std::uint64_t duration =
      std::uint64_t{event.duration} * to_.event_clock_hz / std::max<std::uint32_t>(1, from_.event_clock_hz);
  theirs.duration = static_cast<std::uint16_t>(std::min<std::uint64_t>(duration, UINT16_MAX));
  outlet_.event(theirs, press_->began, begins, emit);
}

/// Says as much of the tone as the event has lasted by now. What a packet can make up for is bounded, and so is a
/// press.
void Direction::sound_tone(const rtp::Header& header, const rtp::Event& event, const Emit& emit) {
  if (press_->ended || event.code > 15) return;
  const std::uint64_t per_ms = rate_hz_ / 1'000;
  std::uint64_t wanted = std::uint64_t{event.duration} * rate_hz_ / std::max<std::uint32_t>(1, from_.event_clock_hz);
  if (event.end) wanted = std::max(wanted, press_shortest_ms * per_ms);
  wanted = std::min({wanted, press_->said + TranscodeLimits::press_step_ms * per_ms, press_->said + allowed_,
                     std::uint64_t{TranscodeLimits::press_ms} * per_ms});
  allowed_ -= wanted > press_->said ? wanted - press_->said : 0;
  press_->ended = event.end;
  while (press_->said < wanted) {
    const Sound some = Sound(sound_).first(std::min<std::uint64_t>(wanted - press_->said, sound_.size()));
    press_->tone->sound(some);
    outlet_.say(some, emit);
    press_->said += some.size();
  }
  expected_ = header.timestamp + static_cast<std::uint32_t>(press_->said * media::clock_of(from_.codec) / rate_hz_);
}

void Direction::say(std::span<const std::int16_t> sound, const Emit& emit) {
  const std::uint8_t key = listens_ ? detector_->hear(sound) : KeyDetector::none;
  if (key != KeyDetector::none) return hear_key(key, sound.size(), emit);
  end_key(emit);
  outlet_.say(sound, emit);
}

/// While a key is heard, its tone is not: the other side would count it twice.
void Direction::hear_key(std::uint8_t code, std::size_t samples, const Emit& emit) {
  if (key_.code != code) end_key(emit);
  const bool begins = key_.code == KeyDetector::none;
  if (begins) {
    outlet_.settle(emit);
    key_ = {code, outlet_.timestamp(), 0};
  }
  outlet_.pause(samples, emit);
  key_.samples += samples;
  std::uint64_t duration = key_.samples * to_.event_clock_hz / rate_hz_;
  if (duration > UINT16_MAX) {
    // A longer event goes on as another segment (RFC 4733 §2.5.1.3).
    key_.began += static_cast<std::uint32_t>((key_.samples - samples) * media::clock_of(to_.codec) / rate_hz_);
    key_.samples = samples;
    duration = samples * to_.event_clock_hz / rate_hz_;
  }
  outlet_.event({code, false, tone_volume, static_cast<std::uint16_t>(duration)}, key_.began, begins, emit);
}

void Direction::end_key(const Emit& emit) {
  if (key_.code == KeyDetector::none) return;
  const auto duration = static_cast<std::uint16_t>(key_.samples * to_.event_clock_hz / rate_hz_);
  for (int i = 0; i < end_packets; ++i)
    outlet_.event({key_.code, true, tone_volume, duration}, key_.began, false, emit);
  key_ = {};
}

void Direction::pause(std::uint64_t samples, const Emit& emit) {
  end_key(emit);
  outlet_.pause(samples, emit);
}

std::uint64_t Direction::samples_in(std::uint64_t ticks) const {
  return ticks * rate_hz_ / media::clock_of(from_.codec);
}

std::uint64_t Direction::samples_since(std::int64_t then_us, std::int64_t now_us) const {
  return now_us <= then_us ? 0 : static_cast<std::uint64_t>(now_us - then_us) * rate_hz_ / 1'000'000;
}

}  // namespace rf::transcode
