// Which records of a datagram are shown to OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace rf::dtls {

/// The records of one datagram without those that nobody proved and that only harm: alerts, data and broken messages in
/// epoch 0, before anything is encrypted. Whoever guesses a port could end a handshake with one of them (RFC 6347
/// §4.1.2.7 lets us drop it). Records of unknown kinds, and what does not end inside the datagram, are left out too.
class Believable {
 public:
  explicit Believable(std::span<const std::uint8_t> datagram);
  std::span<const std::uint8_t> bytes() const { return std::span(bytes_).first(size_); }

 private:
  std::array<std::uint8_t, 2'048> bytes_;
  std::size_t size_ = 0;
};

/// Whether the datagram begins with a ClientHello in the clear.
bool is_client_hello(std::span<const std::uint8_t> datagram);

}  // namespace rf::dtls
