// One SIP-over-WebSocket connection from its first byte to its last: what came, and what has to be said to it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/websocket/frames.hpp"
#include "core/websocket/handshake.hpp"

namespace rf::websocket {

/// Bytes in with push(), then next() until it gives nothing. A SIP message is one WebSocket message (RFC 7118 §5); text
/// and binary are the same to us. Pings are answered, and so is a CRLF CRLF, which some stacks still send.
class Conversation {
 public:
  enum class Kind : std::uint8_t {
    message,  ///< one SIP message
    reply,    ///< send these bytes
    ping,     ///< send these bytes: he asked whether we are there
    alive,    ///< he answered a ping, or sent something that means nothing else
    goodbye,  ///< send these bytes, then close; nothing follows
  };
  struct Event {
    Kind kind;
    std::span<char> bytes;  ///< valid until the next push() or next()
  };

  explicit Conversation(std::shared_ptr<const Origins> origins) : origins_(std::move(origins)) {}

  /// At most WireLimits::message_bytes at a time, after next() has given all it can.
  void push(std::span<const char> bytes);
  std::optional<Event> next();
  /// Bytes held back waiting for the rest of a request or message.
  std::size_t pending() const { return over_ ? 0 : open_ ? frames_.pending() : head_.size(); }
  /// Whether frames may be sent.
  bool is_open() const { return open_ && !over_; }
  /// Why the handshake was refused.
  std::optional<Refusal> refusal() const { return refusal_; }
  /// Of a handshake that was refused: whose page it was; empty: not known.
  std::string_view origin() const { return refusal_ ? origin_of(head_) : std::string_view(); }
  /// Whether the peer broke the rules of frames.
  bool is_broken() const { return broken_; }

 private:
  std::optional<Event> next_of_handshake();
  std::optional<Event> next_frame();
  Event end(std::string last_words);
  Event give(Kind kind, std::string bytes);

  std::shared_ptr<const Origins> origins_;
  FrameReader frames_;
  std::string head_;  ///< of the request, until it is whole
  std::size_t searched_ = 0;
  std::string out_;
  std::optional<Refusal> refusal_;
  std::optional<CloseCode> overflow_;
  bool open_ = false, over_ = false, broken_ = false;
};

/// A SIP message as a frame: text, or binary when it is no UTF-8.
void append_message(std::string& out, std::string_view message);
/// A ping of ours.
void append_ping(std::string& out);

}  // namespace rf::websocket
