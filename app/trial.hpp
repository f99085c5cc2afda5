// A configuration that is not in force yet, beside the one that is: calls of the past asked again, what passwords could
// cost, who reaches what (row O11).
#pragma once

#include "app/records.hpp"
#include "core/toll/paths.hpp"

namespace rf::app {

/// A plan, and who may call by it.
struct Candidate {
  toll::PlanRef plan;
  std::vector<toll::Plan::Known> callers;  ///< that are switched on
};

/// The configuration that is in force, by what is on disk. One that cannot be read or compiled lets nobody call.
Candidate present(Records& records);

/// {"replay", "exposures", "reach", "open_paths"}; `since_ms` of wall time: older calls are not asked again.
/// Errors: the store's.
Outcome try_out(Records& records, const Candidate& before, const Candidate& after, std::int64_t since_ms,
                std::int64_t now_wall_ms);

/// Why the change of this tenant may not be taken without being forced: it would let somebody who showed no password
/// call for money.
std::optional<command::Error> opens_paths(TenantId tenant, const Candidate& before, const Candidate& after,
                                          std::int64_t now_wall_ms);

/// Extensions that would have an emergency number by the change, and have none now: it is refused, whoever forces it.
std::vector<toll::PlanFault> newly_taken_numbers(const Candidate& before, const Candidate& after);

}  // namespace rf::app
