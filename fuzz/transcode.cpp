// The transcoder under hostile packets: whatever comes, what leaves is one stream of whole packets, numbered without a
// gap, no more sound than time has passed, and a second direction to the same leg goes on where the first ended.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "core/base/limits/media.hpp"
#include "core/rtp/rtp.hpp"
#include "shell/transcode/direction.hpp"

namespace {

using namespace rf;
using media::Codec;

[[noreturn]] void broken() {
  std::abort();
}

media::LegCoding leg_of(std::uint8_t bits) {
  media::LegCoding leg;
  leg.codec = static_cast<Codec>(bits & 3);
  leg.payload_type = leg.heard_type = 8;
  if (bits & 4) leg.event_type = leg.heard_event_type = 101;
  if (bits & 8) leg.event_clock_hz = bits & 16 ? 0 : 48'000;
  leg.noise = bits & 32;
  leg.packet_ms = static_cast<std::uint16_t>((bits >> 6) * 20);
  return leg;
}

}  // namespace

/// Two bytes of legs; then for each packet: how much later it comes (tens of ms), its length, its bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> input(data, size);
  if (input.size() < 2) return 0;
  const media::LegCoding from = leg_of(input[0]), to = leg_of(input[1]);
  input = input.subspan(2);
  transcode::Direction direction(from, to, {1, 2, 3});
  std::optional<std::uint16_t> last;
  std::uint64_t packets = 0;
  const transcode::Emit emit = [&](std::span<const std::uint8_t> bytes) {
    const auto header = rtp::parse(bytes);
    if (!header || header->ssrc != 1) broken();
    if (last && static_cast<std::uint16_t>(*last + 1) != header->sequence) broken();
    if (header->payload.size() > TranscodeLimits::coded_bytes) broken();
    last = header->sequence;
    if (header->payload_type == to.payload_type) ++packets;
  };
  std::int64_t now_us = 0;
  while (input.size() >= 3) {
    now_us += std::int64_t{input[0]} * 10'000;
    const std::size_t length = std::size_t{input[1]} * 8 + (input[2] & 7);
    input = input.subspan(3);
    const auto bytes = input.first(length < input.size() ? length : input.size());
    input = input.subspan(bytes.size());
    const std::uint64_t before = packets;
    direction.on_packet(now_us, bytes, emit);
    // Half a second of sound at most, and what was waiting for a whole packet.
    if (packets - before > TranscodeLimits::ahead_ms / 10 + 2) broken();
  }
  if (packets * 10 > static_cast<std::uint64_t>(now_us) / 1'000 * 9 + TranscodeLimits::ahead_ms * 7 + 1'000) broken();
  const transcode::Start next = direction.next();
  if (last && static_cast<std::uint16_t>(*last + 1) != next.sequence) broken();
  return 0;
}
