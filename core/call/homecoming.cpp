// A running call comes from its media server to us, when its phones turn out to need what no server does: keys that
// have to be turned, packets that have to be cut. They are told one after the other, and until both have agreed the
// server relays on, so that nobody hears a pause. Keys that are pressed meanwhile wait.
#include <algorithm>
#include <utility>

#include "core/call/calls.hpp"
#include "core/call/codecs.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;
using media::KeyWay;

std::string_view Calls::why_home(const Context& ctx, Call& call) {
  const Leg* const callee = call.leg(Side::callee);
  if (call.server.empty() || !ctx.policy.transcode || !callee) return {};
  const bool of_caller = has_events(call.caller), of_callee = has_events(*callee);
  const auto has_to = [&](const Leg& leg) { return key_rule(ctx, call, leg) == policy::Keys::events; };
  if ((of_caller && !of_callee && has_to(call.caller)) || (of_callee && !of_caller && has_to(*callee)))
    return keys_turned;
  const auto a = sdp::parse(std::string_view(call.caller.said.reveal()));
  const auto b = sdp::parse(std::string_view(callee->said.reveal()));
  for (std::size_t i = 0; a && b && i < std::min(a->media().size(), b->media().size()); ++i)
    if (cutting_between(a->media()[i], b->media()[i])) return packets_cut;
  return {};
}

bool Calls::needs_turning(const Context& ctx, const Call& call, const Leg& peer) {
  if (call.server.empty()) return false;
  const KeyWay way = key_way(key_rule(ctx, call, peer), has_events(peer), peer.keys.sends_info);
  return way == KeyWay::events || (way == KeyWay::sound && ctx.policy.transcode);
}

bool Calls::come_home(Context& ctx, Call& call, std::string_view why) {
  Leg* const callee = call.leg(Side::callee);
  const bool may = !call.server.empty() && !call.stays_there && !call.leaving && call.state == CallState::talking;
  if (!may || !callee) return false;
  for (const Leg* leg : {&call.caller, callee})
    if (!is_free(*leg) || !leg->exchange.may_offer()) return false;
  // Who holds would be taken off hold by an offer of ours.
  if (std::any_of(call.streams.begin(), call.streams.end(), [](const Stream& s) { return s.exists() && s.is_held(); }))
    return false;
  const RelayId measured = call.measured;
  if (!take_ports_here(ctx, call, *callee)) return false;
  call.homecoming = Homecoming{{call.caller.keying, callee->keying}, std::exchange(call.server, {}),
                               std::exchange(call.cdr.engine, std::string("relay: ").append(why)), measured, {}};
  // How far a cipher has come is known to the server alone: its keys are agreed on anew.
  for (const Side side : {Side::caller, Side::callee}) {
    std::vector<Keying>& keying = call.leg(side)->keying;
    for (std::size_t i = 0; i < std::min(keying.size(), call.streams.size()); ++i) {
      if (keying[i].agreed().protection == media::Protection::plain) continue;
      keying[i].park();
      call.streams[i].plan.legs[index(side)].security = keying[i].agreed();
    }
  }
  // A trunk first: it refuses such changes sooner than a phone, and as long as nobody has moved all can stay.
  const Side first = call.caller.trunk ? Side::caller : Side::callee;
  call.joins_next = other(first);
  offer_across(ctx, call, first);
  return call.homecoming.has_value();
}

void Calls::on_home(Context& ctx, Call& call) {
  const Homecoming was = *std::exchange(call.homecoming, std::nullopt);
  for (Stream& stream : call.there) release_stream(ctx, call, stream);
  call.there.clear();
  for (const auto& [side, key] : was.keys) press(ctx, call, side, key);
}

/// A phone refused. While nobody has moved all is as before; else what the server relays goes on beside what we do.
void Calls::stay_there(Context& ctx, Call& call) {
  Homecoming was = *std::exchange(call.homecoming, std::nullopt);
  call.stays_there = true;
  call.joins_next.reset();
  const bool moved = std::any_of(call.streams.begin(), call.streams.end(), [](const Stream& s) { return s.started; });
  for (const Side side : {Side::caller, Side::callee}) {
    Leg& leg = *call.leg(side);
    leg.join_tries = 0;
    leg.joins_again = false;
    if (!moved) leg.keying = std::move(was.keying[index(side)]);
  }
  if (!moved) {
    for (Stream& stream : call.streams) release_stream(ctx, call, stream);
    call.streams = std::exchange(call.there, {});
    call.server = std::move(was.server);
    call.cdr.engine = std::move(was.engine);
    call.measured = was.measured;
  }
  ctx.report(Level::notice, Reason::offer_refused, call.caller.dialog->flow(), call.cdr.caller_number, call.cdr.id,
             "a phone keeps to its media server");
  for (const auto& [side, key] : was.keys) press(ctx, call, side, key);
}

}  // namespace rf::call
