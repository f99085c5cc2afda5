#include "shell/net/admission.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace rf::net {

Address source_of(const Address& remote) {
  if (remote.is_v4()) return remote;
  auto bytes = remote.bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return Address::from_bytes(bytes);
}

void Admission::set_limits(const Limits& limits) {
  limits_ = limits;
  order_.clear();
  for (const auto& [source, use] : sources_)
    if (!use.strangers.empty()) order_.emplace(order_of(use), &use);
}

Admission::Order Admission::order_of(const Use& use) const {
  const std::size_t share = std::max<std::size_t>(1, limits_.unauthenticated_connections_max / 64);
  return {SIZE_MAX - std::max(use.strangers.size(), share), use.strangers.front().turn};
}

template <class Change>
void Admission::change(Use& use, Change&& how) {
  if (!use.strangers.empty()) order_.erase(order_of(use));
  how(use.strangers);
  if (!use.strangers.empty()) order_.emplace(order_of(use), &use);
}

ConnectionId Admission::first_to_go() const {
  return order_.empty() ? ConnectionId{} : order_.begin()->second->strangers.front().connection;
}

Admission::Verdict Admission::may_enter(const Address& remote) const {
  if (const auto found = sources_.find(source_of(remote)); found != sources_.end()) {
    const std::size_t half = std::max<std::size_t>(1, limits_.connections_max / 2);
    if (found->second.strangers.size() >= limits_.connections_per_source_max || found->second.connections >= half)
      return Verdict::refuse_source;
  }
  if (connections_ < limits_.connections_max && strangers_ < limits_.unauthenticated_connections_max)
    return Verdict::admit;
  return strangers_ == 0 ? Verdict::refuse_full : Verdict::evict;
}

Admission::Verdict Admission::may_connect() const {
  if (connections_ < limits_.connections_max) return Verdict::admit;
  return strangers_ == 0 ? Verdict::refuse_full : Verdict::evict;
}

Admission::Place Admission::enter(ConnectionId connection, const Address& remote) {
  Place place = enter_own(remote);
  distrust(place, connection);
  return place;
}

Admission::Place Admission::enter_own(const Address& remote) {
  Place place{source_of(remote), false, {}};
  ++sources_[place.source].connections;
  ++connections_;
  return place;
}

void Admission::renew(Place& place) {
  if (!place.stranger) return;
  change(sources_[place.source], [&](std::list<Stranger>& line) {
    place.in_line->turn = ++turn_;
    line.splice(line.end(), line, place.in_line);
  });
}

void Admission::trust(Place& place) {
  if (!place.stranger) return;
  place.stranger = false;
  --strangers_;
  change(sources_[place.source], [&](std::list<Stranger>& line) { line.erase(place.in_line); });
}

void Admission::distrust(Place& place, ConnectionId connection) {
  if (place.stranger) return;
  place.stranger = true;
  ++strangers_;
  change(sources_[place.source],
         [&](std::list<Stranger>& line) { place.in_line = line.insert(line.end(), {connection, ++turn_}); });
}

void Admission::leave(Place& place) {
  trust(place);
  const auto found = sources_.find(place.source);
  RF_CHECK(found != sources_.end() && found->second.connections > 0);
  if (--found->second.connections == 0) sources_.erase(found);
  --connections_;
}

}  // namespace rf::net
