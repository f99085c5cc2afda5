// Addresses and endpoints as plain values; the shell converts them to and from the kernel's structures.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.hpp"

namespace rf {

/// An IPv4 or IPv6 address, 16 bytes, IPv4 kept in its mapped form (::ffff:a.b.c.d). All zero means "unspecified".
class Address {
 public:
  constexpr Address() = default;
  static Address v4(std::uint32_t host_order);
  static Address from_bytes(const std::array<std::uint8_t, 16>& bytes) { return Address(bytes); }
  /// Parses dotted IPv4 or RFC 4291 IPv6, without brackets, zone or port. Leading zeros in IPv4 parts are refused.
  static std::optional<Address> parse(std::string_view text);

  bool is_v4() const;
  bool is_unspecified() const;
  bool is_loopback() const;
  /// RFC 1918, RFC 6598, RFC 4193, link-local and loopback: what an office network is made of.
  bool is_private() const;
  bool is_multicast() const;
  std::uint32_t v4_host_order() const;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  /// "192.0.2.1" or "2001:db8::1" (RFC 5952).
  std::string text() const;
  /// Appends text() without making a string of it.
  void append_to(std::string& out) const;

  friend auto operator<=>(const Address&, const Address&) = default;

 private:
  explicit constexpr Address(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}
  std::array<std::uint8_t, 16> bytes_{};
};

/// An address block, "10.0.0.0/8" or "fc00::/7"; a bare address is a block of one. A block of one family never contains
/// an address of the other: "::/0" is all of IPv6 and nothing of IPv4.
struct Subnet {
  Address base;
  std::uint8_t prefix = 128;  ///< counted over the 128-bit mapped form

  static std::optional<Subnet> parse(std::string_view text);
  bool contains(const Address& address) const;
  std::string text() const;
  friend auto operator<=>(const Subnet&, const Subnet&) = default;
};

/// An address with a port (host order).
struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  /// "192.0.2.1:5060" or "[2001:db8::1]:5060".
  static std::optional<Endpoint> parse(std::string_view text);
  std::string text() const;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

enum class Transport : std::uint8_t { udp, tcp, tls, ws, wss };

/// "UDP", "TCP", "TLS", "WS", "WSS": as in a Via.
std::string_view via_name(Transport transport);
/// "udp", "tcp" …: as in a transport parameter and in the configuration file.
std::string_view name_of(Transport transport);
std::optional<Transport> parse_transport(std::string_view text);
constexpr bool is_stream(Transport transport) { return transport != Transport::udp; }
constexpr bool is_encrypted(Transport transport) { return transport == Transport::tls || transport == Transport::wss; }

/// The path a message came by or leaves by. For UDP `connection` is none and `remote` decides; on a stream with no
/// connection yet, the shell opens one to `remote` (or reuses one that it opened to it before), and over TLS asks for
/// a certificate that carries `tls_name`, or the address when that is empty.
struct Flow {
  ListenerId listener;
  Transport transport = Transport::udp;
  ConnectionId connection;
  Endpoint local;
  Endpoint remote;
  std::string tls_name{};

  friend bool operator==(const Flow&, const Flow&) = default;
};

/// Whether two flows are the same path to the same peer: the test that in-dialog requests have to pass (E2).
inline bool same_path(const Flow& a, const Flow& b) {
  return a.transport == b.transport && a.connection == b.connection && a.remote == b.remote && a.listener == b.listener;
}

}  // namespace rf

template <>
struct std::hash<rf::Address> {
  std::size_t operator()(const rf::Address& a) const noexcept;
};
template <>
struct std::hash<rf::Endpoint> {
  std::size_t operator()(const rf::Endpoint& e) const noexcept {
    return std::hash<rf::Address>{}(e.address) ^ rf::mix64(e.port + 0x9e3779b97f4a7c15ULL);
  }
};
