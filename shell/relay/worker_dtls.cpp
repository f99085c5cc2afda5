// The media thread's part in DTLS: whose handshake a datagram is for, and what becomes of its end.
#include <algorithm>
#include <utility>

#include "shell/dtls/records.hpp"
#include "shell/relay/worker.hpp"

namespace rf::relay {

namespace {

// Kinds of timers; 0 is silence.
constexpr std::uint32_t handshake_timer = 1;  // to 4: by leg and port
constexpr std::uint32_t suspicion_timer = 5;  // and 6: by leg
/// After which it is tried again to begin a handshake that there was no room for.
constexpr std::int64_t full_wait_us = 200'000;

std::uint32_t timer_of(unsigned leg, unsigned port) {
  return handshake_timer + leg * 2 + port;
}

std::int64_t ms_after(std::int64_t us) {
  return us / 1'000 + 1;
}

bool has_dtls(const media::RelayPlan& plan) {
  return std::any_of(plan.legs.begin(), plan.legs.end(),
                     [](const media::LegPlan& leg) { return leg.security.protection == media::Protection::dtls; });
}

}  // namespace

/// A handshake takes as long as a hundred packets of RTP: it waits until the media of this turn is served.
void Worker::await_handshake(const Socket& socket, const Endpoint& source, std::span<const std::uint8_t> datagram) {
  if (waiting_.size() >= SecureMediaLimits::handshakes_waiting) {
    count(counters_.handshakes_dropped);
    return;
  }
  waiting_.push_back({socket.stream->session.plan().id, socket.leg, socket.rtcp, source,
                      dtls::Datagram(datagram.begin(), datagram.end())});
}

void Worker::shake_hands() {
  const std::int64_t begin_us = monotonic_us();
  for (std::int64_t now_us = begin_us; !waiting_.empty() && now_us - begin_us < SecureMediaLimits::handshakes_turn_us;
       now_us = monotonic_us()) {
    const Waiting waiting = std::move(waiting_.front());
    waiting_.pop_front();
    shake_hands(waiting, now_us);
  }
}

void Worker::shake_hands(const Waiting& waiting, std::int64_t now_us) {
  const auto found = streams_.find(waiting.relay);
  if (found == streams_.end() || !found->second->handshakes) return;
  Stream& stream = *found->second;
  const unsigned port = waiting.rtcp ? 1 : 0;
  Handshake& handshake = stream.handshakes->of[waiting.leg][port];
  if (!handshake.association) return greet(stream, waiting, now_us);
  const media::LegPlan& plan = stream.session.plan().legs[waiting.leg];
  if (waiting.source != handshake.peer) {
    // With ICE both passed a check: the peer goes on from the better place.
    if (plan.security.ice) {
      handshake.peer = waiting.source;
    } else {
      // Somebody beside the peer may have been faster. Whom the description names to the port has the better right.
      const bool named = waiting.source == (waiting.rtcp ? plan.remote_rtcp : plan.remote_rtp);
      if (named && handshake.association->state() != dtls::Association::State::secured) greet(stream, waiting, now_us);
      return;
    }
  }
  handshake.association->on_datagram(now_us, waiting.datagram);
  go_on(stream, waiting.leg, port, now_us);
}

/// A datagram from whom we have no association with. Without ICE nothing is kept of it before its address is proved.
void Worker::greet(Stream& stream, const Waiting& waiting, std::int64_t now_us) {
  const media::LegSecurity& security = stream.session.plan().legs[waiting.leg].security;
  const dtls::IdentityRef identity = identity_of(security.our_fingerprint);
  if (!identity || security.we_connect || !dtls::is_client_hello(waiting.datagram)) return;
  if (handshakes_ >= SecureMediaLimits::handshakes) {
    count(counters_.handshakes_dropped);
    return;
  }
  const unsigned port = waiting.rtcp ? 1 : 0;
  if (!security.ice) {
    std::vector<dtls::Datagram> answers;
    auto met = greeter_.meet(now_us, identity, waiting.source, security.peer_fingerprint, waiting.datagram, answers);
    for (const dtls::Datagram& each : answers) send_from(stream, waiting.leg, port, waiting.source, each);
    if (met) begin(stream, waiting.leg, port, std::move(met), waiting.source, now_us);
    return;
  }
  auto association = dtls::Association::passive(identity);
  if (!association) return;
  association->begin(security.peer_fingerprint, now_us);
  association->on_datagram(now_us, waiting.datagram);
  begin(stream, waiting.leg, port, std::move(association), waiting.source, now_us);
}

void Worker::begin(Stream& stream, unsigned leg, unsigned port, std::unique_ptr<dtls::Association> association,
                   const Endpoint& peer, std::int64_t now_us) {
  Handshake& handshake = stream.handshakes->of[leg][port];
  end_handshake(handshake);
  handshake.association = std::move(association);
  handshake.peer = peer;
  handshake.number = stream.session.association(leg);
  handshake.counts = true;
  counters_.handshakes.store(++handshakes_, std::memory_order_relaxed);
  go_on(stream, leg, port, now_us);
}

/// Begins the handshakes of a stream in which we are the active side, as far as it is known with whom.
void Worker::connect(Stream& stream, std::int64_t now_us) {
  if (!has_dtls(stream.session.plan())) return;
  if (!stream.handshakes) stream.handshakes = std::make_unique<Handshakes>();
  for (unsigned leg = 0; leg < 2; ++leg)
    for (unsigned port = 0; port < 2; ++port) {
      Handshake& handshake = stream.handshakes->of[leg][port];
      if (handshake.association) continue;
      const Endpoint* const to = stream.session.connects_to(now_us, leg, static_cast<media::Component>(port));
      if (to == nullptr) continue;
      if (handshakes_ >= SecureMediaLimits::handshakes) {
        timers_.cancel(handshake.timer);
        handshake.timer =
            timers_.set(ms_after(now_us + full_wait_us), stream.session.plan().id.value, timer_of(leg, port));
        continue;
      }
      const media::LegSecurity& security = stream.session.plan().legs[leg].security;
      const dtls::IdentityRef identity = identity_of(security.our_fingerprint);
      auto association = identity ? dtls::Association::active(identity, security.peer_fingerprint, now_us) : nullptr;
      if (association) begin(stream, leg, port, std::move(association), *to, now_us);
    }
}

/// After each step of a handshake: sends what there is to say, and tells its end.
void Worker::go_on(Stream& stream, unsigned leg, unsigned port, std::int64_t now_us) {
  Handshake& handshake = stream.handshakes->of[leg][port];
  dtls::Association& association = *handshake.association;
  for (const dtls::Datagram& each : association.take()) send_from(stream, leg, port, handshake.peer, each);
  const media::RelayPlan& plan = stream.session.plan();
  switch (association.state()) {
    case dtls::Association::State::secured:
      if (handshake.counts) {
        handshake.counts = false;
        counters_.handshakes.store(--handshakes_, std::memory_order_relaxed);
        count(counters_.secured);
        stream.session.set_keys(leg, static_cast<media::Component>(port), association.keys().ours,
                                association.keys().theirs, now_us);
        if (port == 0)
          deliver_(engine::MediaSecured{plan.id, plan.call, static_cast<std::uint8_t>(leg),
                                        association.keys().theirs.suite()});
      }
      break;
    case dtls::Association::State::failed: {
      const media::MediaFault fault = association.fault();
      const Endpoint peer = handshake.peer;
      end_handshake(handshake);
      return distrust(stream, leg, peer, fault, now_us);
    }
    case dtls::Association::State::greeting:
    case dtls::Association::State::handshaking:
      break;
  }
  timers_.cancel(handshake.timer);
  if (association.due_us() != never_ms)
    handshake.timer = timers_.set(ms_after(association.due_us()), plan.id.value, timer_of(leg, port));
}

void Worker::distrust(Stream& stream, unsigned leg, const Endpoint& peer, media::MediaFault fault,
                      std::int64_t now_us) {
  const media::RelayPlan& plan = stream.session.plan();
  if (const auto ends = stream.session.on_handshake_failed(now_us, leg, peer, fault))
    return deliver_(engine::MediaDistrusted{plan.id, plan.call, static_cast<std::uint8_t>(leg), *ends});
  const std::int64_t ends_us = stream.session.suspicion_ends_us(leg);
  timers_.cancel(stream.handshakes->suspicions[leg]);
  if (ends_us != never_ms)
    stream.handshakes->suspicions[leg] = timers_.set(ms_after(ends_us), plan.id.value, suspicion_timer + leg);
}

void Worker::on_handshake_timer(Stream& stream, std::uint32_t kind, std::int64_t now_us) {
  if (!stream.handshakes) return;
  if (kind >= suspicion_timer) {
    const unsigned leg = kind - suspicion_timer;
    stream.handshakes->suspicions[leg] = 0;
    const media::RelayPlan& plan = stream.session.plan();
    if (const auto fault = stream.session.on_suspicion(now_us, leg))
      deliver_(engine::MediaDistrusted{plan.id, plan.call, static_cast<std::uint8_t>(leg), *fault});
    return;
  }
  const unsigned leg = (kind - handshake_timer) / 2, port = (kind - handshake_timer) % 2;
  Handshake& handshake = stream.handshakes->of[leg][port];
  handshake.timer = 0;
  if (!handshake.association) return connect(stream, now_us);
  handshake.association->on_time(now_us);
  go_on(stream, leg, port, now_us);
}

void Worker::end_handshake(Handshake& handshake) {
  timers_.cancel(handshake.timer);
  handshake.association.reset();
  if (!std::exchange(handshake.counts, false)) return;
  counters_.handshakes.store(--handshakes_, std::memory_order_relaxed);
}

void Worker::drop_former_handshakes(Stream& stream) {
  if (!stream.handshakes) return;
  for (unsigned leg = 0; leg < 2; ++leg)
    for (Handshake& each : stream.handshakes->of[leg])
      if (each.association && each.number != stream.session.association(leg)) end_handshake(each);
}

void Worker::end_handshakes(Stream& stream) {
  if (!stream.handshakes) return;
  for (auto& leg : stream.handshakes->of)
    for (Handshake& each : leg) end_handshake(each);
  for (Timers::Handle& each : stream.handshakes->suspicions) timers_.cancel(each);
}

void Worker::send_from(Stream& stream, unsigned leg, unsigned port, const Endpoint& to,
                       const dtls::Datagram& datagram) {
  const KernelAddress kernel = to_kernel(to, family_of(stream.session.plan().legs[leg].local));
  if (kernel.size == 0 || ::sendto(stream.legs[leg].ports[port].fd.get(), datagram.data(), datagram.size(),
                                   MSG_DONTWAIT, kernel.get(), kernel.size) < 0)
    count(counters_.send_failures);
}

dtls::IdentityRef Worker::identity_of(const media::Fingerprint& fingerprint) const {
  for (const dtls::Identities& generation : identities_)
    for (const dtls::IdentityRef& each : generation)
      if (each && each->fingerprint() == fingerprint) return each;
  return nullptr;
}

}  // namespace rf::relay
