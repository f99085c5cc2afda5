// STUN messages as they lie in the datagram (RFC 8489), with the attributes that ICE adds (RFC 8445).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/limits/media.hpp"
#include "core/stun/proof.hpp"

namespace rf::stun {

enum class Error : std::uint8_t {
  too_short,        ///< ends inside its header, or inside an attribute
  not_stun,         ///< the first two bits or the magic cookie are others
  bad_length,       ///< the length is not that of the datagram, or no multiple of four
  too_long,         ///< longer than IceLimits::message_bytes
  too_many,         ///< more attributes than IceLimits::attributes
  bad_attribute,    ///< a proof of another size than it can have
  bad_fingerprint,  ///< FINGERPRINT is not last, or does not fit the message
};

enum class Class : std::uint8_t { request, indication, success, failure };

inline constexpr std::uint16_t binding = 0x001;

/// Types of attributes that have a meaning here. Source: RFC 8489 §18.3, RFC 8445 §16.1.
enum class Type : std::uint16_t {
  mapped_address = 0x0001,
  username = 0x0006,
  message_integrity = 0x0008,
  error_code = 0x0009,
  unknown_attributes = 0x000a,
  realm = 0x0014,
  nonce = 0x0015,
  message_integrity_sha256 = 0x001c,
  xor_mapped_address = 0x0020,
  priority = 0x0024,
  use_candidate = 0x0025,
  software = 0x8022,
  fingerprint = 0x8028,
  ice_controlled = 0x8029,
  ice_controlling = 0x802a,
};

using TransactionId = std::array<std::uint8_t, 12>;

/// One message, read. The views point into the datagram.
class Message {
 public:
  /// Reads a whole datagram: no allocation, constant memory. A FINGERPRINT is checked here, the integrity by
  /// is_signed_by. Source: RFC 8489 §5, §14.
  static std::expected<Message, Error> parse(Bytes datagram);

  Class kind() const { return kind_; }
  std::uint16_t method() const { return method_; }
  const TransactionId& transaction() const { return transaction_; }

  /// The value of the first attribute of this type. What follows an integrity attribute is proved by nobody and is not
  /// found (RFC 8489 §14.5).
  std::optional<Bytes> find(Type type) const;
  std::optional<std::string_view> text(Type type) const;
  /// A value of four bytes; none when it is absent or of another size.
  std::optional<std::uint32_t> number(Type type) const;
  /// XOR-MAPPED-ADDRESS; none when it is absent or malformed. Source: RFC 8489 §14.2.
  std::optional<Endpoint> mapped_endpoint() const;
  /// The three digits of ERROR-CODE, 300 to 699; none when it is absent or malformed. Source: RFC 8489 §14.8.
  std::optional<unsigned> error_code() const;
  /// Types that have to be understood (below 0x8000) and are not; IceLimits::unknown_attributes of them.
  std::span<const std::uint16_t> unknown() const { return {unknown_.data(), unknown_count_}; }

  bool has_fingerprint() const { return fingerprint_; }
  /// How it is signed: by the stronger one when both are there; none when it is not.
  std::optional<Hash> hash() const;
  /// Whether whoever signed it knew `key`. Compares in constant time. False when it is not signed.
  bool is_signed_by(std::string_view key) const;

 private:
  struct Attribute {
    std::uint16_t type = 0;
    Bytes value;
  };
  struct Signature {
    std::size_t covered = 0;  // bytes of the datagram in front of the attribute; 0: none
    Bytes value;
  };

  std::optional<Error> take(Bytes datagram, std::size_t at, std::uint16_t type, Bytes value);

  Bytes datagram_;
  Class kind_ = Class::request;
  std::uint16_t method_ = 0;
  TransactionId transaction_{};
  std::array<Attribute, IceLimits::attributes> attributes_;
  std::size_t count_ = 0;
  std::array<std::uint16_t, IceLimits::unknown_attributes> unknown_{};
  std::size_t unknown_count_ = 0;
  Signature sha1_, sha256_;
  bool fingerprint_ = false;
};

}  // namespace rf::stun
