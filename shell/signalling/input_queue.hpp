// What other threads have for the signalling thread: bounded, in order, one wake-up for many. Internal to
// shell/signalling.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <variant>
#include <vector>

#include "core/engine/input.hpp"
#include "shell/net/streams.hpp"

namespace rf::signalling {

/// Many producers, one consumer. Stream packets have bounds of their own, by number and by bytes.
class InputQueue {
 public:
  using Entry = std::variant<engine::Input, net::StreamPacket>;
  struct Bounds {
    std::size_t inputs = 0, packets = 0, packet_bytes = 0;
  };

  explicit InputQueue(const Bounds& bounds);
  ~InputQueue();
  InputQueue(const InputQueue&) = delete;
  InputQueue& operator=(const InputQueue&) = delete;

  /// Takes from the front as many as there is room for, with one wake-up; gives how many.
  std::size_t post(std::span<engine::Input> inputs);
  /// Moves from the argument only when it returns true.
  bool post(net::StreamPacket& packet);
  /// For work of our own on the consumer's thread; whoever posts it waits for it, so it needs no bound.
  void post_work(std::function<void()> work);

  /// What counts against the bounds now.
  Bounds used() const;

  // --- consumer

  int descriptor() const { return descriptor_; }
  /// After the descriptor was reported readable and right before take(): a wake-up that is cleared without looking is
  /// lost.
  void clear_wake();
  /// Moves what waits into `entries` and `work`, which must be empty.
  void take(std::vector<Entry>& entries, std::vector<std::function<void()>>& work);
  /// What was taken and is dealt with: it counts against the bounds until then.
  void finish(const Bounds& done);

 private:
  int descriptor_;
  Bounds bounds_;
  mutable std::mutex mutex_;
  Bounds used_;
  bool awake_ = false;  ///< the consumer was woken and has not looked yet
  std::vector<Entry> entries_;
  std::vector<std::function<void()>> work_;
};

}  // namespace rf::signalling
