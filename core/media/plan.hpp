// What the engine tells the media threads: which two peers a relay joins, and what may teach it an address.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/media/coding.hpp"
#include "core/media/security.hpp"

namespace rf::media {

/// How keys reach a leg, and how it says its own: as events (RFC 4733), by SIP INFO, or in the sound.
enum class KeyWay : std::uint8_t { events, info, sound };

/// One side of a relayed stream. RTCP uses the port above each RTP port unless the peer named another.
struct LegPlan {
  Address local;                 ///< address to bind
  std::uint16_t local_port = 0;  ///< even; RTCP on the next one
  Endpoint remote_rtp;           ///< from the SDP; port 0 while unknown, or when the peer declined the stream
  Endpoint remote_rtcp;
  /// Where this leg's signalling comes from. When `learn` is set (the SDP address is not that host: a NAT between),
  /// the first packet that fits this address teaches the remote endpoint, once; no other source ever does (M3).
  Address signalling;
  bool learn = false;
  std::uint8_t event_payload_type = 0;  ///< of telephone-event in what this leg sends and is sent (RFC 4733); 0 none
  bool holds = false;                   ///< the phone does not want to hear; what a media server needs to be told
  bool comes_over = false;              ///< from another call: what it began to press there is not for its new partner
  std::uint32_t event_clock_hz = 8'000;  ///< of the durations in its events
  /// With `info`, keys for this leg are told (DigitHeard) and do not leave by it. What it sends as events counts for
  /// nothing with another way than `events`.
  KeyWay keys = KeyWay::events;
  /// Another number than before: agreed on anew. Of RFC 4733 and INFO the one counts that it used first since then.
  std::uint8_t round = 0;
  LegSecurity security{};
};

/// A key that a leg pressed by INFO: the other leg gets it as if it had come as an event.
struct PressPlan {
  std::uint32_t order = 0;     ///< another number than before: press it, behind those that wait
  std::uint8_t leg = 0;        ///< who pressed it
  std::uint8_t code = 0;       ///< RFC 4733 §3.2
  std::uint16_t lasts_ms = 0;  ///< within VoiceLimits::press_least_ms and press_most_ms
};

/// What we say to one leg ourselves. While it lasts nothing is passed on from leg to leg, and the digits that this leg
/// dials (RFC 4733) are told.
struct VoicePlan {
  std::uint32_t order = 0;        ///< 0: nobody speaks; another number than before: begin anew
  std::uint8_t leg = 0;           ///< who hears it
  std::uint8_t payload_type = 0;  ///< of G.711 there
  enum class Law : std::uint8_t { mu, a } law = Law::mu;
  std::vector<std::string> clips;  ///< names of prompts and tones, one after the other: "en/enter-pin", "tone/ringing"
  bool repeat = false;             ///< from the first again, until the next order
  bool stops_at_digit = false;     ///< the first digit ends it, as if it had been played
  std::optional<LegCoding> coding{};  ///< of a leg that speaks no G.711: what it hears instead
};

/// One media stream of one call.
struct RelayPlan {
  RelayId id;
  CallId call;
  std::array<LegPlan, 2> legs;         ///< 0 the caller's, 1 the callee's
  std::uint32_t silence_limit_ms = 0;  ///< report RelaySilent after so long without RTP from either side; 0 never
  std::uint32_t clock_hz = 8'000;      ///< of the first payload type: turns RTP timestamps into time for jitter
  VoicePlan voice;
  std::optional<TranscodePlan> transcode;  ///< each leg hears the other in a codec of its own
  PressPlan press{};
};

/// What one side sent us, and what was refused on its port.
struct LegStatistics {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t lost = 0;
  std::uint64_t rtcp_packets = 0;
  std::uint64_t events = 0;          ///< DTMF and other telephone events begun (RFC 4733)
  double jitter_ms = 0;              ///< RFC 3550 §6.4.1, at the end
  double mos = 0;                    ///< E-model estimate (ITU-T G.107, simplified), 1 to 4.5; 0 without packets
  std::uint64_t refused_source = 0;  ///< from an address that is not the peer's: bleed or injection attempts
  std::uint64_t refused_shape = 0;   ///< no RTP or RTCP, or a jump of SSRC or sequence that no sender makes
  Address last_refused;              ///< the last such source
  std::uint64_t refused_proof = 0;   ///< SRTP that is not authentic, STUN and DTLS that do not fit the call
  std::uint64_t refused_replay = 0;  ///< SRTP that was heard before, or is older than the window
  Protection protection = Protection::plain;
  std::optional<srtp::Suite> suite;  ///< that what it sends is protected with, once the keys are known
};

/// Sent when a relay stops, and on request while it runs.
struct RelayReport {
  RelayId id;
  CallId call;
  std::array<LegStatistics, 2> legs;
};

}  // namespace rf::media
