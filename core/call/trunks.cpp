#include "core/call/trunks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/call/wire.hpp"
#include "core/sip/writer.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;
using sip::HeaderName;

namespace {

/// How long a stop waits for providers to take our contacts back: one that is gone would never say so, and the contact
/// is worth nothing to anybody else.
constexpr std::int64_t farewell_ms = 1'000;

/// Whether a trunk is the one that it was: else its registration ends and a new one begins.
bool same(const policy::Trunk& a, const policy::Trunk& b) {
  return a.uri == b.uri && a.domain == b.domain && a.user == b.user && a.password.reveal() == b.password.reveal() &&
         a.realms == b.realms && a.md5_allowed == b.md5_allowed && a.registers == b.registers &&
         a.accepts == b.accepts && a.contact == b.contact && a.expires_s == b.expires_s && a.ping_s == b.ping_s;
}

/// Only what failed: that a registration is being made or taken back is no trouble.
bool is_trouble(trunk::RegistrationState state) {
  return state == trunk::RegistrationState::waiting || state == trunk::RegistrationState::refused;
}

/// A trunk's name is nobody's personal data: it stands in the detail, which is not redacted.
std::string named(const policy::Trunk* trunk, std::string_view what) {
  return fmt::format("{}: {}", trunk ? std::string_view(trunk->name) : "a trunk", what);
}

std::optional<std::uint32_t> number_in(std::string_view text) {
  return sip::parse_number(text.substr(0, text.find_first_of(";( ")));
}

}  // namespace

Trunks::Line* Trunks::find(TrunkId id) {
  const auto found = std::find_if(lines_.begin(), lines_.end(), [&](const auto& line) { return line->id == id; });
  return found == lines_.end() ? nullptr : found->get();
}

const policy::Trunk* Trunks::config(const Context& ctx, TrunkId id) const {
  const toll::TrunkTerms* terms = ctx.plan.trunk(id);
  return terms ? &terms->line : nullptr;
}

void Trunks::on_plan(Context& ctx) {
  std::erase_if(lines_, [&](const auto& line) {
    const policy::Trunk* now = config(ctx, line->id);
    const bool stays = now && now->enabled && same(*now, line->made_of);
    if (stays) return false;
    ctx.timers.cancel(line->timer);
    gateways_.forget(ctx, line->id);
    // Said once, and nobody waits for the answer: the contact is worth nothing to anybody else, and runs out.
    if (line->registration) {
      std::vector<trunk::RegistrationEffect> effects;
      line->registration->stop({ctx.now, *line->account, means(), effects});
      carry_out(ctx, *line, std::move(effects));
    }
    return true;
  });
  // Who registered from where its trunk no longer comes from is not called there any more.
  for (const auto& line : lines_) {
    const Gateways::Binding* gateway = gateways_.find(line->id);
    if (!gateway) continue;
    trunk::Arrival there{.source = gateway->flow.remote, .transport = gateway->flow.transport, .password = line->id};
    if (std::holds_alternative<trunk::Member>(ctx.plan.match().find(there))) continue;
    gateways_.forget(ctx, line->id);
    gateway_left(ctx, line->id, "its gateway registered from where it may no longer come from");
  }
  for (const toll::TrunkTerms& each : ctx.plan.terms().trunks)
    if (each.line.enabled && !find(each.line.id)) {
      lines_.push_back(std::make_unique<Line>());
      lines_.back()->id = each.line.id;
      begin(ctx, *lines_.back());
    }
}

void Trunks::begin(Context& ctx, Line& line) {
  const policy::Trunk& now = *config(ctx, line.id);
  line.made_of = now;
  line.account =
      std::make_unique<auth::Client>(auth::Account{now.user, now.password, now.realms, now.md5_allowed, false});
  line.token = now.contact.empty() ? trunk::Registration::make_token(random_) : now.contact;
  line.from_tag = random_.token(16);
  trunk::HealthRules rules;
  rules.ping_s = now.accepts ? 0 : now.ping_s;  // nobody is there to be asked before it registers
  line.health = trunk::Health(rules);
  line.health.start(ctx.now, random_);
  if (now.registers) {
    trunk::RegistrationTerms terms;
    terms.registrar = now.domain.empty() ? now.uri : "sip:" + now.domain;
    terms.expires_s = now.expires_s;
    line.registration.emplace(terms, line.token, random_.token(24));
    std::vector<trunk::RegistrationEffect> effects;
    line.registration->start({ctx.now, *line.account, means(), effects});
    carry_out(ctx, line, std::move(effects));
  }
  arm(ctx, line);
}

