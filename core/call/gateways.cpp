#include "core/call/gateways.hpp"

#include <algorithm>
#include <expected>
#include <utility>

#include "core/base/limits/wire.hpp"
#include "core/call/locator.hpp"
#include "core/call/wire.hpp"

namespace rf::call {
namespace {

/// What a REGISTER asks for. `contact` empty: only where it is registered.
struct Wanted {
  std::string contact;
  std::uint32_t expires_s = 0;
  bool everything = false;  ///< "*"
};

/// Error: the status to refuse it with. A gateway has one contact, and one that it leaves beside it at most.
std::expected<Wanted, int> read_contact(const Context& ctx, const sip::Message& request) {
  const policy::SipTimes& times = ctx.policy.times;
  Wanted wanted;
  std::size_t elements = 0;
  for (sip::Elements contacts(request, sip::HeaderName::contact); const auto element = contacts.next();) {
    if (++elements > 2) return std::unexpected(400);
    if (*element == "*") {
      wanted.everything = true;
      continue;
    }
    const auto contact = sip::parse_name_addr(*element);
    const bool usable = contact && contact->uri.raw.size() <= WireLimits::contact_bytes &&
                        (contact->uri.scheme == sip::Uri::Scheme::sip || contact->uri.scheme == sip::Uri::Scheme::sips);
    if (!usable) return std::unexpected(400);
    std::uint32_t expires_s = request.expires.value_or(times.registration_default_s);
    if (const auto own = contact->params.value("expires"))
      expires_s = sip::parse_number(*own).value_or(times.registration_default_s);
    if (expires_s > 0 && expires_s < times.registration_min_s) return std::unexpected(423);
    if (!wanted.contact.empty() && wanted.expires_s > 0) {
      if (expires_s > 0) return std::unexpected(400);
      continue;
    }
    wanted.contact = contact->uri.raw;
    wanted.expires_s = std::min({expires_s, times.registration_max_s, Gateways::granted_s});
  }
  if (wanted.everything && (elements != 1 || request.expires != 0u)) return std::unexpected(400);
  return wanted;
}

}  // namespace

Gateways::Path Gateways::path_of(const Flow& flow) {
  if (is_stream(flow.transport)) return {flow.connection, {}, {}};
  return {{}, flow.listener, flow.remote};
}

Gateways::Change Gateways::handle_register(Context& ctx, const sip::Message& request, const Flow& flow, TrunkId trunk,
                                           txn::ServerId server) {
  const auto answer = [&](int status) {
    std::string bytes;
    auto writer = sip::write_response_head(bytes, request, flow.remote, status, ctx.random.token(10));
    if (status == 423) writer.header(sip::HeaderName::min_expires, ctx.policy.times.registration_min_s);
    if (const Binding* binding = status == 200 ? find(trunk) : nullptr) {
      const std::int64_t left_ms = std::max<std::int64_t>(0, binding->expires_ms - ctx.now.mono_ms);
      writer.begin(sip::HeaderName::contact).text("<").text(binding->contact).text(">;expires=");
      writer.number(static_cast<std::uint64_t>(left_ms / 1'000)).end();
    }
    writer.no_body();
    ctx.txns.respond(ctx.now, server, status, std::move(bytes), ctx.out);
  };
  const auto wanted = read_contact(ctx, request);
  if (!wanted) return answer(wanted.error()), Change::none;
  const auto known = bindings_.find(trunk);
  const bool asks_only = wanted->contact.empty() && !wanted->everything;
  // A REGISTER that was overtaken by a later one must not undo it (RFC 3261 §10.3).
  if (!asks_only && known != bindings_.end() && known->second.call_id == request.call_id &&
      request.cseq.number <= known->second.cseq)
    return answer(500), Change::none;
  if (asks_only) return answer(200), Change::none;
  if (wanted->expires_s == 0) {
    // A contact that it had before is gone already: only the one that calls go to can be taken back.
    const bool its_own = wanted->everything || (known != bindings_.end() && known->second.contact == wanted->contact);
    const bool left = its_own && forget(ctx, trunk);
    answer(200);
    return left ? Change::left : Change::none;
  }
  const bool is_new = known == bindings_.end();
  const bool stays = !is_new && same_path(known->second.flow, flow);
  Binding& binding = bindings_[trunk];
  if (!stays) {
    leave_path(trunk, binding.flow);
    by_path_[path_of(flow)].push_back(trunk);
  }
  binding.contact = wanted->contact;
  binding.flow = flow;
  binding.call_id = request.call_id;
  binding.cseq = request.cseq.number;
  binding.expires_ms = ctx.after_ms(std::int64_t{wanted->expires_s} * 1'000);
  ctx.timers.cancel(binding.expiry);
  binding.expiry = ctx.timers.set(binding.expires_ms, mark(Owner::gateway, trunk.value), 0);
  write(ctx, trunk, binding);
  answer(200);
  return is_new ? Change::came : stays ? Change::none : Change::moved;
}

void Gateways::write(Context& ctx, TrunkId trunk, Binding& binding) {
  const toll::TrunkTerms* terms = ctx.plan.trunk(trunk);
  const bool was_there = binding.on_disk;
  binding.on_disk = terms && !is_stream(binding.flow.transport);
  if (!binding.on_disk) {
    if (was_there) ctx.out.add(effect::DropGateway{trunk});
    return;
  }
  ctx.out.add(effect::StoreGateway{{trunk, terms->line.user, binding.contact, binding.flow, binding.call_id,
                                    binding.cseq, ctx.now.wall_ms + binding.expires_ms - ctx.now.mono_ms}});
}

bool Gateways::restore(Context& ctx, record::GatewayBinding kept) {
  // A clock that was put back would keep it for years.
  const std::int64_t left_ms = std::min(kept.expires_wall_ms - ctx.now.wall_ms, std::int64_t{granted_s} * 1'000);
  if (left_ms <= 0 || is_stream(kept.flow.transport) || bindings_.contains(kept.trunk)) return false;
  if (!bring_back(ctx.policy, kept.flow)) return false;
  Binding& binding = bindings_[kept.trunk];
  binding.contact = std::move(kept.contact);
  binding.flow = std::move(kept.flow);
  binding.call_id = std::move(kept.call_id);
  binding.cseq = kept.cseq;
  binding.expires_ms = ctx.after_ms(left_ms);
  binding.expiry = ctx.timers.set(binding.expires_ms, mark(Owner::gateway, kept.trunk.value), 0);
  binding.on_disk = true;
  by_path_[path_of(binding.flow)].push_back(kept.trunk);
  return true;
}

void Gateways::leave_path(TrunkId trunk, const Flow& flow) {
  const auto found = by_path_.find(path_of(flow));
  if (found == by_path_.end()) return;
  std::erase(found->second, trunk);
  if (found->second.empty()) by_path_.erase(found);
}

const Gateways::Binding* Gateways::find(TrunkId trunk) const {
  const auto found = bindings_.find(trunk);
  return found == bindings_.end() ? nullptr : &found->second;
}

TrunkId Gateways::at(const Flow& flow) const {
  if (by_path_.empty()) return {};
  const auto found = by_path_.find(path_of(flow));
  return found == by_path_.end() || found->second.size() != 1 ? TrunkId{} : found->second.front();
}

bool Gateways::forget(Context& ctx, TrunkId trunk) {
  const auto found = bindings_.find(trunk);
  if (found == bindings_.end()) return false;
  ctx.timers.cancel(found->second.expiry);
  leave_path(trunk, found->second.flow);
  if (found->second.on_disk) ctx.out.add(effect::DropGateway{trunk});
  bindings_.erase(found);
  return true;
}

std::vector<TrunkId> Gateways::on_connection_closed(Context& ctx, ConnectionId connection) {
  const auto found = by_path_.find({connection, {}, {}});
  if (found == by_path_.end()) return {};
  const std::vector<TrunkId> gone = found->second;
  for (const TrunkId trunk : gone) forget(ctx, trunk);
  return gone;
}

bool Gateways::serves(TrunkId trunk, ConnectionId connection) const {
  const Binding* binding = connection ? find(trunk) : nullptr;
  return binding && binding->flow.connection == connection;
}

}  // namespace rf::call
