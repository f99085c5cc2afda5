// How challenges and credentials are written: name=value lists of tokens and quoted strings.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/limits/wire.hpp"

namespace rf::auth {

/// What a byte may be part of; one load a byte where a comparison chain would be a dozen.
enum : std::uint8_t { in_token = 1, in_text = 2 };
inline constexpr std::array<std::uint8_t, 256> param_classes = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (alnum) table[c] |= in_token;
    // UTF-8 passes in quoted strings, controls do not; quote and backslash have their own meaning there.
    if ((c >= 0x20 && c != 0x7f && c != '"' && c != '\\') || c == '\t') table[c] |= in_text;
  }
  for (const char c : {'-', '.', '!', '%', '*', '_', '+', '`', '\'', '~'}) table[static_cast<unsigned>(c)] |= in_token;
  return table;
}();

inline bool is_in(std::uint8_t wanted, char c) {
  return (param_classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

inline bool equal_nocase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

inline void skip_space(std::string_view& rest) {
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
}

inline std::string_view cut_token(std::string_view& rest) {
  std::size_t size = 0;
  while (size < rest.size() && is_in(in_token, rest[size])) ++size;
  const std::string_view token = rest.substr(0, size);
  rest.remove_prefix(size);
  return token;
}

/// The content of the quoted string at the start of `rest`; none when it does not end or holds control characters.
inline std::optional<std::string_view> cut_quoted(std::string_view& rest) {
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (is_in(in_text, rest[i])) continue;
    if (rest[i] == '"') {
      const std::string_view content = rest.substr(1, i - 1);
      rest.remove_prefix(i + 1);
      return content;
    }
    const bool escapes = rest[i] == '\\' && i + 1 < rest.size() &&
                         (is_in(in_text, rest[i + 1]) || rest[i + 1] == '"' || rest[i + 1] == '\\');
    if (!escapes) return std::nullopt;
    ++i;
  }
  return std::nullopt;
}

/// Appends `text` as a quoted string.
inline void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

/// Cuts `rest` into its parameters and hands each to `take(name, value)`, the content of quoted ones with its escapes.
/// False when one cannot be read, `take` says no, or there are more than `WireLimits::params`.
template <class Take>
bool for_each_param(std::string_view rest, Take&& take) {
  for (std::size_t count = 0;; ++count) {
    skip_space(rest);
    const std::string_view name = cut_token(rest);
    skip_space(rest);
    if (name.empty() || count == WireLimits::params || !rest.starts_with('=')) return false;
    rest.remove_prefix(1);
    skip_space(rest);
    const bool quoted = rest.starts_with('"');
    const auto content = quoted ? cut_quoted(rest) : std::optional(cut_token(rest));
    if (!content || (!quoted && content->empty()) || !take(name, *content)) return false;
    skip_space(rest);
    if (rest.empty()) return true;
    if (rest.front() != ',') return false;
    rest.remove_prefix(1);
  }
}

}  // namespace rf::auth
