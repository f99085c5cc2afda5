#include "shell/dtls/records.hpp"

#include <algorithm>

#include "core/base/limits/media.hpp"

namespace rf::dtls {

namespace {

// RFC 6347 §4.1: type, version, epoch, sequence number, length.
constexpr std::size_t header_bytes = 13;
constexpr std::size_t message_header_bytes = 12;
constexpr std::uint8_t change_cipher_spec = 20, handshake = 22, application_data = 23;
constexpr std::uint8_t client_hello = 1;

using Bytes = std::span<const std::uint8_t>;

std::size_t read24(Bytes b, std::size_t at) {
  return static_cast<std::size_t>(b[at] << 16 | b[at + 1] << 8 | b[at + 2]);
}

/// Whether a record in the clear is made of handshake messages, or pieces of them, that fit each other (RFC 6347
/// §4.2.2).
bool is_handshake(Bytes body) {
  if (body.empty()) return false;
  while (!body.empty()) {
    if (body.size() < message_header_bytes) return false;
    const std::size_t whole = read24(body, 1), from = read24(body, 6), piece = read24(body, 9);
    if (whole > SecureMediaLimits::handshake_bytes || from + piece > whole) return false;
    if (piece > body.size() - message_header_bytes) return false;
    body = body.subspan(message_header_bytes + piece);
  }
  return true;
}

bool is_believable(Bytes record) {
  const std::uint8_t type = record[0];
  const bool encrypted = record[3] != 0 || record[4] != 0;
  if (encrypted) return type >= change_cipher_spec && type <= application_data;
  if (type == change_cipher_spec) return record.size() == header_bytes + 1;
  return type == handshake && is_handshake(record.subspan(header_bytes));
}

}  // namespace

Believable::Believable(std::span<const std::uint8_t> rest) {
  while (rest.size() >= header_bytes) {
    const std::size_t size = header_bytes + static_cast<std::size_t>(rest[11] << 8 | rest[12]);
    if (size > rest.size()) return;
    if (is_believable(rest.first(size)) && size <= bytes_.size() - size_) {
      std::copy_n(rest.begin(), size, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
      size_ += size;
    }
    rest = rest.subspan(size);
  }
}

bool is_client_hello(std::span<const std::uint8_t> datagram) {
  return datagram.size() > header_bytes && datagram[0] == handshake && datagram[3] == 0 && datagram[4] == 0 &&
         datagram[header_bytes] == client_hello;
}

}  // namespace rf::dtls
