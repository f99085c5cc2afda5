// Who relays a call's media: we, or a media server. That is decided when the first offer leaves, before anybody hears
// of an address, and a media server gets what it can do as well as we: audio and video between phones whose addresses
// are known, at most one of them with SRTP by keys in the description (SDES). It learns no address of a peer, since it
// cannot be told the one host that may teach it (row M3). What may need a handshake, a transcoder or our voice stays
// here.
#include <algorithm>
#include <utility>
#include <vector>

#include "core/call/calls.hpp"
#include "core/call/codecs.hpp"
#include "core/sip/uri.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;

namespace {

constexpr std::string_view two_families = "its addresses are of two families";
constexpr std::string_view nat = "a phone is behind a NAT";

/// Whether its phone names a private address where another one is seen: a NAT, whose address has to be learned.
bool is_translated(std::string_view contact, const Address& seen) {
  const auto uri = sip::parse_uri(contact);
  const auto named = uri ? uri->address() : std::nullopt;
  return named && named->is_private() && *named != seen;
}

bool is_protected(const Leg& leg, media::Protection how) {
  return std::any_of(leg.keying.begin(), leg.keying.end(),
                     [&](const Keying& keying) { return keying.agreed().protection == how; });
}

bool speaks_g711(const sdp::Session& said) {
  return std::all_of(said.media().begin(), said.media().end(), [](const sdp::Media& media) {
    if (media.kind != "audio") return true;
    const auto coding = voice_coding_of(media);
    return coding && (coding->codec == media::Codec::pcmu || coding->codec == media::Codec::pcma);
  });
}

}  // namespace

std::string_view Calls::why_here(const MediaTerms& terms, std::string_view contact, const Address& seen,
                                 bool caller_is_protected) {
  const bool holds_keys_out = is_encrypted(terms.transport) && terms.wanted != policy::Encryption::off;
  if (terms.is_browser() || (terms.wanted == policy::Encryption::required && !holds_keys_out))
    return "a side may shake hands for its keys";
  if (holds_keys_out && caller_is_protected) return "both sides may be encrypted";
  if (is_translated(contact, seen)) return nat;
  if (terms.turns_keys) return keys_turned;
  return {};
}

std::string_view Calls::why_here(Context& ctx, const Call& call, const Leg& leg) {
  if (is_protected(leg, media::Protection::dtls)) return "a side shakes hands for its keys";
  const bool is_caller = &leg == &call.caller;
  const Flow& flow = leg.dialog->flow();
  MediaTerms terms = rule_for(ctx, call.cdr.tenant, leg.extension, leg.trunk, flow.transport);
  terms.turns_keys = terms.turns_keys || (!is_caller && lacks_events(ctx, call, key_rule(ctx, call, leg)));
  // What it has agreed to, or refused to be offered, is settled.
  if (leg.in_clear || is_caller) terms.wanted = policy::Encryption::off;
  const bool other_is_protected = !is_caller && is_protected(call.caller, media::Protection::sdes);
  const auto why = why_here(terms, leg.dialog->remote_target(), flow.remote.address, other_is_protected);
  if (!why.empty()) return why;
  const auto said = sdp::parse(std::string_view(leg.said.reveal()));
  if (!said) return {};
  if (ctx.policy.transcode && !speaks_g711(*said)) return "a phone may need a transcoder";
  for (const sdp::Media& media : said->media()) {
    if (ctx.policy.transcode && takes_short_packets(media)) return packets_cut;
    const auto remote = sdp::remote_rtp(media);
    if (remote && remote->address != flow.remote.address && remote->address.is_private())
      return nat;
  }
  return {};
}

bool Calls::must_stay_plain(const Call& call, const Leg& leg) {
  if (is_protected(leg, media::Protection::sdes)) return false;
  const bool has_spoken = !leg.keying.empty() && !leg.said.reveal().empty();
  return has_spoken || (&leg != &call.caller && is_protected(call.caller, media::Protection::sdes));
}

bool Calls::decide_relay(Context& ctx, Call& call, std::string_view why_here, bool callee_v4) {
  call.unplaced = false;
  call.placed = true;
  if (!why_here.empty()) call.cdr.engine = std::string("relay: ").append(why_here);
  if (!why_here.empty() || draw(ctx, call, callee_v4)) return true;
  const bool falls_back = ctx.policy.media_falls_back || call.emergency;  // fail open: somebody calls for help
  ctx.report(Level::warning, Reason::media_server_missing, call.caller.dialog->flow(), call.cdr.caller_number,
             call.cdr.id, falls_back ? "relayed here" : "refused");
  call.cdr.engine = "relay: no media server had room";
  call.placed = falls_back;
  call.unplaced = !falls_back;
  return falls_back;
}

void Calls::decide_relay(Context& ctx, Call& call,
                         std::span<const std::pair<const policy::Extension*, const Binding*>> phones) {
  if (!ctx.policy.media_elsewhere || call.placed || phones.size() < 2) return;
  const bool v4 = phones.front().second->flow.local.address.is_v4();
  for (const auto& [callee, binding] : phones) {
    MediaTerms terms = rule_for(ctx, call.cdr.tenant, callee->id, {}, binding->flow.transport);
    terms.turns_keys = terms.turns_keys || lacks_events(ctx, call, key_rule(ctx, call.cdr.tenant, callee->id, {}));
    std::string_view why = why_here(terms, binding->contact, binding->flow.remote.address,
                                    is_protected(call.caller, media::Protection::sdes));
    if (why.empty() && binding->flow.local.address.is_v4() != v4) why = two_families;
    if (why.empty()) continue;
    decide_relay(ctx, call, why, v4);
    return;
  }
}

