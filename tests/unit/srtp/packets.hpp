// RTP and RTCP for the tests of this room, and their protected forms.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "core/srtp/stream.hpp"
#include "core/srtp/wire.hpp"

namespace rf::srtp {

using Packet = std::vector<std::uint8_t>;
using Random = std::mt19937;

inline constexpr std::array all_suites{Suite::aead_aes_256_gcm,   Suite::aes_cm_256_sha1_80, Suite::aead_aes_128_gcm,
                                       Suite::aes_cm_128_sha1_80, Suite::aes_cm_256_sha1_32, Suite::aes_cm_128_sha1_32};

/// Spaces are passed over.
inline Packet hex(std::string_view digits) {
  Packet out;
  std::string pair;
  for (const char c : digits) {
    if (c == ' ') continue;
    pair += c;
    if (pair.size() < 2) continue;
    std::uint8_t byte = 0;
    std::from_chars(pair.data(), pair.data() + 2, byte, 16);
    out.push_back(byte);
    pair.clear();
  }
  return out;
}

/// A key of the suite's length; another `seed`, another key.
inline MasterKey key_of(Suite suite, std::uint8_t seed = 1) {
  Random random(seed);
  Packet bytes(facts_of(suite).key + facts_of(suite).salt);
  for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(random());
  return *MasterKey::make(suite, bytes);
}

struct RtpShape {
  std::uint32_t ssrc = 0xcafebabe;
  std::size_t payload = 160, csrcs = 0, extension_words = 0;
};

/// The payload tells the sequence number, so that no packet passes for another one.
inline Packet rtp(std::uint16_t sequence, const RtpShape& shape = {}) {
  Packet out(12 + 4 * shape.csrcs + (shape.extension_words ? 4 + 4 * shape.extension_words : 0) + shape.payload);
  out[0] = static_cast<std::uint8_t>(0x80 | shape.csrcs | (shape.extension_words ? 0x10 : 0));
  out[1] = 8;
  write32(out, 2, static_cast<std::uint32_t>(sequence) << 16);
  write32(out, 4, sequence * 160u);
  write32(out, 8, shape.ssrc);
  std::size_t at = 12 + 4 * shape.csrcs;
  if (shape.extension_words) {
    write32(out, at, 0xbede0000u | static_cast<std::uint32_t>(shape.extension_words));
    at += 4 + 4 * shape.extension_words;
  }
  for (; at < out.size(); ++at) out[at] = static_cast<std::uint8_t>(sequence + at);
  return out;
}

/// A receiver report of `blocks` report blocks.
inline Packet rtcp(std::size_t blocks = 1, std::uint32_t ssrc = 0xcafebabe) {
  Packet out(8 + 24 * blocks, 0x42);
  write32(out, 0, 0x80c90000u | static_cast<std::uint32_t>(blocks << 24 | (out.size() / 4 - 1)));
  write32(out, 4, ssrc);
  return out;
}

inline std::expected<Packet, Refusal> protected_rtp(Protector& by, Packet packet) {
  const std::size_t bytes = packet.size();
  packet.resize(bytes + growth_most);
  const auto made = by.protect_rtp(packet, bytes);
  if (!made) return std::unexpected(made.error());
  packet.resize(*made);
  return packet;
}

inline std::expected<Packet, Refusal> protected_rtcp(Protector& by, Packet packet) {
  const std::size_t bytes = packet.size();
  packet.resize(bytes + growth_most);
  const auto made = by.protect_rtcp(packet, bytes);
  if (!made) return std::unexpected(made.error());
  packet.resize(*made);
  return packet;
}

inline std::expected<Packet, Refusal> opened_rtp(Unprotector& by, Packet packet) {
  const auto made = by.unprotect_rtp(packet);
  if (!made) return std::unexpected(made.error());
  packet.resize(*made);
  return packet;
}

inline std::expected<Packet, Refusal> opened_rtcp(Unprotector& by, Packet packet) {
  const auto made = by.unprotect_rtcp(packet);
  if (!made) return std::unexpected(made.error());
  packet.resize(*made);
  return packet;
}

/// A test of each suite.
class EachSuite : public testing::TestWithParam<Suite> {
 protected:
  MasterKey key = key_of(GetParam());
  Protector sender = *Protector::make(key);
  Unprotector receiver = *Unprotector::make(key);
};

inline std::string name_of(const testing::TestParamInfo<Suite>& info) {
  return std::string(facts_of(info.param).sdp_name);
}

}  // namespace rf::srtp
