// What is written down of a source, so that a restart does not make a patient attacker a stranger again.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/address.hpp"
#include "core/base/limits/guard.hpp"
#include "core/guard/window.hpp"

namespace rf::guard {

/// One counter: how often in the period that began then, and in the one before it; or the bits of a distinct count.
struct KeptCount {
  FixedText<40> rule;  ///< a rule that uses it
  std::int64_t since_ms = 0;
  std::uint16_t now = 0;
  std::uint16_t before = 0;
};

/// One source without what its ports and accounts are known for. Times are wall-clock milliseconds, 0: never.
struct KeptSource {
  Address address;  ///< of an IPv6 /64 the first
  std::int64_t last_ms = 0;
  std::int64_t caught_ms = 0;
  std::int64_t throttle_until_ms = 0;
  std::int64_t good_until_ms = 0;
  std::int64_t proof_until_ms = 0;
  std::uint16_t proof_port = 0;
  bool guessing = false;
  bool offended = false;
  FixedText<40> rule;  ///< that caught it last
  std::uint8_t count = 0;
  std::array<KeptCount, GuardLimits::counters> counts;
};

}  // namespace rf::guard
