// Before the answer: provisional responses, reliable or not, PRACK, and changes to a call that only rings.
#include <utility>

#include "core/base/limits/wire.hpp"
#include "core/call/calls.hpp"
#include "core/call/wire.hpp"

namespace rf::call {

using effect::Reason;
using sip::HeaderName;

namespace {

/// What the phone said whose early media the caller hears.
const Description* early_answer(const Call& call) {
  if (!call.heard) return nullptr;
  const Fork& fork = call.forks[*call.heard];
  return fork.status == 0 && !fork.answer.reveal().empty() ? &fork.answer : nullptr;
}

}  // namespace

bool Calls::enter_fork_dialog(Context& ctx, Call& call, std::size_t place, const sip::Message& response,
                              const Flow& flow) {
  Fork& fork = call.forks[place];
  Leg& leg = fork.leg;
  const bool success = response.status >= 200;
  if (leg.dialog->state() == dialog::Dialog::State::early && leg.dialog->has_tags_of(response)) {
    if (success) (void)leg.dialog->confirm(response);
    return true;
  }
  auto dialog = leg.dialog->fork(response, flow);
  if (!dialog) return false;
  if (leg.dialog->state() == dialog::Dialog::State::early) {
    // A proxy behind this contact forked by itself: the newest early dialog counts, and in it all begins anew.
    if (call.fork() == &fork) {
      if (leg.ours.client) on_ours_failed(ctx, call, Side::callee, 491, nullptr);
      withdraw(ctx, call, Side::callee);
    }
    fork.reliable = {};
    fork.prack_owed = 0;
    fork.answer = {};
    leg.exchange = {};
    tell(leg.exchange, sdp::Carrier::invite, call.late_offer ? std::string_view() : leg.described.reveal());
  }
  leg.dialog = std::move(*dialog);
  return true;
}

void Calls::on_fork_provisional(Context& ctx, Call& call, std::size_t place, const sip::Message& response,
                                const Flow& flow) {
  Fork& fork = call.forks[place];
  if (fork.status != 0 || fork.cancelled || call.state != CallState::ringing) return;
  if (response.status == 100) return on_trunk_trying(ctx, call);
  ctx.timers.cancel(call.try_timer);
  // An announcement of the provider's helps nobody: only who is rung may yet answer a call for help.
  call.rang = call.rang || (response.status >= 180 && !(call.is_for_help() && response.status == 183));
  const bool in_dialog = enter_fork_dialog(ctx, call, place, response, flow);
  fork.leg.peer_takes_update = fork.leg.peer_takes_update || response.lists(HeaderName::allow, "UPDATE");
  const std::uint32_t rseq = in_dialog ? dialog::reliable_rseq(response) : 0;
  if (rseq != 0) {
    if (!call.may_be_reliable() || fork.pracks == WireLimits::pracks) return;
    if (fork.reliable.take(rseq) != dialog::ReliableReceiver::Order::next) return;
    ++fork.pracks;
  }
  const auto description = description_of(response);
  const sdp::Session* session = in_dialog && description && *description ? &**description : nullptr;
  const auto meaning =
      fork.leg.exchange.received(rseq != 0 ? sdp::Carrier::reliable_provisional : sdp::Carrier::provisional, session);
  const bool offers = meaning && *meaning == sdp::Meaning::offer;
  // The caller's answer goes into the PRACK (RFC 3262 §5).
  if (offers)
    fork.prack_owed = rseq;
  else if (rseq != 0)
    send_prack(ctx, call, fork, rseq, {});
  if (offers && !open_late(ctx, call, fork.leg, *session)) return;
  const bool answers = meaning && (*meaning == sdp::Meaning::answer || *meaning == sdp::Meaning::preview);
  if (const auto breach = answers ? agree_by_answer(fork.leg, *session) : std::nullopt)
    return end(ctx, call, CallResult::failed, EndedBy::system, 488, Reason::media_refused, text_of(*breach));
  if (offers || answers) {
    // Early media is that of the first who sends some; the others ring unheard.
    if (!early_answer(call)) call.heard = place;
    fork.answer = Description(std::string(session->text));
    if (call.heard == place) {
      take_remote(call, Side::callee, fork.leg, *session);
      push_streams(ctx, call);
    }
  }
  tell_caller(ctx, call, response.status);
}

void Calls::send_prack(Context& ctx, Call& call, Fork& fork, std::uint32_t rseq, std::string_view answer,
                       std::string_view credentials) {
  dialog::Dialog& dialog = *fork.leg.dialog;
  const std::string branch = new_branch(ctx.random), sent_by = public_endpoint(ctx.policy, dialog.flow()).text();
  std::string prack = dialog.prack({"PRACK", branch, sent_by, {}, dialog.next_cseq()}, rseq, fork.cseq,
                                   answer.empty() ? "" : "application/sdp", answer);
  std::string known(credentials);
  if (fork.leg.trunk && known.empty()) trunks_.append_known(fork.leg.trunk, "PRACK", dialog.remote_target(), known);
  prack.insert(prack.find("\r\nRAck:") + 2, known);
  const txn::ClientId client = ctx.txns.request(ctx.now, sip::Method::prack, dialog.flow(), std::move(prack), branch,
                                                mark(Owner::call, call.id.value), ctx.out);
  const auth::Rounds rounds = credentials.empty() ? auth::Rounds{} : fork.prack.rounds;
  if (fork.leg.trunk) fork.prack = {client, rseq, Description(std::string(answer)), rounds};
}

void Calls::tell_caller(Context& ctx, Call& call, int status) {
  if (call.handover || call.announcing) return;  // who is handed over has his answer, and of ours there is nobody
  if (status != 180 && status != 183) status = status == 182 || status == 181 ? status : 180;
  const Description* answer = early_answer(call);
  // With several phones ringing, an answer that the caller must keep could turn out to be another phone's (RFC 3262
  // §5).
  const bool describes =
      answer != nullptr && !call.provisional_described && (call.single || !call.caller_wants_reliable);
  if (status == call.provisional_sent && !describes) return;
  const bool reliable = call.caller_wants_reliable || (call.caller_takes_reliable && describes && call.single);
  // The first reliable response to an INVITE without offer has to bring one (RFC 3262 §5): until then it is quiet.
  if (reliable && call.late_offer && !describes && call.caller.exchange.invite_open()) return;
  if (reliable && call.reliable.is_waiting()) {
    call.provisional_waiting = status;
    return;
  }
  const auto session = sdp::parse(describes ? std::string_view(answer->reveal()) : std::string_view());
  std::string body;
  if (session) body = describe(ctx, call, Side::caller, call.caller, *session);
  std::string bytes;
  bytes.reserve(1'024);
  auto writer = begin_response(bytes, status, call.invite_head);
  bytes += call.invite_routes;
  writer.header(HeaderName::contact, contact_value(ctx.policy, call.caller.dialog->flow(), call.cdr.dialled));
  writer.header(HeaderName::allow, allowed_methods);
  if (reliable) {
    writer.header(HeaderName::require, "100rel");
    writer.header(HeaderName::rseq, call.reliable.next());
  }
  if (!body.empty()) {
    call.caller.described = Description(body);
    call.provisional_described = true;
    tell(call.caller.exchange, reliable ? sdp::Carrier::reliable_provisional : sdp::Carrier::provisional, body);
    writer.body("application/sdp", body);
  } else {
    writer.no_body();
  }
  call.provisional_sent = status;
  if (reliable)
    ctx.txns.respond_reliably(ctx.now, call.invite, std::move(bytes), ctx.out);
  else
    ctx.txns.respond(ctx.now, call.invite, status, std::move(bytes), ctx.out);
}

void Calls::on_prack(Context& ctx, Call& call, Side side, const sip::Message& request, const Flow& flow,
                     txn::ServerId server) {
  Leg& leg = call.caller;
  const auto rack = sip::parse_rack(request.value(HeaderName::rack));
  const bool taken = side == Side::caller && rack && call.reliable.take(*rack, call.invite_cseq);
  if (!taken) return respond(ctx, request, flow, server, 481);
  ctx.txns.prack_received(call.invite);
  // One that fits gets a 2xx, whatever it carries (RFC 3262 §3).
  const auto description = description_of(request);
  const sdp::Session* session = description && *description ? &**description : nullptr;
  Fork* fork = call.fork();
  const bool owed = fork && fork->prack_owed != 0;
  if (call.state == CallState::ending || (!owed && (!session || leg.theirs.server)))
    respond(ctx, request, flow, server, 200);
  else if (const auto meaning = leg.exchange.received(sdp::Carrier::prack, session);
           !owed && meaning && *meaning == sdp::Meaning::offer) {
    leg.theirs = {server, request.method, request.cseq.number, response_head(request, flow, {}), false};
    ctx.txns.set_owner(server, mark(Owner::call, call.id.value));
    if (const int status = pass_on(ctx, call, side, session)) answer_theirs(ctx, call, side, status, {});
  } else {
    respond(ctx, request, flow, server, 200);
    if (owed) {
      if (!meaning || *meaning != sdp::Meaning::answer)
        return end(ctx, call, CallResult::failed, EndedBy::system, 488, Reason::offer_refused,
                   "PRACK without the answer");
      if (const auto breach = agree_by_answer(leg, *session))
        return end(ctx, call, CallResult::failed, EndedBy::system, 488, Reason::media_refused, text_of(*breach));
      take_remote(call, Side::caller, leg, *session);
      fork->leg.described = Description(describe(ctx, call, Side::callee, fork->leg, *session));
      tell(fork->leg.exchange, sdp::Carrier::prack, fork->leg.described.reveal());
      send_prack(ctx, call, *fork, std::exchange(fork->prack_owed, 0), fork->leg.described.reveal());
      push_streams(ctx, call);
    }
  }
  if (call.answer_waits && call.state == CallState::storing) return answer_caller(ctx, call);
  if (call.provisional_waiting != 0 && call.state == CallState::ringing)
    tell_caller(ctx, call, std::exchange(call.provisional_waiting, 0));
}

void Calls::on_early_update(Context& ctx, Call& call, Leg& leg, Side side, const sip::Message& request,
                            txn::ServerId server) {
  const Flow& flow = leg.dialog->flow();
  if (!request.body.empty()) {
    if (&leg == call.leg(side) && call.leg(other(side))) return on_modify(ctx, call, side, request, server);
    // Where several phones ring, nothing is agreed yet that one of them could change.
    const auto free = leg.exchange.may_offer();
    return respond(ctx, request, flow, server, free ? 491 : sdp::status_for(free.error()));
  }
  if (leg.theirs.server) return respond(ctx, request, flow, server, 500);
  if (!leg.dialog->refresh_target(request)) return respond(ctx, request, flow, server, 400);
  leg.peer_takes_update = leg.peer_takes_update || request.lists(HeaderName::allow, "UPDATE");
  std::string bytes;
  auto writer = sip::write_response_head(bytes, request, flow.remote, 200, {});
  writer.header(HeaderName::contact, contact_value(ctx.policy, flow, call.user_towards(side)));
  writer.header(HeaderName::allow, allowed_methods).no_body();
  ctx.txns.respond(ctx.now, server, 200, std::move(bytes), ctx.out);
}

/// The answer to an offer that could not be passed on and may not be refused: what was agreed stays as it was, what is
/// new is declined.
std::string Calls::answer_as_before(Context& ctx, Call& call, Side side) {
  Leg& leg = *call.leg(side);
  Fork* fork = call.fork();
  const auto offer = sdp::parse(leg.exchange.pending_offer());
  if (!offer || !fork || call.state == CallState::ending) return {};
  std::string text = fork->answer.reveal();
  if (!text.ends_with('\n')) text += "\r\n";
  const auto known = sdp::parse(fork->answer.reveal());
  for (std::size_t i = known ? known->media().size() : 0; i < offer->media().size(); ++i) {
    const sdp::Media& media = offer->media()[i];
    text.append("m=").append(media.kind).append(" 0 ").append(media.proto).append(" ");
    text.append(*media.format_list().next()).append("\r\n");
  }
  const auto answer = sdp::parse(text);
  const auto fits = answer ? sdp::check_answer(*offer, *answer, sdp::Protocols::rewritten)
                           : std::unexpected(sdp::Fault::not_a_description);
  if ((!fits && !sdp::can_be_mended(fits.error())) || agree_by_offer(ctx, call, leg, *offer)) {
    sdp::RewritePlan nothing;
    nothing.address = public_endpoint(ctx.policy, leg.dialog->flow()).address;
    return leg.origin.describe(*offer, nothing);
  }
  take_remote(call, side, leg, *offer);
  take_remote(call, other(side), fork->leg, *answer);
  push_streams(ctx, call);
  return describe(ctx, call, side, leg, *answer);
}

}  // namespace rf::call
