#include "core/rtp/rtp.hpp"

#include "core/rtp/wire.hpp"

namespace rf::rtp {

namespace {
constexpr std::size_t fixed_header = 12;
}

Kind kind_of(Bytes d) {
  if (d.size() < 2) return Kind::unknown;
  if (d[0] >= 128 && d[0] <= 191) return d[1] >= 192 && d[1] <= 223 ? Kind::rtcp : Kind::rtp;
  if (d[0] <= 3) return Kind::stun;
  if (d[0] >= 20 && d[0] <= 63) return Kind::dtls;
  return Kind::unknown;
}

std::expected<Header, Error> parse(Bytes d) {
  if (d.size() < fixed_header) return std::unexpected(Error::too_short);
  if (d[0] >> 6 != 2) return std::unexpected(Error::wrong_version);
  if (d[1] >= 192 && d[1] <= 223) return std::unexpected(Error::not_rtp);
  Header h;
  h.marker = d[1] & 0x80;
  h.payload_type = d[1] & 0x7f;
  h.sequence = read16(d, 2);
  h.timestamp = read32(d, 4);
  h.ssrc = read32(d, 8);
  std::size_t at = fixed_header;
  const std::size_t csrc_bytes = (d[0] & 0x0fu) * 4;
  if (d.size() - at < csrc_bytes) return std::unexpected(Error::too_short);
  h.csrcs = d.subspan(at, csrc_bytes);
  at += csrc_bytes;
  if (d[0] & 0x10) {
    if (d.size() - at < 4) return std::unexpected(Error::too_short);
    h.extension_profile = read16(d, at);
    const std::size_t extension_bytes = read16(d, at + 2) * std::size_t{4};
    at += 4;
    if (d.size() - at < extension_bytes) return std::unexpected(Error::too_short);
    h.extension = d.subspan(at, extension_bytes);
    at += extension_bytes;
  }
  std::size_t padding = 0;
  if (d[0] & 0x20) {
    padding = d.back();
    if (padding == 0 || padding > d.size() - at) return std::unexpected(Error::bad_padding);
  }
  h.payload = d.subspan(at, d.size() - at - padding);
  return h;
}

std::optional<Event> parse_event(Bytes p) {
  if (p.size() < 4) return std::nullopt;
  return Event{p[0], (p[1] & 0x80) != 0, static_cast<std::uint8_t>(p[1] & 0x3f), read16(p, 2)};
}

}  // namespace rf::rtp
