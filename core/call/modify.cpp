// What changes while a call runs: re-INVITE, UPDATE, hold, ACK, PRACK, INFO, session refreshes.
#include <algorithm>
#include <utility>

#include "core/base/limits/wire.hpp"
#include "core/call/calls.hpp"
#include "core/call/wire.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;
using sip::HeaderName;

namespace {

std::string_view bare_type(std::string_view content_type) {
  return content_type.substr(0, content_type.find_first_of("; \t"));
}

bool is_trickle(std::string_view content_type) {
  return sip::equal_nocase(bare_type(content_type), "application/trickle-ice-sdpfrag");
}

/// What INFO may carry to the other phone as it is: picture requests of video phones. Empty for all else.
std::string_view passing_type(std::string_view content_type) {
  constexpr std::string_view known = "application/media_control+xml";
  return sip::equal_nocase(bare_type(content_type), known) ? known : std::string_view();
}

/// A failed refresh that leaves the call standing is tried again after this (RFC 3261 §14.1: 2.1 to 4 s).
std::int64_t glare_wait_ms(Random& random) {
  return 2'100 + static_cast<std::int64_t>(random.below(1'900));
}

/// The leg on the other side, while somebody is there.
Leg* peer_of(Call& call, Side side) {
  Leg* peer = call.leg(other(side));
  return peer && peer->dialog->state() != dialog::Dialog::State::terminated ? peer : nullptr;
}

}  // namespace

void Calls::handle_in_dialog(Context& ctx, LegRef ref, const sip::Message& request, const Flow& flow,
                             txn::ServerId server) {
  Call* call = calls_.find(ref.call);
  Leg* leg = this->leg(ref);
  if (!call || !leg) return;
  leg->dialog->take_cseq(request);
  const bool in_call = leg == call->leg(ref.side);
  // Who has gone may still be known, while the call runs on without him.
  const bool asks = request.method != sip::Method::bye && request.method != sip::Method::ack &&
                    request.method != sip::Method::prack;
  if (asks && leg->dialog->state() == dialog::Dialog::State::terminated)
    return respond(ctx, request, flow, server, 481);
  switch (request.method) {
    case sip::Method::ack:
      if (in_call) on_ack(ctx, *call, ref.side, request);
      return;
    case sip::Method::bye: {
      const bool was_over = leg->dialog->state() == dialog::Dialog::State::terminated;
      respond(ctx, request, flow, server, 200);
      leg->dialog->terminate();
      if (was_over) return;
      if (call->state == CallState::ringing && ref.side == Side::callee) return on_fork_gone(ctx, *call, ref.fork);
      if (!in_call || call->state == CallState::ending) return;
      if (call->leaving && call->leaving->by == ref.side && call->state == CallState::talking)
        return on_transferor_gone(ctx, *call);
      return end_answered(ctx, *call, ref.side == Side::caller ? EndedBy::caller : EndedBy::callee, Reason::call_ended);
    }
    case sip::Method::refer:
      if (call->state != CallState::talking || !in_call) return respond(ctx, request, flow, server, 481);
      return on_refer(ctx, *call, ref.side, request, server);
    case sip::Method::prack:
      return on_prack(ctx, *call, ref.side, request, flow, server);
    case sip::Method::options:
      return respond(ctx, request, flow, server, 200);
    case sip::Method::info:
    case sip::Method::invite:
    case sip::Method::update:
      if (call->state == CallState::ending || (call->state == CallState::talking && !in_call))
        return respond(ctx, request, flow, server, 481);
      // Candidates that a peer finds later (RFC 8840) need nothing: the lite side of ICE learns from checks.
      if (request.method == sip::Method::info && is_trickle(request.content_type))
        return respond(ctx, request, flow, server, 200);
      if (call->state == CallState::talking)
        return request.method == sip::Method::info ? on_info(ctx, *call, ref.side, request, server)
                                                   : on_modify(ctx, *call, ref.side, request, server);
      if (request.method == sip::Method::update) return on_early_update(ctx, *call, *leg, ref.side, request, server);
      // RFC 3261 §14.2: the caller has an INVITE of its own under way, the callee one of ours.
      return respond(ctx, request, flow, server, ref.side == Side::caller ? 500 : 491);
    default: {
      std::string bytes;
      auto writer = sip::write_response_head(bytes, request, flow.remote, 405, {});
      writer.header(HeaderName::allow, allowed_methods).no_body();
      return ctx.txns.respond(ctx.now, server, 405, std::move(bytes), ctx.out);
    }
  }
}

