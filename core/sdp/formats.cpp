#include "core/sdp/formats.hpp"

#include <algorithm>

#include "core/sdp/lines.hpp"

namespace rf::sdp {

bool Format::is(std::string_view other_encoding) const {
  return equal_nocase(encoding, other_encoding);
}

std::vector<Format> formats_of(const Media& media) {
  const Codecs codecs(media);
  std::vector<Format> out;
  for (Formats formats = media.format_list(); const auto format = formats.next();)
    if (const Codec* codec = codecs.find(*format))
      out.push_back({*parse_digits<std::uint8_t>(*format), codec->encoding, codec->clock_hz, codec->channels});
  return out;
}

std::bitset<128> payload_types_of(const Media& media) {
  std::bitset<128> out;
  for (Formats formats = media.format_list(); const auto format = formats.next();)
    if (const auto type = parse_digits<std::uint8_t>(*format); type && *type < out.size()) out.set(*type);
  return out;
}

namespace {

/// Of the last attribute of that name; 0 when it is no number.
std::uint32_t number_of(const Media& media, std::string_view name) {
  std::uint32_t number = 0;
  for (Attributes attributes = media.attributes(); const auto attribute = attributes.next();)
    if (attribute->name == name) number = parse_digits<std::uint16_t>(attribute->value).value_or(0);
  return number;
}

}  // namespace

std::uint32_t packet_ms_of(const Media& media) {
  const std::uint32_t wanted = number_of(media, "ptime"), most = longest_packet_ms_of(media);
  return most != 0 ? std::min(wanted != 0 ? wanted : 20, most) : wanted;
}

std::uint32_t longest_packet_ms_of(const Media& media) {
  return number_of(media, "maxptime");
}

}  // namespace rf::sdp
