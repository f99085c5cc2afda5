// A short text of dialled symbols that needs no memory of its own.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/limits/toll.hpp"

namespace rf::number {

/// Up to NumberLimits::dialled_digits symbols: 0-9, * and #, and a + in front.
class Digits {
 public:
  /// False, and nothing changed, when there is no room.
  bool push(char symbol) {
    if (size_ == symbols_.size()) return false;
    symbols_[size_++] = symbol;
    return true;
  }
  bool append(std::string_view text) {
    if (text.size() > symbols_.size() - size_) return false;
    std::copy(text.begin(), text.end(), symbols_.begin() + size_);
    size_ = static_cast<std::uint8_t>(size_ + text.size());
    return true;
  }
  std::string_view view() const { return {symbols_.data(), size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::array<char, NumberLimits::dialled_digits> symbols_;
  std::uint8_t size_ = 0;
};

}  // namespace rf::number
