// A leg that goes over from one call to another: blind and attended transfer (RFC 3515, RFC 3891, RFC 5589), and a
// caller whom we have talked to ourselves. Who asked for it pays for it, whether or not he stays (row E8).
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/call/calls.hpp"
#include "core/call/wire.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;
using sip::HeaderName;

namespace {

constexpr std::int64_t join_wait_ms = 500;

/// A description as it is without hold: who is handed over was mostly put on hold for it.
std::string without_hold(std::string_view description) {
  std::string out;
  while (!description.empty()) {
    const std::size_t end = description.find('\n');
    const std::string_view line = description.substr(0, end == std::string_view::npos ? end : end + 1);
    description.remove_prefix(line.size());
    const std::string_view bare = line.substr(0, line.find_first_of("\r\n"));
    if (bare != "a=sendonly" && bare != "a=recvonly" && bare != "a=inactive") out += line;
  }
  return out;
}

/// The dialog that a Replaces header names (RFC 3891 §6.1): Call-ID and both tags.
struct Replaced {
  std::string call_id, to_tag, from_tag;
};
std::optional<Replaced> read_replaces(const std::string& value) {
  const std::size_t semicolon = value.find(';');
  if (semicolon == std::string::npos) return std::nullopt;
  const sip::Params params(std::string_view(value).substr(semicolon));
  return Replaced{value.substr(0, semicolon), std::string(params.value("to-tag").value_or("")),
                  std::string(params.value("from-tag").value_or(""))};
}
/// As a header of the URI in Refer-To.
std::optional<Replaced> replaced_of(std::string_view headers) {
  while (!headers.empty()) {
    const std::string_view one = headers.substr(0, headers.find('&'));
    headers.remove_prefix(std::min(headers.size(), one.size() + 1));
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos || !sip::equal_nocase(one.substr(0, equals), "Replaces")) continue;
    return read_replaces(sip::unescape(one.substr(equals + 1)));
  }
  return std::nullopt;
}

}  // namespace

void Calls::refuse_replacing(Context& ctx, const Asked& asked) {
  const auto no = [&](int status, std::string_view why) {
    refuse(ctx, asked, status, CallResult::refused, Reason::transfer_refused, why);
  };
  const auto replaced = read_replaces(std::string(asked.request.value(HeaderName::replaces)));
  if (!replaced) return no(400, "Replaces names no dialog");
  for (const std::string& tag : {replaced->to_tag, replaced->from_tag}) {
    const auto found = by_tag_.find(tag);
    const Leg* leg = found == by_tag_.end() ? nullptr : this->leg(found->second);
    // Others' calls are answered like calls that there are not: to know their tags is worth nothing.
    if (leg && leg->dialog && asked.caller.extension && leg->extension == asked.caller.extension &&
        leg->dialog->call_id() == replaced->call_id)
      return no(403, "a call is taken over by a transfer to the phone that wants it, not by an INVITE with Replaces");
  }
  no(481, "Replaces names no call of this extension");
}

