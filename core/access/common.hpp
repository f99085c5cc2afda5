// Passwords that many people have.
#pragma once

#include <string_view>

namespace rf::access {

/// Whether this text, in small letters, is on the kept list. A handful of comparisons.
bool is_common(std::string_view folded);

}  // namespace rf::access
