// Which of thousands of dial patterns a text fits, at a cost of one step a symbol.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits/toll.hpp"
#include "core/number/pattern.hpp"

namespace rf::number {

/// What an index may take, or took.
struct PatternRoom {
  std::size_t patterns = NumberLimits::patterns;
  std::size_t states = NumberLimits::pattern_states;
  std::size_t steps = NumberLimits::pattern_steps;
};

/// An immutable automaton made of patterns. A question takes one step for each symbol of the text, however many
/// patterns there are; the answer is a list that was made when it was built. Patterns that overlap in many ways need
/// many states; building is bounded by its room, of which NumberLimits::pattern_steps are seconds, and what needs more
/// is refused instead of made slow.
class PatternIndex {
 public:
  struct Match {
    std::span<const std::uint32_t> patterns;  ///< that fit, by their places, in their order; lives as the index does
    bool more = false;                        ///< a longer text may fit some pattern
    bool early = false;                       ///< the first of them does not wait for more digits
  };

  PatternIndex() = default;
  /// Errors: a sentence; too many patterns, or a set of them that overlaps too much.
  static std::expected<PatternIndex, std::string> build(std::span<const Pattern> patterns,
                                                        const PatternRoom& room = {});

  Match find(std::string_view text) const;

  std::size_t states() const { return pairs_.size() + branches_.size(); }
  std::size_t bytes() const;
  /// Of the room that it was built in.
  const PatternRoom& taken() const { return taken_; }

 private:
  friend class IndexBuilder;
  /// A state by its number; those with `is_branch` are in `branches_`, the others in `pairs_`. 0 is dead.
  using StateId = std::uint32_t;
  static constexpr StateId is_branch = 1u << 31;
  /// A state that leads to two others at most, as most do: what follows a beginning is any digit.
  struct Pair {
    StateId in = 0;   ///< for these symbols
    StateId out = 0;  ///< for all others
    std::uint32_t answer = 0;
    SymbolSet symbols = 0;
  };
  struct alignas(64) Branch {
    StateId next[symbol_count]{};
    std::uint32_t answer = 0;
  };
  struct Answer {
    std::uint32_t first = 0;  ///< in `listed_`
    std::uint32_t count = 0;
    bool early = false;
  };

  StateId root_ = 0;
  std::vector<Pair> pairs_;  ///< what follows one another lies together
  std::vector<Branch> branches_;
  std::vector<Answer> answers_;
  std::vector<std::uint32_t> listed_;
  PatternRoom taken_{0, 0, 0};
};

}  // namespace rf::number
