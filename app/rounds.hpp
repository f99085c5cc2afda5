// Work that comes up every so often, on a thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace rf::app {

/// Calls `work` again and again, with `every_ms` between the end of one and the beginning of the next.
class Rounds {
 public:
  Rounds(std::uint32_t every_ms, std::function<void()> work)
      : work_(std::move(work)), thread_([this, every_ms](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          while (!ended_.wait_for(lock, stop, std::chrono::milliseconds(every_ms), [] { return false; }) &&
                 !stop.stop_requested())
            work_();
        }) {}
  /// Waits for the one that is under way.
  ~Rounds() = default;
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

 private:
  std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread thread_;
};

}  // namespace rf::app
