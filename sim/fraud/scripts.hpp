// Frauds as data: what a thief who knows passwords does with them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/toll/decide.hpp"
#include "sim/fraud/office.hpp"

namespace rf::fraud {

struct Script {
  std::string_view name;
  unsigned passwords;           ///< that are stolen in a house of 500
  std::string_view department;  ///< whose; empty: of all that may call abroad
  toll::Question::For purpose;
  std::span<const Range> targets;  ///< in turn
  unsigned lines;                  ///< at once, of one password
  std::int64_t every_ms;           ///< between two tries of one password
  std::uint32_t talk_from_s, talk_to_s;
  unsigned from_h, to_h;  ///< of the day; beyond 24 is the next one
  unsigned day_percent;   ///< of the extension's cap that it takes in a day; 0: all there is
  bool hops = false;      ///< its carriers fail until the last one takes the call
  bool searches = false;  ///< tries what pays best, and does it; the same number in any house
};
std::span<const Script> scripts();

}  // namespace rf::fraud
