// Who may hold a connection: the bounds by source and in all, and which stranger has to go first. Internal to
// shell/net.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits.hpp"

namespace rf::net {

/// Counts connections and keeps strangers (inbound, not yet trusted) in the order of their last whole message.
/// Constant time; memory in proportion to the connections that are let in.
class Admission {
 public:
  enum class Verdict : std::uint8_t {
    admit,
    evict,           ///< close idlest_stranger() first
    refuse_source,   ///< this source has all it may have
    refuse_full,     ///< connections_max, and no stranger to close
  };

  /// One connection's entry; its owner keeps it and gives it back to leave().
  struct Place {
    Address source;
    bool stranger = false;
    std::list<ConnectionId>::iterator in_line;
  };

  explicit Admission(const Limits& limits) : limits_(limits) {}
  void set_limits(const Limits& limits) { limits_ = limits; }

  Verdict may_enter(const Address& remote) const;
  /// Whether a connection of our own making has room; `evict` or `refuse_full` when not.
  Verdict may_connect() const;
  Place enter(ConnectionId connection, const Address& remote);
  Place enter_own(const Address& remote);
  /// A whole message came: to the end of the line of those to be closed.
  void renew(Place& place);
  void trust(Place& place);
  /// A stranger again, the last in line to be closed.
  void distrust(Place& place, ConnectionId connection);
  void leave(Place& place);
  /// None without strangers.
  ConnectionId idlest_stranger() const { return line_.empty() ? ConnectionId{} : line_.front(); }

  std::size_t connections() const { return connections_; }
  std::size_t strangers() const { return line_.size(); }

 private:
  struct Use {
    std::size_t connections = 0;
    std::size_t strangers = 0;
  };
  Limits limits_;
  std::unordered_map<Address, Use> sources_;
  std::list<ConnectionId> line_;
  std::size_t connections_ = 0;
};

/// An IPv4 address, or the /64 that one IPv6 subscriber has.
Address source_of(const Address& remote);

}  // namespace rf::net
