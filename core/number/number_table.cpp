#include "core/number/number_table.hpp"

#include "core/base/check.hpp"

namespace rf::number {

// Three of four slots are filled: one question in twenty reads a second line.
NumberTable::NumberTable(std::size_t expected, HashKey key) : lines_(expected / 9 * 2 + expected % 9 + 1), key_(key) {}

bool NumberTable::put(const E164& number, std::uint16_t value) {
  RF_CHECK(number && size_ < lines_.size() * slots);
  for (std::size_t bucket = bucket_of(number);; bucket = bucket + 1 == lines_.size() ? 0 : bucket + 1) {
    Line& line = lines_[bucket];
    for (std::size_t slot = 0; slot < slots; ++slot) {
      if (line.numbers[slot] == number.packed()) return false;
      if (line.numbers[slot] != 0) continue;
      line.numbers[slot] = number.packed();
      line.values[slot] = value;
      ++size_;
      return true;
    }
  }
}

std::optional<std::uint16_t> NumberTable::find(const E164& number, std::size_t bucket) const {
  // There is always a free slot somewhere: the table is made larger than what goes in.
  for (;; bucket = bucket + 1 == lines_.size() ? 0 : bucket + 1) {
    const Line& line = lines_[bucket];
    for (std::size_t slot = 0; slot < slots; ++slot)
      if (line.numbers[slot] == number.packed()) return line.values[slot];
    if (line.numbers[slots - 1] == 0) return std::nullopt;
  }
}

}  // namespace rf::number
