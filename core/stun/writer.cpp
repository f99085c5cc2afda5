#include "core/stun/writer.hpp"

#include <algorithm>
#include <array>

#include "core/stun/wire.hpp"

namespace rf::stun {

Writer::Writer(std::span<std::uint8_t> out, Class kind, std::uint16_t method, const TransactionId& transaction)
    : out_(out.first(std::min(out.size(), IceLimits::message_bytes))) {
  fits_ = out_.size() >= header_bytes;
  if (!fits_) return;
  const auto c = static_cast<unsigned>(kind);
  const unsigned type =
      (method & 0x00fu) | (method & 0x070u) << 1 | (method & 0xf80u) << 2 | (c & 1) << 4 | (c & 2) << 7;
  write16(out_, 0, static_cast<std::uint16_t>(type));
  write16(out_, length_at, 0);
  write32(out_, cookie_at, magic_cookie);
  std::copy(transaction.begin(), transaction.end(), out_.begin() + transaction_at);
  size_ = header_bytes;
}

/// Where the value of a new attribute goes; empty when it does not fit.
std::span<std::uint8_t> Writer::begin(Type type, std::size_t bytes) {
  fits_ = fits_ && bytes <= out_.size() && attribute_header_bytes + padded(bytes) <= out_.size() - size_;
  if (!fits_) return {};
  write16(out_, size_, static_cast<std::uint16_t>(type));
  write16(out_, size_ + 2, static_cast<std::uint16_t>(bytes));
  const auto value = out_.subspan(size_ + attribute_header_bytes, bytes);
  const std::size_t end = size_ + attribute_header_bytes + padded(bytes);
  std::fill(value.end(), out_.begin() + static_cast<std::ptrdiff_t>(end), std::uint8_t{0});
  size_ = end;
  write16(out_, length_at, static_cast<std::uint16_t>(size_ - header_bytes));
  return value;
}

Writer& Writer::add(Type type, Bytes value) {
  const auto to = begin(type, value.size());
  if (fits_) std::copy(value.begin(), value.end(), to.begin());
  return *this;
}

Writer& Writer::add(Type type, std::string_view text) {
  return add(type, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

Writer& Writer::add(Type type, std::uint32_t number) {
  const auto to = begin(type, 4);
  if (fits_) write32(to, 0, number);
  return *this;
}

Writer& Writer::add_mapped(const Endpoint& endpoint) {
  const bool v4 = endpoint.address.is_v4();
  const auto to = begin(Type::xor_mapped_address, v4 ? 8 : 20);
  if (!fits_) return *this;
  to[0] = 0;
  to[1] = v4 ? 1 : 2;
  write16(to, 2, static_cast<std::uint16_t>(endpoint.port ^ magic_cookie >> 16));
  if (v4)
    write32(to, 4, endpoint.address.v4_host_order() ^ magic_cookie);
  else
    for (std::size_t i = 0; i < 16; ++i) to[4 + i] = endpoint.address.bytes()[i] ^ out_[cookie_at + i];
  return *this;
}

Writer& Writer::add_error(unsigned code) {
  return add(Type::error_code, static_cast<std::uint32_t>(code / 100 << 8 | code % 100));
}

Writer& Writer::add_unknown(std::span<const std::uint16_t> types) {
  const auto to = begin(Type::unknown_attributes, 2 * types.size());
  if (fits_)
    for (std::size_t i = 0; i < types.size(); ++i) write16(to, 2 * i, types[i]);
  return *this;
}

Writer& Writer::sign(Hash hash, std::string_view key) {
  const bool sha1 = hash == Hash::sha1;
  const std::size_t covered = size_, bytes = sha1 ? sha1_bytes : sha256_bytes;
  const auto to = begin(sha1 ? Type::message_integrity : Type::message_integrity_sha256, bytes);
  if (!fits_) return *this;
  const Digest digest = integrity_of(hash, key, out_.first(covered), attribute_header_bytes + bytes);
  std::copy_n(digest.begin(), bytes, to.begin());
  return *this;
}

Writer& Writer::fingerprint() {
  const std::size_t covered = size_;
  const auto to = begin(Type::fingerprint, 4);
  if (fits_) write32(to, 0, fingerprint_of(out_.first(covered)));
  return *this;
}

}  // namespace rf::stun
