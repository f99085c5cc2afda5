#include "core/engine/engine.hpp"

#include <array>
#include <optional>

#include "core/call/calls.hpp"
#include "core/call/connections.hpp"
#include "core/call/pace.hpp"
#include "core/call/registrar.hpp"
#include "core/engine/credits.hpp"
#include "core/engine/front.hpp"
#include "core/engine/habits.hpp"
#include "core/engine/trunk_door.hpp"
#include "core/engine/watch.hpp"
#include "core/sip/message.hpp"
#include "core/sip/writer.hpp"

namespace rf::engine {

using namespace effect;
using auth::Outcome;
using call::Context;
using call::Owner;
using sip::HeaderName;
using sip::Method;

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

struct Engine::State {
  State(Now now, policy::PolicyRef p, const Seeds& seeds, Defence defence, std::unique_ptr<toll::Desk> d,
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
                                                message.value(HeaderName::user_agent),
                                                watch.country_of(attempt.source)});
      return !locked && !refusal;
    };
    attempt.permits_gateway = [this](TrunkId trunk) {
      refusal.reset();
      return !locked && trunk_door.proven(*plan, message, *came_by, trunk);
    };
    attempt.gateways = &trunk_door.gateways();
    adopt_policy();
  }

  void packet(Context& ctx, const Flow& flow, std::span<char> bytes);
  void request(Context& ctx, const Flow& flow);
  bool passes(Context& ctx, const Flow& flow);
  void turn_away(Context& ctx, const Flow& flow, guard::Reason reason) {
    if (flow.connection && ends_connection(reason)) ctx.out.add(CloseConnection{flow.connection});
  }
  void bring(Context& ctx, const Flow& flow, const trunk::Member& member);
  void serve_gateway(Context& ctx, const Flow& flow, TrunkId trunk);
  void in_dialog(Context& ctx, const Flow& flow);
  void cancel(Context& ctx, const Flow& flow);
  void serve(Context& ctx, const Flow& flow, const policy::Extension& extension);
  void response(Context& ctx, const Flow& flow);
  const policy::Extension* authenticate(Context& ctx, const Flow& flow);
  bool too_fast(Context& ctx, const Flow& flow, ExtensionId extension);
  txn::ServerId accept(Context& ctx, const Flow& flow, std::uint64_t owner);
  void adopt_policy();
  void account(Context& ctx);
  void reply(Context& ctx, const Flow& flow, int status, std::string_view more_headers = {}) {
    reply_statelessly(ctx, message, flow, status, tag_seed, answer_bytes_max(packet_bytes, flow.transport),
                      more_headers);
  }
  void advance(Context& ctx);
  void command(Context& ctx, CommandId id, const Command& command);
  Status status() const;

  policy::PolicyRef policy;
  toll::PlanRef plan = *toll::Plan::compile({}, {}, 0);
  Random random;
  auth::Authenticator auth;
  txn::Transactions txns;
  Timers timers;
  std::uint64_t tag_seed;
  call::Registrar registrar;
  std::unique_ptr<toll::Desk> desk;
  call::Trunks trunks;
  call::Calls calls;
  call::Connections connections;
  call::Pace registers, requests;
  TrunkDoor trunk_door{trunks};
  Watch watch;
  std::unique_ptr<pattern::Patterns> patterns;
  // Of the message that is being handled, the latter three after passes():
  guard::Verdict arrival;
  std::array<std::string_view, WireLimits::credentials> credentials;
  auth::Attempt attempt;
  const Flow* came_by = nullptr;
  auth::Presented presented;
  TrunkId gateway;                              ///< who authenticate() found when it was no extension
  std::optional<policy::PhoneRefusal> refusal;  ///< of the extension's own rules; after authenticate()
  bool locked = false;  ///< whatever its password is, it is refused as a wrong one
  sip::Message message;  ///< reused: a parsed message is valid for one input only
  std::size_t packet_bytes = 0;  ///< that it came in
  std::vector<Timers::Fired> fired;
  std::vector<txn::Event> events;
  std::vector<toll::Notice> notices;
  Credits credits;
  Status counters;
  bool stopping = false, stopped = false;
};

