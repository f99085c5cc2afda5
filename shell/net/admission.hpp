// Who may hold a connection: the bounds by source and in all, and which stranger has to go first. Internal to
// shell/net.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <unordered_map>
#include <utility>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits/server.hpp"

namespace rf::net {

/// Counts connections and keeps strangers (inbound, not yet trusted) in the order in which they would have to go: first
/// those of the source that has most, if that is more than a 64th of all that may be here; else, and among those of one
/// source, whose last whole message is longest ago. So a few sources that open many do not push out the phone that has
/// just connected. Logarithmic time; memory in proportion to the connections that are let in.
class Admission {
 public:
  enum class Verdict : std::uint8_t {
    admit,
    evict,          ///< close first_to_go() first
    refuse_source,  ///< this source has all it may have
    refuse_full,    ///< connections_max, and no stranger to close
  };

  struct Stranger {
    ConnectionId connection;
    std::uint64_t turn = 0;  ///< when it came, or its last whole message: a number that grows
  };

  /// One connection's entry; its owner keeps it and gives it back to leave().
  struct Place {
    Address source;
    bool stranger = false;
    std::list<Stranger>::iterator in_line;
  };

  explicit Admission(const Limits& limits) : limits_(limits) {}
  void set_limits(const Limits& limits);

  Verdict may_enter(const Address& remote) const;
  /// Whether a connection of our own making has room; `evict` or `refuse_full` when not.
  Verdict may_connect() const;
  Place enter(ConnectionId connection, const Address& remote);
  Place enter_own(const Address& remote);
  /// A whole message came: to the end of the line of those of its source.
  void renew(Place& place);
  void trust(Place& place);
  /// A stranger again, the last in line.
  void distrust(Place& place, ConnectionId connection);
  void leave(Place& place);
  /// None without strangers.
  ConnectionId first_to_go() const;

  std::size_t connections() const { return connections_; }
  std::size_t strangers() const { return strangers_; }

 private:
  struct Use {
    std::size_t connections = 0;
    std::list<Stranger> strangers;
  };
  using Order = std::pair<std::size_t, std::uint64_t>;  ///< the less, the sooner its first stranger goes
  Order order_of(const Use& use) const;
  /// Takes a source out of the order while its strangers change, and puts it back.
  template <class Change>
  void change(Use& use, Change&& how);

  Limits limits_;
  std::unordered_map<Address, Use> sources_;
  std::map<Order, const Use*> order_;  ///< sources with strangers
  std::uint64_t turn_ = 0;
  std::size_t connections_ = 0;
  std::size_t strangers_ = 0;
};

/// An IPv4 address, or the /64 that one IPv6 subscriber has.
Address source_of(const Address& remote);

}  // namespace rf::net