void Calls::on_refer(Context& ctx, Call& call, Side side, const sip::Message& request, txn::ServerId server) {
  Leg& leg = *call.leg(side);
  const Flow flow = leg.dialog->flow();
  const policy::Extension* by = ctx.policy.by_id(leg.extension);
  const auto no = [&](int status, std::string_view why) {
    ctx.report(Level::notice, Reason::transfer_refused, flow, by ? by->number : std::string_view(), call.cdr.id, why);
    respond(ctx, request, flow, server, status);
  };
  if (!by) return no(403, "only extensions transfer calls");
  if (!ctx.plan.extension(call.cdr.tenant, by->id).transfers) return no(403, "the extension may not transfer calls");
  if (call.leaving) return no(491, "one transfer is under way");
  if (leg.answered.awaits_answer) return no(491, "its phone owes an answer");
  const Leg* moving = call.leg(other(side));
  if (!moving || !moving->dialog || moving->dialog->state() != dialog::Dialog::State::confirmed)
    return no(403, "nobody is there to be connected");
  const auto refer_to = sip::parse_name_addr(request.value(HeaderName::refer_to));
  if (!refer_to) return no(400, "Refer-To");
  if (!is_ours(ctx.policy, refer_to->uri, flow) || refer_to->uri.user.empty() ||
      is_of_another(ctx.policy, refer_to->uri, by->tenant))
    return no(404, "the target is not of this system");
  // Each is a call like one that is dialled.
  if (attempts_.turn_away(ctx, by->id)) return no(503, "calls and transfers come too fast");
  std::string accepted;
  auto writer = sip::write_response_head(accepted, request, flow.remote, 202, {});
  writer.header(HeaderName::contact, contact_value(ctx.policy, flow, call.user_towards(side))).no_body();
  ctx.txns.respond(ctx.now, server, 202, std::move(accepted), ctx.out);
  call.leaving = Leaving{{}, side, true};
  notify_transferor(ctx, call, 100);
  std::string dialled = sip::unescape(refer_to->uri.user);
  if (const auto replaced = replaced_of(refer_to->uri.headers)) {
    const Call* other_call = nullptr;
    for (const std::string& tag : {replaced->to_tag, replaced->from_tag}) {
      const auto found = by_tag_.find(tag);
      if (found == by_tag_.end()) continue;
      const LegRef ref = found->second;
      const Leg* named = this->leg(ref);
      // Only a dialog of that very extension may be replaced by it: to know its tags proves nothing.
      if (!named || !named->dialog || named->extension != by->id || named->dialog->call_id() != replaced->call_id ||
          ref.call == call.id)
        continue;
      Call* into = calls_.find(ref.call);
      other_call = into;
      if (named == into->leg(ref.side) && into->state == CallState::talking && !into->leaving)
        return join(ctx, call, *into, ref.side);
    }
    // Who is asked there still rings: then it is a transfer to that number like any other.
    if (!other_call || other_call->state != CallState::ringing)
      return on_handover_failed(ctx, call, 481, "no such call");
    dialled = other_call->cdr.dialled;
  }
  Target target;
  target.dialled = dialled;
  target.payer = by->id;
  target.purpose = toll::Question::For::transfer;
  const std::string via = fmt::format("transferred by {} from {}", by->number, call.cdr.id);
  const auto failure = hand_over(ctx, call, other(side), resolve(ctx, call.cdr.tenant, std::move(target)), via);
  if (!failure) return;
  if (failure->failed) refusals_.note(ctx, flow, by->id, by->number, *failure->failed);
  on_handover_failed(ctx, call, failure->status, failure->detail);
}

