// Those whom a call is counted for and who pay for it, with what the plan says of each.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/ids.hpp"
#include "core/money/account.hpp"
#include "core/money/meter.hpp"
#include "core/schedule/zone.hpp"
#include "core/toll/terms.hpp"

namespace rf::toll {

class Plan;

/// One of them. Pointers into the plan, which has to outlive it.
struct Payer {
  static constexpr std::uint32_t nowhere = UINT32_MAX;
  std::uint64_t id = 0;
  const SpendingTerms* terms = nullptr;  ///< null: there is none (an extension without a department)
  const schedule::Zone* zone = nullptr;  ///< of its days and months; null: UTC
  /// Among all payers of the plan, which another plan may change: where to remember what was found of it.
  std::uint32_t place = nowhere;
};

/// Of one call on one trunk.
struct Parties {
  Payer extension, department, tenant, trunk, system;
  LineTerms trunk_outbound, trunk_inbound, trunk_both, tenant_on_trunk;
  std::span<const PaceRule> trunk_inbound_paces;
  money::Horizon horizon;
};

/// As the plan has them now. A trunk's money counts by the days of the tenant it belongs to, the system's by UTC.
/// Without `extension` (an inbound call) that one and its department are none.
Parties parties_of(const Plan& plan, TenantId tenant, ExtensionId extension, TrunkId trunk);
/// Whose account it is. Without terms: the plan has nobody of that name.
Payer payer_of(const Plan& plan, TenantId tenant, money::AccountId account);

}  // namespace rf::toll
