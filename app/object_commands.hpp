// Commands about trunks, routes, limits, money: those that work on the database, with and without a server.
#pragma once

#include <optional>

#include "app/policy_events.hpp"
#include "app/policy_guard.hpp"
#include "app/records.hpp"

namespace rf::app {

/// A change of what is configured about calls: the answer, and the plan that holds from now on.
struct PlanChanged {
  Outcome outcome;
  toll::PlanRef plan;                ///< null: nothing changed
  guard::CompiledRef rules = nullptr;  ///< of the guard, likewise
};

/// What a policy file may say besides calls.
struct PolicySides {
  GuardSide guard;
  EventSide events;
};

/// Every command about objects of core/document, the policy file, and changes of extensions, which the objects are
/// about as well; nothing for all others. A change after which the whole could not be compiled is refused with its
/// faults, and nothing is changed.
std::optional<PlanChanged> change_objects(Records& records, const command::Command& command, std::int64_t now_wall_ms,
                                          const PolicySides& sides);

}  // namespace rf::app
