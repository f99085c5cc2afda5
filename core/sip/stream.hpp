// Cuts SIP messages and keepalives out of a byte stream (TCP, TLS).
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>

#include "core/sip/error.hpp"

namespace rf::sip {

/// One connection's framer: bytes in, whole messages out. Holds at most one message's bytes (WireLimits); a peer that
/// dribbles costs no more than that, and no byte is looked at twice while the end of the headers is searched.
/// Source: RFC 3261 §18.3 (Content-Length is required on streams), §7.5; RFC 5626 §3.5.1 (double CRLF ping, CRLF pong).
class StreamFramer {
 public:
  enum class Kind : std::uint8_t { message, ping, pong };
  struct Frame {
    Kind kind;
    std::span<char> bytes;  ///< of a message; valid until the next push() or next()
  };

  /// Takes bytes in. Errors: too_long.
  std::expected<void, ParseError> push(std::span<const char> bytes);
  /// The next whole frame; none when more bytes are needed. Errors end the connection: there is no way to find the next
  /// message behind a broken Content-Length (bad_content_length, too_long, bad_start_line).
  std::expected<std::optional<Frame>, ParseError> next();
  /// Bytes held back waiting for the rest of a message.
  std::size_t pending() const { return buffer_.size() - begin_; }

 private:
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;
};

}  // namespace rf::sip
