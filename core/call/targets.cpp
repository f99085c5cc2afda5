// Where a call goes: phones, ring groups, trunks, and where else when nobody there takes it.
#include <fmt/format.h>

#include <algorithm>

#include "core/call/calls.hpp"
#include "core/call/wire.hpp"
#include "core/toll/inside.hpp"
#include "core/toll/trail.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;
using trunk::DiversionReason;

namespace {

bool is_busy(const Shares& shares, const policy::Extension& extension) {
  return shares.of(extension.id).running >= extension.calls_max;
}

std::string_view text_of(DiversionReason cause) {
  switch (cause) {
    case DiversionReason::busy:
      return "when busy";
    case DiversionReason::no_answer:
      return "without answer";
    case DiversionReason::unavailable:
      return "when offline";
    default:
      return "always";
  }
}

}  // namespace

std::expected<Target, Failure> Calls::redirect(Context& ctx, TenantId tenant, Target target,
                                               const policy::Extension& by, DiversionReason cause) const {
  const toll::ForwardTerms& forward = ctx.plan.extension(tenant, by.id).forward;
  const std::string& text = cause == DiversionReason::busy          ? forward.busy
                            : cause == DiversionReason::no_answer   ? forward.no_answer
                            : cause == DiversionReason::unavailable ? forward.offline
                                                                    : forward.always;
  const auto loops = [&](const Redirection& former) { return former.by == by.id; };
  const bool again = std::any_of(target.redirections.begin(), target.redirections.end(), loops);
  if (auto why = toll::why_not_onward(by.number, target.redirections.size(), again))
    return std::unexpected(Failure{480, CallResult::unreachable, Reason::loop_detected, std::move(*why)});
  target.redirections.push_back({by.id, cause});
  target.payer = by.id;
  target.purpose = toll::Question::For::forward;
  target.dialled = text;
  return resolve(ctx, tenant, std::move(target));
}