void Trunks::arm(Context& ctx, Line& line) {
  ctx.timers.cancel(line.timer);
  std::int64_t due = line.health.next_deadline();
  if (line.registration) due = std::min(due, line.registration->next_deadline());
  if (due != never_ms) line.timer = ctx.timers.set(due, mark(Owner::trunk, line.id.value), 0);
}

void Trunks::carry_out(Context& ctx, Line& line, std::vector<trunk::RegistrationEffect> effects) {
  for (trunk::RegistrationEffect& effect : effects) {
    if (const auto* where = std::get_if<trunk::Locate>(&effect)) {
      const policy::Trunk* now = config(ctx, line.id);
      // The configured URI says where; the Request-URI may be a domain that is served there.
      locate(ctx, line, now ? std::string_view(now->uri) : std::string_view(where->uri));
    } else if (const auto* what = std::get_if<trunk::SendRegister>(&effect)) {
      send_register(ctx, line, *what);
    } else if (const auto* changed = std::get_if<trunk::RegistrationChanged>(&effect)) {
      const policy::Trunk* now = config(ctx, line.id);
      const bool well = changed->state == trunk::RegistrationState::registered;
      if (well || is_trouble(changed->state)) line.trouble = well ? std::string() : changed->line;
      ctx.report(is_trouble(changed->state) ? Level::warning : Level::info,
                 well ? Reason::trunk_registered : Reason::trunk_not_registered, {}, {}, {}, named(now, changed->line));
    }
  }
}

void Trunks::locate(Context& ctx, Line& line, std::string_view uri) {
  if (const auto found = locator_.locate(ctx, uri, {line.id.value, 0})) located(ctx, line, found->targets);
}

bool Trunks::on_dns(Context& ctx, QueryId query, const txn::DnsResult& result) {
  if (!locator_.asked(query)) return false;
  const auto found = locator_.on_answer(ctx, query, result);
  if (Line* line = found ? find(TrunkId{found->asker.owner}) : nullptr) {
    located(ctx, *line, found->targets);
    arm(ctx, *line);
  }
  return true;
}

void Trunks::located(Context& ctx, Line& line, const std::vector<txn::Target>& targets) {
  line.ways.clear();
  for (const txn::Target& target : targets)
    if (auto way = flow_towards(ctx.policy, target, {})) line.ways.push_back(std::move(*way));
  if (std::exchange(line.locating_for_ping, false)) {
    if (!line.ways.empty()) return ping(ctx, line);
    if (line.health.ping_failed(ctx.now, random_)) tell_health(ctx, line);
  }
  if (!line.registration) return;
  std::vector<trunk::RegistrationEffect> effects;
  line.registration->located({ctx.now, *line.account, means(), effects}, line.ways.size());
  carry_out(ctx, line, std::move(effects));
}

void Trunks::send_register(Context& ctx, Line& line, const trunk::SendRegister& what) {
  const policy::Trunk* now = config(ctx, line.id);
  if (!now || what.target >= line.ways.size()) return;
  const Flow& flow = line.ways[what.target];
  line.target = what.target;
  line.register_cseq = what.cseq;
  const std::string branch = new_branch(ctx.random), aor = party({}, now->user, host_of(*now));
  std::string bytes;
  bytes.reserve(768);
  bytes += "REGISTER ";
  bytes += what.uri;
  bytes += " SIP/2.0\r\nVia: ";
  append_via(bytes, ctx.policy, flow, branch);
  bytes += "\r\n";
  sip::Writer writer(bytes);
  writer.header(HeaderName::max_forwards, 70);
  writer.header(HeaderName::from, fmt::format("{};tag={}", aor, line.from_tag));
  writer.header(HeaderName::to, aor);
  writer.header(HeaderName::call_id, line.registration->call_id());
  writer.header(HeaderName::cseq, fmt::format("{} REGISTER", what.cseq));
  writer.header(HeaderName::contact, contact_value(ctx.policy, flow, line.token));
  writer.header(HeaderName::expires, what.expires_s);
  if (!ctx.policy.user_agent.empty()) writer.header(HeaderName::user_agent, ctx.policy.user_agent);
  bytes += what.credentials;
  writer.no_body();
  line.asked_register = ctx.txns.request(ctx.now, sip::Method::register_, flow, std::move(bytes), branch,
                                         mark(Owner::trunk, line.id.value), ctx.out);
}

