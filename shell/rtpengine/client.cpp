#include "core/base/limits/media.hpp"
#include "core/base/limits/server.hpp"
#include "shell/rtpengine/client.hpp"

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
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "core/base/time.hpp"

namespace rf::rtpengine {
namespace {

constexpr int datagrams_at_once = 64;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {
    if (number < 0) throw std::system_error(errno, std::generic_category(), "rtpengine: no socket");
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

std::int64_t mono_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Descriptor socket_to(const Endpoint& server) {
  const bool v4 = server.address.is_v4();
  Descriptor out(::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(server.port);
  if (v4) four.sin_addr.s_addr = htonl(server.address.v4_host_order());
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(server.port);
  std::memcpy(&six.sin6_addr, server.address.bytes().data(), 16);
  const auto* to = v4 ? reinterpret_cast<const sockaddr*>(&four) : reinterpret_cast<const sockaddr*>(&six);
  // Without a way there now: what is sent fails like what is lost, and the server is down.
  static_cast<void>(::connect(out.get(), to, v4 ? sizeof four : sizeof six));
  return out;
}

}  // namespace

struct Client::State {
  struct Keep {
    std::size_t wanted;
    RelayId first;
  };
  struct Open {
    RelayId relay;
  };
  struct Take {
    RelayId relay;
  };
  struct Close {
    RelayId relay;
  };
  using Order = std::variant<Keep, Open, Take, media::RelayPlan, Close>;

  State(std::vector<ServerPlan> plans, const Random& random, OnOutcome tell)
      : on_outcome(std::move(tell)), wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), servers(plans, random, mono_ms()) {
    for (const ServerPlan& plan : plans) sockets.push_back(socket_to(plan.control));
    thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~State() {
    thread.request_stop();
    ::eventfd_write(wake.get(), 1);
  }

  bool push(Order order) {
    {
      const std::lock_guard lock(mutex);
      const bool full = orders.size() >= QueueLimits::relay_commands;
      if (full && !std::holds_alternative<Close>(order)) return false;
      orders.push_back(std::move(order));
    }
    ::eventfd_write(wake.get(), 1);
    return true;
  }

  void run(const std::stop_token& stop) {
    std::vector<pollfd> waiting{{wake.get(), POLLIN, 0}};
    for (const Descriptor& socket : sockets) waiting.push_back({socket.get(), POLLIN, 0});
    while (!stop.stop_requested()) {
      const std::int64_t next_ms = servers.next_deadline(), now_ms = mono_ms();
      const std::int64_t wait_ms = std::clamp<std::int64_t>(next_ms - now_ms, 0, 60'000);
      ::poll(waiting.data(), waiting.size(), static_cast<int>(wait_ms));
      eventfd_t ignored;
      ::eventfd_read(wake.get(), &ignored);
      take_orders();
      for (std::size_t i = 0; i < sockets.size(); ++i) receive(i);
      if (mono_ms() >= servers.next_deadline()) servers.on_time(mono_ms(), out);
      carry_out();
    }
    take_orders();
    carry_out();
  }

  void take_orders() {
    std::deque<Order> now;
    {
      const std::lock_guard lock(mutex);
      now.swap(orders);
    }
    const std::int64_t now_ms = mono_ms();
    for (Order& order : now) {
      if (const auto* plan = std::get_if<media::RelayPlan>(&order))
        servers.update(now_ms, *plan, out);
      else if (const auto* keep = std::get_if<Keep>(&order))
        servers.keep_stock(now_ms, keep->wanted, keep->first, out);
      else if (const auto* open = std::get_if<Open>(&order))
        servers.open(now_ms, open->relay, out);
      else if (const auto* take = std::get_if<Take>(&order))
        servers.take(now_ms, take->relay, out);
      else if (const auto* close = std::get_if<Close>(&order))
        servers.close(now_ms, close->relay, out);
    }
  }

  void receive(std::size_t server) {
    std::array<char, RtpengineLimits::message_bytes> buffer;
    for (int i = 0; i < datagrams_at_once; ++i) {
      const ssize_t got = ::recv(sockets[server].get(), buffer.data(), buffer.size(), 0);
      if (got < 0) return;  // nothing there, or the server's host says that nobody listens: the ping will tell
      servers.on_datagram(mono_ms(), server, {buffer.data(), static_cast<std::size_t>(got)}, out);
    }
  }

  void carry_out() {
    {
      const std::lock_guard lock(mutex);
      states = servers.states();
    }
    for (Outcome& one : std::exchange(out, {})) {
      const auto* send = std::get_if<Send>(&one);
      if (!send)
        on_outcome(std::move(one));
      else  // what cannot be sent now is sent again like what was lost
        static_cast<void>(::send(sockets[send->server].get(), send->datagram.data(), send->datagram.size(), 0));
    }
  }

  OnOutcome on_outcome;
  Descriptor wake;
  std::vector<Descriptor> sockets;
  Servers servers;
  std::vector<Outcome> out;
  std::mutex mutex;
  std::deque<Order> orders;
  std::vector<ServerState> states;
  std::jthread thread;  // the last one: it uses all of the above
};

Client::Client(std::vector<ServerPlan> servers, const Random& random, OnOutcome on_outcome)
    : state_(std::make_unique<State>(std::move(servers), random, std::move(on_outcome))) {}

Client::~Client() = default;

bool Client::open(RelayId relay) {
  return state_->push(State::Open{relay});
}

bool Client::update(media::RelayPlan plan) {
  return state_->push(std::move(plan));
}

void Client::close(RelayId relay) {
  state_->push(State::Close{relay});
}

bool Client::keep_stock(std::size_t wanted, RelayId first) {
  return state_->push(State::Keep{wanted, first});
}

bool Client::take(RelayId relay) {
  return state_->push(State::Take{relay});
}

std::vector<ServerState> Client::states() const {
  const std::lock_guard lock(state_->mutex);
  return state_->states;
}

}  // namespace rf::rtpengine
