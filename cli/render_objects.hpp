// How answers about trunks, routes, limits and the policy file look.
#pragma once

#include <ostream>
#include <string_view>

#include "cli/cells.hpp"

namespace rf::cli {

/// Whether `command` is one of these; then its answer was written to `out`.
bool render_object(std::string_view command, const Json& result, std::ostream& out);

/// What calls of an extension may be: the part of extension show that is about it.
void render_values(const Json& values, std::ostream& out);

}  // namespace rf::cli
