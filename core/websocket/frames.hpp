// WebSocket frames: what a client sends, cut strictly out of a byte stream, and what a server sends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rf::websocket {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Why a connection is ended, as RFC 6455 §7.4.1 numbers it.
enum class CloseCode : std::uint16_t { normal = 1000, going_away = 1001, protocol_error = 1002, too_big = 1009 };

/// One connection's reader: bytes in; whole messages and control frames out. Holds at most one message and one read
/// (WireLimits::stream_pending_bytes); a length that promises more is refused when it is read, before its bytes come.
/// Refused are unmasked frames, reserved bits (we agree on no extension), opcodes that nobody defined, lengths that are
/// not written as short as they can be, control frames that are long or in pieces, and pieces that do not follow.
/// Source: RFC 6455 §5.
class FrameReader {
 public:
  enum class Kind : std::uint8_t { message, ping, pong, close };
  struct Frame {
    Kind kind;
    std::span<char> bytes;  ///< unmasked; valid until the next push() or next()
  };

  /// Takes bytes in, at most WireLimits::message_bytes at a time, after next() has given all it can. Errors: too_big.
  std::expected<void, CloseCode> push(std::span<const char> bytes);
  /// The next message, put together from its pieces, or control frame; none when more bytes are needed. Errors end the
  /// connection.
  std::expected<std::optional<Frame>, CloseCode> next();
  /// Bytes held back waiting for the rest of a message.
  std::size_t pending() const { return buffer_.size() - begin_ + message_.size() + (in_pieces_ ? 1 : 0); }

 private:
  struct Header;
  std::expected<std::optional<Header>, CloseCode> read_header() const;
  std::span<char> unmask(const Header& header);

  std::string buffer_;  ///< as they came
  std::size_t begin_ = 0;
  std::string message_;  ///< pieces of a message, unmasked
  bool in_pieces_ = false;
  bool given_ = false;  ///< message_ was handed out
};

/// Appends one whole frame from us to a client (RFC 6455 §5.1: not masked).
void append_frame(std::string& out, Opcode opcode, std::string_view bytes);
/// Appends a close frame.
void append_close(std::string& out, CloseCode code);

}  // namespace rf::websocket
