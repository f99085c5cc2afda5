#include "core/trunk/privacy.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "core/base/limits/call.hpp"

namespace rf::trunk {
namespace {

/// Digits in a name from which on it is read as a number: shorter ones are years and rooms.
constexpr std::size_t number_like_digits = 6;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool equal_nocase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// The character at the front, which is cut off; none when the bytes are no UTF-8 (RFC 3629), of which one is cut off.
std::optional<std::uint32_t> cut_character(std::string_view& rest) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
  const std::uint8_t lead = byte(0);
  const std::size_t size = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : (lead & 0xf0) == 0xe0 ? 3 : 4;
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x1'0000};
  bool fits = size <= rest.size() && (lead < 0x80 || (lead >= 0xc2 && lead < 0xf5));
  std::uint32_t value = size == 1 ? lead : lead & (0x7fu >> size);
  for (std::size_t i = 1; fits && i < size; ++i) {
    fits = (byte(i) & 0xc0) == 0x80;
    value = value << 6 | (byte(i) & 0x3fu);
  }
  fits = fits && value >= least[size] && value <= 0x10'ffff && (value < 0xd800 || value > 0xdfff);
  rest.remove_prefix(fits ? size : 1);
  return fits ? std::optional(value) : std::nullopt;
}

bool is_shown(std::uint32_t c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;  // C0, DEL, C1
  if (c == '"' || c == '\\' || c == '<' || c == '>') return false;
  if (c == 0xad || c == 0x61c || c == 0x180e || c == 0xfeff) return false;
  if (c >= 0x200b && c <= 0x200f) return false;  // zero width, and marks of direction
  if (c >= 0x2028 && c <= 0x202e) return false;  // line ends, overrides of direction
  if (c >= 0x2060 && c <= 0x206f) return false;  // isolates, invisible operators
  if (c >= 0xfff0 && c <= 0xffff) return false;
  return c < 0xe'0000;  // tags and private planes
}

std::string digits_of(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c >= '0' && c <= '9') out += c;
  return out;
}

}  // namespace

Privacy parse_privacy(std::string_view value) {
  Privacy out;
  bool understood = false;
  for (std::string_view rest = value; !rest.empty();) {
    const std::size_t end = std::min(rest.find_first_of(";,"), rest.size());
    const std::string_view one = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::array<std::pair<std::string_view, bool*>, 7> known{{{"id", &out.id},
                                                                   {"user", &out.user},
                                                                   {"header", &out.header},
                                                                   {"session", &out.session},
                                                                   {"history", &out.history},
                                                                   {"none", &out.none},
                                                                   {"critical", &out.critical}}};
    for (const auto& [name, flag] : known)
      if (equal_nocase(one, name)) *flag = understood = true;
  }
  if (!understood && !trim(value).empty()) out.id = true;
  // "none" beside a wish to be hidden contradicts itself; the wish is the safer reading.
  if (out.id || out.user || out.header) out.none = false;
  return out;
}

std::string clean_display(std::string_view name, std::string_view number) {
  std::string out;
  bool space = false;
  while (!name.empty()) {
    const std::string_view before = name;
    const auto c = cut_character(name);
    if (!c || !is_shown(*c)) {
      space = space || (c && (*c == '\t' || *c == '\n' || *c == '\r'));
      continue;
    }
    if (*c == ' ' || *c == 0xa0) {
      space = true;
      continue;
    }
    const std::string_view bytes = before.substr(0, before.size() - name.size());
    const bool apart = space && !out.empty();
    if (out.size() + bytes.size() + apart > TrunkLimits::display_bytes) break;
    if (apart) out += ' ';
    space = false;
    out += bytes;
  }
  const std::string digits = digits_of(out);
  if (digits.size() < number_like_digits) return out;
  // His own number may be written in any form: what counts is how it ends.
  const std::string own = digits_of(number);
  const std::size_t tail = std::min(own.size(), number_like_digits);
  const bool is_own =
      own.size() >= number_like_digits && digits.ends_with(std::string_view(own).substr(own.size() - tail));
  return is_own ? out : std::string();
}

}  // namespace rf::trunk
