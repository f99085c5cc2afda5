// Credentials that nobody has to think up.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"

namespace rf::seal {

inline constexpr std::size_t password_length = 20;
inline constexpr std::size_t auth_name_length = 10;

/// A SIP password: 20 characters out of 56 that are not mistaken for each other (no 0 O 1 l I o), 116 bits from the
/// kernel.
Secret<std::string> generate_password();

/// A token that stands in a link: 256 bits from the kernel, 43 characters of base64url.
Secret<std::string> generate_token();
/// What is kept of a token: the hex of its SHA-256. As nobody guesses the token, it needs no salt and no slowness.
std::string hash_of_token(std::string_view token);

/// So many digits.
Secret<std::string> generate_digits(std::size_t count);

/// A registration name (E1): 10 characters, a letter first, then out of 32 letters and digits: 49 bits that have
/// nothing to do with `number`, which it never contains.
std::string generate_auth_name(std::string_view number);

}  // namespace rf::seal
