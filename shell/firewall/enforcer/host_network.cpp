#include "shell/firewall/enforcer/host_network.hpp"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

#include <cstring>

namespace rf::firewall {
namespace {

template <class T>
std::optional<T> head_of(const NetlinkMessage& message) {
  if (message.payload.size() < sizeof(T)) return std::nullopt;
  T out;
  std::memcpy(&out, message.payload.data(), sizeof out);
  return out;
}

std::optional<Address> address_of(std::span<const std::uint8_t> value) {
  if (value.size() == 4) {
    std::uint32_t four;
    std::memcpy(&four, value.data(), 4);
    return Address::v4(ntohl(four));
  }
  if (value.size() != 16) return std::nullopt;
  std::array<std::uint8_t, 16> six;
  std::memcpy(six.data(), value.data(), 16);
  return Address::from_bytes(six);
}

std::optional<HostNetwork::Link> link_of(const NetlinkMessage& message) {
  const auto head = head_of<ifinfomsg>(message);
  if (message.type != RTM_NEWLINK || !head || (head->ifi_flags & IFF_UP) == 0) return std::nullopt;
  HostNetwork::Link link;
  link.interface.index = static_cast<std::uint32_t>(head->ifi_index);
  link.loopback = (head->ifi_flags & IFF_LOOPBACK) != 0;
  link.ethernet = head->ifi_type == ARPHRD_ETHER;
  for_each_attribute(message.payload.subspan(NLMSG_ALIGN(sizeof(ifinfomsg))), [&](const Attribute& a) {
    if (a.type == IFLA_IFNAME && !a.value.empty())
      link.interface.name.assign(reinterpret_cast<const char*>(a.value.data()), a.value.size() - 1);
  });
  return link;
}

void add_address(std::vector<HostNetwork::Link>& links, const NetlinkMessage& message) {
  const auto head = head_of<ifaddrmsg>(message);
  if (message.type != RTM_NEWADDR || !head) return;
  std::optional<Address> local, other;
  for_each_attribute(message.payload.subspan(NLMSG_ALIGN(sizeof(ifaddrmsg))), [&](const Attribute& a) {
    // On a point-to-point link IFA_ADDRESS is the far end.
    if (a.type == IFA_LOCAL) local = address_of(a.value);
    if (a.type == IFA_ADDRESS) other = address_of(a.value);
  });
  if (!local) local = other;
  for (HostNetwork::Link& link : links)
    if (local && link.interface.index == head->ifa_index) link.addresses.push_back(*local);
}

}  // namespace

HostNetwork::HostNetwork()
    : asks_(NetlinkSocket::open(NETLINK_ROUTE)),
      news_(NetlinkSocket::open(NETLINK_ROUTE, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR)) {}

std::optional<std::vector<HostNetwork::Link>> HostNetwork::links() {
  std::vector<Link> out;
  NetlinkWriter request;
  request.message(RTM_GETLINK, NLM_F_DUMP, AF_UNSPEC);
  const int links = asks_.dump(request.bytes(), [&](const NetlinkMessage& message) {
    if (auto link = link_of(message)) out.push_back(std::move(*link));
  });
  request.clear();
  request.message(RTM_GETADDR, NLM_F_DUMP, AF_UNSPEC);
  const int addresses = asks_.dump(request.bytes(), [&](const NetlinkMessage& message) { add_address(out, message); });
  if (links != 0 || addresses != 0) return std::nullopt;
  return out;
}

}  // namespace rf::firewall
