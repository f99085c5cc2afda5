// A telephone number of the world's plan as a value.
#pragma once

#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.hpp"

namespace rf::number {

/// 1 to 15 digits, the first of them not 0, in 8 bytes: one digit each four bits from the top, the count in the lowest
/// four. Ordered by digits like words in a dictionary, so what begins alike stands together. Source: E.164 §6.
class E164 {
 public:
  static constexpr std::size_t digits_most = 15;

  E164() = default;  ///< no number: no digits
  /// Reads "+4930123456" or "4930123456", nothing else. Nothing for other characters, a leading 0, no or over 15
  /// digits.
  static std::optional<E164> parse(std::string_view text);

  std::size_t size() const { return packed_ & 15; }
  explicit operator bool() const { return packed_ != 0; }
  /// The digit at `place`, which is below size().
  unsigned digit(std::size_t place) const { return packed_ >> (60 - 4 * place) & 15; }
  std::string digits() const;  ///< "4930123456"
  std::string text() const;    ///< "+4930123456"
  /// The first `count` digits; all of them when there are fewer.
  E164 prefix(std::size_t count) const {
    if (count >= size()) return *this;
    if (count == 0) return {};
    const std::uint64_t kept = ~std::uint64_t{0} << (64 - 4 * count);
    return E164((packed_ & kept) | count);
  }
  bool starts_with(const E164& other) const { return prefix(other.size()) == other; }

  std::uint64_t packed() const { return packed_; }
  friend auto operator<=>(const E164&, const E164&) = default;

 private:
  explicit E164(std::uint64_t packed) : packed_(packed) {}
  std::uint64_t packed_ = 0;
};

}  // namespace rf::number

template <>
struct std::hash<rf::number::E164> {
  std::size_t operator()(const rf::number::E164& number) const noexcept { return rf::mix64(number.packed()); }
};
