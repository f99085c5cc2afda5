// The control socket: how the command line reaches a running server. Only root and the server's own account may speak.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "core/base/limits/server.hpp"
#include "shell/control/protocol.hpp"

namespace rf::control {

struct ServerOptions {
  std::string path;                  ///< of the socket; its folder must belong to us
  std::size_t clients_max = QueueLimits::control_clients;
  std::uint32_t idle_ms = Patience::control_idle_ms;
  std::uint32_t answer_ms = Patience::control_answer_ms;
  std::uint32_t write_ms = Patience::control_write_ms;
};

/// Listens on a Unix socket (0600) and hands each good request to `execute`, one at a time for each client. A peer
/// whose account is neither root nor ours is closed unheard (SO_PEERCRED).
class Server {
 public:
  using Reply = std::function<void(Outcome)>;
  /// Called on the control thread; `actor` names the peer's account for the audit line ("uid 0"). `reply` may be called
  /// later and from any thread, also after the Server is gone; the first call counts.
  using Execute = std::function<void(const command::Checked& checked, const std::string& actor, Reply reply)>;

  /// Errors: a sentence with the reason. A dead socket in the way is removed: the caller holds the data directory's
  /// lock.
  static std::expected<std::unique_ptr<Server>, std::string> open(const ServerOptions& options, Execute execute);
  /// Answers on their way get a moment to leave; then all clients are closed and the socket is removed.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  struct State;
  class Session;
  explicit Server(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace rf::control
