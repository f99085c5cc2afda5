#include "core/call/registrar.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/limits.hpp"
#include "core/sip/writer.hpp"

namespace rf::call {
namespace {

using effect::Level;
using effect::Reason;

constexpr std::int64_t nat_probe_ms = 30'000;
constexpr int probes_missed_max = 3;

/// Two contacts are one phone when their instance and reg-id agree (RFC 5626 §6), else when user, host, port and
/// transport do.
std::string key_of(const sip::NameAddr& contact) {
  if (const auto instance = contact.params.value("+sip.instance"); instance && !instance->empty()) {
    std::string key = "instance:" + std::string(*instance);
    if (const auto reg = contact.params.value("reg-id")) key.append("#").append(*reg);
    return key;
  }
  std::string key(contact.uri.user);
  key += '@';
  for (const char c : contact.uri.host) key += static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  if (contact.uri.port) key.append(":").append(std::to_string(*contact.uri.port));
  if (const auto transport = contact.uri.params.value("transport"))
    for (const char c : std::string(";") + std::string(*transport))
      key += static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return key;
}

/// Behind NAT, the contact names another place than the one the packets come from.
bool behind_nat(const Binding& binding) {
  const auto uri = sip::parse_uri(binding.contact);
  if (!uri) return false;
  const auto address = uri->address();
  return !address || *address != binding.flow.remote.address || uri->port.value_or(5060) != binding.flow.remote.port;
}

}  // namespace

/// One contact of one REGISTER, checked.
struct Registrar::Wanted {
  std::string key;
  std::string contact;
  std::uint32_t expires_s = 0;
};

Registrar::Registrar(const Limits& limits) : live_(limits.bindings_max) {}

std::optional<Registrar::Moved> Registrar::answer(Context& ctx, const sip::Message& request, const Flow& flow,
                                                  txn::ServerId server, int status, std::string_view extra_header) {
  std::string bytes;
  auto writer = sip::write_response_head(bytes, request, flow.remote, status, ctx.random.token(10));
  if (status == 423) writer.header(sip::HeaderName::min_expires, ctx.policy.times.registration_min_s);
  if (status == 420) writer.header(sip::HeaderName::unsupported, extra_header);
  writer.no_body();
  ctx.txns.respond(ctx.now, server, status, std::move(bytes), ctx.out);
  return std::nullopt;
}

std::optional<Registrar::Moved> Registrar::handle_register(Context& ctx, const sip::Message& request, const Flow& flow,
                                                           const policy::Extension& extension, txn::ServerId server) {
  std::optional<Moved> moved;
  const auto& times = ctx.policy.times;
  std::vector<Wanted> wanted;
  bool wildcard = false;
  std::size_t elements = 0;
  for (sip::Elements contacts(request, sip::HeaderName::contact); const auto element = contacts.next();) {
    if (++elements > ctx.policy.limits.contacts_per_extension_max) return answer(ctx, request, flow, server, 400);
    if (*element == "*") {
      wildcard = true;
      continue;
    }
    const auto contact = sip::parse_name_addr(*element);
    const bool reachable =
        contact && contact->uri.raw.size() <= WireLimits::contact_bytes &&
        (contact->uri.scheme == sip::Uri::Scheme::sip || contact->uri.scheme == sip::Uri::Scheme::sips);
    if (!reachable) return answer(ctx, request, flow, server, 400);
    std::uint32_t expires = request.expires.value_or(times.registration_default_s);
    if (const auto own = contact->params.value("expires"))
      expires = sip::parse_number(*own).value_or(times.registration_default_s);  // RFC 3261 §20.10: malformed is 3600
    if (expires > 0 && expires < times.registration_min_s) return answer(ctx, request, flow, server, 423);
    Wanted one{key_of(*contact), std::string(contact->uri.raw), std::min(expires, times.registration_max_s)};
    const auto twin = std::find_if(wanted.begin(), wanted.end(), [&](const Wanted& w) { return w.key == one.key; });
    if (twin == wanted.end())
      wanted.push_back(std::move(one));
    else if (one.expires_s > 0)
      *twin = std::move(one);  // a phone that moved takes its old place back in the same breath: what stays counts
  }
  if (wildcard && (elements != 1 || request.expires != 0u)) return answer(ctx, request, flow, server, 400);

  std::vector<std::string> path;
  std::size_t path_bytes = 0;
  for (sip::Elements paths(request, sip::HeaderName::path); const auto element = paths.next();) {
    const auto hop = sip::parse_name_addr(*element);
    path_bytes += element->size();
    if (!hop || path.size() == WireLimits::path_elements || path_bytes > WireLimits::path_bytes)
      return answer(ctx, request, flow, server, 400);
    path.emplace_back(hop->uri.raw);
  }
  // RFC 3327 §5.2: a Path that the phone did not announce support for is refused, else an intermediary could tap it.
  if (!path.empty() && !request.lists(sip::HeaderName::supported, "path") &&
      !request.lists(sip::HeaderName::require, "path"))
    return answer(ctx, request, flow, server, 420, "path");

  const auto known = by_extension_.find(extension.id);
  if (known != by_extension_.end()) {
    for (const BindingId id : known->second) {
      const Live* live = live_.find(id);
      const bool concerned = wildcard || std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& w) {
                               return w.key == live->binding.contact_key;
                             });
      if (concerned && live->binding.call_id == request.call_id && request.cseq.number <= live->binding.cseq) {
        ctx.report(Level::notice, Reason::registration_out_of_order, flow, extension.number, {}, {});
        return answer(ctx, request, flow, server, 500);
      }
    }
  }

  if (wildcard) remove(ctx, extension.id, {});
  const std::string_view user_agent =
      request.value(sip::HeaderName::user_agent).substr(0, WireLimits::user_agent_bytes);
  if (const int status = make_room(ctx, extension, flow, user_agent, wanted)) {
    const bool full = status == 503;
    ctx.report(full ? Level::error : Level::notice,
               full ? Reason::system_limit_reached : Reason::registration_refused_limit, flow, extension.number, {},
               full ? "bindings_max" : user_agent);
    return answer(ctx, request, flow, server, status);
  }

  Pending pending{server, extension.id, {}, {}};
  for (Wanted& w : wanted) {
    Live* live = find(extension.id, w.key);
    if (w.expires_s == 0) {
      if (!live) continue;
      ctx.report(Level::info, Reason::unregistered, flow, extension.number, {}, w.contact);
      drop(ctx, *live);
      continue;
    }
    const std::int64_t expires_wall_ms = ctx.now.wall_ms + std::int64_t{w.expires_s} * 1'000;
    bool write = !live;
    if (!live) {
      live = add(ctx, Binding{extension.id, std::move(w.key), {}, {}, flow, {}, 0, {}, ctx.now.wall_ms, 0});
      RF_CHECK(live != nullptr);
      ctx.report(Level::info, Reason::registered, flow, extension.number, {}, user_agent);
    }
    Binding& binding = live->binding;
    // Until an earlier write is answered nobody knows what is on disk.
    write = write || live->writing != 0 || binding.contact != w.contact || binding.path != path ||
            !(binding.flow == flow) || binding.user_agent != user_agent ||
            expires_wall_ms - live->expires_on_disk_ms > std::int64_t{w.expires_s} * 100;
    if (!(binding.flow.connection == flow.connection)) {
      const auto [first, last] = by_connection_.equal_range(binding.flow.connection);
      for (auto it = first; it != last; ++it) {
        if (it->second != live->id) continue;
        by_connection_.erase(it);
        break;
      }
      if (flow.connection) by_connection_.emplace(flow.connection, live->id);
    }
    if (!same_path(binding.flow, flow)) {
      moved = Moved{binding.flow, flow};
      if (live->lost) moved->from.connection = live->lost;
    }
    binding.contact = std::move(w.contact);
    binding.path = path;
    binding.flow = flow;
    binding.call_id = request.call_id;
    binding.cseq = request.cseq.number;
    if (binding.user_agent != user_agent) binding.user_agent = user_agent;
    binding.expires_wall_ms = expires_wall_ms;
    live->lost = {};
    live->probes_missed = 0;
    arm(ctx, *live);
    if (write) {
      live->expires_on_disk_ms = expires_wall_ms;
      pending.written.push_back(live->id);
    }
  }

  pending.response = write_ok(ctx, request, flow, extension.id);
  if (pending.written.empty()) {
    ctx.txns.respond(ctx.now, server, 200, std::move(pending.response), ctx.out);
    return moved;
  }
  const std::uint64_t ticket = next_ticket_;
  next_ticket_ += 2;
  for (std::size_t i = 0; i < pending.written.size(); ++i) {
    // The store writes in order, so the last one's ticket stands for all.
    const bool last = i + 1 == pending.written.size();
    Live& live = *live_.find(pending.written[i]);
    live.writing = ticket;
    ctx.out.add(effect::StoreBinding{last ? ticket : 0, live.binding});
  }
  pending.deadline = ctx.timers.set(ctx.after_ms(std::int64_t{ctx.policy.limits.store_wait_max_s} * 1'000),
                                    mark(Owner::registration, ticket), store_due);
  pending_.emplace(ticket, std::move(pending));
  return moved;
}

