#include "core/call/connections.hpp"

#include <algorithm>

#include "core/base/limits/server.hpp"

namespace rf::call {

bool Connections::serves(const Trusted& trusted) const {
  return std::any_of(trusted.users.begin(), trusted.users.end(),
                     [&](Holder user) { return serves_(user, trusted.connection); });
}

void Connections::prove(Context& ctx, ConnectionId connection, Holder holder) {
  auto known = by_connection_.find(connection);
  if (known == by_connection_.end()) {
    if (!make_room(ctx, holder)) return;
    const TrustId id = trusted_.emplace();
    Trusted& trusted = *trusted_.find(id);
    trusted.connection = connection;
    trusted.owner = holder;
    trusted.timer = ctx.timers.set(ctx.after_ms(grace_ms), mark(Owner::connection, id.value), 0);
    by_owner_[holder].push_back(id);
    known = by_connection_.emplace(connection, id).first;
    ctx.out.add(effect::TrustConnection{connection});
  }
  Trusted& trusted = *trusted_.find(known->second);
  trusted.proved_ms = ctx.now.mono_ms;
  if (!trusted.users.empty() && trusted.users.back() == holder) return;
  std::erase(trusted.users, holder);
  if (trusted.users.size() == ShareLimits::users_per_connection) trusted.users.erase(trusted.users.begin());
  trusted.users.push_back(holder);
}

bool Connections::make_room(Context& ctx, Holder holder) {
  const auto found = by_owner_.find(holder);
  if (found == by_owner_.end()) return true;
  while (found->second.size() >= ctx.policy.limits.connections_per_extension_max) {
    const auto idle = std::find_if(found->second.begin(), found->second.end(),
                                   [&](TrustId id) { return !serves(*trusted_.find(id)); });
    if (idle == found->second.end()) return false;
    ctx.out.add(effect::CloseConnection{trusted_.find(*idle)->connection});
    const bool last = found->second.size() == 1;
    forget(ctx, *idle);
    if (last) return true;
  }
  return true;
}

void Connections::on_timer(Context& ctx, std::uint64_t handle) {
  const TrustId id{handle};
  Trusted* trusted = trusted_.find(id);
  if (!trusted) return;
  trusted->timer = 0;
  const bool fresh = trusted->proved_ms + grace_ms > ctx.now.mono_ms;
  if (fresh || serves(*trusted)) {
    const std::int64_t next = fresh ? trusted->proved_ms + grace_ms : ctx.after_ms(grace_ms);
    trusted->timer = ctx.timers.set(next, mark(Owner::connection, id.value), 0);
    return;
  }
  ctx.out.add(effect::DistrustConnection{trusted->connection});
  forget(ctx, id);
}

void Connections::on_closed(Context& ctx, ConnectionId connection) {
  if (const auto known = by_connection_.find(connection); known != by_connection_.end()) forget(ctx, known->second);
}

void Connections::forget(Context& ctx, TrustId id) {
  Trusted& trusted = *trusted_.find(id);
  ctx.timers.cancel(trusted.timer);
  by_connection_.erase(trusted.connection);
  const auto share = by_owner_.find(trusted.owner);
  std::erase(share->second, id);
  if (share->second.empty()) by_owner_.erase(share);
  trusted_.erase(id);
}

}  // namespace rf::call