void Calls::on_ack(Context& ctx, Call& call, Side side, const sip::Message& request) {
  Leg& leg = *call.leg(side);
  if (!leg.answered.server || leg.answered.cseq != request.cseq.number) return;  // nothing to acknowledge, or no longer
  const Leg::Answered answered = std::exchange(leg.answered, {});
  ctx.txns.acknowledge(answered.server);
  Leg* peer = peer_of(call, side);
  if (!answered.awaits_answer && answered.opening && call.state == CallState::talking)
    if (const auto why = why_home(ctx, call); !why.empty()) come_home(ctx, call, why);
  if (!answered.awaits_answer || call.state != CallState::talking) return;
  const auto description = description_of(request);
  const sdp::Session* session = description && *description ? &**description : nullptr;
  const auto meaning = leg.exchange.received(sdp::Carrier::ack, session);
  if (!peer) {
    if (meaning && *meaning == sdp::Meaning::answer) {
      if (const auto breach = agree_by_answer(leg, *session))
        return end_answered(ctx, call, EndedBy::system, Reason::media_refused, text_of(*breach));
      take_remote(call, side, leg, *session);
    }
    return push_streams(ctx, call);
  }
  const bool opening = answered.opening;
  const txn::ClientId client = opening ? call.forks[*call.winner].invite : peer->ours.client;
  const std::uint32_t cseq = opening ? call.forks[*call.winner].cseq : peer->ours.cseq;
  if (opening) call.forks[*call.winner].ack_owed = false;
  peer->ours = {};
  std::string body;
  const bool answers = meaning && *meaning == sdp::Meaning::answer && session;
  const auto breach = answers ? agree_by_answer(leg, *session) : std::nullopt;
  const bool fits = answers && !breach;
  if (fits) {
    take_remote(call, side, leg, *session);
    body = describe(ctx, call, other(side), *peer, *session);
    tell(peer->exchange, sdp::Carrier::ack, body);
    peer->described = Description(body);
    push_streams(ctx, call);
  }
  acknowledge(ctx, *peer, client, cseq, body);
  if (breach) return end_answered(ctx, call, EndedBy::system, Reason::media_refused, text_of(*breach));
  if (!fits) end_answered(ctx, call, EndedBy::system, Reason::offer_refused, "ACK without the answer");
}

void Calls::on_info(Context& ctx, Call& call, Side side, const sip::Message& request, txn::ServerId server) {
  Leg& leg = *call.leg(side);
  Leg* peer = peer_of(call, side);
  const Flow& flow = leg.dialog->flow();
  if (is_key_type(request.content_type)) return on_info_key(ctx, call, side, request, server);
  if (!peer || request.body.empty()) return respond(ctx, request, flow, server, 200);
  const std::string_view type = passing_type(request.content_type);
  if (type.empty()) return respond(ctx, request, flow, server, 415);
  if (request.body.size() > WireLimits::info_bytes) return respond(ctx, request, flow, server, 413);
  if (leg.infos == WireLimits::infos) return respond(ctx, request, flow, server, 500);
  auto info = begin_in_dialog(ctx, *peer->dialog, "INFO", {});
  const Flow& path = peer->dialog->flow();
  sip::Writer(info.bytes).body(type, request.body);
  const txn::ClientId client = ctx.txns.request(ctx.now, sip::Method::info, path, std::move(info.bytes), info.branch,
                                                mark(Owner::call, call.id.value), ctx.out);
  if (!client) return respond(ctx, request, flow, server, 503);
  infos_.emplace(client, InfoRelay{std::string(leg.dialog->local_tag()), server, response_head(request, flow, {})});
  ++leg.infos;
}

