// What tests say and hear: tones, packets of them, and how loud a frequency is.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "core/media/coding.hpp"
#include "core/rtp/rtp.hpp"
#include "shell/transcode/codecs.hpp"
#include "shell/transcode/direction.hpp"

namespace rf::transcode {

using Samples = std::vector<std::int16_t>;
using Packet = std::vector<std::uint8_t>;

inline Samples tone(double hz, double amplitude, std::size_t samples, std::uint32_t rate_hz) {
  Samples out(samples);
  for (std::size_t i = 0; i < samples; ++i)
    out[i] = static_cast<std::int16_t>(
        std::lround(amplitude * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz)));
  return out;
}

/// The amplitude of one frequency in a sound (Goertzel).
inline double amplitude_at(double hz, std::span<const std::int16_t> sound, std::uint32_t rate_hz) {
  const double turn = 2 * std::numbers::pi * hz / rate_hz;
  double before = 0, before_that = 0;
  for (const std::int16_t sample : sound) {
    const double now = sample + 2 * std::cos(turn) * before - before_that;
    before_that = before;
    before = now;
  }
  const double power = before * before + before_that * before_that - 2 * std::cos(turn) * before * before_that;
  return 2 * std::sqrt(std::max(0.0, power)) / static_cast<double>(sound.size());
}

/// A leg that has everything.
inline media::LegCoding leg_of(media::Codec codec, std::uint8_t payload_type) {
  media::LegCoding leg;
  leg.codec = codec;
  leg.payload_type = leg.heard_type = payload_type;
  leg.event_type = leg.heard_event_type = 101;
  leg.noise = codec != media::Codec::opus;
  return leg;
}
inline media::LegCoding pcma() {
  return leg_of(media::Codec::pcma, 8);
}
inline media::LegCoding pcmu() {
  return leg_of(media::Codec::pcmu, 0);
}
inline media::LegCoding g722() {
  return leg_of(media::Codec::g722, 9);
}
inline media::LegCoding opus() {
  media::LegCoding leg = leg_of(media::Codec::opus, 111);
  leg.event_clock_hz = 48'000;
  return leg;
}
inline media::LegCoding without_events(media::LegCoding leg) {
  leg.event_type = leg.heard_event_type = 0;
  return leg;
}

inline Packet packet_of(std::uint8_t type, std::uint16_t sequence, std::uint32_t timestamp,
                        std::span<const std::uint8_t> payload, bool marker = false, std::uint32_t ssrc = 77) {
  Packet out{0x80,
             static_cast<std::uint8_t>((marker ? 0x80 : 0) | type),
             static_cast<std::uint8_t>(sequence >> 8),
             static_cast<std::uint8_t>(sequence),
             static_cast<std::uint8_t>(timestamp >> 24),
             static_cast<std::uint8_t>(timestamp >> 16),
             static_cast<std::uint8_t>(timestamp >> 8),
             static_cast<std::uint8_t>(timestamp),
             static_cast<std::uint8_t>(ssrc >> 24),
             static_cast<std::uint8_t>(ssrc >> 16),
             static_cast<std::uint8_t>(ssrc >> 8),
             static_cast<std::uint8_t>(ssrc)};
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

/// A phone: what it says becomes packets as it would send them.
class Talker {
 public:
  explicit Talker(const media::LegCoding& leg, std::uint32_t rate_hz = 8'000)
      : leg_(leg), rate_hz_(rate_hz), encoder_(leg.codec, rate_hz) {}

  Packet say(std::span<const std::int16_t> frame) {
    Packet payload(1'400);
    payload.resize(encoder_.encode(frame, payload));
    const Packet out = packet_of(leg_.heard_type, sequence, timestamp, payload);
    ++sequence;
    timestamp += static_cast<std::uint32_t>(frame.size() * media::clock_of(leg_.codec) / rate_hz_);
    return out;
  }
  /// An event that has lasted for so long.
  Packet press(std::uint8_t code, std::uint32_t lasted_ms, bool end = false, bool first = false) {
    const std::uint32_t duration = lasted_ms * (leg_.event_clock_hz / 1'000);
    const std::uint8_t payload[] = {code, static_cast<std::uint8_t>((end ? 0x80 : 0) | 10),
                                    static_cast<std::uint8_t>(duration >> 8), static_cast<std::uint8_t>(duration)};
    return packet_of(leg_.heard_event_type, sequence++, timestamp, payload, first);
  }
  void rest(std::uint32_t ms) { timestamp += ms * (media::clock_of(leg_.codec) / 1'000); }

  std::uint16_t sequence = 65'530;
  std::uint32_t timestamp = 0xffff'ff00;

 private:
  media::LegCoding leg_;
  std::uint32_t rate_hz_;
  Encoder encoder_;
};

/// What the other side gets.
class Listener {
 public:
  struct Event {
    rtp::Event event;
    std::uint32_t timestamp = 0;
    bool marker = false;
  };

  explicit Listener(const media::LegCoding& leg, std::uint32_t rate_hz = 8'000)
      : leg_(leg), rate_hz_(rate_hz), decoder_(leg.codec, rate_hz) {}

  Emit emit() {
    return [this](std::span<const std::uint8_t> bytes) { take(bytes); };
  }
  void take(std::span<const std::uint8_t> bytes) {
    const auto header = rtp::parse(bytes);
    if (!header) {
      ++broken;
      return;
    }
    if (packets > 0 && (header->ssrc != ssrc || header->sequence != static_cast<std::uint16_t>(sequence + 1))) ++jumps;
    ++packets;
    ssrc = header->ssrc;
    sequence = header->sequence;
    last_bytes = header->payload.size();
    if (header->payload_type == leg_.event_type && leg_.event_type != 0) {
      events.push_back({*rtp::parse_event(header->payload), header->timestamp, header->marker});
      return;
    }
    if (header->payload_type == 13) {
      ++noises;
      return;
    }
    if (header->payload_type != leg_.payload_type) {
      ++broken;
      return;
    }
    if (header->marker) ++markers;
    timestamps.push_back(header->timestamp);
    Samples room(room_samples);
    room.resize(decoder_.decode(header->payload, room));
    last_samples = room.size();
    sound.insert(sound.end(), room.begin(), room.end());
  }
  /// The sound without what a codec needs to begin.
  std::span<const std::int16_t> settled(std::uint32_t ms = 200) const {
    return std::span(sound).subspan(std::min(sound.size(), std::size_t{ms} * rate_hz_ / 1'000));
  }

  Samples sound;
  std::vector<std::uint32_t> timestamps;
  std::vector<Event> events;
  std::size_t packets = 0, broken = 0, jumps = 0, markers = 0, noises = 0, last_bytes = 0, last_samples = 0;
  std::uint32_t ssrc = 0;
  std::uint16_t sequence = 0;

 private:
  media::LegCoding leg_;
  std::uint32_t rate_hz_;
  Decoder decoder_;
};

inline std::uint32_t own_rate(const media::LegCoding& leg) {
  return leg.codec == media::Codec::g722 || leg.codec == media::Codec::opus ? 16'000 : 8'000;
}

}  // namespace rf::transcode
