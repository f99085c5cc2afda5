// An example for every sub-command: the part of --help that people read.
#pragma once

#include <string_view>

namespace rf::cli {

/// Lines to show under "Examples:", by command name ("extension.add") or sub-command ("serve"); empty when there is
/// none.
std::string_view examples_of(std::string_view command);

}  // namespace rf::cli
