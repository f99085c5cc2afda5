// Which country an address belongs to, out of a table that the shell reads from a database file.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "core/base/country.hpp"
#include "core/guard/ranges.hpp"

namespace rf::guard {

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
  std::size_t ranges() const { return ranges_.pieces(); }
  std::size_t bytes() const { return ranges_.bytes(); }

 private:
  Ranges ranges_;
};

using CountriesRef = std::shared_ptr<const Countries>;

}  // namespace rf::guard
