// Cuts SIP messages and keepalives out of a byte stream (TCP, TLS).
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/limits/wire.hpp"
#include "core/sip/error.hpp"

namespace rf::sip {

/// One connection's framer: bytes in, whole messages out. Holds at most one message's bytes (WireLimits); a peer that
/// dribbles costs no more than that, and no byte is looked at twice while the end of the headers is searched.
/// A CRLF alone is a pong at once; when the next bytes are another one, that is a ping cut in two and counts as one.
/// Source: RFC 3261 §18.3 (Content-Length is required on streams), §7.5; RFC 5626 §3.5.1 (double CRLF ping, CRLF pong).
class StreamFramer {
 public:
  /// One message and one read of as much again; more is never waiting when next() is called until it gives nothing.

  enum class Kind : std::uint8_t { message, ping, pong };
  struct Frame {
    Kind kind;
    std::span<char> bytes;  ///< of a message; valid until the next push() or next()
  };

  /// Takes bytes in, at most WireLimits::message_bytes at a time, after next() has given all it can. Errors: too_long.
  std::expected<void, ParseError> push(std::span<const char> bytes);
  /// The next whole frame; none when more bytes are needed. Errors end the connection: there is no way to find the next
  /// message behind a broken Content-Length (bad_content_length, too_long, bad_start_line).
  std::expected<std::optional<Frame>, ParseError> next();
  /// Bytes held back waiting for the rest of a message.
  std::size_t pending() const { return buffer_.size() - begin_; }

 private:
  std::expected<std::optional<Frame>, ParseError> next_keepalive(std::string_view rest);
  std::unexpected<ParseError> fault(ParseErrorCode code, std::size_t offset) const;
  static std::optional<ParseError> read_content_length(std::string_view head, std::size_t& length);

  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;
  std::size_t size_ = 0;  // of the message at begin_, once its header block is whole
  bool lone_crlf_ = false;
};

}  // namespace rf::sip
