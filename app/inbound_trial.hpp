// A call from outside that nobody makes: what would become of it, by the code that a call goes through (row O11).
#pragma once

#include "app/records.hpp"

namespace rf::app {

/// As the command asks, with every inbound route that was passed over and every rule that was asked. What changes from
/// call to call is taken for the best: who was rung is registered and free, and nobody called before.
/// Errors: there is no such trunk.
Outcome test_inbound(Records& records, const toll::Plan& plan, const command::TestInbound& question,
                     std::int64_t now_wall_ms);

}  // namespace rf::app
