// Questions about calls that nobody makes: answered by a plan, with and without a server.
#pragma once

#include "app/records.hpp"

namespace rf::app {

/// Whether answer_by_plan() has an answer to it.
bool asks_plan(const command::Command& command);
/// What would become of a call, of an emergency call, what a password could cost, who reaches what. Errors: not_found.
Outcome answer_by_plan(Records& records, const toll::Plan& plan, const command::Command& command,
                       std::int64_t now_wall_ms);

}  // namespace rf::app