std::optional<Failure> Calls::hand_over(Context& ctx, Call& from, Side side, std::expected<Target, Failure> target,
                                        const std::string& via) {
  if (!target) return target.error();
  const Leg& moving = *from.leg(side);
  const auto no = [&](int status, Reason reason, std::string_view detail) {
    return Failure{status, CallResult::failed, reason, std::string(detail)};
  };
  const CallId id = calls_.emplace(ctx.policy.times, ctx.random.next(), ctx.random);
  if (!id) return no(503, Reason::system_limit_reached, "calls_max");
  Call& call = *calls_.find(id);
  call.id = id;
  const auto give_up = [&](int status, Reason reason, std::string_view detail) {
    close_streams(ctx, call);
    calls_.erase(id);
    return no(status, reason, detail);
  };
  call.caller.dialog = moving.dialog;
  call.caller.extension = moving.extension;
  call.caller.trunk = moving.trunk;
  call.caller.device = moving.device;
  const std::string offer_text = without_hold(moving.said.reveal());
  const auto offer = sdp::parse(offer_text);
  if (!offer || !call.caller.exchange.received(sdp::Carrier::invite, &*offer))
    return give_up(488, Reason::offer_refused, "what it said of its media cannot be offered");
  // It goes on as it is protected now, but with keys that are still to be agreed on.
  call.caller.keying = moving.keying;
  for (Keying& keying : call.caller.keying) keying.park();
  const Opening opening = open_streams(ctx, call, nullptr, *offer);
  if (opening != Opening::some) return give_up(503, Reason::system_limit_reached, "media ports");
  take_remote(call, Side::caller, call.caller, *offer);
  call.hops_left = std::max<std::uint32_t>(from.hops_left, 1) - 1;
  call.handover = Handover{from.id, side};
  call.privacy = from.privacy;

  Cdr& cdr = call.cdr;
  cdr.id = ctx.random.token(20);
  cdr.tenant = from.cdr.tenant;
  cdr.caller = moving.extension;
  const policy::Extension* phone = ctx.policy.by_id(moving.extension);
  cdr.caller_number = phone ? phone->number : side == Side::caller ? from.cdr.caller_number : from.called;
  call.caller_name = phone ? phone->display_name : side == Side::caller ? from.caller_name : std::string();
  cdr.dialled = target->dialled;
  cdr.caller_transport = moving.dialog->flow().transport;
  cdr.caller_address = moving.dialog->flow().remote.address;
  cdr.started_wall_ms = ctx.now.wall_ms;
  cdr.via = via;
  cdr.account = from.cdr.account;
  ++started_;
  if (!from.leaving) from.leaving = Leaving{{}, other(side), false};
  from.leaving->to = id;
  shares_.place(id, moving.extension, call.parts);
  ctx.report(Level::info, Reason::call_transferred, moving.dialog->flow(), cdr.caller_number, cdr.id,
             fmt::format("{} to {}", via, cdr.dialled), cdr.tenant);
  if (!start(ctx, call, std::move(*target))) give_up_outside(ctx, call);
  return std::nullopt;
}

void Calls::on_handover_failed(Context& ctx, Call& from, int status, std::string_view why) {
  if (from.state != CallState::talking || !from.leaving) return;
  const Leaving leaving = *from.leaving;
  const Leg* by = from.leg(leaving.by);
  const bool is_there = by && by->dialog && by->dialog->state() == dialog::Dialog::State::confirmed;
  if (leaving.notified) {
    ctx.report(Level::notice, Reason::transfer_refused, by ? by->dialog->flow() : Flow{}, {}, from.cdr.id, why);
    if (is_there) notify_transferor(ctx, from, status);
  }
  from.leaving.reset();
  if (leaving.notified && is_there) return;
  say_why_and_end(ctx, from, other(leaving.by), status, why);
}

/// Tells who asked for a transfer what became of it (RFC 3515 §2.4.5).
void Calls::notify_transferor(Context& ctx, Call& call, int status) {
  if (!call.leaving || !call.leaving->notified) return;
  Leg* leg = call.leg(call.leaving->by);
  if (!leg || !leg->dialog || leg->dialog->state() != dialog::Dialog::State::confirmed) return;
  auto notify = begin_in_dialog(ctx, *leg->dialog, "NOTIFY", call.user_towards(call.leaving->by));
  sip::Writer writer(notify.bytes);
  writer.header(HeaderName::event, "refer");
  writer.header(HeaderName::subscription_state, status < 200 ? "active;expires=180" : "terminated;reason=noresource");
  writer.body("message/sipfrag;version=2.0", fmt::format("SIP/2.0 {} {}\r\n", status, sip::reason_phrase(status)));
  ctx.txns.request(ctx.now, sip::Method::notify, leg->dialog->flow(), std::move(notify.bytes), notify.branch,
                   mark(Owner::call, call.id.value), ctx.out);
}

bool Calls::is_free(const Leg& leg) {
  return leg.dialog && leg.dialog->state() == dialog::Dialog::State::confirmed && !leg.ours.client &&
         !leg.is_asking() && !leg.answered.server;
}

