// `ringfence serve`: the life of the process around the server.
#pragma once

#include <string>

#include "cli/world.hpp"

namespace rf::app {

/// Runs until TERM or INT; HUP reloads. A second TERM or INT cuts the clean stop short. With `json`, log lines are JSON
/// whatever the file says. Errors: why it did not start.
std::expected<void, command::Error> serve(const cli::Place& place, bool json, const std::string& version);

}  // namespace rf::app
