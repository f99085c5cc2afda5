// From the caller's INVITE to the moment both can talk.
#include <algorithm>
#include <span>

#include "core/base/call_link.hpp"
#include "core/call/calls.hpp"
#include "core/call/partings.hpp"
#include "core/call/wire.hpp"
#include "core/toll/trail.hpp"
#include "core/trunk/order.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;
using sip::HeaderName;

namespace {

/// Of several failed forks, the one that tells the caller most (RFC 3261 §16.7 step 6), in codes a caller may see.
int best_status(std::span<const Fork> forks) {
  int best = 0;
  for (const Fork& fork : forks) {
    int status = fork.status;
    if (status < 300) continue;  // has none, or answered too late and was told that it is over
    if (status >= 300 && status < 400) status = 480;  // a phone may not send our calls elsewhere (H15)
    if (status == 401 || status == 407 || status == 503) status = 500;
    if (status == 408 || status == 481) status = 480;
    if (best == 0 || (status >= 600 && best < 600) || (best < 600 && status / 100 < best / 100) ||
        (status / 100 == best / 100 && (status == 486 || status < best)))
      best = status;
  }
  return best == 0 ? 480 : best;
}

Cdr refused_cdr(Context& ctx, const Calls::Asked& asked, int status, CallResult result, Reason reason) {
  Cdr cdr;
  cdr.id = ctx.random.token(20);
  cdr.tenant = asked.caller.tenant;
  cdr.caller = asked.caller.extension;
  cdr.caller_number = asked.caller.number;
  cdr.dialled = sip::unescape(asked.request.request_uri.user).substr(0, 64);
  cdr.caller_transport = asked.flow.transport;
  cdr.caller_address = asked.flow.remote.address;
  cdr.started_wall_ms = cdr.ended_wall_ms = ctx.now.wall_ms;
  cdr.result = result;
  cdr.ended_by = EndedBy::system;
  cdr.sip_status = static_cast<std::uint16_t>(status);
  cdr.reason = effect::text_of(reason);
  cdr.decision = asked.trail;
  return cdr;
}

CallResult result_of(int status) {
  if (status == 486 || status == 600) return CallResult::busy;
  if (status == 603 || status == 403) return CallResult::rejected;
  if (status == 480) return CallResult::unreachable;
  return status < 500 ? CallResult::rejected : CallResult::failed;
}

}  // namespace

void Calls::refuse(Context& ctx, const Asked& asked, int status, CallResult result, Reason reason,
                   std::string_view detail, Level level) {
  respond(ctx, asked.request, asked.flow, asked.server, status);
  Cdr cdr = refused_cdr(ctx, asked, status, result, reason);
  if (!detail.empty()) cdr.reason.append(": ").append(detail);
  const std::string id = attempts_.write(ctx, std::move(cdr));
  ctx.report(level, reason, asked.flow, asked.caller.number, id, detail, asked.caller.tenant);
}

std::optional<std::uint32_t> Calls::turn_away(Context& ctx, const sip::Message& request, const Flow& flow,
                                              const policy::Extension& caller) {
  const auto wait_s = attempts_.turn_away(ctx, caller.id);
  if (!wait_s) return std::nullopt;
  const bool helps = toll::is_emergency(ctx.plan, caller.tenant, sip::unescape(request.request_uri.user));
  if (helps && attempts_.take_emergency(ctx, caller.id)) return std::nullopt;
  const Reason reason = Reason::attempts_too_fast;
  const Asked asked{request, flow, {}, {caller.id, {}, caller.tenant, caller.number, caller.display_name}};
  const std::string id = attempts_.add(ctx, refused_cdr(ctx, asked, 503, CallResult::refused, reason));
  ctx.report(Level::notice, reason, flow, caller.number, id, {});
  return wait_s;
}

