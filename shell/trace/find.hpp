// Finds what was recorded, in the files that are there, whether their writer runs or not.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/trace/entry.hpp"

namespace rf::trace {

/// What a ring of files is for; the beginning of their names.
inline constexpr std::string_view calls_kind = "calls", strangers_kind = "strangers", log_kind = "log";

struct Found {
  std::vector<Entry> entries;  ///< in the order of time
  bool more = false;           ///< older ones were left out
};

/// The newest whole messages and notes that fit, at most `limit` and TraceLimits::shown_bytes of them. Of a call also
/// the requests that were challenged before it began.
Found find_messages(const std::string& folder, const Filter& filter, std::size_t limit);

/// The same of the summaries.
Found find_summaries(const std::string& folder, const Filter& filter, std::size_t limit);

}  // namespace rf::trace
