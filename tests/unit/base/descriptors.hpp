// A process that may open no further descriptor, and how busy it is while somebody waits for one.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace rf {

/// UndefinedBehaviorSanitizer looks at objects through a pipe, and takes each for none when there is no descriptor.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool looks_through_descriptors = true;
#else
inline constexpr bool looks_through_descriptors = false;
#endif

/// As long as it lives, whatever takes a descriptor fails with EMFILE.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    // The next descriptor is the lowest free one: a limit just there is as good as a full table.
    const int next = ::dup(0);
    EXPECT_GT(next, 0);
    ::close(next);
    rlimit full = before_;
    full.rlim_cur = static_cast<rlim_t>(next);
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &full), 0);
  }
  ~NoDescriptorsLeft() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0); }
  NoDescriptorsLeft(const NoDescriptorsLeft&) = delete;
  NoDescriptorsLeft& operator=(const NoDescriptorsLeft&) = delete;

 private:
  rlimit before_{};
};

/// One that is there already, and connects later.
class LateSocket {
 public:
  explicit LateSocket(int family) : descriptor_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    EXPECT_GE(descriptor_, 0);
    // A test that fails ends.
    const timeval limit{10, 0};
    EXPECT_EQ(::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
  }
  ~LateSocket() { ::close(descriptor_); }
  LateSocket(const LateSocket&) = delete;
  LateSocket& operator=(const LateSocket&) = delete;
  int get() const { return descriptor_; }

  /// Connects and sends: the kernel does both for a server that does not accept.
  template <class SocketAddress>
  void speak(const SocketAddress& to, std::string_view bytes) {
    ASSERT_EQ(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    ASSERT_EQ(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  /// The processor time that this process takes while nothing is heard for `wall_ms`.
  double busy_ms_while_silent(int wall_ms) const {
    const double before = process_ms();
    pollfd wait{descriptor_, POLLIN, 0};
    EXPECT_EQ(::poll(&wait, 1, wall_ms), 0);
    return process_ms() - before;
  }
  /// Until the other side ends it.
  std::string hear() {
    std::string out;
    char chunk[4096];
    for (ssize_t n; (n = ::recv(descriptor_, chunk, sizeof chunk, 0)) > 0;)
      out.append(chunk, static_cast<std::size_t>(n));
    return out;
  }

 private:
  static double process_ms() {
    timespec spent{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) * 1e3 + static_cast<double>(spent.tv_nsec) / 1e6;
  }

  int descriptor_;
};

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  out.sin_port = htons(port);
  return out;
}

/// While a server has no descriptor for a client: what it may be busy for, of the time that it is watched. One that
/// tries again at once takes all of it, or what other processes leave of it.
inline constexpr int watched_ms = 600;
inline constexpr double rests_ms = 100;

}  // namespace rf