void Calls::handle_invite(Context& ctx, const sip::Message& request, const Flow& flow, const policy::Extension& caller,
                          DeviceId device, txn::ServerId server) {
  Asked asked{request, flow, server, {caller.id, {}, caller.tenant, caller.number, caller.display_name, device}};
  const std::string dialled = sip::unescape(request.request_uri.user);
  const std::size_t placed = shares_.placing(caller.id);
  const bool helps = placed >= caller.calls_max && placed < caller.calls_max + CallLimits::emergency_calls &&
                     toll::is_emergency(ctx.plan, caller.tenant, dialled);
  if (placed >= caller.calls_max && !helps) {
    toll::add_refused(asked.trail, toll::Check::lines, "caller has calls_max calls");
    return refuse(ctx, asked, 486, CallResult::refused, Reason::call_limit_reached, "caller has calls_max calls",
                  refusals_.note(ctx, flow, caller.id, caller.number, toll::Check::lines));
  }
  Target target;
  target.dialled = dialled;
  target.payer = caller.id;
  place(ctx, asked, dialled, resolve(ctx, caller.tenant, std::move(target)));
}

Call* Calls::place(Context& ctx, const Asked& asked, const std::string& dialled,
                   std::expected<Target, Failure> target) {
  // Whoever calls for help is not held up by what his phone writes: fail open.
  const bool helps = target && target->out && target->out->action == toll::Decision::Action::emergency;
  if (!helps && !asked.request.value(sip::HeaderName::replaces).empty()) {
    refuse_replacing(ctx, asked);
    return nullptr;
  }
  if (!target) {
    const Failure& why = target.error();
    const Level level = why.failed
                            ? refusals_.note(ctx, asked.flow, asked.caller.extension, asked.caller.number, *why.failed)
                            : Level::notice;
    Asked stopped = asked;
    toll::append(stopped.trail, why.trail);
    refuse(ctx, stopped, why.status, why.result, why.reason, why.detail, level);
    return nullptr;
  }
  Call* call = begin(ctx, asked, dialled, helps);
  if (!call) return nullptr;
  const CallId id = call->id;
  if (asked.caller.trunk) {
    const auto entered = ctx.desk.enter(toll::parties_of(ctx.plan, call->cdr.tenant, {}, asked.caller.trunk), id);
    if (!entered) {
      if (const toll::TrunkTerms* const terms = ctx.plan.trunk(asked.caller.trunk))
        refusals_.note(ctx, asked.flow, *terms, toll::Check::lines);
      const std::string why = toll::text_of(entered.error());
      toll::add_refused(call->cdr.decision, toll::Check::lines, why);
      end(ctx, *call, CallResult::refused, EndedBy::system, 486, Reason::toll_refused, why);
      return nullptr;
    }
    toll::add_passed(call->cdr.decision, toll::Check::lines);
  }
  if (!target->announcement.empty()) {
    if (!answer_ourselves(ctx, *call, Speech::announcement, {prompt_of(ctx, *call, target->announcement)}))
      end(ctx, *call, CallResult::failed, EndedBy::system, 488, Reason::offer_refused, "an announcement takes G.711");
  } else if (target->out && !target->out->pins.empty()) {
    ask_pin(ctx, *call, *target);
  } else if (!start(ctx, *call, std::move(*target))) {
    give_up_outside(ctx, *call);
  }
  return calls_.find(id);
}