/// The callee has answered: the leg comes over and is offered what the callee said.
void Calls::take_over(Context& ctx, Call& call) {
  Call* from = calls_.find(call.handover->from);
  const Side side = call.handover->side;
  Leg* leg = from && from->state == CallState::talking ? from->leg(side) : nullptr;
  const auto fail = [&](std::string_view why) {
    end(ctx, call, CallResult::failed, EndedBy::system, 480, Reason::call_ended, why);
  };
  if (!leg) return fail("who was to be connected has hung up");
  if (!is_free(*leg)) {
    if (++call.handover->tries > CallLimits::join_tries) return fail("its phone is busy with its session");
    call.join_timer = ctx.timers.set(ctx.after_ms(join_wait_ms), mark(Owner::call, call.id.value), join_due);
    return;
  }
  call.handover.reset();
  take_leg(ctx, call, Side::caller, *from, side);
  call.state = CallState::talking;
  ++answered_;
  ctx.report(Level::info, Reason::call_answered, call.caller.dialog->flow(), call.cdr.caller_number, call.cdr.id,
             call.cdr.dialled, call.cdr.tenant);
  watch_duration(ctx, call);
  watch_session(ctx, call, Side::callee);
  leave_behind(ctx, *from, call);
  offer_across(ctx, call, Side::caller);
}

/// Two running calls of one extension become one: what it holds in the first takes its place in the second.
void Calls::join(Context& ctx, Call& from, Call& into, Side place) {
  const Side side = other(from.leaving->by);
  const Leg* leg = from.leg(side);
  Leg* replaced = into.leg(place);
  Leg* stays = into.leg(other(place));
  const bool busy = from.homecoming || into.homecoming || replaced->answered.awaits_answer;
  if (!leg || !stays || !is_free(*leg) || !is_free(*stays) || busy)
    return on_handover_failed(ctx, from, 491, "a phone is busy with its session");
  // Both are asked anew, so whatever the newcomer needs can be had.
  if (!relay_here(ctx, into, *into.leg(Side::callee), "two calls became one"))
    return on_handover_failed(ctx, from, 503, "media ports");
  const policy::Extension* by = ctx.policy.by_id(replaced->extension);
  into.cdr.via = fmt::format("transferred by {} from {}", by ? by->number : "?", from.cdr.id);
  ctx.report(Level::info, Reason::call_transferred, leg->dialog->flow(), {}, into.cdr.id, into.cdr.via,
             into.cdr.tenant);
  notify_transferor(ctx, from, 200);
  from.leaving->notified = false;
  dismiss(ctx, into, place);
  // What it pays for goes on counting as its call.
  if (!into.spends && stays->extension != replaced->extension) shares_.go(replaced->extension, into.parts);
  by_tag_.erase(std::string(replaced->dialog->local_tag()));
  take_leg(ctx, into, place, from, side);
  leave_behind(ctx, from, into);
  into.joins_next = place;
  offer_across(ctx, into, other(place));
}

void Calls::take_leg(Context& ctx, Call& into, Side place, Call& from, Side side) {
  Leg& old = *from.leg(side);
  Leg& leg = *into.leg(place);
  ctx.timers.cancel(old.session_timer);
  leg = old;
  old.dialog->terminate();
  const std::uint32_t fork = place == Side::callee && into.winner ? static_cast<std::uint32_t>(*into.winner) : 0;
  by_tag_[std::string(leg.dialog->local_tag())] = {into.id, place, fork};
  shares_.join(into.id, leg.extension, into.parts);
  for (Keying& keying : leg.keying) keying.park();
  const Description text = leg.said;  // which take_remote() writes anew
  if (const auto said = sdp::parse(std::string_view(text.reveal()))) take_remote(into, place, leg, *said);
  for (Stream& stream : into.streams) stream.plan.legs[index(place)].comes_over = true;
  watch_session(ctx, into, place);
}

