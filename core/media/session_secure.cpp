// The part of the session that hears nobody without a proof: SRTP, DTLS and ICE.
#include <algorithm>

#include "core/base/limits/media.hpp"
#include "core/media/session.hpp"
#include "core/rtp/rtcp.hpp"

namespace rf::media {

/// A leg that was encrypted once keeps what it knows to its end: a key of ours that came back would begin anew.
void Session::secure_leg(unsigned i, std::int64_t now_us) {
  const LegSecurity& security = plan_.legs[i].security;
  if (legs_[i].secure)
    legs_[i].secure->update(security, now_us);
  else if (security.protection != Protection::plain || security.ice)
    legs_[i].secure = std::make_unique<SecureLeg>(security, now_us);
}

Decision Session::on_secure(std::int64_t now_us, unsigned i, bool rtcp_port, const Endpoint& source, Room room,
                            std::size_t bytes) {
  Leg& leg = legs_[i];
  SecureLeg& secure = *leg.secure;
  // Of a leg without encryption and ICE any more: it was called over to here by its former description.
  const bool plain_again = !secure.encrypts() && !secure.has_ice();
  const rtp::Kind kind = rtp::kind_of(room.first(bytes));
  const bool rtcp = rtcp_port || kind == rtp::Kind::rtcp;
  if (plain_again)
    return rtcp ? on_rtcp(now_us, i, rtcp_port, source, room, bytes) : on_rtp(now_us, i, source, room, bytes);
  if (rtcp_port && leg.mux) return refuse_source(i, source);
  const Component component = rtcp_port ? Component::rtcp : Component::rtp;
  if (kind == rtp::Kind::stun) return on_stun(now_us, i, component, source, room, bytes);
  if (secure.has_ice() && !secure.ice(component).is_valid(now_us, source)) return refuse_source(i, source);
  if (kind == rtp::Kind::dtls) return on_dtls(i, rtcp_port, source);
  if (kind == rtp::Kind::unknown || (rtcp && !rtcp_port && !leg.mux)) return refuse_shape(i, source);
  if (!is_described(i)) return refuse_source(i, source);
  if (secure.encrypts()) {
    const auto opened = secure.open(component, rtcp, room.first(bytes), now_us);
    if (!opened) return refuse(now_us, i, rtcp, source, opened.error());
    bytes = *opened;
  }
  return on_proved(now_us, i, rtcp, source, room, bytes);
}

/// A packet in the clear, of whom its key or a check of ICE proved.
Decision Session::on_proved(std::int64_t now_us, unsigned i, bool rtcp, const Endpoint& source, Room room,
                            std::size_t bytes) {
  const bool follows = !legs_[i].secure->has_ice();
  if (rtcp) {
    if (!rtp::RtcpCompound::parse(room.first(bytes), true)) return refuse_shape(i, source);
    if (follows && !legs_[i].mux) follow_rtcp(i, source);
    return hear_rtcp(now_us, i, room, bytes);
  }
  const auto header = rtp::parse(room.first(bytes));
  if (!header) return refuse_shape(i, source);
  if (follows) follow(now_us, i, source, *header);
  return hear_rtp(now_us, i, source, *header, room, bytes);
}

Decision Session::on_stun(std::int64_t now_us, unsigned i, Component component, const Endpoint& source, Room room,
                          std::size_t bytes) {
  SecureLeg& secure = *legs_[i].secure;
  if (!secure.has_ice()) {
    const bool opens = only_opens(now_us, i, component == Component::rtcp, source, room.first(bytes));
    return opens ? Decision{} : refuse_proof(i, source);
  }
  const Component other = component == Component::rtp ? Component::rtcp : Component::rtp;
  if (!plan_.legs[i].security.mux && secure.ice(other).has_seen(room.first(bytes))) return refuse_replay(i, source);
  const Room beside = room.subspan(bytes);
  const ice::Outcome outcome = secure.ice(component).on_packet(now_us, source, room.first(bytes), beside);
  switch (outcome.kind) {
    case ice::Outcome::Kind::answered: {
      std::copy_n(beside.begin(), outcome.bytes, room.begin());
      follow_ice(now_us, i);
      Decision answer;
      answer.answer_bytes = outcome.bytes;
      return answer;
    }
    case ice::Outcome::Kind::dropped:
      return {};
    case ice::Outcome::Kind::replayed:
      return refuse_replay(i, source);
    case ice::Outcome::Kind::not_authentic:
    case ice::Outcome::Kind::malformed:
      return refuse_proof(i, source);
  }
  return {};
}

/// With ICE the source passed a check. Without, only who a plain leg would be learned from may begin a handshake, and
/// has to show by a cookie that he hears us: others could end the call with a wrong certificate.
Decision Session::on_dtls(unsigned i, bool rtcp_port, const Endpoint& source) {
  const Leg& leg = legs_[i];
  const LegSecurity& security = plan_.legs[i].security;
  if (security.protection != Protection::dtls) return refuse_proof(i, source);
  if (!security.ice && !is_named(i, rtcp_port, source) && source != (rtcp_port ? leg.rtcp : leg.rtp))
    return refuse_source(i, source);
  // A ClientHello may be faster than the answer that says whose it has to be. It comes again.
  if (!security.peer_fingerprint || leg.secure->distrusted) return {};
  Decision decision;
  decision.handshake = true;
  return decision;
}

Decision Session::refuse(std::int64_t now_us, unsigned i, bool rtcp, const Endpoint& source, srtp::Refusal refusal) {
  SecureLeg& secure = *legs_[i].secure;
  // Before the keys are agreed on, the peer's own early packets are no attack.
  if (!secure.suite() && source.address == plan_.legs[i].signalling) return {};
  if (refusal != srtp::Refusal::replayed && refusal != srtp::Refusal::too_old) {
    Leg& leg = legs_[i];
    const bool own_place = source == leg.rtcp || is_named(i, true, source);
    if (rtcp && own_place && leg.clear_reports < SessionLimits::clear_reports) {
      ++leg.clear_reports;
      return {};
    }
    return refuse_proof(i, source);
  }
  // Perhaps somebody repeated it faster than its sender. Who is where we send to, is there still; and between two that
  // send the same, nobody can tell who is the peer. What is older than the window is a recording, and tells nothing.
  const bool recent = refusal == srtp::Refusal::replayed;
  if (recent && source == legs_[i].rtp)
    secure.peer_heard_us = now_us;
  else if (recent && source != secure.candidate.where)
    secure.candidate = {};
  return refuse_replay(i, source);
}

Decision Session::refuse_replay(unsigned i, const Endpoint& source) {
  ++legs_[i].counted.refused_replay;
  legs_[i].counted.last_refused = source.address;
  return {};
}

Decision Session::refuse_proof(unsigned i, const Endpoint& source) {
  ++legs_[i].counted.refused_proof;
  legs_[i].counted.last_refused = source.address;
  return {};
}

/// An authentic packet of the stream came from `source`: see Session.
void Session::follow(std::int64_t now_us, unsigned i, const Endpoint& source, const rtp::Header& header) {
  Leg& leg = legs_[i];
  SecureLeg& secure = *leg.secure;
  if (leg.rtp_locked && source == leg.rtp) {
    secure.peer_heard_us = now_us;
    secure.candidate = {};
    return;
  }
  bool moves = !leg.rtp_locked && is_named(i, false, source);
  if (!moves) {
    if (now_us - secure.peer_heard_us < SessionLimits::peer_gone_us) return;
    SecureLeg::Candidate& candidate = secure.candidate;
    if (candidate.where != source) candidate = {source, 0};
    // What was kept back on its way from the former place is behind what came from there.
    const auto ahead = static_cast<std::int16_t>(header.sequence - leg.receiver.highest());
    if (header.ssrc == leg.receiver.ssrc() && ahead <= 0) return;
    moves = ++candidate.seen >= SessionLimits::move_packets;
  }
  if (!moves) return;
  // Whose NAT gave its stream another port, gave its reports one, too.
  if (leg.rtp_locked) leg.rtcp_locked = false;
  lock_rtp(i, source);
  secure.peer_heard_us = now_us;
  secure.candidate = {};
}

void Session::follow_rtcp(unsigned i, const Endpoint& source) {
  Leg& leg = legs_[i];
  if (leg.rtcp_locked) return;
  if (leg.rtp_locked ? source.address != leg.rtp.address : !is_named(i, true, source)) return;
  leg.rtcp = source;
  leg.rtcp_locked = true;
  leg.send_rtcp = may_send_to(i, leg.rtcp, true);
}

/// Points a leg at what its peer selected, or at nobody once his consent has ended.
void Session::follow_ice(std::int64_t now_us, unsigned i) {
  Leg& leg = legs_[i];
  const auto rtp = leg.secure->ice(Component::rtp).selected(now_us);
  leg.rtp = rtp.value_or(Endpoint{});
  leg.send_rtp = rtp && may_send_to(i, leg.rtp, true);
  const auto rtcp = leg.mux ? rtp : leg.secure->ice(Component::rtcp).selected(now_us);
  leg.rtcp = rtcp.value_or(Endpoint{});
  leg.send_rtcp = rtcp && may_send_to(i, leg.rtcp, true);
}

std::uint32_t Session::association(unsigned i) const {
  return legs_[i].secure ? legs_[i].secure->association() : 0;
}

const Endpoint* Session::connects_to(std::int64_t now_us, unsigned i, Component component) {
  Leg& leg = legs_[i];
  const LegSecurity& security = plan_.legs[i].security;
  if (security.protection != Protection::dtls || !security.we_connect || !security.peer_fingerprint) return nullptr;
  if (leg.secure->distrusted || (component == Component::rtcp && leg.mux)) return nullptr;
  if (security.ice) follow_ice(now_us, i);
  if (component == Component::rtcp) return leg.send_rtcp ? &leg.rtcp : nullptr;
  return leg.send_rtp ? &leg.rtp : nullptr;
}

void Session::set_keys(unsigned i, Component component, const srtp::MasterKey& ours, const srtp::MasterKey& theirs,
                       std::int64_t now_us) {
  if (legs_[i].secure) legs_[i].secure->set_keys(component, ours, theirs, now_us);
}

std::optional<MediaFault> Session::on_handshake_failed(std::int64_t now_us, unsigned i, const Endpoint& source,
                                                       MediaFault fault) {
  if (!legs_[i].secure) return std::nullopt;
  SecureLeg& secure = *legs_[i].secure;
  const LegPlan& plan = plan_.legs[i];
  const bool is_peer =
      plan.security.ice || plan.security.we_connect || source == plan.remote_rtp || source == plan.remote_rtcp;
  if (!is_peer) {
    ++legs_[i].counted.refused_proof;
    legs_[i].counted.last_refused = source.address;
    if (secure.suite()) return std::nullopt;
    if (!secure.suspicion) secure.suspicion_ends_us = now_us + SecureMediaLimits::handshake_us;
    if (!secure.suspicion || fault == MediaFault::fingerprint) secure.suspicion = fault;
    if (++secure.handshakes_refused < SecureMediaLimits::handshakes_refused) return std::nullopt;
  }
  secure.distrusted = true;
  secure.suspicion_ends_us = never_ms;
  return fault;
}

std::int64_t Session::suspicion_ends_us(unsigned i) const {
  return legs_[i].secure ? legs_[i].secure->suspicion_ends_us : never_ms;
}

std::optional<MediaFault> Session::on_suspicion(std::int64_t now_us, unsigned i) {
  if (now_us < suspicion_ends_us(i)) return std::nullopt;
  SecureLeg& secure = *legs_[i].secure;
  secure.suspicion_ends_us = never_ms;
  secure.distrusted = true;
  return secure.suspicion;
}

}  // namespace rf::media
