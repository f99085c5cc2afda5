// How calls end: everybody is told, the relay's numbers come in, the record is closed, nothing is left.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/call/calls.hpp"
#include "core/call/wire.hpp"
#include "core/media/injection.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;

namespace {

/// How long an ended call waits for the relay's numbers before its record is closed without them.
constexpr std::int64_t report_wait_ms = 2'000;

}  // namespace

void Calls::handle_cancel(Context& ctx, std::uint64_t handle, txn::ServerId invite) {
  Call* call = this->call(handle);
  if (!call) return;
  if (call->invite == invite) {
    if (call->state == CallState::ringing || call->state == CallState::storing)
      end(ctx, *call, CallResult::cancelled, EndedBy::caller, 487, Reason::call_ended, "cancelled");
    return;
  }
  for (const Side side : {Side::caller, Side::callee}) {
    Leg* leg = call->leg(side);
    if (!leg || leg->theirs.server != invite) continue;
    Leg* peer = call->leg(other(side));
    if (peer && peer->ours.for_peer) ctx.txns.cancel(ctx.now, peer->ours.client, ctx.out);
    return answer_theirs(ctx, *call, side, 487, {});
  }
}

void Calls::end(Context& ctx, Call& call, CallResult result, EndedBy by, int caller_status, Reason reason,
                std::string_view detail) {
  if (call.state == CallState::ending) return;
  const bool was_talking = call.state == CallState::talking;
  if (call.emergency && call.state == CallState::ringing && (by == EndedBy::system || by == EndedBy::callee))
    ctx.report(Level::error, Reason::emergency_called, call.caller.dialog->flow(), call.cdr.caller_number, call.cdr.id,
               fmt::format("{}: no trunk took the call", call.called), call.cdr.tenant);
  call.state = CallState::ending;
  shares_.end(call.parts);
  ctx.timers.cancel(call.setup_timer);
  ctx.timers.cancel(call.duration_timer);
  ctx.timers.cancel(call.try_timer);
  ctx.timers.cancel(call.turn_timer);
  ctx.timers.cancel(call.join_timer);
  ctx.timers.cancel(call.speech_timer);
  cancel_forks(ctx, call);
  for (Fork& fork : call.forks) ctx.timers.cancel(fork.leg.session_timer);
  ctx.timers.cancel(call.caller.session_timer);
  for (const Side side : {Side::caller, Side::callee}) withdraw(ctx, call, side);
  if (call.winner) bye(ctx, call, call.forks[*call.winner].leg);
  if (was_talking) {
    bye(ctx, call, call.caller);
  } else if (const auto handover = std::exchange(call.handover, std::nullopt)) {
    call.cdr.answered_wall_ms = 0;
    if (Call* from = calls_.find(handover->from)) on_handover_failed(ctx, *from, caller_status, detail);
  } else if (call.announcing) {
    call.cdr.answered_wall_ms = 0;
  } else {
    std::string bytes;
    begin_response(bytes, caller_status, call.invite_head).no_body();
    ctx.txns.respond(ctx.now, call.invite, caller_status, std::move(bytes), ctx.out);
    call.caller.dialog->terminate();
    call.cdr.answered_wall_ms = 0;
  }
  tell_asker(ctx, call, false, detail.empty() ? effect::text_of(reason) : detail);
  end_spending(ctx, call);
  learn_habits(ctx, call);
  Cdr& cdr = call.cdr;
  cdr.result = result;
  cdr.ended_by = by;
  cdr.sip_status = static_cast<std::uint16_t>(was_talking ? 200 : caller_status);
  cdr.ended_wall_ms = ctx.now.wall_ms;
  if (call.cut) {
    cdr.ended_wall_ms = call.cut->wall_ms;
    reason = call.cut->reason;
    detail = call.cut->detail;
  }
  cdr.reason = effect::text_of(reason);
  if (!detail.empty()) cdr.reason.append(": ").append(detail);
  ctx.report(Level::info, reason, call.caller.dialog->flow(), cdr.caller_number, cdr.id, detail,
             cdr.tenant);
  close_streams(ctx, call);
  end_together(ctx, call, by, reason, detail);
  if (call.reports_due > 0)
    call.end_timer = ctx.timers.set(ctx.after_ms(report_wait_ms), mark(Owner::call, call.id.value), end_due);
  settle(ctx, call);
}

void Calls::end_answered(Context& ctx, Call& call, EndedBy by, Reason reason, std::string_view detail) {
  if (call.state == CallState::talking) return end(ctx, call, CallResult::answered, by, 200, reason, detail);
  const bool by_caller = by == EndedBy::caller;
  end(ctx, call, by_caller ? CallResult::cancelled : CallResult::failed, by, by_caller ? 487 : 480, reason, detail);
}

void Calls::cancel_forks(Context& ctx, Call& call) {
  for (Fork& fork : call.forks) cancel_fork(ctx, fork);
}

