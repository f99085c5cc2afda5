// What a leg knows that a plain one does not: its keys, its ICE, and who proved to be its peer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "core/base/address.hpp"
#include "core/base/time.hpp"
#include "core/ice/lite.hpp"
#include "core/media/security.hpp"
#include "core/srtp/stream.hpp"

namespace rf::media {

/// Where a leg's packets come in: on the RTP port or on the one above it.
enum class Component : std::uint8_t { rtp, rtcp };

/// Two ports have a DTLS association each (RFC 5764 §4.1) and an ICE component each; SDES and rtcp-mux have one of all.
/// Keys die with it.
class SecureLeg {
 public:
  SecureLeg(const LegSecurity& security, std::int64_t now_us);

  /// Another description of the leg. Keys of SDES change without a loss: the former ones count until the peer is heard
  /// with its new one, and we send with ours until then, at most rekey_wait_us. Keys of DTLS stay, except with another
  /// fingerprint of either side: then there are none until a handshake has made new ones.
  void update(const LegSecurity& security, std::int64_t now_us);
  /// What a handshake agreed on.
  void set_keys(Component component, const srtp::MasterKey& ours, const srtp::MasterKey& theirs, std::int64_t now_us);

  bool encrypts() const { return security_.protection != Protection::plain; }
  bool has_ice() const { return security_.ice.has_value(); }
  /// Whether RTP could leave now, as far as keys go.
  bool may_send() const { return !encrypts() || (keys_[0].out && keys_[0].in); }
  /// That the peer's RTP is protected with; none before the keys are there.
  std::optional<srtp::Suite> suite() const { return keys_[0].suite; }

  /// What came, in the clear again: its new length. Without keys nothing is authentic.
  std::expected<std::size_t, srtp::Refusal> open(Component component, bool rtcp, std::span<std::uint8_t> packet,
                                                 std::int64_t now_us);
  /// Makes what is to leave fit for that: its new length; 0 when it must not leave.
  std::size_t close(Component component, bool rtcp, std::span<std::uint8_t> room, std::size_t bytes,
                    std::int64_t now_us);

  /// What is passed on from the other leg begins anew: see srtp::Protector.
  void renumber(std::uint32_t ssrc, std::uint16_t sequence) {
    if (keys_[0].out) keys_[0].out->renumber(ssrc, sequence);
  }

  /// Only with ICE.
  ice::Lite& ice(Component component) { return *ice_[place(component)]; }

  /// How often a new DTLS association became necessary. One of another number is not this leg's any more.
  std::uint32_t association() const { return association_; }

  // Where the peer is, without ICE: see Session.
  struct Candidate {
    Endpoint where;
    std::uint8_t seen = 0;
  };
  Candidate candidate;
  std::int64_t peer_heard_us = 0;  // when something came from where we send to
  // A handshake that failed and may have been a neighbour's: its fault counts unless there are keys in time.
  std::optional<MediaFault> suspicion;
  std::int64_t suspicion_ends_us = never_ms;
  std::uint8_t handshakes_refused = 0;
  bool distrusted = false;  // no handshake is begun any more

 private:
  struct Keys {
    std::optional<srtp::Protector> out, next_out;
    std::optional<srtp::Unprotector> in;
    std::optional<srtp::Suite> suite;
    srtp::MasterKey ours;           // of out, or of next_out when there is one
    std::int64_t next_from_us = 0;  // when next_out takes over at the latest
  };
  std::size_t place(Component component) const { return security_.mux ? 0 : static_cast<std::size_t>(component); }
  Keys& keys_of(Component component) { return keys_[security_.protection == Protection::dtls ? place(component) : 0]; }
  static void agree(Keys& keys, const srtp::MasterKey& ours, const srtp::MasterKey& theirs, std::int64_t now_us);
  static void forget_peer(Keys& keys);
  void set_ice();

  LegSecurity security_;
  std::array<Keys, 2> keys_;
  std::array<std::optional<ice::Lite>, 2> ice_;
  std::uint32_t association_ = 0;
};

}  // namespace rf::media
