#include "core/stun/message.hpp"

#include <algorithm>

#include "core/base/secret.hpp"
#include "core/stun/wire.hpp"

namespace rf::stun {
namespace {

constexpr std::uint8_t family_v4 = 1, family_v6 = 2;

bool is_understood(std::uint16_t type) {
  switch (static_cast<Type>(type)) {
    case Type::mapped_address:
    case Type::username:
    case Type::message_integrity:
    case Type::error_code:
    case Type::unknown_attributes:
    case Type::realm:
    case Type::nonce:
    case Type::message_integrity_sha256:
    case Type::xor_mapped_address:
    case Type::priority:
    case Type::use_candidate:
      return true;
    default:
      return type >= 0x8000;
  }
}

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<Error> fault_of_header(Bytes d) {
  if (d.size() < header_bytes) return Error::too_short;
  if ((d[0] & 0xc0) != 0 || read32(d, cookie_at) != magic_cookie) return Error::not_stun;
  if (d.size() > IceLimits::message_bytes) return Error::too_long;
  const std::size_t length = read16(d, length_at);
  if (length % 4 != 0 || length != d.size() - header_bytes) return Error::bad_length;
  return std::nullopt;
}

}  // namespace

std::expected<Message, Error> Message::parse(Bytes d) {
  if (const auto fault = fault_of_header(d)) return std::unexpected(*fault);
  Message m;
  m.datagram_ = d;
  // Two bits of the class lie between those of the method (RFC 8489 §5, figure 3).
  const std::uint16_t type = read16(d, 0);
  m.kind_ = static_cast<Class>((type >> 4 & 1) | (type >> 7 & 2));
  m.method_ = static_cast<std::uint16_t>((type & 0x000f) | (type >> 1 & 0x0070) | (type >> 2 & 0x0f80));
  std::copy_n(d.begin() + transaction_at, m.transaction_.size(), m.transaction_.begin());
  std::size_t seen = 0;
  for (std::size_t at = header_bytes; at < d.size();) {
    if (d.size() - at < attribute_header_bytes) return std::unexpected(Error::too_short);
    const std::size_t bytes = read16(d, at + 2);
    if (padded(bytes) > d.size() - at - attribute_header_bytes) return std::unexpected(Error::too_short);
    if (++seen > IceLimits::attributes) return std::unexpected(Error::too_many);
    const std::uint16_t attribute = read16(d, at);
    if (const auto fault = m.take(d, at, attribute, d.subspan(at + attribute_header_bytes, bytes)))
      return std::unexpected(*fault);
    at += attribute_header_bytes + padded(bytes);
  }
  return m;
}

std::optional<Error> Message::take(Bytes d, std::size_t at, std::uint16_t type, Bytes value) {
  if (static_cast<Type>(type) == Type::fingerprint) {
    if (value.size() != 4 || at + attribute_header_bytes + value.size() != d.size() ||
        read32(value, 0) != fingerprint_of(d.first(at)))
      return Error::bad_fingerprint;
    fingerprint_ = true;
    return std::nullopt;
  }
  if (sha256_.covered != 0) return std::nullopt;
  if (static_cast<Type>(type) == Type::message_integrity_sha256) {
    // It may be cut short, to 16 bytes at least (RFC 8489 §14.6).
    if (value.size() < 16 || value.size() > sha256_bytes || value.size() % 4 != 0) return Error::bad_attribute;
    sha256_ = {at, value};
    return std::nullopt;
  }
  if (sha1_.covered != 0) return std::nullopt;
  if (static_cast<Type>(type) == Type::message_integrity) {
    if (value.size() != sha1_bytes) return Error::bad_attribute;
    sha1_ = {at, value};
    return std::nullopt;
  }
  if (!is_understood(type) && unknown_count_ < unknown_.size()) unknown_[unknown_count_++] = type;
  attributes_[count_++] = {type, value};
  return std::nullopt;
}

std::optional<Bytes> Message::find(Type type) const {
  const auto end = attributes_.begin() + static_cast<std::ptrdiff_t>(count_);
  const auto found = std::find_if(attributes_.begin(), end, [type](const Attribute& each) {
    return each.type == static_cast<std::uint16_t>(type);
  });
  if (found == end) return std::nullopt;
  return found->value;
}

std::optional<std::string_view> Message::text(Type type) const {
  const auto value = find(type);
  if (!value) return std::nullopt;
  return as_text(*value);
}

std::optional<std::uint32_t> Message::number(Type type) const {
  const auto value = find(type);
  if (!value || value->size() != 4) return std::nullopt;
  return read32(*value, 0);
}

std::optional<Endpoint> Message::mapped_endpoint() const {
  const auto value = find(Type::xor_mapped_address);
  if (!value || value->size() < 8) return std::nullopt;
  const std::uint8_t family = (*value)[1];
  const auto port = static_cast<std::uint16_t>(read16(*value, 2) ^ magic_cookie >> 16);
  if (family == family_v4 && value->size() == 8) return Endpoint{Address::v4(read32(*value, 4) ^ magic_cookie), port};
  if (family != family_v6 || value->size() != 20) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  // The mask is the cookie with the transaction behind it, as they lie in the header.
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = (*value)[4 + i] ^ datagram_[cookie_at + i];
  const Address address = Address::from_bytes(bytes);
  if (address.is_v4()) return std::nullopt;
  return Endpoint{address, port};
}

std::optional<unsigned> Message::error_code() const {
  const auto value = find(Type::error_code);
  if (!value || value->size() < 4) return std::nullopt;
  const unsigned hundreds = (*value)[2] & 7u, rest = (*value)[3];
  if (hundreds < 3 || hundreds > 6 || rest > 99) return std::nullopt;
  return hundreds * 100 + rest;
}

std::optional<Hash> Message::hash() const {
  if (sha256_.covered != 0) return Hash::sha256;
  if (sha1_.covered != 0) return Hash::sha1;
  return std::nullopt;
}

bool Message::is_signed_by(std::string_view key) const {
  const auto by = hash();
  if (!by) return false;
  const Signature& signature = *by == Hash::sha256 ? sha256_ : sha1_;
  const Digest right =
      integrity_of(*by, key, datagram_.first(signature.covered), attribute_header_bytes + signature.value.size());
  return equal_in_constant_time(as_text(Bytes(right).first(signature.value.size())), as_text(signature.value));
}

}  // namespace rf::stun
