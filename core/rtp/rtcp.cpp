#include "core/rtp/rtcp.hpp"

#include "core/base/check.hpp"
#include "core/rtp/wire.hpp"

namespace rf::rtp {

namespace {

constexpr std::size_t common_header = 4, sender_info = 20, block_size = 24;

std::size_t blocks_offset(const RtcpPacket& p) {
  return p.type == RtcpType::sender_report ? 4 + sender_info : 4;
}

bool is_report(std::uint8_t type) {
  return type == RtcpType::sender_report || type == RtcpType::receiver_report;
}

/// SDES chunks: each a source and items up to a zero octet, padded to four bytes (RFC 3550 §6.5).
bool chunks_fit(const RtcpPacket& p) {
  std::size_t at = 0;
  for (unsigned chunk = 0; chunk < p.count; ++chunk) {
    if (p.body.size() - at < 8) return false;
    at += 4;
    while (at < p.body.size() && p.body[at] != 0) {
      if (p.body.size() - at < 2 || p.body.size() - at - 2 < p.body[at + 1]) return false;
      at += 2u + p.body[at + 1];
    }
    if (at >= p.body.size()) return false;
    at = (at + 4) & ~std::size_t{3};
  }
  return at <= p.body.size();
}

/// Whether the body holds what the count announces.
bool body_fits(const RtcpPacket& p) {
  switch (p.type) {
    case RtcpType::sender_report:
    case RtcpType::receiver_report:
      return p.body.size() >= blocks_offset(p) + p.count * block_size;
    case RtcpType::source_description:
      return chunks_fit(p);
    case RtcpType::bye: {
      const std::size_t sources = p.count * std::size_t{4};
      return p.body.size() >= sources && (p.body.size() == sources || p.body.size() - sources - 1 >= p.body[sources]);
    }
    case RtcpType::application:
    case RtcpType::transport_feedback:
    case RtcpType::payload_feedback:
      return p.body.size() >= 8;
    case RtcpType::extended_report:
      return p.body.size() >= 4;
    default:
      return true;
  }
}

}  // namespace

std::expected<RtcpCompound, Error> RtcpCompound::parse(Bytes d, bool reduced_size) {
  RtcpCompound compound;
  if (d.size() < 2 * common_header || d.size() > UINT16_MAX) return std::unexpected(Error::too_short);
  compound.datagram_ = d;
  for (std::size_t at = 0; at < d.size();) {
    if (d.size() - at < common_header) return std::unexpected(Error::too_short);
    if (d[at] >> 6 != 2) return std::unexpected(Error::wrong_version);
    const std::uint8_t type = d[at + 1];
    if (type < 192 || type > 223) return std::unexpected(Error::not_rtcp);
    if (at == 0 && !reduced_size && !is_report(type)) return std::unexpected(Error::not_rtcp);
    const std::size_t size = (read16(d, at + 2) + std::size_t{1}) * 4;
    if (d.size() - at < size) return std::unexpected(Error::too_short);
    if (d[at] & 0x20) {
      // Only the last packet of a compound may be padded (RFC 3550 §6.4.1).
      if (at + size != d.size()) return std::unexpected(Error::bad_padding);
      const std::size_t padding = d.back();
      if (padding == 0 || padding % 4 != 0 || padding > size - common_header)
        return std::unexpected(Error::bad_padding);
    }
    if (compound.count_ == RtcpLimits::packets) return std::unexpected(Error::too_many);
    compound.offsets_[compound.count_++] = static_cast<std::uint16_t>(at);
    if (!body_fits(compound[compound.count_ - 1u])) return std::unexpected(Error::bad_length);
    at += size;
  }
  return compound;
}

RtcpPacket RtcpCompound::operator[](std::size_t i) const {
  RF_CHECK(i < count_);
  const std::size_t at = offsets_[i];
  const std::size_t size = (read16(datagram_, at + 2) + std::size_t{1}) * 4;
  const std::size_t padding = datagram_[at] & 0x20 ? datagram_[at + size - 1] : 0;
  return {datagram_[at + 1], static_cast<std::uint8_t>(datagram_[at] & 0x1f),
          datagram_.subspan(at + common_header, size - common_header - padding)};
}

std::optional<std::uint32_t> reporter_of(const RtcpPacket& p) {
  return is_report(p.type) ? std::optional(read32(p.body, 0)) : std::nullopt;
}

std::size_t report_blocks_of(const RtcpPacket& p) {
  return is_report(p.type) ? p.count : 0;
}

ReportBlock report_block(const RtcpPacket& p, std::size_t i) {
  RF_CHECK(i < report_blocks_of(p));
  const Bytes b = p.body.subspan(blocks_offset(p) + i * block_size, block_size);
  ReportBlock block;
  block.ssrc = read32(b, 0);
  block.fraction_lost = b[4];
  // Shifting up and back carries the sign of the 24-bit number.
  block.cumulative_lost = static_cast<std::int32_t>(read32(b, 4) << 8) >> 8;
  block.highest_sequence = read32(b, 8);
  block.jitter = read32(b, 12);
  block.last_sr = read32(b, 16);
  block.delay_since_last_sr = read32(b, 20);
  return block;
}

}  // namespace rf::rtp
