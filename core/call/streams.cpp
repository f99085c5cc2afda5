// The streams of a call: ports taken, descriptions rewritten, relays started, changed and stopped.
#include <algorithm>

#include "core/call/calls.hpp"
#include "core/call/wire.hpp"

namespace rf::call {

Calls::Opening Calls::open_streams(Context& ctx, Call& call, const sdp::Session& session) {
  bool any = false;
  if (call.streams.size() < session.media().size()) call.streams.resize(session.media().size());
  auto open = static_cast<std::size_t>(
      std::count_if(call.streams.begin(), call.streams.end(), [](const Stream& s) { return s.exists(); }));
  for (std::size_t i = 0; i < session.media().size(); ++i) {
    Stream& stream = call.streams[i];
    if (sdp::refusal_of(session.media()[i]) != sdp::Refusal::none) continue;
    if (!stream.exists()) {
      if (open >= ctx.policy.limits.streams_max) continue;
      for (media::LegPlan& leg : stream.plan.legs) {
        const auto port = ports_.take(ctx.now.mono_ms);
        if (!port) {
          release_stream(ctx, call, stream);
          return Opening::no_ports;
        }
        leg.local_port = *port;
      }
      stream.audio = session.media()[i].kind == "audio";
      stream.plan.id = RelayId{next_relay_++};
      stream.plan.call = call.id;
      for (const Side side : {Side::caller, Side::callee})
        if (const Leg* leg = call.leg(side)) stream.plan.legs[index(side)].local = leg->dialog->flow().local.address;
      ++open;
    }
    any = true;
  }
  return any ? Opening::some : Opening::none;
}

void Calls::take_remote(Context&, Call& call, Side from, const Flow& flow, const sdp::Session& session) {
  if (Leg* leg = call.leg(from)) leg->said = std::string(session.text);
  for (std::size_t i = 0; i < session.media().size() && i < call.streams.size(); ++i) {
    Stream& stream = call.streams[i];
    if (!stream.exists()) continue;
    const sdp::Media& media = session.media()[i];
    const bool wanted = sdp::refusal_of(media) == sdp::Refusal::none;
    stream.wishes[index(from)] = wanted ? Stream::Wish::wanted : Stream::Wish::declined;
    media::LegPlan& leg = stream.plan.legs[index(from)];
    leg.local = flow.local.address;
    leg.signalling = flow.remote.address;
    leg.remote_rtp = {};
    leg.remote_rtcp = {};
    const auto rtp = sdp::remote_rtp(media);
    if (rtp && sdp::plausible_media_address(rtp->address, flow.remote.address)) {
      leg.remote_rtp = *rtp;
      leg.remote_rtcp = sdp::remote_rtcp(media).value_or(Endpoint{});
      if (!sdp::plausible_media_address(leg.remote_rtcp.address, flow.remote.address)) leg.remote_rtcp = {};
    }
    leg.learn = wanted && leg.remote_rtp.address != flow.remote.address;
    stream.held[index(from)] = sdp::is_held(media);
    if (wanted) stream.plan.clock_hz = sdp::clock_hz(media);
    leg.event_payload_type = sdp::telephone_event(media).value_or(0);
  }
}

void Calls::push_streams(Context& ctx, Call& call) {
  const bool answered = call.state == CallState::storing || call.state == CallState::talking;
  // Who holds the audio expects silence, and a camera may be muted: then no stream's silence says anything.
  bool on_hold = false;
  for (const Stream& stream : call.streams) {
    if (!stream.exists() || !stream.audio || stream.is(Stream::Wish::declined)) continue;
    on_hold = stream.is_held();
    if (!on_hold) break;
  }
  for (Stream& stream : call.streams) {
    if (!stream.exists()) continue;
    if (stream.is(Stream::Wish::declined)) {
      // While phones ring, another one may still want it.
      if (answered) release_stream(ctx, call, stream);
      continue;
    }
    if (!stream.is(Stream::Wish::wanted)) continue;  // of an offer that waits for its answer
    const bool expects_sound = answered && !on_hold && !stream.is_held();
    stream.plan.silence_limit_ms = expects_sound ? ctx.policy.times.media_silence_s * 1'000 : 0;
    if (stream.started) {
      ctx.out.add(effect::UpdateRelay{stream.plan});
    } else {
      ctx.out.add(effect::StartRelay{stream.plan});
      stream.started = true;
      if (!call.measured) call.measured = stream.plan.id;
    }
  }
}

void Calls::drop_unagreed_streams(Context& ctx, Call& call) {
  for (Stream& stream : call.streams)
    if (stream.exists() && !stream.is(Stream::Wish::wanted) && !stream.is(Stream::Wish::declined))
      release_stream(ctx, call, stream);
}

void Calls::release_stream(Context& ctx, Call& call, Stream& stream) {
  if (stream.started) {
    ctx.out.add(effect::StopRelay{stream.plan.id});
    ++call.reports_due;
  }
  for (const media::LegPlan& leg : stream.plan.legs)
    if (leg.local_port != 0) ports_.give_back(leg.local_port, ctx.now.mono_ms);
  stream = {};
}

void Calls::close_streams(Context& ctx, Call& call) {
  for (Stream& stream : call.streams) release_stream(ctx, call, stream);
}

std::string Calls::describe(Context& ctx, Call& call, Side to, Leg& leg, const sdp::Session& session) {
  sdp::RewritePlan plan;
  plan.address = public_endpoint(ctx.policy, leg.dialog->flow()).address;
  // An interface of its own has an address of its own; before a NAT both are behind the advertised one.
  const Address& local = leg.dialog->flow().local.address;
  if (plan.address == local) plan.address = ctx.policy.media_address(local);
  const bool answering = leg.exchange.state() == sdp::OfferAnswer::State::offer_received;
  const auto offer = sdp::parse(answering ? leg.exchange.pending_offer() : std::string_view());
  for (std::size_t i = 0; i < session.media().size() && i < call.streams.size(); ++i) {
    plan.media[i].port = call.streams[i].plan.legs[index(to)].local_port;
    if (answering && offer && i < offer->media().size()) plan.media[i].answers = offer->media()[i].direction;
  }
  return leg.origin.describe(session, plan);
}

}  // namespace rf::call
