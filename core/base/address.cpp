#include "core/base/address.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>

namespace rf {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<std::uint32_t> parse_v4(std::string_view text) {
  std::uint32_t value = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && (at == end || *at++ != '.')) return std::nullopt;
    if (at == end || *at < '0' || *at > '9') return std::nullopt;
    if (*at == '0' && at + 1 != end && at[1] >= '0' && at[1] <= '9') return std::nullopt;
    std::uint32_t octet = 0;
    const auto [next, error] = std::from_chars(at, end, octet);
    if (error != std::errc{} || octet > 255 || next - at > 3) return std::nullopt;
    value = value << 8 | octet;
    at = next;
  }
  if (at != end) return std::nullopt;
  return value;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  if (text.empty()) return std::nullopt;
  const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || next != text.data() + text.size()) return std::nullopt;
  return port;
}

std::optional<std::array<std::uint8_t, 16>> parse_v6(std::string_view text) {
  std::array<std::uint16_t, 8> groups{};
  std::size_t count = 0;
  std::optional<std::size_t> gap;
  std::size_t at = 0;
  if (text.starts_with("::")) {
    gap = 0;
    at = 2;
  } else if (text.starts_with(':')) {
    return std::nullopt;
  }
  while (at < text.size()) {
    if (count == 8) return std::nullopt;
    const std::string_view rest = text.substr(at);
    const std::size_t colon = rest.find(':');
    const std::string_view piece = rest.substr(0, colon);
    if (piece.find('.') != std::string_view::npos) {
      const auto tail = parse_v4(piece);
      if (!tail || colon != std::string_view::npos || count > 6) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>(*tail >> 16);
      groups[count++] = static_cast<std::uint16_t>(*tail);
      at = text.size();
      break;
    }
    std::uint16_t group = 0;
    if (piece.empty() || piece.size() > 4) return std::nullopt;
    const auto [next, error] = std::from_chars(piece.data(), piece.data() + piece.size(), group, 16);
    if (error != std::errc{} || next != piece.data() + piece.size()) return std::nullopt;
    groups[count++] = group;
    at += piece.size();
    if (colon == std::string_view::npos) break;
    ++at;
    if (at == text.size()) return std::nullopt;
    if (text[at] == ':') {
      if (gap) return std::nullopt;
      gap = count;
      ++at;
    }
  }
  if (gap ? count > 7 : count != 8) return std::nullopt;
  if (gap) {
    const std::size_t tail = count - *gap;
    for (std::size_t i = 0; i < tail; ++i) {
      groups[7 - i] = groups[count - 1 - i];
      groups[count - 1 - i] = 0;
    }
  }
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i]);
  }
  return bytes;
}

}  // namespace

Address Address::v4(std::uint32_t host_order) {
  Address address;
  std::memcpy(address.bytes_.data(), mapped_prefix.data(), 12);
  for (int i = 0; i < 4; ++i) address.bytes_[12 + i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  return address;
}

std::optional<Address> Address::parse(std::string_view text) {
  if (text.size() > 45) return std::nullopt;
  if (const auto four = parse_v4(text)) return v4(*four);
  if (const auto six = parse_v6(text)) return Address(*six);
  return std::nullopt;
}

bool Address::is_v4() const { return std::memcmp(bytes_.data(), mapped_prefix.data(), 12) == 0; }

std::uint32_t Address::v4_host_order() const {
  return static_cast<std::uint32_t>(bytes_[12]) << 24 | static_cast<std::uint32_t>(bytes_[13]) << 16 |
         static_cast<std::uint32_t>(bytes_[14]) << 8 | bytes_[15];
}

bool Address::is_unspecified() const { return *this == Address{} || (is_v4() && v4_host_order() == 0); }

bool Address::is_loopback() const {
  if (is_v4()) return bytes_[12] == 127;
  static constexpr std::array<std::uint8_t, 16> one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return bytes_ == one;
}

bool Address::is_private() const {
  if (is_loopback()) return true;
  if (!is_v4()) return (bytes_[0] & 0xfe) == 0xfc || (bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80);
  const std::uint32_t a = v4_host_order();
  return a >> 24 == 10 || a >> 20 == (172u << 4 | 1) || a >> 16 == (192u << 8 | 168) || a >> 16 == (169u << 8 | 254) ||
         a >> 22 == (100u << 2 | 1);
}

bool Address::is_multicast() const { return is_v4() ? bytes_[12] >> 4 == 14 : bytes_[0] == 0xff; }

void Address::append_to(std::string& out) const {
  std::array<char, 48> text;
  std::size_t size = 0;
  if (is_v4()) {
    for (std::size_t i = 12; i < 16; ++i) {
      const unsigned octet = bytes_[i];
      if (i > 12) text[size++] = '.';
      if (octet >= 100) text[size++] = static_cast<char>('0' + octet / 100);
      if (octet >= 10) text[size++] = static_cast<char>('0' + octet / 10 % 10);
      text[size++] = static_cast<char>('0' + octet % 10);
    }
    out.append(text.data(), size);
    return;
  }
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = static_cast<unsigned>(bytes_[2 * i]) << 8 | bytes_[2 * i + 1];
  std::size_t best = 8, best_length = 1;  // RFC 5952 §4.2.2: a single zero group is not shortened
  for (std::size_t i = 0; i < 8;) {
    std::size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > best_length) {
      best = i;
      best_length = end - i;
    }
    i = end == i ? i + 1 : end;
  }
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      text[size++] = ':';
      text[size++] = ':';
      i += best_length - 1;
      continue;
    }
    if (i > 0 && text[size - 1] != ':') text[size++] = ':';
    bool leading = true;
    for (int shift = 12; shift >= 0; shift -= 4) {
      const unsigned digit = groups[i] >> shift & 15;
      leading = leading && digit == 0 && shift > 0;
      if (!leading) text[size++] = "0123456789abcdef"[digit];
    }
  }
  out.append(text.data(), size);
}

