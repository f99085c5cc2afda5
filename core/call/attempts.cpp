#include "core/call/attempts.hpp"

#include <string>
#include <utility>

#include "core/base/limits/call.hpp"

namespace rf::call {
namespace {

constexpr std::int64_t minute_ms = 60'000;

}  // namespace

Attempts::Use& Attempts::use_of(Context& ctx, ExtensionId caller) {
  const auto [found, fresh] = uses_.try_emplace(caller);
  if (fresh) ctx.timers.set(ctx.after_ms(minute_ms), mark(Owner::attempts, caller.value), 0);
  return found->second;
}

std::optional<std::uint32_t> Attempts::turn_away(Context& ctx, ExtensionId caller) {
  return pace_.turn_away(ctx.now.mono_ms, caller, ctx.policy.limits.attempts_per_s);
}

bool Attempts::take_emergency(Context& ctx, ExtensionId caller) {
  return !emergencies_.turn_away(ctx.now.mono_ms, caller, CallLimits::emergency_attempts_per_s);
}

std::string Attempts::write(Context& ctx, Cdr attempt) {
  Use& use = use_of(ctx, attempt.caller);
  if (use.records >= ctx.policy.limits.attempt_records_per_min) return add(ctx, std::move(attempt));
  ++use.records;
  std::string id = attempt.id;
  ctx.out.add(effect::CloseCdr{std::move(attempt)});
  return id;
}

std::string Attempts::add(Context& ctx, Cdr attempt) {
  std::optional<Cdr>& shared = use_of(ctx, attempt.caller).shared;
  if (!shared) {
    shared = std::move(attempt);
    return shared->id;
  }
  ++shared->attempts;
  shared->ended_wall_ms = attempt.ended_wall_ms;
  if (shared->result != attempt.result) shared->result = CallResult::refused;
  return shared->id;
}

void Attempts::on_timer(Context& ctx, std::uint64_t handle) {
  const auto found = uses_.find(ExtensionId{handle});
  if (found == uses_.end()) return;
  write_shared(ctx, found->second);
  uses_.erase(found);
}

void Attempts::flush(Context& ctx) {
  for (auto& [caller, use] : uses_) write_shared(ctx, use);
}

void Attempts::write_shared(Context& ctx, Use& use) {
  if (!use.shared) return;
  Cdr cdr = *std::exchange(use.shared, std::nullopt);
  if (cdr.attempts > 1)
    cdr.reason = std::to_string(cdr.attempts) + " attempts within a minute; the first: " + cdr.reason;
  ctx.out.add(effect::CloseCdr{std::move(cdr)});
}

}  // namespace rf::call
