#include "core/media/session.hpp"

#include <algorithm>

#include "core/base/limits/server.hpp"
#include "core/base/time.hpp"
#include "core/rtp/rtcp.hpp"

namespace rf::media {

namespace {

Endpoint rtcp_of(const LegPlan& plan) {
  if (plan.remote_rtcp.port != 0 || plan.remote_rtp.port == 0 || plan.remote_rtp.port == UINT16_MAX)
    return plan.remote_rtcp;
  return {plan.remote_rtp.address, static_cast<std::uint16_t>(plan.remote_rtp.port + 1)};
}

bool same_peer(const LegPlan& a, const LegPlan& b) {
  return a.remote_rtp == b.remote_rtp && a.remote_rtcp == b.remote_rtcp && a.signalling == b.signalling &&
         a.learn == b.learn && a.security.mux == b.security.mux && a.security.protection == b.security.protection;
}

}  // namespace

Session::Session(const RelayPlan& plan, std::int64_t now_us, const Speech& speech) : plan_(plan), last_rtp_us_(now_us) {
  for (unsigned i = 0; i < legs_.size(); ++i) {
    legs_[i].came_us = now_us;
    secure_leg(i, now_us);
    aim(i);
  }
  order_voice(now_us, speech);
}

void Session::update(const RelayPlan& plan, std::int64_t now_us, const Speech& speech) {
  const RelayPlan before = plan_;
  plan_ = plan;
  // Who presses keys by INFO is not heard for that.
  if (plan_.press.order == before.press.order) last_rtp_us_ = now_us;
  for (unsigned i = 0; i < legs_.size(); ++i) {
    // The ports are bound already; a plan cannot move them.
    plan_.legs[i].local = before.legs[i].local;
    plan_.legs[i].local_port = before.legs[i].local_port;
    secure_leg(i, now_us);
    const bool moved = !same_peer(plan_.legs[i], before.legs[i]);
    if (moved) aim(i);
    if (plan_.legs[i].round != before.legs[i].round) legs_[i].used = Leg::Used::nothing;
    if (plan_.legs[i].comes_over && (moved || !before.legs[i].comes_over)) legs_[i].came_us = now_us;
    if (moved || plan_.clock_hz != before.clock_hz || plan_.transcode != before.transcode) {
      legs_[i].started = false;
      legs_[i].transcodes = false;
    }
  }
  if (plan_.voice.order != before.voice.order) order_voice(now_us, speech);
  if (plan_.press.order != before.press.order) take_press(plan_.press, now_us, speech);
}

void Session::order_voice(std::int64_t now_us, const Speech& speech) {
  for (Leg& leg : legs_)
    if (leg.keypad) leg.keypad->restart();
  if (plan_.voice.order != 0)
    voice_.begin(plan_.voice, speech, now_us);
  else
    voice_.end();
}

Spoken Session::speak(std::int64_t now_us, std::span<std::uint8_t> out) {
  for (unsigned i = 0; i < legs_.size(); ++i)
    if (legs_[i].keypad && legs_[i].keypad->due_us() <= now_us) return speak_key(now_us, i, out);
  const unsigned leg = plan_.voice.leg & 1;
  Leg& hearer = legs_[leg];
  if (hearer.secure && hearer.secure->has_ice()) follow_ice(now_us, leg);
  const bool heard = hearer.send_rtp && (!hearer.secure || hearer.secure->may_send());
  Voice::Said said = voice_.say(plan_.voice, heard, now_us, out);
  if (said.bytes > 0 && hearer.secure && !plan_.voice.coding)
    said.bytes = hearer.secure->close(Component::rtp, false, out, said.bytes, now_us);
  Spoken spoken;
  if (said.over) spoken.over = plan_.voice.order;
  if (said.bytes > 0) {
    spoken.to_transcode = plan_.voice.coding.has_value();
    spoken.to = spoken.to_transcode ? nullptr : &hearer.rtp;
    spoken.leg = static_cast<std::uint8_t>(leg);
    spoken.bytes = said.bytes;
    last_rtp_us_ = now_us;
  }
  return spoken;
}

/// Points a leg at what its SDP says, forgetting what was learned.
void Session::aim(unsigned i) {
  const LegPlan& plan = plan_.legs[i];
  Leg& leg = legs_[i];
  leg.rtp = plan.remote_rtp;
  leg.rtcp = rtcp_of(plan);
  leg.mux = plan.security.mux || (plan.remote_rtp.port != 0 && plan.remote_rtcp == plan.remote_rtp);
  if (leg.mux) leg.rtcp = leg.rtp;
  leg.rtp_locked = !plan.learn;
  leg.rtcp_locked = !plan.learn;
  leg.send_rtp = may_send_to(i, leg.rtp, leg.rtp_locked);
  leg.send_rtcp = may_send_to(i, leg.rtcp, leg.rtcp_locked);
  leg.restart = {};
}

/// Whether the peer has said that it takes the stream. With ICE its description may name no address: its checks do.
bool Session::is_described(unsigned i) const {
  const LegPlan& plan = plan_.legs[i];
  return plan.remote_rtp.port != 0 || (plan.security.ice && !plan.security.ice->peer_fragment.empty());
}

bool Session::may_send_to(unsigned i, const Endpoint& to, bool locked) const {
  const LegPlan& plan = plan_.legs[i];
  if (!is_described(i) || to.port == 0 || to.address.is_unspecified() || to.address.is_multicast()) return false;
  // A leg that points back at this relay would make it talk to itself without end.
  for (const LegPlan& own : plan_.legs)
    if (to.address == own.local && (to.port == own.local_port || to.port == own.local_port + 1)) return false;
  // An inside address named from outside is not the peer's: sending there would let a caller aim at our own network.
  return locked || !to.address.is_private() || plan.signalling.is_private();
}

bool Session::is_rtp_peer(unsigned i, const Endpoint& source, bool valid) {
  const LegPlan& plan = plan_.legs[i];
  Leg& leg = legs_[i];
  if (plan.remote_rtp.port == 0) return false;
  if (leg.rtp_locked) return source == leg.rtp;
  if (!is_named(i, false, source)) return false;
  if (valid) lock_rtp(i, source);
  return true;
}

/// Whether the plan lets this source teach where the leg is.
bool Session::is_named(unsigned i, bool rtcp_port, const Endpoint& source) const {
  const LegPlan& plan = plan_.legs[i];
  if (plan.remote_rtp.port == 0) return false;
  return source == (rtcp_port ? rtcp_of(plan) : plan.remote_rtp) || (plan.learn && source.address == plan.signalling);
}

void Session::lock_rtp(unsigned i, const Endpoint& source) {
  Leg& leg = legs_[i];
  leg.rtp = source;
  leg.rtp_locked = true;
  leg.send_rtp = may_send_to(i, leg.rtp, true);
  if (leg.rtcp_locked && leg.rtcp.address != leg.rtp.address) {
    // Reports that came first, from another host than the stream, were not the peer's.
    leg.rtcp = rtcp_of(plan_.legs[i]);
    leg.rtcp_locked = false;
    leg.send_rtcp = false;
  }
  if (leg.mux) {
    leg.rtcp = leg.rtp;
    leg.rtcp_locked = true;
    leg.send_rtcp = leg.send_rtp;
  }
}

bool Session::is_rtcp_peer(unsigned i, const Endpoint& source, bool valid) {
  const LegPlan& plan = plan_.legs[i];
  Leg& leg = legs_[i];
  if (plan.remote_rtp.port == 0) return false;
  if (leg.rtcp_locked) return source == leg.rtcp;
  // Once the stream itself has shown its address, its reports come from there and nowhere else.
  const bool fits = leg.rtp_locked ? source.address == leg.rtp.address : is_named(i, true, source);
  if (!fits) return false;
  if (valid) {
    leg.rtcp = source;
    leg.rtcp_locked = true;
    leg.send_rtcp = may_send_to(i, leg.rtcp, true);
  }
  return true;
}

bool Session::fits_stream(Leg& leg, const rtp::Header& header, std::int64_t now_us) {
  if (!leg.started) {
    if (header.ssrc != leg.receiver.ssrc()) leg.presses.restart();
    leg.receiver.start(header.ssrc, header.sequence);
    leg.started = true;
    return true;
  }
  const bool encrypted = leg.secure && leg.secure->encrypts();
  if (header.ssrc == leg.receiver.ssrc()) {
    const auto ahead = static_cast<std::uint16_t>(header.sequence - leg.receiver.highest());
    // Under encryption, what is further behind than its replay window does not come here.
    if (ahead < SessionLimits::dropout_max || ahead > 0x10000 - SessionLimits::misorder_max) return true;
    if (encrypted && ahead >= 0x8000) return true;
  }
  Restart& restart = leg.restart;
  if (restart.seen == 0 || restart.ssrc != header.ssrc || restart.next != header.sequence)
    restart = {header.ssrc, header.sequence, 0};
  ++restart.seen;
  ++restart.next;
  // What is authentic is the peer's, and no other's. But of the stream before, late packets may still come.
  const bool gone = now_us - leg.heard_us >= SessionLimits::stream_gone_us ||
                    (encrypted && (!leg.former_ssrc || *leg.former_ssrc != header.ssrc));
  if (!gone && restart.seen < SessionLimits::probation_packets) return false;
  if (now_us - leg.window_us >= SessionLimits::restarts_window_us) {
    leg.window_us = now_us;
    leg.restarts = 0;
  }
  if (leg.restarts >= ShareLimits::stream_restarts) return false;
  ++leg.restarts;
  restart = {};
  leg.presses.restart();
  if (leg.keypad) leg.keypad->restart();
  leg.former_ssrc = leg.receiver.ssrc();
  leg.receiver.start(header.ssrc, header.sequence);
  Leg& other = legs_[&leg == &legs_[0] ? 1 : 0];
  if (other.secure) other.secure->renumber(header.ssrc, header.sequence);
  return true;
}

Decision Session::on_packet(std::int64_t now_us, unsigned leg, bool rtcp_port, const Endpoint& source, Room room,
                            std::size_t bytes) {
  leg &= 1;
  if (legs_[leg].secure) return on_secure(now_us, leg, rtcp_port, source, room, bytes);
  if (rtcp_port || rtp::kind_of(room.first(bytes)) == rtp::Kind::rtcp)
    return on_rtcp(now_us, leg, rtcp_port, source, room, bytes);
  return on_rtp(now_us, leg, source, room, bytes);
}

Decision Session::on_rtp(std::int64_t now_us, unsigned i, const Endpoint& source, Room room, std::size_t bytes) {
  const auto header = rtp::parse(room.first(bytes));
  if (!is_rtp_peer(i, source, header.has_value())) return refuse_source(i, source);
  if (header) return hear_rtp(now_us, i, source, *header, room, bytes);
  return only_opens(now_us, i, false, source, room.first(bytes)) ? Decision{} : refuse_shape(i, source);
}

/// A packet of the peer, in the clear.
Decision Session::hear_rtp(std::int64_t now_us, unsigned i, const Endpoint& source, const rtp::Header& header,
                           Room room, std::size_t bytes) {
  Leg& leg = legs_[i];
  if (!fits_stream(leg, header, now_us)) return refuse_shape(i, source);
  leg.heard_us = now_us;
  last_rtp_us_ = now_us;
  leg.counted.bytes += bytes;
  const bool transcodes = is_for_transcoder(i, header);
  leg.receiver.receive(header.sequence, header.timestamp,
                       static_cast<std::uint32_t>(static_cast<std::uint64_t>(now_us) * clock_of(i) / 1'000'000));
  leg.timestamp = header.timestamp;
  const Key key = key_in(i, header, now_us);
  bool passes = !key.for_us && (plan_.voice.order == 0 || listens_to(i));
  if (passes && leg.keypad) passes = leg.keypad->admit(header, room, now_us);
  if (passes && !transcodes) return pass_to(now_us, i ^ 1, false, room, bytes);
  Decision kept;
  kept.digit = key.digit;
  kept.digit_leg = static_cast<std::uint8_t>(i);
  kept.to_transcode = passes;
  kept.bytes = bytes;
  return kept;
}

Decision Session::send_coded(std::int64_t now_us, unsigned i, Room room, std::size_t bytes) {
  i &= 1;
  const bool is_voice = plan_.voice.order != 0 && plan_.voice.coding.has_value() && (plan_.voice.leg & 1u) == i;
  if (is_voice) return pass_to(now_us, i, false, room, bytes);
  if (!plan_.transcode || (plan_.voice.order != 0 && !listens_to(i ^ 1))) return {};
  const Key key = key_made(i, room.first(bytes), now_us);
  if (plan_.voice.order == 0 && !key.for_us) return pass_to(now_us, i, false, room, bytes);
  Decision kept;
  kept.digit = key.digit;
  kept.digit_leg = static_cast<std::uint8_t>(i ^ 1);
  return kept;
}

/// A leg may change between what passes and what does not whenever it likes (RFC 3264 §5.1). What was too long once is
/// cut from then on: its hearer has one stream of it, and not two that take turns.
bool Session::is_for_transcoder(unsigned i, const rtp::Header& header) {
  if (!plan_.transcode) return false;
  const LegCoding& coding = plan_.transcode->legs[i];
  const bool cuts = coding.longest_ms != 0 && header.payload_type == coding.heard_type;
  bool& transcodes = legs_[i].transcodes;
  if (cuts)
    transcodes = transcodes || sound_ms(coding.codec, header.payload) > coding.longest_ms;
  else if (coding.passing.test(header.payload_type & 0x7fu))
    transcodes = false;
  else if (header.payload_type == coding.heard_type)
    transcodes = true;
  return is_transcoded(i);
}

bool Session::is_transcoded(unsigned i) const {
  return plan_.transcode && (plan_.transcode->legs[i].passing.none() || legs_[i].transcodes);
}

/// Of the timestamps that a leg sends.
std::uint32_t Session::clock_of(unsigned i) const {
  return is_transcoded(i) ? media::clock_of(plan_.transcode->legs[i].codec) : plan_.clock_hz;
}

/// What may leave by a leg, fit for it.
Decision Session::pass_to(std::int64_t now_us, unsigned i, bool rtcp, Room room, std::size_t bytes) {
  Leg& leg = legs_[i];
  if (leg.secure && leg.secure->has_ice()) follow_ice(now_us, i);
  if (!(rtcp ? leg.send_rtcp : leg.send_rtp)) return {};
  if (leg.secure) {
    bytes = leg.secure->close(rtcp ? Component::rtcp : Component::rtp, rtcp, room, bytes, now_us);
    if (bytes == 0) return {};
  }
  return {rtcp ? &leg.rtcp : &leg.rtp, bytes, rtcp && !leg.mux};
}

/// Counts a telephone event that begins here. What is pressed while we speak is ours to the end of the press: the last
/// digit of a PIN must not reach whom it connects with.
Session::Key Session::key_in(unsigned i, const rtp::Header& header, std::int64_t now_us) {
  const std::uint8_t event_type = plan_.legs[i].event_payload_type;
  if (event_type == 0 || header.payload_type != event_type) return {};
  Leg& leg = legs_[i];
  const auto event = rtp::parse_event(header.payload);
  const bool kept = is_told(i) || !takes_events(i);
  if (!event || !leg.presses.begins(header, *event)) return {kept || leg.presses.is_kept(header), 0};
  ++leg.counted.events;
  const bool foreign = plan_.voice.order == 0 && began_elsewhere(i, *event, now_us);
  if (!foreign && takes_events(i)) leg.used = Leg::Used::rtp;
  if (!kept && !foreign) return {};
  leg.presses.keep();
  if (foreign || !takes_events(i)) return {true, 0};
  return {true, tell(i, digit_of(*event), now_us)};
}

/// Whether a press whose first packet came now began before its leg came over from another call. All packets but the
/// repeated last one say how long it has lasted.
bool Session::began_elsewhere(unsigned i, const rtp::Event& event, std::int64_t now_us) const {
  if (!plan_.legs[i].comes_over || clock_of(i) == 0) return false;
  const std::int64_t lasted_us = std::int64_t{event.duration} * 1'000'000 / clock_of(i);
  return now_us - lasted_us < legs_[i].came_us + SessionLimits::press_repeats_us;
}

Decision Session::on_rtcp(std::int64_t now_us, unsigned i, bool rtcp_port, const Endpoint& source, Room room,
                          std::size_t bytes) {
  const bool valid = rtp::RtcpCompound::parse(room.first(bytes)).has_value();
  if (rtcp_port) {
    if (!is_rtcp_peer(i, source, valid)) return refuse_source(i, source);
  } else {
    // Reports alone teach nothing about the stream's port.
    if (!is_rtp_peer(i, source, false)) return refuse_source(i, source);
    if (!legs_[i].mux) return refuse_shape(i, source);
  }
  if (valid) return hear_rtcp(now_us, i, room, bytes);
  return only_opens(now_us, i, rtcp_port, source, room.first(bytes)) ? Decision{} : refuse_shape(i, source);
}

/// Reports of the peer, in the clear.
Decision Session::hear_rtcp(std::int64_t now_us, unsigned i, Room room, std::size_t bytes) {
  ++legs_[i].counted.rtcp_packets;
  // What reports say of the other side's stream is about packets that this one never sent.
  const bool crosses = plan_.voice.order == 0 && !is_transcoded(i) && !is_transcoded(i ^ 1);
  return crosses ? pass_to(now_us, i ^ 1, true, room, bytes) : Decision{};
}

/// Whether it is an empty Binding request or indication of STUN, by which the leg's own place opens its NAT.
bool Session::only_opens(std::int64_t now_us, unsigned i, bool rtcp_port, const Endpoint& source,
                         std::span<const std::uint8_t> datagram) {
  constexpr std::array<std::uint8_t, 4> cookie{0x21, 0x12, 0xa4, 0x42};  // RFC 8489 §5
  constexpr std::size_t head_bytes = 20;  // and no attribute: checks of ICE show who sent them
  Leg& leg = legs_[i];
  if (source != (rtcp_port ? leg.rtcp : leg.rtp) && !is_named(i, rtcp_port, source)) return false;
  if (datagram.size() != head_bytes || datagram[0] != 0 || (datagram[1] != 0x01 && datagram[1] != 0x11)) return false;
  if (!std::equal(cookie.begin(), cookie.end(), datagram.begin() + 4)) return false;
  if (datagram[2] != 0 || datagram[3] != 0) return false;
  if (now_us - leg.openers_from_us >= SessionLimits::openers_window_us) {
    leg.openers_from_us = now_us;
    leg.openers = 0;
  }
  if (leg.openers >= SessionLimits::openers) return false;
  ++leg.openers;
  return true;
}

Decision Session::refuse_source(unsigned i, const Endpoint& source) {
  // Before the answer names its port, the peer's own early packets are no attack.
  if (!is_described(i) && source.address == plan_.legs[i].signalling) return {};
  ++legs_[i].counted.refused_source;
  legs_[i].counted.last_refused = source.address;
  return {};
}

Decision Session::refuse_shape(unsigned i, const Endpoint& source) {
  ++legs_[i].counted.refused_shape;
  legs_[i].counted.last_refused = source.address;
  return {};
}

std::int64_t Session::silent_at_us() const {
  return plan_.silence_limit_ms == 0 ? never_ms : last_rtp_us_ + std::int64_t{plan_.silence_limit_ms} * 1'000;
}

RelayReport Session::report() const {
  RelayReport report{plan_.id, plan_.call, {}};
  for (unsigned i = 0; i < legs_.size(); ++i) {
    const rtp::Receiver& receiver = legs_[i].receiver;
    LegStatistics& s = report.legs[i];
    s = legs_[i].counted;
    s.packets = receiver.packets();
    s.lost = receiver.lost();
    s.jitter_ms = clock_of(i) == 0 ? 0 : receiver.jitter() * 1'000.0 / clock_of(i);
    s.protection = plan_.legs[i].security.protection;
    if (legs_[i].secure) s.suite = legs_[i].secure->suite();
    s.mos = s.packets == 0 ? 0 : rtp::mos_estimate(s.packets + s.lost, s.lost, s.jitter_ms);
  }
  return report;
}

}  // namespace rf::media
