// Our own question to a STUN server: which address and port it sees us at.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>

#include "core/base/address.hpp"
#include "core/stun/message.hpp"

namespace rf::stun {

/// One Binding transaction over UDP, as its client (RFC 8489 §6.2.1): what is sent, when again, what answers it.
/// Contract: send whenever is_due(), until is_over(); show every datagram that came from the asked server, and from
/// nobody else, to read(). Times are monotonic milliseconds.
class Question {
 public:
  /// `id` is unguessable: nothing else in an answer proves that its sender saw the question.
  Question(std::int64_t now_ms, const TransactionId& id) : id_(id), due_ms_(now_ms) {}

  bool is_due(std::int64_t now_ms) const {
    return !is_over(now_ms) && now_ms >= due_ms_ && sent_ < PublicAddressLimits::requests;
  }
  /// Nobody answered.
  bool is_over(std::int64_t now_ms) const { return sent_ == PublicAddressLimits::requests && now_ms >= due_ms_; }
  /// When one of both becomes true.
  std::int64_t due_ms() const { return due_ms_; }
  /// Writes the request, to be sent now; gives its bytes. 20 are enough room.
  std::size_t send(std::int64_t now_ms, std::span<std::uint8_t> out);

  /// None when it answers something else; otherwise the address that the server sees, or in words why there is none.
  std::optional<std::expected<Endpoint, std::string>> read(Bytes datagram) const;

 private:
  TransactionId id_;
  std::int64_t due_ms_;
  std::uint32_t sent_ = 0;
};

}  // namespace rf::stun
