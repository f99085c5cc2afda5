// Deadlines for the state machines: one wheel, constant cost to set and to cancel.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/time.hpp"

namespace rf {

/// A hierarchical timing wheel with a resolution of `tick_ms`. An entry is a 64-bit owner and a 32-bit kind; a timer is
/// never early, and late by at most one tick. Memory is one node a live timer, reused.
class Timers {
 public:
  static constexpr std::int64_t tick_ms = 8;

  /// Names a set timer; zero is "none". Survives nothing: once fired or cancelled it finds nothing.
  using Handle = std::uint64_t;
  struct Fired {
    std::uint64_t owner;
    std::uint32_t kind;
  };

  explicit Timers(std::int64_t start_mono_ms);

  Handle set(std::int64_t deadline_mono_ms, std::uint64_t owner, std::uint32_t kind);
  /// Takes a timer back and zeroes the handle; a handle that fired already is no error.
  void cancel(Handle& handle);
  /// Appends every timer due at `now_mono_ms` to `out`, in order of deadline tick.
  void advance(std::int64_t now_mono_ms, std::vector<Fired>& out);
  /// When to call advance() again: never_ms without timers, else at most one tick behind the earliest deadline and
  /// perhaps before it (long timers are sorted finer on the way).
  std::int64_t next_deadline() const;
  std::size_t size() const { return size_; }

 private:
  static constexpr unsigned bits = 8, levels = 4, slots = 1u << bits;
  static constexpr std::uint32_t none = UINT32_MAX;
  struct Node {
    std::int64_t tick = 0;
    std::uint64_t owner = 0;
    std::uint32_t kind = 0;
    std::uint32_t generation = 1;
    std::uint32_t next = none, previous = none;
    std::uint32_t list = none;  // level * slots + slot while set
  };
  void link(std::uint32_t node);
  void unlink(std::uint32_t node);

  std::vector<Node> nodes_;
  std::uint32_t free_ = none;
  std::array<std::uint32_t, levels * slots> heads_;
  std::array<std::array<std::uint64_t, slots / 64>, levels> occupied_{};
  std::int64_t current_tick_;
  std::size_t size_ = 0;
};

}  // namespace rf
