// Names and handwriting of known tools, found in a few steps.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/guard/rules.hpp"

namespace rf::guard {

/// The User-Agent patterns, sorted by their first letter: each place of a name is compared with the patterns that begin
/// with its letter. Only the first 128 characters of a name are looked at.
class Agents {
 public:
  Agents() = default;
  explicit Agents(const std::vector<AgentPattern>& patterns);
  /// The pattern that fits, empty when none does. Lives as long as this object.
  std::string_view match(std::string_view user_agent) const;

 private:
  std::vector<AgentPattern> patterns_;  ///< in small letters
  std::array<std::uint16_t, 257> first_{};
};

/// Whether a text is written like the pattern of a Fingerprint. Time: the product of the two lengths at worst, and
/// patterns have at most 64 characters, texts are looked at up to 128.
bool fits(std::string_view pattern, std::string_view text);

}  // namespace rf::guard
