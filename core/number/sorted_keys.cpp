#include "core/number/sorted_keys.hpp"

#include <algorithm>

namespace rf::number {
namespace {

// Larger than any key: packed numbers end with a count of digits, which is below 16 by one at least.
constexpr std::uint64_t padding = ~std::uint64_t{0};

}  // namespace

SortedKeys::SortedKeys(std::span<const std::uint64_t> keys) : size_(keys.size()) {
  if (keys.empty()) return;
  std::vector<std::size_t> counts;  // lines of each level, the leaves first
  for (std::size_t lines = (keys.size() + 7) / 8;; lines = (lines + 7) / 8) {
    counts.push_back(lines);
    if (lines == 1) break;
  }
  std::size_t total = 0;
  for (auto count = counts.rbegin(); count != counts.rend(); ++count) {
    levels_.push_back(total);
    total += *count;
  }
  lines_.resize(total);
  leaves_ = levels_.back();
  for (std::size_t i = 0; i < counts.front() * 8; ++i)
    lines_[leaves_ + i / 8].keys[i % 8] = i < keys.size() ? keys[i] : padding;
  for (std::size_t level = levels_.size() - 1; level-- > 0;) {
    const std::size_t below = counts[counts.size() - 2 - level];
    const std::size_t slots = counts[counts.size() - 1 - level] * 8;
    for (std::size_t i = 0; i < slots; ++i)
      lines_[levels_[level] + i / 8].keys[i % 8] = i < below ? lines_[levels_[level + 1] + i].keys[0] : padding;
  }
}

std::size_t SortedKeys::last_not_above(std::uint64_t key) const {
  std::size_t line = 0;
  for (const std::size_t level : levels_) {
    const Line& at = lines_[level + line];
    std::size_t below = 0;
    for (const std::uint64_t one : at.keys) below += one <= key;
    if (below == 0) return none;
    line = line * 8 + below - 1;
  }
  return size_ == 0 ? none : line;
}

}  // namespace rf::number
