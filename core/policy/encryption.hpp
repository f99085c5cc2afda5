// Whether media has to be encrypted (row M1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rf::policy {

/// `optional` protects whatever the peer can protect; `required` refuses the call instead of letting it be heard.
enum class Encryption : std::uint8_t { off, optional, required };

constexpr std::string_view name_of(Encryption encryption) {
  switch (encryption) {
    case Encryption::off:
      return "off";
    case Encryption::optional:
      return "optional";
    case Encryption::required:
      break;
  }
  return "required";
}

constexpr std::optional<Encryption> parse_encryption(std::string_view text) {
  for (const Encryption each : {Encryption::off, Encryption::optional, Encryption::required})
    if (text == name_of(each)) return each;
  return std::nullopt;
}

}  // namespace rf::policy
