// Calls that leave by trunks: one after the other, each with its own dialog, until one takes the call; and calls that
// trunks bring.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/call/calls.hpp"
#include "core/call/wire.hpp"
#include "core/toll/decide.hpp"
#include "core/toll/incoming.hpp"
#include "core/toll/trail.hpp"
#include "core/trunk/order.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;
using sip::HeaderName;

namespace {

constexpr trunk::OrderRules order{};

/// "sip:+4930…@provider.example;transport=tls": the URI of a trunk or a gateway with that user part.
std::string target_of(std::string_view uri, std::string_view called) {
  const std::size_t colon = uri.find(':') + 1, at = uri.find('@');
  std::string out(uri.substr(0, colon));
  sip::append_escaped_user(out, called);
  out += '@';
  out += uri.substr(at == std::string_view::npos ? colon : at + 1);
  return out;
}

/// Header lines that say who calls.
std::string lines_of(const trunk::Presented& shown) {
  std::string lines;
  sip::Writer writer(lines);
  const auto add = [&](HeaderName name, const std::string& value) {
    if (!value.empty()) writer.header(name, value);
  };
  add(HeaderName::p_asserted_identity, shown.asserted);
  add(HeaderName::p_preferred_identity, shown.preferred);
  add(HeaderName::privacy, shown.privacy);
  add(HeaderName::diversion, shown.diversion);
  add(HeaderName::history_info, shown.history_info);
  return lines;
}

/// How long a trunk may say nothing at all.
std::uint32_t wait_of(const Call& call, const policy::Trunk& line) {
  if (!call.is_for_help() || call.ways.empty()) return line.answer_wait_ms;
  return std::min(line.answer_wait_ms, CallLimits::emergency_answer_wait_ms);
}

trunk::NameFact fact_of(const sip::NameAddr& name, std::string& user) {
  user = sip::unescape(name.uri.user);
  return {user, name.uri.host, name.display};
}

}  // namespace

bool Calls::start_outside(Context& ctx, Call& call, Target target) {
  toll::Decision& decision = *target.out;
  call.single = true;
  call.tried = 0;
  call.cdr.callee = {};
  call.emergency = decision.action == toll::Decision::Action::emergency;
  call.emergency_test = decision.emergency_test;
  call.called = decision.number ? decision.number.text() : target.dialled;
  if (decision.route != toll::Plan::none) call.cdr.route = ctx.plan.terms().routes[decision.route].name;
  toll::add_decision(call.cdr.decision, ctx.plan, {call.cdr.tenant, call.payer, target.dialled, call.purpose},
                     decision);
  if (target.unusual && !target.unusual->why.empty())
    toll::add_passed(call.cdr.decision, toll::habits_rule, target.unusual->why);
  if (target.unusual) note_habits(ctx, call, *target.unusual);
  toll::share_ways(ctx.plan, decision, ctx.random);
  call.ways = std::move(decision.ways);
  // Nobody in need waits for a trunk that is down while another one lives.
  if (call.is_for_help())
    std::stable_partition(call.ways.begin(), call.ways.end(), [&](const toll::Way& way) {
      return trunks_.health_of(way.trunk) != trunk::HealthState::down;
    });
  std::reverse(call.ways.begin(), call.ways.end());
  return leave_by_next(ctx, call, trunk::no_response);
}

/// No trunk is left to try, and none was asked or all have failed.
void Calls::give_up_outside(Context& ctx, Call& call) {
  if (call.state != CallState::ringing) return;
  if (call.unplaced)
    return end(ctx, call, CallResult::refused, EndedBy::system, 503, Reason::media_server_missing);
  if (call.tried == 0 && !call.refused.empty()) {
    refusals_.note(ctx, call.caller.dialog->flow(), call.caller.extension, call.cdr.caller_number, call.refused_by);
    return end(ctx, call, CallResult::refused, EndedBy::system, 403, Reason::toll_refused, call.refused);
  }
  if (call.ringing.callee || !call.ringing.group.empty()) {
    if (go_on(ctx, call, 480)) return;
    return end(ctx, call, CallResult::unreachable, EndedBy::system, 480, Reason::callee_not_registered);
  }
  if (call.tried == 0 || call.forks.empty())
    return end(ctx, call, CallResult::unreachable, EndedBy::system, 480, Reason::trunk_failed,
               "no trunk can be reached");
  give_up_without_forks(ctx, call);
}