Engine::Engine(Now now, policy::PolicyRef policy, const Seeds& seeds, Defence defence,
               std::unique_ptr<toll::Desk> desk, std::unique_ptr<pattern::Patterns> patterns)
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
      if (!s.trunks.on_dns(ctx, in.query, in.result)) s.calls.on_dns(ctx, in.query, in.result);
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
    }
    void operator()(RelayReported& in) const { s.calls.on_relay_report(ctx, in.report, in.stopped); }
    void operator()(RelaySilent& in) const { s.calls.on_relay_silent(ctx, in.call, in.relay, in.silent_ms); }
    void operator()(RelayFailed& in) const { s.calls.on_relay_failed(ctx, in.call, in.relay); }
    void operator()(DigitHeard& in) const { s.calls.on_digit(ctx, in.call, in.digit); }
    void operator()(VoiceDone& in) const { s.calls.on_voice_done(ctx, in.call, in.order); }
    void operator()(PolicyChanged&) const {
      s.registrar.on_policy(ctx);
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
    ctx.report(Level::warning, Reason::toll_warning, {}, {}, {}, toll::text_of(notice));
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
    if (call::owner_of(event.owner) == Owner::probe && failed)
      registrar.on_probe_result(ctx, call::handle_of(event.owner), false);
  }
}

void Engine::State::packet(Context& ctx, const Flow& flow, std::span<char> bytes) {
  ++counters.messages_in;
  packet_bytes = bytes.size();
  arrival = watch.arrive(ctx, flow);
  if (arrival.action == guard::Action::drop) return turn_away(ctx, flow, arrival.reason);
  // Keepalives over UDP are a few line ends or zero bytes.
  if (bytes.size() <= 4) return;
  if (const auto parsed = sip::parse(bytes, message); !parsed) {
    ++counters.malformed;
    ctx.report(Level::debug, Reason::malformed_message, flow, {}, {}, sip::text_of(parsed.error().code));
    watch.malformed(ctx.now, flow);
    if (message.answerable && message.is_request && arrival.action == guard::Action::pass)
      reply(ctx, flow, status_for(parsed.error()));
    return;
  }
  if (message.is_request && arrival.action == guard::Action::reject) return reply(ctx, flow, 403);
  if (message.is_request)
    request(ctx, flow);
  else
    response(ctx, flow);
}

void Engine::State::request(Context& ctx, const Flow& flow) {
  const auto match = txns.match_request(ctx.now, message, flow, ctx.out);
  if (match.kind == txn::Transactions::RequestMatch::Kind::absorbed) return;
  const bool merged = match.kind == txn::Transactions::RequestMatch::Kind::merged;
  if (const int status = merged ? 482 : refusal_before_authentication(message)) {
    if (passes(ctx, flow)) reply(ctx, flow, status);
    return;
  }
  if (message.method == Method::cancel) return cancel(ctx, flow);
  if (!message.to.tag().empty()) return in_dialog(ctx, flow);
  if (message.method == Method::ack || !passes(ctx, flow)) return;
  if (!needs_authentication(message)) {
    // OPTIONS to the system itself: that it lives, and nothing else.
    return reply(ctx, flow, 200, "Allow: " + std::string(call::allowed_methods) + "\r\n");
  }
  if (message.method == Method::invite)
    if (const auto member = trunk_door.recognise(ctx, message, flow)) return bring(ctx, flow, *member);
  if (const policy::Extension* extension = authenticate(ctx, flow)) return serve(ctx, flow, *extension);
  if (gateway) serve_gateway(ctx, flow, gateway);
}

/// A call that a trunk brings.
void Engine::State::bring(Context& ctx, const Flow& flow, const trunk::Member& member) {
  // Over UDP anybody can write a peer's address: what comes from there is no more than one phone may ask for.
  if (const auto wait_s = trunk_door.turn_away(ctx, message.method, member.trunk())) {
    ctx.report(Level::warning, Reason::attempts_too_fast, flow, {}, {}, "calls of a trunk");
    return reply(ctx, flow, 503, "Retry-After: " + std::to_string(*wait_s) + "\r\n");
  }
  // What nobody can forge earns the connection its place.
  if (flow.connection && member.proof() != trunk::Proof::contact)
    connections.prove(ctx, flow.connection, {{}, member.trunk()});
  if (const std::string options = unsupported_options(message); !options.empty())
    return reply(ctx, flow, 420, "Unsupported: " + options + "\r\n");
  if (stopping) return reply(ctx, flow, 503);
  const txn::ServerId server = accept(ctx, flow, 0);
  if (!server) return;
  std::string trying;
  sip::write_response_head(trying, message, flow.remote, 100, {}).no_body();
  txns.respond(ctx.now, server, 100, std::move(trying), ctx.out);
  calls.handle_trunk_invite(ctx, message, flow, member, server);
}

