#include "core/media/digits.hpp"

#include <string_view>

#include "core/base/limits/call.hpp"

namespace rf::media {

namespace {

constexpr std::string_view digits = "0123456789*#ABCD";
constexpr std::uint32_t longest_segment = 0xffff;  // in timestamp units, RFC 4733 §2.5.1.3
constexpr std::int64_t second_us = 1'000'000;

}  // namespace

char digit_of(const rtp::Event& event) {
  return event.code < digits.size() ? digits[event.code] : '\0';
}

bool Presses::begins(const rtp::Header& header, const rtp::Event& event) {
  if (began_) {
    const std::uint32_t later = header.timestamp - *began_;
    // The past half of the circle: a late packet of an event that is over.
    if (later == 0 || later > UINT32_MAX / 2) return false;
    if (later == longest_segment && event.code == code_ && !header.marker) {
      if (kept_ == began_) kept_ = header.timestamp;
      began_ = header.timestamp;
      return false;
    }
  }
  began_ = header.timestamp;
  code_ = event.code;
  return true;
}

bool Presses::is_kept(const rtp::Header& header) const {
  return kept_ && *kept_ - header.timestamp <= UINT32_MAX / 2;
}

bool Presses::may_tell(std::int64_t now_us) {
  if (now_us - second_from_us_ >= second_us) {
    second_from_us_ = now_us;
    told_ = 0;
  }
  if (told_ >= VoiceLimits::digits_per_s) return false;
  ++told_;
  return true;
}

}  // namespace rf::media
