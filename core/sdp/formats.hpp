// The formats of one stream with what explains them.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/sdp/sdp.hpp"

namespace rf::sdp {

/// One payload type. The views point into the description.
struct Format {
  std::uint8_t payload_type = 0;
  std::string_view encoding;  ///< "PCMU", of its rtpmap or of RFC 3551
  std::uint32_t clock_hz = 0;
  std::uint32_t channels = 1;

  /// Encodings are compared without regard to case (RFC 4855 §3).
  bool is(std::string_view other_encoding) const;
};

/// The explained formats in the order of the m= line, the peer's favourite first; at most WireLimits::sdp_formats.
std::vector<Format> formats_of(const Media& media);
/// All payload types of the m= line, explained or not.
std::bitset<128> payload_types_of(const Media& media);
/// How much sound the writer wants in one packet: a=ptime, and no more than a=maxptime; 0 when it says nothing.
std::uint32_t packet_ms_of(const Media& media);
/// How much sound in one packet the writer takes at most: a=maxptime; 0 when it does not say.
std::uint32_t longest_packet_ms_of(const Media& media);

}  // namespace rf::sdp
