// Room for dial patterns and number rules, which all tenants share: what each of them may take, and what all have.
#pragma once

#include <cstddef>

#include "core/number/number_set.hpp"

namespace rf::toll {

/// With one tenant it may take all of the room; of several each has one part in TenantLimits::share, so that none is
/// refused for what another has.
class Room {
 public:
  Room(const number::NumberRoom& whole, std::size_t tenants);

  /// What one tenant may take.
  const number::NumberRoom& share() const { return share_; }
  /// False: with this one all tenants together have more than there is.
  bool take(const number::PatternIndex& index) { return take(0, index.taken()); }
  bool take(const number::NumberSet& set) { return take(set.numbers(), set.patterns().taken()); }

 private:
  bool take(std::size_t numbers, const number::PatternRoom& patterns);

  number::NumberRoom left_, share_;
};

}  // namespace rf::toll
