// One command from outside the server's process: through its socket when it runs, on the database when it does not.
#pragma once

#include "cli/world.hpp"

namespace rf::app {

/// Errors: the command's own; not_running for what only a server can do; conflict when something else has the data
/// directory.
control::Outcome ask(const cli::Place& place, std::string_view command, const control::Json& args);

}  // namespace rf::app
