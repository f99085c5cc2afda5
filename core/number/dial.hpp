// What somebody dialled: one meaning for every spelling of it, or a refusal. What leaves on a trunk is made from the
// meaning and never from the text, so a spelling cannot hide where a call goes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/number/digits.hpp"
#include "core/number/plan.hpp"

namespace rf::number {

/// Where dialling happens: of a tenant, an extension or a trunk. Views; the texts live as long as it does.
struct Context {
  Country home;                ///< its rules of dialling; must be one of countries()
  std::string_view area_code;  ///< put in front of what is a number only with it; "30" in Berlin
  /// Digits that mean the same as +, besides those of the country and, where it has no other meaning, 00.
  std::span<const std::string> international_prefixes;
  std::string_view outside_prefix;         ///< digits without which only extensions are reached; empty: none is needed
  std::span<const std::string> emergency;  ///< besides those of the country: digits
  std::uint8_t extension_digits_least = 2;
  std::uint8_t extension_digits_most = 6;
  /// Numbers dialled without country code that the plan does not have pass with Class::unknown; else they are refused,
  /// since a carrier may read some as a choice of another carrier (010xx, 101xxxx) with any number behind it.
  bool unlisted_national = false;
};

enum class DialFault : std::uint8_t {
  none,
  empty,
  too_much_text,     ///< over NumberLimits::dialled_chars
  strange_symbol,    ///< a letter, a digit of another script, whatever is not dialled
  misplaced_symbol,  ///< + within, * or # after digits
  parameters,        ///< ;ext= ,pause or anything else after the number
  double_prefix,     ///< an international prefix, and another or a 0 behind it
  no_such_code,      ///< no country has this calling code
  too_short,
  too_long,
  not_in_plan,
  short_number_abroad,  ///< a short number with a calling code in front, which carriers read as they like
  unknown_home,
};
std::string_view name_of(DialFault fault);

struct Dialled {
  enum class Kind : std::uint8_t {
    unusable,
    internal,    ///< only an extension can be meant: the outside prefix is missing
    global,      ///< `number` with its `place`
    emergency,   ///< `digits` in `country`
    short_code,  ///< `digits` in `country`, at `cost`
    feature,     ///< a code of ours: `digits` begins with * or #, and never leaves on a trunk
  };
  Kind kind = Kind::unusable;
  DialFault fault = DialFault::none;
  std::uint8_t at = 0;            ///< unusable: the byte of the text that is to blame
  bool may_be_extension = false;  ///< digits of an extension's length: look there first, but for emergency calls
  E164 number;
  Place place;
  Country country;
  ShortCost cost = ShortCost::unknown;
  Digits digits;  ///< without separators; emergency and short_code: without outside prefix
};

/// Reads what a person or a phone dialled: digits with spaces and - . / ( ) between them, a + or another international
/// prefix in front, or a tel: URI (RFC 3966, with no parameter but phone-context). Emergency numbers are recognised
/// first, and only when nothing follows them. Under 1 µs, no allocation.
/// Differs from libphonenumber where that guesses: letters, extensions and foreign digits are refused, and so is what
/// has a zero behind an international prefix, is longer than 15 digits or (see Context) is not in the plan.
Dialled dial(std::string_view text, const Context& context);

}  // namespace rf::number
