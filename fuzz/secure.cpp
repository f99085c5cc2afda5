// An encrypted leg of the packet step under hostile bytes, its other leg in the clear. The input begins with what the
// leg is (bits 0-1 SDES, DTLS without and with keys, plain with ICE; bit 2 ICE, bit 3 mux, bit 4 NAT); then orders: a
// byte (bit 0 the leg, bit 1 the RTCP port, bit 2 genuine: closed by the peer's key first, bit 3 from the peer's place,
// bit 4 an update), how much later, a length, the bytes. What the peer's key did not close is never passed on, and
// nothing ever leaves towards it that its key does not open.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "core/media/session.hpp"

namespace {

using namespace rf;
using media::Protection;
using srtp::Suite;

[[noreturn]] void broken() {
  std::abort();
}

Endpoint host(std::uint8_t last, std::uint16_t port) {
  return {Address::v4(0xc6336400u + last), port};
}

srtp::MasterKey key(std::uint8_t number) {
  std::array<std::uint8_t, srtp::master_bytes_most> bytes;
  bytes.fill(number);
  return *srtp::MasterKey::make(Suite::aes_cm_128_sha1_80, std::span(bytes).first(30));
}

media::RelayPlan plan_of(std::uint8_t flags) {
  media::RelayPlan plan;
  plan.id = RelayId{1};
  for (std::uint8_t leg = 0; leg < 2; ++leg) {
    media::LegPlan& l = plan.legs[leg];
    l.local = host(100, 0).address;
    l.local_port = static_cast<std::uint16_t>(40'000 + leg * 2);
    l.signalling = host(static_cast<std::uint8_t>(leg + 1), 0).address;
    l.remote_rtp = {l.signalling, 4'000};
    l.remote_rtcp = {l.signalling, 4'001};
  }
  media::LegSecurity& s = plan.legs[0].security;
  const unsigned kind = flags & 3;
  s.protection = kind == 0 ? Protection::sdes : kind == 3 ? Protection::plain : Protection::dtls;
  if (kind == 0) {
    s.ours = key(1);
    s.theirs = key(2);
  }
  s.our_fingerprint.sha256.fill(1);
  s.peer_fingerprint.sha256.fill(2);
  s.mux = flags & 8;
  if ((flags & 4) || kind == 3) s.ice = media::IcePlan{"ours", "peer", Secret<std::string>("a-password"), {}};
  if (flags & 16) {
    plan.legs[0].learn = true;
    plan.legs[0].remote_rtp.address = Address::v4(0x0a000005);
    plan.legs[0].remote_rtcp.address = Address::v4(0x0a000005);
  }
  return plan;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> input(data, size);
  if (input.empty()) return 0;
  const std::uint8_t flags = input[0];
  media::Session session(plan_of(flags), 0);
  const bool has_keys = (flags & 3) == 0 || (flags & 3) == 2, encrypts = (flags & 3) != 3;
  if ((flags & 3) == 2)
    for (const auto component : {media::Component::rtp, media::Component::rtcp})
      session.set_keys(0, component, key(1), key(2), 0);
  srtp::Protector out = *srtp::Protector::make(key(2));
  srtp::Unprotector in = *srtp::Unprotector::make(key(1)), in_rtcp = *srtp::Unprotector::make(key(1));
  input = input.subspan(1);
  std::int64_t now_us = 0;
  while (input.size() >= 3) {
    const std::uint8_t order = input[0];
    now_us += std::int64_t{input[1]} * 5'000;
    const auto bytes = input.subspan(3, std::min<std::size_t>(input[2], input.size() - 3));
    input = input.subspan(3 + bytes.size());
    if (order & 16) {
      session.update(plan_of(flags), now_us);
      continue;
    }
    const unsigned leg = order & 1;
    const bool rtcp_port = order & 2, from_peer = order & 8;
    std::array<std::uint8_t, 256 + srtp::growth_most + media::packet_growth> room{};
    std::copy(bytes.begin(), bytes.end(), room.begin());
    std::size_t length = bytes.size();
    bool genuine = false;
    if (leg == 0 && (order & 4)) {
      const auto closed = rtcp_port ? out.protect_rtcp(room, length) : out.protect_rtp(room, length);
      genuine = closed.has_value();
      if (closed) length = *closed;
    }
    const Endpoint source = host(static_cast<std::uint8_t>(from_peer ? leg + 1 : 66), rtcp_port ? 4'001 : 4'000);
    const media::Decision decision = session.on_packet(now_us, leg, rtcp_port, source, room, length);
    if (leg == 0 && decision && encrypts && (!genuine || !has_keys)) broken();
    if (leg == 0 && decision.answer_bytes > length) broken();
    if (leg == 1 && decision) {
      if (encrypts && !has_keys) broken();
      if (!from_peer) broken();
      if (encrypts && !(rtcp_port ? in_rtcp.unprotect_rtcp(std::span(room).first(decision.bytes))
                                  : in.unprotect_rtp(std::span(room).first(decision.bytes))))
        broken();
    }
    if (decision && (decision.to->port == 0 || decision.to->address == host(100, 0).address)) broken();
  }
  return 0;
}
