// The two relays under test, each in a process of its own.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/relay/generator.hpp"

namespace rf::bench {

/// A running server process; ended when this goes out of scope.
class Process {
 public:
  Process() = default;
  explicit Process(pid_t pid) : pid_(pid) {}
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();

  pid_t pid() const { return pid_; }
  bool alive() const;
  /// User and system time of all threads, ended ones included.
  std::int64_t cpu_ns() const;

 private:
  pid_t pid_ = -1;
};

struct Server {
  Process process;
  std::vector<std::array<Endpoint, 2>> targets;  ///< by call: where caller and callee send to
};

struct ServerPlan {
  std::size_t calls = 0;
  std::uint16_t port_first = 0;  ///< of 4 * calls ports
  unsigned threads = 1;          ///< media threads (of ours)
  unsigned peer_threads = 0;     ///< of rtpengine; 0: as many as it makes by itself
  std::uint32_t gather_us = 0;
  std::uint32_t connect_after_packets = 0;
  std::optional<srtp::Suite> suite;  ///< that callers speak; none: RTP in the clear
};

/// Our relay with `calls` streams installed. Throws std::runtime_error when it does not come up.
Server start_ours(const ServerPlan& plan, const Generator& generator);
/// What no relay can do without: one socket a side, packets read and sent in batches, and nothing looked at but whose
/// they are. Of a suite it knows nothing. Throws std::runtime_error.
Server start_bare(const ServerPlan& plan, const Generator& generator);
/// rtpengine from Debian, in user space, its log in the file `log`. Throws std::runtime_error, with the remedy.
Server start_rtpengine(const ServerPlan& plan, const Generator& generator, const std::string& log);

}  // namespace rf::bench
