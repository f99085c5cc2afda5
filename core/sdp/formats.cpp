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

std::uint32_t packet_ms_of(const Media& media) {
  std::uint32_t wanted = 0, most = 0;
  for (Attributes attributes = media.attributes(); const auto attribute = attributes.next();) {
    if (attribute->name == "ptime") wanted = parse_digits<std::uint16_t>(attribute->value).value_or(0);
    if (attribute->name == "maxptime") most = parse_digits<std::uint16_t>(attribute->value).value_or(0);
  }
  return most != 0 ? std::min(wanted != 0 ? wanted : 20, most) : wanted;
}

}  // namespace rf::sdp
