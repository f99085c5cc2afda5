#include "shell/net/sockets.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace rf::net {
namespace {

void set_option(int descriptor, int level, int name, int value) {
  (void)::setsockopt(descriptor, level, name, &value, sizeof value);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (number_ >= 0) ::close(number_);
    number_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

int Descriptor::release() { return std::exchange(number_, -1); }

socklen_t to_kernel(const Endpoint& endpoint, sockaddr_storage& out, std::uint32_t scope) {
  if (endpoint.address.is_v4()) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(endpoint.port);
    std::memcpy(&four.sin_addr, endpoint.address.bytes().data() + 12, 4);
    std::memcpy(&out, &four, sizeof four);
    return sizeof four;
  }
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(endpoint.port);
  std::memcpy(&six.sin6_addr, endpoint.address.bytes().data(), 16);
  six.sin6_scope_id = scope;
  std::memcpy(&out, &six, sizeof six);
  return sizeof six;
}

Endpoint from_kernel(const sockaddr_storage& in) {
  if (in.ss_family == AF_INET) {
    sockaddr_in four;
    std::memcpy(&four, &in, sizeof four);
    return {Address::v4(ntohl(four.sin_addr.s_addr)), ntohs(four.sin_port)};
  }
  if (in.ss_family == AF_INET6) {
    sockaddr_in6 six;
    std::memcpy(&six, &in, sizeof six);
    std::array<std::uint8_t, 16> bytes;
    std::memcpy(bytes.data(), &six.sin6_addr, 16);
    return {Address::from_bytes(bytes), ntohs(six.sin6_port)};
  }
  return {};
}

bool is_link_local_v6(const Address& address) {
  return address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0) == 0x80;
}

std::uint32_t interface_of(const Address& address) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return 0;
  std::uint32_t index = 0;
  for (const ifaddrs* at = list; at != nullptr && index == 0; at = at->ifa_next) {
    if (at->ifa_addr == nullptr) continue;
    const int family = at->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    sockaddr_storage storage{};
    std::memcpy(&storage, at->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    if (from_kernel(storage).address == address) index = ::if_nametoindex(at->ifa_name);
  }
  ::freeifaddrs(list);
  return index;
}

Endpoint local_endpoint(int descriptor) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  return from_kernel(storage);
}

Endpoint remote_endpoint(int descriptor) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  return from_kernel(storage);
}

void set_dscp(int descriptor, int family, std::uint8_t dscp) {
  if (family == AF_INET)
    set_option(descriptor, IPPROTO_IP, IP_TOS, dscp << 2);
  else
    set_option(descriptor, IPPROTO_IPV6, IPV6_TCLASS, dscp << 2);
}

std::string cannot_listen(Transport transport, const Endpoint& endpoint, int error) {
  return fmt::format("cannot listen on {} {}: {}", name_of(transport), endpoint.text(),
                     std::generic_category().message(error));
}

std::expected<Descriptor, std::string> open_listening(Transport transport, const Endpoint& bind, std::uint8_t dscp) {
  const int family = family_of(bind.address);
  Descriptor descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor) return std::unexpected(cannot_listen(transport, bind, errno));
  set_option(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (family == AF_INET6) set_option(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  set_dscp(descriptor.get(), family, dscp);
  sockaddr_storage storage{};
  const std::uint32_t scope = is_link_local_v6(bind.address) ? interface_of(bind.address) : 0;
  const socklen_t length = to_kernel(bind, storage, scope);
  if (::bind(descriptor.get(), reinterpret_cast<const sockaddr*>(&storage), length) != 0 ||
      ::listen(descriptor.get(), 4096) != 0)
    return std::unexpected(cannot_listen(transport, bind, errno));
  return descriptor;
}

void set_up_connection(int descriptor, int family, std::uint8_t dscp) {
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000);
  set_dscp(descriptor, family, dscp);
}

void close_hard_later(int descriptor) {
  const linger now{1, 0};
  (void)::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace rf::net
