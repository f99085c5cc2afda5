// What a password for signing in has to be (row W3), told fault by fault, so that a page can check as somebody types.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/access/asker.hpp"

namespace rf::access {

enum class PasswordFault : std::uint8_t {
  too_short,
  too_long,
  unreadable,  ///< control characters, or bytes that are no UTF-8
  no_letter,
  no_digit,
  no_upper_or_special,
  run,       ///< 1234, dcba, qwer
  repeated,  ///< 222
  own_data,  ///< the account's name, address, number
  common,    ///< one that many people have, or such a one with a few digits or signs around it
};
inline constexpr std::size_t password_fault_count = 10;
std::string_view name_of(PasswordFault fault);  ///< "too_short"

/// What is asked of one class of users. Lengths are characters, not bytes.
struct PasswordRules {
  std::uint32_t shortest = 8;
  std::uint32_t longest = 128;
  std::uint32_t run = 4;       ///< so many neighbours in a row are a run
  std::uint32_t repeated = 3;  ///< so many times the same is repeated
};
/// By class: 12 characters at least of a system administrator, 10 of a dealer, 8 of a tenant's user.
inline constexpr std::array<PasswordRules, class_count> default_password_rules{
    PasswordRules{12, 128, 4, 3}, PasswordRules{10, 128, 4, 3}, PasswordRules{8, 128, 4, 3}};

/// All that is wrong with a password; empty: it is good. `own` is what belongs to the account: login name, name,
/// e-mail address, number. Parts of it of three characters and more count, in any case. Never repeats the password.
std::vector<PasswordFault> faults_of(std::string_view password, const PasswordRules& rules,
                                     std::span<const std::string_view> own);
/// A sentence for people: "it is shorter than 12 characters".
std::string text_of(PasswordFault fault, const PasswordRules& rules);

}  // namespace rf::access
