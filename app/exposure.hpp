// The stated bound: the most that a stolen password can cost, for people.
#pragma once

#include "app/records.hpp"

namespace rf::app {

/// {"currency", "extensions": [{"number", "hour", "day", "month", "why", "dearest", "halving"}]}, the dearest month
/// first. A window is {"amount", "rule", "text"}; an amount of null is without bound.
/// Errors: not_found.
Outcome list_exposure(Records& records, const toll::Plan& plan, const command::ShowExposure& command,
                      std::int64_t now_wall_ms);

}  // namespace rf::app
