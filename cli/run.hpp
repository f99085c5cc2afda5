// The `ringfence` command: parses, asks, shows.
#pragma once

#include "cli/world.hpp"

namespace rf::cli {

/// Exit codes, as every --help shows them.
enum Exit : int {
  done = 0,
  failed = 1,  ///< refused or failed
  usage = 2,   ///< a wrong command line, value or configuration file
  not_found = 3,
  not_running = 4,  ///< needs a running server
  conflict = 5,     ///< exists already, or stands in the way
  denied = 6,       ///< this account may not
};

Exit exit_of(command::Code code);

/// Carries out one command line. Results go to `out`, faults to `err` as one line of what and one of what to do.
int run(int argc, const char* const* argv, World& world);

}  // namespace rf::cli
