// What a server costs: processor time and memory of a process and everything it started.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace rf::load {

/// The processes of one server, found once; servers that fork workers at start keep them.
class ProcessTree {
 public:
  /// `root` and all its descendants. Errors: std::runtime_error when there is no such process.
  explicit ProcessTree(pid_t root);

  /// User and system time of all processes and threads together, ended threads included. Ended processes count as they
  /// last stood. Source: clock_getcpuclockid(3), the same sum as utime + stime of /proc/PID/stat but in nanoseconds.
  std::int64_t cpu_ns() const;
  /// Resident memory without files and program text; what the processes share is counted once.
  /// Source: Pss_Anon and Pss_Shmem of /proc/PID/smaps_rollup.
  std::int64_t memory_bytes() const;
  std::size_t size() const { return pids_.size(); }

 private:
  std::vector<pid_t> pids_;
};

}  // namespace rf::load
