// An engine with phones around it and no sockets: what it sends is looked at here, and its disk answers at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/load/message.hpp"
#include "bench/micro/messages.hpp"
#include "core/engine/engine.hpp"

namespace rf::bench {

/// Accounts by the rule of the load generator (bench/load/phones.hpp), and one UDP listener at 127.0.0.1:5060.
policy::PolicyRef policy_of(std::uint32_t accounts);

/// One account's side of digest authentication.
class Phone {
 public:
  Phone(std::uint32_t number, policy::Algorithm algorithm);
  /// The Authorization line (or Proxy-Authorization, as asked) for the challenges in `response`; aborts without one.
  std::string answer(std::string_view response, std::string_view method, std::string_view uri) const;

 private:
  policy::Algorithm algorithm_;
  std::string auth_name_;
  std::array<std::uint8_t, 32> ha1_;
};

class World {
 public:
  explicit World(std::uint32_t accounts);

  /// Hands one packet in and everything that follows from it, except the answers of phones.
  void packet(std::string text, std::uint16_t port);
  /// Whether sent messages are kept for take().
  void keep(bool yes) { keep_ = yes; }
  /// The messages that went out since the last call, in order.
  struct Sent {
    std::uint16_t port = 0;
    std::string bytes;
  };
  std::vector<Sent> take();
  /// How many went out since the last call of this.
  std::size_t drop();
  void advance(std::int64_t ms);

 private:
  void carry_out();

  Now now_{1'000, 1'700'000'000'000};
  static engine::Engine::Defence defence();

  engine::Engine engine_;
  effect::Effects effects_;
  std::vector<Sent> sent_;
  std::unordered_map<RelayId, CallId> relays_;
  std::size_t dropped_ = 0;
  bool keep_ = true;
};

}  // namespace rf::bench
