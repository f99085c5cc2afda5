// Calls that leave by trunks: one after the other, each with its own dialog, until one takes the call.
#include "core/call/calls.hpp"
#include "core/call/wire.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;
using sip::HeaderName;

namespace {

/// What a trunk that has said 100 may take to say more: carriers look for a way, too.
constexpr std::int64_t progress_wait_ms = 20'000;

/// Whether another trunk may know better. Not when the called side itself has decided (486, 600, 603), nor when every
/// network would say the same of that number (404, 410, 484), nor when what was offered is at fault (400, 415, 420).
bool may_go_elsewhere(int status) {
  switch (status) {
    case 0:
    case 401:
    case 402:
    case 403:
    case 407:
    case 408:
    case 480:
    case 488:
      return true;
    default:
      return status >= 500 && status < 600;
  }
}

std::string host_of(const policy::Trunk& trunk) {
  if (!trunk.domain.empty()) return trunk.domain;
  const auto uri = sip::parse_uri(trunk.uri);
  return uri ? std::string(uri->host) : std::string();
}

/// "sip:+4930…@provider.example;transport=tls": the trunk's URI with a user part.
std::string target_of(const policy::Trunk& trunk, std::string_view called) {
  const std::size_t colon = trunk.uri.find(':') + 1;
  const std::size_t at = trunk.uri.find('@');
  std::string out = trunk.uri.substr(0, colon);
  sip::append_escaped_user(out, called);
  out += '@';
  out += std::string_view(trunk.uri).substr(at == std::string::npos ? colon : at + 1);
  return out;
}

}  // namespace

void Calls::call_out(Context& ctx, const Asked& asked, const std::string& dialled) {
  std::vector<WayOut> ways;
  for (const policy::Trunk& trunk : ctx.policy.trunks)
    if (trunk.enabled && trunk.tenant == asked.caller.tenant)
      ways.push_back({trunk.id, dialled, std::string(asked.caller.number), std::string(asked.caller.display_name), {}});
  if (ways.empty())
    return refuse(ctx, asked, 404, CallResult::unknown_number, Reason::unknown_number,
                  std::string_view(dialled).substr(0, 32));
  Call* call = begin(ctx, asked, dialled, {}, true);
  if (!call) return;
  call->ways.assign(std::make_move_iterator(ways.rbegin()), std::make_move_iterator(ways.rend()));
  if (!leave_by_next(ctx, *call, 0))
    end(ctx, *call, CallResult::unreachable, EndedBy::system, 480, Reason::trunk_failed, "no trunk can be reached");
}

bool Calls::leave_by_next(Context& ctx, Call& call, int status) {
  ctx.timers.cancel(call.try_timer);
  if (call.state != CallState::ringing || !may_go_elsewhere(status)) return false;
  // The caller has an answer that it must keep (RFC 3262 §5): what another trunk would say no longer fits.
  if (!call.caller.exchange.invite_open() && !call.late_offer) return false;
  while (!call.ways.empty()) {
    const WayOut way = std::move(call.ways.back());
    call.ways.pop_back();
    const policy::Trunk* trunk = ctx.policy.trunk(way.trunk);
    if (!trunk || !trunk->enabled) continue;
    const std::string host = host_of(*trunk), target = target_of(*trunk, way.called);
    const std::string from = party(way.shown_name, way.shown, host), to = party({}, way.called, host);
    Fork* fork = add_fork(ctx, call, {{}, {}, from, to, target, {}, 1, call.caller.dialog->flow()});
    if (!fork) continue;
    const std::size_t place = call.forks.size() - 1;
    fork->leg.trunk = trunk->id;
    fork->identity = way.more_headers;
    call.shown = way.shown;
    if (const auto found = locator_.locate(ctx, trunk->uri, {call.id, Side::callee, static_cast<std::uint32_t>(place)})) {
      take_ways_to_trunk(ctx, *fork, found->targets);
      if (!try_next_way(ctx, call, place)) {
        fork->status = 503;
        ctx.report(Level::warning, Reason::trunk_failed, {}, trunk->name, call.cdr.id, "its address is not known");
        continue;
      }
    }
    ctx.timers.cancel(call.try_timer);
    call.try_timer = ctx.timers.set(ctx.after_ms(trunk->answer_wait_ms), mark(Owner::call, call.id.value), try_due);
    return true;
  }
  return false;
}

