#include "tests/unit/firewall/two_hosts.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <utility>

namespace rf::firewall {
namespace {

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), got);
  ::pclose(pipe);
  return out;
}

socklen_t to_sockaddr(const Endpoint& endpoint, sockaddr_storage& out) {
  std::memset(&out, 0, sizeof out);
  if (endpoint.address.is_v4()) {
    auto& four = reinterpret_cast<sockaddr_in&>(out);
    four.sin_family = AF_INET;
    four.sin_port = htons(endpoint.port);
    four.sin_addr.s_addr = htonl(endpoint.address.v4_host_order());
    return sizeof four;
  }
  auto& six = reinterpret_cast<sockaddr_in6&>(out);
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(endpoint.port);
  std::memcpy(&six.sin6_addr, endpoint.address.bytes().data(), 16);
  return sizeof six;
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

void Socket::send(const Endpoint& to, std::string_view text) const {
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(to, address);
  EXPECT_GT(::sendto(fd_, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address), size), 0)
      << std::strerror(errno);
}

std::size_t Socket::receive(std::size_t enough, int wait_ms) const {
  std::size_t got = 0;
  std::array<char, 4096> buffer;
  while (got < enough) {
    pollfd one{fd_, POLLIN, 0};
    if (::poll(&one, 1, wait_ms) <= 0) break;
    if (::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) ++got;
  }
  return got;
}

TwoHosts::Stay::Stay(int there) : home_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
  EXPECT_EQ(::setns(there, CLONE_NEWNET), 0) << std::strerror(errno);
}

TwoHosts::Stay::~Stay() {
  ::setns(home_, CLONE_NEWNET);
  ::close(home_);
}

std::string TwoHosts::obstacle() {
  if (::geteuid() != 0) return "needs root for network namespaces";
  const std::string said = output_of("ip netns add rf-probe-$$ && ip netns del rf-probe-$$");
  return said.empty() ? "" : "no network namespaces here: " + said;
}

TwoHosts::TwoHosts() {
  static int number = 0;
  name_ = fmt::format("rf{}-{}", ::getpid(), ++number);
  const std::string s = name_ + "-s", c = name_ + "-c";
  const std::string said = output_of(fmt::format(
      "ip netns add {0} && ip netns add {1} && ip link add eth0 netns {0} type veth peer name eth0 netns {1} && "
      "ip -n {0} link set lo up && ip -n {1} link set lo up && "
      "ip -n {0} addr add 10.9.0.1/16 dev eth0 && ip -n {0} addr add fd09::1/32 dev eth0 nodad && "
      "ip -n {1} addr add 10.9.1.1/16 dev eth0 && ip -n {1} addr add 10.9.2.1/16 dev eth0 && "
      "ip -n {1} addr add fd09:0:1::1/32 dev eth0 nodad && ip -n {1} addr add fd09:0:2::1/32 dev eth0 nodad && "
      "ip -n {0} link set eth0 up && ip -n {1} link set eth0 up",
      s, c));
  EXPECT_EQ(said, "");
  server_ = ::open(("/run/netns/" + s).c_str(), O_RDONLY | O_CLOEXEC);
  sender_ = ::open(("/run/netns/" + c).c_str(), O_RDONLY | O_CLOEXEC);
}

TwoHosts::~TwoHosts() {
  ::close(server_);
  ::close(sender_);
  output_of(fmt::format("ip netns del {0}-s; ip netns del {0}-c", name_));
}

Socket TwoHosts::socket_in(int where, const Endpoint& bind) const {
  const Stay stay(where);
  Socket out(::socket(bind.address.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  // What is lost is lost in the filter.
  const int room = 16 << 20;
  ::setsockopt(out.fd(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(bind, address);
  EXPECT_EQ(::bind(out.fd(), reinterpret_cast<const sockaddr*>(&address), size), 0) << std::strerror(errno);
  return out;
}

std::string TwoHosts::run_on_server(const std::string& command) const {
  return output_of(fmt::format("ip netns exec {}-s {}", name_, command));
}

std::string TwoHosts::run_on_sender(const std::string& command) const {
  return output_of(fmt::format("ip netns exec {}-c {}", name_, command));
}

}  // namespace rf::firewall
