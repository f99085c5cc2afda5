// A plain description of a phone, and ways to spoil it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/sdp/sdp.hpp"

namespace rf::sdp::sample {

inline constexpr std::string_view head =
    "v=0\r\no=alice 2890844526 2890844527 IN IP4 10.1.2.3\r\ns=-\r\nc=IN IP4 10.1.2.3\r\nt=0 0\r\n";

inline constexpr std::string_view audio =
    "m=audio 49170 RTP/AVP 0 8 96 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:96 opus/48000/2\r\n"
    "a=fmtp:96 useinbandfec=1\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n";

inline std::string phone() {
  return std::string(head).append(audio);
}

/// A description with these lines instead of the ordinary media part.
inline std::string with_media(std::string_view lines) {
  return std::string(head).append(lines);
}

/// `phone()` with its first `from` replaced.
inline std::string spoiled(std::string_view from, std::string_view to) {
  std::string text = phone();
  return text.replace(text.find(from), from.size(), to);
}

/// A description together with its text.
struct Parsed {
  explicit Parsed(std::string from) : text(std::move(from)), session(parse(text)) {}
  Parsed(const Parsed&) = delete;
  explicit operator bool() const { return session.has_value(); }
  const Session* operator->() const { return &*session; }
  const Session& operator*() const { return *session; }
  std::string text;
  std::expected<Session, ParseError> session;
};

}  // namespace rf::sdp::sample
