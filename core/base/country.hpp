// Countries by their codes, one and many.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rf {

/// An ISO 3166 code of two letters, "DE". Zero: unknown.
struct Country {
  std::uint16_t index = 0;  ///< 1 to 676

  static std::optional<Country> parse(std::string_view text);
  std::string text() const;  ///< "??" when unknown
  explicit operator bool() const { return index != 0; }
  friend bool operator==(const Country&, const Country&) = default;
};

/// A set of countries; membership is one bit, that of the index.
using CountrySet = std::bitset<677>;

/// Reads "DE,AT, ch"; empty is nobody. Nothing when a part is no code of two letters.
std::optional<CountrySet> parse_countries(std::string_view text);
/// "AT,DE", by the alphabet.
std::string text_of(const CountrySet& countries);

}  // namespace rf
