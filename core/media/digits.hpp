// Which keys a phone's owner presses, told from the packets of RFC 4733 events.
#pragma once

#include <cstdint>
#include <optional>

#include "core/rtp/rtp.hpp"

namespace rf::media {

/// The character of a telephone event: 0 to 9, *, #, A to D; 0 when it is no digit. Source: RFC 4733 §3.2.
char digit_of(const rtp::Event& event);

/// Presses of one stream. Contract: begins() for each event packet that fits its stream, restart() when the stream
/// began anew; digits that are of interest pass may_tell().
class Presses {
 public:
  /// Whether this packet is the first of a press. All packets of one event carry the time it began (RFC 4733 §2.2), so
  /// repeated, late and lost packets make no second press of it; neither do the segments of a long one (§2.5.1.3).
  bool begins(const rtp::Header& header, const rtp::Event& event);
  void restart() { began_ = kept_ = std::nullopt; }
  /// The press that began last is for us: what still comes of it, or of those before it, is not for the other side.
  void keep() { kept_ = began_; }
  bool is_kept(const rtp::Header& header) const;
  /// Whether another digit may be told now: at most VoiceLimits::digits_per_s.
  bool may_tell(std::int64_t now_us);

 private:
  std::optional<std::uint32_t> began_;  // timestamp of the last event, or of its last segment
  std::optional<std::uint32_t> kept_;   // of the last one that is for us
  std::uint8_t code_ = 0;
  std::int64_t second_from_us_ = 0;
  std::uint32_t told_ = 0;  // in that second
};

}  // namespace rf::media
