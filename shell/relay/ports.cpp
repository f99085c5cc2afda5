#include "shell/relay/ports.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/limits/server.hpp"

namespace rf::relay {

namespace {

constexpr std::size_t descriptors_freed_at_once = 64;
constexpr int receive_buffer_least = 1;  // the kernel makes it the least it allows, some 2 KB

void set(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

void set_receive_buffer(int fd, int bytes) {
  if (bytes > 0) set(fd, SOL_SOCKET, SO_RCVBUF, bytes);
}

void mark(int fd, int family, const SocketOptions& options) {
  const int traffic_class = options.dscp << 2;
  if (family == AF_INET6) set(fd, IPPROTO_IPV6, IPV6_TCLASS, traffic_class);
  set(fd, IPPROTO_IP, IP_TOS, traffic_class);
  set_receive_buffer(fd, options.receive_buffer_bytes);
}

Descriptor make_socket(const Address& local, const std::string& interface) {
  const int family = family_of(local);
  Descriptor socket(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket && family == AF_INET6) set(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, local == Address{} ? 0 : 1);
  // Linux takes packets for an address on any interface: an address alone separates nothing.
  if (socket && !interface.empty() &&
      ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                   static_cast<socklen_t>(interface.size())) != 0)
    return {};
  return socket;
}

/// Throws away what waits on a socket; false when there is more than a socket of ours can hold: whoever fills it faster
/// than we empty it loses the socket, not our time.
bool empty_queue(int fd) {
  std::array<char, 1> byte;
  for (int i = 0; i < QueueLimits::stale_packets; ++i)
    if (::recv(fd, byte.data(), byte.size(), MSG_DONTWAIT | MSG_TRUNC) < 0 && errno == EAGAIN) return true;
  return false;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int Descriptor::release() {
  return std::exchange(fd_, -1);
}

int family_of(const Address& local) {
  return local.is_v4() ? AF_INET : AF_INET6;
}

KernelAddress to_kernel(const Endpoint& endpoint, int family) {
  KernelAddress kernel;
  if (family == AF_INET) {
    if (!endpoint.address.is_v4()) return kernel;
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(endpoint.port);
    std::memcpy(&in.sin_addr, endpoint.address.bytes().data() + 12, 4);
    std::memcpy(&kernel.storage, &in, sizeof in);
    kernel.size = sizeof in;
  } else {
    sockaddr_in6& in = kernel.storage;
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(endpoint.port);
    std::memcpy(&in.sin6_addr, endpoint.address.bytes().data(), 16);
    kernel.size = sizeof in;
  }
  return kernel;
}

Endpoint from_kernel(const sockaddr_storage& storage) {
  Endpoint endpoint;
  std::array<std::uint8_t, 16> bytes{};
  if (storage.ss_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, &storage, sizeof in);
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, &in.sin_addr, 4);
    endpoint.port = ntohs(in.sin_port);
  } else if (storage.ss_family == AF_INET6) {
    sockaddr_in6 in;
    std::memcpy(&in, &storage, sizeof in);
    std::memcpy(bytes.data(), &in.sin6_addr, 16);
    endpoint.port = ntohs(in.sin6_port);
  }
  endpoint.address = Address::from_bytes(bytes);
  return endpoint;
}

Descriptor bind_port(const Endpoint& local, const SocketOptions& options) {
  Descriptor socket = make_socket(local.address, options.interface);
  if (!socket) return {};
  const KernelAddress address = to_kernel(local, family_of(local.address));
  if (::bind(socket.get(), address.get(), address.size) != 0) return {};
  mark(socket.get(), family_of(local.address), options);
  return socket;
}

Descriptor connect_beside(int first, const Endpoint& local, const Endpoint& peer, const SocketOptions& options) {
  Descriptor second = make_socket(local.address, options.interface);
  if (!second) return {};
  const KernelAddress address = to_kernel(local, family_of(local.address));
  // Sharing is open only while we bind ourselves: nobody else, of whatever user, can join the port before or after.
  set(first, SOL_SOCKET, SO_REUSEPORT, 1);
  set(second.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  const bool bound = ::bind(second.get(), address.get(), address.size) == 0;
  set(first, SOL_SOCKET, SO_REUSEPORT, 0);
  if (!bound) return {};
  const bool connected = reconnect(second.get(), local, peer);
  set(second.get(), SOL_SOCKET, SO_REUSEPORT, 0);
  if (!connected) return {};
  mark(second.get(), family_of(local.address), options);
  return second;
}

bool reconnect(int fd, const Endpoint& local, const Endpoint& peer) {
  const KernelAddress address = to_kernel(peer, family_of(local.address));
  return ::connect(fd, address.get(), address.size) == 0;
}

WarmPorts::Idle WarmPorts::find(const Endpoint& local) {
  const std::lock_guard lock(mutex_);
  const auto found = idle_.find(local);
  if (found == idle_.end()) return {};
  Idle idle = std::move(found->second);
  idle_.erase(found);
  return idle;
}

WarmPorts::Taken WarmPorts::take(const Endpoint& local, int epoll) {
  if (Idle idle = find(local); idle.socket) {
    const bool watched = idle.epoll == epoll && epoll != nobody;
    if (!watched && idle.epoll != nobody) ::epoll_ctl(idle.epoll, EPOLL_CTL_DEL, idle.socket.get(), nullptr);
    if (idle.epoll == nobody) set_receive_buffer(idle.socket.get(), options_.receive_buffer_bytes);
    if (empty_queue(idle.socket.get())) return {std::move(idle.socket), watched};
  }
  Descriptor socket = bind_port(local, options_);
  if (socket) return {std::move(socket)};
  // A warm socket of ours may hold the port under another address, from before the configuration changed.
  if (errno == EADDRINUSE && close_idle_on(local.port) > 0) return {bind_port(local, options_)};
  if (errno == EMFILE || errno == ENFILE) {
    close_idle(descriptors_freed_at_once);
    return {bind_port(local, options_)};
  }
  return {};
}

void WarmPorts::close_idle(std::size_t count) {
  const std::lock_guard lock(mutex_);
  for (; count > 0 && !idle_.empty(); --count) idle_.erase(idle_.begin());
}

std::size_t WarmPorts::close_idle_on(std::uint16_t port) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(idle_, [port](const auto& entry) { return entry.first.port == port; });
}

void WarmPorts::give_back(const Endpoint& local, Descriptor socket, int epoll) {
  if (idle_max_ == 0) return;
  if (epoll == nobody) set_receive_buffer(socket.get(), receive_buffer_least);
  const std::lock_guard lock(mutex_);
  if (idle_.size() >= idle_max_ && !idle_.contains(local)) {
    // Not another instead: under load that is one whose port rests no more and is asked for next. Closed under the
    // lock: a thread that does not find it here must find its port free.
    socket = Descriptor();
    return;
  }
  idle_.try_emplace(local, std::move(socket), epoll);
}

void WarmPorts::let_go(const Endpoint& local, int socket, int epoll) {
  const std::lock_guard lock(mutex_);
  const auto found = idle_.find(local);
  if (found == idle_.end() || found->second.socket.get() != socket || found->second.epoll != epoll) return;
  ::epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nullptr);
  set_receive_buffer(socket, receive_buffer_least);
  empty_queue(socket);
  found->second.epoll = nobody;
}

bool WarmPorts::open(const Endpoint& local) {
  {
    const std::lock_guard lock(mutex_);
    if (idle_.contains(local)) return true;
  }
  Descriptor socket = bind_port(local, options_);
  if (!socket) return false;
  give_back(local, std::move(socket), nobody);
  return true;
}

std::size_t WarmPorts::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

}  // namespace rf::relay