void Calls::cancel_fork(Context& ctx, Fork& fork) {
  if (fork.status != 0 || fork.cancelled) return;
  fork.cancelled = true;
  if (fork.invite)
    ctx.txns.cancel(ctx.now, fork.invite, ctx.out);
  else
    fork.status = 487;  // still being looked up: nobody rings yet
}

/// The call is over: what its phone still waits for gets an answer (RFC 3261 §15.1.2), what it was asked is taken back.
void Calls::withdraw(Context& ctx, Call& call, Side side) {
  Leg* leg = call.leg(side);
  if (!leg) return;
  if (leg->theirs.server) answer_theirs(ctx, call, side, 487, {});
  if (side == Side::callee && call.winner && call.forks[*call.winner].ack_owed) {
    call.forks[*call.winner].ack_owed = false;
    acknowledge(ctx, *leg, call.forks[*call.winner].invite, call.forks[*call.winner].cseq);
  }
  if (leg->ours.ack_owed) acknowledge(ctx, *leg, leg->ours.client, leg->ours.cseq);
  // Only an INVITE is waited for: its final response has to be acknowledged.
  if (leg->ours.ack_owed || leg->ours.method != sip::Method::invite)
    leg->ours = {};
  else
    ctx.txns.cancel(ctx.now, leg->ours.client, ctx.out);
}

void Calls::dismiss(Context& ctx, Call& call, Side side) {
  Leg* leg = call.leg(side);
  if (!leg) return;
  ctx.timers.cancel(leg->session_timer);
  if (leg->answered.server) ctx.txns.acknowledge(std::exchange(leg->answered, {}).server);
  // Who has asked him for something is not left without an answer, and may ask again.
  const Leg* peer = call.leg(other(side));
  if (leg->ours.for_peer && peer && peer->theirs.server) answer_theirs(ctx, call, other(side), 491, {});
  withdraw(ctx, call, side);
  bye(ctx, call, *leg);
}

void Calls::bye(Context& ctx, Call& call, Leg& leg) {
  if (!leg.dialog || leg.dialog->state() != dialog::Dialog::State::confirmed) return;
  std::string known;
  if (leg.trunk) trunks_.append_known(leg.trunk, "BYE", leg.dialog->remote_target(), known);
  send_bye(ctx, call, leg, known);
  leg.dialog->terminate();
}

void Calls::send_bye(Context& ctx, Call& call, Leg& leg, std::string_view credentials) {
  auto request = begin_in_dialog(ctx, *leg.dialog, "BYE", {});
  request.bytes += credentials;
  sip::Writer(request.bytes).no_body();
  const txn::ClientId client = ctx.txns.request(ctx.now, sip::Method::bye, leg.dialog->flow(), std::move(request.bytes),
                                                request.branch, mark(Owner::call, call.id.value), ctx.out);
  if (client) call.byes.push_back(client);
  leg.farewell.client = client;
}

void Calls::settle(Context& ctx, Call& call) {
  if (call.state != CallState::ending) return;
  if (call.reports_due == 0 && !call.recorded) close_cdr(ctx, call);
  const bool forks_done = std::all_of(call.forks.begin(), call.forks.end(),
                                      [](const Fork& f) { return f.status != 0 && !f.leg.ours.client; });
  if (forks_done && !call.caller.ours.client && call.reports_due == 0 && call.byes.empty()) forget(ctx, call);
}

void Calls::close_cdr(Context& ctx, Call& call) {
  const std::int64_t seconds = (call.cdr.ended_wall_ms - call.cdr.started_wall_ms) / 1'000;
  std::string injected;
  for (const Side side : {Side::caller, Side::callee}) {
    const std::string here = media::injection_of(call.cdr.media[index(side)], seconds);
    if (here.empty()) continue;
    injected.append(injected.empty() ? "" : "; ").append(side == Side::caller ? "caller: " : "callee: ").append(here);
  }
  // Nobody in the call has done it: no flow of theirs stands beside it.
  if (!injected.empty())
    ctx.report(Level::warning, Reason::bleed_detected, {}, call.cdr.caller_number, call.cdr.id, injected);
  // What was never answered has no record on disk yet, and perhaps needs none of its own.
  if (call.ticket != 0)
    ctx.out.add(effect::CloseCdr{call.cdr});
  else
    attempts_.write(ctx, call.cdr);
  call.recorded = true;
}

void Calls::forget(Context& ctx, Call& call) {
  ctx.timers.cancel(call.end_timer);
  if (call.ticket != 0) by_ticket_.erase(call.ticket);
  shares_.forget(call.id, call.parts);
  // A leg that has gone over to another call is found there.
  const auto drop = [&](const Leg& leg) {
    const auto found = by_tag_.find(std::string(leg.dialog->local_tag()));
    if (found != by_tag_.end() && found->second.call == call.id) by_tag_.erase(found);
  };
  drop(call.caller);
  for (const Fork& fork : call.forks) drop(fork.leg);
  calls_.erase(call.id);
}