/// A gateway that answered with its password: it registers, lives, and brings calls.
void Engine::State::serve_gateway(Context& ctx, const Flow& flow, TrunkId trunk) {
  const auto member = trunk_door.proven(*plan, message, flow, trunk);
  if (!member) return reply(ctx, flow, 403);
  if (message.method == Method::invite) return bring(ctx, flow, *member);
  if (const auto wait_s = trunk_door.turn_away(ctx, message.method, trunk))
    return reply(ctx, flow, 503, "Retry-After: " + std::to_string(*wait_s) + "\r\n");
  if (const int status = trunk_door.refusal(ctx, message, flow, trunk)) return reply(ctx, flow, status);
  if (const std::string options = unsupported_options(message); !options.empty())
    return reply(ctx, flow, 420, "Unsupported: " + options + "\r\n");
  if (message.method == Method::options) return reply(ctx, flow, 200);
  if (stopping) return reply(ctx, flow, 503);
  const txn::ServerId server = accept(ctx, flow, 0);
  if (server) trunks.handle_register(ctx, message, flow, trunk, server);
}

/// Whether the guard lets a request go on that no dialog and no transaction of ours speaks for.
bool Engine::State::passes(Context& ctx, const Flow& flow) {
  std::size_t count = 0;
  for (const sip::Header& header : message.headers())
    if ((header.id == HeaderName::authorization || header.id == HeaderName::proxy_authorization) &&
        count < WireLimits::credentials)
      credentials[count++] = header.value;
  attempt.credentials = {credentials.data(), count};
  attempt.method = message.method_text;
  attempt.request_uri = message.request_uri.raw;
  attempt.source = flow.remote.address;
  attempt.transport = flow.transport;
  came_by = &flow;
  presented = auth.look(ctx.now, *policy, attempt);
  const guard::Verdict verdict = watch.inspect(ctx, message, flow, presented, arrival, trunk_door.gateways());
  locked = verdict.action == guard::Action::refuse;
  if (verdict.action == guard::Action::drop) turn_away(ctx, flow, verdict.reason);
  return verdict.action == guard::Action::pass || locked;
}

/// After passes(). Null with `gateway` set: it is no extension, but a trunk's gateway. Else it was answered.
const policy::Extension* Engine::State::authenticate(Context& ctx, const Flow& flow) {
  gateway = {};
  const auto result = auth.verify(ctx.now, *policy, attempt, presented);
  watch.judged(ctx.now, *policy, message, flow, result);
  if (result.outcome == Outcome::accepted) {
    gateway = result.gateway;
    const ExtensionId extension = result.extension ? result.extension->id : ExtensionId{};
    if (flow.connection) connections.prove(ctx, flow.connection, {extension, gateway});
    return result.extension;
  }
  // From here on every answer looks the same: what is wrong is for the operator alone (H9).
  if (result.outcome == Outcome::refused) {
    ++counters.auth_failures;
    const bool outside = result.reason == auth::Reason::remote_not_allowed;
    const bool other_phone = result.reason == auth::Reason::not_permitted && !locked && refusal;
    if (result.reason == auth::Reason::not_permitted && !locked && !refusal)
      trunk_door.tell_misfit(ctx, message, flow, result.username);
    ctx.report(Level::notice,
               outside       ? Reason::remote_not_allowed
               : other_phone ? Reason::phone_not_permitted
                             : Reason::auth_failed,
               flow, result.username, {},
               locked        ? "whatever the password is: too many were wrong"
               : other_phone ? policy::text_of(*refusal)
                             : auth::text_of(result.reason));
  }
  std::string challenges;
  challenges.reserve(640);
  auth.append_challenges(challenges, "WWW-Authenticate", ctx.now, *policy, flow.remote.address, flow.transport,
                         result.outcome == Outcome::stale);
  const std::uint64_t before = ctx.out.sent();
  reply(ctx, flow, 401, challenges);
  counters.challenges += ctx.out.sent() - before;
  if (result.outcome == Outcome::challenge) watch.challenged(ctx.now, message, flow);
  return nullptr;
}

