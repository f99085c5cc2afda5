// What is wrong with terms of calls that are answered by a rule: forwarding, ring groups, PINs, inbound targets.
#pragma once

#include <vector>

#include "core/toll/plan.hpp"

namespace rf::toll {

/// Appends every fault: members, groups, lists and PINs that there are not, a group's number that means something else,
/// forwarding that leads nowhere, to an emergency number or around in a circle, which is written out.
void append_answer_faults(const Terms& terms, const std::vector<Plan::Known>& extensions,
                          std::vector<PlanFault>& faults);

}  // namespace rf::toll
