// What a call that leaves asks the desk for, and when it is cut: pace, lines and money.
#include <fmt/format.h>

#include <utility>

#include "core/call/calls.hpp"
#include "core/toll/trail.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;

namespace {

std::string price_text(const money::Rate& rate) {
  const auto text = [&](std::int64_t micros) {
    const auto amount = money::Amount::of_micros(micros, rate.currency());
    return amount ? amount->text() : std::string("?");
  };
  std::string out = fmt::format("{}/{}", text(rate.price()), rate.price_s());
  if (rate.fee() != 0) out += "+" + text(rate.fee());
  return out + fmt::format(" {}/{}", rate.first_s(), rate.next_s());
}

/// That the desk let it leave by this trunk. Nobody asks an emergency call for anything.
void note_grant(Call& call, const toll::TrunkTerms& terms, const toll::Way& way, const toll::Grant& grant) {
  std::string& trail = call.cdr.decision;
  if (call.emergency) return toll::add_passed(trail, toll::Check::trunk, terms.line.name);
  if (!call.spends) toll::add_passed(trail, toll::Check::pace);
  toll::add_passed(trail, toll::Check::lines, terms.line.name);
  if (!way.priced) return;
  const auto amount = money::Amount::of_micros(grant.reserved, way.rate.currency());
  if (amount)
    toll::add_passed(trail, toll::Check::money,
                     fmt::format("{} {} set aside", amount->text(), way.rate.currency().text()));
}

}  // namespace

bool Calls::take_way(Context& ctx, Call& call, const toll::TrunkTerms& terms, const toll::Way& way) {
  const toll::Parties parties = toll::parties_of(ctx.plan, call.cdr.tenant, call.payer, terms.line.id);
  std::expected<toll::Grant, toll::Refused> grant;
  if (call.spends) {
    grant = ctx.desk.next_way(ctx.now, parties, call.id, way.rate);
  } else {
    const toll::CallKey key{ctx.random.next()};
    const bool by_system = call.announcing && call.payer == call.caller.extension;
    grant = ctx.desk.open(ctx.now, parties, {call.id, key, call.called, way.rate, call.emergency, by_system});
    if (grant) call.cdr.money_key = way.priced ? key.value : 0;
  }
  if (!grant) {
    if (call.refused.empty()) {
      call.refused = toll::text_of(grant.error());
      call.refused_by = grant.error().is_pace()    ? toll::Check::pace
                        : grant.error().is_lines() ? toll::Check::lines
                                                   : toll::Check::money;
      toll::add_refused(call.cdr.decision, call.refused_by, call.refused);
    }
    return false;
  }
  note_grant(call, terms, way, *grant);
  call.spends = true;
  call.toll_times = grant->times;
  call.entry = grant->entry;
  call.cdr.trunk_out = terms.line.name;
  call.cdr.called = call.called;
  call.cdr.payer = call.payer;
  call.cdr.price = way.priced ? price_text(way.rate) : std::string();
  call.cdr.currency = way.priced ? way.rate.currency().text() : std::string();
  call.cdr.reserved_micro = grant->reserved;
  // An emergency call that comes of a transfer does not end the call that it is to take a leg of, and so itself.
  Call* other = grant->make_room ? calls_.find(grant->make_room) : nullptr;
  const CallId from = call.handover ? call.handover->from : CallId{};
  if (other && (!from || (other->id != from && other->carried_by != from))) {
    other->cdr.cut_reason = "emergency";
    end_answered(ctx, *other, EndedBy::system, Reason::toll_cut, "an emergency call needs its line");
  }
  return true;
}

void Calls::on_ledger(Context& ctx, std::uint64_t entry, bool ok) {
  if (!ok) return;
  std::vector<CallId> ready;
  std::erase_if(waiting_, [&](CallId id) {
    Call* call = calls_.find(id);
    if (call && call->entry > entry) return false;
    if (call) ready.push_back(id);
    return true;
  });
  for (const CallId id : ready) {
    Call* call = calls_.find(id);
    if (!call) continue;
    call->entry = 0;
    if (call->next_way) {
      const toll::Way way = std::move(*call->next_way);
      call->next_way.reset();
      if (call->state == CallState::ringing) leave_when_written(ctx, *call, way);
    } else if (call->next_times) {
      call->toll_times = *std::exchange(call->next_times, std::nullopt);
      watch_money(ctx, *call);
    }
  }
}

void Calls::watch_money(Context& ctx, Call& call) {
  ctx.timers.cancel(call.toll_timer);
  if (!call.spends || call.answered_ms == 0 || call.state == CallState::ending) return;
  std::optional<std::int64_t> due;
  if (call.toll_times.end) due = call.toll_times.end->cut_after_ms;
  // What was asked for and is being written is not asked for again.
  if (call.toll_times.extend_after_ms && !call.next_times)
    due = std::min(due.value_or(INT64_MAX), *call.toll_times.extend_after_ms);
  if (due) call.toll_timer = ctx.timers.set(call.answered_ms + *due, mark(Owner::call, call.id.value), toll_due);
}

void Calls::on_toll_due(Context& ctx, Call& call) {
  const std::int64_t talked_ms = ctx.now.mono_ms - call.answered_ms;
  if (call.toll_times.end && talked_ms >= call.toll_times.end->cut_after_ms) {
    call.cdr.cut_reason = toll::name_of(call.toll_times.end->reason);
    const bool money = call.toll_times.end->reason == toll::DurationReason::money;
    return cut(ctx, call, money ? Reason::toll_cut : Reason::max_duration_reached, money ? "no-money" : "time-over",
               money ? std::string_view("its money has come to its end") : call.cdr.cut_reason);
  }
  if (call.toll_times.extend_after_ms && talked_ms >= *call.toll_times.extend_after_ms && !call.next_times) {
    const Fork* fork = call.fork();
    const toll::Parties parties =
        toll::parties_of(ctx.plan, call.cdr.tenant, call.payer, fork ? fork->leg.trunk : TrunkId{});
    const auto grant = ctx.desk.extend(ctx.now, parties, call.id);
    if (grant && grant->entry != 0) {
      call.cdr.reserved_micro = grant->reserved;
      call.next_times = grant->times;
      call.entry = grant->entry;
      waiting_.push_back(call.id);
    } else if (grant) {
      call.toll_times = grant->times;
    } else {
      ctx.report(Level::notice, Reason::toll_refused, call.caller.dialog->flow(), call.cdr.caller_number, call.cdr.id,
                 toll::text_of(grant.error()), call.cdr.tenant);
      call.toll_times = ctx.desk.times(call.id);
      call.toll_times.extend_after_ms.reset();
    }
  }
  watch_money(ctx, call);
}

void Calls::start_spending(Context& ctx, Call& call) {
  if (!call.spends) return;
  call.answered_ms = ctx.now.mono_ms;
  call.toll_times = ctx.desk.answered(ctx.now, call.id);
  watch_money(ctx, call);
}

void Calls::end_spending(Context& ctx, Call& call) {
  ctx.timers.cancel(call.toll_timer);
  if (std::exchange(call.billed, true) || (!call.spends && !call.caller.trunk)) return;
  call.spends = false;
  std::erase(waiting_, call.id);
  const auto talked = call.answered_ms != 0 ? std::optional(ctx.now.mono_ms - call.answered_ms) : std::nullopt;
  const toll::Bill bill = ctx.desk.close(ctx.now, call.id, talked);
  call.cdr.cost_micro = bill.cost;
  call.cdr.reserved_micro = bill.reserved;
}

}  // namespace rf::call