void Calls::answer_info(Context& ctx, txn::ClientId client, int status) {
  const auto found = infos_.find(client);
  const InfoRelay info = std::move(found->second);
  infos_.erase(found);
  // Wherever that leg has gone meanwhile.
  const auto known = by_tag_.find(info.tag);
  Leg* const leg = known == by_tag_.end() ? nullptr : this->leg(known->second);
  if (!info.server) {
    if (!leg) return;
    leg->keys.sending = {};
    // Who does not take one does not take the others.
    if (status >= 300) leg->keys.due.clear();
    return send_next_key(ctx, known->second.call, *leg);
  }
  if (leg) --leg->infos;
  std::string bytes;
  begin_response(bytes, status, info.head).no_body();
  ctx.txns.respond(ctx.now, info.server, status, std::move(bytes), ctx.out);
}

void Calls::on_modify(Context& ctx, Call& call, Side side, const sip::Message& request, txn::ServerId server) {
  Leg& leg = *call.leg(side);
  const Leg* peer = peer_of(call, side);
  const Flow flow = leg.dialog->flow();
  const bool invite = request.method == sip::Method::invite;
  if (invite && leg.answered.server) {
    // The answer to our offer comes with that ACK (RFC 5407 §3.1.5).
    if (leg.answered.awaits_answer) return respond(ctx, request, flow, server, 491);
    // Its ACK is lost or late, but the 2xx has arrived, else the phone would not begin another (RFC 3261 §14.1).
    ctx.txns.acknowledge(leg.answered.server);
    leg.answered = {};
  }
  if (leg.theirs.server) return respond(ctx, request, flow, server, 500);  // RFC 3261 §14.2
  if (leg.ours.client || (peer && (peer->is_asking() || peer->ours.client)))
    return respond(ctx, request, flow, server, 491);
  const bool timed = call.state == CallState::talking;
  if (timed) {
    if (const auto timer = leg.session.take_request(request); !timer) {
      std::string bytes;
      auto writer = sip::write_response_head(bytes, request, flow.remote, 422, {});
      writer.header(HeaderName::min_se, timer.error().min_se_s).no_body();
      return ctx.txns.respond(ctx.now, server, 422, std::move(bytes), ctx.out);
    }
  }
  const auto description = description_of(request);
  if (!description) return respond(ctx, request, flow, server, description.error());
  const sdp::Session* offer = *description ? &**description : nullptr;
  const sdp::Carrier carrier = invite ? sdp::Carrier::invite : sdp::Carrier::update;
  const auto meaning = leg.exchange.received(carrier, offer);
  if (!meaning) return respond(ctx, request, flow, server, sdp::status_for(meaning.error()));
  if (!leg.dialog->refresh_target(request)) {
    leg.exchange.on_failed(carrier);
    return respond(ctx, request, flow, server, 400);
  }
  leg.peer_takes_update = leg.peer_takes_update || request.lists(HeaderName::allow, "UPDATE");
  leg.theirs = {server, request.method, request.cseq.number, response_head(request, flow, {}), timed};
  ctx.txns.set_owner(server, mark(Owner::call, call.id.value));

  // A refresh that changes nothing is this leg's own affair.
  if (!invite && !offer) return answer_theirs(ctx, call, side, 200, {});
  if (offer && leg.exchange.peer_unchanged() && !leg.described.reveal().empty() && may_repeat(ctx, call, leg))
    return answer_theirs(ctx, call, side, 200, leg.described.reveal());

  if (!peer && offer) return answer_alone(ctx, call, side, *offer);
  if (!peer) {
    for (Keying& keying : leg.keying) keying.repeat();
    return answer_theirs(ctx, call, side, 200, leg.described.reveal());
  }
  if (const int status = pass_on(ctx, call, side, offer)) return answer_theirs(ctx, call, side, status, {});
  if (!invite) return;
  std::string trying;
  begin_response(trying, 100, leg.theirs.response_head).no_body();
  ctx.txns.respond(ctx.now, server, 100, std::move(trying), ctx.out);
}