Call* Calls::begin(Context& ctx, const Asked& asked, const std::string& dialled, bool helps) {
  const auto& [request, flow, server, caller, route, trail] = asked;
  const auto no = [&](int status, CallResult result, Reason reason, std::string_view detail = {}) -> Call* {
    refuse(ctx, asked, status, result, reason, detail);
    return nullptr;
  };
  const auto description = description_of(request);
  if (!description) return no(description.error(), CallResult::failed, Reason::offer_refused, "body");
  const std::string local_tag = ctx.random.token(20);
  auto dialog = dialog::Dialog::incoming(request, flow, local_tag);
  if (!dialog) return no(400, CallResult::failed, Reason::malformed_message, "Contact or Record-Route");
  const std::size_t calls_max = calls_.limit();
  if (helps) calls_.set_limit(calls_max + CallLimits::emergency_reserve);
  const CallId id = calls_.emplace(ctx.policy.times, ctx.random.next(), ctx.random);
  calls_.set_limit(calls_max);
  if (!id) return no(503, CallResult::refused, Reason::system_limit_reached, "calls_max");
  Call& call = *calls_.find(id);
  call.id = id;
  call.invite = server;
  call.emergency = helps;

  const auto give_up = [&](int status, Reason reason, std::string_view detail) -> Call* {
    close_streams(ctx, call);
    calls_.erase(id);
    return no(status, CallResult::failed, reason, detail);
  };
  if (const auto timer = call.caller.session.take_request(request); !timer) {
    std::string bytes;
    auto writer = sip::write_response_head(bytes, request, flow.remote, 422, local_tag);
    writer.header(HeaderName::min_se, timer.error().min_se_s).no_body();
    calls_.erase(id);
    ctx.txns.respond(ctx.now, server, 422, std::move(bytes), ctx.out);
    return nullptr;
  }
  const sdp::Session* offer = *description ? &**description : nullptr;
  const auto meaning = call.caller.exchange.received(sdp::Carrier::invite, offer);
  if (!meaning) return give_up(sdp::status_for(meaning.error()), Reason::offer_refused, sdp::text_of(meaning.error()));
  call.late_offer = offer == nullptr;
  call.caller.dialog = std::move(*dialog);
  call.caller.extension = caller.extension;
  call.caller.trunk = caller.trunk;
  call.caller.device = caller.device;
  call.caller.dialog->take_cseq(request);
  call.caller.peer_takes_update = request.lists(HeaderName::allow, "UPDATE");
  call.cdr.tenant = caller.tenant;
  if (offer) {
    Opening opening = open_streams(ctx, call, &call.caller, *offer);
    // Refused, nobody would come: who calls for help is heard in the clear, whatever is required of him.
    call.caller.in_clear = helps && opening == Opening::none;
    if (call.caller.in_clear) opening = open_streams(ctx, call, &call.caller, *offer);
    call.caller.in_clear = call.caller.in_clear && opening == Opening::some;
    if (opening == Opening::no_ports) return give_up(503, Reason::system_limit_reached, "media ports");
    const auto breach = opening == Opening::some ? agree_by_offer(ctx, call, call.caller, *offer) : std::nullopt;
    if (opening == Opening::none || breach) {
      const Unfit unfit = why_not(ctx, call, call.caller, *offer);
      return give_up(488, unfit.reason, unfit.text);
    }
    take_remote(call, Side::caller, call.caller, *offer);
  }
  call.hops_left = std::min<std::uint32_t>(request.max_forwards.value_or(70), 70) - 1;
  call.invite_cseq = request.cseq.number;
  call.invite_head = response_head(request, flow, local_tag);
  call.invite_routes = recorded_routes(request);
  call.caller_wants_reliable = request.lists(HeaderName::require, "100rel");
  call.caller_takes_reliable = call.caller_wants_reliable || request.lists(HeaderName::supported, "100rel");
  call.caller_name = caller.display_name;
  call.privacy = trunk::parse_privacy(request.value(HeaderName::privacy));

  Cdr& cdr = call.cdr;
  cdr.id = ctx.random.token(20);
  cdr.caller = caller.extension;
  cdr.caller_number = caller.number;
  cdr.dialled = dialled;
  cdr.caller_transport = flow.transport;
  cdr.caller_address = flow.remote.address;
  cdr.started_wall_ms = ctx.now.wall_ms;
  cdr.decision = trail;
  if (call.caller.in_clear) toll::add_passed(cdr.decision, toll::media_rule, "in the clear: somebody calls for help");
  if (const toll::TrunkTerms* trunk = ctx.plan.trunk(caller.trunk)) {
    cdr.trunk_in = trunk->line.name;
    cdr.route = route;
    cdr.called = dialled;
  }
  ++started_;

  index_leg(local_tag, {id, Side::caller, 0});
  shares_.place(id, caller.extension, call.parts);
  ctx.txns.set_owner(server, mark(Owner::call, id.value));
  ctx.report(Level::info, Reason::call_started, flow, caller.number, cdr.id, dialled, cdr.tenant);
  return &call;
}

