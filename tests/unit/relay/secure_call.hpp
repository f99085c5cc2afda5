// A call over real sockets whose caller's leg is protected, with libsrtp and OpenSSL as the phone at its end.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "core/media/session.hpp"
#include "core/stun/writer.hpp"
#include "tests/unit/dtls/peer.hpp"
#include "tests/unit/relay/phones.hpp"
#include "tests/unit/srtp/oracle.hpp"

namespace rf::relay {

using dtls::testing::Peer;
using dtls::testing::PeerOptions;
using media::Protection;
using srtp::Oracle;
using srtp::Packet;
using srtp::Suite;
using testing::Call;
using testing::Phone;
using testing::receiver_report;
using testing::rtp;

inline constexpr std::array suites = {Suite::aead_aes_256_gcm,   Suite::aes_cm_256_sha1_80, Suite::aead_aes_128_gcm,
                                      Suite::aes_cm_128_sha1_80, Suite::aes_cm_256_sha1_32, Suite::aes_cm_128_sha1_32};
inline const std::string ice_password = "a-password-of-22-chars";

inline std::string text(const Packet& packet) {
  return {packet.begin(), packet.end()};
}
inline Packet bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

inline dtls::Identities make_identities() {
  return dtls::make_identities(1'700'000'000'000).value();
}
inline const dtls::Identities& identities() {
  static const dtls::Identities both = make_identities();
  return both;
}
inline dtls::IdentityRef identity() {
  return identities()[0];
}

inline srtp::MasterKey key(Suite suite, std::uint8_t seed) {
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  Packet all(std::size_t{facts.key} + facts.salt);
  std::iota(all.begin(), all.end(), seed);
  return srtp::MasterKey::make(suite, all).value();
}

/// libsrtp's end of a leg.
struct Crypt {
  Crypt(const srtp::MasterKey& phones, const srtp::MasterKey& relays)
      : out(phones, Oracle::Way::sends), in(relays, Oracle::Way::receives) {}
  std::string closed(const std::string& packet) { return text(out.protected_rtp(bytes(packet)).value()); }
  std::optional<std::string> opened(const std::optional<std::string>& packet) {
    const auto clear = packet ? in.opened_rtp(bytes(*packet)) : std::nullopt;
    return clear ? std::optional(text(*clear)) : std::nullopt;
  }
  Oracle out, in;
};

/// The keys that a handshake gave to the phone's side.
inline Crypt crypt_of(const Peer& peer, bool is_client = true) {
  static const std::map<std::string, Suite> names = {{"SRTP_AEAD_AES_256_GCM", Suite::aead_aes_256_gcm},
                                                     {"SRTP_AEAD_AES_128_GCM", Suite::aead_aes_128_gcm},
                                                     {"SRTP_AES128_CM_SHA1_80", Suite::aes_cm_128_sha1_80},
                                                     {"SRTP_AES128_CM_SHA1_32", Suite::aes_cm_128_sha1_32}};
  const Suite suite = names.at(peer.profile());
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  const std::size_t k = facts.key, s = facts.salt;
  const Packet m = peer.material(2 * (k + s));
  const auto make = [&](std::size_t side) {
    Packet all(m.begin() + static_cast<std::ptrdiff_t>(side * k),
               m.begin() + static_cast<std::ptrdiff_t>(side * k + k));
    const auto salt = m.begin() + static_cast<std::ptrdiff_t>(2 * k + side * s);
    all.insert(all.end(), salt, salt + static_cast<std::ptrdiff_t>(s));
    return srtp::MasterKey::make(suite, all).value();
  };
  return is_client ? Crypt(make(0), make(1)) : Crypt(make(1), make(0));
}

inline void send_all(Phone& phone, const Endpoint& to, const std::vector<dtls::Datagram>& datagrams) {
  for (const dtls::Datagram& each : datagrams) phone.send(to, text(each));
}

/// Carries a handshake over the phone's socket; false when the relay falls silent before its end.
inline bool shake_hands(Phone& phone, Peer& peer, const Endpoint& with, int wait_ms = testing::patience_ms) {
  send_all(phone, with, peer.say());
  while (!peer.done()) {
    const auto heard = phone.receive(wait_ms);
    if (!heard) return false;
    send_all(phone, with, peer.say(bytes(*heard)));
  }
  return true;
}

inline std::string check(std::uint8_t id, bool nominates, const std::string& password = ice_password) {
  Packet out(600);
  stun::TransactionId transaction{};
  transaction.fill(id);
  stun::Writer writer(out, stun::Class::request, stun::binding, transaction);
  writer.add(stun::Type::username, std::string_view("ours:peer")).add(stun::Type::priority, 1'000u);
  writer.add(stun::Type::ice_controlling, stun::Bytes(Packet(8, 1)));
  if (nominates) writer.add(stun::Type::use_candidate, stun::Bytes());
  out.resize(writer.sign(stun::Hash::sha1, password).fingerprint().finish());
  return text(out);
}

/// A call whose caller's leg is protected.
class SecureCall : public Call {
 public:
  explicit SecureCall(Protection protection = Protection::dtls, const PeerOptions& options = {})
      : Call({}, "127.0.0.1", false), peer(options) {
    relay.use(identities());
    media::LegSecurity& s = security();
    s.protection = protection;
    s.mux = true;
    s.our_fingerprint = identity()->fingerprint();
    s.peer_fingerprint = peer.fingerprint();
  }
  media::LegSecurity& security() { return plan.legs[0].security; }
  void use_ice() { security().ice = media::IcePlan{"ours", "peer", Secret(ice_password), {}}; }
  void use_sdes(Suite suite, unsigned leg = 0) {
    media::LegSecurity& s = plan.legs[leg].security;
    s.protection = Protection::sdes;
    s.ours = key(suite, static_cast<std::uint8_t>(1 + 2 * leg));
    s.theirs = key(suite, static_cast<std::uint8_t>(2 + 2 * leg));
  }
  Crypt sdes(Suite suite, unsigned leg = 0) const {
    return Crypt(key(suite, static_cast<std::uint8_t>(2 + 2 * leg)),
                 key(suite, static_cast<std::uint8_t>(1 + 2 * leg)));
  }
  /// Both ways, each packet changed by nobody on its way.
  void talk(Crypt& crypt, const std::string& said) {
    const std::string there = rtp(++sequence, said), back = rtp(++sequence, said + " too");
    alice.send(port(0), crypt.closed(there));
    EXPECT_EQ(bob.receive(), there);
    bob.send(port(1), back);
    EXPECT_EQ(crypt.opened(alice.receive()), back);
  }

  /// Waits until the thread has counted so many on the caller's leg; more fail the test.
  void await(std::uint64_t media::LegStatistics::* what, std::uint64_t number) {
    std::uint64_t seen = 0;
    for (int i = 0; i < 100'000 && (seen = ask().legs[0].*what) < number; ++i) std::this_thread::yield();
    EXPECT_EQ(seen, number);
  }

  Peer peer;
};

}  // namespace rf::relay
