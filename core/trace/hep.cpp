#include "core/trace/hep.hpp"

#include <cstddef>

namespace rf::trace {
namespace {

enum Chunk : std::uint16_t {
  family = 0x01,
  protocol = 0x02,
  source_v4 = 0x03,
  destination_v4 = 0x04,
  source_v6 = 0x05,
  destination_v6 = 0x06,
  source_port = 0x07,
  destination_port = 0x08,
  seconds = 0x09,
  microseconds = 0x0a,
  kind = 0x0b,
  capture_agent = 0x0c,
  payload = 0x0f,
  correlation = 0x11,
};

constexpr std::size_t packet_bytes = 65'507;  // what a UDP datagram carries
constexpr std::uint64_t sip = 1, v4_family = 2, v6_family = 10, tcp = 6, udp = 17;

void number(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

void head(std::string& out, Chunk chunk, std::size_t bytes) {
  number(out, 0, 2);  // vendor: generic
  number(out, chunk, 2);
  number(out, bytes + 6, 2);
}

void put(std::string& out, Chunk chunk, std::uint64_t value, int bytes) {
  head(out, chunk, static_cast<std::size_t>(bytes));
  number(out, value, bytes);
}

void put(std::string& out, Chunk chunk, std::string_view text) {
  head(out, chunk, text.size());
  out += text;
}

void put(std::string& out, Chunk chunk, const Address& address, bool v4) {
  const std::size_t first = v4 ? 12 : 0;
  head(out, chunk, 16 - first);
  for (std::size_t i = first; i < 16; ++i) out += static_cast<char>(address.bytes()[i]);
}

}  // namespace

std::string hep_of(const Entry& entry, std::uint32_t agent, std::string_view text) {
  if (entry.direction == Direction::note) return {};
  const bool inward = entry.direction == Direction::in;
  const Endpoint& from = inward ? entry.remote : entry.local;
  const Endpoint& to = inward ? entry.local : entry.remote;
  const bool v4 = entry.remote.address.is_v4();
  std::string chunks;
  put(chunks, family, v4 ? v4_family : v6_family, 1);
  put(chunks, protocol, is_stream(entry.transport) ? tcp : udp, 1);
  put(chunks, v4 ? source_v4 : source_v6, from.address, v4);
  put(chunks, v4 ? destination_v4 : destination_v6, to.address, v4);
  put(chunks, source_port, from.port, 2);
  put(chunks, destination_port, to.port, 2);
  put(chunks, seconds, static_cast<std::uint64_t>(entry.wall_ms / 1'000), 4);
  put(chunks, microseconds, static_cast<std::uint64_t>(entry.wall_ms % 1'000 * 1'000), 4);
  put(chunks, kind, sip, 1);
  put(chunks, capture_agent, agent, 4);
  if (!entry.call.empty()) put(chunks, correlation, entry.call);
  put(chunks, payload, text);
  if (chunks.size() + 6 > packet_bytes) return {};
  std::string out = "HEP3";
  number(out, chunks.size() + 6, 2);
  return out + chunks;
}

}  // namespace rf::trace
