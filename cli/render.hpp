// Results of commands as text for people.
#pragma once

#include <ostream>
#include <string_view>

#include "cli/world.hpp"

namespace rf::cli {

/// Prints the result of `command` ("extension.list").
void render(std::string_view command, const Json& result, std::ostream& out);
/// Call records for a spreadsheet.
void render_cdrs_csv(const Json& result, std::ostream& out);
void render_setup(const Json& result, std::ostream& out);

}  // namespace rf::cli
