#include "shell/firewall/enforcer/netlink.hpp"

#include <arpa/inet.h>
#include <endian.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rf::firewall {

void NetlinkWriter::append(const void* data, std::size_t size) {
  const auto* from = static_cast<const std::uint8_t*>(data);
  bytes_.insert(bytes_.end(), from, from + size);
}

void NetlinkWriter::message(std::uint16_t type, std::uint16_t flags, std::uint8_t family, std::uint16_t resource) {
  finish();
  message_ = bytes_.size();
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = NLM_F_REQUEST | flags;
  header.nlmsg_seq = ++sequence_;
  append(&header, sizeof header);
  const nfgenmsg generic{family, NFNETLINK_V0, htons(resource)};
  append(&generic, sizeof generic);
}

void NetlinkWriter::finish() {
  if (message_ == bytes_.size()) return;
  const auto size = static_cast<std::uint32_t>(message_size());
  std::memcpy(bytes_.data() + message_, &size, sizeof size);
}

std::span<const std::uint8_t> NetlinkWriter::bytes() {
  finish();
  return bytes_;
}

void NetlinkWriter::clear() {
  bytes_.clear();
  message_ = 0;
}

std::size_t NetlinkWriter::begin(std::uint16_t type) {
  const std::size_t at = bytes_.size();
  const nlattr header{0, type};
  append(&header, sizeof header);
  return at;
}

void NetlinkWriter::end(std::size_t at) {
  const auto size = static_cast<std::uint16_t>(bytes_.size() - at);
  std::memcpy(bytes_.data() + at, &size, sizeof size);
  bytes_.resize(at + NLA_ALIGN(size));
}

void NetlinkWriter::raw(std::uint16_t type, std::span<const std::uint8_t> value) {
  const std::size_t at = begin(type);
  append(value.data(), value.size());
  end(at);
}

void NetlinkWriter::text(std::uint16_t type, std::string_view value) {
  const std::size_t at = begin(type);
  append(value.data(), value.size());
  bytes_.push_back(0);
  end(at);
}

void NetlinkWriter::number32(std::uint16_t type, std::uint32_t value) {
  const std::uint32_t wire = htonl(value);
  const std::size_t at = begin(type);
  append(&wire, sizeof wire);
  end(at);
}

void NetlinkWriter::number64(std::uint16_t type, std::uint64_t value) {
  const std::uint64_t wire = htobe64(value);
  const std::size_t at = begin(type);
  append(&wire, sizeof wire);
  end(at);
}

NetlinkSocket NetlinkSocket::open(int protocol, std::uint32_t groups) {
  NetlinkSocket out;
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) return out;
  out.fd_ = fd;
  sockaddr_nl own{};
  own.nl_family = AF_NETLINK;
  own.nl_groups = groups;
  // A transaction goes to the kernel in one piece.
  const int room = 4 << 20;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  const int yes = 1;
  ::setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof yes);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) return {};
  out.received_.resize(256 * 1024);
  return out;
}

NetlinkSocket::~NetlinkSocket() {
  if (fd_ >= 0) ::close(fd_);
}

NetlinkSocket& NetlinkSocket::operator=(NetlinkSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(received_, other.received_);
  return *this;
}

int NetlinkSocket::send(std::span<const std::uint8_t> bytes) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const auto sent =
      ::sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
  return sent == static_cast<ssize_t>(bytes.size()) ? 0 : (sent < 0 ? errno : EMSGSIZE);
}

std::span<const std::uint8_t> NetlinkSocket::receive(bool only_if_there) {
  ssize_t got;
  do got = ::recv(fd_, received_.data(), received_.size(), only_if_there ? MSG_DONTWAIT : 0);
  while (got < 0 && errno == EINTR);
  last_error_ = got < 0 ? errno : 0;
  return {received_.data(), got < 0 ? 0 : static_cast<std::size_t>(got)};
}

bool NetlinkSocket::drain() {
  bool any = false;
  while (!receive(true).empty() || last_error_ == ENOBUFS) any = true;
  return any;
}

int NetlinkSocket::transact(std::span<const std::uint8_t> bytes) {
  int first = send(bytes);
  for (;;) {
    const auto got = receive(true);
    if (got.empty()) return first != 0 ? first : (last_error_ == EAGAIN ? 0 : last_error_);
    auto rest = got;
    while (rest.size() >= sizeof(nlmsghdr)) {
      const nlmsghdr header = header_of(rest);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size()) break;
      if (header.nlmsg_type == NLMSG_ERROR && first == 0)
        first = error_of(rest.subspan(sizeof header, header.nlmsg_len - sizeof header));
      const std::size_t step = NLMSG_ALIGN(header.nlmsg_len);
      rest = step < rest.size() ? rest.subspan(step) : std::span<const std::uint8_t>{};
    }
  }
}

nlmsghdr NetlinkSocket::header_of(std::span<const std::uint8_t> bytes) {
  nlmsghdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header;
}

int NetlinkSocket::error_of(std::span<const std::uint8_t> payload) {
  std::int32_t error = -EIO;
  if (payload.size() >= sizeof error) std::memcpy(&error, payload.data(), sizeof error);
  return -error;
}

}  // namespace rf::firewall
