// The server's firewall: takes orders from any thread and makes none wait; a thread of its own talks to the enforcer.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "shell/firewall/channel.hpp"

namespace rf::firewall {

class Firewall {
 public:
  /// Called on the firewall's own thread whenever another means is in force, with why not a cheaper one.
  using Told = std::function<void(const State&)>;

  /// Starts the enforcer; see Channel::start for from where. Errors: a sentence; then the kernel enforces nothing.
  static std::expected<std::unique_ptr<Firewall>, std::string> start(const std::string& program);
  /// Everything is out of the kernel when it is back.
  ~Firewall();
  Firewall(const Firewall&) = delete;
  Firewall& operator=(const Firewall&) = delete;

  /// Names what is ours on this host, or names it anew. Orders before the first one are refused by the enforcer.
  void begin(Begin begin, Told told);
  void use(Wish wish) { order(Use{wish}); }
  void ban(const Ban& ban) { order(AddBans{{ban}}); }
  void ban(std::vector<Ban> bans);
  /// Ends bans of exactly this block and throttles of every source within it.
  void lift(const Subnet& network);
  void throttle(const Throttle& throttle);
  /// The access list's blocked networks, whole.
  void replace_list(std::vector<Subnet> networks);
  void open(std::span<const Pinhole> pinholes) { order(OpenPinholes{{pinholes.begin(), pinholes.end()}}); }
  void close(std::span<const std::uint16_t> ports) { order(ClosePinholes{{ports.begin(), ports.end()}}); }

  /// Gives a UDP socket the buffers of a listener, whatever the host allows unprivileged programs.
  void widen(int socket);

  /// What is in force; `user_space` until the enforcer has answered.
  State state() const;
  /// As of at most a second ago.
  Counters counters() const;
  /// Waits until everything ordered before is in force; false after `timeout_ms`, or when the enforcer is gone.
  bool settle(std::uint32_t timeout_ms);

 private:
  struct List {
    std::vector<Subnet> networks;
  };
  struct Socket {
    int copy = -1;
  };
  using Order = std::variant<Begin, Use, Socket, AddBans, LiftBans, AddThrottles, LiftThrottles, List, OpenPinholes,
                             ClosePinholes, Count>;

  explicit Firewall(Channel channel);
  void order(Order order);
  void run();
  void pass_on(Order& order);
  void hear(std::vector<Answered> answers);

  Channel channel_;  // of the thread alone, once it runs
  int wake_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable settled_;
  std::vector<Order> orders_;
  Told told_;
  State state_;
  Counters counters_;
  std::uint64_t asked_ = 0;  // settle() calls so far, and those that were answered
  std::uint64_t answered_ = 0;
  std::unordered_map<Address, std::int64_t> throttled_;  // until, monotonic ms
  bool gone_ = false;
  bool stop_ = false;
  std::uint64_t awaited_ = 0;  // sequence of the Count under way, of the thread alone
  std::uint64_t awaited_for_ = 0;
  std::thread thread_;
};

}  // namespace rf::firewall
