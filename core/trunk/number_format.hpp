// How a provider writes telephone numbers, and which numbers are ours.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rf::trunk {

enum class NumberShape : std::uint8_t {
  plus,           ///< +442012345
  digits,         ///< 442012345
  international,  ///< 00442012345, or with the prefix of the country
  national,       ///< 02012345 in the own country, like `international` abroad
};

/// How numbers look on one trunk. All parts are digits, `prefix` may also hold '*'.
struct NumberFormat {
  NumberShape shape = NumberShape::plus;
  std::string country = {};  ///< national: the own country code, "44"
  std::string trunk_prefix = "0";
  std::string international_prefix = "00";
  std::string prefix = {};  ///< before everything: a code that the carrier wants dialled
};

/// Whether the format can be used. None: yes; else a sentence for the operator.
std::optional<std::string> fault_of(const NumberFormat& format);

/// "+" and 5 to 15 digits, the first of them not 0: E.164 as far as it can be seen without a numbering plan.
bool is_e164(std::string_view text);

/// Appends an E.164 number as the trunk writes it. False: it is none, and nothing was appended.
bool append_number(std::string& out, std::string_view e164, const NumberFormat& format);

/// Reads a number that the trunk wrote back into E.164; visual separators are skipped, and + and 00 understood whatever
/// the shape. None: a local or short number, or none at all, or longer than `TrunkLimits::number_characters`.
std::optional<std::string> read_number(std::string_view text, const NumberFormat& format);

/// Numbers of one length, from `first` to `last`.
struct NumberRange {
  std::string first;
  std::string last;
};

/// A set of E.164 numbers. A question takes a binary search, whatever the ranges are.
class NumberSet {
 public:
  NumberSet() = default;
  /// Errors: a sentence naming a range that is no E.164, is upside down or of two lengths, or too many of them. Ranges
  /// may overlap.
  static std::expected<NumberSet, std::string> compile(const std::vector<NumberRange>& ranges);
  bool contains(std::string_view e164) const;
  bool empty() const { return spans_.empty(); }

 private:
  struct Span {
    std::uint64_t first, last;  ///< a 1 before the digits, so that 020 and 20 are two numbers
  };
  std::vector<Span> spans_;  ///< in order, apart
};

}  // namespace rf::trunk
