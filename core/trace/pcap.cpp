#include "core/trace/pcap.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace rf::trace {
namespace {

constexpr std::uint32_t raw_ip = 101;  // LINKTYPE_RAW
constexpr std::uint32_t snap_bytes = 65'535;
constexpr std::size_t v4_bytes = 20, v6_bytes = 40, udp_bytes = 8;
constexpr std::uint8_t udp = 17, hops = 64;

void little(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

void big16(std::string& out, std::size_t value) {
  out += static_cast<char>(value >> 8 & 0xff);
  out += static_cast<char>(value & 0xff);
}

void address(std::string& out, const Address& a, bool v4) {
  for (std::size_t i = v4 ? 12 : 0; i < 16; ++i) out += static_cast<char>(a.bytes()[i]);
}

/// RFC 1071.
std::uint32_t sum(std::string_view bytes, std::uint32_t before = 0) {
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    before += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << 8;
    if (i + 1 < bytes.size()) before += static_cast<unsigned char>(bytes[i + 1]);
    before = (before & 0xffff) + (before >> 16);
  }
  return before;
}

std::uint16_t folded(std::uint32_t of) {
  while (of > 0xffff) of = (of & 0xffff) + (of >> 16);
  return static_cast<std::uint16_t>(~of & 0xffff);
}

void put_packet(std::string& out, const Entry& entry) {
  const bool inward = entry.direction == Direction::in;
  const Endpoint& from = inward ? entry.remote : entry.local;
  const Endpoint& to = inward ? entry.local : entry.remote;
  // Where we listen on every address of both families, our own end is not said.
  const bool v4 = entry.remote.address.is_v4();
  const std::size_t head = v4 ? v4_bytes : v6_bytes;
  const std::string_view text =
      std::string_view(entry.text).substr(0, snap_bytes - head - udp_bytes);
  const std::size_t datagram = udp_bytes + text.size();

  std::string addresses;
  address(addresses, from.address, v4);
  address(addresses, to.address, v4);
  std::string ports;
  big16(ports, from.port);
  big16(ports, to.port);
  big16(ports, datagram);
  std::string pseudo = addresses;
  big16(pseudo, udp);
  big16(pseudo, datagram);
  std::uint16_t check = folded(sum(text, sum(ports, sum(pseudo))));
  if (check == 0) check = 0xffff;

  std::string ip;
  if (v4) {
    ip += '\x45';
    ip += '\0';
    big16(ip, head + datagram);
    big16(ip, 0);
    big16(ip, 0x4000);
    ip += static_cast<char>(hops);
    ip += static_cast<char>(udp);
    std::string whole = ip;
    big16(whole, 0);
    whole += addresses;
    big16(ip, folded(sum(whole)));
  } else {
    ip += '\x60';
    ip.append(3, '\0');
    big16(ip, datagram);
    ip += static_cast<char>(udp);
    ip += static_cast<char>(hops);
  }
  ip += addresses;

  const std::size_t size = head + datagram;
  little(out, static_cast<std::uint32_t>(entry.wall_ms / 1'000), 4);
  little(out, static_cast<std::uint32_t>(entry.wall_ms % 1'000 * 1'000), 4);
  little(out, static_cast<std::uint32_t>(size), 4);
  little(out, static_cast<std::uint32_t>(size), 4);
  out.append(ip).append(ports);
  big16(out, check);
  out += text;
}

}  // namespace

std::string pcap_of(std::span<const Entry> entries) {
  std::string out;
  little(out, 0xa1b2c3d4, 4);
  little(out, 2, 2);
  little(out, 4, 2);
  little(out, 0, 4);
  little(out, 0, 4);
  little(out, snap_bytes, 4);
  little(out, raw_ip, 4);
  for (const Entry& entry : entries)
    if (entry.direction != Direction::note && !entry.text.empty()) put_packet(out, entry);
  return out;
}

}  // namespace rf::trace
