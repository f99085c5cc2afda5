// The relay's packet step under hostile bytes: a script of packets from the peers and from strangers, with updates in
// between, and the promise of M3 checked after each.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/media/session.hpp"

namespace {

using namespace rf;

[[noreturn]] void broken() {
  std::abort();
}

Endpoint host(std::uint8_t last, std::uint16_t port) {
  return {Address::v4(0xc6336400u + last), port};
}

/// Alice is 1, Bob 2, everybody else a stranger.
media::RelayPlan plan_of(std::uint8_t flags) {
  media::RelayPlan plan;
  plan.id = RelayId{1};
  for (std::uint8_t leg = 0; leg < 2; ++leg) {
    auto& l = plan.legs[leg];
    l.local = host(100, 0).address;
    l.local_port = static_cast<std::uint16_t>(40'000 + leg * 2);
    l.learn = flags & (1u << leg);
    l.signalling = host(static_cast<std::uint8_t>(leg + 1), 0).address;
    l.remote_rtp = l.learn ? Endpoint{Address::v4(0x0a000005), 4'000} : Endpoint{l.signalling, 4'000};
    l.remote_rtcp = flags & 4 ? l.remote_rtp : Endpoint{l.remote_rtp.address, 4'001};
    l.event_payload_type = 101;
  }
  if (flags & 8) plan.legs[1].remote_rtp.port = 0;
  plan.clock_hz = flags & 16 ? 0 : 8'000;
  plan.silence_limit_ms = flags & 32 ? 0 : 1'000;
  return plan;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> input(data, size);
  if (input.empty()) return 0;
  media::Session session(plan_of(input[0]), 0);
  input = input.subspan(1);
  std::int64_t now_us = 0;
  // Each step: what and from where, how much later, how many bytes.
  while (input.size() >= 4) {
    const std::uint8_t what = input[0], who = input[1], later = input[2];
    const std::size_t length = input[3] < input.size() - 4 ? input[3] : input.size() - 4;
    const auto bytes = input.subspan(4, length);
    input = input.subspan(4 + length);
    now_us += std::int64_t{later} * later * 100;
    if (what & 0x80) {
      session.update(plan_of(what & 0x3f), now_us);
      continue;
    }
    const unsigned leg = what & 1;
    const Endpoint source = host(who & 3, static_cast<std::uint16_t>(4'000 + (who >> 2)));
    const auto before = session.report().legs[leg];
    const auto decision = session.on_packet(now_us, leg, what & 2, source, bytes);
    const auto after = session.report().legs[leg];
    const bool stranger = (who & 3) != leg + 1;
    if (stranger && (decision || after.packets != before.packets || after.rtcp_packets != before.rtcp_packets))
      broken();
    if (stranger && after.refused_source != before.refused_source + 1) broken();
    if (decision && (decision.to->port == 0 || decision.to->address == host(100, 0).address)) broken();
    if (after.mos < 0 || after.mos > 4.5 || after.jitter_ms < 0) broken();
  }
  return 0;
}
