#include "core/call/registrar.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "core/base/limits/server.hpp"
#include "core/base/limits/wire.hpp"
#include "core/call/wire.hpp"
#include "core/sip/writer.hpp"

namespace rf::call {
namespace {

using effect::Level;
using effect::Reason;

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

}  // namespace

std::uint32_t Registrar::hash_of(const policy::Credentials* credentials) {
  if (credentials == nullptr) return 0;
  std::uint64_t hash = 0;
  for (const auto& ha1 : credentials->ha1)
    for (const std::uint64_t word : std::bit_cast<std::array<std::uint64_t, 4>>(ha1.reveal()))
      hash = mix64(hash ^ word);
  return static_cast<std::uint32_t>(hash);
}

/// One contact of one REGISTER, checked.
struct Registrar::Wanted {
  std::string key;
  std::string contact;
  std::uint32_t expires_s = 0;
};

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

std::expected<std::vector<Registrar::Wanted>, int> Registrar::read_contacts(Context& ctx, const sip::Message& request,
                                                                            bool& wildcard) const {
  const auto& times = ctx.policy.times;
  std::vector<Wanted> wanted;
  std::size_t elements = 0;
  for (sip::Elements contacts(request, sip::HeaderName::contact); const auto element = contacts.next();) {
    if (++elements > ctx.policy.limits.contacts_per_extension_max) return std::unexpected(400);
    if (*element == "*") {
      wildcard = true;
      continue;
    }
    const auto contact = sip::parse_name_addr(*element);
    const bool reachable =
        contact && contact->uri.raw.size() <= WireLimits::contact_bytes &&
        (contact->uri.scheme == sip::Uri::Scheme::sip || contact->uri.scheme == sip::Uri::Scheme::sips);
    if (!reachable) return std::unexpected(400);
    std::uint32_t expires = request.expires.value_or(times.registration_default_s);
    if (const auto own = contact->params.value("expires"))
      expires = sip::parse_number(*own).value_or(times.registration_default_s);  // RFC 3261 §20.10: malformed is 3600
    if (expires > 0 && expires < times.registration_min_s) return std::unexpected(423);
    Wanted one{key_of(*contact), std::string(contact->uri.raw), std::min(expires, times.registration_max_s)};
    const auto twin = std::find_if(wanted.begin(), wanted.end(), [&](const Wanted& w) { return w.key == one.key; });
    if (twin == wanted.end())
      wanted.push_back(std::move(one));
    else if (one.expires_s > 0)
      *twin = std::move(one);  // a phone that moved takes its old place back in the same breath: what stays counts
  }
  if (wildcard && (elements != 1 || request.expires != 0u)) return std::unexpected(400);
  return wanted;
}

std::optional<Registrar::Moved> Registrar::handle_register(Context& ctx, const sip::Message& request, const Flow& flow,
                                                           const policy::Extension& extension, DeviceId device,
                                                           txn::ServerId server) {
  bool wildcard = false;
  auto contacts = read_contacts(ctx, request, wildcard);
  if (!contacts) return answer(ctx, request, flow, server, contacts.error());
  std::vector<Wanted>& wanted = *contacts;

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

  if (const auto known = by_extension_.find(extension.id); known != by_extension_.end()) {
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

  // First everything is judged, then everything is done: a REGISTER is taken whole or not at all (RFC 3261 §10.3).
  Pending pending;
  pending.server = server;
  pending.extension = extension.id;
  // What leaves already is removed once more: who asks for it hears of it no earlier than the disk does.
  if (wildcard) pending.removed = known(extension.id);
  for (const Wanted& w : wanted)
    if (const Live* live = w.expires_s == 0 ? find(extension.id, w.key) : nullptr) pending.removed.push_back(live->id);
  std::erase_if(wanted, [](const Wanted& w) { return w.expires_s == 0; });
  const std::size_t unregistered = pending.removed.size();
  const std::string_view user_agent =
      request.value(sip::HeaderName::user_agent).substr(0, WireLimits::user_agent_bytes);
  if (!make_room(extension, wanted, flow, user_agent, pending.removed)) {
    ctx.report(Level::notice, Reason::registration_refused_limit, flow, extension.number, {}, user_agent,
               extension.tenant);
    return answer(ctx, request, flow, server, 403);
  }
  const auto is_new = [&](const Wanted& w) { return is_fresh(extension.id, w); };
  const auto fresh = static_cast<std::size_t>(std::count_if(wanted.begin(), wanted.end(), is_new));
  const auto makes_room = std::count_if(pending.removed.begin(), pending.removed.end(),
                                        [&](BindingId id) { return !live_.find(id)->leaving; });
  if (size() + fresh > static_cast<std::size_t>(makes_room) + ctx.policy.limits.bindings_max) {
    ctx.report(Level::error, Reason::system_limit_reached, flow, extension.number, {}, "bindings_max");
    return answer(ctx, request, flow, server, 503);
  }
  const auto waiting = waiting_.find(extension.id);
  if (waiting != waiting_.end() && waiting->second >= ShareLimits::changes_waiting &&
      (!wanted.empty() || !pending.removed.empty())) {
    ctx.report(Level::warning, Reason::store_failed, flow, extension.number, {}, "too many changes wait for the disk");
    return answer(ctx, request, flow, server, 503);
  }

  for (std::size_t i = 0; i < pending.removed.size(); ++i) {
    const Live& live = *live_.find(pending.removed[i]);
    const Binding& binding = live.binding;
    if (live.leaving) continue;
    if (i < unregistered)
      ctx.report(Level::info, Reason::unregistered, flow, extension.number, {}, binding.contact, extension.tenant);
    else
      ctx.report(Level::notice, Reason::registration_replaced, binding.flow, extension.number, {}, binding.contact,
                 extension.tenant);
  }
  std::optional<Moved> moved;
  for (Wanted& w : wanted) {
    const std::int64_t expires_wall_ms = ctx.now.wall_ms + std::int64_t{w.expires_s} * 1'000;
    Live* live = find(extension.id, w.key);
    if (!live || live->leaving)
      ctx.report(Level::info, Reason::registered, flow, extension.number, {}, user_agent, extension.tenant);
    if (!live) live = &add(Binding{extension.id, std::move(w.key), {}, {}, flow, {}, 0, {}, ctx.now.wall_ms, 0});
    Binding& binding = live->binding;
    // What the disk has not confirmed yet is written again: its answer is the earliest that may be given.
    const bool write = !live->on_disk || live->unanswered != 0 || binding.contact != w.contact ||
                       binding.path != path || !(binding.flow == flow) || binding.user_agent != user_agent ||
                       binding.device != device ||
                       expires_wall_ms - live->expires_on_disk_ms > std::int64_t{w.expires_s} * 100;
    if (!same_path(binding.flow, flow)) {
      moved = Moved{binding.flow, flow};
      if (live->lost) moved->from.connection = live->lost;
    }
    move(*live, flow);
    binding.contact = std::move(w.contact);
    binding.path = path;
    binding.call_id = request.call_id;
    binding.cseq = request.cseq.number;
    if (binding.user_agent != user_agent) binding.user_agent = user_agent;
    binding.expires_wall_ms = expires_wall_ms;
    binding.device = device;
    live->expires_ms = ctx.after_ms(std::int64_t{w.expires_s} * 1'000);
    live->password = hash_of(extension.credentials_of(device));
    live->lost = {};
    leaving_ -= std::exchange(live->leaving, false) ? 1 : 0;
    live->probes_missed = 0;
    arm(ctx, *live);
    if (write) pending.written.push_back(live->id);
  }

  pending.head = response_head(request, flow, ctx.random.token(10));
  for (sip::Elements paths(request, sip::HeaderName::path); const auto element = paths.next();)
    sip::Writer(pending.paths).header(sip::HeaderName::path, *element);
  commit(ctx, std::move(pending));
  return moved;
}

bool Registrar::is_fresh(ExtensionId extension, const Wanted& wanted) const {
  const Live* live = find(extension, wanted.key);
  return !live || live->leaving;
}

bool Registrar::make_room(const policy::Extension& extension, const std::vector<Wanted>& wanted, const Flow& flow,
                          std::string_view user_agent, std::vector<BindingId>& removed) const {
  // None of these may make room for another: a phone that names two contacts of its own has two.
  if (wanted.size() > extension.registrations_max) return false;
  if (std::none_of(wanted.begin(), wanted.end(), [&](const Wanted& w) { return is_fresh(extension.id, w); }))
    return true;
  std::vector<BindingId> others = staying(extension.id);
  std::erase_if(others, [&](BindingId id) {
    return std::find(removed.begin(), removed.end(), id) != removed.end() ||
           std::any_of(wanted.begin(), wanted.end(),
                       [&](const Wanted& w) { return w.key == live_.find(id)->binding.contact_key; });
  });
  while (others.size() + wanted.size() > extension.registrations_max) {
    // A phone that restarted comes from the same host with the same name; it replaces itself even where newcomers do
    // not.
    const auto victim = std::find_if(others.begin(), others.end(), [&](BindingId id) {
      const Binding& b = live_.find(id)->binding;
      return extension.newcomer == policy::Newcomer::replace ||
             (b.flow.remote.address == flow.remote.address && b.user_agent == user_agent);
    });
    if (victim == others.end()) return false;
    removed.push_back(*victim);
    others.erase(victim);
  }
  return true;
}

void Registrar::commit(Context& ctx, Pending pending) {
  const std::size_t writes = pending.removed.size() + pending.written.size();
  if (writes == 0) return finish(ctx, pending, true);
  const std::uint64_t ticket = next_ticket_;
  next_ticket_ += 2;
  // The store writes in order, so the last one's ticket stands for all.
  std::size_t left = writes;
  for (const BindingId id : pending.removed) {
    Live& live = *live_.find(id);
    leaving_ += std::exchange(live.leaving, true) ? 0 : 1;
    live.ticket = ticket;
    ++live.unanswered;
    ctx.timers.cancel(live.probe);
    ctx.out.add(effect::DropBinding{--left == 0 ? ticket : 0, live.binding.extension, live.binding.contact_key});
  }
  for (const BindingId id : pending.written) {
    Live& live = *live_.find(id);
    live.ticket = ticket;
    ++live.unanswered;
    live.expires_on_disk_ms = live.binding.expires_wall_ms;
    ctx.out.add(effect::StoreBinding{--left == 0 ? ticket : 0, live.binding});
  }
  pending.deadline = ctx.timers.set(ctx.after_ms(std::int64_t{ctx.policy.limits.store_wait_max_s} * 1'000),
                                    mark(Owner::registration, ticket), store_due);
  ++waiting_[pending.extension];
  pending_.emplace(ticket, std::move(pending));
}

void Registrar::on_stored(Context& ctx, std::uint64_t ticket, bool ok) {
  const auto found = pending_.find(ticket);
  if (found == pending_.end()) return;
  Pending pending = std::move(found->second);
  pending_.erase(found);
  if (const auto waiting = waiting_.find(pending.extension); --waiting->second == 0) waiting_.erase(waiting);
  ctx.timers.cancel(pending.deadline);
  for (const BindingId id : pending.written) answered(ctx, id, ticket, ok, true);
  for (const BindingId id : pending.removed) answered(ctx, id, ticket, ok, false);
  if (!ok) ctx.report(Level::error, Reason::store_failed, {}, {}, {}, "registration not written");
  finish(ctx, pending, ok);
}

void Registrar::answered(Context& ctx, BindingId id, std::uint64_t ticket, bool ok, bool written) {
  Live* live = live_.find(id);
  if (!live) return;
  if (ok) live->on_disk = written;
  if (live->ticket == ticket) live->failed = !ok;
  // A full queue refuses the newer one while the older still waits: nothing is decided before all have an answer.
  if (--live->unanswered > 0) return;
  if (live->leaving) return live->failed ? keep(ctx, *live) : forget(ctx, *live);
  // Not on disk means not registered: the phone tries again, and is not told of a binding that a crash would lose.
  if (live->failed) drop(ctx, *live);
}

void Registrar::finish(Context& ctx, const Pending& pending, bool ok) {
  if (pending.command) {
    if (ok)
      ctx.out.add(effect::CommandDone{pending.command, effect::Done{pending.removed.size()}});
    else
      ctx.out.add(effect::CommandDone{pending.command, effect::NotStored{}});
    return;
  }
  const int status = ok ? 200 : 503;
  std::string bytes;
  bytes.reserve(640);
  auto writer = begin_response(bytes, status, pending.head);
  if (ok) {
    for (const BindingId id : staying(pending.extension)) {
      const Live& live = *live_.find(id);
      if (!live.on_disk) continue;  // its own answer is still to come
      const std::int64_t left_ms = std::max<std::int64_t>(0, live.expires_ms - ctx.now.mono_ms);
      writer.begin(sip::HeaderName::contact).text("<").text(live.binding.contact).text(">;expires=");
      writer.number(static_cast<std::uint64_t>(left_ms / 1'000)).end();
    }
    bytes += pending.paths;
  }
  writer.no_body();
  ctx.txns.respond(ctx.now, pending.server, status, std::move(bytes), ctx.out);
}

void Registrar::remove(Context& ctx, ExtensionId extension, std::string_view contact_key, CommandId command) {
  Pending pending;
  pending.command = command;
  pending.extension = extension;
  pending.removed = known(extension);
  std::erase_if(pending.removed, [&](BindingId id) {
    return !contact_key.empty() && live_.find(id)->binding.contact_key != contact_key;
  });
  if (pending.removed.empty())
    return ctx.out.add(effect::CommandDone{command, effect::NotFound{"no such registration"}});
  for (const BindingId id : pending.removed) {
    const Binding& binding = live_.find(id)->binding;
    ctx.report(Level::info, Reason::unregistered, binding.flow, {}, {}, binding.contact,
               tenant_of(ctx, binding.extension));
  }
  commit(ctx, std::move(pending));
}

}  // namespace rf::call
