// The dial patterns of routes, tenant by tenant: none of them makes another's slow, or has them refused.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "core/base/ids.hpp"
#include "core/number/pattern_index.hpp"

namespace rf::toll {

/// An index for each tenant. One for all would be asked for patterns that are nothing to who calls, and those of two
/// tenants that overlap would need more room than both have. Immutable.
class DialPatterns {
 public:
  /// Of one tenant.
  struct Own {
    number::PatternIndex index;
    std::vector<std::uint32_t> places;  ///< by pattern: of its route in the plan's terms, ascending
  };
  /// As they stand in routes, in their order.
  struct Listed {
    std::vector<number::Pattern> patterns;
    std::vector<std::uint32_t> places;
    void add(number::Pattern pattern, std::uint32_t place) {
      patterns.push_back(std::move(pattern));
      places.push_back(place);
    }
  };
  struct Fault {
    TenantId tenant;  ///< who has more than its share; none: all together have too many
    std::string text;
  };

  DialPatterns() = default;
  /// `tenants`: how many the room is for. Errors: everybody for whom there is none.
  static std::expected<DialPatterns, std::vector<Fault>> build(const std::map<TenantId, Listed>& listed,
                                                               std::size_t tenants);

  /// Of a tenant without any: an empty one.
  const Own& of(TenantId tenant) const;

 private:
  boost::unordered_flat_map<TenantId, Own, std::hash<TenantId>> by_tenant_;
};

}  // namespace rf::toll
