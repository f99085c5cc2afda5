#include "core/http/url.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/base/limits/people.hpp"

namespace rf::http {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// None: a percent sign without two digits.
std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

struct Form {
  unsigned char first, last;          ///< of the leading byte
  std::size_t following;              ///< bytes behind it
  unsigned char second, second_last;  ///< what the first of these may be
};
// RFC 3629 §4.
constexpr std::array<Form, 9> forms = {{{0x00, 0x7f, 0, 0, 0},
                                        {0xc2, 0xdf, 1, 0x80, 0xbf},
                                        {0xe0, 0xe0, 2, 0xa0, 0xbf},
                                        {0xe1, 0xec, 2, 0x80, 0xbf},
                                        {0xed, 0xed, 2, 0x80, 0x9f},
                                        {0xee, 0xef, 2, 0x80, 0xbf},
                                        {0xf0, 0xf0, 3, 0x90, 0xbf},
                                        {0xf1, 0xf3, 3, 0x80, 0xbf},
                                        {0xf4, 0xf4, 3, 0x80, 0x8f}}};

}  // namespace

bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  for (std::size_t i = 0; i < text.size();) {
    const auto form = std::find_if(forms.begin(), forms.end(),
                                   [&](const Form& each) { return byte(i) >= each.first && byte(i) <= each.last; });
    if (form == forms.end() || text.size() - i <= form->following) return false;
    for (std::size_t k = 1; k <= form->following; ++k) {
      const unsigned char low = k == 1 ? form->second : 0x80, high = k == 1 ? form->second_last : 0xbf;
      if (byte(i + k) < low || byte(i + k) > high) return false;
    }
    i += form->following + 1;
  }
  return true;
}

std::optional<std::string> decode_segment(std::string_view segment) {
  if (segment.empty() || segment.size() > 3 * ApiLimits::path_value_bytes) return std::nullopt;
  auto out = decode(segment, false);
  if (!out || out->size() > ApiLimits::path_value_bytes || *out == "." || *out == "..") return std::nullopt;
  const bool led_away =
      std::any_of(out->begin(), out->end(), [](char c) { return c == '/' || c == '\\' || is_control(c); });
  if (led_away || !is_utf8(*out)) return std::nullopt;
  return out;
}

std::expected<std::vector<Field>, std::string> parse_query(std::string_view query) {
  std::vector<Field> out;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return std::unexpected("the query is not of the form name=value&name=value");
    auto name = decode(pair.substr(0, equals), true), value = decode(pair.substr(equals + 1), true);
    if (!name || !value || !is_utf8(*name) || !is_utf8(*value))
      return std::unexpected("the query holds what is no percent-coded UTF-8");
    if (std::any_of(name->begin(), name->end(), is_control) || std::any_of(value->begin(), value->end(), is_control))
      return std::unexpected("the query holds control characters");
    if (std::any_of(out.begin(), out.end(), [&](const Field& each) { return each.name == *name; }))
      return std::unexpected("the query says something twice");
    if (out.size() == ApiLimits::query_fields) return std::unexpected("the query says too much");
    out.push_back({std::move(*name), std::move(*value)});
  }
  return out;
}

std::string encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

}  // namespace rf::http
