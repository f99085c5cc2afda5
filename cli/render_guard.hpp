// What the guard's commands answer, for a person.
#pragma once

#include <ostream>
#include <string_view>

#include "shell/control/protocol.hpp"

namespace rf::cli {

/// `command` without "guard.".
void render_guard(std::string_view command, const control::Json& result, std::ostream& out);

}  // namespace rf::cli