/// Whether the extension asks more often than it may; then it was told when to ask again, and nothing was taken.
bool Engine::State::too_fast(Context& ctx, const Flow& flow, ExtensionId extension) {
  const bool registers_now = message.method == Method::register_;
  const std::uint32_t per_s = registers_now ? policy->limits.registers_per_s : policy->limits.requests_per_s;
  const auto wait_s = (registers_now ? registers : requests).turn_away(ctx.now.mono_ms, extension, per_s);
  if (!wait_s) return false;
  const policy::Extension* known = policy->by_id(extension);
  ctx.report(Level::notice, Reason::requests_too_fast, flow, known ? std::string_view(known->number) : "", {},
             message.method_text);
  reply(ctx, flow, 503, "Retry-After: " + std::to_string(*wait_s) + "\r\n");
  return true;
}

txn::ServerId Engine::State::accept(Context& ctx, const Flow& flow, std::uint64_t owner) {
  const txn::ServerId server = txns.accept(ctx.now, message, flow, owner);
  if (!server) {
    ctx.report(Level::error, Reason::system_limit_reached, flow, {}, {}, "transactions_max");
    reply(ctx, flow, 503);
  }
  return server;
}

void Engine::State::serve(Context& ctx, const Flow& flow, const policy::Extension& extension) {
  if (message.method == Method::invite) {
    if (const auto wait_s = calls.turn_away(ctx, message, flow, extension))
      return reply(ctx, flow, 503, "Retry-After: " + std::to_string(*wait_s) + "\r\n");
  } else if (too_fast(ctx, flow, extension.id)) {
    return;
  }
  const txn::ServerId server = accept(ctx, flow, 0);
  if (!server) return;
  const auto refuse = [&](int status, Reason reason, std::string_view header = {}, std::string_view value = {}) {
    std::string bytes;
    auto writer = sip::write_response_head(bytes, message, flow.remote, status, random.token(12));
    if (!header.empty()) writer.header(header, value);
    writer.no_body();
    ctx.report(Level::notice, reason, flow, extension.number, {}, message.method_text);
    txns.respond(ctx.now, server, status, std::move(bytes), ctx.out);
  };
  if (const std::string options = unsupported_options(message); !options.empty())
    return refuse(420, Reason::method_refused, "Unsupported", options);
  if (!call::is_ours(*policy, message.request_uri, flow)) return refuse(404, Reason::not_for_us);
  if (stopping) return refuse(503, Reason::stopping);
  switch (message.method) {
    case Method::register_: {
      // The address of record is the extension that proved itself; it may write it as its number or its registration
      // name.
      const std::string user = sip::unescape(message.to.uri.user);
      if (user != extension.number && user != extension.auth_name) return refuse(403, Reason::auth_failed);
      const auto moved = registrar.handle_register(ctx, message, flow, extension, server);
      if (moved) calls.on_moved(extension.id, moved->from, moved->to);
      return;
    }
    case Method::invite: {
      std::string trying;
      sip::write_response_head(trying, message, flow.remote, 100, {}).no_body();
      txns.respond(ctx.now, server, 100, std::move(trying), ctx.out);
      return calls.handle_invite(ctx, message, flow, extension, server);
    }
    case Method::options: {
      std::string bytes;
      auto writer = sip::write_response_head(bytes, message, flow.remote, 200, random.token(12));
      writer.header(HeaderName::allow, call::allowed_methods).header(HeaderName::accept, "application/sdp").no_body();
      return txns.respond(ctx.now, server, 200, std::move(bytes), ctx.out);
    }
    case Method::bye:
    case Method::prack:
    case Method::update:
    case Method::info:
    case Method::notify:
      return refuse(481, Reason::in_dialog_unknown);
    case Method::subscribe:
      return refuse(489, Reason::method_refused);
    default:
      return refuse(405, Reason::method_refused, "Allow", call::allowed_methods);
  }
}

void Engine::State::cancel(Context& ctx, const Flow& flow) {
  const auto match = txns.match_cancel(message, flow);
  if (!match.server) {
    if (passes(ctx, flow)) reply(ctx, flow, 481);
    return;
  }
  const txn::ServerId server = accept(ctx, flow, 0);
  if (!server) return;
  std::string bytes;
  sip::write_response_head(bytes, message, flow.remote, 200, random.token(12)).no_body();
  txns.respond(ctx.now, server, 200, std::move(bytes), ctx.out);
  if (call::owner_of(match.owner) == Owner::call) calls.handle_cancel(ctx, call::handle_of(match.owner), match.server);
}

