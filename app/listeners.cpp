#include "app/listeners.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace rf::app {
namespace {

// Positive and below 2^53: it is stored and shown as a plain number.
ListenerId id_of(Transport transport, const Endpoint& bind) {
  return {(mix64(std::hash<Endpoint>{}(bind) + static_cast<std::uint64_t>(transport) + 1) >> 11) | 1};
}

std::optional<Address> address_of(const sockaddr* from) {
  if (from == nullptr) return std::nullopt;
  if (from->sa_family == AF_INET) {
    sockaddr_in four;
    std::memcpy(&four, from, sizeof four);
    return Address::v4(ntohl(four.sin_addr.s_addr));
  }
  if (from->sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 six;
  std::memcpy(&six, from, sizeof six);
  if (IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr)) return std::nullopt;
  std::array<std::uint8_t, 16> bytes;
  std::memcpy(bytes.data(), &six.sin6_addr, 16);
  return Address::from_bytes(bytes);
}

}  // namespace

std::vector<Address> addresses_of_host() {
  std::vector<Address> out;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return {Address::v4(0x7f000001)};
  for (const ifaddrs* at = all; at != nullptr; at = at->ifa_next) {
    if ((at->ifa_flags & IFF_UP) == 0) continue;
    const auto address = address_of(at->ifa_addr);
    if (address && std::find(out.begin(), out.end(), *address) == out.end()) out.push_back(*address);
  }
  ::freeifaddrs(all);
  std::stable_sort(out.begin(), out.end(), [](const Address& a, const Address& b) {
    const auto rank = [](const Address& x) { return (x.is_loopback() ? 0 : 2) + (x.is_v4() ? 0 : 1); };
    return rank(a) < rank(b);
  });
  return out;
}

std::vector<Address> local_addresses_of_host() {
  std::vector<Address> out = addresses_of_host();
  std::erase_if(out, [](const Address& address) { return !address.is_private(); });
  return out;
}

std::vector<Address> media_addresses(std::span<const policy::Listener> listeners) {
  std::vector<Address> out;
  const auto add = [&](const Address& address) {
    if (std::find(out.begin(), out.end(), address) == out.end()) out.push_back(address);
  };
  for (const policy::Listener& listener : listeners) {
    if (!listener.bind.address.is_unspecified()) {
      add(listener.bind.address);
      continue;
    }
    for (const Address& address : addresses_of_host())
      if (address.is_v4() == listener.bind.address.is_v4()) add(address);
  }
  return out;
}

bool has_ipv6() {
  const int probe = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  const bool works = ::bind(probe, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;
  ::close(probe);
  return works;
}

std::vector<policy::Listener> expand(const std::vector<config::ListenerSettings>& settings,
                                     std::span<const Address> local, bool ipv6,
                                     const std::optional<Address>& public_address) {
  std::vector<policy::Listener> out;
  for (const config::ListenerSettings& one : settings) {
    const auto add = [&](const Address& address) {
      const Endpoint bind{address, one.port};
      std::optional<Endpoint> advertised = one.advertised;
      // Of the other family, or only for this host: nobody outside gets there by it.
      if (!advertised && public_address && public_address->is_v4() == address.is_v4() && !address.is_loopback())
        advertised = Endpoint{*public_address, one.port};
      out.push_back({id_of(one.transport, bind), one.transport, bind, advertised});
    };
    switch (one.reach) {
      case config::Reach::one:
        add(one.address);
        break;
      case config::Reach::any:
        add(Address::v4(0));
        if (ipv6) add(Address{});
        break;
      case config::Reach::local:
        for (const Address& address : local) add(address);
        break;
    }
  }
  return out;
}

}  // namespace rf::app
