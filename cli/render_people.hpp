// Users, roles, tokens and sessions for people to read.
#pragma once

#include <ostream>
#include <string_view>

#include "shell/control/protocol.hpp"

namespace rf::cli {

/// Whether it is a command of these and was written.
bool render_people(std::string_view command, const control::Json& result, std::ostream& out);

}  // namespace rf::cli
