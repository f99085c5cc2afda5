// What stands in front of a number: the small programs that recognise international and national prefixes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rf::number {

/// What a program found at the beginning of a text. Views into that text.
struct PrefixMatch {
  std::size_t size = 0;  ///< digits
  std::array<std::string_view, 2> groups;
  bool any_group = false;  ///< the last group took part
};

/// Runs `program` (a place in table::words, 0: no prefix) over the beginning of `digits`, like a regular expression
/// that takes the first alternative that fits. At most a few hundred steps: the programs are the plan's, the text is
/// bounded.
std::optional<PrefixMatch> match_prefix(std::uint16_t program, std::string_view digits);

}  // namespace rf::number
