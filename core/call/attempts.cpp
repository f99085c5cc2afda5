#include "core/call/attempts.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace rf::call {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t at_once_us = 3 * second_us;

}  // namespace

Attempts::Use& Attempts::use_of(Context& ctx, ExtensionId caller) {
  const auto [found, fresh] = uses_.try_emplace(caller);
  if (fresh) ctx.timers.set(ctx.after_ms(minute_ms), mark(Owner::attempts, caller.value), 0);
  return found->second;
}

std::optional<std::uint32_t> Attempts::turn_away(Context& ctx, ExtensionId caller) {
  Use& use = use_of(ctx, caller);
  const std::int64_t now_us = ctx.now.mono_ms * 1'000;
  const std::int64_t each_us = second_us / std::max<std::uint32_t>(1, ctx.policy.limits.attempts_per_s);
  const std::int64_t until_us = std::max(use.served_until_us, now_us) + each_us;
  const std::int64_t over_us = until_us - now_us - at_once_us;
  if (over_us > 0) return static_cast<std::uint32_t>((over_us + second_us - 1) / second_us);
  use.served_until_us = until_us;
  return std::nullopt;
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
  Use& use = found->second;
  write_shared(ctx, use);
  use.records = 0;
  // Who goes on calling stays known, so that the end of a minute is worth nothing.
  if (use.served_until_us <= ctx.now.mono_ms * 1'000)
    uses_.erase(found);
  else
    ctx.timers.set(ctx.after_ms(minute_ms), mark(Owner::attempts, handle), 0);
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
