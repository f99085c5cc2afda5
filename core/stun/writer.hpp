// Writes STUN messages into a buffer of the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/address.hpp"
#include "core/stun/message.hpp"

namespace rf::stun {

/// One message, attribute by attribute; what proves it comes last: sign(), then fingerprint(). What does not fit into
/// the buffer, or into IceLimits::message_bytes, makes the whole message one that finish() gives as 0 bytes.
class Writer {
 public:
  Writer(std::span<std::uint8_t> out, Class kind, std::uint16_t method, const TransactionId& transaction);

  Writer& add(Type type, Bytes value);
  Writer& add(Type type, std::string_view text);
  Writer& add(Type type, std::uint32_t number);
  /// XOR-MAPPED-ADDRESS.
  Writer& add_mapped(const Endpoint& endpoint);
  /// ERROR-CODE without a reason phrase: nobody reads it, and an answer may not be longer than its question.
  Writer& add_error(unsigned code);
  Writer& add_unknown(std::span<const std::uint16_t> types);
  Writer& sign(Hash hash, std::string_view key);
  Writer& fingerprint();

  /// Bytes of the message; 0 when it did not fit.
  std::size_t finish() const { return fits_ ? size_ : 0; }

 private:
  std::span<std::uint8_t> begin(Type type, std::size_t bytes);

  std::span<std::uint8_t> out_;
  std::size_t size_ = 0;
  bool fits_ = true;
};

}  // namespace rf::stun