std::string Address::text() const {
  std::string out;
  append_to(out);
  return out;
}

std::optional<Subnet> Subnet::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = Address::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  Subnet subnet{*base, 128};
  if (slash != std::string_view::npos) {
    const auto bits = parse_port(text.substr(slash + 1));
    const unsigned limit = base->is_v4() ? 32 : 128;
    if (!bits || *bits > limit) return std::nullopt;
    subnet.prefix = static_cast<std::uint8_t>(*bits + (128 - limit));
  }
  auto bytes = subnet.base.bytes();
  for (unsigned bit = subnet.prefix; bit < 128; ++bit) bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
  subnet.base = Address::from_bytes(bytes);
  return subnet;
}

bool Subnet::contains(const Address& address) const {
  if (address.is_v4() != base.is_v4()) return false;
  const auto& a = address.bytes();
  const auto& b = base.bytes();
  const unsigned whole = prefix / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  const unsigned rest = prefix % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) & static_cast<std::uint8_t>(0xff00u >> rest)) == 0;
}

std::string Subnet::text() const {
  return fmt::format("{}/{}", base.text(), base.is_v4() && prefix >= 96 ? prefix - 96 : +prefix);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  std::string_view host, port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find("]:");
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    port = text.substr(close + 2);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) return std::nullopt;
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  const auto address = Address::parse(host);
  const auto number = parse_port(port);
  if (!address || !number) return std::nullopt;
  return Endpoint{*address, *number};
}

std::string Endpoint::text() const {
  return address.is_v4() ? fmt::format("{}:{}", address.text(), port) : fmt::format("[{}]:{}", address.text(), port);
}

std::string_view via_name(Transport transport) {
  switch (transport) {
    case Transport::udp: return "UDP";
    case Transport::tcp: return "TCP";
    case Transport::tls: return "TLS";
    case Transport::ws: return "WS";
    case Transport::wss: return "WSS";
  }
  return "UDP";
}

std::string_view name_of(Transport transport) {
  switch (transport) {
    case Transport::udp: return "udp";
    case Transport::tcp: return "tcp";
    case Transport::tls: return "tls";
    case Transport::ws: return "ws";
    case Transport::wss: return "wss";
  }
  return "udp";
}

std::optional<Transport> parse_transport(std::string_view text) {
  for (const Transport t : {Transport::udp, Transport::tcp, Transport::tls, Transport::ws, Transport::wss}) {
    const std::string_view name = name_of(t);
    if (text.size() != name.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i < name.size(); ++i) same = same && (text[i] | 0x20) == name[i];
    if (same) return t;
  }
  return std::nullopt;
}

}  // namespace rf

std::size_t std::hash<rf::Address>::operator()(const rf::Address& a) const noexcept {
  std::uint64_t high, low;
  std::memcpy(&high, a.bytes().data(), 8);
  std::memcpy(&low, a.bytes().data() + 8, 8);
  return rf::mix64(high * 0x9e3779b97f4a7c15ULL + low);
}
