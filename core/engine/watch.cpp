#include "core/engine/watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rf::engine {

using effect::Level;
using effect::Reason;
using guard::Action;
using guard::Observation;
using sip::HeaderName;

namespace {

constexpr std::int64_t refusals_every_ms = 1'000;

guard::Method method_of(const sip::Message& request) {
  switch (request.method) {
    case sip::Method::register_:
      return guard::Method::register_;
    case sip::Method::invite:
      return guard::Method::invite;
    case sip::Method::options:
      return guard::Method::options;
    case sip::Method::notify:
      return guard::Method::notify;
    case sip::Method::refer:
      return guard::Method::refer;
    case sip::Method::subscribe:
      return guard::Method::subscribe;
    case sip::Method::message:
      return guard::Method::message;
    case sip::Method::other:
      return guard::Method::unknown;
    default:
      return guard::Method::other;
  }
}

/// An event that makes phones restart, from whomever (H15).
bool is_check_sync(const sip::Message& request) {
  std::string_view event = request.value(HeaderName::event);
  event = event.substr(0, event.find_first_of("; \t"));
  for (const std::string_view known : {"check-sync", "resync", "reboot"})
    if (sip::equal_nocase(event, known)) return true;
  return false;
}

/// How long a REGISTER asks to be reachable, at least as far as the guard cares; 0: it leaves.
std::uint32_t seconds_of(const policy::Policy& policy, const sip::Message& request) {
  if (request.contact_is_star()) return 0;
  std::optional<std::uint32_t> asked = request.expires;
  if (const sip::NameAddr* contact = request.contact())
    if (const auto value = contact->params.value("expires")) asked = sip::parse_number(*value);
  return std::min(asked.value_or(policy.times.registration_default_s), policy.times.registration_max_s);
}

guard::Note note_of(const Flow& flow, Observation what, std::string_view account = {}, std::uint32_t seconds = 0) {
  return {flow.remote, flow.transport, flow.local.port, what, account, true, seconds};
}

Reason reason_of(guard::Event::Kind kind) {
  using Kind = guard::Event::Kind;
  switch (kind) {
    case Kind::banned:
      return Reason::guard_banned;
    case Kind::throttled:
      return Reason::guard_throttled;
    case Kind::port_blocked:
      return Reason::guard_port_blocked;
    case Kind::watched:
      return Reason::guard_watched;
    case Kind::account_locked:
      return Reason::guard_account_locked;
    case Kind::account_attacked:
      return Reason::guard_account_attacked;
    case Kind::released:
      return Reason::guard_released;
  }
  return Reason::guard_watched;
}

Level level_of(guard::Event::Kind kind) {
  using Kind = guard::Event::Kind;
  if (kind == Kind::account_attacked) return Level::warning;
  return kind == Kind::watched || kind == Kind::released ? Level::info : Level::notice;
}

std::string detail_of(const guard::Event& event, std::int64_t wall_ms) {
  std::string out;
  const auto add = [&](std::string_view text) { out.append(out.empty() ? "" : ", ").append(text); };
  if (event.rule.size > 0) add(event.rule.view());
  if (event.evidence.size > 0) add(event.evidence.view());
  if (event.until_ms > wall_ms) add(fmt::format("for {} s", (event.until_ms - wall_ms) / 1'000));
  if (event.repeats > 0) add(fmt::format("after {} bans before", event.repeats));
  if (event.kind == guard::Event::Kind::banned) add(event.proven ? "proven" : "not proven");
  return out;
}

}  // namespace

Watch::Watch(Now now, guard::CompiledRef rules, const guard::Bounds& bounds, std::uint64_t seed)
    : guard_(now, rules ? std::move(rules) : *guard::Compiled::compile(guard::Rules::defaults(), {}), seed, bounds) {}

guard::Verdict Watch::arrive(call::Context& ctx, const Flow& flow) {
  const guard::Verdict verdict = guard_.arrive(ctx.now, {flow.remote, flow.transport, flow.local.port});
  if (verdict.action == Action::drop || verdict.action == Action::reject) explain_refusal(ctx, flow, verdict);
  return verdict;
}

guard::Verdict Watch::inspect(call::Context& ctx, const sip::Message& request, const Flow& flow,
                              const auth::Presented& presented, const guard::Verdict& arrival,
                              const auth::Gateways& gateways) {
  guard::Facts facts;
  facts.remote = flow.remote;
  facts.transport = flow.transport;
  facts.local_port = flow.local.port;
  facts.method = method_of(request);
  facts.proof = presented.source_proven ? guard::Proof::nonce : guard::Proof::none;
  facts.in_dialog = !request.to.tag().empty();
  facts.has_credentials = presented.reason == auth::Reason::none;
  const bool registers = facts.method == guard::Method::register_;
  facts.target = registers ? request.to.uri.user : request.request_uri.user;
  // Numbers outside are nobody's extension, and every phone dials them: calls are judged as calls.
  if (registers || facts.method == guard::Method::options)
    facts.target_known = ctx.policy.knows(facts.target) || gateways.find(facts.target) != nullptr;
  facts.account = presented.username;
  const guard::Compiled& rules = guard_.rules();
  facts.decoy =
      facts.method != guard::Method::invite && (rules.is_decoy(facts.target) || rules.is_decoy(facts.account));
  facts.check_sync = facts.method == guard::Method::notify && is_check_sync(request);
  facts.user_agent = request.value(HeaderName::user_agent);
  facts.branch = request.via.branch;
  facts.call_id = request.call_id;
  facts.from_tag = request.from.tag();
  facts.from = request.from.uri.raw;
  if (const sip::NameAddr* contact = request.contact()) facts.contact = contact->uri.raw;
  return guard_.inspect(ctx.now, facts, arrival);
}

void Watch::malformed(Now now, const Flow& flow) {
  guard_.note(now, note_of(flow, Observation::malformed));
}

void Watch::challenged(Now now, const sip::Message& request, const Flow& flow) {
  if (request.method == sip::Method::register_ || request.method == sip::Method::invite)
    guard_.note(now, note_of(flow, Observation::challenged));
}

void Watch::judged(Now now, const policy::Policy& policy, const sip::Message& request, const Flow& flow,
                   const auth::Result& result) {
  if (!result.source_proven) return;
  if (result.outcome == auth::Outcome::accepted) {
    if (request.method == sip::Method::invite && result.extension) return in_call(now, policy, *result.extension, flow);
    const std::string_view account = result.login ? policy.name_of(*result.login) : result.username;
    if (request.method != sip::Method::register_)
      return guard_.note(now, note_of(flow, Observation::authenticated, account));
    const std::uint32_t seconds = seconds_of(policy, request);
    return guard_.note(
        now, note_of(flow, seconds == 0 ? Observation::unregistered : Observation::registered, account, seconds));
  }
  guard::Note note = note_of(flow, Observation::nonce_returned, result.username);
  if (result.outcome == auth::Outcome::refused) note.what = Observation::auth_failed;
  note.account_known = result.reason != auth::Reason::unknown_user;
  guard_.note(now, note);
}

void Watch::in_call(Now now, const policy::Policy& policy, const policy::Extension& extension, const Flow& flow) {
  guard_.note(now, note_of(flow, Observation::authenticated, extension.auth_name, policy.times.session_expires_s));
}

void Watch::restore(Now now, const policy::Policy& policy, const std::vector<record::Binding>& bindings,
                    const std::vector<guard::Ban>& bans, const std::vector<guard::KeptSource>& sources) {
  guard_.restore(now, bans);
  guard_.restore(now, sources);
  for (const record::Binding& binding : bindings) {
    const policy::Extension* extension = policy.by_id(binding.extension);
    if (!extension || binding.expires_wall_ms <= now.wall_ms) continue;
    const auto seconds = static_cast<std::uint32_t>(
        std::min<std::int64_t>((binding.expires_wall_ms - now.wall_ms) / 1'000, policy.times.registration_max_s));
    guard_.note(now, note_of(binding.flow, Observation::registered, extension->auth_name, seconds));
  }
}

void Watch::use(call::Context& ctx, guard::CompiledRef rules) {
  guard_.use(std::move(rules));
  for (const Subnet& subnet : guard_.end_bans_of_protected(ctx.now)) ctx.out.add(effect::DropBan{subnet});
}

void Watch::explain_refusal(call::Context& ctx, const Flow& flow, const guard::Verdict& verdict) {
  using guard::Reason;
  // Bans, throttling and locks were told when they began.
  const bool configured = verdict.reason == Reason::blocked || verdict.reason == Reason::defence_rule ||
                          verdict.reason == Reason::country || verdict.reason == Reason::strangers_limit;
  if (!configured) return;
  ++refusals_untold_;
  if (ctx.now.mono_ms - refusal_told_ms_ < refusals_every_ms) return;
  refusal_told_ms_ = ctx.now.mono_ms;
  std::string detail(guard::text_of(verdict.reason));
  if (verdict.reason == Reason::defence_rule)
    detail = fmt::format("{}: {}", name_of(verdict.reason), text_of(guard_.rules().rules.defence[verdict.rule]));
  if (refusals_untold_ > 1) detail += fmt::format(" ({} messages since the last line)", refusals_untold_);
  refusals_untold_ = 0;
  ctx.report(Level::info, effect::Reason::guard_refused, flow, {}, {}, detail);
}

void Watch::tell_all(call::Context& ctx) {
  guard_.take_events(events_);
  for (const guard::Event& event : events_) {
    Flow flow;
    flow.transport = event.transport;
    flow.remote = event.remote;
    ctx.report(level_of(event.kind), reason_of(event.kind), flow, event.account.view(), {},
               detail_of(event, ctx.now.wall_ms));
    if (event.kind == guard::Event::Kind::banned)
      if (const guard::Ban* ban = guard_.ban_of(ctx.now, event.subnet)) ctx.out.add(effect::StoreBan{*ban});
    if (event.floods) ctx.out.add(effect::Throttle{event.subnet.base, event.until_ms});
    if (event.kind == guard::Event::Kind::released) ctx.out.add(effect::EndThrottle{event.subnet});
  }
}

effect::CommandResult Watch::answer(call::Context&, const effect::GuardListBans&) const {
  return effect::GuardBans{guard_.bans()};
}

effect::CommandResult Watch::answer(call::Context& ctx, const effect::GuardExplain& asked) const {
  return guard_.explain(ctx.now, asked.address);
}

effect::CommandResult Watch::answer(call::Context& ctx, const effect::GuardRelease& asked) {
  const std::vector<guard::Ban> before = guard_.bans();
  const bool was = guard_.release(ctx.now, asked.subnet);
  ctx.out.add(effect::EndThrottle{asked.subnet});
  std::vector<guard::Ban> after = guard_.bans();
  std::vector<Subnet> left(after.size());
  std::transform(after.begin(), after.end(), left.begin(), [](const guard::Ban& ban) { return ban.subnet; });
  std::sort(left.begin(), left.end());
  for (const guard::Ban& ban : before)
    if (!std::binary_search(left.begin(), left.end(), ban.subnet)) ctx.out.add(effect::DropBan{ban.subnet});
  return effect::Done{was ? 1u : 0u};
}

effect::CommandResult Watch::answer(call::Context&, const effect::GuardGetStats&) const {
  effect::GuardNumbers out{guard_.stats(), {}};
  for (const guard::CountingRule& rule : guard_.rules().rules.counting) out.rules.push_back(rule.name);
  return out;
}

effect::CommandResult Watch::answer(call::Context& ctx, const effect::GuardKeep& asked) const {
  effect::GuardSources out;
  out.next = guard_.keep(ctx.now, asked.from, asked.count, asked.since_ms, asked.limit, out.sources);
  return out;
}

effect::CommandResult Watch::answer(call::Context& ctx, const effect::GuardTry& asked) const {
  guard::Facts facts;
  facts.remote = asked.remote;
  facts.transport = asked.transport;
  facts.local_port = asked.local_port;
  facts.method = asked.method;
  facts.target = asked.target;
  facts.user_agent = asked.user_agent;
  facts.target_known = ctx.policy.knows(asked.target);
  facts.decoy = guard_.rules().is_decoy(asked.target);
  const guard::Verdict verdict = guard_.preview(ctx.now, facts);
  effect::GuardVerdict out{verdict, {}};
  const guard::Rules& rules = guard_.rules().rules;
  if (verdict.reason == guard::Reason::defence_rule && verdict.rule < rules.defence.size())
    out.rule = text_of(rules.defence[verdict.rule]);
  else if (verdict.rule < rules.counting.size())
    out.rule = rules.counting[verdict.rule].name;
  return out;
}

}  // namespace rf::engine