void Trunks::ping(Context& ctx, Line& line) {
  const policy::Trunk* now = config(ctx, line.id);
  if (!now) return;
  if (now->accepts) {
    if (const Gateways::Binding* gateway = gateways_.find(line.id))
      send_ping(ctx, line, gateway->flow, gateway->contact);
    return;
  }
  if (line.ways.empty()) {
    line.locating_for_ping = true;
    return locate(ctx, line, now->uri);
  }
  send_ping(ctx, line, line.ways[std::min(line.target, line.ways.size() - 1)], now->uri);
}

void Trunks::send_ping(Context& ctx, Line& line, const Flow& flow, const std::string& uri) {
  const std::string branch = new_branch(ctx.random), host = host_of(*config(ctx, line.id));
  const std::string who = host.empty() ? own_host(ctx.policy, flow) : host;
  std::string bytes = "OPTIONS " + uri + " SIP/2.0\r\nVia: ";
  append_via(bytes, ctx.policy, flow, branch);
  bytes += "\r\n";
  sip::Writer writer(bytes);
  writer.header(HeaderName::max_forwards, 70);
  writer.header(HeaderName::from, fmt::format("<sip:{}>;tag={}", who, random_.token(12)));
  writer.header(HeaderName::to, host.empty() ? fmt::format("<{}>", uri) : fmt::format("<sip:{}>", host));
  writer.header(HeaderName::call_id, random_.token(24));
  writer.header(HeaderName::cseq, "1 OPTIONS");
  writer.no_body();
  line.asked_options = ctx.txns.request(ctx.now, sip::Method::options, flow, std::move(bytes), branch,
                                        mark(Owner::trunk, line.id.value), ctx.out);
  if (!line.asked_options && line.health.ping_failed(ctx.now, random_)) tell_health(ctx, line);
}

void Trunks::handle_response(Context& ctx, std::uint64_t handle, txn::ClientId client, const sip::Message& response,
                             const Flow& flow) {
  Line* line = find(TrunkId{handle});
  if (!line || response.status < 200) return;
  if (client == line->asked_options || client == line->asked_register) line->answered_ms = ctx.now.mono_ms;
  if (client == line->asked_options) {
    line->asked_options = {};
    if (line->health.ping_answered(ctx.now, response.status, number_in(response.value(HeaderName::retry_after)),
                                   random_))
      tell_health(ctx, *line);
    return arm(ctx, *line);
  }
  if (client != line->asked_register || !line->registration) return;
  line->asked_register = {};
  std::vector<auth::ChallengeHeader> challenges;
  std::vector<trunk::BindingFact> bindings;
  std::vector<std::string> users;  // kept until the machine has read them
  std::vector<std::string_view> routes, associated, paths;
  trunk::RegisterReply reply;
  reply.cseq = line->register_cseq;
  reply.status = response.status;
  users.reserve(TrunkLimits::bindings);
  for (const sip::Header& header : response.headers()) {
    const bool proxy = header.id == HeaderName::proxy_authenticate;
    if ((proxy || header.id == HeaderName::www_authenticate) && challenges.size() < WireLimits::credentials)
      challenges.push_back({proxy, header.value});
    if (header.id == HeaderName::authentication_info) reply.authentication_info = header.value;
    if (header.id == HeaderName::service_route && routes.size() < WireLimits::routes) routes.push_back(header.value);
  }
  sip::Elements contacts(response, HeaderName::contact);
  while (const auto element = contacts.next()) {
    const auto contact = sip::parse_name_addr(*element);
    if (!contact || users.size() == TrunkLimits::bindings) continue;
    users.push_back(sip::unescape(contact->uri.user));
    bindings.push_back({users.back(), number_in(contact->params.value("expires").value_or(""))});
    if (reply.redirect_uri.empty()) {
      reply.redirect_uri = contact->uri.raw;
      reply.redirect_host = contact->uri.host;
    }
  }
  reply.challenges = challenges;
  reply.bindings = bindings;
  reply.service_routes = routes;
  reply.expires_s = number_in(response.value(HeaderName::expires));
  reply.min_expires_s = number_in(response.value(HeaderName::min_expires));
  reply.retry_after_s = number_in(response.value(HeaderName::retry_after));
  if (response.status / 100 == 2) line->path = flow;
  std::vector<trunk::RegistrationEffect> effects;
  line->registration->reply({ctx.now, *line->account, means(), effects}, reply);
  carry_out(ctx, *line, std::move(effects));
  arm(ctx, *line);
}

