// The pages that are part of this program: those of portal/ when it was built, else one that says that it was not.
#pragma once

#include <span>

#include "shell/web/site.hpp"

namespace rf::app {

/// Live as long as the program. Made by cmake/pages.cmake.
std::span<const web::Asset> pages();

}  // namespace rf::app
