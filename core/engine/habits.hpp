// Tells operators how people call.
#pragma once

#include "core/effect/command.hpp"
#include "core/pattern/patterns.hpp"
#include "core/policy/policy.hpp"
#include "core/toll/plan.hpp"

namespace rf::engine {

effect::Habits habits_of(Now now, const toll::Plan& plan, const policy::Policy& policy,
                         const pattern::Patterns& patterns, const effect::ShowHabits& asked);

}  // namespace rf::engine
