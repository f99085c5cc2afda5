// How a number is written for whoever takes the call: a trunk's own format.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "core/number/dial.hpp"

namespace rf::number {

/// First the form, then digits are taken off the front, then others are put there. The texts are an operator's.
struct Rewrite {
  enum class Form : std::uint8_t {
    plus,           ///< +442079460000
    digits,         ///< 442079460000
    international,  ///< 00442079460000, with the prefix of the trunk's country (011… in the US)
    zero_zero,      ///< 00442079460000 everywhere
    national,       ///< 02079460000 within the trunk's calling code, else as `international`
  };
  Form form = Form::plus;
  std::uint8_t strip = 0;
  std::string prepend;  ///< digits, * # and +

  friend bool operator==(const Rewrite&, const Rewrite&) = default;
};

enum class RewriteFault : std::uint8_t {
  unknown_home,   ///< the plan has no such country, or no international prefix that fits all of its carriers
  other_meaning,  ///< dialled in the trunk's country, the text would not mean this number
  nothing_left,   ///< more is stripped than there is
  too_long,
  strange_symbol,  ///< in `prepend`
};
std::string_view name_of(RewriteFault fault);

/// Writes a number for a trunk in `home`. A national or international form is read back as that country dials before it
/// is used: what its carriers would take for another number (a prefix within a prefix, a choice of carrier, a short
/// number) does not leave.
std::expected<Digits, RewriteFault> rewrite(const Rewrite& how, const E164& number, Country home);

/// The same for what leaves as it was dialled, a short number or an emergency number: `form` has no part in it.
std::expected<Digits, RewriteFault> rewrite(const Rewrite& how, std::string_view digits);

}  // namespace rf::number
