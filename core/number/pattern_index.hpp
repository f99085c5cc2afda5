// Which of thousands of dial patterns a text fits, at a cost of one step a symbol.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/number/pattern.hpp"

namespace rf::number {

/// An immutable automaton made of patterns. A question reads one cache line for each symbol of the text, however many
/// patterns there are; the answer is a list that was made when it was built.
/// Patterns that overlap in many ways need many states; building is bounded by NumberLimits::pattern_states and
/// pattern_steps (about a second), and what needs more is refused instead of made slow.
class PatternIndex {
 public:
  struct Match {
    std::span<const std::uint32_t> patterns;  ///< that fit, by their places, in their order; lives as the index does
    bool more = false;                        ///< a longer text may fit some pattern
    bool early = false;                       ///< the first of them does not wait for more digits
  };

  PatternIndex() = default;
  /// Errors: a sentence; too many patterns, or a set of them that overlaps too much.
  static std::expected<PatternIndex, std::string> build(std::span<const Pattern> patterns);

  Match find(std::string_view text) const;

  std::size_t states() const { return states_.size(); }
  std::size_t bytes() const;

 private:
  friend class IndexBuilder;
  struct State {
    std::uint32_t next[symbol_count]{};  ///< state 0 is dead
    std::uint32_t first = 0;             ///< of its answer in `answers_`
    std::uint32_t count = 0;
    std::uint32_t early = 0;
  };
  static_assert(sizeof(State) == 64);

  std::vector<State> states_;
  std::vector<std::uint32_t> answers_;
};

}  // namespace rf::number
