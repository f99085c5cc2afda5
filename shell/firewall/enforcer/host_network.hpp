// The host's own addresses and interfaces, as the kernel tells them, and that they changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/address.hpp"
#include "shell/firewall/enforcer/filter.hpp"
#include "shell/firewall/enforcer/netlink.hpp"

namespace rf::firewall {

class HostNetwork {
 public:
  HostNetwork();

  struct Link {
    Interface interface;
    bool loopback = false;
    bool ethernet = false;
    std::vector<Address> addresses;
  };
  /// Those that are up; nothing when the kernel does not tell.
  std::optional<std::vector<Link>> links();
  /// Readable when something changed.
  int fd() const { return news_.fd(); }
  bool changed() { return news_.drain(); }
  bool works() const { return asks_.is_open() && news_.is_open(); }

 private:
  NetlinkSocket asks_;
  NetlinkSocket news_;
};

}  // namespace rf::firewall
