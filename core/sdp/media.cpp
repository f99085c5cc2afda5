#include <utility>

#include "core/sdp/lines.hpp"
#include "core/sdp/sdp.hpp"
#include "core/sdp/security.hpp"

namespace rf::sdp {
namespace {

/// RFC 3551 §6, the assigned payload types.
std::optional<Codec> static_codec(std::uint8_t type) {
  switch (type) {
    case 0: return Codec{"PCMU", 8'000};
    case 3: return Codec{"GSM", 8'000};
    case 4: return Codec{"G723", 8'000};
    case 5: return Codec{"DVI4", 8'000};
    case 6: return Codec{"DVI4", 16'000};
    case 7: return Codec{"LPC", 8'000};
    case 8: return Codec{"PCMA", 8'000};
    case 9: return Codec{"G722", 8'000};
    case 10: return Codec{"L16", 44'100, 2};
    case 11: return Codec{"L16", 44'100};
    case 12: return Codec{"QCELP", 8'000};
    case 13: return Codec{"CN", 8'000};
    case 14: return Codec{"MPA", 90'000};
    case 15: return Codec{"G728", 8'000};
    case 16: return Codec{"DVI4", 11'025};
    case 17: return Codec{"DVI4", 22'050};
    case 18: return Codec{"G729", 8'000};
    case 25: return Codec{"CelB", 90'000};
    case 26: return Codec{"JPEG", 90'000};
    case 28: return Codec{"nv", 90'000};
    case 31: return Codec{"H261", 90'000};
    case 32: return Codec{"MPV", 90'000};
    case 33: return Codec{"MP2T", 90'000};
    case 34: return Codec{"H263", 90'000};
    default: return std::nullopt;
  }
}

/// `encoding/clock[/channels]` of RFC 8866 §6.6.
std::optional<Codec> parse_encoding(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || !is_token(text.substr(0, slash))) return std::nullopt;
  std::string_view clock = text.substr(slash + 1), channels;
  if (const std::size_t second = clock.find('/'); second != std::string_view::npos) {
    channels = clock.substr(second + 1);
    clock = clock.substr(0, second);
  }
  const auto hz = parse_digits<std::uint32_t>(clock);
  const auto count = channels.empty() ? std::optional(1u) : parse_digits<std::uint32_t>(channels);
  if (!hz || *hz == 0 || !count) return std::nullopt;
  return Codec{text.substr(0, slash), *hz, *count};
}

bool is_event(const Codec& codec) {
  return equal_nocase(codec.encoding, "telephone-event");
}

/// Not routable anywhere as the address of one host, whoever says it.
bool is_no_host(const Address& a) {
  if (a.is_multicast() || a.is_unspecified()) return true;
  if (a.is_v4()) return a.bytes()[12] == 0 || a.bytes()[12] >= 240;
  const auto& bytes = a.bytes();
  return !a.is_loopback() && std::all_of(bytes.begin(), bytes.begin() + 12, [](auto b) { return b == 0; });
}

bool is_link_local(const Address& a) {
  const auto& bytes = a.bytes();
  return a.is_v4() ? bytes[12] == 169 && bytes[13] == 254 : bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

}  // namespace

Codecs::Codecs(const Media& media) {
  for (Attributes attributes = media.attributes(); const auto attribute = attributes.next();) {
    if (attribute->name != "rtpmap") continue;
    std::string_view rest = attribute->value;
    const auto type = parse_digits<std::uint8_t>(cut_word(rest));
    if (!type || *type >= by_type_.size() || by_type_[*type].clock_hz != 0) continue;
    if (const auto codec = parse_encoding(cut_word(rest))) by_type_[*type] = *codec;
  }
  for (Formats formats = media.format_list(); const auto format = formats.next();)
    if (const auto type = parse_digits<std::uint8_t>(*format); type && *type < by_type_.size())
      if (by_type_[*type].clock_hz == 0) by_type_[*type] = static_codec(*type).value_or(Codec{});
}

const Codec* Codecs::find(std::string_view format) const {
  const auto type = parse_digits<std::uint8_t>(format);
  return type && *type < by_type_.size() && by_type_[*type].clock_hz != 0 ? &by_type_[*type] : nullptr;
}

void note_codecs(Media& media) {
  const Codecs codecs(media);
  bool clock_known = false;
  for (Formats formats = media.format_list(); const auto format = formats.next();) {
    const Codec* codec = codecs.find(*format);
    if (!codec) continue;
    media.explained = true;
    if (is_event(*codec)) {
      if (!media.events) media.events = parse_digits<std::uint8_t>(*format);
    } else if (!std::exchange(clock_known, true)) {
      media.clock = codec->clock_hz;
    }
  }
}

bool is_found_by_ice(const Session& session, const Media& media) {
  const auto profile = profile_of(media.proto);
  if (!profile || is_plain(*profile)) return false;
  bool fragment = false, fingerprint = false;
  const auto look = [&](Attributes attributes) {
    while (const auto attribute = attributes.next()) {
      if (attribute->name == "ice-lite") return false;  // two lite sides check nothing
      fragment = fragment || attribute->name == "ice-ufrag";
      fingerprint = fingerprint || attribute->name == "fingerprint";
    }
    return true;
  };
  return look(session.attributes()) && look(media.attributes()) && fragment && fingerprint;
}

Refusal refusal_of(const Media& media) {
  if (media.port == 0) return Refusal::port_zero;
  if (!profile_of(media.proto)) return Refusal::other_protocol;
  if (media.kind != "audio" && media.kind != "video") return Refusal::other_kind;
  if (media.port_count != 1) return Refusal::port_count;
  if (!media.explained) return Refusal::no_payload_type;
  if (media.by_ice) return Refusal::none;
  if (media.port < 1024) return Refusal::implausible_port;
  if (media.connection.is_nowhere) return Refusal::none;
  if (!media.connection.address) return Refusal::host_name;
  return plausible_media_address(*media.connection.address) ? Refusal::none : Refusal::implausible_address;
}

bool plausible_media_address(const Address& address) {
  return !is_no_host(address);
}

bool plausible_media_address(const Address& address, const Address& signalling) {
  if (is_no_host(address)) return false;
  if (address.is_loopback()) return signalling.is_loopback();
  return !is_link_local(address) || is_link_local(signalling) || signalling.is_loopback();
}

std::optional<Endpoint> remote_rtp(const Media& media) {
  if (refusal_of(media) != Refusal::none || !media.connection.address || media.connection.is_nowhere)
    return std::nullopt;
  if (media.by_ice && (media.port < 1024 || !plausible_media_address(*media.connection.address))) return std::nullopt;
  return Endpoint{*media.connection.address, media.port};
}

std::optional<Endpoint> remote_rtcp(const Media& media) {
  const auto rtp = remote_rtp(media);
  if (!rtp) return std::nullopt;
  if (media.rtcp_port == 0) {
    if (media.port == UINT16_MAX) return std::nullopt;
    return Endpoint{rtp->address, static_cast<std::uint16_t>(media.port + 1)};
  }
  const Address address = media.rtcp_address.value_or(rtp->address);
  if (media.rtcp_port < 1024 || !plausible_media_address(address)) return std::nullopt;
  return Endpoint{address, media.rtcp_port};
}

std::string_view text_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::none: return "relayed";
    case Refusal::port_zero: return "the peer itself does not want the stream";
    case Refusal::other_protocol:
      return "only RTP and SRTP over UDP are relayed";
    case Refusal::other_kind: return "only audio and video are relayed";
    case Refusal::port_count: return "a stream over several ports is not relayed";
    case Refusal::no_payload_type: return "no format of the stream is explained";
    case Refusal::host_name: return "the media address is a host name";
    case Refusal::implausible_address: return "the media address cannot be a phone's";
    case Refusal::implausible_port: return "the media port is a system service's";
  }
  return "not relayed";
}

}  // namespace rf::sdp
