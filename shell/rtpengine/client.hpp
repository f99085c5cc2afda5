// Talks NG with a pool of rtpengine servers: sockets and a clock around rtpengine::Servers, on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/base/limits/media.hpp"
#include "core/base/limits/server.hpp"
#include "core/rtpengine/servers.hpp"

namespace rf::rtpengine {

/// Contract as of Servers, from any thread, never blocking; a stop waits for nothing but tells servers what was closed
/// before it. Each server has a socket of its own on a port that the
/// kernel draws, connected to the server: what comes from elsewhere is not even read.
class Client {
 public:
  /// All but Send, on the client's thread.
  using OnOutcome = std::function<void(Outcome)>;

  /// Throws std::system_error when the kernel gives no socket. At most RtpengineLimits::servers.
  Client(std::vector<ServerPlan> servers, const Random& random, OnOutcome on_outcome);
  /// Ends the thread; what was not answered stays so.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Each gives false when QueueLimits::relay_commands wait already: nothing comes of it.
  bool keep_stock(std::size_t wanted, RelayId first);
  bool open(RelayId relay);
  bool take(RelayId relay);
  bool update(media::RelayPlan plan);
  /// Always taken: there are no more of them than streams.
  void close(RelayId relay);

  /// As they were when something was last heard of them, in the order of the plans.
  std::vector<ServerState> states() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rf::rtpengine
