#include "shell/firewall/firewall.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "core/base/limits/server.hpp"

namespace rf::firewall {
namespace {

constexpr int count_every_ms = 1'000;

std::int64_t mono_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::expected<std::unique_ptr<Firewall>, std::string> Firewall::start(const std::string& program) {
  auto channel = Channel::start(program);
  if (!channel) return std::unexpected(channel.error());
  std::unique_ptr<Firewall> out(new Firewall(std::move(*channel)));
  out->wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (out->wake_ < 0) return std::unexpected(fmt::format("no descriptor for the firewall: {}", std::strerror(errno)));
  // Signals are for the thread that waits for them.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  out->thread_ = std::thread([raw = out.get()] { raw->run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return out;
}

Firewall::Firewall(Channel channel)
    : channel_(std::move(channel)), state_{Backend::user_space, "the enforcer has not answered yet"} {}

Firewall::~Firewall() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    ::eventfd_write(wake_, 1);
    thread_.join();
  }
  if (wake_ >= 0) ::close(wake_);
}

void Firewall::begin(Begin begin, Told told) {
  {
    const std::lock_guard lock(mutex_);
    told_ = std::move(told);
  }
  order(std::move(begin));
}

void Firewall::ban(std::vector<Ban> bans) {
  if (!bans.empty()) order(AddBans{std::move(bans)});
}

void Firewall::lift(const Subnet& network) {
  std::vector<Address> sources;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(throttled_, [&](const auto& each) {
      if (!network.contains(each.first)) return false;
      sources.push_back(each.first);
      return true;
    });
  }
  order(LiftBans{{network}});
  if (!sources.empty()) order(LiftThrottles{std::move(sources)});
}

void Firewall::throttle(const Throttle& throttle) {
  {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = mono_ms();
    if (throttled_.size() >= QueueLimits::kernel_throttles)
      std::erase_if(throttled_, [&](const auto& each) { return each.second <= now; });
    if (throttled_.size() >= QueueLimits::kernel_throttles) return;
    throttled_[throttle.source] = now + static_cast<std::int64_t>(throttle.remaining_ms);
  }
  order(AddThrottles{{throttle}});
}

void Firewall::widen(int socket) {
  if (const int copy = ::fcntl(socket, F_DUPFD_CLOEXEC, 0); copy >= 0) order(Socket{copy});
}

void Firewall::replace_list(std::vector<Subnet> networks) {
  std::erase_if(networks, [](const Subnet& network) { return !is_enforceable(network); });
  order(List{std::move(networks)});
}

State Firewall::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Counters Firewall::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

bool Firewall::settle(std::uint32_t timeout_ms) {
  std::unique_lock lock(mutex_);
  if (gone_) return false;
  const std::uint64_t mine = ++asked_;
  orders_.emplace_back(Count{});
  ::eventfd_write(wake_, 1);
  settled_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return gone_ || answered_ >= mine; });
  return !gone_ && answered_ >= mine;
}

void Firewall::order(Order order) {
  const std::lock_guard lock(mutex_);
  const bool full = orders_.size() >= QueueLimits::kernel_orders;
  if (const auto* socket = std::get_if<Socket>(&order); socket && (gone_ || full)) ::close(socket->copy);
  if (gone_) return;
  if (full) {
    // An order that is lost could be the one that lets somebody in again: rather no filter at all.
    gone_ = true;
    state_ = {Backend::user_space, "the enforcer did not keep up and was given up"};
    ::eventfd_write(wake_, 1);
    return;
  }
  orders_.push_back(std::move(order));
  if (orders_.size() == 1) ::eventfd_write(wake_, 1);
}

void Firewall::run() {
  ::pthread_setname_np(::pthread_self(), "rf-firewall");
  std::vector<Order> orders;
  std::int64_t next_count = mono_ms() + count_every_ms;
  for (;;) {
    const short out = channel_.wants_to_write() ? POLLOUT : 0;
    std::array<pollfd, 2> fds{{{wake_, POLLIN, 0}, {channel_.fd(), static_cast<short>(POLLIN | out), 0}}};
    ::poll(fds.data(), fds.size(), static_cast<int>(std::max<std::int64_t>(0, next_count - mono_ms())));
    eventfd_t count = 0;
    ::eventfd_read(wake_, &count);
    {
      const std::lock_guard lock(mutex_);
      if (stop_ || gone_) break;
      orders.swap(orders_);
      awaited_for_ = asked_;
    }
    for (Order& one : orders) pass_on(one);
    orders.clear();
    if (mono_ms() >= next_count) {
      next_count = mono_ms() + count_every_ms;
      Order asks = Count{};
      pass_on(asks);
    }
    hear(channel_.on_ready());
    if (channel_.fd() < 0) break;
  }
  for (const Order& one : orders)
    if (const auto* socket = std::get_if<Socket>(&one)) ::close(socket->copy);
  channel_.hang_up();
  Told tell;
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    if (!stop_) tell = told_;
    settled_.notify_all();
  }
  if (tell) tell(state());
}

void Firewall::pass_on(Order& order) {
  std::visit(
      [this](auto& one) {
        using T = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<T, Begin>)
          channel_.begin(one);
        else if constexpr (std::is_same_v<T, Use>)
          channel_.use(one.wish);
        else if constexpr (std::is_same_v<T, AddBans>)
          channel_.ban(one.bans);
        else if constexpr (std::is_same_v<T, LiftBans>)
          channel_.lift(one.networks);
        else if constexpr (std::is_same_v<T, AddThrottles>)
          channel_.throttle(one.throttles);
        else if constexpr (std::is_same_v<T, LiftThrottles>)
          channel_.lift_throttles(one.sources);
        else if constexpr (std::is_same_v<T, List>)
          channel_.replace_list(one.networks);
        else if constexpr (std::is_same_v<T, OpenPinholes>)
          channel_.open(one.pinholes);
        else if constexpr (std::is_same_v<T, ClosePinholes>)
          channel_.close(one.ports);
        else if constexpr (std::is_same_v<T, Socket>) {
          channel_.widen(one.copy);
          ::close(one.copy);
        } else
          awaited_ = channel_.count();
      },
      order);
}

void Firewall::hear(std::vector<Answered> answers) {
  for (Answered& one : answers) {
    Told tell;
    {
      const std::lock_guard lock(mutex_);
      if (const auto* counters = std::get_if<Counters>(&one.reply)) {
        counters_ = *counters;
        if (one.sequence == awaited_) answered_ = awaited_for_;
        settled_.notify_all();
      } else if (auto* state = std::get_if<State>(&one.reply); state && *state != state_) {
        state_ = std::move(*state);
        if (channel_.fd() >= 0) tell = told_;
      }
    }
    if (tell) tell(state());
  }
}

}  // namespace rf::firewall
