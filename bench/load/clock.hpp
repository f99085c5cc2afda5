// Time for the load generator: even pacing, constant delays, and latencies in fine buckets.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <ctime>
#include <deque>
#include <utility>

namespace rf::load {

/// Monotonic nanoseconds.
inline std::int64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}
inline constexpr std::int64_t ns_per_ms = 1'000'000;
inline constexpr std::int64_t ns_per_s = 1'000'000'000;
inline constexpr std::int64_t never_ns = INT64_MAX;

/// Spreads operations evenly: the n-th is due at start + n / rate, whatever happened to those before it.
class Pacer {
 public:
  Pacer(double rate_per_s, std::int64_t start_ns, std::int64_t end_ns)
      : interval_ns_(1e9 / rate_per_s), start_ns_(start_ns), end_ns_(end_ns) {}
  bool due(std::int64_t now) const { return next_ns() <= now && !over(); }
  void take() { ++taken_; }
  bool over() const { return next_ns() >= end_ns_; }
  std::int64_t next_ns() const { return start_ns_ + static_cast<std::int64_t>(interval_ns_ * static_cast<double>(taken_)); }
  std::uint64_t taken() const { return taken_; }

 private:
  double interval_ns_;
  std::int64_t start_ns_;
  std::int64_t end_ns_;
  std::uint64_t taken_ = 0;
};

/// Things that all wait equally long: a queue instead of a heap.
template <class T>
class DelayLine {
 public:
  explicit DelayLine(std::int64_t delay_ns) : delay_ns_(delay_ns) {}
  void push(std::int64_t now, T item) { queue_.emplace_back(now + delay_ns_, std::move(item)); }
  bool due(std::int64_t now) const { return !queue_.empty() && queue_.front().first <= now; }
  T pop() {
    T item = std::move(queue_.front().second);
    queue_.pop_front();
    return item;
  }
  std::int64_t next_ns() const { return queue_.empty() ? never_ns : queue_.front().first; }
  bool empty() const { return queue_.empty(); }

 private:
  std::int64_t delay_ns_;
  std::deque<std::pair<std::int64_t, T>> queue_;
};

/// Counts of durations in buckets that are at most 1.6 % wide.
class Histogram {
 public:
  void add(std::int64_t ns) {
    std::uint64_t us = ns < 0 ? 0 : static_cast<std::uint64_t>(ns) / 1'000;
    ++counts_[index_of(us)];
    ++total_;
    if (us > max_us_) max_us_ = us;
  }
  std::uint64_t total() const { return total_; }
  std::uint64_t max_us() const { return max_us_; }
  /// The duration in microseconds that `share` (0 to 1) of all stayed under.
  std::uint64_t percentile_us(double share) const {
    auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted || (seen == total_ && total_ > 0)) return upper_of(i) < max_us_ ? upper_of(i) : max_us_;
    }
    return 0;
  }

 private:
  static constexpr unsigned fine_bits = 6;
  static std::size_t index_of(std::uint64_t us) {
    if (us < (1U << fine_bits)) return us;
    unsigned shift = static_cast<unsigned>(std::bit_width(us)) - fine_bits - 1;
    if (shift > 31) return buckets - 1;
    return (static_cast<std::size_t>(shift + 1) << fine_bits) + ((us >> shift) & ((1U << fine_bits) - 1));
  }
  static std::uint64_t upper_of(std::size_t index) {
    if (index < (1U << fine_bits)) return index;
    auto shift = static_cast<unsigned>((index >> fine_bits) - 1);
    return (((index & ((1U << fine_bits) - 1)) | (1U << fine_bits)) + 1) << shift;
  }
  static constexpr std::size_t buckets = 33U << fine_bits;
  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t max_us_ = 0;
};

}  // namespace rf::load