void Calls::ring(Context& ctx, Call& call, const policy::Extension& callee, const Binding& binding) {
  const std::string host = own_host(ctx.policy, binding.flow);
  const std::string from = party(call.caller_name, call.cdr.caller_number, host);
  const std::string to = party(callee.display_name, callee.number, host);
  Fork* fork = add_fork(ctx, call, {{}, {}, from, to, binding.contact, binding.path, 1, binding.flow});
  if (!fork) return;
  fork->leg.extension = callee.id;
  fork->leg.device = binding.device;
  const std::size_t place = call.forks.size() - 1;
  if (has_way(binding)) return send_invite(ctx, call, place);
  // Its connection is gone, and where its Contact points nobody has proved anything. The proxy that it came through can
  // be found again, because the configuration names it.
  if (const auto found =
          locator_.locate(ctx, *proxy_of(ctx.policy, binding), {call.id.value, static_cast<std::uint32_t>(place)})) {
    take_ways(ctx, *fork, found->targets);
    if (!try_next_way(ctx, call, place)) fork->status = 480;
  }
}

Fork* Calls::add_fork(Context& ctx, Call& call, dialog::Dialog::Outgoing outgoing) {
  const std::string call_id = call_link(call.cdr.id) + ctx.random.token(24), local_tag = ctx.random.token(20);
  outgoing.call_id = call_id;
  outgoing.local_tag = local_tag;
  auto dialog = dialog::Dialog::calling(outgoing);
  if (!dialog) return nullptr;
  call.forks.emplace_back(Leg(ctx.policy.times, ctx.random.next()));
  call.forks.back().leg.dialog = std::move(*dialog);
  index_leg(local_tag, {call.id, Side::callee, static_cast<std::uint32_t>(call.forks.size() - 1)});
  return &call.forks.back();
}

void Calls::take_ways(Context& ctx, Fork& fork, const std::vector<txn::Target>& targets) {
  if (fork.leg.trunk) return take_ways_to_trunk(ctx, fork, targets);
  const Flow& proven = fork.leg.dialog->flow();
  // Whoever did not come from an address of the proxy has only borrowed its name.
  const bool came_from_it = std::any_of(targets.begin(), targets.end(), [&](const txn::Target& target) {
    return target.endpoint.address == proven.remote.address;
  });
  if (!came_from_it) return;
  for (const txn::Target& target : targets) {
    if (is_encrypted(proven.transport) && !is_encrypted(target.transport)) continue;
    if (auto way = flow_towards(ctx.policy, target, proven)) fork.ways.push_back(std::move(*way));
  }
}

bool Calls::try_next_way(Context& ctx, Call& call, std::size_t place) {
  Fork& fork = call.forks[place];
  if (fork.ways.empty() || fork.cancelled || call.state != CallState::ringing) return false;
  if (fork.leg.dialog->state() != dialog::Dialog::State::calling) return false;  // it rang already
  fork.leg.dialog->rebind(fork.ways.front());
  fork.ways.erase(fork.ways.begin());
  fork.leg.exchange = {};
  send_invite(ctx, call, place);
  return std::exchange(fork.status, 0) == 0;
}

void Calls::on_dns(Context& ctx, QueryId query, const txn::DnsResult& result) {
  const auto found = locator_.on_answer(ctx, query, result);
  Call* call = found ? calls_.find(CallId{found->asker.owner}) : nullptr;
  if (!call) return;
  take_ways(ctx, call->forks[found->asker.part], found->targets);
  if (!try_next_way(ctx, *call, found->asker.part)) on_fork_failure(ctx, *call, found->asker.part, trunk::no_response);
}

