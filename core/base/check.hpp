// Broken invariants of ours abort; remote bytes never reach a check.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace rf {

[[noreturn]] inline void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "ringfence: invariant broken: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace rf

/// Aborts when an invariant of our own code is broken, in every build type. Never for anything a remote side can send.
#define RF_CHECK(expression) ((expression) ? static_cast<void>(0) : ::rf::check_failed(#expression, __FILE__, __LINE__))
