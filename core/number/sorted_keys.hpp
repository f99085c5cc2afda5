// Millions of sorted 64-bit keys and the place of the last one not above a given one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rf::number {

/// A static tree whose nodes are cache lines of eight keys: a question reads one line a level, of which there are eight
/// for ten million keys, whatever the keys are and whoever chose them. 9.2 bytes a key.
class SortedKeys {
 public:
  static constexpr std::size_t none = ~std::size_t{0};

  SortedKeys() = default;
  /// `keys` ascend.
  explicit SortedKeys(std::span<const std::uint64_t> keys);

  /// The place of the last key that is not above `key`; `none` when all are.
  std::size_t last_not_above(std::uint64_t key) const;
  std::uint64_t operator[](std::size_t place) const { return lines_[leaves_ + place / 8].keys[place % 8]; }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return lines_.capacity() * sizeof(Line); }

 private:
  struct alignas(64) Line {
    std::uint64_t keys[8];
  };

  std::vector<Line> lines_;          ///< level by level, the root first
  std::vector<std::size_t> levels_;  ///< where each begins
  std::size_t leaves_ = 0;           ///< where the last begins
  std::size_t size_ = 0;
};

}  // namespace rf::number
