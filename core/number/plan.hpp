// The world's number plan: where a number is, what kind of number it is, and how people there dial.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/country.hpp"
#include "core/number/e164.hpp"

namespace rf::number {

/// What a number is for, and so what it may cost. The first twelve are libphonenumber's.
enum class Class : std::uint8_t {
  unknown,  ///< no number of the plan (the plan may be older than the number)
  fixed,
  mobile,
  fixed_or_mobile,  ///< the plan of its country does not tell them apart
  toll_free,
  premium,
  shared_cost,
  personal,
  voip,
  pager,
  uan,  ///< universal access number of a company
  voicemail,
  satellite,       ///< +870, +881 and the satellite operators in +882, whether or not the plan has the number
  global_network,  ///< +882, +883 otherwise
};
inline constexpr std::size_t class_count = 14;
std::string_view name_of(Class kind);
std::optional<Class> parse_class(std::string_view name);

enum class Length : std::uint8_t { possible, local_only, too_short, too_long, impossible };

/// Where a number belongs.
struct Place {
  Country region;                  ///< none for networks without a country, and where a shared code does not tell
  std::uint16_t calling_code = 0;  ///< 0: there is no such code
  std::uint8_t code_digits = 0;
  Class kind = Class::unknown;
  bool valid = false;  ///< a number of the plan
  Length length = Length::impossible;
  /// Classes (1 << Class) of the numbers that begin like this one, as far as the plan could follow its digits. What is
  /// no number itself (a digit too many, one too few) may be completed by a carrier to one of these.
  std::uint16_t kin = 0;

  bool may_be(Class which) const { return kind == which || (kin >> static_cast<unsigned>(which) & 1) != 0; }
};

/// Looks a number up: one step a digit in a table of 240 KB, no allocation, under 100 ns.
/// Source: libphonenumber's metadata; region and class are those of its GetRegionCodeForNumber and GetNumberType, but
/// for Class::satellite and Class::global_network.
Place place_of(const E164& number);

/// What some of the numbers are that begin with certain digits.
struct PlanKind {
  Country region;  ///< as Place::region
  Class kind = Class::unknown;
  friend auto operator<=>(const PlanKind& a, const PlanKind& b) {
    return a.region.index != b.region.index ? a.region.index <=> b.region.index : a.kind <=> b.kind;
  }
  friend bool operator==(const PlanKind&, const PlanKind&) = default;
};
/// Each kind that place_of() gives for any number that begins so, the number itself among them; each once. For
/// questions about whole ranges: it looks at every continuation that the plan tells apart.
std::vector<PlanKind> kinds_of(const E164& beginning);

/// The country that a calling code is named after ("US" for 1); none for networks without a country.
Country main_region(std::uint16_t calling_code);
/// All countries of a calling code, the main one first; empty when there is no such code.
std::vector<Country> regions_of(std::uint16_t calling_code);

enum class ShortCost : std::uint8_t { unknown, toll_free, standard, premium };
std::string_view name_of(ShortCost cost);

/// A number that is dialled as it stands, within one country.
struct ShortNumber {
  bool valid = false;  ///< a short number of the plan
  bool emergency = false;
  ShortCost cost = ShortCost::unknown;
};

/// How people in a country dial. Views into the plan.
struct Home {
  Country country;
  std::uint16_t calling_code = 0;
  std::string_view international_prefix;  ///< the usual one; empty when there are only prefixes that choose a carrier
  std::string_view national_prefix;       ///< empty: there is none
  std::uint32_t possible_lengths = 0;     ///< of national numbers; bit n: n digits

  static std::optional<Home> of(Country country);
  /// `digits` as a short number here; exactly, never as the beginning of a longer one.
  ShortNumber short_number(std::string_view digits) const;
  /// All of them, in order of digits.
  std::vector<std::string> emergency_numbers() const;
};

/// Every country that the plan has.
std::vector<Country> countries();
/// libphonenumber's version of the data.
std::string_view plan_version();

}  // namespace rf::number
