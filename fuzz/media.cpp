// The relay's packet step under hostile bytes: a script of packets from the peers and from strangers, with updates in
// between, and the promise of M3 checked after each; with a voice, also that nothing passes and that what is said goes
// to the one who may hear it; with keys by INFO, that they go to the other leg.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/media/session.hpp"
#include "core/rtp/rtp.hpp"

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
  // Orders from the other bits, so that scripts from before there were voices mean what they meant.
  plan.voice.order = flags >> 6;
  plan.voice.leg = flags >> 1 & 1;
  plan.voice.clips = {"tone/busy", "tone/silence"};
  plan.voice.repeat = flags & 4;
  plan.voice.stops_at_digit = flags & 8;
  return plan;
}

/// What an update may say of keys: a press of one leg, and which way each leg's keys go.
void add_keys(media::RelayPlan& plan, std::uint8_t step, std::uint32_t order) {
  plan.press = {order, static_cast<std::uint8_t>(step & 1), static_cast<std::uint8_t>(step >> 1 & 15), step};
  plan.legs[0].keys = step & 32 ? media::KeyWay::info : media::KeyWay::events;
  plan.legs[1].keys = step & 64 ? media::KeyWay::info : media::KeyWay::events;
  plan.legs[0].round = plan.legs[1].round = step >> 7;
}

/// Says what is due: to the leg that listens, and never more than a short burst.
void listen(media::Session& session, std::int64_t now_us) {
  std::array<std::uint8_t, media::voice_packet_bytes + media::packet_growth> room;
  int said = 0;
  while (session.speaks_at_us() <= now_us) {
    const media::Spoken spoken = session.speak(now_us, room);
    if (++said > 16) broken();
    if (spoken.to == nullptr) continue;
    if (spoken.is_key ? session.plan().voice.order != 0
                      : session.plan().voice.order == 0 || spoken.leg != session.plan().voice.leg)
      broken();
    if (spoken.is_key && session.plan().legs[spoken.leg].keys != media::KeyWay::events) broken();
    if (spoken.to->port == 0 || spoken.to->address == host(100, 0).address) broken();
    if (!rtp::parse(std::span(room).first(spoken.bytes))) broken();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> input(data, size);
  if (input.empty()) return 0;
  static const media::ClipBank clips;
  const media::Speech speech{&clips, {1, 2, 3}};
  media::Session session(plan_of(input[0]), 0, speech);
  input = input.subspan(1);
  std::int64_t now_us = 0;
  media::RelayPlan keys;  // of which only what add_keys() said counts
  // Each step: what and from where, how much later, how many bytes.
  while (input.size() >= 4) {
    const std::uint8_t what = input[0], who = input[1], later = input[2];
    const std::size_t length = input[3] < input.size() - 4 ? input[3] : input.size() - 4;
    const auto bytes = input.subspan(4, length);
    input = input.subspan(4 + length);
    now_us += std::int64_t{later} * later * 100;
    if (what & 0x80) {
      media::RelayPlan plan = plan_of(static_cast<std::uint8_t>((what & 0x3f) | who << 6));
      if (what & 0x40) add_keys(keys, later, keys.press.order + 1);
      plan.press = keys.press;
      for (const std::size_t i : {0u, 1u}) {
        plan.legs[i].keys = keys.legs[i].keys;
        plan.legs[i].round = keys.legs[i].round;
      }
      session.update(plan, now_us, speech);
      continue;
    }
    listen(session, now_us);
    const unsigned leg = what & 1;
    const Endpoint source = host(who & 3, static_cast<std::uint16_t>(4'000 + (who >> 2)));
    const auto before = session.report().legs[leg];
    std::array<std::uint8_t, 256 + media::packet_growth> room;
    std::copy(bytes.begin(), bytes.end(), room.begin());
    const auto decision = session.on_packet(now_us, leg, what & 2, source, room, bytes.size());
    const auto after = session.report().legs[leg];
    const bool stranger = (who & 3) != leg + 1;
    if (stranger && (decision || after.packets != before.packets || after.rtcp_packets != before.rtcp_packets))
      broken();
    const bool speaks = session.plan().voice.order != 0;
    if (decision && speaks) broken();
    const bool told = speaks ? leg == session.plan().voice.leg
                             : session.plan().legs[leg ^ 1].keys == media::KeyWay::info;
    if (decision.digit != 0 && (stranger || !told || decision.digit_leg != leg)) broken();
    if (stranger && after.refused_source != before.refused_source + 1) broken();
    if (decision && (decision.to->port == 0 || decision.to->address == host(100, 0).address)) broken();
    if (after.mos < 0 || after.mos > 4.5 || after.jitter_ms < 0) broken();
  }
  return 0;
}
