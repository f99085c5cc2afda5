// The streams of a call: ports taken, descriptions rewritten, relays started, changed and stopped.
#include <algorithm>

#include "core/base/limits/media.hpp"
#include "core/base/limits/wire.hpp"
#include "core/call/calls.hpp"
#include "core/call/codecs.hpp"
#include "core/call/wire.hpp"

namespace rf::call {

using effect::Reason;

namespace {

Keying& keying_of(Leg& leg, std::size_t i) {
  if (leg.keying.size() <= i) leg.keying.resize(i + 1);
  return leg.keying[i];
}

}  // namespace

MediaTerms Calls::rule_for(Context& ctx, TenantId tenant, ExtensionId extension, TrunkId trunk_id,
                           Transport transport) {
  MediaTerms terms;
  terms.transport = transport;
  for (std::size_t i = 0; i < terms.certificates.size(); ++i)
    terms.certificates[i] = {ctx.policy.media_fingerprints[i]};
  if (trunk_id) {
    const toll::TrunkTerms* trunk = ctx.plan.trunk(trunk_id);
    const auto usual = is_encrypted(transport) ? policy::Encryption::optional : policy::Encryption::off;
    terms.wanted = trunk ? trunk->line.media_encryption.value_or(usual) : usual;
  } else {
    const auto usual = ctx.policy.media_encryption[static_cast<std::size_t>(transport)];
    terms.wanted = ctx.plan.extension(tenant, extension).media_encryption.value_or(usual);
  }
  terms.turns_keys = !speaks_events(key_rule(ctx, tenant, extension, trunk_id));
  return terms;
}

MediaTerms Calls::media_terms(Context& ctx, const Call& call, const Leg& leg) {
  MediaTerms terms = rule_for(ctx, call.cdr.tenant, leg.extension, leg.trunk, leg.dialog->flow().transport);
  terms.by_key_alone = !call.server.empty();
  terms.by_certificate = leg.by_certificate;
  const bool stays_plain = leg.in_clear || (terms.by_key_alone && must_stay_plain(call, leg));
  if (call.emergency && leg.in_clear) terms.wanted = policy::Encryption::off;
  if (stays_plain && terms.wanted == policy::Encryption::optional) terms.wanted = policy::Encryption::off;
  return terms;
}

bool Calls::may_repeat(Context& ctx, const Call& call, const Leg& leg) {
  const MediaTerms terms = media_terms(ctx, call, leg);
  return std::all_of(leg.keying.begin(), leg.keying.end(), [&](const Keying& k) { return k.may_be_told(terms); });
}

Calls::Opening Calls::open_streams(Context& ctx, Call& call, const Leg* by, const sdp::Session& session) {
  bool any = false;
  if (call.streams.size() < session.media().size()) call.streams.resize(session.media().size());
  auto open = static_cast<std::size_t>(
      std::count_if(call.streams.begin(), call.streams.end(), [](const Stream& s) { return s.exists(); }));
  for (std::size_t i = 0; i < session.media().size(); ++i) {
    Stream& stream = call.streams[i];
    if (sdp::refusal_of(session.media()[i]) != sdp::Refusal::none) continue;
    if (by && !judge_offer(media_terms(ctx, call, *by), session, session.media()[i])) {
      // One that runs is not given up for an offer that breaks the rule: all stays as it was.
      if (stream.exists()) return Opening::none;
      continue;
    }
    if (!stream.exists()) {
      if (open >= ctx.policy.limits.streams_max) continue;
      stream.audio = session.media()[i].kind == "audio";
      // One that is new in a call that a media server relays goes there, too, or is declined.
      if (!call.server.empty() ? !open_elsewhere(ctx, call, stream) : !open_here(ctx, call, stream)) {
        if (call.server.empty()) return Opening::no_ports;
        continue;
      }
      stream.plan.call = call.id;
      ++open;
    }
    any = true;
  }
  return any ? Opening::some : Opening::none;
}

bool Calls::open_here(Context& ctx, Call& call, Stream& stream) {
  for (media::LegPlan& leg : stream.plan.legs) {
    const auto port = ports_.take(ctx.now.mono_ms);
    if (!port) {
      release_stream(ctx, call, stream);
      return false;
    }
    leg.local_port = *port;
  }
  stream.plan.id = RelayId{next_relay_++};
  for (const Side side : {Side::caller, Side::callee})
    if (const Leg* leg = call.leg(side)) stream.plan.legs[index(side)].local = leg->dialog->flow().local.address;
  return true;
}

bool Calls::open_elsewhere(Context& ctx, const Call& call, Stream& stream) {
  std::array<bool, 2> v4{};
  for (const Stream& known : call.streams)
    if (media::is_elsewhere(known.plan.id))
      for (const std::size_t i : {0u, 1u}) v4[i] = known.plan.legs[i].local.is_v4();
  const auto relay = stock_.take(call.server, v4);
  if (relay) put_elsewhere(ctx, stream, *relay);
  return relay.has_value();
}

Calls::Unfit Calls::why_not(Context& ctx, const Call& call, const Leg& by, const sdp::Session& offer) {
  Unfit first{Reason::offer_refused, sdp::text_of(sdp::Refusal::port_zero)};
  for (const sdp::Media& media : offer.media()) {
    if (const auto refusal = sdp::refusal_of(media); refusal != sdp::Refusal::none) {
      if (&media == offer.media().data()) first.text = sdp::text_of(refusal);
      continue;
    }
    if (const auto choice = judge_offer(media_terms(ctx, call, by), offer, media); !choice)
      return {Reason::media_refused, text_of(choice.error())};
  }
  return first;
}

std::optional<Breach> Calls::agree_by_offer(Context& ctx, const Call& call, Leg& leg, const sdp::Session& offer) {
  const MediaTerms terms = media_terms(ctx, call, leg);
  std::array<std::optional<Choice>, WireLimits::sdp_media> choices;
  const std::size_t count = std::min(offer.media().size(), call.streams.size());
  for (std::size_t i = 0; i < count; ++i) {
    const sdp::Media& media = offer.media()[i];
    if (!call.streams[i].exists() || sdp::refusal_of(media) != sdp::Refusal::none) continue;
    auto choice = judge_offer(terms, offer, media);
    if (!choice) return choice.error();
    choices[i] = std::move(*choice);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (choices[i])
      keying_of(leg, i).accept(ctx.random, terms, *choices[i]);
    else
      keying_of(leg, i).drop();
  }
  return std::nullopt;
}

std::optional<Breach> Calls::agree_by_answer(Leg& leg, const sdp::Session& answer) {
  for (std::size_t i = 0; i < answer.media().size() && i < leg.keying.size(); ++i) {
    if (answer.media()[i].port == 0) {
      leg.keying[i].drop();
    } else if (const auto settled = leg.keying[i].settle(answer, answer.media()[i]); !settled) {
      return settled.error();
    }
  }
  return std::nullopt;
}

void Calls::take_remote(Call& call, Side from, Leg& by, const sdp::Session& session) {
  const Flow& flow = by.dialog->flow();
  by.said = Description(std::string(session.text));
  by.keys.used = Leg::Keys::Used::nothing;
  ++by.keys.round;
  for (std::size_t i = 0; i < session.media().size() && i < call.streams.size(); ++i) {
    Stream& stream = call.streams[i];
    if (!stream.exists()) continue;
    const sdp::Media& media = session.media()[i];
    const bool wanted = sdp::refusal_of(media) == sdp::Refusal::none;
    stream.wishes[index(from)] = wanted ? Stream::Wish::wanted : Stream::Wish::declined;
    media::LegPlan& leg = stream.plan.legs[index(from)];
    if (!media::is_elsewhere(stream.plan.id)) leg.local = flow.local.address;
    leg.signalling = flow.remote.address;
    leg.security = keying_of(by, i).agreed();
    leg.remote_rtp = {};
    leg.remote_rtcp = {};
    const auto rtp = sdp::remote_rtp(media);
    if (rtp && sdp::plausible_media_address(rtp->address, flow.remote.address)) {
      leg.remote_rtp = *rtp;
      leg.remote_rtcp = leg.security.mux ? *rtp : sdp::remote_rtcp(media).value_or(Endpoint{});
      if (!sdp::plausible_media_address(leg.remote_rtcp.address, flow.remote.address)) leg.remote_rtcp = {};
    }
    leg.learn = wanted && leg.remote_rtp.address != flow.remote.address;
    stream.held[index(from)] = leg.holds = sdp::is_held(media);
    if (wanted) stream.plan.clock_hz = sdp::clock_hz(media);
    leg.event_payload_type = sdp::telephone_event(media).value_or(0);
    leg.round = by.keys.round;
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
    choose_transcoding(ctx, call, stream);
    stream.plan.silence_limit_ms = expects_sound ? ctx.policy.times.media_silence_s * 1'000 : 0;
    if (stream.started) {
      ctx.out.add(effect::UpdateRelay{stream.plan});
    } else {
      ctx.out.add(effect::StartRelay{stream.plan});
      stream.started = true;
      if (!call.measured) call.measured = stream.plan.id;
    }
    if (call.measured == stream.plan.id) note_protection(call, stream);
  }
}

void Calls::note_protection(Call& call, const Stream& stream) {
  for (std::size_t i = 0; i < 2; ++i) {
    const media::LegSecurity& leg = stream.plan.legs[i].security;
    media::LegStatistics& noted = call.cdr.media[i];
    // What a handshake agreed on is told by the relay.
    if (noted.protection != leg.protection || leg.protection != media::Protection::dtls) noted.suite.reset();
    if (leg.protection == media::Protection::sdes && leg.ours) noted.suite = leg.ours.suite();
    noted.protection = leg.protection;
  }
}

void Calls::drop_unagreed_streams(Context& ctx, Call& call) {
  for (Stream& stream : call.streams)
    if (stream.exists() && !stream.is(Stream::Wish::wanted) && !stream.is(Stream::Wish::declined))
      release_stream(ctx, call, stream);
}

void Calls::release_stream(Context& ctx, Call& call, Stream& stream) {
  const bool elsewhere = media::is_elsewhere(stream.plan.id);
  if (stream.started || elsewhere) ctx.out.add(effect::StopRelay{stream.plan.id});
  if (stream.started) ++call.reports_due;
  if (stream.plan.transcode) --transcoded_;
  for (const media::LegPlan& leg : stream.plan.legs)
    if (leg.local_port != 0 && !elsewhere) ports_.give_back(leg.local_port, ctx.now.mono_ms);
  stream = {};
}

void Calls::close_streams(Context& ctx, Call& call) {
  for (Stream& stream : call.streams) release_stream(ctx, call, stream);
  for (Stream& stream : call.there) release_stream(ctx, call, stream);
  call.there.clear();
}

FormatText Calls::formats_for(const Context& ctx, const Call& call, const sdp::Media& said, const sdp::Media* offer,
                              bool events) const {
  if (!ctx.policy.transcode || !call.server.empty()) return {};
  if (offer) return formats_to_answer(*offer, said, events);
  return transcoded_ < TranscodeLimits::streams ? formats_to_offer(said) : FormatText();
}

/// By what both sides said last. Who rings needs nothing, and who hears us alone only somebody who hears his tones.
void Calls::choose_transcoding(Context& ctx, Call& call, Stream& stream) {
  const auto place = static_cast<std::size_t>(&stream - call.streams.data());
  const Leg* callee = call.leg(Side::callee);
  const Description* const theirs = callee ? &callee->said : call.heard ? &call.forks[*call.heard].answer : nullptr;
  const auto a = sdp::parse(std::string_view(call.caller.said.reveal()));
  const auto b = sdp::parse(theirs ? std::string_view(theirs->reveal()) : std::string_view());
  if (call.caller.exchange.state() == sdp::OfferAnswer::State::offer_received) stream.answered_by = Side::callee;
  if (callee && callee->exchange.state() == sdp::OfferAnswer::State::offer_received) stream.answered_by = Side::caller;
  const bool by_callee = stream.answered_by == Side::callee;
  const bool is_ours = !media::is_elsewhere(stream.plan.id);
  const sdp::Media* const of_caller = a && place < a->media().size() ? &a->media()[place] : nullptr;
  const sdp::Media* const of_callee = b && place < b->media().size() ? &b->media()[place] : nullptr;
  transcoded_ -= stream.plan.transcode ? 1 : 0;
  stream.plan.transcode.reset();
  if (is_ours && !call.announcing && of_caller && of_callee) {
    const sdp::Media& offer = by_callee ? *of_caller : *of_callee;
    const sdp::Media& answer = by_callee ? *of_callee : *of_caller;
    stream.plan.transcode = transcoding_between(offer, answer);
    const bool may_add = stream.audio && ctx.policy.transcode && transcoded_ < TranscodeLimits::streams;
    if (!stream.plan.transcode && may_add) stream.plan.transcode = cutting_between(offer, answer);
    if (stream.plan.transcode && !by_callee) std::swap(stream.plan.transcode->legs[0], stream.plan.transcode->legs[1]);
  }
  if (stream.audio) choose_keys(ctx, call, stream, of_caller, of_callee, by_callee);
  transcoded_ += stream.plan.transcode ? 1 : 0;
}

std::string Calls::describe(Context& ctx, Call& call, Side to, Leg& leg, const sdp::Session& session) {
  sdp::RewritePlan plan;
  std::array<FormatText, WireLimits::sdp_media> texts;  // which the plan points into
  std::string names;
  plan.address = public_endpoint(ctx.policy, leg.dialog->flow()).address;
  // An interface of its own has an address of its own; before a NAT both are behind the advertised one.
  const Address& local = leg.dialog->flow().local.address;
  if (plan.address == local) plan.address = ctx.policy.media_address(local);
  for (const Stream& stream : call.streams)
    if (media::is_elsewhere(stream.plan.id)) plan.address = stream.plan.legs[index(to)].local;
  const bool answering = leg.exchange.state() == sdp::OfferAnswer::State::offer_received;
  const auto offer = sdp::parse(answering ? leg.exchange.pending_offer() : std::string_view());
  const auto said = sdp::parse(leg.said.reveal());
  const MediaTerms terms = media_terms(ctx, call, leg);
  for (std::size_t i = 0; i < session.media().size() && i < call.streams.size(); ++i) {
    sdp::MediaRewrite& media = plan.media[i];
    media.port = call.streams[i].plan.legs[index(to)].local_port;
    const sdp::Media* const offered = answering && offer && i < offer->media().size() ? &offer->media()[i] : nullptr;
    texts[i] = formats_for(ctx, call, session.media()[i], offered, speaks_events(key_rule(ctx, call, leg)));
    fit_events(ctx, call, to, leg, i, session.media()[i], offered, texts[i]);
    media.formats = texts[i].rewrite();
    if (offered) {
      const sdp::Media& asked = *offered;
      call.streams[i].answered_by = other(to);
      media.answers = asked.direction;
      media.proto = asked.proto;
      media.mid = sdp::mid_of(asked);
      if (media.port != 0) media.protection = keying_of(leg, i).answered();
      continue;
    }
    // Streams have their names in their order, unless the browser gave them itself.
    if (said && i < said->media().size()) media.mid = sdp::mid_of(said->media()[i]);
    if (media.mid.empty() && terms.is_browser()) media.mid = std::string_view("01234567").substr(i, 1);
    if (media.port == 0) continue;
    Keying& keying = keying_of(leg, i);
    keying.hold_out(ctx.random, terms, session.media()[i]);
    media.proto = sdp::text_of(keying.offered_profile());
    media.protection = keying.offered();
    if (terms.is_browser()) names.append(names.empty() ? "" : " ").append(media.mid);
  }
  plan.bundle = offer ? sdp::bundle_of(*offer) : names;
  return leg.origin.describe(session, plan);
}

void Calls::append_media_note(std::string& out, const Call& call, Side to, const Leg& leg) {
  const Transport transport = leg.dialog->flow().transport;
  if (!leg.extension || (transport != Transport::ws && transport != Transport::wss)) return;
  for (const Stream& stream : call.streams) {
    if (!stream.exists() || !stream.audio) continue;
    if (stream.wishes[index(other(to))] != Stream::Wish::wanted) return;
    const media::LegSecurity& there = stream.plan.legs[index(other(to))].security;
    out.append("X-Ringfence-Media: other=").append(media::text_of(there.protection));
    if (there.ours) out.append(" ").append(srtp::facts_of(there.ours.suite()).sdp_name);
    out += "\r\n";
    return;
  }
}

}  // namespace rf::call
