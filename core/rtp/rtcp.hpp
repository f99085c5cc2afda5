// RTCP compounds as they lie in the datagram.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>

#include "core/rtp/rtp.hpp"

namespace rf::rtp {

/// Fixed bounds: a compound that needs more is not made by a phone.
struct RtcpLimits {
  static constexpr std::size_t packets = 32;
};

/// Packet types, RFC 3550 §12.1, RFC 4585 §6.1, RFC 3611 §2. Others are kept as numbers.
struct RtcpType {
  static constexpr std::uint8_t sender_report = 200, receiver_report = 201, source_description = 202, bye = 203,
                                application = 204, transport_feedback = 205, payload_feedback = 206,
                                extended_report = 207;
};

/// One packet of a compound; `body` begins after the common header's four bytes and is without padding.
struct RtcpPacket {
  std::uint8_t type = 0;
  std::uint8_t count = 0;  ///< report or source count, or feedback format
  Bytes body;
};

/// A checked compound: walking it cannot fail any more.
class RtcpCompound {
 public:
  /// Checks the whole compound without allocating. `reduced_size` admits what RFC 5506 does: any packet first.
  /// Errors: too_short, wrong_version, not_rtcp, bad_length, bad_padding, too_many. Source: RFC 3550 §6, A.2.
  static std::expected<RtcpCompound, Error> parse(Bytes datagram, bool reduced_size = false);

  std::size_t size() const { return count_; }
  RtcpPacket operator[](std::size_t i) const;

 private:
  Bytes datagram_;
  std::array<std::uint16_t, RtcpLimits::packets> offsets_{};
  std::uint8_t count_ = 0;
};

/// One report block, RFC 3550 §6.4.1.
struct ReportBlock {
  std::uint32_t ssrc = 0;
  std::uint8_t fraction_lost = 0;    ///< in 1/256
  std::int32_t cumulative_lost = 0;  ///< 24 bits, signed
  std::uint32_t highest_sequence = 0;
  std::uint32_t jitter = 0;  ///< in timestamp units
  std::uint32_t last_sr = 0;
  std::uint32_t delay_since_last_sr = 0;  ///< in 1/65536 s
};

/// Sender of a sender or receiver report; none for other types.
std::optional<std::uint32_t> reporter_of(const RtcpPacket& packet);
/// How many report blocks a sender or receiver report has; 0 for other types.
std::size_t report_blocks_of(const RtcpPacket& packet);
/// Block `i` below report_blocks_of(packet).
ReportBlock report_block(const RtcpPacket& packet, std::size_t i);

}  // namespace rf::rtp
