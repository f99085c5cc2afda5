// Pace after a restart: calls of the former process count on, so that a crash gives nobody a fresh allowance.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/record/records.hpp"
#include "core/toll/desk.hpp"
#include "core/toll/plan.hpp"

namespace rf::call {

/// What a record says of pace, in few bytes: there may be many.
struct Served {
  std::int64_t at_wall_ms = 0;
  TenantId tenant;
  ExtensionId payer;
  std::string trunk_out, called;                ///< of a call that left; empty: it did not
  std::string trunk_in, inbound_route, caller;  ///< of one that came in
  std::uint32_t times = 1;                      ///< attempts that share the record; all count when the last did
};
/// Nothing: the call was inside, was refused, or was an emergency, which asks nobody.
std::optional<Served> served_of(const record::Cdr& cdr);

/// For how long before now a call counts: the longest period of any rule that the plan has.
std::int64_t longest_pace_ms(const toll::Plan& plan);

/// Counts these calls, in any order, in the pace of all whose calls they were: who called, department, tenant, system
/// and trunk, and of calls that came in the trunk and the caller. Before the first call.
/// What no record tells is not counted: attempts of the last minute that nobody answered and that shared a record, and
/// trunks that were tried before the last one. Of numbers that share a record the first counts.
void recall_pace(Now now, const toll::Plan& plan, toll::Desk& desk, std::vector<Served> calls);

}  // namespace rf::call
