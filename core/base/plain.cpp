#include "core/base/plain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace rf {
namespace {

// The length of the UTF-8 character at the front of `text` that may be shown, or 0. Overlong forms, surrogates and
// values over U+10FFFF are refused (RFC 3629 §4), and so are C1 controls, bidirectional overrides and line separators.
std::size_t printable(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  std::uint32_t code = first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  if ((length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10ffff))) return 0;
  if ((code >= 0xd800 && code <= 0xdfff) || code < 0xa0) return 0;
  if ((code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
    return 0;
  return length;
}

}  // namespace

std::string plain(std::string_view text, std::size_t bytes_max) {
  std::string out;
  out.reserve(std::min(text.size(), bytes_max));
  while (!text.empty()) {
    if (out.size() >= bytes_max) return out + "…";
    const std::size_t length = printable(text);
    if (length == 0)
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[0]));
    else
      out.append(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

bool is_plain(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = printable(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace rf
