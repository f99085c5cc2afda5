// The table of bindings: what is in it, how long, and whether the phone behind it still lives.
#include <algorithm>
#include <iterator>

#include "core/base/limits/server.hpp"
#include "core/call/locator.hpp"
#include "core/call/registrar.hpp"
#include "core/sip/writer.hpp"

namespace rf::call {
namespace {

using effect::Level;
using effect::Reason;

constexpr std::int64_t default_probe_ms = 30'000;

/// Behind NAT, the contact names another place than the one the packets come from.
bool behind_nat(const Binding& binding) {
  const auto uri = sip::parse_uri(binding.contact);
  if (!uri) return false;
  const auto address = uri->address();
  return !address || *address != binding.flow.remote.address || uri->port.value_or(5060) != binding.flow.remote.port;
}

/// Whether it could register there now.
bool may_stay(const policy::Policy& policy, const policy::Extension* extension, const Binding& binding) {
  if (!extension || !extension->enabled || extension->credentials_of(binding.device) == nullptr) return false;
  const bool local = policy.is_local(binding.flow.remote.address);
  return (extension->remote_allowed || local) &&
         !policy::judge(extension->phone,
                        {binding.flow.remote.address, binding.flow.transport, local, binding.user_agent});
}

}  // namespace

Registrar::Live* Registrar::find(ExtensionId extension, std::string_view contact_key) {
  const auto found = by_extension_.find(extension);
  if (found == by_extension_.end()) return nullptr;
  for (const BindingId id : found->second)
    if (Live* live = live_.find(id); live->binding.contact_key == contact_key) return live;
  return nullptr;
}

std::vector<BindingId> Registrar::known(ExtensionId extension) const {
  const auto found = by_extension_.find(extension);
  return found == by_extension_.end() ? std::vector<BindingId>{} : found->second;
}

std::vector<BindingId> Registrar::staying(ExtensionId extension) const {
  std::vector<BindingId> out = known(extension);
  std::erase_if(out, [&](BindingId id) { return live_.find(id)->leaving; });
  return out;
}

Registrar::Live& Registrar::add(Binding binding) {
  const BindingId id = live_.emplace();
  Live& live = *live_.find(id);
  live.id = id;
  live.binding = std::move(binding);
  by_extension_[live.binding.extension].push_back(id);
  if (live.binding.flow.connection) by_connection_.emplace(live.binding.flow.connection, id);
  return live;
}

void Registrar::move(Live& live, const Flow& flow) {
  const ConnectionId before = live.binding.flow.connection;
  live.binding.flow = flow;
  if (before == flow.connection) return;
  const auto [first, last] = by_connection_.equal_range(before);
  const auto known = std::find_if(first, last, [&](const auto& entry) { return entry.second == live.id; });
  if (known != last) by_connection_.erase(known);
  if (flow.connection) by_connection_.emplace(flow.connection, live.id);
}

void Registrar::forget(Context& ctx, Live& live) {
  ctx.timers.cancel(live.expiry);
  ctx.timers.cancel(live.probe);
  if (const auto found = by_extension_.find(live.binding.extension); found != by_extension_.end()) {
    std::erase(found->second, live.id);
    if (found->second.empty()) by_extension_.erase(found);
  }
  move(live, {});
  leaving_ -= live.leaving ? 1 : 0;
  live_.erase(live.id);
}

void Registrar::drop(Context& ctx, Live& live) {
  ctx.out.add(effect::DropBinding{0, live.binding.extension, live.binding.contact_key});
  forget(ctx, live);
}

void Registrar::keep(Context& ctx, Live& live) {
  const policy::Extension* extension = ctx.policy.by_id(live.binding.extension);
  // Who came meanwhile has its place, and what never was on disk is not registered.
  if (!live.on_disk || !extension || staying(extension->id).size() >= extension->registrations_max)
    return drop(ctx, live);
  live.leaving = false;
  --leaving_;
  // A part of what failed may have been kept by the store for later, so the last word is said again.
  ctx.out.add(effect::StoreBinding{0, live.binding});
  arm(ctx, live);
}

void Registrar::arm(Context& ctx, Live& live) {
  ctx.timers.cancel(live.expiry);
  live.expiry = ctx.timers.set(live.expires_ms, mark(Owner::registration, live.id.value), expiry_due);
  if (live.probe != 0) return;
  // A connection whose phone is gone looks like one that is quiet, and a NAT forgets either.
  const std::int64_t interval = std::int64_t{ctx.policy.times.probe_interval_s} * 1'000;
  if (interval == 0 && !is_stream(live.binding.flow.transport) && !behind_nat(live.binding)) return;
  const std::int64_t base = interval == 0 ? default_probe_ms : interval;
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
  if (++live->probes_missed >= ShareLimits::probes_missed && live->ever_answered) give_up(ctx, *live);
}

void Registrar::give_up(Context& ctx, Live& live) {
  ctx.report(Level::notice, Reason::probe_failed, live.binding.flow, {}, {}, live.binding.contact);
  drop(ctx, live);
}

void Registrar::on_timer(Context& ctx, std::uint64_t handle, std::uint32_t kind) {
  if (kind == store_due) return on_stored(ctx, handle, false);
  Live* live = live_.find(BindingId{handle});
  if (!live) return;
  if (kind == probe_due) {
    live->probe = 0;
    if (has_way(live->binding))
      send_probe(ctx, *live);
    else if (!proxy_of(ctx.policy, live->binding) && ++live->probes_missed >= ShareLimits::probes_missed)
      return give_up(ctx, *live);  // nobody can call it, and it does not come back
    arm(ctx, *live);
    return;
  }
  live->expiry = 0;
  ctx.report(Level::info, Reason::registration_expired, live->binding.flow, {}, {}, live->binding.contact,
             tenant_of(ctx, live->binding.extension));
  drop(ctx, *live);
}

bool Registrar::serves(ExtensionId extension, ConnectionId connection) const {
  const std::vector<BindingId> ids = staying(extension);
  return std::any_of(ids.begin(), ids.end(),
                     [&](BindingId id) { return live_.find(id)->binding.flow.connection == connection; });
}

std::vector<const Binding*> Registrar::reachable(const policy::Policy& policy, ExtensionId extension) const {
  std::vector<const Binding*> out = all(extension);
  std::erase_if(out, [&](const Binding* binding) { return !has_way(*binding) && !proxy_of(policy, *binding); });
  std::reverse(out.begin(), out.end());
  return out;
}

std::vector<const Binding*> Registrar::all(ExtensionId extension) const {
  std::vector<const Binding*> out;
  if (extension) {
    for (const BindingId id : staying(extension)) out.push_back(&live_.find(id)->binding);
    return out;
  }
  out.reserve(live_.size());
  const_cast<Slots<Live, BindingId>&>(live_).for_each([&](BindingId, Live& live) {
    if (!live.leaving) out.push_back(&live.binding);
  });
  return out;
}

void Registrar::restore(Context& ctx, std::vector<Binding> bindings) {
  for (Binding& binding : bindings) {
    const policy::Extension* extension = ctx.policy.by_id(binding.extension);
    const std::int64_t left_ms = binding.expires_wall_ms - ctx.now.wall_ms;
    if (find(binding.extension, binding.contact_key)) continue;
    if (left_ms <= 0 || !may_stay(ctx.policy, extension, binding)) {
      // The former process may have ended before the disk had its removal, and nobody else would ever ask for it again.
      ctx.out.add(effect::DropBinding{0, binding.extension, binding.contact_key});
      continue;
    }
    bring_back(ctx.policy, binding.flow);
    if (size() >= ctx.policy.limits.bindings_max) return;
    Live& live = add(std::move(binding));
    live.on_disk = true;
    live.password = hash_of(extension->credentials_of(live.binding.device));
    // A clock that is behind at start would keep it for years.
    live.expires_ms = ctx.after_ms(std::min(left_ms, std::int64_t{ctx.policy.times.registration_max_s} * 1'000));
    live.expires_on_disk_ms = live.binding.expires_wall_ms;
    arm(ctx, live);
  }
}

void Registrar::on_policy(Context& ctx, ExtensionId only) {
  std::vector<BindingId> gone;
  const auto look = [&](const auto& each) {
    const auto& [id, ids] = each;
    const policy::Extension* extension = ctx.policy.by_id(id);
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(gone), [&](BindingId one) {
      const Live& live = *live_.find(one);
      return !extension || live.password != hash_of(extension->credentials_of(live.binding.device)) ||
             !may_stay(ctx.policy, extension, live.binding);
    });
  };
  if (!only)
    std::for_each(by_extension_.begin(), by_extension_.end(), look);
  else if (const auto found = by_extension_.find(only); found != by_extension_.end())
    look(*found);
  for (const BindingId id : gone) {
    Live& live = *live_.find(id);
    ctx.report(Level::info, Reason::unregistered, live.binding.flow, {}, {}, live.binding.contact,
               tenant_of(ctx, live.binding.extension));
    drop(ctx, live);
  }
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
