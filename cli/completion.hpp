// Shell completion, written from the command tree itself so that it cannot fall behind.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace rf::cli {

/// The completion script of `shell`: "bash", "zsh" or "fish".
std::string completion(const CLI::App& root, std::string_view shell);

}  // namespace rf::cli
