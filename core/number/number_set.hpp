// What lists say about a number: millions of numbers, beginnings of numbers and patterns, asked in about 100 ns.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/number/e164.hpp"
#include "core/number/number_table.hpp"
#include "core/number/pattern_index.hpp"

namespace rf::number {

/// What a rule says of a number, the strictest last.
enum class Listing : std::uint8_t { allowed, shared_cost, premium, satellite, fraud, blocked };
std::string_view name_of(Listing listing);
std::optional<Listing> parse_listing(std::string_view name);

/// Which list a rule came from. Of two rules that say as much, the one of the lower source wins, then the stricter.
using ListId = std::uint16_t;

struct NumberRule {
  E164 number;
  bool prefix = false;  ///< all numbers that begin so
  Listing listing = Listing::blocked;
  ListId source = 0;
};

/// A rule with wildcards. Its pattern is about the digits of E.164, without the +.
struct PatternRule {
  Pattern pattern;
  Listing listing = Listing::blocked;
  ListId source = 0;
};

struct NumberRules {
  std::vector<NumberRule> numbers;
  std::vector<PatternRule> patterns;
};

/// What a set may take.
struct NumberRoom {
  std::size_t numbers = NumberLimits::set_rules;
  PatternRoom patterns{.patterns = NumberLimits::set_patterns};
};

/// An immutable set of rules. The most specific wins: a whole number over everything, then whatever fixes more digits.
/// So an allowed number is reached within a blocked range. Memory: 11.2 bytes for each whole number, at most 28 for
/// each prefix, and the index of patterns.
class NumberSet {
 public:
  struct Verdict {
    Listing listing = Listing::allowed;
    ListId source = 0;
    std::uint8_t digits = 0;  ///< that the rule fixed
    bool exact = false;       ///< it names the whole number
    friend bool operator==(const Verdict&, const Verdict&) = default;
  };

  NumberSet() = default;
  /// Errors: a sentence; too many rules, or patterns that overlap too much. `seed` is unknown to whoever writes lists.
  static std::expected<NumberSet, std::string> build(NumberRules rules, std::uint64_t seed,
                                                     const NumberRoom& room = {});

  /// Nothing when no rule is about the number.
  std::optional<Verdict> find(const E164& number) const;

  std::size_t numbers() const { return exact_.size() + prefixes_.size(); }
  const PatternIndex& patterns() const { return patterns_; }
  std::size_t bytes() const;

 private:
  struct Says {
    Listing listing;
    ListId source;
    friend auto operator<=>(const Says&, const Says&) = default;
  };

  std::expected<std::uint16_t, std::string> say(Says says);
  std::expected<void, std::string> take_numbers(std::vector<NumberRule> rules);
  std::expected<void, std::string> take_patterns(std::vector<PatternRule> rules, const PatternRoom& room);
  std::optional<Verdict> find_prefix(const E164& number) const;

  std::vector<Says> says_;  ///< every pair once
  NumberTable exact_{0, HashKey(0)};
  NumberTable prefixes_{0, HashKey(0)};
  /// Lengths of prefixes (bit n: n digits) by their first three digits; a shorter one counts for all that begin so.
  std::array<std::uint16_t, 1000> lengths_{};
  PatternIndex patterns_;
  std::vector<Verdict> pattern_says_;
};

}  // namespace rf::number