void Engine::State::in_dialog(Context& ctx, const Flow& flow) {
  const call::LegRef* found = calls.find(message);
  auto fit = found ? calls.judge(*found, message, flow) : dialog::Fit::wrong_tags;
  if (fit == dialog::Fit::wrong_tags) {
    if (message.method == Method::ack || !passes(ctx, flow)) return;
    ctx.report(Level::debug, Reason::in_dialog_unknown, flow, {}, {}, message.method_text);
    return reply(ctx, flow, 481);
  }
  const call::LegRef ref = *found;
  if (fit == dialog::Fit::wrong_path &&
      trunk_door.is_of(ctx.plan, message, flow, calls.path_of(ref), calls.trunk_of(ref))) {
    // Another node of the provider's. Only what makes it the call's new place moves the call's path there.
    const bool moves = message.method == Method::invite || message.method == Method::update;
    fit = calls.judge(ref, message, calls.path_of(ref));
    if (moves && fit == dialog::Fit::ok) calls.rebind(ref, flow);
  }
  if (fit == dialog::Fit::wrong_path) {
    ++counters.refused_in_dialog;
    if (message.method == Method::ack || !passes(ctx, flow)) return;
    const policy::Extension* extension = authenticate(ctx, flow);
    const bool own = extension ? extension->id == calls.extension_of(ref) : gateway && gateway == calls.trunk_of(ref);
    if (!own) {
      ctx.report(Level::warning, Reason::in_dialog_forged, flow, {}, {}, message.method_text);
      if (extension || gateway) reply(ctx, flow, 481);
      return;
    }
    // The phone itself, from another place: a new NAT binding, a new connection.
    calls.rebind(ref, flow);
    if (calls.judge(ref, message, flow) != dialog::Fit::ok) return reply(ctx, flow, 500);
  }
  if (fit == dialog::Fit::old_cseq) return reply(ctx, flow, 500);
  // A call that is refreshed speaks for the place of its phone, which need not be registered.
  if (message.method == Method::invite || message.method == Method::update)
    if (const policy::Extension* extension = policy->by_id(calls.extension_of(ref)))
      watch.in_call(ctx.now, *policy, *extension, flow);
  txn::ServerId server;
  if (message.method != Method::ack) {
    const bool phone = !calls.trunk_of(ref);
    if (phone && !calls.is_ended_by(ref, message) && too_fast(ctx, flow, calls.extension_of(ref))) return;
    if (const std::string options = unsupported_options(message); !options.empty())
      return reply(ctx, flow, 420, "Unsupported: " + options + "\r\n");
    server = accept(ctx, flow, call::mark(Owner::call, ref.call.value));
    if (!server) return;
  }
  calls.handle_in_dialog(ctx, ref, message, flow, server);
}

void Engine::State::response(Context& ctx, const Flow& flow) {
  // A response that fits speaks for itself; others are dropped anyway.
  const auto match = txns.match_response(ctx.now, message, flow, ctx.out);
  if (!match.client || !match.deliver) return;
  if (call::owner_of(match.owner) == Owner::call)
    calls.handle_response(ctx, call::handle_of(match.owner), match.client, message, flow);
  if (call::owner_of(match.owner) == Owner::trunk)
    trunks.handle_response(ctx, call::handle_of(match.owner), match.client, message, flow);
  if (call::owner_of(match.owner) == Owner::probe && message.status >= 200)
    registrar.on_probe_result(ctx, call::handle_of(match.owner), true);
}

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
      {"lookups", calls.lookups(), QueueLimits::lookups},
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
    std::optional<CommandResult> operator()(const ListTrunks&) const { return effect::Trunks{s.trunks.list(ctx)}; }
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
      const std::uint64_t ended = s.calls.hang_up(ctx, c.cdr_id);
      if (ended == 0) return NotFound{"no running call with that id"};
      return Done{ended};
    }
  };
  if (auto result = std::visit(Visitor{*this, ctx, id}, asked)) ctx.out.add(CommandDone{id, std::move(*result)});
}

}  // namespace rf::engine
