// Which country an address belongs to, out of a table that the shell reads from a database file.
#pragma once

#include <bitset>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/guard/ranges.hpp"

namespace rf::guard {

/// An ISO 3166 code of two letters, "DE". Zero: unknown.
struct Country {
  std::uint16_t index = 0;  ///< 1 to 676

  static std::optional<Country> parse(std::string_view text);
  std::string text() const;  ///< "??" when unknown
  explicit operator bool() const { return index != 0; }
  friend bool operator==(const Country&, const Country&) = default;
};

/// A set of countries; membership is one bit.
using CountrySet = std::bitset<677>;

/// Ranges of addresses with their countries. About 8 bytes for each IPv4 range and 20 for each of IPv6.
class Countries {
 public:
  struct Row {
    Address first;
    Address last;
    Country country;
  };
  /// Errors: a sentence about the first range that is upside down or overlaps another.
  static std::expected<Countries, std::string> of(const std::vector<Row>& rows);
  Country of(const Address& address) const;
  bool empty() const { return ranges_.empty(); }

 private:
  Ranges ranges_;
};

using CountriesRef = std::shared_ptr<const Countries>;

}  // namespace rf::guard
