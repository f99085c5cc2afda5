#include "shell/store/text.hpp"

#include <algorithm>
#include <cstdint>

namespace rf::store {
namespace {

bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f;
}

/// Length of the well-formed UTF-8 sequence of two to four bytes at the start of `text`; 0 when there is none.
/// Source: RFC 3629 §4 (no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  std::size_t length = 0;
  std::uint8_t low = 0x80, high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) length = 2;
  if (lead >= 0xe0 && lead <= 0xef) length = 3;
  if (lead >= 0xf0 && lead <= 0xf4) length = 4;
  if (length == 0 || text.size() < length) return 0;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  // The C1 control characters U+0080 to U+009F.
  if (lead == 0xc2 && byte(1) < 0xa0) return 0;
  return length;
}

void append_escaped(std::string_view raw, std::string& out) {
  static constexpr char digits[] = "0123456789abcdef";
  while (!raw.empty()) {
    const auto stop = std::find_if(raw.begin(), raw.end(), [](char c) { return !is_plain(c) || c == '\\'; });
    out.append(raw.begin(), stop);
    raw.remove_prefix(static_cast<std::size_t>(stop - raw.begin()));
    if (raw.empty()) return;
    const auto c = static_cast<std::uint8_t>(raw.front());
    std::size_t length = 1;
    if (c == '\\') {
      out += "\\\\";
    } else if (c >= 0x80 && (length = sequence_length(raw)) != 0) {
      out.append(raw.substr(0, length));
    } else {
      length = 1;
      out += "\\x";
      out += digits[c >> 4];
      out += digits[c & 15];
    }
    raw.remove_prefix(length);
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void escape(std::string_view raw, std::string& out) {
  out.clear();
  append_escaped(raw, out);
}

std::string escaped(std::string_view raw) {
  std::string out;
  append_escaped(raw, out);
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\') {
      out += '\\';
      ++i;
    } else if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x' && hex_digit(text[i + 2]) >= 0 &&
               hex_digit(text[i + 3]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 2]) << 4 | hex_digit(text[i + 3]));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

void escape_list(const std::vector<std::string>& raw, std::string& out) {
  out.clear();
  for (const std::string& element : raw) {
    append_escaped(element, out);
    out += '\n';
  }
}

std::vector<std::string> unescaped_list(std::string_view text) {
  std::vector<std::string> list;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    list.push_back(unescaped(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return list;
}

bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = static_cast<std::uint8_t>(text.front()) >= 0x80 ? sequence_length(text)
                               : is_plain(text.front())                        ? 1
                                                                               : 0;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace rf::store
