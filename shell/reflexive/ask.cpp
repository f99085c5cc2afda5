#include "shell/reflexive/ask.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "core/stun/question.hpp"

namespace rf::reflexive {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }

 private:
  int number_;
};

std::int64_t mono_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool connect_to(int descriptor, const Endpoint& server) {
  if (server.address.is_v4()) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(server.port);
    to.sin_addr.s_addr = htonl(server.address.v4_host_order());
    return ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(server.port);
  std::memcpy(&to.sin6_addr, server.address.bytes().data(), 16);
  return ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

}  // namespace

std::expected<Endpoint, std::string> ask(const Endpoint& server, const stun::TransactionId& id, std::stop_token stop) {
  const Descriptor socket(
      ::socket(server.address.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  // A connected socket: the kernel passes on what that address and port sent, and nothing else.
  if (socket.get() < 0 || wake.get() < 0 || !connect_to(socket.get(), server))
    return std::unexpected(fmt::format("cannot be reached: {}", std::strerror(errno)));
  const std::stop_callback on_stop(stop, [&wake] { ::eventfd_write(wake.get(), 1); });

  stun::Question question(mono_ms(), id);
  std::array<std::uint8_t, IceLimits::message_bytes + 1> buffer;  // one more, so that a longer one is not cut to fit
  while (!stop.stop_requested()) {
    const std::int64_t now_ms = mono_ms();
    if (question.is_over(now_ms)) return std::unexpected("did not answer");
    // What cannot be sent now is sent again like what was lost.
    if (question.is_due(now_ms))
      static_cast<void>(::send(socket.get(), buffer.data(), question.send(now_ms, buffer), 0));
    std::array<pollfd, 2> waiting{{{socket.get(), POLLIN, 0}, {wake.get(), POLLIN, 0}}};
    const std::int64_t wait_ms = std::max<std::int64_t>(0, question.due_ms() - mono_ms());
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(wait_ms)) <= 0) continue;
    const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) continue;
    if (auto answer = question.read(std::span(buffer).first(static_cast<std::size_t>(got)))) return *answer;
  }
  return std::unexpected("was not waited for");
}

}  // namespace rf::reflexive