bool Calls::leave_by_next(Context& ctx, Call& call, int status) {
  ctx.timers.cancel(call.try_timer);
  if (call.state != CallState::ringing) return false;
  // A refusal is no judgement on a call for help: only where somebody was rung, nobody else is asked.
  const bool stops = call.is_for_help() ? call.rang : trunk::after(status, call.rang).after == trunk::After::stop;
  if (call.tried > 0 && stops) return false;
  // The caller has an answer that it must keep (RFC 3262 §5): what another trunk would say no longer fits.
  if (!call.caller.exchange.invite_open() && !call.late_offer) return false;
  const std::size_t tries = call.is_for_help() ? TrunkLimits::candidates : order.tries;
  while (!call.ways.empty() && call.tried < tries) {
    const toll::Way way = std::move(call.ways.back());
    call.ways.pop_back();
    const toll::TrunkTerms* terms = ctx.plan.trunk(way.trunk);
    if (!terms || !terms->line.enabled) continue;
    const policy::Trunk& line = terms->line;
    // One that is down is worth a try only when no other is left.
    if (!call.ways.empty() && !call.is_for_help() && trunks_.health_of(line.id) == trunk::HealthState::down) continue;
    if (!take_way(ctx, call, *terms, way)) continue;
    ++call.tried;
    // At once, whatever becomes of it: whoever is in the house can go and help.
    if (call.emergency || call.emergency_test)
      ctx.report(Level::warning, Reason::emergency_called, call.caller.dialog->flow(), call.cdr.caller_number,
                 call.cdr.id,
                 fmt::format("{} by the trunk {}{}", call.called, line.name, call.emergency ? "" : ", a test"),
                 call.cdr.tenant);
    if (call.entry == 0) {
      if (leave_by(ctx, call, *terms, way)) return true;
      continue;
    }
    // No money on disk, no call: the INVITE waits for it.
    call.next_way = way;
    waiting_.push_back(call.id);
    call.try_timer = ctx.timers.set(ctx.after_ms(std::int64_t{ctx.policy.limits.store_wait_max_s} * 1'000),
                                    mark(Owner::call, call.id.value), try_due);
    return true;
  }
  return false;
}

void Calls::leave_when_written(Context& ctx, Call& call, const toll::Way& way) {
  ctx.timers.cancel(call.try_timer);
  const toll::TrunkTerms* terms = ctx.plan.trunk(way.trunk);
  if (terms && terms->line.enabled && leave_by(ctx, call, *terms, way)) return;
  if (!leave_by_next(ctx, call, trunk::no_response)) give_up_outside(ctx, call);
}

bool Calls::leave_by(Context& ctx, Call& call, const toll::TrunkTerms& terms, const toll::Way& way) {
  const policy::Trunk& line = terms.line;
  const auto fail = [&](std::string_view why) {
    ctx.report(Level::warning, Reason::trunk_failed, {}, {}, call.cdr.id, fmt::format("{}: {}", line.name, why));
    return false;
  };
  const Gateways::Binding* gateway = line.accepts ? trunks_.registered(line.id) : nullptr;
  if (line.accepts && !gateway) return fail("its gateway is not registered");
  const toll::ExtensionTerms& who = ctx.plan.extension(call.cdr.tenant, call.payer);
  const std::string there = host_of(line).empty() && gateway ? gateway->flow.remote.text() : host_of(line);
  trunk::PresentRules rules = terms.present;
  if (rules.domain.empty()) rules.domain = gateway ? own_host(ctx.policy, gateway->flow) : there;
  std::vector<trunk::Diversion> diversions;
  for (const Redirection& by : call.redirections)
    diversions.push_back({ctx.plan.extension(call.cdr.tenant, by.by).shown, by.cause, false});
  const std::string_view number = diversions.empty() ? std::string_view(who.shown)
                                  : call.caller.trunk
                                      ? std::string_view(call.cdr.caller_number)
                                      : ctx.plan.extension(call.cdr.tenant, call.caller.extension).shown;
  auto shown = trunk::present(
      rules, {number, call.caller_name, call.privacy, diversions, call.called, call.emergency || call.emergency_test});
  if (!shown && !call.emergency && !call.emergency_test)
    return fail("the caller would rather not call than be shown there");
  // Who calls for help is not held up by what nobody has set: fail open.
  if (!shown) {
    shown.emplace();
    shown->from = party({}, "anonymous", rules.domain);
  }
  const std::string to = party({}, way.called, there);
  const std::string target = target_of(gateway ? gateway->contact : line.uri, way.called);
  Fork* fork = add_fork(ctx, call, {{}, {}, shown->from, to, target, {}, 1, call.caller.dialog->flow()});
  if (!fork) return fail("what is configured for it is no URI");
  const std::size_t place = call.forks.size() - 1;
  fork->leg.trunk = line.id;
  fork->identity = lines_of(*shown);
  const std::string_view contact = trunks_.contact_of(line.id);
  call.shown = contact.empty() ? "ringfence" : std::string(contact);
  ctx.timers.cancel(call.try_timer);
  call.try_timer = ctx.timers.set(ctx.after_ms(wait_of(call, line)), mark(Owner::call, call.id.value), try_due);
  if (gateway) {
    fork->ways.push_back(gateway->flow);
  } else {
    const auto found = locator_.locate(ctx, line.uri, {call.id.value, static_cast<std::uint32_t>(place)});
    if (!found) return true;
    take_ways_to_trunk(ctx, *fork, found->targets);
  }
  if (try_next_way(ctx, call, place)) return true;
  call.forks[place].status = 503;
  if (call.unplaced) return fail("no media server could take the call");
  trunks_.note_call(ctx, line.id, 0, call.payer);
  return fail("its address is not known");
}

void Calls::take_ways_to_trunk(Context& ctx, Fork& fork, const std::vector<txn::Target>& targets) {
  for (const txn::Target& target : targets)
    if (auto way = flow_towards(ctx.policy, target, fork.leg.dialog->flow())) fork.ways.push_back(std::move(*way));
}

bool Calls::answer_trunk(Context& ctx, Call& call, std::size_t place, const sip::Message& response) {
  Fork& fork = call.forks[place];
  if (fork.cancelled || call.state != CallState::ringing) return false;
  if (fork.leg.dialog->state() != dialog::Dialog::State::calling) return false;  // it rang already
  const auto credentials =
      credentials_for(ctx, call, fork.leg, fork.rounds, "INVITE", fork.leg.described.reveal(), response);
  if (!credentials) return false;
  fork.cseq = fork.leg.dialog->next_cseq();
  fork.leg.exchange = {};
  send_invite(ctx, call, place, *credentials);
  if (fork.status != 0) on_fork_failure(ctx, call, place, std::exchange(fork.status, 0));
  return true;
}

void Calls::on_trunk_trying(Context& ctx, Call& call) {
  if (call.try_timer == 0) return;
  ctx.timers.cancel(call.try_timer);
  call.try_timer = ctx.timers.set(ctx.after_ms(order.post_dial_ms), mark(Owner::call, call.id.value), try_due);
}

void Calls::on_trunk_silent(Context& ctx, Call& call) {
  if (call.state != CallState::ringing) return;
  if (call.next_way)
    return end(ctx, call, CallResult::failed, EndedBy::system, 503, Reason::store_failed, "no money on disk, no call");
  if (call.forks.empty()) return;
  Fork& fork = call.forks.back();
  const toll::TrunkTerms* terms = ctx.plan.trunk(fork.leg.trunk);
  if (!terms || fork.status != 0 || fork.cancelled) return;
  std::vector<Flow> further = std::exchange(fork.ways, {});
  ctx.report(Level::warning, Reason::trunk_failed, fork.leg.dialog->flow(), {}, call.cdr.id,
             terms->line.name + (further.empty() ? ": no answer" : ": no answer, its next address is asked"));
  // It still owes the INVITE a final response: should it take the call after all, it is told that it is over.
  fork.cancelled = true;
  if (fork.invite)
    ctx.txns.cancel(ctx.now, fork.invite, ctx.out);
  else
    fork.status = 408;  // still being looked up
  if (!further.empty() && leave_by_address(ctx, call, terms->line, std::move(further))) return;
  trunks_.note_call(ctx, terms->line.id, 0, call.payer);
  if (leave_by_next(ctx, call, trunk::no_response)) return;
  end(ctx, call, CallResult::unreachable, EndedBy::system, 480, Reason::trunk_failed, "no trunk answers");
}

bool Calls::leave_by_address(Context& ctx, Call& call, const policy::Trunk& line, std::vector<Flow> ways) {
  // The caller has an answer that it must keep (RFC 3262 §5): what another address would say no longer fits.
  if (call.forks.size() >= CallLimits::forks || (!call.caller.exchange.invite_open() && !call.late_offer)) return false;
  const dialog::Dialog& former = *call.forks.back().leg.dialog;
  const std::string from(former.local_party()), to(former.remote_party()), target(former.remote_target());
  const std::string identity = call.forks.back().identity;
  Fork* fork = add_fork(ctx, call, {{}, {}, from, to, target, {}, 1, ways.front()});
  if (!fork) return false;
  fork->leg.trunk = line.id;
  fork->identity = identity;
  fork->ways = std::move(ways);
  call.try_timer = ctx.timers.set(ctx.after_ms(wait_of(call, line)), mark(Owner::call, call.id.value), try_due);
  if (try_next_way(ctx, call, call.forks.size() - 1)) return true;
  call.forks.back().status = 503;
  return false;
}

void Calls::handle_trunk_invite(Context& ctx, const sip::Message& request, const Flow& flow,
                                const trunk::Member& member, txn::ServerId server) {
  const toll::TrunkTerms* terms = ctx.plan.trunk(member.trunk());
  if (!terms) return respond(ctx, request, flow, server, 480);
  trunk::InboundClaims claims;
  std::string from_user, asserted_user;
  claims.from = fact_of(request.from, from_user);
  claims.proof = member.proof();
  claims.privacy = request.value(HeaderName::privacy);
  std::optional<trunk::NameFact> asserted;
  sip::Elements names(request, HeaderName::p_asserted_identity);
  if (const auto element = names.next())
    if (const auto name = sip::parse_name_addr(*element)) asserted = fact_of(*name, asserted_user);
  if (asserted) claims.asserted = {&*asserted, 1};
  const std::string called_user = sip::unescape(request.request_uri.user);
  // A call to our contact names nobody: the number stands in To then.
  const std::string called_text = called_user == trunks_.contact_of(member.trunk()) && !called_user.empty()
                                      ? sip::unescape(request.to.uri.user)
                                      : called_user;
  toll::Incoming incoming = toll::read_incoming(ctx.plan, ctx.now, {*terms, called_text, claims});
  Asked asked{
      request, flow, server, {{}, member.trunk(), terms->line.tenant, incoming.shown(), incoming.caller.display}, {}};
  // A call that we forwarded out may come back by the provider.
  std::size_t diverted = 0;
  for (const HeaderName name : {HeaderName::diversion, HeaderName::history_info})
    for (sip::Elements each(request, name); each.next();) ++diverted;
  if (diverted > 2 * CallLimits::redirections)
    return refuse(ctx, asked, 480, CallResult::unreachable, Reason::loop_detected,
                  fmt::format("it was forwarded {} times already", diverted));
  toll::Admission admission = toll::admit(ctx.desk, ctx.now, ctx.plan, *terms, incoming);
  asked.trail = std::move(admission.trail);
  using Answer = toll::Admission::Answer;
  switch (admission.answer) {
    case Answer::rejected:
      return refuse(ctx, asked, 603, CallResult::refused, Reason::toll_refused, admission.why,
                    refusals_.note(ctx, flow, *terms, toll::Check::listed));
    case Answer::nobody:
      return refuse(ctx, asked, 404, CallResult::unknown_number, Reason::unknown_number, admission.why);
    case Answer::too_fast:
      return refuse(ctx, asked, 503, CallResult::refused, Reason::toll_refused, admission.why,
                    refusals_.note(ctx, flow, *terms, toll::Check::pace));
    case Answer::taken:
      break;
  }
  asked.route = ctx.plan.terms().inbound[incoming.arrival.route].name;
  Target target;
  target.dialled = std::move(admission.dialled);
  if (!incoming.arrival.announcement.empty()) {
    target.announcement = incoming.arrival.announcement;
    place(ctx, asked, incoming.called, std::move(target));
    return;
  }
  place(ctx, asked, incoming.called, resolve(ctx, terms->line.tenant, std::move(target)));
}

}  // namespace rf::call
