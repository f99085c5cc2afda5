// Talks NG with a pool of rtpengine servers: sockets and a clock around rtpengine::Servers, on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/rtpengine/servers.hpp"

namespace rf::rtpengine {

/// Contract as of Servers, from any thread, never blocking. Each server has a socket of its own on a port that the
/// kernel draws, connected to the server: what comes from elsewhere is not even read.
class Client {
 public:
  /// Opened, NotOpened, Lost, Closed and Health, on the client's thread; never Send.
  using OnOutcome = std::function<void(Outcome)>;

  /// Throws std::system_error when the kernel gives no socket. At most RtpengineLimits::servers.
  Client(std::vector<ServerPlan> servers, const Random& random, OnOutcome on_outcome);
  /// Ends the thread; what was not answered stays so.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// False when QueueLimits::relay_commands wait already: nothing comes of it.
  bool open(RelayId relay);
  bool update(media::RelayPlan plan);
  bool close(RelayId relay, CallId call);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rf::rtpengine
