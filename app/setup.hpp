// `ringfence setup`: what is missing for a first call, and nothing else.
#pragma once

#include "app/rows.hpp"
#include "cli/world.hpp"

namespace rf::app {

/// Makes the data directory, a configuration file in it (unless another is used), the certificate and the extensions
/// that do not exist yet. What is there is kept: it may be called any number of times, also while the server runs.
/// Gives {"data_dir","config","realm","authority","tls","plain","created":[…with passwords…],"kept":[…]}.
control::Outcome setup(const cli::Place& place, const cli::SetupWish& wish);

}  // namespace rf::app
