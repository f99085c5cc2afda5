#include "core/base/reach.hpp"

#include <algorithm>
#include <vector>

namespace rf {
namespace {

/// What is not public of the addresses that are handed out at all: all of IPv4, and 2000::/3.
const std::vector<Subnet>& special() {
  static const std::vector<Subnet> blocks = [] {
    std::vector<Subnet> out;
    for (const std::string_view text :
         {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
          "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
          "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
          // Azure's platform speaks to its machines from there, with their settings.
          "168.63.129.16/32",
          // IETF protocols with Teredo; documentation; 6to4.
          "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"})
      out.push_back(Subnet::parse(text).value());
    return out;
  }();
  return blocks;
}

}  // namespace

bool is_public(const Address& address) {
  if (!address.is_v4() && (address.bytes()[0] & 0xe0) != 0x20) return false;
  return std::none_of(special().begin(), special().end(), [&](const Subnet& each) { return each.contains(address); });
}

bool may_connect(const Address& address, std::span<const Subnet> allowed) {
  return is_public(address) ||
         std::any_of(allowed.begin(), allowed.end(), [&](const Subnet& each) { return each.contains(address); });
}

}  // namespace rf
