// Phones that are called: whatever INVITE comes is rung for and answered.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/load/message.hpp"
#include "bench/load/result.hpp"
#include "bench/load/udp.hpp"

namespace rf::load {

struct CalleeCounts {
  std::uint64_t invites = 0, repeated_invites = 0, acks = 0, byes = 0, others = 0;
  std::uint64_t repeated_answers = 0;  ///< 200s sent again because no ACK had come
};

/// Answers INVITE with 180 and 200, repeats the 200 until the ACK, answers BYE and everything else with 200.
class Callee {
 public:
  Callee(Sockets& sockets, std::int64_t ring_ns);

  /// False for responses: they are not the callee's.
  bool packet(std::int64_t now, unsigned socket, const Scan& message);
  void tick(std::int64_t now);
  std::int64_t next_ns() const;
  const CalleeCounts& counts() const { return counts_; }

 private:
  struct Ringing {
    std::uint32_t slot;
    std::uint32_t generation;
  };
  struct Call {
    std::size_t key = 0;
    unsigned socket = 0;
    std::uint32_t generation = 0;
    bool used = false, answered = false, acknowledged = false;
    std::string ok;  ///< the 200, whole
  };
  void on_invite(std::int64_t now, unsigned socket, const Scan& message);
  void answer(std::int64_t now, std::uint32_t slot);
  void release(std::size_t key);

  Sockets& sockets_;
  std::vector<std::string> descriptions_;
  std::vector<Call> calls_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::size_t, std::uint32_t> by_call_id_;
  std::int64_t ring_ns_;
  DelayLine<Ringing> rings_;
  DelayLine<Ringing> repeats_{500 * ns_per_ms};
  CalleeCounts counts_;
};

}  // namespace rf::load