void Calls::take_ways_to_trunk(Context& ctx, Fork& fork, const std::vector<txn::Target>& targets) {
  for (const txn::Target& target : targets)
    if (auto way = flow_towards(ctx.policy, target, fork.leg.dialog->flow())) fork.ways.push_back(std::move(*way));
}

bool Calls::answer_trunk(Context& ctx, Call& call, std::size_t place, const sip::Message& response) {
  Fork& fork = call.forks[place];
  const bool challenged = response.status == 401 || response.status == 407;
  const policy::Trunk* trunk = ctx.policy.trunk(fork.leg.trunk);
  if (!challenged || !trunk || trunk->user.empty() || fork.cancelled || call.state != CallState::ringing) return false;
  if (fork.leg.dialog->state() != dialog::Dialog::State::calling) return false;  // it rang already
  std::vector<auth::ChallengeHeader> challenges;
  for (const sip::Header& header : response.headers())
    if ((header.id == HeaderName::www_authenticate || header.id == HeaderName::proxy_authenticate) &&
        challenges.size() < WireLimits::credentials)
      challenges.push_back({header.id == HeaderName::proxy_authenticate, header.value});
  auto account = accounts_.find(trunk->id);
  if (account == accounts_.end())
    account = accounts_.try_emplace(trunk->id, auth::Account{trunk->user, trunk->password, trunk->realms,
                                                             trunk->md5_allowed, false}).first;
  std::string credentials;
  const auto answered =
      account->second.answer({hasher_, ctx.random}, fork.rounds, challenges,
                             {"INVITE", fork.leg.dialog->remote_target(), fork.leg.described}, credentials);
  if (!answered) {
    ctx.report(Level::warning, Reason::trunk_challenge_refused, fork.leg.dialog->flow(), trunk->name, call.cdr.id,
               auth::text_of(answered.error()));
    return false;
  }
  fork.cseq = fork.leg.dialog->next_cseq();
  fork.leg.exchange = {};
  send_invite(ctx, call, place, credentials);
  if (fork.status != 0) on_fork_failure(ctx, call, place, std::exchange(fork.status, 0));
  return true;
}

void Calls::on_trunk_trying(Context& ctx, Call& call) {
  if (call.try_timer == 0) return;
  ctx.timers.cancel(call.try_timer);
  call.try_timer = ctx.timers.set(ctx.after_ms(progress_wait_ms), mark(Owner::call, call.id.value), try_due);
}

void Calls::on_trunk_silent(Context& ctx, Call& call) {
  if (call.state != CallState::ringing || call.forks.empty()) return;
  Fork& fork = call.forks.back();
  const policy::Trunk* trunk = ctx.policy.trunk(fork.leg.trunk);
  if (!trunk || fork.status != 0 || fork.cancelled) return;
  ctx.report(Level::warning, Reason::trunk_failed, fork.leg.dialog->flow(), trunk->name, call.cdr.id, "no answer");
  // It still owes the INVITE a final response: should it take the call after all, it is told that it is over.
  fork.cancelled = true;
  if (fork.invite)
    ctx.txns.cancel(ctx.now, fork.invite, ctx.out);
  else
    fork.status = 408;  // still being looked up
  if (leave_by_next(ctx, call, 408)) return;
  end(ctx, call, CallResult::unreachable, EndedBy::system, 480, Reason::trunk_failed, "no trunk answers");
}

}  // namespace rf::call
