#include "core/engine/engine.hpp"

#include "core/engine/notices.hpp"
#include "core/engine/state.hpp"

namespace rf::engine {

namespace {

/// Tickets of the ledger carry the number of the last entry that was given to the disk.
constexpr std::uint64_t ledger_ticket = std::uint64_t{1} << 63;

std::unique_ptr<toll::Desk> desk_or_new(std::unique_ptr<toll::Desk> desk, Random& random) {
  if (desk) return desk;
  const toll::Desk::Options options{.money = {.accounts = 1, .reservations = 1}, .toll = {}, .seed = random.next()};
  return std::make_unique<toll::Desk>(options, money::Ledger({}, options.money, HashKey(random.next())));
}

std::unique_ptr<pattern::Patterns> patterns_or_new(std::unique_ptr<pattern::Patterns> patterns, std::uint64_t seed) {
  if (patterns) return patterns;
  return std::make_unique<pattern::Patterns>(pattern::Patterns::Options{{}, seed});
}

}  // namespace

Engine::State::State(Now now, policy::PolicyRef p, const Seeds& seeds, Defence defence, std::unique_ptr<toll::Desk> d,
                     std::unique_ptr<pattern::Patterns> habits)
    : policy(std::move(p)),
      random(seeds.random),
      auth(seeds.auth, policy->limits.nonces_max),
      txns(policy->times, policy->limits.transactions_max, now.mono_ms, random.next()),
      timers(now.mono_ms),
      tag_seed(random.next()),
      desk(desk_or_new(std::move(d), random)),
      trunks(random),
      calls(*policy, random, registrar, trunks),
      connections([this](const call::Holder& holder, ConnectionId connection) {
        if (holder.trunk) return trunks.serves(holder.trunk, connection) || calls.serves(holder.trunk, connection);
        return registrar.serves(holder.extension, connection) || calls.serves(holder.extension, connection);
      }),
      watch(now, std::move(defence.rules), defence.bounds, random.next()),
      patterns(patterns_or_new(std::move(habits), mix64(tag_seed))) {
  attempt.permits = [this](const policy::Extension& extension) {
    refusal = policy::judge(extension.phone, {attempt.source, attempt.transport, policy->is_local(attempt.source),
                                              message.value(HeaderName::user_agent), watch.country_of(attempt.source)});
    return !locked && !refusal;
  };
  attempt.permits_gateway = [this](TrunkId trunk) {
    refusal.reset();
    return !locked && trunk_door.proven(*plan, message, *came_by, trunk);
  };
  attempt.gateways = &trunk_door.gateways();
  adopt_policy();
}

Engine::Engine(Now now, policy::PolicyRef policy, const Seeds& seeds, Defence defence, std::unique_ptr<toll::Desk> desk,
               std::unique_ptr<pattern::Patterns> patterns)
    : state_(std::make_unique<State>(now, std::move(policy), seeds, std::move(defence), std::move(desk),
                                     std::move(patterns))) {}
Engine::~Engine() = default;

std::int64_t Engine::next_deadline() const {
  return std::min({state_->timers.next_deadline(), state_->txns.next_deadline(), state_->desk->next_writing_mono_ms()});
}

void Engine::handle(Now now, Input input, Effects& effects) {
  State& s = *state_;
  if (auto* changed = std::get_if<PolicyChanged>(&input)) {
    s.policy = std::move(changed->policy);
    s.adopt_policy();
  }
  if (auto* changed = std::get_if<PlanChanged>(&input)) {
    s.plan = std::move(changed->plan);
    s.trunk_door.adopt(*s.policy, *s.plan);
  }
  const std::uint64_t sent_before = effects.sent();
  Context ctx{now, *s.policy, *s.plan, *s.desk, *s.patterns, s.random, s.txns, s.timers, effects};
  struct Visitor {
    State& s;
    Context& ctx;
    void operator()(Tick&) const {}
    void operator()(PacketIn& in) const { s.packet(ctx, in.flow, in.bytes); }
    void operator()(PeerProved& in) const { s.trunk_door.on_proved(ctx.policy, in.connection, std::move(in.names)); }
    void operator()(ConnectionClosed& in) const {
      s.trunk_door.on_closed(in.connection);
      s.connections.on_closed(ctx, in.connection);
      s.registrar.on_connection_closed(in.connection);
      s.txns.on_connection_closed(in.connection);
      s.trunks.on_connection_closed(ctx, in.connection);
    }
    void operator()(SendFailed& in) const { s.txns.on_send_failed(in.flow); }
    void operator()(DnsAnswer& in) const {
      if (s.trunks.on_dns(ctx, in.query, in.result) || s.partings.on_dns(ctx, in.query, in.result)) return;
      s.calls.on_dns(ctx, in.query, in.result);
    }
    void operator()(Stored& in) const {
      if ((in.ticket & ledger_ticket) != 0) {
        const std::uint64_t entry = in.ticket & ~ledger_ticket;
        s.desk->written(ctx.now, entry, in.ok);
        if (in.ok) s.credits.on_written(ctx, entry);
        return s.calls.on_ledger(ctx, entry, in.ok);
      }
      if (call::is_registrar_ticket(in.ticket))
        s.registrar.on_stored(ctx, in.ticket, in.ok);
      else
        s.calls.on_stored(ctx, in.ticket, in.ok);
    }
    void operator()(Restored& in) const {
      s.watch.restore(ctx.now, ctx.policy, in.bindings, in.bans, in.sources);
      s.registrar.restore(ctx, std::move(in.bindings));
      s.calls.know_pin_tries(std::move(in.pin_tries));
      s.trunks.restore(ctx, std::move(in.gateways));
      s.partings.restore(ctx, std::move(in.dialogs));
    }
    void operator()(RelayReported& in) const { s.calls.on_relay_report(ctx, in.report, in.stopped); }
    void operator()(RelaySilent& in) const { s.calls.on_relay_silent(ctx, in.call, in.relay, in.silent_ms); }
    void operator()(RelayFailed& in) const { s.calls.on_relay_failed(ctx, in.call, in.relay); }
    void operator()(RelayStocked& in) const { s.calls.on_relay_stocked(ctx, std::move(in.relay)); }
    void operator()(RelayStale& in) const { s.calls.on_relay_stale(ctx, in.relay); }
    void operator()(RelayLost& in) const { s.calls.on_relay_lost(ctx, in.call, in.relay, in.why); }
    void operator()(MediaSecured& in) const { s.calls.on_media_secured(in.call, in.relay, side_of(in.leg), in.suite); }
    void operator()(MediaDistrusted& in) const {
      s.calls.on_media_distrusted(ctx, in.call, in.relay, side_of(in.leg), in.fault);
    }
    static call::Side side_of(std::uint8_t leg) { return leg == 0 ? call::Side::caller : call::Side::callee; }
    void operator()(Noticed& in) const {
      s.watch.noticed(ctx.now, {in.remote, in.transport, in.local_port, in.what, in.account});
    }
    void operator()(DigitHeard& in) const {
      s.calls.on_digit(ctx, in.call, static_cast<call::Side>(in.leg & 1), in.digit);
    }
    void operator()(VoiceDone& in) const { s.calls.on_voice_done(ctx, in.call, in.order); }
    void operator()(PolicyChanged& in) const {
      s.registrar.on_policy(ctx, in.only);
      s.calls.on_policy(ctx);
    }
    void operator()(PlanChanged&) const {
      s.trunks.on_plan(ctx);
      s.calls.on_policy(ctx);
    }
    void operator()(GuardChanged& in) const { s.watch.use(ctx, std::move(in.rules)); }
    void operator()(CommandIn& in) const { s.command(ctx, in.id, in.command); }
    void operator()(StopAsked&) const {
      if (s.stopping) return;
      s.stopping = true;
      s.calls.end_all(ctx);
      s.trunks.stop(ctx);
    }
  };
  std::visit(Visitor{s, ctx}, input);
  s.advance(ctx);
  s.watch.tell(ctx);
  s.account(ctx);
  s.counters.messages_out += effects.sent() - sent_before;
  if (s.stopping && !s.stopped && s.calls.size() == 0 && !s.trunks.is_stopping(now)) {
    s.stopped = true;
    s.calls.flush(ctx);
    effects.add(Stopped{});
  }
}

/// What the desk has to write and to say.
void Engine::State::account(Context& ctx) {
  if (desk->wants_writing(ctx.now)) {
    toll::Writing writing = desk->take_writing();
    if (writing.last != 0) ctx.out.add(WriteLedger{writing.last | ledger_ticket, std::move(writing.entries)});
  }
  notices.clear();
  desk->take_notices(notices);
  for (const toll::Notice& notice : notices)
    ctx.report(Level::warning, Reason::toll_warning, {}, name_of(notice, *plan, *policy), {}, toll::text_of(notice));
}

void Engine::State::adopt_policy() {
  const Limits& limits = policy->limits;
  txns.adopt(policy->times, limits.transactions_max, std::int64_t{limits.ring_max_s} * 1'000);
  auth.set_nonces_max(limits.nonces_max);
  trunk_door.adopt(*policy, *plan);
  calls.set_calls_max(limits.calls_max);
}

void Engine::State::advance(Context& ctx) {
  txns.advance(ctx.now, ctx.out);
  fired.clear();
  timers.advance(ctx.now.mono_ms, fired);
  for (const Timers::Fired& f : fired) {
    const std::uint64_t handle = call::handle_of(f.owner);
    if (call::owner_of(f.owner) == Owner::registration) registrar.on_timer(ctx, handle, f.kind);
    if (call::owner_of(f.owner) == Owner::call) calls.on_timer(ctx, handle, f.kind);
    if (call::owner_of(f.owner) == Owner::connection) connections.on_timer(ctx, handle);
    if (call::owner_of(f.owner) == Owner::trunk) trunks.on_timer(ctx, handle);
    if (call::owner_of(f.owner) == Owner::gateway) trunks.on_gateway_expired(ctx, TrunkId{handle});
    if (call::owner_of(f.owner) == Owner::parting) partings.on_timer(ctx);
    if (call::owner_of(f.owner) == Owner::attempts) calls.on_attempts_timer(ctx, handle);
  }
  events.clear();
  txns.take_events(events);
  for (const txn::Event& event : events) {
    if (call::owner_of(event.owner) == Owner::call) calls.on_event(ctx, event);
    const bool failed =
        event.kind == txn::Event::Kind::client_timeout || event.kind == txn::Event::Kind::client_send_failed;
    if (call::owner_of(event.owner) == Owner::trunk && failed)
      trunks.on_failed(ctx, call::handle_of(event.owner), event.client);
    if (call::owner_of(event.owner) == Owner::parting && failed)
      partings.on_failed(ctx, call::handle_of(event.owner), event.client);
    if (call::owner_of(event.owner) == Owner::probe && failed)
      registrar.on_probe_result(ctx, call::handle_of(event.owner), false);
  }
}

}  // namespace rf::engine
