// Media sockets: made, marked, and kept bound for a while between calls.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/base/address.hpp"

namespace rf::relay {

/// A kernel address made from an endpoint.
struct KernelAddress {
  sockaddr_in6 storage{};  // the larger of the two
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};
/// `family` of the socket it is for: an IPv4 endpoint on an IPv6 socket stays mapped, an IPv6 endpoint on an IPv4
/// socket gives size 0, which nothing may be sent to.
KernelAddress to_kernel(const Endpoint& endpoint, int family);
Endpoint from_kernel(const sockaddr_storage& storage);

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release();

 private:
  int fd_ = -1;
};

struct SocketOptions {
  int receive_buffer_bytes = 0;
  std::uint8_t dscp = 0;
  std::string interface = {};  ///< that packets have to come and go by; empty: any
};

int family_of(const Address& local);
/// A non-blocking UDP socket bound to `local` alone; an empty one, with errno, when the kernel refuses.
Descriptor bind_port(const Endpoint& local, const SocketOptions& options);
/// A second socket on the same port as `first`, connected to `peer`: the kernel sorts the peer's packets to it and all
/// others to `first`. An empty one when the kernel refuses; `first` works on in any case.
Descriptor connect_beside(int first, const Endpoint& local, const Endpoint& peer, const SocketOptions& options);
/// Points a connected socket at another peer; false when the kernel refuses.
bool reconnect(int fd, const Endpoint& local, const Endpoint& peer);

/// Sockets that no call uses at the moment, still bound and in the epoll of the thread that used them last: the next
/// call that this thread has on the port costs one system call. Thread-safe. At `idle_max` what comes back is closed;
/// when descriptors run out, some make room.
///
/// The first packet that strays into an idle socket makes its thread let go of it: it then holds a packet or two and
/// wakes nobody, so that spraying all of them costs an attacker's packets, not our memory or time.
class WarmPorts {
 public:
  static constexpr int nobody = -1;

  struct Taken {
    Descriptor socket;     ///< empty when it cannot be bound
    bool watched = false;  ///< it is in the epoll of whoever took it
  };

  WarmPorts(std::size_t idle_max, SocketOptions options) : idle_max_(idle_max), options_(options) {}

  /// A socket on `local`, warm or new, without a single packet of whoever used the port before. `epoll`: the taker's.
  Taken take(const Endpoint& local, int epoll);
  /// `epoll` watches the socket, or `nobody`.
  void give_back(const Endpoint& local, Descriptor socket, int epoll);
  /// Something came for an idle `socket` that `epoll` watches: it does so no more. Nothing happens when that is past.
  void let_go(const Endpoint& local, int socket, int epoll);
  /// Binds a socket nobody asked for yet; false when the kernel refuses. One that is open already is fine.
  bool open(const Endpoint& local);
  std::size_t room() const { return idle_max_ - idle(); }
  std::size_t idle() const;
  const SocketOptions& options() const { return options_; }

 private:
  struct Idle {
    Descriptor socket;
    int epoll = nobody;
  };
  Idle find(const Endpoint& local);
  void close_idle(std::size_t count);
  std::size_t close_idle_on(std::uint16_t port);

  const std::size_t idle_max_;
  const SocketOptions options_;
  mutable std::mutex mutex_;
  std::unordered_map<Endpoint, Idle> idle_;
};

}  // namespace rf::relay
