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

Admission::Verdict Admission::may_enter(const Address& remote) const {
  if (const auto found = sources_.find(source_of(remote)); found != sources_.end()) {
    const std::size_t half = std::max<std::size_t>(1, limits_.connections_max / 2);
    if (found->second.strangers >= limits_.connections_per_source_max || found->second.connections >= half)
      return Verdict::refuse_source;
  }
  if (connections_ < limits_.connections_max && line_.size() < limits_.unauthenticated_connections_max)
    return Verdict::admit;
  return line_.empty() ? Verdict::refuse_full : Verdict::evict;
}

Admission::Verdict Admission::may_connect() const {
  if (connections_ < limits_.connections_max) return Verdict::admit;
  return line_.empty() ? Verdict::refuse_full : Verdict::evict;
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
  if (place.stranger) line_.splice(line_.end(), line_, place.in_line);
}

void Admission::trust(Place& place) {
  if (!place.stranger) return;
  place.stranger = false;
  --sources_[place.source].strangers;
  line_.erase(place.in_line);
}

void Admission::distrust(Place& place, ConnectionId connection) {
  if (place.stranger) return;
  place.stranger = true;
  ++sources_[place.source].strangers;
  place.in_line = line_.insert(line_.end(), connection);
}

void Admission::leave(Place& place) {
  trust(place);
  const auto found = sources_.find(place.source);
  RF_CHECK(found != sources_.end() && found->second.connections > 0);
  if (--found->second.connections == 0) sources_.erase(found);
  --connections_;
}

}  // namespace rf::net
