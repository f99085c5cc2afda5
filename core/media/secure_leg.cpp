#include "core/media/secure_leg.hpp"

#include <utility>

namespace rf::media {

namespace {

/// For which we send with our former key at most, after another was agreed on: a peer that is silent has the new one by
/// then.
constexpr std::int64_t rekey_wait_us = 1'000'000;

ice::Credentials credentials_of(const IcePlan& plan) {
  return {plan.our_fragment, plan.peer_fragment, plan.our_password};
}

bool same_association(const LegSecurity& a, const LegSecurity& b) {
  return a.our_fingerprint == b.our_fingerprint && a.peer_fingerprint == b.peer_fingerprint &&
         a.we_connect == b.we_connect && a.mux == b.mux;
}

}  // namespace

SecureLeg::SecureLeg(const LegSecurity& security, std::int64_t now_us) : security_(security) {
  peer_heard_us = now_us;
  if (security_.protection == Protection::sdes) agree(keys_[0], security_.ours, security_.theirs, now_us);
  set_ice();
}

void SecureLeg::update(const LegSecurity& security, std::int64_t now_us) {
  const LegSecurity before = std::exchange(security_, security);
  const bool another_way = before.protection != security_.protection;
  const bool another_certificate =
      security_.protection == Protection::dtls && before.peer_fingerprint &&
      (before.peer_fingerprint != security_.peer_fingerprint || before.our_fingerprint != security_.our_fingerprint);
  if (another_way || another_certificate)
    for (Keys& keys : keys_) forget_peer(keys);
  if (security_.protection == Protection::sdes) agree(keys_[0], security_.ours, security_.theirs, now_us);
  if (another_way || (before.peer_fingerprint && !same_association(before, security_))) {
    ++association_;
    suspicion.reset();
    suspicion_ends_us = never_ms;
    handshakes_refused = 0;
    distrusted = false;
  }
  set_ice();
}

void SecureLeg::set_ice() {
  for (std::size_t i = 0; i < ice_.size(); ++i) {
    if (!security_.ice || (i > 0 && security_.mux))
      ice_[i].reset();
    else if (ice_[i])
      ice_[i]->update(credentials_of(*security_.ice));
    else
      ice_[i].emplace(credentials_of(*security_.ice));
  }
}

void SecureLeg::set_keys(Component component, const srtp::MasterKey& ours, const srtp::MasterKey& theirs,
                         std::int64_t now_us) {
  agree(keys_of(component), ours, theirs, now_us);
  suspicion.reset();
  suspicion_ends_us = never_ms;
}

/// A key of ours that is in use goes on with what it knows, whatever is agreed on with it: begun anew it would encrypt
/// two packets under one index.
void SecureLeg::agree(Keys& keys, const srtp::MasterKey& ours, const srtp::MasterKey& theirs, std::int64_t now_us) {
  if (theirs) {
    if (!keys.in || !keys.in->rekey(theirs)) keys.in = srtp::Unprotector::make(theirs);
    keys.suite = theirs.suite();
  } else {
    forget_peer(keys);
  }
  if (!ours || keys.ours == ours) return;
  if (keys.out) {
    keys.next_out = srtp::Protector::make(ours);
    keys.next_from_us = keys.in && keys.in->is_changing() ? now_us + rekey_wait_us : now_us;
  } else {
    keys.out = srtp::Protector::make(ours);
  }
  keys.ours = ours;
}

void SecureLeg::forget_peer(Keys& keys) {
  keys.in.reset();
  keys.suite.reset();
}

std::expected<std::size_t, srtp::Refusal> SecureLeg::open(Component component, bool rtcp,
                                                          std::span<std::uint8_t> packet, std::int64_t now_us) {
  Keys& keys = keys_of(component);
  if (!keys.in) return std::unexpected(srtp::Refusal::not_authentic);
  const auto opened = rtcp ? keys.in->unprotect_rtcp(packet) : keys.in->unprotect_rtp(packet);
  if (opened && keys.next_out && !keys.in->is_changing()) keys.next_from_us = now_us;
  return opened;
}

std::size_t SecureLeg::close(Component component, bool rtcp, std::span<std::uint8_t> room, std::size_t bytes,
                             std::int64_t now_us) {
  if (!encrypts()) return bytes;
  Keys& keys = keys_of(component);
  if (keys.next_out && now_us >= keys.next_from_us) {
    keys.out = std::move(keys.next_out);
    keys.next_out.reset();
  }
  // Who has no key of the peer has no call yet.
  if (!keys.out || !keys.in) return 0;
  const auto closed = rtcp ? keys.out->protect_rtcp(room, bytes) : keys.out->protect_rtp(room, bytes);
  return closed.value_or(0);
}

}  // namespace rf::media
