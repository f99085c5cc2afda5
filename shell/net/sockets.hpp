// Between our addresses and the kernel's, and the settings that all SIP sockets share. Internal to shell/net.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "core/base/address.hpp"

namespace rf::net {

/// A descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return number_; }
  int release();
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// Writes `endpoint` as sockaddr_in or sockaddr_in6 and gives its length. `scope` is for link-local IPv6.
socklen_t to_kernel(const Endpoint& endpoint, sockaddr_storage& out, std::uint32_t scope = 0);
Endpoint from_kernel(const sockaddr_storage& in);
inline int family_of(const Address& address) { return address.is_v4() ? AF_INET : AF_INET6; }
bool is_link_local_v6(const Address& address);
/// The index of the interface that has this address, 0 when none has.
std::uint32_t interface_of(const Address& address);

Endpoint local_endpoint(int descriptor);
Endpoint remote_endpoint(int descriptor);
void set_dscp(int descriptor, int family, std::uint8_t dscp);

/// "cannot listen on udp 192.0.2.1:5060: Address already in use"
std::string cannot_listen(Transport transport, const Endpoint& endpoint, int error);

/// A bound, non-blocking, listening TCP socket. Error: a sentence.
std::expected<Descriptor, std::string> open_listening(Transport transport, const Endpoint& bind, std::uint8_t dscp);
/// Settings of every stream connection: no delay, DSCP, and an end within a minute when the peer's host is gone,
/// whether something was sent to it (TCP_USER_TIMEOUT) or not (keepalive probes).
void set_up_connection(int descriptor, int family, std::uint8_t dscp);
/// Makes close() drop the connection without waiting, for peers that earned no courtesy.
void close_hard_later(int descriptor);

}  // namespace rf::net
