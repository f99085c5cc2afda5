// What is wrong with terms of calls that are answered by a rule: forwarding, ring groups, PINs, inbound targets.
#pragma once

#include <vector>

#include "core/toll/plan.hpp"

namespace rf::toll {

/// Appends every fault: members, groups, lists and PINs that there are not, a group's number that means something else,
/// forwarding that leads nowhere, to an emergency number or around in a circle, which is written out.
void append_answer_faults(const Terms& terms, const std::vector<Plan::Known>& extensions,
                          std::vector<PlanFault>& faults);

/// Extensions whose number calls for help where they are: nobody reaches them by dialling it. No fault of terms that
/// stand, for a start is not refused over it; a change that brings one is.
std::vector<PlanFault> taken_emergency_numbers(const Plan& plan, const std::vector<Plan::Known>& extensions);

}  // namespace rf::toll
