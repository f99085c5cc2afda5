#include "core/websocket/conversation.hpp"

#include <algorithm>

#include "core/base/limits/people.hpp"
#include "core/sip/chars.hpp"

namespace rf::websocket {
namespace {

bool is_keepalive(std::span<const char> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\r' || c == '\n'; });
}

/// A browser ends the connection at text that is no UTF-8 (RFC 6455 §8.1), and what we pass on is other people's.
bool is_text(std::string_view message) {
  for (const char *at = message.data(), *end = at + message.size(); at != end;) {
    const std::size_t length = sip::chars::utf8_length(at, end);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

}  // namespace

void Conversation::push(std::span<const char> bytes) {
  if (over_) return;
  if (!open_) {
    head_.append(bytes.data(), bytes.size());
    return;
  }
  if (const auto pushed = frames_.push(bytes); !pushed) overflow_ = pushed.error();
}

std::optional<Conversation::Event> Conversation::next() {
  if (over_) return std::nullopt;
  return open_ ? next_frame() : next_of_handshake();
}

std::optional<Conversation::Event> Conversation::next_of_handshake() {
  const auto refuse = [&](Refusal why) {
    refusal_ = why;
    return end(refuse_opening(why));
  };
  const auto size = end_of_head(std::string_view(head_).substr(0, WebLimits::handshake_bytes), searched_);
  searched_ = head_.size();
  if (!size) {
    if (head_.size() >= WebLimits::handshake_bytes) return refuse(Refusal::too_long);
    // Who speaks SIP, TLS or HTTP/2 here need not be listened to until his time is up.
    constexpr std::string_view first = "GET ";
    const std::string_view begun = std::string_view(head_).substr(0, first.size());
    if (begun != first.substr(0, begun.size())) return refuse(Refusal::malformed);
    return std::nullopt;
  }
  const auto opening = read_opening(std::string_view(head_).substr(0, *size), *origins_);
  if (!opening) return refuse(opening.error());
  // A client waits for our answer before it sends a frame (RFC 6455 §4.1): what is behind the head is another request
  // that somebody between us may have hidden there.
  if (*size < head_.size()) return refuse(Refusal::malformed);
  std::string answer = accept_opening(*opening);
  open_ = true;
  head_ = {};
  return give(Kind::reply, std::move(answer));
}

std::optional<Conversation::Event> Conversation::next_frame() {
  const auto fault = [&](CloseCode code) {
    broken_ = true;
    std::string bytes;
    append_close(bytes, code);
    return end(std::move(bytes));
  };
  if (overflow_) return fault(*overflow_);
  const auto frame = frames_.next();
  if (!frame) return fault(frame.error());
  if (!*frame) return std::nullopt;
  const std::span<char> bytes = (*frame)->bytes;
  std::string out;
  switch ((*frame)->kind) {
    case FrameReader::Kind::pong:
      return Event{Kind::alive, {}};
    case FrameReader::Kind::ping:
      append_frame(out, Opcode::pong, {bytes.data(), bytes.size()});
      return give(Kind::ping, std::move(out));
    case FrameReader::Kind::close:
      append_frame(out, Opcode::close, {bytes.data(), std::min<std::size_t>(bytes.size(), 2)});
      return end(std::move(out));
    case FrameReader::Kind::message:
      break;
  }
  if (!is_keepalive(bytes)) return Event{Kind::message, bytes};
  if (bytes.size() < 4) return Event{Kind::alive, {}};
  append_message(out, "\r\n");
  return give(Kind::ping, std::move(out));
}

Conversation::Event Conversation::end(std::string last_words) {
  over_ = true;
  return give(Kind::goodbye, std::move(last_words));
}

Conversation::Event Conversation::give(Kind kind, std::string bytes) {
  out_ = std::move(bytes);
  return {kind, out_};
}

void append_message(std::string& out, std::string_view message) {
  append_frame(out, is_text(message) ? Opcode::text : Opcode::binary, message);
}

void append_ping(std::string& out) {
  append_frame(out, Opcode::ping, {});
}

}  // namespace rf::websocket
