// `ringfence serve`: the life of the process around the server.
#pragma once

#include <string>

#include "cli/world.hpp"

namespace rf::app {

/// Runs until TERM or INT; HUP reloads. A second TERM or INT cuts the clean stop short. Gives the exit code.
int serve(const cli::Place& place, const std::string& version, std::ostream& err);

}  // namespace rf::app
