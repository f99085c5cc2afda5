// Reads ringfence.toml. Anything it does not understand stops the start: a misspelt limit must not be a missing limit.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "shell/config/settings.hpp"

namespace rf::config {

/// One fault of the file: where, what, and what to do.
struct Problem {
  std::string file;
  Place place;
  std::string what;
  std::string remedy;

  /// "ringfence.toml:12:8: port is 70000, …; write a number from 1 to 65535"
  std::string text() const;
};

using Loaded = std::expected<Settings, std::vector<Problem>>;

/// Parses the text of a file; `file` is its name for messages. All faults are reported, in the order of the file;
/// after a syntax error only that one.
Loaded parse(std::string_view text, std::string_view file);

/// Reads and parses a file. Files over 1 MiB are refused.
Loaded load(const std::string& path);

}  // namespace rf::config