std::expected<Target, Failure> Calls::resolve(Context& ctx, TenantId tenant, Target target) const {
  using Action = toll::Decision::Action;
  using For = toll::Question::For;
  // Whoever dials it calls for help, even where an extension has that number. Nobody is forwarded there.
  const bool helps =
      target.payer && target.purpose != For::forward && toll::is_emergency(ctx.plan, tenant, target.dialled);
  const policy::Extension* callee = helps ? nullptr : ctx.policy.by_number(tenant, target.dialled);
  if (callee && !callee->enabled) callee = nullptr;
  struct Now {
    const Calls& calls;
    Context& ctx;
    const policy::Extension* callee;
    bool busy() const { return is_busy(calls.shares_, *callee); }
    bool offline() const { return calls.registrar_.reachable(ctx.policy, callee->id).empty(); }
    bool any_of(const toll::RingGroupTerms& group) const { return !calls.members_of(ctx, group).empty(); }
  };
  const toll::Inside led = helps ? toll::Inside{}
                                 : toll::lead_inside(ctx.plan, tenant, target.dialled,
                                                     callee ? callee->id : ExtensionId{}, Now{*this, ctx, callee});
  using To = toll::Inside::To;
  switch (led.to) {
    case To::onward:
      return redirect(ctx, tenant, std::move(target), *callee, led.cause);
    case To::busy:
      return std::unexpected(Failure{486, CallResult::busy, Reason::callee_busy, "callee has calls_max calls"});
    case To::offline:
      return std::unexpected(Failure{480, CallResult::unreachable, Reason::callee_not_registered, target.dialled});
    case To::phones:
      target.callee = callee;
      return target;
    case To::members:
      target.group = led.group;
      return target;
    case To::nobody:
      return std::unexpected(
          Failure{480, CallResult::unreachable, Reason::callee_not_registered, toll::why_nobody(*led.group)});
    case To::otherwise:
      target.dialled = led.number;
      target.purpose = For::forward;  // no person's dialling, and so no call for help
      return resolve(ctx, tenant, std::move(target));
    case To::outside:
      break;
  }
  if (!target.payer)
    return std::unexpected(
        Failure{404, CallResult::unknown_number, Reason::unknown_number, toll::why_outside(target.dialled)});
  const toll::Question question{tenant, target.payer, target.dialled, target.purpose};
  toll::Decision decision = toll::decide(ctx.plan, ctx.now, question);
  if (decision.ways.empty() || (decision.action != Action::leave && decision.action != Action::emergency)) {
    // Only an emergency call is refused for the lack of any trunk.
    if (decision.failed == toll::Check::trunk)
      ctx.report(Level::error, Reason::emergency_called, {}, {}, {},
                 fmt::format("{}: {}", target.dialled, decision.why));
    const bool nobody = decision.failed == toll::Check::meaning || decision.failed == toll::Check::route;
    std::string trail;
    toll::add_decision(trail, ctx.plan, question, decision);
    return std::unexpected(Failure{nobody ? 404 : 403, nobody ? CallResult::unknown_number : CallResult::refused,
                                   nobody ? Reason::unknown_number : Reason::toll_refused, decision.why,
                                   decision.failed, std::move(trail)});
  }
  const auto stopped = [&](std::string_view rule, Reason reason, std::string_view why) {
    Failure failure{403, CallResult::refused, reason, std::string(why)};
    toll::add_decision(failure.trail, ctx.plan, question, decision);
    toll::add_refused(failure.trail, rule, why);
    return std::unexpected(std::move(failure));
  };
  if (decision.action == Action::leave && !decision.emergency_test) {
    const policy::Extension* payer = ctx.policy.by_id(target.payer);
    target.unusual = toll::judge_habits(ctx.plan, ctx.patterns, ctx.now, question, decision,
                                        payer ? payer->number : std::string_view());
    if (target.unusual->action == pattern::Action::block) {
      const pattern::Asker asker = toll::asker_of(ctx.plan, tenant, target.payer);
      // Each attempt has its record and its line; that it goes on is a warning once.
      if (ctx.patterns.note(ctx.now, asker, target.unusual->call, target.unusual->judgement, true))
        ctx.report(Level::warning, Reason::pattern_refused, {}, payer ? payer->number : std::string_view(), {},
                   target.unusual->why);
      return stopped(toll::habits_rule, Reason::pattern_refused, target.unusual->why);
    }
    // What a route or the pattern asks for, the caller is asked for once.
    if (target.unusual->action == pattern::Action::pin) decision.pins = target.unusual->pins;
  }
  if (!decision.pins.empty() && target.purpose != For::call)
    return stopped(name_of(toll::Check::pin), Reason::toll_refused,
                   "its route asks for a PIN, which nobody is there to enter");
  target.out = std::move(decision);
  return target;
}

std::vector<ExtensionId> Calls::members_of(Context& ctx, const toll::RingGroupTerms& group) const {
  std::vector<ExtensionId> members;
  for (auto number = group.members.rbegin(); number != group.members.rend(); ++number) {
    const policy::Extension* member = ctx.policy.by_number(group.tenant, *number);
    if (member && member->enabled && !is_busy(shares_, *member) &&
        !registrar_.reachable(ctx.policy, member->id).empty())
      members.push_back(member->id);
  }
  if (group.order == toll::RingGroupTerms::Order::least_recent)
    std::stable_sort(members.begin(), members.end(), [&](ExtensionId a, ExtensionId b) {
      const auto last = [&](ExtensionId id) {
        const auto found = last_answered_.find(id);
        return found == last_answered_.end() ? INT64_MIN : found->second;
      };
      return last(a) > last(b);
    });
  return members;
}

