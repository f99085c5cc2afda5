#include "core/toll/dial_patterns.hpp"

#include "core/toll/room.hpp"

namespace rf::toll {

std::expected<DialPatterns, std::vector<DialPatterns::Fault>> DialPatterns::build(
    const std::map<TenantId, Listed>& listed, std::size_t tenants) {
  DialPatterns out;
  std::vector<Fault> faults;
  Room room({.patterns = {}}, tenants);
  for (const auto& [tenant, own] : listed) {
    auto index = number::PatternIndex::build(own.patterns, room.share().patterns);
    if (!index) {
      faults.push_back({tenant, index.error()});
      continue;
    }
    if (!room.take(*index)) {
      faults.push_back({{}, "the dial patterns of all tenants need more room than there is"});
      break;
    }
    out.by_tenant_.emplace(tenant, Own{std::move(*index), own.places});
  }
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return out;
}

const DialPatterns::Own& DialPatterns::of(TenantId tenant) const {
  static const Own none;
  const auto found = by_tenant_.find(tenant);
  return found == by_tenant_.end() ? none : found->second;
}

}  // namespace rf::toll