void Calls::on_relay_report(Context& ctx, const media::RelayReport& report, bool stopped) {
  Call* call = calls_.find(report.call);
  if (!call) return;
  for (std::size_t i = 0; i < 2; ++i) {
    media::LegStatistics& sum = call->cdr.media[i];
    const media::LegStatistics& one = report.legs[i];
    // The first stream (audio) gives the figures; what was refused counts for all of them.
    if (call->measured == report.id || sum.packets == 0) {
      const media::LegStatistics before = sum;
      sum = one;
      sum.protection = before.protection;
      if (!sum.suite) sum.suite = before.suite;
      if (stopped) {
        sum.refused_source += before.refused_source;
        sum.refused_shape += before.refused_shape;
        sum.refused_proof += before.refused_proof;
        sum.refused_replay += before.refused_replay;
      }
    } else {
      sum.refused_source += one.refused_source;
      sum.refused_shape += one.refused_shape;
      sum.refused_proof += one.refused_proof;
      sum.refused_replay += one.refused_replay;
    }
  }
  if (!stopped) return;
  if (call->reports_due > 0) --call->reports_due;
  settle(ctx, *call);
}

void Calls::on_relay_silent(Context& ctx, CallId id, RelayId relay, std::int64_t silent_ms) {
  Call* call = calls_.find(id);
  if (!call || call->state != CallState::talking || call->speech != Speech::none) return;
  // A muted camera is no reason to hang up: it takes a time in which no stream that should be heard was.
  std::int64_t from_ms = ctx.now.mono_ms - silent_ms, until_ms = ctx.now.mono_ms, limit_ms = 0;
  for (Stream& stream : call->streams) {
    if (!stream.exists() || stream.plan.silence_limit_ms == 0) continue;
    if (stream.plan.id == relay) {
      stream.silent_from_ms = ctx.now.mono_ms - silent_ms;
      stream.silent_until_ms = ctx.now.mono_ms;
    }
    from_ms = std::max(from_ms, stream.silent_from_ms);
    until_ms = std::min(until_ms, stream.silent_until_ms);
    limit_ms = stream.plan.silence_limit_ms;
  }
  if (limit_ms != 0 && until_ms - from_ms >= limit_ms) end_answered(ctx, *call, EndedBy::system, Reason::media_silent);
}

void Calls::on_relay_failed(Context& ctx, CallId id, RelayId relay) {
  Call* call = calls_.find(id);
  if (!call || call->state == CallState::ending) return;
  const bool needed = std::any_of(call->streams.begin(), call->streams.end(),
                                  [&](const Stream& stream) { return stream.plan.id == relay; });
  if (!needed) return;  // given up in the meantime
  end(ctx, *call, CallResult::failed, EndedBy::system, 503, Reason::system_limit_reached,
      "media ports could not be bound");
}

void Calls::on_media_secured(CallId id, RelayId relay, Side side, srtp::Suite suite) {
  Call* call = calls_.find(id);
  if (call && call->measured == relay) call->cdr.media[index(side)].suite = suite;
}

void Calls::on_media_distrusted(Context& ctx, CallId id, RelayId relay, Side side, media::MediaFault fault) {
  Call* call = calls_.find(id);
  if (!call || call->state == CallState::ending) return;
  const bool runs = std::any_of(call->streams.begin(), call->streams.end(),
                                [&](const Stream& stream) { return stream.plan.id == relay; });
  if (!runs) return;
  const Leg* leg = call->leg(side);
  ctx.report(Level::warning, Reason::media_distrusted, (leg ? *leg : call->caller).dialog->flow(),
             call->cdr.caller_number, call->cdr.id, media::text_of(fault));
  if (call->state == CallState::talking)
    return end_answered(ctx, *call, EndedBy::system, Reason::media_distrusted, media::text_of(fault));
  end(ctx, *call, CallResult::failed, EndedBy::system, 488, Reason::media_distrusted, media::text_of(fault));
}

void Calls::end_all(Context& ctx) {
  while (stock_.size() > 0) on_relay_stale(ctx, stock_.all().front().id);
  std::vector<CallId> ids;
  calls_.for_each([&](CallId id, Call&) { ids.push_back(id); });
  for (const CallId id : ids) {
    Call* call = calls_.find(id);
    if (!call || call->state == CallState::ending) continue;
    const bool talking = call->state == CallState::talking;
    end(ctx, *call, talking ? CallResult::answered : CallResult::interrupted, EndedBy::system, 503, Reason::stopping);
  }
}

std::uint64_t Calls::hang_up(Context& ctx, std::string_view cdr_id, TenantId tenant) {
  std::uint64_t ended = 0;
  std::vector<CallId> ids;
  calls_.for_each([&](CallId id, Call& call) {
    if (call.cdr.id == cdr_id && (!tenant || call.cdr.tenant == tenant) && call.state != CallState::ending)
      ids.push_back(id);
  });
  for (const CallId id : ids) {
    end_answered(ctx, *calls_.find(id), EndedBy::operator_, Reason::call_ended, "by the operator");
    ++ended;
  }
  return ended;
}

}  // namespace rf::call
