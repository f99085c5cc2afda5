// Time is an argument everywhere in core: the shell reads the clocks once a batch and passes the result down.
#pragma once

#include <cstdint>

namespace rf {

/// One reading of both clocks. `mono_ms` never goes back and has no epoch; `wall_ms` is milliseconds since 1970 UTC.
struct Now {
  std::int64_t mono_ms = 0;
  std::int64_t wall_ms = 0;
};

/// A deadline that never comes.
inline constexpr std::int64_t never_ms = INT64_MAX;

}  // namespace rf
