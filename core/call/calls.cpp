#include "core/call/calls.hpp"

#include <algorithm>

#include "core/call/wire.hpp"
#include "core/toll/trail.hpp"
#include "core/trunk/order.hpp"

namespace rf::call {

using effect::Reason;

Calls::Calls(const policy::Policy& policy, Random& random, const Registrar& registrar, Trunks& trunks)
    : calls_(policy.limits.calls_max),
      ports_(policy.media_ports.first, policy.media_ports.last, Random(random.next())),
      registrar_(registrar),
      trunks_(trunks) {}

void Calls::respond(Context& ctx, const sip::Message& request, const Flow& flow, txn::ServerId server, int status,
                    std::string_view to_tag) {
  std::string bytes;
  const std::string tag = to_tag.empty() ? ctx.random.token(20) : std::string(to_tag);
  auto writer = sip::write_response_head(bytes, request, flow.remote, status, tag);
  if (status == 415) writer.header(sip::HeaderName::accept, "application/sdp");
  if (status == 500) writer.header(sip::HeaderName::retry_after, ctx.random.below(10));
  writer.no_body();
  ctx.txns.respond(ctx.now, server, status, std::move(bytes), ctx.out);
}

void Calls::index_leg(std::string_view local_tag, LegRef ref) {
  by_tag_.emplace(std::string(local_tag), ref);
}

const LegRef* Calls::find(const sip::Message& request) const {
  const auto found = by_tag_.find(std::string(request.to.tag()));
  return found == by_tag_.end() ? nullptr : &found->second;
}

Leg* Calls::leg(const LegRef& ref) {
  Call* call = calls_.find(ref.call);
  if (!call) return nullptr;
  return ref.side == Side::caller ? &call->caller : &call->forks[ref.fork].leg;
}

dialog::Fit Calls::judge(const LegRef& ref, const sip::Message& request, const Flow& flow) {
  const Leg* leg = this->leg(ref);
  return leg && leg->dialog ? leg->dialog->fits(request, flow) : dialog::Fit::wrong_tags;
}

ExtensionId Calls::extension_of(const LegRef& ref) {
  const Leg* leg = this->leg(ref);
  return leg ? leg->extension : ExtensionId{};
}

TrunkId Calls::trunk_of(const LegRef& ref) {
  const Leg* leg = this->leg(ref);
  return leg ? leg->trunk : TrunkId{};
}

Flow Calls::path_of(const LegRef& ref) {
  const Leg* leg = this->leg(ref);
  return leg && leg->dialog ? leg->dialog->flow() : Flow{};
}

bool Calls::is_ended_by(const LegRef& ref, const sip::Message& request) {
  const Leg* leg = this->leg(ref);
  return request.method == sip::Method::bye && leg && leg->dialog &&
         leg->dialog->state() != dialog::Dialog::State::terminated;
}

void Calls::rebind(const LegRef& ref, const Flow& flow) {
  if (Leg* leg = this->leg(ref); leg && leg->dialog) leg->dialog->rebind(flow);
}

void Calls::handle_response(Context& ctx, std::uint64_t handle, txn::ClientId client, const sip::Message& response,
                            const Flow& flow) {
  if (infos_.contains(client)) {
    const bool tells = response.status < 300 || response.status == 415 || response.status == 488;
    if (response.status >= 200) answer_info(ctx, client, tells ? response.status : 480);
    return;
  }
  Call* call = this->call(handle);
  if (!call) return;
  if (went_again(ctx, *call, client, response)) return;
  if (response.status >= 200 && std::erase(call->byes, client) > 0) return settle(ctx, *call);
  for (std::size_t i = 0; i < call->forks.size(); ++i)
    if (call->forks[i].invite == client) return on_fork_response(ctx, *call, i, response, flow);
  for (const Side side : {Side::caller, Side::callee}) {
    const Leg* leg = call->leg(side);
    if (leg && leg->ours.client == client) return on_ours_response(ctx, *call, side, response);
  }
}

void Calls::on_event(Context& ctx, const txn::Event& event) {
  using What = txn::Event::Kind;
  if (event.client) {
    if (event.kind == What::client_done) return;
    if (infos_.contains(event.client)) return answer_info(ctx, event.client, 480);
    Call* call = this->call(handle_of(event.owner));
    if (!call) return;
    if (std::erase(call->byes, event.client) > 0) return settle(ctx, *call);
    for (std::size_t i = 0; i < call->forks.size(); ++i) {
      if (call->forks[i].invite != event.client) continue;
      if (call->forks[i].status == 0 && try_next_way(ctx, *call, i)) return;
      return on_fork_failure(ctx, *call, i, trunk::no_response);
    }
    for (const Side side : {Side::caller, Side::callee}) {
      const Leg* leg = call->leg(side);
      if (leg && leg->ours.client == event.client)
        return on_ours_failed(ctx, *call, side, event.kind == What::client_timeout ? 408 : 503, nullptr);
    }
    return;
  }
  Call* call = this->call(handle_of(event.owner));
  if (!call || call->state == CallState::ending) return;
  if (event.kind == What::server_unacknowledged)
    end_answered(ctx, *call, EndedBy::system, Reason::call_ended, "answer was never acknowledged");
  if (event.kind == What::reliable_timeout)
    end(ctx, *call, CallResult::failed, EndedBy::system, 504, Reason::call_ended, "no PRACK");
}

void Calls::on_timer(Context& ctx, std::uint64_t handle, std::uint32_t kind) {
  Call* call = this->call(handle);
  if (!call) return;
  switch (kind) {
    case ring_due:
      call->setup_timer = 0;
      return end(ctx, *call, CallResult::no_answer, EndedBy::system, 480, Reason::call_ended, "nobody answered");
    case store_due:
      call->setup_timer = 0;
      return on_stored(ctx, call->ticket, false);
    case duration_due:
      call->duration_timer = 0;
      return cut(ctx, *call, Reason::max_duration_reached, "time-over", {});
    case end_due:
      call->end_timer = 0;
      call->reports_due = 0;
      return settle(ctx, *call);
    case toll_due:
      call->toll_timer = 0;
      return on_toll_due(ctx, *call);
    case try_due:
      call->try_timer = 0;
      return on_trunk_silent(ctx, *call);
    case join_due:
      call->join_timer = 0;
      return on_join_due(ctx, *call);
    case speech_due:
      call->speech_timer = 0;
      if (call->speech == Speech::pin)
        toll::add_refused(call->cdr.decision, toll::Check::pin, "nothing was entered");
      return end_answered(ctx, *call, EndedBy::system, Reason::call_ended,
                          call->speech == Speech::pin ? "nothing was entered" : "what was said came to no end");
    case turn_due:
      call->turn_timer = 0;
      return on_turn_over(ctx, *call);
    default:
      break;
  }
  const Side side = kind == caller_session_due ? Side::caller : Side::callee;
  Leg* leg = call->leg(side);
  if (!leg || call->state != CallState::talking) return;
  leg->session_timer = 0;
  if (ctx.now.mono_ms >= leg->session.expires_at_ms())
    return end_answered(ctx, *call, EndedBy::system, Reason::session_expired);
  if (ctx.now.mono_ms >= leg->session.refresh_at_ms()) refresh(ctx, *call, side);
  watch_session(ctx, *call, side);
}

void Calls::on_moved(ExtensionId extension, const Flow& from, const Flow& to) {
  for (const CallId id : shares_.of(extension).calls) {
    Call* call = calls_.find(id);
    if (!call) continue;
    const auto follow = [&](Leg& leg) {
      if (leg.extension == extension && leg.dialog && same_path(leg.dialog->flow(), from)) leg.dialog->rebind(to);
    };
    follow(call->caller);
    for (Fork& fork : call->forks) follow(fork.leg);
  }
}

bool Calls::serves(ExtensionId extension, ConnectionId connection) const {
  const auto runs_over = [&](const Leg& leg) {
    return leg.extension == extension && leg.dialog && leg.dialog->flow().connection == connection;
  };
  const std::vector<CallId>& shared = shares_.of(extension).calls;
  return std::any_of(shared.begin(), shared.end(), [&](CallId id) {
    const Call* call = calls_.find(id);
    return call && (runs_over(call->caller) || std::any_of(call->forks.begin(), call->forks.end(),
                                                           [&](const Fork& fork) { return runs_over(fork.leg); }));
  });
}

bool Calls::serves(TrunkId trunk, ConnectionId connection) {
  const auto runs_over = [&](const Leg& leg) {
    return leg.trunk == trunk && leg.dialog && leg.dialog->flow().connection == connection;
  };
  bool found = false;
  calls_.for_each([&](CallId, Call& call) {
    found = found || runs_over(call.caller) ||
            std::any_of(call.forks.begin(), call.forks.end(), [&](const Fork& fork) { return runs_over(fork.leg); });
  });
  return found;
}

void Calls::on_policy(Context& ctx) {
  std::vector<CallId> orphaned, rings_less;
  calls_.for_each([&](CallId id, Call& call) {
    const auto usable = [&](const Leg& leg) {
      if (const toll::TrunkTerms* trunk = ctx.plan.trunk(leg.trunk)) return trunk->line.enabled;
      const policy::Extension* known = ctx.policy.by_id(leg.extension);
      return known && known->enabled;
    };
    const auto shut_out = [&](const Fork& fork) { return is_shut_out(ctx, call, fork.leg); };
    const Fork* callee = call.winner ? &call.forks[*call.winner] : call.forks.empty() ? nullptr : &call.forks.back();
    if (!usable(call.caller) || (callee && !usable(callee->leg)) || is_shut_out(ctx, call, call.caller) ||
        (call.winner && shut_out(*callee)))
      orphaned.push_back(id);
    else if (call.state == CallState::ringing && std::any_of(call.forks.begin(), call.forks.end(), shut_out))
      rings_less.push_back(id);
  });
  for (const CallId id : orphaned)
    if (Call* call = calls_.find(id))  // one that is carried has ended with the other
      end_answered(ctx, *call, EndedBy::operator_, Reason::call_ended,
                   "extension, device or trunk disabled or removed");
  for (const CallId id : rings_less)
    if (Call* call = calls_.find(id)) cancel_shut_out(ctx, *call);
  boost::unordered::erase_if(last_answered_, [&](const auto& entry) { return !ctx.policy.by_id(entry.first); });
}

/// Whether its device was removed, and is still there. It costs nothing to let a call for help go on.
bool Calls::is_shut_out(Context& ctx, const Call& call, const Leg& leg) {
  if (!leg.device || call.emergency || !leg.dialog || leg.dialog->state() == dialog::Dialog::State::terminated)
    return false;
  const policy::Extension* known = ctx.policy.by_id(leg.extension);
  return !known || known->credentials_of(leg.device) == nullptr;
}

/// Of phones that ring, those that were removed ring no longer.
void Calls::cancel_shut_out(Context& ctx, Call& call) {
  bool any = false;
  for (Fork& fork : call.forks) {
    if (fork.status != 0 || fork.cancelled || !is_shut_out(ctx, call, fork.leg)) continue;
    cancel_fork(ctx, fork);
    any = true;
  }
  if (any && call.state == CallState::ringing) give_up_without_forks(ctx, call);
}

std::vector<DeviceId> Calls::devices_of(const Call& call) {
  std::vector<DeviceId> out;
  const auto note = [&](const Leg& leg) {
    const bool gone = !leg.dialog || leg.dialog->state() == dialog::Dialog::State::terminated;
    if (leg.device && !gone) out.push_back(leg.device);
  };
  note(call.caller);
  for (std::size_t i = 0; i < call.forks.size(); ++i)
    if (!call.winner || call.winner == i) note(call.forks[i].leg);
  return out;
}

std::vector<effect::RunningCall> Calls::list() {
  std::vector<effect::RunningCall> out;
  calls_.for_each([&](CallId, Call& call) {
    const bool held =
        std::any_of(call.streams.begin(), call.streams.end(), [](const Stream& s) { return s.is_held(); });
    const char* state = call.state == CallState::ringing   ? "ringing"
                        : call.state == CallState::storing ? "ringing"
                        : call.state == CallState::ending  ? "ending"
                        : call.carried_by                  ? "transferred"
                        : held                             ? "held"
                                                           : "talking";
    out.push_back({call.cdr, state, devices_of(call)});
  });
  return out;
}

}  // namespace rf::call