int Calls::pass_on(Context& ctx, Call& call, Side side, const sdp::Session* offer) {
  const bool invite = call.leg(side)->theirs.method == sip::Method::invite;
  Leg* peer = call.leg(other(side));
  if (!peer || peer->is_asking() || peer->ours.client || !peer->exchange.may_offer()) return 491;
  // Before the answer only UPDATE can change anything.
  if (call.state != CallState::talking && !peer->peer_takes_update) return 488;
  std::string description;
  if (offer) {
    const Leg& leg = *call.leg(side);
    const Opening opening = open_streams(ctx, call, &leg, *offer);
    if (opening == Opening::no_ports) return 500;
    if (opening == Opening::none) {
      const Unfit unfit = why_not(ctx, call, leg, *offer);
      ctx.report(Level::notice, unfit.reason, leg.dialog->flow(), call.cdr.caller_number, call.cdr.id, unfit.text);
      return 488;
    }
    description = describe(ctx, call, other(side), *peer, *offer);
  }
  const sip::Method method = invite || !peer->peer_takes_update ? sip::Method::invite : sip::Method::update;
  return send_modify(ctx, call, other(side), method, description, true) ? 0 : 491;
}

void Calls::acknowledge(Context& ctx, Leg& leg, txn::ClientId invite, std::uint32_t cseq, std::string_view answer) {
  const Flow& path = leg.dialog->flow();
  ctx.txns.acknowledge_2xx(ctx.now, invite, path,
                           leg.dialog->ack(new_branch(ctx.random), public_endpoint(ctx.policy, path).text(), cseq,
                                           answer.empty() ? "" : "application/sdp", answer),
                           ctx.out);
}

bool Calls::send_modify(Context& ctx, Call& call, Side side, sip::Method method, const std::string& description,
                        bool for_peer, std::string_view credentials) {
  Leg& leg = *call.leg(side);
  const bool invite = method == sip::Method::invite;
  // An UPDATE without description offers nothing, so nothing of an offer can be in its way.
  if ((invite || !description.empty()) && !leg.exchange.may_offer()) return false;
  const bool timed = call.state == CallState::talking;
  auto request = begin_in_dialog(ctx, *leg.dialog, sip::text_of(method), call.user_towards(side));
  sip::Writer writer(request.bytes);
  writer.header(HeaderName::allow, allowed_methods);
  writer.header(HeaderName::supported, "timer");
  append_media_note(request.bytes, call, side, leg);
  if (timed) leg.session.write_offer(writer);
  request.bytes += credentials;
  if (leg.trunk && credentials.empty())
    trunks_.append_known(leg.trunk, sip::text_of(method), leg.dialog->remote_target(), request.bytes);
  if (description.empty())
    writer.no_body();
  else
    writer.body("application/sdp", description);
  tell(leg.exchange, invite ? sdp::Carrier::invite : sdp::Carrier::update, description);
  const txn::ClientId client = ctx.txns.request(ctx.now, method, leg.dialog->flow(), std::move(request.bytes),
                                                request.branch, mark(Owner::call, call.id.value), ctx.out);
  if (!client) {
    leg.exchange.on_failed(invite ? sdp::Carrier::invite : sdp::Carrier::update);
    return false;
  }
  leg.ours = {client, method, request.cseq, for_peer, timed, false, Description(description)};
  return true;
}

