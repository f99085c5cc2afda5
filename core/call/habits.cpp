// What calls that leave teach about how people call, and what is said of those that do not fit.
#include "core/call/calls.hpp"
#include "core/toll/unusual.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;

void Calls::note_habits(Context& ctx, Call& call, const toll::Unusual& unusual) {
  const pattern::Asker asker = toll::asker_of(ctx.plan, call.cdr.tenant, call.payer);
  call.habits = Habits{unusual.call, ctx.now.wall_ms, unusual.judgement.highest};
  if (ctx.patterns.note(ctx.now, asker, unusual.call, unusual.judgement, false))
    ctx.report(Level::warning, Reason::pattern_alert, call.caller.dialog->flow(), call.cdr.caller_number, call.cdr.id,
               unusual.why);
}

void Calls::learn_habits(Context& ctx, const Call& call) {
  if (!call.habits) return;
  pattern::Patterns::Ended ended{call.habits->noted_wall_ms, std::nullopt, call.habits->score};
  if (call.answered_ms != 0) ended.talked_s = static_cast<std::uint32_t>((ctx.now.mono_ms - call.answered_ms) / 1'000);
  ctx.patterns.ended(toll::asker_of(ctx.plan, call.cdr.tenant, call.payer), call.habits->call, ended);
}

}  // namespace rf::call