void Trunks::on_failed(Context& ctx, std::uint64_t handle, txn::ClientId client) {
  Line* line = find(TrunkId{handle});
  if (!line) return;
  if (client == line->asked_options) {
    line->asked_options = {};
    line->ways.clear();  // perhaps the name leads elsewhere by now
    if (line->health.ping_failed(ctx.now, random_)) tell_health(ctx, *line);
  } else if (client == line->asked_register && line->registration) {
    line->asked_register = {};
    std::vector<trunk::RegistrationEffect> effects;
    line->registration->unanswered({ctx.now, *line->account, means(), effects}, line->register_cseq);
    carry_out(ctx, *line, std::move(effects));
  }
  arm(ctx, *line);
}

void Trunks::on_timer(Context& ctx, std::uint64_t handle) {
  Line* line = find(TrunkId{handle});
  if (!line) return;
  line->timer = 0;
  if (line->registration && line->registration->next_deadline() <= ctx.now.mono_ms) {
    std::vector<trunk::RegistrationEffect> effects;
    line->registration->handle_timer({ctx.now, *line->account, means(), effects});
    carry_out(ctx, *line, std::move(effects));
  }
  if (line->health.next_deadline() <= ctx.now.mono_ms) {
    const auto due = line->health.handle_timer(ctx.now);
    if (due.changed) tell_health(ctx, *line);
    if (due.ping) ping(ctx, *line);
  }
  arm(ctx, *line);
}

void Trunks::handle_register(Context& ctx, const sip::Message& request, const Flow& flow, TrunkId trunk,
                             txn::ServerId server) {
  switch (gateways_.handle_register(ctx, request, flow, trunk, server)) {
    case Gateways::Change::none:
      return;
    case Gateways::Change::came:
    case Gateways::Change::moved:
      return gateway_came(ctx, trunk, "its gateway registered here");
    case Gateways::Change::left:
      return gateway_left(ctx, trunk, "its gateway took its registration back");
  }
}

void Trunks::restore(Context& ctx, std::vector<record::GatewayBinding> gateways) {
  for (record::GatewayBinding& kept : gateways) {
    const TrunkId id = kept.trunk;
    const policy::Trunk* line = config(ctx, id);
    const trunk::Arrival there{.source = kept.flow.remote, .transport = kept.flow.transport, .password = id};
    const bool may_be_there = line && line->enabled && line->accepts && line->user == kept.user && find(id) &&
                              std::holds_alternative<trunk::Member>(ctx.plan.match().find(there));
    if (may_be_there && gateways_.restore(ctx, std::move(kept)))
      gateway_came(ctx, id, "its gateway registered here before the restart");
    else if (!gateways_.find(id))
      ctx.out.add(effect::DropGateway{id});
  }
}

void Trunks::on_gateway_expired(Context& ctx, TrunkId trunk) {
  if (gateways_.forget(ctx, trunk)) gateway_left(ctx, trunk, "the registration of its gateway ran out");
}

/// What was known of its health was known of another place.
void Trunks::gateway_came(Context& ctx, TrunkId id, std::string_view how) {
  Line* line = find(id);
  const Gateways::Binding* gateway = gateways_.find(id);
  if (!line || !gateway) return;
  line->trouble.clear();
  trunk::HealthRules rules;
  rules.ping_s = line->made_of.ping_s;
  line->health = trunk::Health(rules);
  line->health.start(ctx.now, random_);
  ctx.report(Level::info, Reason::trunk_registered, gateway->flow, {}, {}, named(&line->made_of, how));
  arm(ctx, *line);
}

void Trunks::gateway_left(Context& ctx, TrunkId id, std::string_view why) {
  Line* line = find(id);
  if (!line) return;
  line->trouble = why;
  line->health = trunk::Health(trunk::HealthRules{.ping_s = 0});
  ctx.report(Level::warning, Reason::trunk_not_registered, {}, {}, {}, named(&line->made_of, why));
  arm(ctx, *line);
}

void Trunks::on_connection_closed(Context& ctx, ConnectionId connection) {
  for (const TrunkId gone : gateways_.on_connection_closed(ctx, connection))
    gateway_left(ctx, gone, "the connection of its gateway is gone");
  for (const auto& line : lines_) {
    if (!line->registration || !line->path || line->path->connection != connection || !connection) continue;
    line->path.reset();
    std::vector<trunk::RegistrationEffect> effects;
    line->registration->path_lost({ctx.now, *line->account, means(), effects});
    carry_out(ctx, *line, std::move(effects));
    arm(ctx, *line);
  }
}

void Trunks::tell_health(Context& ctx, const Line& line) {
  const policy::Trunk* now = config(ctx, line.id);
  const bool down = line.health.state() == trunk::HealthState::down;
  ctx.report(down ? Level::warning : Level::info, down ? Reason::trunk_down : Reason::trunk_up, {}, {}, {},
             named(now, trunk::text_of(line.health.state())));
}

