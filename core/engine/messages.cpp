// What becomes of a packet: read, fitted to what runs, proved, served.
#include "core/engine/state.hpp"

namespace rf::engine {

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
    const policy::Device* const shown = result.login ? policy->device_of(*result.login) : nullptr;
    device = shown != nullptr ? shown->id : DeviceId{};
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
  // As if nobody had that domain: whose it is, is no business of other tenants.
  for (const sip::Uri* const uri : {&message.request_uri, &message.from.uri, &message.to.uri})
    if (call::is_of_another(*policy, *uri, extension.tenant)) return refuse(404, Reason::other_tenant);
  if (stopping) return refuse(503, Reason::stopping);
  switch (message.method) {
    case Method::register_: {
      // The address of record is the extension that proved itself; it may write it as its number or its registration
      // name.
      const std::string user = sip::unescape(message.to.uri.user);
      if (user != extension.number && policy->by_auth_name(user) != &extension) return refuse(403, Reason::auth_failed);
      const auto moved = registrar.handle_register(ctx, message, flow, extension, device, server);
      if (moved) calls.on_moved(extension.id, moved->from, moved->to);
      return;
    }
    case Method::invite: {
      std::string trying;
      sip::write_response_head(trying, message, flow.remote, 100, {}).no_body();
      txns.respond(ctx.now, server, 100, std::move(trying), ctx.out);
      return calls.handle_invite(ctx, message, flow, extension, device, server);
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
  if (call::owner_of(match.owner) == Owner::parting)
    partings.handle_response(ctx, call::handle_of(match.owner), match.client, message);
  if (call::owner_of(match.owner) == Owner::probe && message.status >= 200)
    registrar.on_probe_result(ctx, call::handle_of(match.owner), true);
}

}  // namespace rf::engine
