// What one run of the generator found, and the window in which it was measured.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "bench/load/clock.hpp"
#include "bench/load/process.hpp"

namespace rf::load {

/// Every operation that was started ends in exactly one of `ok`, `failed` or `unfinished`.
struct Counts {
  std::uint64_t started = 0;
  std::uint64_t ok = 0;
  std::map<std::string, std::uint64_t> failed;  ///< by reason: "timeout", "status 503", ...
  std::uint64_t unfinished = 0;                 ///< still open when the run was cut off
  std::uint64_t retransmissions = 0;
  std::uint64_t unexpected = 0;  ///< messages that belong to no open operation
  std::uint64_t skipped = 0;     ///< not started in time because every account or slot was busy

  std::uint64_t failures() const {
    std::uint64_t total = unfinished;
    for (const auto& [reason, count] : failed) total += count;
    return total;
  }
};

/// Measures the server between two moments: what it had done and used at the first, and at the second.
class Window {
 public:
  Window(std::int64_t begin_ns, std::int64_t end_ns, const ProcessTree* server)
      : begin_ns_(begin_ns), end_ns_(end_ns), server_(server) {}

  /// To be called once a round of the loop with the operations finished so far.
  void watch(std::int64_t now, std::uint64_t finished) {
    if (!first_ && now >= begin_ns_) first_ = Sample{now, finished, server_ ? server_->cpu_ns() : 0};
    if (first_ && !last_ && now >= end_ns_) {
      last_ = Sample{now, finished, server_ ? server_->cpu_ns() : 0};
      if (server_) memory_at_end_bytes_ = server_->memory_bytes();
    }
  }
  std::int64_t end_ns() const { return end_ns_; }
  bool complete() const { return last_.has_value(); }
  std::uint64_t operations() const { return complete() ? last_->finished - first_->finished : 0; }
  double seconds() const { return complete() ? static_cast<double>(last_->at - first_->at) / 1e9 : 0; }
  std::int64_t cpu_ns() const { return complete() ? last_->cpu_ns - first_->cpu_ns : 0; }
  std::int64_t memory_at_end_bytes() const { return memory_at_end_bytes_; }

 private:
  struct Sample {
    std::int64_t at = 0;
    std::uint64_t finished = 0;
    std::int64_t cpu_ns = 0;
  };
  std::int64_t begin_ns_, end_ns_;
  const ProcessTree* server_;
  std::optional<Sample> first_, last_;
  std::int64_t memory_at_end_bytes_ = 0;
};

/// When things happen in a run: operations start evenly from 0 to warm + measured, then open ones may still finish.
struct Schedule {
  double rate_per_s = 1'000;
  std::int64_t warm_ns = ns_per_s;
  std::int64_t measured_ns = 3 * ns_per_s;
  std::int64_t drain_ns = 10 * ns_per_s;
};

}  // namespace rf::load
