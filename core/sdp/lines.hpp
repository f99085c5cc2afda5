// How descriptions are cut into lines and words; for the files of this folder only.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "core/sdp/sdp.hpp"

namespace rf::sdp {

/// Cuts the first line off `rest`, without its CRLF or LF.
inline std::string_view cut_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Cuts the first word off `rest`, with the spaces around it. Empty at the end.
inline std::string_view cut_word(std::string_view& rest) {
  const std::size_t begin = std::min(rest.find_first_not_of(' '), rest.size());
  const std::size_t end = std::min(rest.find(' ', begin), rest.size());
  const std::string_view word = rest.substr(begin, end - begin);
  rest.remove_prefix(std::min(rest.find_first_not_of(' ', end), rest.size()));
  return word;
}

/// Digits and nothing else, within the type's range.
template <class Number>
std::optional<Number> parse_digits(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// RFC 8866 §9 `token`.
inline bool is_token(std::string_view text) {
  constexpr std::string_view also = "!#$%&'*+-.^_`{|}~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           also.find(c) != std::string_view::npos;
  });
}

inline bool equal_nocase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// What an rtpmap, or RFC 3551 for a static payload type, says of a format.
struct Codec {
  std::string_view encoding;
  std::uint32_t clock_hz = 0;
  std::uint32_t channels = 1;

  bool same_as(const Codec& other) const {
    return equal_nocase(encoding, other.encoding) && clock_hz == other.clock_hz && channels == other.channels;
  }
};

/// The codecs of one RTP stream by payload type, read in one pass: a stream full of formats and rtpmaps costs no more
/// than its length.
class Codecs {
 public:
  explicit Codecs(const Media& media);
  /// None when nothing explains the format.
  const Codec* find(std::string_view format) const;

 private:
  std::array<Codec, 128> by_type_{};
};

/// Fills in what Media says about its codecs.
void note_codecs(Media& media);

/// See Media::by_ice.
bool is_found_by_ice(const Session& session, const Media& media);

}  // namespace rf::sdp
