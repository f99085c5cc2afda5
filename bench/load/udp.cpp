#include "bench/load/udp.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace rf::load {
namespace {

std::runtime_error failure(const std::string& what, const std::string& address) {
  return std::runtime_error(what + " " + address + ": " + std::strerror(errno));
}

in_addr harmless_address(const std::string& text) {
  in_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) throw std::runtime_error("not an IPv4 address: " + text);
  if ((ntohl(address.s_addr) >> 24) != 127 && !is_test_address(address)) {
    throw std::runtime_error("only loopback and test networks are allowed, not " + text);
  }
  return address;
}

/// "127.0.0.3:6000".
sockaddr_in place_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) throw std::runtime_error(text + " is no address with a port");
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr = harmless_address(text.substr(0, colon));
  out.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(text.c_str() + colon + 1, nullptr, 10)));
  return out;
}

void enlarge(int fd, int option, int forced_option) {
  int bytes = 16 << 20;
  if (setsockopt(fd, SOL_SOCKET, forced_option, &bytes, sizeof bytes) != 0) {
    setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof bytes);
  }
}

}  // namespace

bool is_test_address(in_addr address) {
  const std::uint32_t host = ntohl(address.s_addr);
  const std::uint32_t block = host >> 8;
  return block == 0xc00002 || block == 0xc63364 || block == 0xcb0071 || host >> 17 == 0xc612 >> 1;
}

Sockets::Sockets(const SocketOptions& options)
    : server_text_(options.server_host + ":" + std::to_string(options.server_port)),
      spin_(options.spin),
      in_buffer_(std::make_unique<char[]>(batch * message_bytes)) {
  prctl(PR_SET_TIMERSLACK, 1UL);
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_addr = harmless_address(options.server_host);
  server.sin_port = htons(options.server_port);
  in_addr local = harmless_address(options.local_host);
  for (unsigned i = 0; i < options.count; ++i) {
    auto socket = std::make_unique<Socket>();
    socket->fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket->fd < 0) throw failure("cannot make a socket for", options.local_host);
    enlarge(socket->fd, SO_RCVBUF, SO_RCVBUFFORCE);
    enlarge(socket->fd, SO_SNDBUF, SO_SNDBUFFORCE);
    sockaddr_in bound{};
    bound.sin_family = AF_INET;
    bound.sin_addr.s_addr = options.spread ? htonl(ntohl(local.s_addr) + i) : local.s_addr;
    if (!options.last.empty() && i + 1 == options.count) bound = place_of(options.last);
    if (bind(socket->fd, reinterpret_cast<sockaddr*>(&bound), sizeof bound) != 0) {
      throw failure("cannot bind", options.local_host);
    }
    if (connect(socket->fd, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0) {
      throw failure("cannot connect to", server_text_);
    }
    socklen_t size = sizeof bound;
    getsockname(socket->fd, reinterpret_cast<sockaddr*>(&bound), &size);
    std::array<char, INET_ADDRSTRLEN> text{};
    inet_ntop(AF_INET, &bound.sin_addr, text.data(), text.size());
    socket->local_text = std::string(text.data()) + ":" + std::to_string(ntohs(bound.sin_port));
    socket->out_buffer = std::make_unique<char[]>(batch * message_bytes);
    for (unsigned m = 0; m < batch; ++m) {
      socket->out_pieces[m].iov_base = socket->out_buffer.get() + m * message_bytes;
      socket->out[m].msg_hdr.msg_iov = &socket->out_pieces[m];
      socket->out[m].msg_hdr.msg_iovlen = 1;
    }
    sockets_.push_back(std::move(socket));
  }
  readable_.assign(options.count, 0);
  for (unsigned m = 0; m < batch; ++m) {
    in_pieces_[m] = {in_buffer_.get() + m * message_bytes, message_bytes};
    in_[m].msg_hdr.msg_iov = &in_pieces_[m];
    in_[m].msg_hdr.msg_iovlen = 1;
  }
}

Sockets::~Sockets() {
  for (auto& socket : sockets_) {
    if (socket->fd >= 0) close(socket->fd);
  }
}

char* Sockets::open(unsigned index) {
  Socket& socket = *sockets_[index];
  if (socket.queued == batch) flush_socket(socket);
  return static_cast<char*>(socket.out_pieces[socket.queued].iov_base);
}

void Sockets::commit(unsigned index, std::size_t size) {
  Socket& socket = *sockets_[index];
  if (socket.queued == 0) dirty_.push_back(index);
  socket.out_pieces[socket.queued].iov_len = size;
  ++socket.queued;
}

void Sockets::queue(unsigned index, std::string_view bytes) {
  char* place = open(index);
  std::memcpy(place, bytes.data(), bytes.size());
  commit(index, bytes.size());
}

void Sockets::flush_socket(Socket& socket) {
  unsigned done = 0;
  unsigned refusals = 0;
  while (done < socket.queued) {
    int sent = sendmmsg(socket.fd, socket.out.data() + done, socket.queued - done, 0);
    if (sent > 0) {
      done += static_cast<unsigned>(sent);
      continue;
    }
    ++send_errors_;
    // A connected socket reports an earlier port-unreachable once; the same message may go out on the next try.
    if ((errno == ECONNREFUSED || errno == EAGAIN || errno == EINTR) && ++refusals < 4 * batch) continue;
    break;
  }
  sent_ += done;
  socket.queued = 0;
}

void Sockets::flush() {
  for (unsigned index : dirty_) {
    if (sockets_[index]->queued != 0) flush_socket(*sockets_[index]);
  }
  dirty_.clear();
}

int Sockets::receive_batch(unsigned index) {
  int got = recvmmsg(sockets_[index]->fd, in_.data(), batch, MSG_DONTWAIT, nullptr);
  if (got > 0) received_ += static_cast<unsigned>(got);
  return got;
}

void Sockets::wait(std::int64_t until_ns) {
  static thread_local std::vector<pollfd> polled;
  polled.resize(sockets_.size());
  bool known = false;
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    polled[i] = {sockets_[i]->fd, POLLIN, 0};
    known = known || readable_[i];
  }
  std::int64_t left = known || spin_ ? 0 : until_ns - now_ns();
  if (left < 0) left = 0;
  if (left > 50 * ns_per_ms) left = 50 * ns_per_ms;
  timespec timeout{left / ns_per_s, left % ns_per_s};
  if (ppoll(polled.data(), polled.size(), &timeout, nullptr) <= 0) return;
  for (std::size_t i = 0; i < polled.size(); ++i) {
    if (polled[i].revents != 0) readable_[i] = 1;
  }
}

std::uint64_t Sockets::dropped() const {
  std::uint64_t total = 0;
  for (const auto& socket : sockets_) {
    // SK_MEMINFO_DROPS is the ninth word of what SO_MEMINFO gives (linux/sock_diag.h).
    std::array<std::uint32_t, 9> info{};
    socklen_t size = sizeof info;
    if (getsockopt(socket->fd, SOL_SOCKET, SO_MEMINFO, info.data(), &size) == 0 && size == sizeof info)
      total += info[8];
  }
  return total;
}

}  // namespace rf::load
