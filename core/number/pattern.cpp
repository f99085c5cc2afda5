#include "core/number/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "core/base/limits/toll.hpp"

namespace rf::number {
namespace {

constexpr std::string_view symbols = "0123456789*#+";

std::unexpected<PatternFault> fault(std::size_t at, std::string text) {
  return std::unexpected(PatternFault{at, std::move(text)});
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Reads "[13-5]" or "[^13-5]" at `at`, which it leaves behind the closing bracket.
std::expected<SymbolSet, PatternFault> parse_set(std::string_view text, std::size_t& at) {
  const std::size_t open = at++;
  const bool without = at < text.size() && text[at] == '^';
  if (without) ++at;
  SymbolSet set = 0;
  for (; at < text.size() && text[at] != ']'; ++at) {
    const char low = text[at];
    if (!is_digit(low)) return fault(at, "a set holds digits and ranges of digits");
    char high = low;
    if (at + 1 < text.size() && text[at + 1] == '-') {
      at += 2;
      if (at >= text.size() || !is_digit(text[at]))
        return fault(std::min(at, text.size()), "a range ends with a digit");
      high = text[at];
      if (high < low) return fault(at, "a range goes up");
    }
    for (char digit = low; digit <= high; ++digit) set = static_cast<SymbolSet>(set | 1u << (digit - '0'));
  }
  if (at >= text.size()) return fault(open, "a set is not closed");
  ++at;
  if (set == 0) return fault(open, "a set is empty");
  if (without) set = static_cast<SymbolSet>(every_digit & ~set);
  if (set == 0) return fault(open, "a set leaves no digit");
  return set;
}

std::expected<SymbolSet, PatternFault> parse_symbol(std::string_view text, std::size_t& at) {
  const char c = text[at];
  if (c == '[') return parse_set(text, at);
  ++at;
  switch (c) {
    case 'X':
    case 'x':
      return every_digit;
    case 'Z':
    case 'z':
      return static_cast<SymbolSet>(every_digit & ~1u);
    case 'N':
    case 'n':
      return static_cast<SymbolSet>(every_digit & ~3u);
    default:
      break;
  }
  const std::size_t symbol = symbol_of(c);
  if (symbol == symbol_count) return fault(at - 1, "not a digit, * # +, X Z N, a set, or . or ! at the end");
  if (c == '+' && at != 1) return fault(at - 1, "+ is only at the beginning");
  return static_cast<SymbolSet>(1u << symbol);
}

/// Reads "{7-11}", "{7-}" or "{7}" at `at`, up to the end: the least and the most symbols.
std::expected<std::pair<std::uint8_t, std::uint8_t>, PatternFault> parse_lengths(std::string_view text,
                                                                                 std::size_t at) {
  const std::size_t open = at++;
  const auto number = [&]() -> std::optional<std::uint8_t> {
    unsigned value = 0;
    const std::size_t begin = at;
    for (; at < text.size() && at < begin + 2 && is_digit(text[at]); ++at)
      value = value * 10 + static_cast<unsigned>(text[at] - '0');
    return at == begin ? std::nullopt : std::optional(static_cast<std::uint8_t>(value));
  };
  const auto least = number();
  if (!least) return fault(at, "lengths begin with how many symbols at least");
  std::uint8_t most = *least;
  if (at < text.size() && text[at] == '-') {
    ++at;
    most = number().value_or(Pattern::endless);
  }
  if (at + 1 != text.size() || text[at] != '}') return fault(open, "lengths are such as {7-11} or {7-}, at the end");
  return std::pair(*least, most);
}

std::string text_of(SymbolSet set) {
  if (set == every_digit) return "X";
  if (set == (every_digit & ~1u)) return "Z";
  if (set == (every_digit & ~3u)) return "N";
  if (std::has_single_bit(set)) return std::string(1, symbols[static_cast<std::size_t>(std::countr_zero(set))]);
  std::string out = "[";
  for (std::size_t i = 0; i < 10; ++i)
    if (set >> i & 1) out += symbols[i];
  return out + "]";
}

}  // namespace

std::size_t symbol_of_other(char c) {
  return std::min(symbols.find(c), symbol_count);
}

std::expected<Pattern, PatternFault> Pattern::parse(std::string_view text) {
  if (text.size() > 8 * NumberLimits::pattern_symbols) return fault(0, "longer than a pattern can be");
  Pattern out;
  std::string_view rest = text;
  std::size_t at = 0;
  const std::size_t skipped = text.starts_with('_') ? 1 : 0;
  rest.remove_prefix(skipped);
  char tail = 0;
  std::optional<std::size_t> lengths;  // where they begin
  while (at < rest.size()) {
    if (rest[at] == '.' || rest[at] == '!') {
      tail = rest[at];
      if (at + 1 != rest.size() && rest[at + 1] != '{') return fault(at + skipped, "only at the end");
      if (at + 1 != rest.size()) lengths = at + 1;
      break;
    }
    if (rest[at] == '{') return fault(at + skipped, "lengths stand behind . or !");
    auto set = parse_symbol(rest, at);
    if (!set) return fault(set.error().at + skipped, std::move(set.error().text));
    if (out.sets.size() == NumberLimits::pattern_symbols)
      return fault(at + skipped - 1, fmt::format("more than {} symbols", NumberLimits::pattern_symbols));
    out.sets.push_back(*set);
  }
  if (out.sets.empty() && tail == 0) return fault(0, "empty");
  out.length_least = static_cast<std::uint8_t>(out.sets.size() + (tail == '.' ? 1 : 0));
  out.length_most = tail == 0 ? out.length_least : endless;
  out.early = tail == '!';
  if (!lengths) return out;
  const auto limits = parse_lengths(rest, *lengths);
  if (!limits) return fault(limits.error().at + skipped, limits.error().text);
  auto limited = out.with_lengths(limits->first, limits->second);
  if (!limited) return fault(*lengths + skipped, std::move(limited.error().text));
  return limited;
}

std::expected<Pattern, PatternFault> Pattern::prefix(std::string_view text) {
  Pattern out;
  if (text.empty()) return fault(0, "empty");
  if (text.size() > NumberLimits::pattern_symbols)
    return fault(NumberLimits::pattern_symbols, fmt::format("more than {} symbols", NumberLimits::pattern_symbols));
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t symbol = symbol_of(text[i]);
    if (symbol == symbol_count || (text[i] == '+' && i != 0)) return fault(i, "not a digit, * or #");
    out.sets.push_back(static_cast<SymbolSet>(1u << symbol));
  }
  out.length_least = static_cast<std::uint8_t>(text.size());
  out.length_most = endless;
  return out;
}

std::expected<Pattern, PatternFault> Pattern::with_lengths(std::uint8_t least, std::uint8_t most) const {
  Pattern out = *this;
  out.length_least = std::max(least, length_least);
  out.length_most = std::min(most, length_most);
  if (least > most) return fault(0, "the least length is over the most");
  if (out.length_least > out.length_most) return fault(0, "no text of the pattern is so long");
  if (out.length_least > NumberLimits::dialled_digits) return fault(0, "longer than what can be dialled");
  return out;
}

bool Pattern::matches(std::string_view text) const {
  if (text.size() < length_least || text.size() < sets.size()) return false;
  if (length_most != endless && text.size() > length_most) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t symbol = symbol_of(text[i]);
    if (symbol == symbol_count || (i < sets.size() && (sets[i] >> symbol & 1) == 0)) return false;
  }
  return true;
}

std::size_t Pattern::specificity() const {
  return static_cast<std::size_t>(
      std::count_if(sets.begin(), sets.end(), [](SymbolSet set) { return (set & every_digit) != every_digit; }));
}

std::string Pattern::text() const {
  std::string out;
  for (const SymbolSet set : sets) out += text_of(set);
  const std::size_t size = sets.size();
  if (length_most == size && length_least == size) return out;
  if (length_most == endless && length_least == size) return out + "!";
  if (length_most == endless && length_least == size + 1) return out + ".";
  out += early || length_least == size ? '!' : '.';
  if (length_most == endless) return fmt::format("{}{{{}-}}", out, length_least);
  return fmt::format("{}{{{}-{}}}", out, length_least, length_most);
}

}  // namespace rf::number
