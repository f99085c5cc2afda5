// Bounds of codes by e-mail as a second factor. Fixed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

struct MailCodeLimits {
  static constexpr std::size_t digits = 8;
  static constexpr std::uint32_t good_s = 600;
  static constexpr std::uint32_t tries = 5;           ///< wrong ones in one session; then the code is gone
  static constexpr std::size_t of_user = 10;          ///< letters in an hour; further ones: 429
  static constexpr std::size_t of_source = 60;        ///< likewise, that one address asks for
  static constexpr std::size_t in_an_hour = 1'000;    ///< likewise, of all
};

}  // namespace rf
