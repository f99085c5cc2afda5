// What operators ask of a running engine.
#include "core/base/limits/call.hpp"
#include "core/base/limits/media.hpp"
#include "core/base/limits/server.hpp"
#include "core/engine/state.hpp"

namespace rf::engine {

Status Engine::State::status() const {
  Status status = counters;
  status.calls_started = calls.started();
  status.calls_answered = calls.answered();
  status.stopping = stopping;
  const Limits& limits = policy->limits;
  const guard::Stats guarded = watch.stats();
  status.gauges = {
      {"calls", calls.size(), limits.calls_max},
      {"registrations", registrar.size(), limits.bindings_max},
      {"transactions", txns.size(), txns.limit()},
      {"nonces", auth.nonces_remembered(), limits.nonces_max},
      {"media_ports", calls.ports_in_use(), calls.ports_capacity()},
      {"media_servers_ready", calls.stocked(), RtpengineLimits::stock_most},
      {"streams_transcoded", calls.transcoded(), TranscodeLimits::streams},
      {"lookups", calls.lookups(), QueueLimits::lookups},
      {"calls_left_behind", partings.size(), PartingLimits::dialogs},
      {"guard_sources", guarded.sources, guarded.sources_room},
      {"guard_bans", guarded.bans, guarded.bans_room},
      {"patterns", patterns->size(), patterns->limit()},
      {"registrations_waiting_for_disk", registrar.waiting_for_store(), limits.store_queue_max},
  };
  return status;
}

void Engine::State::command(Context& ctx, CommandId id, const Command& asked) {
  struct Visitor {
    State& s;
    Context& ctx;
    CommandId id;
    std::optional<CommandResult> operator()(const GetStatus&) const { return s.status(); }
    std::optional<CommandResult> operator()(const ListRegistrations& c) const {
      Registrations out;
      for (const record::Binding* binding : s.registrar.all(c.extension)) out.bindings.push_back(*binding);
      return out;
    }
    std::optional<CommandResult> operator()(const RemoveRegistrations& c) const {
      s.registrar.remove(ctx, c.extension, c.contact_key, id);
      return std::nullopt;
    }
    std::optional<CommandResult> operator()(const ListCalls&) const { return Calls{s.calls.list()}; }
    std::optional<CommandResult> operator()(const TopUp& c) const { return s.credits.top_up(ctx, id, c); }
    std::optional<CommandResult> operator()(const Announce& c) const { return s.calls.announce(ctx, id, c); }
    std::optional<CommandResult> operator()(const ListTrunks&) const { return effect::Trunks{s.trunks.list(ctx)}; }
    std::optional<CommandResult> operator()(const GetSpending&) const {
      const money::Ledger& ledger = s.desk->ledger();
      return effect::Spending{money::use_by_level(ledger, ctx.now.wall_ms), ledger.currency(),
                              !s.desk->why_shut().empty()};
    }
    std::optional<CommandResult> operator()(const GuardListBans& c) const { return s.watch.answer(ctx, c); }
    std::optional<CommandResult> operator()(const GuardExplain& c) const { return s.watch.answer(ctx, c); }
    std::optional<CommandResult> operator()(const GuardRelease& c) const { return s.watch.answer(ctx, c); }
    std::optional<CommandResult> operator()(const GuardGetStats& c) const { return s.watch.answer(ctx, c); }
    std::optional<CommandResult> operator()(const GuardKeep& c) const { return s.watch.answer(ctx, c); }
    std::optional<CommandResult> operator()(const GuardTry& c) const { return s.watch.answer(ctx, c); }
    std::optional<CommandResult> operator()(const ShowHabits& c) const {
      return habits_of(ctx.now, *s.plan, *s.policy, *s.patterns, c);
    }
    std::optional<CommandResult> operator()(const HangUp& c) const {
      const std::uint64_t ended = s.calls.hang_up(ctx, c.cdr_id, c.tenant);
      if (ended == 0) return NotFound{"no running call with that id"};
      return Done{ended};
    }
  };
  if (auto result = std::visit(Visitor{*this, ctx, id}, asked)) ctx.out.add(CommandDone{id, std::move(*result)});
}

}  // namespace rf::engine
