// How people call, and how much lately: learned again from the records at start, and told to operators.
#pragma once

#include <memory>
#include <string>

#include "app/questions.hpp"
#include "app/records.hpp"
#include "core/command/command.hpp"
#include "core/pattern/patterns.hpp"
#include "core/toll/desk.hpp"
#include "core/toll/plan.hpp"
#include "shell/store/store.hpp"

namespace rf::app {

/// Lives through the records of the last weeks, oldest first, as the engine did. `note` gets a line for the operator
/// when they cannot be read: then the habits are those of a new system.
std::unique_ptr<pattern::Patterns> learned_patterns(store::Store& store, const toll::Plan& plan, std::uint64_t seed,
                                                    std::int64_t now_wall_ms, std::string& note);

/// Counts the recent calls in the pace of a desk that is new. `note` as above.
void recall_pace(store::Store& store, const toll::Plan& plan, toll::Desk& desk, Now now, std::string& note);

/// Asks the engine.
Outcome show_patterns(Questions& questions, const toll::Plan& plan, const policy::Policy& policy,
                      const effect::ShowHabits& asked, std::uint32_t wait_ms);

}  // namespace rf::app