void Calls::answer_theirs(Context& ctx, Call& call, Side side, int status, const std::string& description) {
  Leg& leg = *call.leg(side);
  const bool invite = leg.theirs.method == sip::Method::invite;
  // A PRACK cannot be refused.
  if (leg.theirs.method == sip::Method::prack && status >= 300)
    return answer_theirs(ctx, call, side, 200, answer_as_before(ctx, call, side));
  const bool timed = leg.theirs.timed;
  std::string bytes;
  bytes.reserve(1'024);
  auto writer = begin_response(bytes, status, leg.theirs.response_head);
  if (status >= 300) {
    leg.exchange.on_failed(invite ? sdp::Carrier::invite : sdp::Carrier::update);
    if (status == 500) writer.header(HeaderName::retry_after, ctx.random.below(10));
    writer.no_body();
    drop_unagreed_streams(ctx, call);
  } else {
    writer.header(HeaderName::contact, contact_value(ctx.policy, leg.dialog->flow(), call.user_towards(side)));
    writer.header(HeaderName::allow, allowed_methods);
    writer.header(HeaderName::supported, "timer");
    append_media_note(bytes, call, side, leg);
    if (timed) leg.session.write_answer(writer);
    const bool offers = leg.exchange.state() != sdp::OfferAnswer::State::offer_received && !description.empty();
    tell(leg.exchange,
         invite                                    ? sdp::Carrier::invite_success
         : leg.theirs.method == sip::Method::prack ? sdp::Carrier::prack_success
                                                   : sdp::Carrier::update_success,
         description);
    if (invite) leg.answered = {leg.theirs.server, leg.theirs.cseq, false, offers};
    if (description.empty()) {
      writer.no_body();
    } else {
      leg.described = Description(description);
      writer.body("application/sdp", description);
    }
    if (timed) {
      leg.session.sent_answer(ctx.now);
      watch_session(ctx, call, side);
    }
  }
  const txn::ServerId server = std::exchange(leg.theirs, {}).server;
  ctx.txns.respond(ctx.now, server, status, std::move(bytes), ctx.out);
}

void Calls::on_ours_response(Context& ctx, Call& call, Side side, const sip::Message& response) {
  Leg& leg = *call.leg(side);
  if (response.status < 200) return;
  if (response.status >= 300) return on_ours_failed(ctx, call, side, response.status, &response);
  const Leg::Ours ours = leg.ours;
  const bool invite = ours.method == sip::Method::invite;
  if (call.state == CallState::ending || leg.dialog->state() == dialog::Dialog::State::terminated) {
    leg.ours = {};
    if (invite) acknowledge(ctx, leg, ours.client, ours.cseq);
    return settle(ctx, call);
  }
  const bool offered_none = invite && leg.exchange.pending_offer().empty();
  (void)leg.dialog->refresh_target(response);
  if (ours.timed) leg.session.take_answer(ctx.now, response);
  const auto description = description_of(response);
  const sdp::Session* session = description && *description ? &**description : nullptr;
  const auto meaning =
      leg.exchange.received(invite ? sdp::Carrier::invite_success : sdp::Carrier::update_success, session);
  Leg* peer = call.leg(other(side));
  const bool asked = ours.for_peer && peer && peer->theirs.server;
  const bool offers = offered_none && meaning && *meaning == sdp::Meaning::offer;
  leg.ours.ack_owed = offers && asked;
  // The phone that asked for an offer has cancelled meanwhile: what was agreed before stands.
  const bool stands = offers && !leg.ours.ack_owed && tell(leg.exchange, sdp::Carrier::ack, leg.described.reveal());
  const bool ack_later = leg.ours.ack_owed;
  if (invite && !ack_later)
    acknowledge(ctx, leg, ours.client, ours.cseq, stands ? leg.described.reveal() : std::string_view());
  if (!ours.description.reveal().empty()) leg.described = ours.description;
  if (!ack_later) leg.ours = {};
  if (ours.timed) watch_session(ctx, call, side);
  if (!meaning || (session && *meaning == sdp::Meaning::offer && !ack_later && !stands))
    return end_answered(ctx, call, EndedBy::system, Reason::offer_refused, "answer does not fit the offer");
  if (session && *meaning != sdp::Meaning::ignored) {
    if (ack_later && open_streams(ctx, call, &leg, *session) != Opening::some) {
      const Unfit unfit = why_not(ctx, call, leg, *session);
      return end_answered(ctx, call, EndedBy::system, unfit.reason, unfit.text);
    }
    const auto breach = ack_later                          ? agree_by_offer(ctx, call, leg, *session)
                        : *meaning == sdp::Meaning::answer ? agree_by_answer(leg, *session)
                                                           : std::nullopt;
    if (breach) return end_answered(ctx, call, EndedBy::system, Reason::media_refused, text_of(*breach));
    take_remote(call, side, leg, *session);
    if (side == Side::callee) call.fork()->answer = Description(std::string(session->text));
  }
  if (ours.joins) return on_joined(ctx, call);
  if (!asked) return push_streams(ctx, call);
  // The other leg's new address counts from now on: its offer has been accepted.
  if (const auto offer = sdp::parse(peer->exchange.pending_offer())) {
    if (const auto breach = agree_by_offer(ctx, call, *peer, *offer))
      return end_answered(ctx, call, EndedBy::system, Reason::media_refused, text_of(*breach));
    take_remote(call, other(side), *peer, *offer);
  }
  push_streams(ctx, call);
  const std::string answer = session ? describe(ctx, call, other(side), *peer, *session) : std::string();
  answer_theirs(ctx, call, other(side), 200, answer);
}

void Calls::on_ours_failed(Context& ctx, Call& call, Side side, int status, const sip::Message* response) {
  Leg& leg = *call.leg(side);
  const Leg::Ours ours = leg.ours;
  leg.ours = {};
  leg.exchange.on_failed(ours.method == sip::Method::invite ? sdp::Carrier::invite : sdp::Carrier::update);
  Leg* peer = call.leg(other(side));
  // What somebody says who has gone is nothing to those who are left.
  if (call.state == CallState::ending || leg.dialog->state() == dialog::Dialog::State::terminated)
    return settle(ctx, call);
  if (call.state == CallState::talking && (status == 408 || status == 481)) {
    // RFC 3261 §12.2.1.2: that phone has no such call any more.
    return end_answered(ctx, call, EndedBy::system, Reason::session_expired, "phone no longer knows the call");
  }
  if (ours.joins && call.state == CallState::talking) return on_join_refused(ctx, call, side, status);
  if (ours.for_peer) {
    if (!peer || !peer->theirs.server) return;
    const bool plain = status == 488 || status == 491 || status == 606 || status == 603 || status == 486;
    return answer_theirs(ctx, call, other(side), plain ? status : 488, {});
  }
  const bool larger = status == 422 && response && leg.session.take_422(*response);
  leg.session.retry_refresh(larger ? ctx.now.mono_ms : ctx.after_ms(glare_wait_ms(ctx.random)));
  watch_session(ctx, call, side);
}

void Calls::refresh(Context& ctx, Call& call, Side side) {
  Leg& leg = *call.leg(side);
  const Leg* peer = call.leg(other(side));
  const bool busy = leg.ours.client || leg.is_asking() || (peer && peer->ours.client && peer->ours.for_peer);
  bool sent = false;
  if (!busy && leg.peer_takes_update) {
    sent = send_modify(ctx, call, side, sip::Method::update, {}, false);
  } else if (!busy && may_repeat(ctx, call, leg)) {
    for (Keying& keying : leg.keying) keying.repeat();
    sent = send_modify(ctx, call, side, sip::Method::invite, leg.described.reveal(), false);
  }
  if (sent)
    leg.session.sent_refresh();
  else
    leg.session.retry_refresh(ctx.after_ms(glare_wait_ms(ctx.random)));
}

void Calls::watch_session(Context& ctx, Call& call, Side side) {
  Leg* leg = call.leg(side);
  if (!leg) return;
  ctx.timers.cancel(leg->session_timer);
  const std::int64_t due = leg->session.next_deadline();
  if (due == never_ms) return;
  leg->session_timer = ctx.timers.set(due, mark(Owner::call, call.id.value),
                                      side == Side::caller ? caller_session_due : callee_session_due);
}

}  // namespace rf::call
