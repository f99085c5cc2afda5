// How long things take, counted in steps: whoever measures keeps a few numbers, however much there is to measure.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace rf {

/// What took at most steps_us[i] and more than the step before is in counts[i]; the last count is of all that took
/// longer.
struct Latencies {
  static constexpr std::array<std::uint64_t, 14> steps_us{500,       1'000,     2'500,     5'000,     10'000,
                                                          25'000,    50'000,    100'000,   250'000,   500'000,
                                                          1'000'000, 2'500'000, 5'000'000, 10'000'000};
  std::array<std::uint64_t, steps_us.size() + 1> counts{};
  std::uint64_t sum_us = 0;
};

/// Adds up from any thread; what is read is of about one moment.
class LatencyCounts {
 public:
  void add(std::uint64_t took_us) {
    const auto step = std::lower_bound(Latencies::steps_us.begin(), Latencies::steps_us.end(), took_us);
    counts_[static_cast<std::size_t>(step - Latencies::steps_us.begin())].fetch_add(1, std::memory_order_relaxed);
    sum_us_.fetch_add(took_us, std::memory_order_relaxed);
  }
  Latencies now() const {
    Latencies out;
    for (std::size_t i = 0; i < counts_.size(); ++i) out.counts[i] = counts_[i].load(std::memory_order_relaxed);
    out.sum_us = sum_us_.load(std::memory_order_relaxed);
    return out;
  }

 private:
  std::array<std::atomic<std::uint64_t>, Latencies::steps_us.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

}  // namespace rf
