// Calls of our own: they ring like those that an extension places, and whoever answers hears what there is to say.
#include <algorithm>
#include <utility>

#include "core/call/calls.hpp"
#include "core/call/wire.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;

namespace {

/// What we would send if we were a phone; address and port are written anew for whoever is called. Nothing comes back
/// to it.
constexpr std::string_view own_offer =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 10000 RTP/AVP 8 0\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n";

effect::CommandResult refused(std::string why) {
  return effect::Refused{std::move(why)};
}

}  // namespace

std::optional<effect::CommandResult> Calls::announce(Context& ctx, CommandId asked, const effect::Announce& what) {
  const policy::Extension* const caller = ctx.policy.by_number(what.tenant, what.caller);
  if (!caller || !caller->enabled) return refused("there is no extension " + what.caller + " that could call");
  // How many calls its extension has and how fast it makes them is no matter of ours: whoever has its password would
  // say whether anybody is told.
  std::size_t running = 0;
  calls_.for_each([&](CallId, const Call& each) { running += each.announcing ? 1 : 0; });
  if (running >= CallLimits::announcements) return effect::Announced{false, "the system makes as many calls as it may"};
  // Asked before anything else: to look where an emergency call could leave raises the alarm when it cannot.
  const auto alone = toll::decide(ctx.plan, ctx.now, {what.tenant, caller->id, what.number, toll::Question::For::call});
  if (alone.action == toll::Decision::Action::emergency || alone.emergency_test || alone.failed == toll::Check::trunk)
    return refused("it is an emergency number, which nobody but a person calls");
  Target target;
  target.dialled = what.number;
  target.payer = caller->id;
  auto found = resolve(ctx, what.tenant, std::move(target));
  if (!found) {
    const Failure& why = found.error();
    // What its extension was used for makes a call unusual, and that passes.
    const bool never = (why.result == CallResult::refused && why.reason != Reason::pattern_refused) ||
                       why.result == CallResult::unknown_number;
    if (never) return refused(why.detail);
    return effect::Announced{false, why.detail};
  }
  if (is_for_help(*found)) return refused("it leads to an emergency number, which nobody but a person calls");
  if (found->unusual && found->unusual->action == pattern::Action::pin)
    return effect::Announced{false, found->unusual->why};
  if (found->out && !found->out->pins.empty())
    return refused("its route asks for a PIN, which nobody is there to enter");

  const CallId id = calls_.emplace(ctx.policy.times, ctx.random.next(), ctx.random);
  if (!id) return effect::Announced{false, "calls_max"};
  Call& call = *calls_.find(id);
  call.id = id;
  const std::string call_id = ctx.random.token(24), local_tag = ctx.random.token(20),
                    nobody = "<sip:ringfence.invalid>";
  auto dialog = dialog::Dialog::calling({call_id, local_tag, nobody, nobody, "sip:ringfence.invalid", {}, 1, {}});
  const auto offer = sdp::parse(own_offer);
  const bool ready = dialog && offer && call.caller.exchange.received(sdp::Carrier::invite, &*offer);
  if (ready) call.caller.dialog = std::move(*dialog);
  if (!ready || open_streams(ctx, call, nullptr, *offer) != Opening::some) {
    close_streams(ctx, call);
    calls_.erase(id);
    return effect::Announced{false, "media ports"};
  }
  call.caller.dialog->terminate();
  call.caller.extension = caller->id;
  call.caller.said = Description(std::string(own_offer));
  Stream& stream = call.streams.front();
  stream.wishes[index(Side::caller)] = Stream::Wish::wanted;
  stream.plan.legs[index(Side::caller)].local = Address::v4(0x7f000001);
  call.placed = true;
  call.announcing = Announcing{asked};
  call.clips = what.clips;
  call.caller_name = caller->display_name;

  Cdr& cdr = call.cdr;
  cdr.id = ctx.random.token(20);
  cdr.tenant = what.tenant;
  cdr.caller = caller->id;
  cdr.caller_number = caller->number;
  cdr.dialled = what.number;
  cdr.started_wall_ms = ctx.now.wall_ms;
  cdr.via = "an announcement";
  ++started_;
  ctx.report(Level::info, Reason::call_started, {}, cdr.caller_number, cdr.id, cdr.dialled, cdr.tenant);
  if (!start(ctx, call, std::move(*found))) give_up_outside(ctx, call);
  return std::nullopt;
}

void Calls::tell_asker(Context& ctx, Call& call, bool answered, std::string_view why) {
  if (!call.announcing || std::exchange(call.announcing->told, true)) return;
  ctx.out.add(effect::CommandDone{call.announcing->asked, effect::Announced{answered, std::string(why)}});
}

void Calls::speak(Context& ctx, Call& call) {
  tell(call.caller.exchange, sdp::Carrier::invite_success, call.forks[*call.winner].answer.reveal());
  call.state = CallState::talking;
  ++answered_;
  ctx.report(Level::info, Reason::call_answered, call.forks[*call.winner].leg.dialog->flow(), call.cdr.caller_number,
             call.cdr.id, call.cdr.dialled, call.cdr.tenant);
  watch_session(ctx, call, Side::callee);
  tell_asker(ctx, call, true, {});
  call.speech = Speech::announcement;
  begin_speech(ctx, call, Side::callee);
}

}  // namespace rf::call
