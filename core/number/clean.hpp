// The symbols of a dialled text without what is only for the eye.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/number/dial.hpp"

namespace rf::number {

struct Cleaned {
  DialFault fault = DialFault::none;
  std::uint8_t at = 0;  ///< of the fault
  bool plus = false;
  bool feature = false;  ///< begins with * or #
  Digits digits;         ///< without the +
};

/// Source: RFC 3966 §3 for separators, tel: and phone-context.
Cleaned clean(std::string_view text);

}  // namespace rf::number
