// All that commands have configured about calls, the guard and events as one file: written, compared, taken.
#pragma once

#include "app/object_commands.hpp"

namespace rf::app {

Outcome export_policy(Records& records, const PolicySides& sides);
/// What the text would change, and what that would have made of the calls of the past, see try_out. It is taken,
/// compiled and given back, so that every fault is told that apply would have.
Outcome plan_policy(Records& records, const command::PolicyPlan& command, std::int64_t now_wall_ms,
                    const PolicySides& sides);
PlanChanged apply_policy(Records& records, const command::PolicyApply& command, std::int64_t now_wall_ms,
                         const PolicySides& sides);

}  // namespace rf::app
