// What a stolen password cost, in any hour, day and month.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace rf::fraud {

/// Micro-units owed as time goes on, and the most of any window whose ends were looked at.
class Losses {
 public:
  static constexpr std::array<std::int64_t, 3> windows_ms{3'600'000, 86'400'000, 31 * 86'400'000ll};

  /// Owed between the last time that anybody looked and now. Neither goes back.
  void add(std::int64_t since_ms, std::int64_t now_ms, std::int64_t micros) {
    total_ += micros;
    seen_.push_back({since_ms, total_});
    for (std::size_t i = 0; i < windows_ms.size(); ++i) {
      // What may have been owed before the window began is left out.
      while (from_[i] < seen_.size() && seen_[from_[i]].since_ms < now_ms - windows_ms[i]) ++from_[i];
      worst_[i] = std::max(worst_[i], total_ - (from_[i] == 0 ? 0 : seen_[from_[i] - 1].total));
    }
  }
  std::int64_t total() const { return total_; }
  /// By place in windows_ms.
  std::int64_t worst(std::size_t window) const { return worst_[window]; }

 private:
  struct Seen {
    std::int64_t since_ms, total;
  };

  std::vector<Seen> seen_;
  std::array<std::size_t, 3> from_{};
  std::array<std::int64_t, 3> worst_{};
  std::int64_t total_ = 0;
};

}  // namespace rf::fraud
