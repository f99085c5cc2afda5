#include "shell/firewall/enforcer/descriptor.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "shell/firewall/protocol.hpp"

namespace rf::firewall {
namespace {

constexpr std::size_t descriptors_seen = 4;  ///< the kernel closes what does not fit

bool has(int fd, int option, int wanted) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

void Descriptor::take(int fd) {
  if (const int old = std::exchange(fd_, fd); old >= 0) ::close(old);
}

ssize_t receive(int channel, std::span<std::uint8_t> bytes, Descriptor& passed) {
  iovec piece{bytes.data(), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * descriptors_seen)> control;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(channel, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0) return got;
  std::size_t count = 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= header->cmsg_len; at += sizeof(int), ++count) {
      int fd = -1;
      std::memcpy(&fd, reinterpret_cast<const char*>(header) + at, sizeof fd);
      passed.take(fd);
    }
  }
  if (count > 1) passed.take(-1);
  return got;
}

bool widen(const Descriptor& socket) {
  const int fd = socket.get();
  if (fd < 0 || !has(fd, SO_TYPE, SOCK_DGRAM) || !has(fd, SO_PROTOCOL, IPPROTO_UDP)) return false;
  return ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &widened_receive_bytes, sizeof widened_receive_bytes) == 0 &&
         ::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &widened_send_bytes, sizeof widened_send_bytes) == 0;
}

}  // namespace rf::firewall
