// A session with an encrypted leg, the phone at its end, and what both of them send.
#pragma once

#include <gtest/gtest.h>

#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/media/session.hpp"
#include "core/rtp/rtp.hpp"
#include "core/stun/writer.hpp"
#include "tests/unit/media/give.hpp"

namespace rf::media {

using Datagram = std::vector<std::uint8_t>;
using srtp::Suite;

inline constexpr std::array suites = {Suite::aead_aes_256_gcm,   Suite::aes_cm_256_sha1_80, Suite::aead_aes_128_gcm,
                                      Suite::aes_cm_128_sha1_80, Suite::aes_cm_256_sha1_32, Suite::aes_cm_128_sha1_32};

inline Endpoint at(const std::string& text) {
  return Endpoint::parse(text).value();
}

inline const Endpoint alice = at("198.51.100.1:4000"), alice_rtcp = at("198.51.100.1:4001");
inline const Endpoint bob = at("203.0.113.2:5000"), bob_rtcp = at("203.0.113.2:5001");
inline const Endpoint mallory = at("192.0.2.66:4000");

inline srtp::MasterKey key(Suite suite, std::uint8_t seed) {
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  Datagram bytes(std::size_t{facts.key} + facts.salt);
  std::iota(bytes.begin(), bytes.end(), seed);
  return srtp::MasterKey::make(suite, bytes).value();
}

inline Datagram rtp(std::uint16_t sequence, std::uint32_t ssrc = 1, std::uint8_t fill = 0xd5) {
  Datagram d(12 + 160, fill);
  d[0] = 0x80;
  d[1] = 8;
  d[2] = static_cast<std::uint8_t>(sequence >> 8);
  d[3] = static_cast<std::uint8_t>(sequence);
  for (std::size_t i = 0; i < 4; ++i) {
    d[4 + i] = static_cast<std::uint8_t>((sequence * 160u) >> (24 - 8 * i));
    d[8 + i] = static_cast<std::uint8_t>(ssrc >> (24 - 8 * i));
  }
  return d;
}

inline Datagram rtcp(std::uint8_t type = 201) {
  return type == 203 ? Datagram{0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 1}
                     : Datagram{0x80, type, 0, 1, 0, 0, 0, 1};
}

inline RelayPlan plan() {
  RelayPlan p;
  p.id = RelayId{7};
  p.call = CallId{8};
  for (unsigned i = 0; i < 2; ++i) {
    p.legs[i].local = at("10.0.0.1:1").address;
    p.legs[i].local_port = static_cast<std::uint16_t>(40'000 + 2 * i);
    p.legs[i].remote_rtp = i == 0 ? alice : bob;
    p.legs[i].remote_rtcp = i == 0 ? alice_rtcp : bob_rtcp;
    p.legs[i].signalling = p.legs[i].remote_rtp.address;
  }
  return p;
}

/// Leg 0 with keys from SDP, `seed` and the number after it.
inline RelayPlan sdes_plan(Suite suite = Suite::aead_aes_256_gcm) {
  RelayPlan p = plan();
  p.legs[0].security.protection = Protection::sdes;
  p.legs[0].security.ours = key(suite, 1);
  p.legs[0].security.theirs = key(suite, 2);
  return p;
}

inline RelayPlan nat(RelayPlan p) {
  p.legs[0].remote_rtp = at("192.168.1.5:4000");
  p.legs[0].remote_rtcp = at("192.168.1.5:4001");
  p.legs[0].learn = true;
  return p;
}
inline const Endpoint mapped{alice.address, 61'000};
inline const Endpoint elsewhere = at("198.51.100.200:7000");

/// A phone on an encrypted leg.
class Phone {
 public:
  Phone(const srtp::MasterKey& own, const srtp::MasterKey& relays)
      : out_(srtp::Protector::make(own)), in_(srtp::Unprotector::make(relays)) {}
  Datagram says(Datagram d, bool reports = false) {
    const std::size_t bytes = d.size();
    d.resize(bytes + srtp::growth_most);
    d.resize((reports ? out_->protect_rtcp(d, bytes) : out_->protect_rtp(d, bytes)).value());
    return d;
  }
  std::optional<Datagram> understands(Datagram d, bool reports = false) {
    const auto bytes = reports ? in_->unprotect_rtcp(d) : in_->unprotect_rtp(d);
    if (!bytes) return std::nullopt;
    d.resize(*bytes);
    return d;
  }

 private:
  std::optional<srtp::Protector> out_;
  std::optional<srtp::Unprotector> in_;
};

struct World {
  explicit World(const RelayPlan& p) : session(p, 0) {}
  bool hears(unsigned leg, const Endpoint& from, const Datagram& d, bool rtcp_port = false) {
    now_us += 20'000;
    Datagram room = d;
    room.resize(d.size() + packet_growth);
    last = session.on_packet(now_us, leg, rtcp_port, from, room, d.size());
    if (last) to = *last.to;
    room.resize(last ? last.bytes : last.answer_bytes);
    left = room;
    return static_cast<bool>(last);
  }
  /// Where leg 0 is sent to now; by a packet of bob's.
  std::optional<Endpoint> alice_is_at() {
    if (!hears(1, bob, rtp(++bobs_sequence, 77))) return std::nullopt;
    return to;
  }
  LegStatistics leg(unsigned i) const { return session.report().legs[i]; }

  Session session;
  Decision last;
  Endpoint to;
  Datagram left;
  std::int64_t now_us = 0;
  std::uint16_t bobs_sequence = 0;
};

}  // namespace rf::media