bool Calls::start(Context& ctx, Call& call, Target target) {
  ctx.timers.cancel(call.turn_timer);
  ctx.timers.cancel(call.try_timer);
  // Whoever waits for a call of ours does not wait anew for each who is rung.
  if (!call.announcing || call.setup_timer == 0) {
    const std::uint32_t ring_s = call.announcing
                                     ? std::min(ctx.policy.limits.ring_max_s, CallLimits::announcement_ring_s)
                                     : ctx.policy.limits.ring_max_s;
    ctx.timers.cancel(call.setup_timer);
    call.setup_timer =
        ctx.timers.set(ctx.after_ms(std::int64_t{ring_s} * 1'000), mark(Owner::call, call.id.value), ring_due);
  }
  for (std::size_t i = call.redirections.size(); i < target.redirections.size(); ++i) {
    const policy::Extension* by = ctx.policy.by_id(target.redirections[i].by);
    call.cdr.via = fmt::format("forwarded by {} {}", by ? by->number : "?", text_of(target.redirections[i].cause));
    ctx.report(Level::info, Reason::call_forwarded, {}, by ? by->number : std::string_view(), call.cdr.id,
               target.dialled, call.cdr.tenant);
  }
  call.redirections = std::move(target.redirections);
  call.payer = target.payer;
  call.purpose = target.purpose;
  call.ringing = {};
  call.ringing.first = call.forks.size();
  call.rang = false;
  if (target.out) return start_outside(ctx, call, std::move(target));
  if (target.group) return start_group(ctx, call, *target.group);
  const toll::ForwardTerms& forward = ctx.plan.extension(call.cdr.tenant, target.callee->id).forward;
  if (!forward.no_answer.empty())
    call.turn_timer =
        ctx.timers.set(ctx.after_ms(std::int64_t{forward.after_s} * 1'000), mark(Owner::call, call.id.value), turn_due);
  call.ringing.callee = target.callee->id;
  return ring_all(ctx, call, {&target.callee, 1});
}

bool Calls::start_group(Context& ctx, Call& call, const toll::RingGroupTerms& group) {
  call.cdr.via = fmt::format("ring group {}", group.name);
  call.ringing.group = group.name;
  call.ringing.waiting = members_of(ctx, group);
  if (group.order != toll::RingGroupTerms::Order::all) return ring_next_member(ctx, call, group);
  std::vector<const policy::Extension*> members;
  for (const ExtensionId id : call.ringing.waiting) members.push_back(ctx.policy.by_id(id));
  call.ringing.waiting.clear();
  call.turn_timer =
      ctx.timers.set(ctx.after_ms(std::int64_t{group.ring_s} * 1'000), mark(Owner::call, call.id.value), turn_due);
  return ring_all(ctx, call, members);
}

bool Calls::ring_next_member(Context& ctx, Call& call, const toll::RingGroupTerms& group) {
  while (!call.ringing.waiting.empty()) {
    const policy::Extension* member = ctx.policy.by_id(call.ringing.waiting.back());
    call.ringing.waiting.pop_back();
    if (!member || !member->enabled || is_busy(shares_, *member)) continue;
    ctx.timers.cancel(call.turn_timer);
    call.turn_timer =
        ctx.timers.set(ctx.after_ms(std::int64_t{group.ring_s} * 1'000), mark(Owner::call, call.id.value), turn_due);
    if (ring_all(ctx, call, {&member, 1})) return true;
  }
  return false;
}

bool Calls::ring_all(Context& ctx, Call& call, std::span<const policy::Extension* const> callees) {
  const std::size_t before = call.forks.size();
  std::vector<std::pair<const policy::Extension*, const Binding*>> phones;
  for (const policy::Extension* callee : callees) {
    if (!callee) continue;
    const auto bindings = registrar_.reachable(ctx.policy, callee->id);
    for (std::size_t i = 0; i < bindings.size() && i < ctx.policy.limits.forks_max; ++i)
      if (before + phones.size() < CallLimits::forks) phones.emplace_back(callee, bindings[i]);
  }
  if (phones.empty()) return false;
  call.single = phones.size() == 1;
  call.shown = call.cdr.caller_number;
  call.cdr.callee = phones.front().first->id;
  call.forks.reserve(before + phones.size());
  decide_relay(ctx, call, phones);
  for (const auto& [callee, binding] : phones) {
    shares_.join(call.id, callee->id, call.parts);
    ring(ctx, call, *callee, *binding);
  }
  return std::any_of(call.forks.begin() + static_cast<std::ptrdiff_t>(before), call.forks.end(),
                     [](const Fork& fork) { return fork.status == 0; });
}

/// Nobody whom the call has rung so far has part in it any more.
void Calls::leave_phones(Context& ctx, Call& call) {
  ctx.timers.cancel(call.turn_timer);
  ctx.timers.cancel(call.try_timer);
  cancel_forks(ctx, call);
  for (Fork& fork : call.forks) {
    shares_.leave(fork.leg.extension, call.parts);
    fork.answer = {};
  }
}

bool Calls::go_on(Context& ctx, Call& call, int status) {
  if (call.state != CallState::ringing) return false;
  // The caller has an answer that it must keep (RFC 3262 §5): what somebody else would say no longer fits.
  if (!call.caller.exchange.invite_open() && !call.late_offer) return false;
  const TenantId tenant = call.cdr.tenant;
  Target target;
  target.redirections = call.redirections;
  target.payer = call.payer;
  target.purpose = call.purpose;
  if (!call.ringing.group.empty()) {
    const toll::RingGroupTerms* group = ctx.plan.ring_group_named(tenant, call.ringing.group);
    if (!group) return false;
    leave_phones(ctx, call);
    if (ring_next_member(ctx, call, *group)) return true;
    if (group->otherwise.empty() || group->otherwise == group->number) return false;
    target.dialled = group->otherwise;
    target.purpose = toll::Question::For::forward;
    return go_to(ctx, call, resolve(ctx, tenant, std::move(target)));
  }
  const policy::Extension* callee = ctx.policy.by_id(call.ringing.callee);
  if (!callee) return false;
  const toll::ForwardTerms& forward = ctx.plan.extension(tenant, callee->id).forward;
  const bool busy = status == 486 || status == 600 || status == 603;
  const DiversionReason cause = busy            ? DiversionReason::busy
                                : status == 408 ? DiversionReason::no_answer
                                                : DiversionReason::unavailable;
  const std::string& text = busy ? forward.busy : status == 408 ? forward.no_answer : forward.offline;
  if (text.empty()) return false;
  return go_to(ctx, call, redirect(ctx, tenant, std::move(target), *callee, cause));
}

bool Calls::go_to(Context& ctx, Call& call, std::expected<Target, Failure> target) {
  leave_phones(ctx, call);
  if (target && call.announcing && is_for_help(*target))
    target =
        std::unexpected(Failure{403, CallResult::refused, Reason::toll_refused, "nobody but a person calls for help"});
  if (!target) {
    toll::append(call.cdr.decision, target.error().trail);
    end(ctx, call, target.error().result, EndedBy::system, target.error().status, target.error().reason,
        target.error().detail);
    return true;
  }
  tell_caller(ctx, call, 181);
  if (start(ctx, call, std::move(*target))) return true;
  if (call.state == CallState::ringing) give_up_outside(ctx, call);
  return true;
}

void Calls::on_turn_over(Context& ctx, Call& call) {
  if (call.state != CallState::ringing) return;
  if (go_on(ctx, call, 408)) return;
  // A group has nobody else: whoever rings goes on until the call's own limit.
  if (std::all_of(call.forks.begin(), call.forks.end(), [](const Fork& f) { return f.status != 0 || f.cancelled; }))
    end(ctx, call, CallResult::no_answer, EndedBy::system, 480, Reason::call_ended, "nobody answered");
}

}  // namespace rf::call
