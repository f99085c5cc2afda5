// The compiled number plan: what tools/number_plan writes when the project is built. Only core/number reads it.
#pragma once

#include <cstdint>
#include <span>

namespace rf::number::table {

/// A state of the automaton over the digits of a number, 24 bytes. What `label` means is up to the plan that starts
/// there: of a calling code, place of the region in it plus one (0: none), times 16, plus Class; of short numbers,
/// ShortCost plus 4 when valid plus 8 when an emergency number; of a general description, 1 where it fits. State 0 is
/// dead. `reach`: of a calling code the set of classes (1 << Class) that this state or a later one has.
struct Node {
  std::uint16_t label;
  std::uint16_t reach;
  std::uint16_t next[10];
};

/// A calling code. Its first region is the main one, whose rules hold for what no region is known of.
struct Code {
  std::uint16_t code;
  std::uint16_t start;  ///< state for the digits after the code
  std::uint16_t first_region;
  std::uint16_t regions;
};

struct Region {
  std::uint16_t country;  ///< Country::index; 0 for networks that belong to none
  std::uint16_t code;
  std::uint16_t general;        ///< state: fits the general description
  std::uint16_t short_numbers;  ///< state; 0 when there are none
  // Programs for core/number/prefix.hpp; 0: none
  std::uint16_t international;
  std::uint16_t national;
  // Lengths of national numbers, bit n for n digits
  std::uint32_t possible;
  std::uint32_t local_only;
  char national_prefix[8];
  char international_prefix[8];  ///< the usual one, as digits
  char transform[8];             ///< what takes the place of a national prefix; $1 and $2 are its groups
};

inline constexpr std::uint16_t short_valid = 4;
inline constexpr std::uint16_t short_emergency = 8;

extern const char version[];
extern const std::span<const Node> nodes;
extern const std::span<const Code> codes;
extern const std::span<const Region> regions;
extern const std::span<const std::uint16_t> words;
extern const std::uint8_t code_of_digits[1000];     ///< by the first three digits; place in `codes` plus one
extern const std::uint16_t region_of_country[677];  ///< by Country::index; place in `regions` plus one

/// The state after `digits` ('0' to '9'), from `state`.
template <class Text>
std::uint16_t walk(std::uint16_t state, const Text& digits) {
  for (const char c : digits) {
    if (state == 0) break;
    state = nodes[state].next[c - '0'];
  }
  return state;
}

}  // namespace rf::number::table