void Registrar::on_stored(Context& ctx, std::uint64_t ticket, bool ok) {
  const auto found = pending_.find(ticket);
  if (found == pending_.end()) return;
  Pending pending = std::move(found->second);
  pending_.erase(found);
  ctx.timers.cancel(pending.deadline);
  for (const BindingId id : pending.written) {
    Live* live = live_.find(id);
    if (!live || live->writing != ticket) continue;  // gone, or written again since: that write decides
    live->writing = 0;
    // Not on disk means not registered: the phone tries again, and is not told of a binding that a crash would lose.
    if (!ok) drop(ctx, *live);
  }
  if (ok) return ctx.txns.respond(ctx.now, pending.server, 200, std::move(pending.response), ctx.out);
  ctx.report(Level::error, Reason::store_failed, {}, {}, {}, "registration not written");
  pending.response.replace(0, pending.response.find("\r\n"), "SIP/2.0 503 Service Unavailable");
  ctx.txns.respond(ctx.now, pending.server, 503, std::move(pending.response), ctx.out);
}

std::string Registrar::write_ok(Context& ctx, const sip::Message& request, const Flow& flow,
                                ExtensionId extension) const {
  std::string bytes;
  bytes.reserve(640);
  auto writer = sip::write_response_head(bytes, request, flow.remote, 200, ctx.random.token(10));
  for (const Binding* binding : all(extension)) {
    writer.begin(sip::HeaderName::contact).text("<").text(binding->contact).text(">;expires=");
    writer.number(
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, (binding->expires_wall_ms - ctx.now.wall_ms) / 1'000)));
    writer.end();
  }
  for (sip::Elements paths(request, sip::HeaderName::path); const auto element = paths.next();)
    writer.header(sip::HeaderName::path, *element);
  writer.no_body();
  return bytes;
}

int Registrar::make_room(Context& ctx, const policy::Extension& extension, const Flow& flow,
                         std::string_view user_agent, const std::vector<Wanted>& wanted) {
  std::size_t fresh = 0, staying = 0;
  for (const Wanted& w : wanted) {
    if (w.expires_s == 0) continue;
    ++staying;
    if (!find(extension.id, w.key)) ++fresh;
  }
  if (fresh == 0) return 0;
  if (staying > extension.registrations_max) return 403;
  std::vector<BindingId> others, victims;
  if (const auto found = by_extension_.find(extension.id); found != by_extension_.end()) {
    for (const BindingId id : found->second) {
      const std::string& key = live_.find(id)->binding.contact_key;
      if (std::none_of(wanted.begin(), wanted.end(), [&](const Wanted& w) { return w.key == key; }))
        others.push_back(id);
    }
  }
  while (others.size() + staying > extension.registrations_max) {
    // A phone that restarted comes from the same host with the same name; it replaces itself even where newcomers do
    // not.
    const auto victim = std::find_if(others.begin(), others.end(), [&](BindingId id) {
      const Binding& b = live_.find(id)->binding;
      return extension.newcomer == policy::Newcomer::replace ||
             (b.flow.remote.address == flow.remote.address && b.user_agent == user_agent);
    });
    if (victim == others.end()) return 403;
    victims.push_back(*victim);
    others.erase(victim);
  }
  if (live_.size() - victims.size() + fresh > live_.limit()) return 503;
  for (const BindingId id : victims) {
    Live* live = live_.find(id);
    ctx.report(Level::notice, Reason::registration_replaced, live->binding.flow, extension.number, {},
               live->binding.contact);
    drop(ctx, *live);
  }
  return 0;
}

Registrar::Live* Registrar::find(ExtensionId extension, std::string_view contact_key) {
  const auto found = by_extension_.find(extension);
  if (found == by_extension_.end()) return nullptr;
  for (const BindingId id : found->second)
    if (Live* live = live_.find(id); live->binding.contact_key == contact_key) return live;
  return nullptr;
}

Registrar::Live* Registrar::add(Context&, Binding binding) {
  const BindingId id = live_.emplace();
  if (!id) return nullptr;
  Live* live = live_.find(id);
  live->id = id;
  live->binding = std::move(binding);
  by_extension_[live->binding.extension].push_back(id);
  if (live->binding.flow.connection) by_connection_.emplace(live->binding.flow.connection, id);
  return live;
}

void Registrar::drop(Context& ctx, Live& live) {
  ctx.timers.cancel(live.expiry);
  ctx.timers.cancel(live.probe);
  ctx.out.add(effect::DropBinding{live.binding.extension, live.binding.contact_key});
  if (const auto found = by_extension_.find(live.binding.extension); found != by_extension_.end()) {
    std::erase(found->second, live.id);
    if (found->second.empty()) by_extension_.erase(found);
  }
  const auto [first, last] = by_connection_.equal_range(live.binding.flow.connection);
  for (auto it = first; it != last; ++it) {
    if (it->second != live.id) continue;
    by_connection_.erase(it);
    break;
  }
  live_.erase(live.id);
}

void Registrar::arm(Context& ctx, Live& live) {
  ctx.timers.cancel(live.expiry);
  const std::int64_t left = std::max<std::int64_t>(0, live.binding.expires_wall_ms - ctx.now.wall_ms);
  live.expiry = ctx.timers.set(ctx.after_ms(left), mark(Owner::registration, live.id.value), expiry_due);
  if (live.probe != 0 || is_stream(live.binding.flow.transport)) return;
  const std::int64_t interval = std::int64_t{ctx.policy.times.probe_interval_s} * 1'000;
  if (interval == 0 && !behind_nat(live.binding)) return;
  const std::int64_t base = interval == 0 ? nat_probe_ms : interval;
  // Spread out, so that phones that registered together are not probed together.
  const auto spread = static_cast<std::int64_t>(ctx.random.below(static_cast<std::uint64_t>(base / 2) + 1));
  live.probe = ctx.timers.set(ctx.after_ms(base / 2 + spread), mark(Owner::registration, live.id.value), probe_due);
}

void Registrar::send_probe(Context& ctx, Live& live) {
  const Binding& binding = live.binding;
  const std::string branch = new_branch(ctx.random);
  std::string bytes;
  bytes.reserve(512);
  sip::Writer writer(bytes);
  writer.request_line("OPTIONS", binding.contact);
  std::string via;
  append_via(via, ctx.policy, binding.flow, branch);
  writer.header(sip::HeaderName::via, via);
  for (const std::string& hop : binding.path) writer.begin(sip::HeaderName::route).text("<").text(hop).text(">").end();
  writer.header(sip::HeaderName::max_forwards, std::uint64_t{70});
  writer.begin(sip::HeaderName::from)
      .text("<sip:")
      .text(ctx.policy.realm)
      .text(">;tag=")
      .text(ctx.random.token(12))
      .end();
  writer.begin(sip::HeaderName::to).text("<").text(binding.contact).text(">").end();
  writer.header(sip::HeaderName::call_id, ctx.random.token(24));
  writer.header(sip::HeaderName::cseq, "1 OPTIONS");
  writer.no_body();
  ctx.txns.request(ctx.now, sip::Method::options, binding.flow, std::move(bytes), branch,
                   mark(Owner::probe, live.id.value), ctx.out);
}

void Registrar::on_probe_result(Context& ctx, std::uint64_t handle, bool answered) {
  Live* live = live_.find(BindingId{handle});
  if (!live) return;
  if (answered) {
    live->probes_missed = 0;
    live->ever_answered = true;
    return;
  }
  // A phone that never answered a probe may simply not know OPTIONS: only silence after answers means it is gone.
  if (++live->probes_missed < probes_missed_max || !live->ever_answered) return;
  ctx.report(Level::notice, Reason::probe_failed, live->binding.flow, {}, {}, live->binding.contact);
  drop(ctx, *live);
}

void Registrar::on_timer(Context& ctx, std::uint64_t handle, std::uint32_t kind) {
  if (kind == store_due) return on_stored(ctx, handle, false);
  Live* live = live_.find(BindingId{handle});
  if (!live) return;
  if (kind == probe_due) {
    live->probe = 0;
    send_probe(ctx, *live);
    arm(ctx, *live);
    return;
  }
  live->expiry = 0;
  ctx.report(Level::info, Reason::registration_expired, live->binding.flow, {}, {}, live->binding.contact);
  drop(ctx, *live);
}

std::vector<const Binding*> Registrar::reachable(ExtensionId extension) const {
  std::vector<const Binding*> out;
  const auto found = by_extension_.find(extension);
  if (found == by_extension_.end()) return out;
  for (auto it = found->second.rbegin(); it != found->second.rend(); ++it) out.push_back(&live_.find(*it)->binding);
  return out;
}

std::vector<const Binding*> Registrar::all(ExtensionId extension) const {
  if (extension) return reachable(extension);
  std::vector<const Binding*> out;
  out.reserve(live_.size());
  const_cast<Slots<Live, BindingId>&>(live_).for_each([&](BindingId, Live& live) { out.push_back(&live.binding); });
  return out;
}

std::uint64_t Registrar::remove(Context& ctx, ExtensionId extension, std::string_view contact_key) {
  const auto found = by_extension_.find(extension);
  if (found == by_extension_.end()) return 0;
  std::uint64_t removed = 0;
  for (const BindingId id : std::vector<BindingId>(found->second)) {
    Live* live = live_.find(id);
    if (!contact_key.empty() && live->binding.contact_key != contact_key) continue;
    ctx.report(Level::info, Reason::unregistered, live->binding.flow, {}, {}, live->binding.contact);
    drop(ctx, *live);
    ++removed;
  }
  return removed;
}

void Registrar::restore(Context& ctx, std::vector<Binding> bindings) {
  for (Binding& binding : bindings) {
    if (binding.expires_wall_ms <= ctx.now.wall_ms || !ctx.policy.by_id(binding.extension)) continue;
    if (find(binding.extension, binding.contact_key)) continue;
    // The connection died with the process; the listener may have another number now.
    binding.flow.connection = {};
    for (const policy::Listener& l : ctx.policy.listeners) {
      if (l.transport != binding.flow.transport || l.bind.address.is_v4() != binding.flow.remote.address.is_v4())
        continue;
      binding.flow.listener = l.id;
      if (l.bind.port == binding.flow.local.port) break;
    }
    Live* live = add(ctx, std::move(binding));
    if (!live) return;
    live->expires_on_disk_ms = live->binding.expires_wall_ms;
    arm(ctx, *live);
  }
}

void Registrar::on_policy(Context& ctx) {
  live_.set_limit(ctx.policy.limits.bindings_max);
  std::vector<ExtensionId> gone;
  for (const auto& [extension, ids] : by_extension_) {
    const policy::Extension* known = ctx.policy.by_id(extension);
    if (!known || !known->enabled) gone.push_back(extension);
  }
  for (const ExtensionId extension : gone) remove(ctx, extension, {});
}

void Registrar::on_connection_closed(ConnectionId connection) {
  const auto [first, last] = by_connection_.equal_range(connection);
  for (auto it = first; it != last; ++it) {
    Live* live = live_.find(it->second);
    live->lost = connection;
    live->binding.flow.connection = {};
  }
  by_connection_.erase(connection);
}

}  // namespace rf::call