std::string_view Trunks::contact_of(TrunkId id) const {
  for (const auto& line : lines_)
    if (line->id == id && line->registration) return line->token;
  return {};
}

auth::Client* Trunks::account_of(TrunkId id) {
  Line* line = find(id);
  // The password of a gateway is what it proves itself with, not we.
  const bool has_one = line && !line->made_of.accepts && !line->account->account().username.empty();
  return has_one ? line->account.get() : nullptr;
}

std::optional<std::string> Trunks::credentials_for(Context& ctx, TrunkId id, auth::Rounds& rounds,
                                                   const auth::Asking& asked, const sip::Message& response,
                                                   const Flow& flow, std::string_view call) {
  auth::Client* account = account_of(id);
  if ((response.status != 401 && response.status != 407) || !account) return std::nullopt;
  std::vector<auth::ChallengeHeader> challenges;
  for (const sip::Header& header : response.headers()) {
    const bool proxy = header.id == HeaderName::proxy_authenticate;
    if ((proxy || header.id == HeaderName::www_authenticate) && challenges.size() < WireLimits::credentials)
      challenges.push_back({proxy, header.value});
  }
  std::string credentials;
  const auto answered = account->answer(means(), rounds, challenges, asked, credentials);
  if (answered) return credentials;
  ctx.report(Level::warning, Reason::trunk_challenge_refused, flow, {}, call,
             named(config(ctx, id), auth::text_of(answered.error())));
  return std::nullopt;
}

void Trunks::append_known(TrunkId id, std::string_view method, std::string_view uri, std::string& out) {
  if (auth::Client* account = account_of(id)) account->append_known(means(), {method, uri}, out);
}

trunk::HealthState Trunks::health_of(TrunkId id) const {
  for (const auto& line : lines_)
    if (line->id == id) return line->health.state();
  return trunk::HealthState::unknown;
}

void Trunks::note_call(Context& ctx, TrunkId id, int status, ExtensionId caller) {
  Line* line = find(id);
  if (!line) return;
  if (status > 100) line->answered_ms = ctx.now.mono_ms;
  const bool changed = status == 0 ? line->health.call_failed(ctx.now, caller, random_)
                                   : line->health.call_answered(ctx.now, status, caller, random_);
  if (changed) tell_health(ctx, *line);
  arm(ctx, *line);
}

void Trunks::stop(Context& ctx) {
  stop_by_ms_ = ctx.after_ms(farewell_ms);
  ctx.timers.set(stop_by_ms_, mark(Owner::trunk, 0), 0);
  for (const auto& line : lines_) {
    ctx.timers.cancel(line->timer);
    if (!line->registration) continue;
    std::vector<trunk::RegistrationEffect> effects;
    line->registration->stop({ctx.now, *line->account, means(), effects});
    carry_out(ctx, *line, std::move(effects));
    arm(ctx, *line);
  }
}

bool Trunks::is_stopping(Now now) const {
  if (now.mono_ms >= stop_by_ms_) return false;
  return std::any_of(lines_.begin(), lines_.end(), [](const auto& line) {
    return line->registration && line->registration->state() == trunk::RegistrationState::stopping;
  });
}

std::vector<effect::TrunkNow> Trunks::list(const Context& ctx) const {
  const auto wall = [&](std::int64_t mono_ms) {
    return mono_ms == 0 ? 0 : ctx.now.wall_ms - (ctx.now.mono_ms - mono_ms);
  };
  const auto calls = [&](TrunkId id, toll::Direction direction) {
    return ctx.desk.lines().count({toll::Level::trunk, direction, id.value, 0});
  };
  std::vector<effect::TrunkNow> out;
  for (const auto& line : lines_) {
    effect::TrunkNow now;
    now.id = line->id;
    now.health = trunk::text_of(line->health.state());
    now.since_wall_ms = wall(line->health.since_ms());
    now.answered_wall_ms = wall(line->answered_ms);
    if (line->registration) {
      now.registration = trunk::text_of(line->registration->state());
      if (line->registration->is_bound(ctx.now))
        now.registered_until_wall_ms = wall(line->registration->bound_until_ms());
    }
    now.last_trouble = line->trouble;
    now.calls_in = calls(line->id, toll::Direction::inbound);
    now.calls_out = calls(line->id, toll::Direction::outbound);
    out.push_back(std::move(now));
  }
  return out;
}

}  // namespace rf::call
