// Which relay ports are free: the engine allocates, the media threads bind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/random.hpp"

namespace rf::media {

/// Even ports of a range, each standing for itself (RTP) and the next one (RTCP). Handed out in random order, so that a
/// stranger cannot guess where the next call's media arrives, and kept in quarantine after use, so that the last
/// packets of one call find nobody instead of the next call. As long as there is choice enough, ports that were used
/// before come first: the media threads may still have them open. When all that is free still rests, the one that
/// rested longest is given: short calls in quick succession may not use the range up. Memory is fixed at construction;
/// each operation costs constant time.
class PortPool {
 public:
  /// `first` and `last` inclusive; a pair must fit in whole. A range without a pair makes a pool that never gives one.
  PortPool(std::uint16_t first, std::uint16_t last, Random random, std::int64_t quarantine_ms = 2'000);

  /// So many used and rested ports must be free before only they are drawn from.
  static constexpr std::size_t choice_min = 64;

  /// A free even port; none when all are in use (the call is refused with 503). `now_ms` monotonic.
  std::optional<std::uint16_t> take(std::int64_t now_ms);
  /// Returns a port that take() gave; its quarantine begins.
  void give_back(std::uint16_t port, std::int64_t now_ms);

  std::size_t capacity() const { return resting_.size(); }
  std::size_t in_use() const { return in_use_; }

 private:
  struct Resting {
    std::int64_t until_ms;
    std::uint16_t port;
  };
  void wake(std::int64_t now_ms);
  std::uint16_t draw();

  Random random_;
  std::int64_t quarantine_ms_;
  std::uint16_t first_;
  std::vector<std::uint16_t> fresh_, used_;  // free ports, by whether they were ever given
  std::vector<Resting> resting_;  // a ring in order of time: each port rests at most once, so it never overflows
  std::vector<bool> taken_;
  std::size_t resting_first_ = 0, resting_count_ = 0, in_use_ = 0;
};

}  // namespace rf::media