/// All streams of a call are with one server, since a description has one address.
bool Calls::draw(Context& ctx, Call& call, bool callee_v4) {
  const std::array v4{call.caller.dialog->flow().local.address.is_v4(), callee_v4};
  std::vector<media::Elsewhere> drawn;
  for (const Stream& stream : call.streams) {
    if (!stream.exists()) continue;
    auto one = stock_.take(drawn.empty() ? std::string_view() : std::string_view(drawn.front().server), v4);
    if (!one) {
      while (!drawn.empty()) {
        stock_.put_back(std::move(drawn.back()));
        drawn.pop_back();
      }
      return false;
    }
    drawn.push_back(std::move(*one));
  }
  if (drawn.empty()) return false;
  call.server = drawn.front().server;
  call.cdr.engine = "rtpengine " + call.server;
  auto next = drawn.begin();
  for (Stream& stream : call.streams)
    if (stream.exists()) put_elsewhere(ctx, stream, *next++);
  return true;
}

void Calls::put_elsewhere(Context& ctx, Stream& stream, const media::Elsewhere& relay) {
  for (const std::size_t i : {0u, 1u}) {
    media::LegPlan& leg = stream.plan.legs[i];
    if (leg.local_port != 0) ports_.give_back(leg.local_port, ctx.now.mono_ms);
    leg.local = relay.local[i].address;
    leg.local_port = relay.local[i].port;
  }
  stream.plan.id = relay.id;
  ctx.out.add(effect::TakeRelay{relay.id});
}

bool Calls::fit_media(Context& ctx, Call& call, const Leg& callee) {
  if (call.server.empty() && (call.placed || !ctx.policy.media_elsewhere)) return true;
  if (call.late_offer) return decide_relay(ctx, call, "the callee makes the offer", true);
  std::string_view why = why_here(ctx, call, callee);
  if (!call.placed) {
    if (const auto of_caller = why_here(ctx, call, call.caller); !of_caller.empty()) why = of_caller;
    return decide_relay(ctx, call, why, callee.dialog->flow().local.address.is_v4());
  }
  for (const Stream& stream : call.streams)
    if (stream.exists() && why.empty() &&
        stream.plan.legs[1].local.is_v4() != callee.dialog->flow().local.address.is_v4())
      why = two_families;
  return why.empty() || bring_back(ctx, call, callee, why);
}

/// What a media server was to relay is relayed by us, while nobody holds to what was said of it.
bool Calls::bring_back(Context& ctx, Call& call, const Leg& callee, std::string_view why) {
  const bool others = std::any_of(call.forks.begin(), call.forks.end(), [&](const Fork& fork) {
    return &fork.leg != &callee && fork.invite && fork.status == 0 && !fork.cancelled;
  });
  if (others || !call.caller.exchange.invite_open() || call.state != CallState::ringing) return false;
  return relay_here(ctx, call, callee, why);
}

bool Calls::take_ports_here(Context& ctx, Call& call, const Leg& callee) {
  std::vector<Stream> here = call.streams;
  bool all = true;
  for (Stream& stream : here) {
    if (!stream.exists()) continue;
    stream.started = false;
    stream.plan.id = {};
    for (media::LegPlan& leg : stream.plan.legs) leg.local_port = 0;
    if (!all || !open_here(ctx, call, stream)) {
      all = false;
      continue;
    }
    stream.plan.legs[0].local = call.caller.dialog->flow().local.address;
    stream.plan.legs[1].local = callee.dialog->flow().local.address;
  }
  if (!all) {
    for (Stream& stream : here) release_stream(ctx, call, stream);
    return false;
  }
  call.there = std::exchange(call.streams, std::move(here));
  call.measured = {};
  return true;
}

bool Calls::relay_here(Context& ctx, Call& call, const Leg& callee, std::string_view why) {
  if (call.server.empty()) return true;
  if (!take_ports_here(ctx, call, callee)) return false;
  for (Stream& stream : call.there) release_stream(ctx, call, stream);
  call.there.clear();
  call.server.clear();
  call.cdr.engine = std::string("relay: ").append(why);
  return true;
}

bool Calls::offer_from_here(Context& ctx, Call& call, std::size_t place, int status) {
  if (status != 488 && status != 415 && status != 606) return false;
  Fork& fork = call.forks[place];
  if (call.server.empty() || !ctx.policy.transcode || fork.cancelled) return false;
  if (fork.leg.dialog->state() != dialog::Dialog::State::calling) return false;
  if (!bring_back(ctx, call, fork.leg, "a phone may need a transcoder")) return false;
  fork.leg.keying.clear();
  fork.leg.exchange = {};
  fork.cseq = fork.leg.dialog->next_cseq();
  send_invite(ctx, call, place);
  if (fork.status != 0) on_fork_failure(ctx, call, place, std::exchange(fork.status, 0));
  return true;
}

void Calls::on_relay_stocked(Context& ctx, media::Elsewhere relay) {
  const RelayId id = relay.id;
  if (!stock_.put(std::move(relay))) ctx.out.add(effect::StopRelay{id});
}

void Calls::on_relay_stale(Context& ctx, RelayId relay) {
  if (stock_.drop(relay)) ctx.out.add(effect::StopRelay{relay});
}

void Calls::on_relay_lost(Context& ctx, CallId id, RelayId relay, std::string_view why) {
  Call* call = calls_.find(id);
  if (!call || call->state == CallState::ending) return;
  const bool needed = std::any_of(call->streams.begin(), call->streams.end(),
                                  [&](const Stream& stream) { return stream.plan.id == relay; });
  if (!needed) return;
  if (call->state == CallState::talking)
    return end_answered(ctx, *call, EndedBy::system, Reason::media_server_lost, why);
  end(ctx, *call, CallResult::failed, EndedBy::system, 503, Reason::media_server_lost, why);
}

}  // namespace rf::call
