// What a configuration that is not in force yet would do, who reaches what, and emergency calls that nobody makes.
#pragma once

#include <ostream>

#include "cli/cells.hpp"

namespace rf::cli {

/// Whether the command is one of these; then its answer was written.
bool render_trial(std::string_view command, const Json& answer, std::ostream& out);
/// What `policy plan` found besides the changes themselves.
void render_tried(const Json& answer, std::ostream& out);

}  // namespace rf::cli
