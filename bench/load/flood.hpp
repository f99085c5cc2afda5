// Strangers: REGISTERs without credentials, each for another account with another Call-ID, and nobody who ever answers
// the challenge.
#pragma once

#include <cstdint>
#include <map>

#include "bench/load/message.hpp"
#include "bench/load/udp.hpp"

namespace rf::load {

/// Keeps no state a request; counts what comes back.
class Flood {
 public:
  explicit Flood(Sockets& sockets) : sockets_(sockets) {}

  /// Sends the next one, from the next socket after each `run` of them.
  void send(unsigned run);
  void packet(const Scan& message);
  std::uint64_t sent() const { return sent_; }
  std::uint64_t answered() const { return answered_; }
  const std::map<int, std::uint64_t>& by_status() const { return by_status_; }

 private:
  Sockets& sockets_;
  unsigned socket_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
  std::map<int, std::uint64_t> by_status_;
};

}  // namespace rf::load
