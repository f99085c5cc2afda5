// A place in the kernel where refusals can be enforced: an XDP program, a table of nftables, or none.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "shell/firewall/protocol.hpp"

namespace rf::firewall {

/// Monotonic nanoseconds; never_ns for what has no end.
inline constexpr std::int64_t never_ns = INT64_MAX;

struct Interface {
  std::uint32_t index = 0;
  std::string name;
};

/// What is ours on this host at this moment: every door with an address of its own.
struct Ground {
  std::vector<Door> doors;
  std::vector<Address> addresses;  ///< of the host, IPv4 and IPv6; where media ports are
  std::vector<Interface> interfaces;
  std::uint16_t first_media_port = 0;
  std::uint16_t last_media_port = 0;
};

/// Everything asked is in force after flush(). Asking twice for the same, or taking back what is not there, is no
/// error.
class Filter {
 public:
  Filter() = default;
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
  /// Takes everything out of the kernel.
  virtual ~Filter() = default;

  virtual Backend backend() const = 0;
  /// Replaces the ground in one step. False: it cannot guard this one; why() tells.
  virtual bool stand_on(const Ground& ground) = 0;
  /// `source` is an IPv4 address or the base of an IPv6 /64. With `again` the filter has one already, for another time.
  virtual void ban(const Address& source, std::int64_t until_ns, bool again) = 0;
  virtual void lift_ban(const Address& source) = 0;
  virtual void block(const Subnet& network) = 0;
  virtual void unblock(const Subnet& network) = 0;
  /// Whether blocked networks must not contain each other.
  virtual bool wants_disjoint_networks() const { return false; }
  virtual void throttle(const Throttle& throttle, std::int64_t until_ns, bool again) = 0;
  virtual void lift_throttle(const Address& source) = 0;
  virtual void open(const Pinhole& pinhole) = 0;
  virtual void close(const Pinhole& pinhole) = 0;
  /// What was asked so far makes sense by itself and may be put in force already.
  virtual void settle() {}
  /// False: the kernel refused some of what was asked since the last time; why() tells.
  virtual bool flush() = 0;
  virtual std::array<Tally, rules> count() = 0;
  virtual const std::string& why() const = 0;
};

}  // namespace rf::firewall
