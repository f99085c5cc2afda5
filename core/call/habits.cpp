// What calls that leave teach about how people call, and what is said of those that do not fit.
#include "core/call/calls.hpp"
#include "core/toll/unusual.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;

bool Calls::stop_unusual(Context& ctx, const Asked& asked, const toll::Unusual& unusual) {
  if (unusual.action != pattern::Action::block) return false;
  const pattern::Asker asker = toll::asker_of(ctx.plan, asked.caller.tenant, asked.caller.extension);
  // Each attempt has its record and its line; that it goes on is a warning once.
  if (ctx.patterns.note(ctx.now, asker, unusual.call, unusual.judgement, true))
    ctx.report(Level::warning, Reason::pattern_refused, asked.flow, asked.caller.number, {}, unusual.why);
  refuse(ctx, asked, 403, CallResult::refused, Reason::pattern_refused, unusual.why);
  return true;
}

void Calls::note_habits(Context& ctx, Call& call, const toll::Unusual& unusual) {
  const pattern::Asker asker = toll::asker_of(ctx.plan, call.cdr.tenant, call.caller.extension);
  call.habits = Habits{unusual.call, ctx.now.wall_ms, unusual.judgement.highest};
  if (ctx.patterns.note(ctx.now, asker, unusual.call, unusual.judgement, false))
    ctx.report(Level::warning, Reason::pattern_alert, call.caller.dialog->flow(), call.cdr.caller_number, call.cdr.id,
               unusual.why);
}

void Calls::learn_habits(Context& ctx, const Call& call) {
  if (!call.habits) return;
  pattern::Patterns::Ended ended{call.habits->noted_wall_ms, std::nullopt, call.habits->score};
  if (call.answered_ms != 0) ended.talked_s = static_cast<std::uint32_t>((ctx.now.mono_ms - call.answered_ms) / 1'000);
  ctx.patterns.ended(toll::asker_of(ctx.plan, call.cdr.tenant, call.caller.extension), call.habits->call, ended);
}

}  // namespace rf::call
