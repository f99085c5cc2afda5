// How long to wait after failures, so that neither a provider nor its recovery is run over.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/random.hpp"

namespace rf::trunk {

/// A pause that doubles with each failure in a row, up to `max_s`; its last half is chance, so that those who failed
/// together do not come back together. `failures` at least 1. Gives milliseconds. Source: RFC 5626 §4.5.
inline std::int64_t pause_ms(std::uint32_t base_s, std::uint32_t max_s, std::uint32_t failures, Random& random) {
  const std::uint64_t doubled = std::uint64_t{base_s} << std::min(failures, 20u);
  const std::uint64_t whole_ms = std::max<std::uint64_t>(std::min<std::uint64_t>(doubled, max_s) * 1'000, 2);
  return static_cast<std::int64_t>(whole_ms / 2 + random.below(whole_ms / 2 + 1));
}

}  // namespace rf::trunk
