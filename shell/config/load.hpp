// Reads ringfence.toml. Anything it does not understand stops the start: a misspelt limit must not be a missing limit.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
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

/// A value in place of what the file says of a key: {"login", "idle_s", 900}. It is checked as if the file said it.
struct Above {
  std::string section, key;
  std::variant<bool, std::int64_t, std::string, std::vector<std::string>> value;
};

/// What was seen while a file was read.
struct Reading {
  std::set<std::string> said;                                           ///< sections, and keys as "login.idle_s"
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> bounds;  ///< of numbers that a section may hold
};

/// Parses the text of a file; `file` is its name for messages. All faults are reported, in the order of the file;
/// after a syntax error only that one. `reading` is filled in when it is given.
Loaded parse(std::string_view text, std::string_view file, const std::vector<Above>& above = {},
             Reading* reading = nullptr);

/// Reads and parses a file. Files over 1 MiB are refused.
Loaded load(const std::string& path, const std::vector<Above>& above = {}, Reading* reading = nullptr);

}  // namespace rf::config
