// Events, and who is told of them, for a person.
#pragma once

#include <ostream>
#include <string_view>

#include "cli/world.hpp"

namespace rf::cli {

/// Prints the result of a command about events or mail; false: it is about something else.
bool render_event(std::string_view command, const Json& result, std::ostream& out);

}  // namespace rf::cli
