// The streams of a call: ports taken, descriptions rewritten, relays started, changed and stopped.
#include "core/call/calls.hpp"
#include "core/call/wire.hpp"

namespace rf::call {

bool Calls::open_streams(Context& ctx, Call& call, const sdp::Session& session) {
  bool any = false;
  if (call.streams.size() < session.media().size()) call.streams.resize(session.media().size());
  for (std::size_t i = 0; i < session.media().size(); ++i) {
    Stream& stream = call.streams[i];
    stream.used = sdp::refusal_of(session.media()[i]) == sdp::Refusal::none;
    if (!stream.used) continue;
    for (auto& leg : stream.plan.legs) {
      if (leg.local_port != 0) continue;
      const auto port = ports_.take(ctx.now.mono_ms);
      if (!port) return false;
      leg.local_port = *port;
    }
    if (!stream.plan.id) {
      stream.plan.id = RelayId{next_relay_++};
      stream.plan.call = call.id;
    }
    stream.plan.legs[index(Side::caller)].local = call.caller.dialog->flow().local.address;
    any = true;
  }
  return any;
}

void Calls::take_remote(Context&, Call& call, Side from, const Flow& flow, const sdp::Session& session) {
  for (std::size_t i = 0; i < session.media().size() && i < call.streams.size(); ++i) {
    Stream& stream = call.streams[i];
    if (!stream.used) continue;
    const sdp::Media& media = session.media()[i];
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
    leg.learn = media.port != 0 && leg.remote_rtp.address != flow.remote.address;
    stream.held[index(from)] = sdp::is_held(media);
    if (media.port != 0) stream.plan.clock_hz = sdp::clock_hz(media);
    leg.event_payload_type = sdp::telephone_event(media).value_or(0);
  }
}

void Calls::push_streams(Context& ctx, Call& call) {
  const bool talking = call.state == CallState::storing || call.state == CallState::talking;
  for (Stream& stream : call.streams) {
    if (!stream.used && !stream.started) continue;
    const bool held = stream.held[0] || stream.held[1] || !stream.used;
    stream.plan.silence_limit_ms = talking && !held ? ctx.policy.times.media_silence_s * 1'000 : 0;
    if (stream.started) {
      ctx.out.add(effect::UpdateRelay{stream.plan});
    } else {
      ctx.out.add(effect::StartRelay{stream.plan});
      stream.started = true;
    }
  }
}

void Calls::close_streams(Context& ctx, Call& call) {
  for (Stream& stream : call.streams) {
    if (stream.started) {
      ctx.out.add(effect::StopRelay{stream.plan.id});
      stream.started = false;
      ++call.reports_due;
    }
    for (auto& leg : stream.plan.legs) {
      if (leg.local_port != 0) ports_.give_back(leg.local_port, ctx.now.mono_ms);
      leg.local_port = 0;
    }
  }
}

std::string Calls::describe(Context& ctx, Call& call, Side to, Leg& leg, const sdp::Session& session) {
  sdp::RewritePlan plan;
  plan.address = public_endpoint(ctx.policy, leg.dialog->flow()).address;
  const bool answering = leg.exchange.state() == sdp::OfferAnswer::State::offer_received;
  const auto offer = sdp::parse(answering ? leg.exchange.pending_offer() : std::string_view());
  for (std::size_t i = 0; i < session.media().size() && i < call.streams.size(); ++i) {
    if (call.streams[i].used) plan.media[i].port = call.streams[i].plan.legs[index(to)].local_port;
    if (answering && offer && i < offer->media().size()) plan.media[i].answers = offer->media()[i].direction;
  }
  return leg.origin.describe(session, plan);
}

}  // namespace rf::call