/// What is left of a call when one of its legs has gone over to another: nothing, or its money and its record.
void Calls::leave_behind(Context& ctx, Call& from, Call& into) {
  const Leaving leaving = *from.leaving;
  notify_transferor(ctx, from, 200);
  from.leaving.reset();
  // What it carried was carried for the leg that goes: nobody but an extension asks for a transfer.
  for (const CallId id : std::exchange(from.carries, {})) {
    if (Call* carried = calls_.find(id)) carried->carried_by = into.id;
    into.carries.push_back(id);
  }
  const Leg* gone = from.leg(other(leaving.by));
  if (!from.spends && !(gone && gone->trunk))
    return end_answered(ctx, from, leaving.by == Side::caller ? EndedBy::caller : EndedBy::callee,
                        Reason::call_transferred, into.cdr.id);
  from.carried_by = into.id;
  // The end of what is carried is the end of what carries it.
  if (into.emergency) ctx.timers.cancel(from.duration_timer);
  into.carries.push_back(from.id);
  dismiss(ctx, from, leaving.by);
  shares_.end(from.parts);
  close_streams(ctx, from);
}

/// Offers one leg what the other said last, and its answer, if need be, to the other.
void Calls::offer_across(Context& ctx, Call& call, Side side) {
  Leg& leg = *call.leg(side);
  const std::string text = without_hold(call.leg(other(side))->said.reveal());
  const auto session = sdp::parse(text);
  const std::string description = session ? describe(ctx, call, side, leg, *session) : std::string();
  if (description.empty() || !send_modify(ctx, call, side, sip::Method::invite, description, false)) {
    if (call.homecoming) return stay_there(ctx, call);
    return end_answered(ctx, call, EndedBy::system, Reason::offer_refused, "the two phones cannot be connected");
  }
  leg.ours.joins = true;
}

void Calls::on_joined(Context& ctx, Call& call) {
  for (const Side side : {Side::caller, Side::callee})
    if (Leg* leg = call.leg(side)) leg->join_tries = 0;
  push_streams(ctx, call);
  if (const auto next = std::exchange(call.joins_next, std::nullopt)) return offer_across(ctx, call, *next);
  if (call.homecoming) on_home(ctx, call);
}

void Calls::on_join_refused(Context& ctx, Call& call, Side side, int status) {
  Leg& leg = *call.leg(side);
  const bool final = status != 491 || ++leg.join_tries > CallLimits::join_tries;
  if (final && call.homecoming) return stay_there(ctx, call);
  if (final)
    return end_answered(ctx, call, EndedBy::system, Reason::offer_refused, "the two phones do not agree on media");
  leg.joins_again = true;
  ctx.timers.cancel(call.join_timer);
  call.join_timer = ctx.timers.set(ctx.after_ms(join_wait_ms + static_cast<std::int64_t>(ctx.random.below(2'000))),
                                   mark(Owner::call, call.id.value), join_due);
}

void Calls::on_join_due(Context& ctx, Call& call) {
  if (call.handover && call.state == CallState::storing) return take_over(ctx, call);
  if (call.state != CallState::talking) return;
  for (const Side side : {Side::caller, Side::callee}) {
    Leg* leg = call.leg(side);
    if (!leg || !std::exchange(leg->joins_again, false)) continue;
    const Leg* peer = call.leg(other(side));
    // One of the two is asking for something itself: that comes first.
    if (!is_free(*leg) || !peer || !is_free(*peer)) return on_join_refused(ctx, call, side, 491);
    return offer_across(ctx, call, side);
  }
}

/// Its carried calls end with it, and it with the one that carries it.
void Calls::end_together(Context& ctx, Call& call, EndedBy by, Reason reason, std::string_view detail) {
  for (const CallId id : std::exchange(call.carries, {}))
    if (Call* carried = calls_.find(id)) {
      carried->carried_by = {};
      end_answered(ctx, *carried, by, reason, detail);
    }
  if (Call* into = calls_.find(std::exchange(call.carried_by, {}))) {
    std::erase(into->carries, call.id);
    into->cdr.cut_reason = call.cdr.cut_reason;
    end_answered(ctx, *into, by, reason, detail);
  }
  if (const auto leaving = std::exchange(call.leaving, std::nullopt))
    if (Call* to = calls_.find(leaving->to); to && to->handover)
      end(ctx, *to, CallResult::cancelled, EndedBy::caller, 487, Reason::call_ended, "who was to be connected hung up");
}

}  // namespace rf::call
