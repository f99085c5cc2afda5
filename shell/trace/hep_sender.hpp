// Sends what is recorded to Homer over UDP, TCP or TLS, from a queue of its own that never makes anybody wait.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/address.hpp"
#include "shell/tls/context.hpp"

namespace rf::trace {

struct HepCounters {
  std::uint64_t sent = 0, lost = 0;
  bool failing = false;
};

class HepSender {
 public:
  struct Options {
    Transport transport = Transport::udp;  ///< udp, tcp or tls
    std::string host;                      ///< a name or an address
    std::uint16_t port = 9'060;
    tls::Context tls = {};  ///< over TLS, whose certificates are believed; the name has to fit `host`
    /// A sentence for the operator when it begins and ceases to fail, on the sender's thread.
    std::function<void(bool failing, const std::string& text)> tell = {};
  };
  explicit HepSender(Options options);
  ~HepSender();
  HepSender(const HepSender&) = delete;
  HepSender& operator=(const HepSender&) = delete;

  /// From any thread. A packet for which there is no room is counted, and lost.
  void push(std::string packet);
  HepCounters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rf::trace
