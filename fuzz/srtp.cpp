// SRTP and SRTCP of a stranger and of a peer. The input is orders: a byte (bit 0 RTCP, bit 1 what follows is protected
// by the peer first, bit 2 a new key before it, bit 3 the peer sends with the newest), a length, and the bytes of a
// packet. What the peer did not make is never believed, and what he made is, once, unless it has a reason to be
// refused.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "core/srtp/stream.hpp"

using namespace rf;

namespace {

srtp::MasterKey key(srtp::Suite suite, std::uint8_t number) {
  std::array<std::uint8_t, srtp::master_bytes_most> bytes;
  bytes.fill(number);
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  return *srtp::MasterKey::make(suite, std::span(bytes).first(std::size_t{facts.key} + facts.salt));
}

using Packet = std::array<std::uint8_t, 256 + srtp::growth_most>;

void deliver(srtp::Unprotector& to, bool rtcp, std::span<std::uint8_t> packet, bool genuine) {
  const auto opened = rtcp ? to.unprotect_rtcp(packet) : to.unprotect_rtp(packet);
  if (opened && (!genuine || *opened > packet.size())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto suite = static_cast<srtp::Suite>(data[0] % srtp::suite_count);
  std::uint8_t number = 1;
  std::optional<srtp::Protector> sender = srtp::Protector::make(key(suite, number));
  srtp::Unprotector receiver = *srtp::Unprotector::make(key(suite, number));
  for (std::size_t at = 1; at + 2 <= size;) {
    const std::uint8_t order = data[at];
    const std::size_t bytes = std::min<std::size_t>(data[at + 1], size - at - 2);
    Packet packet{};
    std::copy_n(data + at + 2, bytes, packet.begin());
    at += 2 + bytes;
    const bool rtcp = order & 1, genuine = order & 2;
    if (order & 4) {
      receiver.rekey(key(suite, ++number));
      if (order & 8) sender = srtp::Protector::make(key(suite, number));
    }
    if (!genuine) {
      // Short tags are guessed once in 2^32 tries, which a fuzzer never finds by itself.
      deliver(receiver, rtcp, std::span(packet).first(bytes), false);
      continue;
    }
    const Packet plain = packet;
    const auto sealed = rtcp ? sender->protect_rtcp(packet, bytes) : sender->protect_rtp(packet, bytes);
    if (!sealed) continue;
    if (*sealed < bytes || *sealed > bytes + srtp::growth_most) std::abort();
    Packet again = packet;
    const auto opened = rtcp ? receiver.unprotect_rtcp(std::span(packet).first(*sealed))
                             : receiver.unprotect_rtp(std::span(packet).first(*sealed));
    if (opened && (*opened != bytes || !std::equal(plain.begin(), plain.begin() + bytes, packet.begin()))) std::abort();
    if (opened) deliver(receiver, rtcp, std::span(again).first(*sealed), false);
  }
  return 0;
}
