// Dial patterns: which texts of digits a rule is about.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>


namespace rf::number {

/// A set of dialled symbols, one bit each: 0 to 9, then * # and +.
using SymbolSet = std::uint16_t;
inline constexpr std::size_t symbol_count = 13;
inline constexpr SymbolSet every_digit = 0x3ff;
inline constexpr SymbolSet every_symbol = 0x1fff;
/// 0 to 12; symbol_count for what is no symbol.
std::size_t symbol_of_other(char c);
inline std::size_t symbol_of(char c) {
  return c >= '0' && c <= '9' ? static_cast<std::size_t>(c - '0') : symbol_of_other(c);
}

struct PatternFault {
  std::size_t at = 0;  ///< byte of the text, from 0
  std::string text;
};

/// Texts whose first symbols are in these sets, one each, and whose length is within bounds. What is behind the sets is
/// any symbol.
struct Pattern {
  static constexpr std::uint8_t endless = 0xff;

  std::vector<SymbolSet> sets;
  std::uint8_t length_least = 0;
  std::uint8_t length_most = 0;  ///< `endless`: any
  bool early = false;            ///< written with !: it fits as soon as it can, without waiting for more digits

  /// Reads a pattern: digits, *, # and + are themselves; X is 0-9, Z 1-9, N 2-9, [13-5] and [^13-5] a digit out of or
  /// not out of a set; at the end . stands for one or more further symbols, ! for none or more, and matches early;
  /// behind either {7-11}, {7-} or {7} says how many symbols the whole may have. A
  /// leading underscore is passed over. Letters may be small. Blanks and hyphens between symbols are not allowed.
  /// Errors: where and what. Source: the dial patterns of Asterisk's extensions.conf.
  static std::expected<Pattern, PatternFault> parse(std::string_view text);
  /// A beginning with nothing said about what follows: digits, *, # and +.
  static std::expected<Pattern, PatternFault> prefix(std::string_view text);
  /// The same texts, but only those from `least` to `most` symbols long.
  /// Errors: no text can be so long, or `least` is over `most`.
  std::expected<Pattern, PatternFault> with_lengths(std::uint8_t least, std::uint8_t most) const;

  bool matches(std::string_view text) const;
  /// How much it says: symbols that are not any digit (or any symbol).
  std::size_t specificity() const;
  /// As parse() reads it.
  std::string text() const;

  friend bool operator==(const Pattern&, const Pattern&) = default;
};

}  // namespace rf::number
