// What the two legs of a stream speak when they share no codec: what the transcoder turns into what.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <string_view>

namespace rf::media {

/// The codecs that we can turn into each other.
enum class Codec : std::uint8_t { pcmu, pcma, g722, opus };

/// Its name in a=rtpmap: "PCMU", "G722", "opus".
std::string_view name_of(Codec codec);
/// Of its RTP timestamps. That of G.722 is half its sampling rate (RFC 3551 §4.5.2); Opus always has 48,000 (RFC 7587).
constexpr std::uint32_t clock_of(Codec codec) {
  return codec == Codec::opus ? 48'000 : 8'000;
}

/// How much sound a payload has, in whole milliseconds and no less; 0: it is none.
std::uint32_t sound_ms(Codec codec, std::span<const std::uint8_t> payload);

/// What one leg sends and wants.
struct LegCoding {
  Codec codec = Codec::pcmu;
  std::uint8_t payload_type = 0;         ///< of the codec, in what it is sent
  std::uint8_t heard_type = 0;           ///< of the codec, in what it sends
  std::uint8_t event_type = 0;           ///< of telephone-event, in what it is sent; 0: it has none
  std::uint8_t heard_event_type = 0;     ///< of telephone-event, in what it sends; 0: it has none
  std::uint32_t event_clock_hz = 8'000;  ///< of the durations in its events
  bool noise = false;                    ///< it knows comfort noise (RFC 3389)
  std::uint16_t packet_ms = 20;          ///< of sound in a packet that it is sent: 10, 20, 40 or 60
  /// Of what it sends, what the other leg takes as it is; keys and comfort noise go the way of the sound before them.
  /// None: the legs share nothing.
  std::bitset<128> passing{};
  /// Of the sound in a packet that passes; once it sends a longer one, its stream is cut for the other leg. 0: any.
  std::uint16_t longest_ms = 0;
  bool says_keys = false;  ///< its keys are tones in its sound, though events of its may come, too

  friend bool operator==(const LegCoding&, const LegCoding&) = default;
};

/// Of a stream whose legs share no codec, or of which one may send what the other has not.
struct TranscodePlan {
  std::array<LegCoding, 2> legs;

  friend bool operator==(const TranscodePlan&, const TranscodePlan&) = default;
};

/// The packet time nearest to what a peer asks for that every codec of ours can make: 10, 20, 40 or 60 ms.
constexpr std::uint16_t packet_ms_for(std::uint32_t wanted_ms) {
  if (wanted_ms == 0) return 20;
  return wanted_ms < 20 ? 10 : wanted_ms < 40 ? 20 : wanted_ms < 60 ? 40 : 60;
}

}  // namespace rf::media
