// Recorded signalling as text for people, and as files.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "cli/world.hpp"

namespace rf::cli {

void render_trace(std::string_view command, const Json& result, std::ostream& out);

/// What an answer brings for a file: its "base64" decoded, or its "text".
std::string file_in(const Json& result);

}  // namespace rf::cli