void Calls::send_invite(Context& ctx, Call& call, std::size_t place, std::string_view credentials) {
  Fork& fork = call.forks[place];
  const Flow flow = fork.leg.dialog->flow();
  if (!fit_media(ctx, call, fork.leg)) {
    fork.status = call.unplaced ? 503 : 488;
    return;
  }
  std::string bytes;
  bytes.reserve(1'536);
  const std::string branch = new_branch(ctx.random);
  const std::string sent_by = public_endpoint(ctx.policy, flow).text();
  const std::string contact = contact_value(ctx.policy, flow, call.shown);
  auto writer = fork.leg.dialog->write_request(bytes, {"INVITE", branch, sent_by, contact, fork.cseq, call.hops_left});
  writer.header(HeaderName::allow, allowed_methods);
  writer.header(HeaderName::supported, call.may_be_reliable() ? "100rel, timer" : "timer");
  fork.leg.session.write_offer(writer);
  if (!ctx.policy.user_agent.empty()) writer.header(HeaderName::user_agent, ctx.policy.user_agent);
  bytes += fork.identity;
  bytes += credentials;
  append_media_note(bytes, call, Side::callee, fork.leg);
  if (call.late_offer) {
    writer.no_body();
  } else {
    const auto offer = sdp::parse(call.caller.exchange.pending_offer());
    if (offer) fork.leg.described = Description(describe(ctx, call, Side::callee, fork.leg, *offer));
    writer.body("application/sdp", fork.leg.described.reveal());
  }
  tell(fork.leg.exchange, sdp::Carrier::invite, fork.leg.described.reveal());
  fork.invite = ctx.txns.request(ctx.now, sip::Method::invite, flow, std::move(bytes), branch,
                                 mark(Owner::call, call.id.value), ctx.out);
  if (!fork.invite) fork.status = 503;
}

void Calls::on_fork_response(Context& ctx, Call& call, std::size_t place, const sip::Message& response,
                             const Flow& flow) {
  if (response.status < 200) return on_fork_provisional(ctx, call, place, response, flow);
  if (response.status < 300) return on_fork_success(ctx, call, place, response, flow);
  Fork& fork = call.forks[place];
  if (fork.status != 0) return;
  if (response.status < 400)
    ctx.report(Level::notice, Reason::redirect_refused, flow, call.cdr.dialled, call.cdr.id, {});
  if (response.status == 503 && try_next_way(ctx, call, place)) return;  // RFC 3263 §4.3
  if (fork.leg.trunk && answer_trunk(ctx, call, place, response)) return;
  if (offer_otherwise(ctx, call, place, response.status)) return;
  if (offer_from_here(ctx, call, place, response.status)) return;
  on_fork_failure(ctx, call, place, response.status);
}

bool Calls::offer_otherwise(Context& ctx, Call& call, std::size_t place, int status) {
  Fork& fork = call.forks[place];
  if (status != 488 && status != 415 && status != 606) return false;
  const auto any = [&](bool (Keying::*is)() const) {
    return std::any_of(fork.leg.keying.begin(), fork.leg.keying.end(), [&](const Keying& k) { return (k.*is)(); });
  };
  const MediaTerms terms = media_terms(ctx, call, fork.leg);
  const bool required = terms.wanted == policy::Encryption::required;
  call.unprotected = call.unprotected || (required && any(&Keying::is_firm));
  const bool may_go_again = !fork.cancelled && call.state == CallState::ringing && !fork.leg.in_clear &&
                            !fork.leg.by_certificate &&
                            fork.leg.dialog->state() == dialog::Dialog::State::calling;
  // Who may not have it in the clear perhaps knows the other kind of SRTP.
  const bool by_certificate = any(&Keying::is_firm_by_key) && !terms.by_key_alone;
  if (!may_go_again || (!by_certificate && !any(&Keying::is_opportunistic))) return false;
  (by_certificate ? fork.leg.by_certificate : fork.leg.in_clear) = true;
  fork.leg.keying.clear();
  fork.leg.exchange = {};
  fork.cseq = fork.leg.dialog->next_cseq();
  send_invite(ctx, call, place);
  if (fork.status != 0) on_fork_failure(ctx, call, place, std::exchange(fork.status, 0));
  return true;
}

void Calls::on_fork_success(Context& ctx, Call& call, std::size_t place, const sip::Message& response,
                            const Flow& flow) {
  Fork& fork = call.forks[place];
  const bool again =
      fork.leg.dialog->state() == dialog::Dialog::State::confirmed && fork.leg.dialog->has_tags_of(response);
  if (again && (fork.ack_owed || call.winner == place)) return;  // repeated before the ACK could be sent
  if (call.state != CallState::ringing || fork.status != 0 || fork.cancelled)
    return release_fork(ctx, call, place, response, flow);
  if (!enter_fork_dialog(ctx, call, place, response, flow)) return on_fork_failure(ctx, call, place, 502);
  fork.status = response.status;
  fork.leg.peer_takes_update = fork.leg.peer_takes_update || response.lists(HeaderName::allow, "UPDATE");
  fork.leg.session.take_answer(ctx.now, response);
  const auto description = description_of(response);
  const sdp::Session* session = description && *description ? &**description : nullptr;
  const auto meaning = fork.leg.exchange.received(sdp::Carrier::invite_success, session);
  const bool offers = meaning && *meaning == sdp::Meaning::offer;
  const bool fits = description && meaning && (call.late_offer ? offers || fork.leg.exchange.established() : !offers);
  fork.ack_owed = fits && offers;
  if (!fork.ack_owed) acknowledge(ctx, fork.leg, fork.invite, fork.cseq);
  call.winner = place;
  if (!fits) {
    bye(ctx, call, fork.leg);
    return end(ctx, call, CallResult::failed, EndedBy::system, 488, Reason::offer_refused,
               meaning ? "answer without description" : sdp::text_of(meaning.error()));
  }
  call.state = CallState::storing;
  start_spending(ctx, call);
  ctx.timers.cancel(call.try_timer);
  ctx.timers.cancel(call.turn_timer);
  for (Fork& rang : call.forks)
    if (rang.leg.extension != fork.leg.extension) shares_.leave(rang.leg.extension, call.parts);
  if (fork.leg.extension) last_answered_[fork.leg.extension] = ctx.now.mono_ms;
  ctx.timers.cancel(call.setup_timer);
  cancel_forks(ctx, call);
  if (session && (*meaning == sdp::Meaning::answer || *meaning == sdp::Meaning::offer))
    fork.answer = Description(std::string(session->text));
  if (const auto agreed = sdp::parse(fork.answer.reveal())) {
    if (offers && !open_late(ctx, call, fork.leg, *agreed)) return;
    const bool answers = session && *meaning == sdp::Meaning::answer;
    const auto breach = answers ? agree_by_answer(fork.leg, *agreed) : std::nullopt;
    if (breach)
      return end(ctx, call, CallResult::failed, EndedBy::system, 488, Reason::media_refused, text_of(*breach));
    take_remote(call, Side::callee, fork.leg, *agreed);
  }
  call.cdr.callee = fork.leg.extension;
  call.cdr.callee_transport = fork.leg.dialog->flow().transport;
  record_answer(ctx, call);
  push_streams(ctx, call);
  // Nobody in need waits for a disk: fail open.
  if (call.emergency) answer_caller(ctx, call);
}

void Calls::record_answer(Context& ctx, Call& call) {
  call.state = CallState::storing;
  ctx.timers.cancel(call.setup_timer);
  call.cdr.answered_wall_ms = ctx.now.wall_ms;
  call.ticket = next_ticket_;
  next_ticket_ += 2;
  by_ticket_.emplace(call.ticket, call.id);
  ctx.out.add(effect::OpenCdr{call.ticket, call.cdr, dialogs_of(call)});
  call.setup_timer = ctx.timers.set(ctx.after_ms(std::int64_t{ctx.policy.limits.store_wait_max_s} * 1'000),
                                    mark(Owner::call, call.id.value), store_due);
}

std::vector<record::OpenDialog> Calls::dialogs_of(const Call& call) {
  const Leg* callee = call.winner ? &call.forks[*call.winner].leg : nullptr;
  std::vector<record::OpenDialog> out;
  if (!call.caller.trunk && (!callee || !callee->trunk)) return out;
  if (!call.announcing) out.push_back(dialog_of(call, Side::caller, call.caller));
  if (callee) out.push_back(dialog_of(call, Side::callee, *callee));
  return out;
}

void Calls::on_stored(Context& ctx, std::uint64_t ticket, bool ok) {
  const auto found = by_ticket_.find(ticket);
  if (found == by_ticket_.end()) return;
  Call* call = calls_.find(found->second);
  by_ticket_.erase(found);
  if (!call || call->state == CallState::ending) return;
  if (call->emergency) {
    ctx.timers.cancel(call->setup_timer);
    if (!ok)
      ctx.report(Level::error, Reason::store_failed, call->caller.dialog->flow(), call->cdr.caller_number, call->cdr.id,
                 "an emergency call goes on, though its record is not on disk", call->cdr.tenant);
    return;
  }
  if (call->state != CallState::storing) return;
  ctx.timers.cancel(call->setup_timer);
  if (!ok) return end(ctx, *call, CallResult::failed, EndedBy::system, 503, Reason::store_failed, "no record, no call");
  answer_caller(ctx, *call);
}

bool Calls::open_late(Context& ctx, Call& call, Leg& leg, const sdp::Session& offer) {
  const Opening opening = open_streams(ctx, call, &leg, offer);
  if (opening == Opening::some && !agree_by_offer(ctx, call, leg, offer)) return true;
  const bool full = opening == Opening::no_ports;
  const Unfit unfit = full ? Unfit{Reason::system_limit_reached, "media ports"} : why_not(ctx, call, leg, offer);
  end(ctx, call, CallResult::failed, EndedBy::system, full ? 503 : 488, unfit.reason, unfit.text);
  return false;
}

void Calls::answer_caller(Context& ctx, Call& call) {
  if (call.handover) return take_over(ctx, call);
  if (call.announcing) return speak(ctx, call);
  // RFC 3262 §3: what was described reliably has to have arrived before the 2xx leaves.
  call.answer_waits = call.reliable.is_waiting() && !call.caller.exchange.invite_open();
  if (call.answer_waits) return;
  const Fork* fork = call.winner ? &call.forks[*call.winner] : nullptr;
  std::string bytes;
  bytes.reserve(1'536);
  auto writer = begin_response(bytes, 200, call.invite_head);
  bytes += call.invite_routes;
  writer.header(HeaderName::contact, contact_value(ctx.policy, call.caller.dialog->flow(), call.cdr.dialled));
  writer.header(HeaderName::allow, allowed_methods);
  writer.header(HeaderName::supported, "100rel, timer");
  call.caller.session.write_answer(writer);
  append_media_note(bytes, call, Side::caller, call.caller);
  std::string body;
  if (call.caller.exchange.invite_open())
    if (const auto session = sdp::parse(fork ? std::string_view(fork->answer.reveal()) : call.our_answer))
      body = describe(ctx, call, Side::caller, call.caller, *session);
  if (!tell(call.caller.exchange, sdp::Carrier::invite_success, body))
    return end(ctx, call, CallResult::failed, EndedBy::system, 488, Reason::offer_refused,
               "answer does not fit the offer");
  if (body.empty()) {
    writer.no_body();
  } else {
    call.caller.described = Description(body);
    writer.body("application/sdp", body);
  }
  call.state = CallState::talking;
  call.caller.answered = {call.invite, call.invite_cseq, true, fork && fork->ack_owed};
  call.caller.dialog->confirm();
  call.caller.session.sent_answer(ctx.now);
  ++answered_;
  ctx.report(Level::info, Reason::call_answered, (fork ? fork->leg : call.caller).dialog->flow(),
             call.cdr.caller_number, call.cdr.id, call.cdr.dialled, call.cdr.tenant);
  ctx.txns.respond(ctx.now, call.invite, 200, std::move(bytes), ctx.out);
  watch_duration(ctx, call);
  watch_session(ctx, call, Side::caller);
  watch_session(ctx, call, Side::callee);
  if (call.speech != Speech::none) begin_speech(ctx, call, Side::caller);
}

void Calls::watch_duration(Context& ctx, Call& call) {
  if (call.emergency) return;
  call.duration_timer = ctx.timers.set(ctx.after_ms(std::int64_t{ctx.policy.limits.call_duration_max_s} * 1'000),
                                       mark(Owner::call, call.id.value), duration_due);
}

void Calls::release_fork(Context& ctx, Call& call, std::size_t place, const sip::Message& response, const Flow& flow) {
  Fork& fork = call.forks[place];
  if (fork.status == 0) fork.status = response.status;
  auto dialog = fork.leg.dialog->state() == dialog::Dialog::State::early && fork.leg.dialog->has_tags_of(response)
                    ? std::expected<dialog::Dialog, dialog::Fault>(*fork.leg.dialog)
                    : fork.leg.dialog->fork(response, flow);
  if (dialog) {
    const std::string sent_by = public_endpoint(ctx.policy, dialog->flow()).text();
    ctx.txns.acknowledge_2xx(ctx.now, fork.invite, dialog->flow(),
                             dialog->ack(new_branch(ctx.random), sent_by, fork.cseq), ctx.out);
    const std::string branch = new_branch(ctx.random);
    ctx.txns.request(ctx.now, sip::Method::bye, dialog->flow(),
                     dialog->request({"BYE", branch, sent_by, {}, dialog->next_cseq()}), branch,
                     mark(Owner::call, call.id.value), ctx.out);
  }
  settle(ctx, call);
}

void Calls::on_fork_failure(Context& ctx, Call& call, std::size_t place, int status) {
  Fork& fork = call.forks[place];
  if (fork.status != 0) return;
  fork.status = status == trunk::no_response ? 480 : status;
  fork.answer = {};
  if (call.state != CallState::ringing) return settle(ctx, call);
  if (status >= 600 && !fork.cancelled) cancel_forks(ctx, call);
  if (fork.leg.trunk && !fork.cancelled) {
    trunks_.note_call(ctx, fork.leg.trunk, status, call.payer);
    if (leave_by_next(ctx, call, status)) return;
  }
  give_up_without_forks(ctx, call);
}

void Calls::on_fork_gone(Context& ctx, Call& call, std::size_t place) {
  Fork& fork = call.forks[place];
  if (fork.status != 0 || fork.cancelled) return;
  // It still owes the INVITE its final response; the call is known until that came.
  fork.cancelled = true;
  fork.answer = {};
  ctx.txns.cancel(ctx.now, fork.invite, ctx.out);
  give_up_without_forks(ctx, call);
}

void Calls::give_up_without_forks(Context& ctx, Call& call) {
  const bool all_done =
      std::all_of(call.forks.begin(), call.forks.end(), [](const Fork& f) { return f.status != 0 || f.cancelled; });
  if (!all_done) return;
  if (call.unplaced)
    return end(ctx, call, CallResult::refused, EndedBy::system, 503, Reason::media_server_missing);
  if (go_on(ctx, call, best_status(std::span(call.forks).subspan(call.ringing.first)))) return;
  const int best = best_status(call.forks);
  if (call.unprotected && (best == 488 || best == 415 || best == 606))
    return end(ctx, call, CallResult::refused, EndedBy::callee, best, Reason::media_refused,
               "who was called refuses what is offered there: encrypted media, as required");
  const Reason reason = best == 486 || best == 600 ? Reason::callee_busy : Reason::call_ended;
  end(ctx, call, result_of(best), EndedBy::callee, best, reason, sip::reason_phrase(best));
}

}  // namespace rf::call
