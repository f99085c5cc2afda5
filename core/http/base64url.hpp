// Base64 as tokens and keys have it: with - and _, without padding, and each value in one way only (RFC 4648 §5).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rf::http {

using Bytes = std::vector<std::uint8_t>;

std::string base64url(std::span<const std::uint8_t> bytes);
/// None for padding, other letters, and bits that belong to no byte.
std::optional<Bytes> read_base64url(std::string_view text);

}  // namespace rf::http
