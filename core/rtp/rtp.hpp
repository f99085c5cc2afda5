// RTP packets as they lie in the datagram.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>

namespace rf::rtp {

using Bytes = std::span<const std::uint8_t>;

enum class Error : std::uint8_t {
  too_short,      ///< ends inside a part that its own fields announce
  wrong_version,  ///< not version 2
  not_rtp,        ///< a payload type of RTCP's range (RFC 5761 §4)
  bad_padding,    ///< the padding count is zero or longer than what is there
  not_rtcp,       ///< the first packet of a compound is no sender or receiver report, or has padding
  bad_length,     ///< a report says more blocks or items than its length holds
  too_many,       ///< more packets in one compound than RtcpLimits::packets
};

/// One RTP packet, RFC 3550 §5.1. The spans point into the datagram.
struct Header {
  bool marker = false;
  std::uint8_t payload_type = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  Bytes csrcs;  ///< 4 bytes each, 0 to 15 of them
  std::uint16_t extension_profile = 0;
  Bytes extension;  ///< the header extension's body; empty without one
  Bytes payload;    ///< without padding
};

/// What a datagram on a media port can be, told apart by its first two bytes.
enum class Kind : std::uint8_t { rtp, rtcp, stun, dtls, unknown };

/// Sorts a datagram: RFC 7983 §7 by the first byte, RFC 5761 §4 by the second.
Kind kind_of(Bytes datagram);

/// Reads a whole RTP packet: constant time, no allocation.
/// Errors: too_short, wrong_version, not_rtp, bad_padding. Source: RFC 3550 §5.1, §5.3.1, A.1.
std::expected<Header, Error> parse(Bytes datagram);

/// A telephone event, RFC 4733 §2.3.
struct Event {
  std::uint8_t code = 0;  ///< 0-9 digits, 10 '*', 11 '#', 12-15 A-D, 16 flash, others by the registry
  bool end = false;
  std::uint8_t volume = 0;     ///< in -dBm0
  std::uint16_t duration = 0;  ///< in timestamp units
};

/// Reads the first event of a telephone-event payload; none when it is shorter than four bytes.
std::optional<Event> parse_event(Bytes payload);

}  // namespace rf::rtp
