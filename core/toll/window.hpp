// The calls of the last T seconds, counted in a fixed piece of memory so that there are never more than N.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace rf::toll {

/// Calls in a sliding window. They are kept in at most sixteen cells of equally many, each with the time of its last
/// call, and leave the window a cell at a time when that last one leaves. So the count is never lower than the number
/// of calls in the window, wherever the window is laid: up to 16 in T it is exact; above, a call may count longer than
/// it should, and at worst one sixteenth of N is not had.
class Window {
 public:
  /// Calls in the last `period_ms` at least. `now_ms` and those of all other calls never go back.
  std::uint32_t count(std::int64_t now_ms, std::int64_t period_ms) {
    while (cells_ > 0 && last_ms_[first_] <= now_ms - period_ms) {
      first_ = (first_ + 1) % size;
      if (--cells_ == 0) newest_ = 0;
    }
    return cells_ == 0 ? 0 : (cells_ - 1) * cell_ + newest_;
  }
  void add(std::int64_t now_ms) { add_many(1, now_ms); }
  /// When the oldest cell leaves: no call is possible before, when the window is full. Nothing in it: now.
  std::int64_t frees_at_ms(std::int64_t now_ms, std::int64_t period_ms) const {
    return cells_ == 0 ? now_ms : last_ms_[first_] + period_ms;
  }
  /// When nothing of it counts any more.
  std::int64_t empty_at_ms(std::int64_t period_ms) const {
    return cells_ == 0 ? INT64_MIN : last_ms_[(first_ + cells_ - 1) % size] + period_ms;
  }
  /// N of the rule, from 1; a new window has at most 16. What was counted under another N goes on counting, never too
  /// little.
  void set_calls(std::uint32_t calls) {
    const std::uint32_t wanted = (calls + size - 1) / size;
    if (wanted == cell_) return;
    Window other;
    other.cell_ = wanted;
    for (std::uint32_t i = 0; i < cells_; ++i)
      other.add_many(i + 1 == cells_ ? newest_ : cell_, last_ms_[(first_ + i) % size]);
    *this = other;
  }

 private:
  static constexpr std::uint32_t size = 16;

  /// At one time. With more than N, which only a smaller N than before brings about, the newest cell holds them all,
  /// and gets no neighbour until it has left.
  void add_many(std::uint32_t calls, std::int64_t at_ms) {
    while (calls > 0) {
      if (cells_ == 0 || (newest_ == cell_ && cells_ < size)) {
        ++cells_;
        newest_ = 0;
      }
      const bool last_cell = cells_ == size || newest_ >= cell_;
      const std::uint32_t now = last_cell ? calls : std::min(calls, cell_ - newest_);
      newest_ += now;
      calls -= now;
      last_ms_[(first_ + cells_ - 1) % size] = at_ms;
    }
  }

  std::array<std::int64_t, size> last_ms_{};
  std::uint32_t cell_ = 1;    ///< calls in a full cell
  std::uint32_t newest_ = 0;  ///< calls in the newest
  std::uint8_t first_ = 0;
  std::uint8_t cells_ = 0;
};
static_assert(sizeof(Window) == 144);

}  // namespace rf::toll
