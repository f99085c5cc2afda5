#include "core/number/lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "core/base/limits/toll.hpp"
#include "core/number/plan.hpp"

namespace rf::number {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The text of a stranger's list may be quoted to its reader; not all of it.
std::string_view quoted(std::string_view text) {
  return text.substr(0, 40);
}

/// Whether these digits, with or without a calling code, are one of a country's emergency numbers.
bool is_emergency(std::string_view digits, std::uint16_t code, std::size_t code_digits, Country home) {
  if (const auto at_home = Home::of(home); at_home && at_home->short_number(digits).emergency) return true;
  if (code == 0) return false;
  const auto all = regions_of(code);
  return std::any_of(all.begin(), all.end(), [&](Country country) {
    return Home::of(country)->short_number(digits.substr(code_digits)).emergency;
  });
}

/// Whether a pattern for numbers of one length takes in an emergency number of its calling code.
bool takes_in_emergency(const Pattern& pattern, std::uint16_t code) {
  if (pattern.length_most == Pattern::endless) return false;
  const std::string prefix = std::to_string(code);
  for (const Country country : regions_of(code))
    for (const std::string& number : Home::of(country)->emergency_numbers())
      if (pattern.matches(prefix + number)) return true;
  return false;
}

bool is_whole_home(const E164& beginning, const Place& place, Country home) {
  const auto at_home = Home::of(home);
  return at_home && at_home->calling_code == place.calling_code && beginning.size() <= place.code_digits;
}

class Reader {
 public:
  Reader(const ImportOptions& options, Imported& out) : options_(options), out_(out) {}

  /// Empty, or what is wrong with the line.
  std::string read(std::string_view words) {
    Listing listing = options_.listing;
    if (const std::size_t blank = words.find_first_of(blanks); blank != std::string_view::npos) {
      const auto named = parse_listing(words.substr(0, blank));
      if (!named) return fmt::format("'{}' is no verdict", quoted(words.substr(0, blank)));
      listing = *named;
      words = trimmed(words.substr(blank));
    }
    if (words.find_first_of(blanks) != std::string_view::npos) return "more than a verdict and a number";
    if (listing == Listing::allowed && !options_.may_allow) return "this list may not allow numbers";
    if (words.starts_with('+')) words.remove_prefix(1);
    if (words.starts_with('0'))
      return fmt::format("'{}' begins with 0: write the number with its country code", quoted(words));
    if (words.find_first_of("XxZzNn[.!") != std::string_view::npos) return read_pattern(words, listing);
    return read_number(words, listing);
  }

 private:
  std::string read_number(std::string_view words, Listing listing) {
    const bool prefix = words.ends_with('*');
    if (prefix) words.remove_suffix(1);
    if (prefix && words.empty()) return "covers every number";
    const auto number = E164::parse(words);
    if (!number) return fmt::format("'{}' is no number of 1 to 15 digits", quoted(words));
    const Place place = place_of(*number);
    if (is_emergency(words, place.calling_code, place.code_digits, options_.home))
      return fmt::format("{} is an emergency number", words);
    if (place.calling_code == 0) return fmt::format("no country has the calling code of +{}", words);
    if (!prefix && number->size() == place.code_digits)
      return fmt::format("+{} is a calling code; a range ends with *", words);
    if (prefix && listing != Listing::allowed && is_whole_home(*number, place, options_.home))
      return fmt::format("+{}* covers all of the home country", words);
    out_.rules.numbers.push_back({*number, prefix, listing, options_.source});
    return {};
  }

  std::string read_pattern(std::string_view words, Listing listing) {
    auto pattern = Pattern::parse(words);
    if (!pattern) return fmt::format("at {}: {}", pattern.error().at + 1, pattern.error().text);
    if (std::any_of(pattern->sets.begin(), pattern->sets.end(), [](SymbolSet set) { return (set & every_digit) == 0; }))
      return "a pattern of numbers has digits only; . or ! says that more may follow";
    std::string fixed;
    for (const SymbolSet set : pattern->sets) {
      if (!std::has_single_bit(set)) break;
      fixed.push_back(static_cast<char>('0' + std::countr_zero(set)));
    }
    const auto beginning = E164::parse(std::string_view(fixed).substr(0, E164::digits_most));
    const Place place = beginning ? place_of(*beginning) : Place{};
    if (place.calling_code == 0) return fmt::format("'{}' is not within one country code", quoted(words));
    if (pattern->length_least > E164::digits_most) return "longer than a number";
    // All that follows the calling code is any digit: the whole country.
    const bool whole = pattern->specificity() <= place.code_digits;
    if (whole && listing != Listing::allowed &&
        is_whole_home(beginning->prefix(place.code_digits), place, options_.home))
      return fmt::format("'{}' covers all of the home country", quoted(words));
    if (takes_in_emergency(*pattern, place.calling_code))
      return fmt::format("'{}' takes in an emergency number", quoted(words));
    out_.rules.patterns.push_back({std::move(*pattern), listing, options_.source});
    return {};
  }

  const ImportOptions& options_;
  Imported& out_;
};

}  // namespace

Imported import_list(std::string_view text, const ImportOptions& options) {
  Imported out;
  Reader reader(options, out);
  const auto blame = [&](std::size_t line, std::string fault) {
    if (out.fault_count++ < NumberLimits::list_faults) out.faults.push_back({line, std::move(fault)});
  };
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() > NumberLimits::list_line_bytes) {
      blame(number, "the line is too long");
      continue;
    }
    const std::string_view words = trimmed(line.substr(0, line.find_first_of("#;")));
    if (words.empty()) continue;
    if (out.rules.numbers.size() == NumberLimits::set_rules ||
        out.rules.patterns.size() == NumberLimits::set_patterns) {
      blame(number, "more rules than can be kept; the rest was not read");
      break;
    }
    if (std::string fault = reader.read(words); !fault.empty()) blame(number, std::move(fault));
  }
  return out;
}

}  // namespace rf::number
