// The character classes of RFC 3261 §25.1 as one table, and the scanning primitives of the hot path.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rf::sip::chars {

enum Class : std::uint16_t {
  token = 1,       ///< alphanum / - . ! % * _ + ` ' ~
  host = 2,        ///< alphanum / - .
  user = 4,        ///< unreserved / user-unreserved, without the escape
  password = 8,    ///< unreserved / & = + $ ,
  uri_param = 16,  ///< param-unreserved / unreserved
  uri_header = 32, ///< hnv-unreserved / unreserved
  word = 64,       ///< of Call-ID
  uric = 128,      ///< reserved / unreserved, and the brackets of an IPv6 host
  digit = 256,
  alpha = 512,
  hex = 1024,
  phone = 2048,    ///< phonedigit-hex of RFC 3966 and its visual separators
  address = 4096,  ///< what an IPv6 address is written with
  label = 8192,    ///< alphanum / -
};

namespace detail {

constexpr std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  const auto add = [&](std::string_view set, unsigned bits) {
    for (const char c : set) table[static_cast<unsigned char>(c)] |= static_cast<std::uint16_t>(bits);
  };
  constexpr std::string_view digits = "0123456789", hex_letters = "abcdefABCDEF";
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr unsigned everywhere = token | host | label | user | password | uri_param | uri_header | word | uric;
  add(digits, everywhere | digit | hex | phone | address);
  add(letters, everywhere | alpha);
  add(hex_letters, hex | phone | address);
  add("-_.!~*'()", user | password | uri_param | uri_header | uric);  // mark
  add("-.!%*_+`'~", token | word);
  add("()<>:\\\"/[]?{}", word);
  add("-.", host);
  add("-", label);
  add("&=+$,;?/", user);
  add("&=+$,", password);
  add("[]/:&+$", uri_param);
  add("[]/?:+$", uri_header);
  add(";/?:@&=+$,[]", uric);
  add("*#-.()", phone);
  add(":.", address);
  return table;
}

inline constexpr std::array<std::uint16_t, 256> table = make_table();

}  // namespace detail

constexpr bool is(char c, unsigned classes) {
  return (detail::table[static_cast<unsigned char>(c)] & classes) != 0;
}

constexpr bool is_space(char c) { return c == ' ' || c == '\t'; }

/// The first character from `at` on that is in none of `classes`.
inline const char* skip(const char* at, const char* end, unsigned classes) {
  while (at != end && is(*at, classes)) ++at;
  return at;
}

inline const char* skip_space(const char* at, const char* end) {
  while (at != end && is_space(*at)) ++at;
  return at;
}

/// As skip(), with %XX escapes allowed between; stops at the '%' of a broken one.
inline const char* skip_escaped(const char* at, const char* end, unsigned classes) {
  for (;;) {
    at = skip(at, end, classes);
    if (end - at < 3 || *at != '%' || !is(at[1], hex) || !is(at[2], hex)) return at;
    at += 3;
  }
}

/// The first byte that is not printable ASCII (0x20 to 0x7e), as many at a time as the machine has room for.
inline const char* skip_printable(const char* at, const char* end) {
#if defined(__SSE2__)
  // As signed numbers the bytes from 0x80 on are below the space.
  const __m128i below = _mm_set1_epi8(0x1f), above = _mm_set1_epi8(0x7f);
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i printable = _mm_andnot_si128(_mm_cmpeq_epi8(bytes, above), _mm_cmpgt_epi8(bytes, below));
    const auto odd = static_cast<unsigned>(_mm_movemask_epi8(printable)) ^ 0xffffu;
    if (odd != 0) return at + std::countr_zero(odd);
  }
#endif
  constexpr std::uint64_t ones = 0x0101010101010101ULL, tops = ones * 0x80;
  for (; end - at >= 8; at += 8) {
    std::uint64_t w;
    std::memcpy(&w, at, 8);
    if constexpr (std::endian::native == std::endian::big) w = __builtin_bswap64(w);
    const std::uint64_t del = w ^ (ones * 0x7f);
    const std::uint64_t odd = (w | ((w - ones * 0x20) & ~w) | ((del - ones) & ~del)) & tops;
    if (odd != 0) return at + std::countr_zero(odd) / 8;
  }
  while (at != end && *at >= 0x20 && *at < 0x7f) ++at;
  return at;
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Length of the well-formed UTF-8 sequence (RFC 3629) at `at`; zero when there is none.
inline std::size_t utf8_length(const char* at, const char* end) {
  const auto byte = [&](int i) { return static_cast<unsigned char>(at[i]); };
  const auto tail = [&](int i) { return (byte(i) & 0xc0) == 0x80; };
  const std::ptrdiff_t left = end - at;
  if (left < 1) return 0;
  const unsigned c = byte(0);
  if (c < 0x80) return 1;
  if (c < 0xc2) return 0;
  if (c < 0xe0) return left >= 2 && tail(1) ? 2 : 0;
  if (c < 0xf0) {
    if (left < 3 || !tail(1) || !tail(2)) return 0;
    if ((c == 0xe0 && byte(1) < 0xa0) || (c == 0xed && byte(1) > 0x9f)) return 0;
    return 3;
  }
  if (c > 0xf4 || left < 4 || !tail(1) || !tail(2) || !tail(3)) return 0;
  if ((c == 0xf0 && byte(1) < 0x90) || (c == 0xf4 && byte(1) > 0x8f)) return 0;
  return 4;
}

}  // namespace rf::sip::chars
