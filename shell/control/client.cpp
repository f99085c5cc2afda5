#include "shell/control/client.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "core/base/limits/server.hpp"

namespace rf::control {
namespace {

using command::Code;
using command::Error;
using Clock = std::chrono::steady_clock;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

std::unexpected<Error> system_fault(std::string_view what) {
  return std::unexpected(
      Error{Code::failed, fmt::format("{}: {}", what, std::strerror(errno)), "see the server's log"});
}

std::unexpected<Error> not_running() {
  return std::unexpected(Error{Code::not_running, "the server is not running", "start it: ringfence serve"});
}

// Waits until the socket can be read or written; false when the time is over.
bool wait_for(int descriptor, short events, Clock::time_point until) {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    pollfd one{descriptor, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

std::unexpected<Error> too_late() {
  return std::unexpected(Error{Code::busy, "the server did not answer in time", "try again; see its log"});
}

}  // namespace

Outcome ask(const std::string& socket_path, std::string_view command, const Json& args, std::uint32_t timeout_ms) {
  const auto until = Clock::now() + std::chrono::milliseconds(timeout_ms);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path)
    return std::unexpected(Error{Code::failed, "the path of the control socket is longer than 107 characters",
                                 "choose a shorter data directory"});
  std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return system_fault("a socket cannot be made");
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) return not_running();
    if (errno == EACCES || errno == EPERM)
      return std::unexpected(Error{Code::denied, "the control socket belongs to another account",
                                   "run this as root or as the server's account"});
    return system_fault("the control socket cannot be reached");
  }

  const std::string request = write_request(command, args);
  std::string_view rest = request;
  while (!rest.empty()) {
    if (!wait_for(socket.get(), POLLOUT, until)) return too_late();
    const ssize_t count = ::send(socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count < 0) break;  // whatever the server said before it closed is still to be read
    rest.remove_prefix(static_cast<std::size_t>(count));
  }

  std::string answer;
  char chunk[16 << 10];
  while (answer.empty() || answer.back() != '\n') {
    if (!wait_for(socket.get(), POLLIN, until)) return too_late();
    const ssize_t count = ::recv(socket.get(), chunk, sizeof chunk, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count <= 0)
      return std::unexpected(Error{Code::denied, "the server closed the connection without an answer",
                                   "run this as root or as the server's account"});
    answer.append(chunk, static_cast<std::size_t>(count));
    if (answer.size() > QueueLimits::control_response_bytes)
      return std::unexpected(Error{Code::failed, "the answer is longer than 64 MiB", "ask for less: --limit"});
  }
  return read_response(answer);
}

}  // namespace rf::control
