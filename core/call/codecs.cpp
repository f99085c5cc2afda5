#include "core/call/codecs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

namespace rf::call {

using media::Codec;
using media::LegCoding;
using sdp::Format;

namespace {

using AllFormats = std::vector<Format>;

constexpr std::uint8_t noise_type = 13;

/// How a codec stands in an rtpmap (RFC 3551, RFC 7587 §7). Opus says two channels whatever it sends.
struct Named {
  Codec codec;
  std::uint32_t channels;
  std::uint8_t payload_type;  ///< where none is taken: its own, or the first that we try
};
constexpr std::array<Named, 4> known{
    {{Codec::pcma, 1, 8}, {Codec::pcmu, 1, 0}, {Codec::g722, 1, 9}, {Codec::opus, 2, 111}}};
constexpr std::uint8_t dynamic_first = 96, dynamic_last = 127;

std::optional<Codec> codec_of(const Format& format) {
  for (const Named& named : known)
    if (format.is(media::name_of(named.codec)) && format.clock_hz == media::clock_of(named.codec) &&
        format.channels == named.channels)
      return named.codec;
  return std::nullopt;
}

bool is_event(const Format& format) {
  return format.is("telephone-event");
}
/// What no call can consist of alone.
bool is_side(const Format& format) {
  return is_event(format) || format.is("CN") || format.is("red");
}
bool is_g711(Codec codec) {
  return codec == Codec::pcma || codec == Codec::pcmu;
}

bool same(const Format& a, const Format& b) {
  return a.is(b.encoding) && a.clock_hz == b.clock_hz && a.channels == b.channels;
}
bool has(const AllFormats& formats, const Format& wanted) {
  return std::any_of(formats.begin(), formats.end(), [&](const Format& format) { return same(format, wanted); });
}
bool has(const AllFormats& formats, Codec codec) {
  return std::any_of(formats.begin(), formats.end(), [&](const Format& format) { return codec_of(format) == codec; });
}
bool share_a_codec(const AllFormats& a, const AllFormats& b) {
  return std::any_of(a.begin(), a.end(), [&](const Format& format) { return !is_side(format) && has(b, format); });
}

AllFormats relayed_formats(const sdp::Media& media) {
  const bool audio = media.kind == "audio" && sdp::refusal_of(media) == sdp::Refusal::none;
  return audio ? sdp::formats_of(media) : AllFormats();
}

LegCoding coding_of(const sdp::Media& said, const AllFormats& formats, const Format& format, Codec codec) {
  LegCoding coding;
  coding.codec = codec;
  coding.payload_type = coding.heard_type = format.payload_type;
  coding.packet_ms = media::packet_ms_for(sdp::packet_ms_of(said));
  for (const Format& other : formats) {
    if (is_event(other) && (coding.event_type == 0 || other.clock_hz == format.clock_hz)) {
      if (coding.event_type != 0 && coding.event_clock_hz == format.clock_hz) continue;
      coding.event_type = coding.heard_event_type = other.payload_type;
      coding.event_clock_hz = other.clock_hz;
    }
    if (other.payload_type == noise_type && other.is("CN")) coding.noise = codec != Codec::opus;
  }
  return coding;
}

std::optional<LegCoding> favourite_among(const sdp::Media& said, const AllFormats& formats, bool g711) {
  for (const Format& format : formats)
    if (const auto codec = codec_of(format); codec && (!g711 || is_g711(*codec)))
      return coding_of(said, formats, format, *codec);
  return std::nullopt;
}

void append_codec(FormatText& text, Codec codec, std::uint8_t payload_type) {
  fmt::format_to(std::back_inserter(text.more), "{}{}", text.more.empty() ? "" : " ", payload_type);
  auto to = std::back_inserter(text.lines);
  fmt::format_to(to, "a=rtpmap:{} {}/{}{}\r\n", payload_type, media::name_of(codec), media::clock_of(codec),
                 codec == Codec::opus ? "/2" : "");
  if (codec == Codec::opus) fmt::format_to(to, "a=fmtp:{} useinbandfec=1\r\n", payload_type);
}

/// A payload type for a codec that the offer has not; none when all are taken.
std::optional<std::uint8_t> free_type(const std::bitset<128>& taken, const Named& named) {
  if (!taken.test(named.payload_type)) return named.payload_type;
  for (std::uint8_t type = dynamic_first; type <= dynamic_last; ++type)
    if (!taken.test(type)) return type;
  return std::nullopt;
}

}  // namespace

std::optional<LegCoding> favourite_of(const sdp::Media& said) {
  return favourite_among(said, relayed_formats(said), false);
}

std::optional<LegCoding> voice_coding_of(const sdp::Media& said) {
  const AllFormats formats = relayed_formats(said);
  auto coding = favourite_among(said, formats, true);
  return coding ? coding : favourite_among(said, formats, false);
}

std::optional<media::TranscodePlan> transcoding_between(const sdp::Media& caller, const sdp::Media& callee) {
  const AllFormats of_caller = relayed_formats(caller), of_callee = relayed_formats(callee);
  if (share_a_codec(of_caller, of_callee)) return std::nullopt;
  const auto a = favourite_among(caller, of_caller, false), b = favourite_among(callee, of_callee, false);
  if (!a || !b) return std::nullopt;
  return media::TranscodePlan{{*a, *b}};
}

FormatText formats_to_offer(const sdp::Media& offer) {
  FormatText text;
  const AllFormats formats = relayed_formats(offer);
  const auto favourite = favourite_among(offer, formats, false);
  if (!favourite) return text;
  // A wide call stays wide where it can; what is narrow is best as it is, and cheapest in the other law.
  constexpr std::array<std::size_t, 4> narrow{0, 1, 2, 3}, wide{2, 3, 0, 1};
  std::bitset<128> taken = sdp::payload_types_of(offer);
  for (const std::size_t place : is_g711(favourite->codec) ? narrow : wide) {
    const Named& named = known[place];
    if (has(formats, named.codec)) continue;
    const auto type = free_type(taken, named);
    if (!type) continue;
    taken.set(*type);
    append_codec(text, named.codec, *type);
  }
  return text;
}

FormatText formats_to_answer(const sdp::Media& offer, const sdp::Media& answer) {
  const AllFormats offered = relayed_formats(offer), answered = relayed_formats(answer);
  FormatText text;
  if (share_a_codec(offered, answered)) {
    std::bitset<128> kept;
    bool all = true;
    for (const Format& format : answered) {
      const bool ours = codec_of(format) && !has(offered, format);
      kept.set(format.payload_type, !ours);
      all = all && !ours;
    }
    if (!all) text.kept = kept;
    return text;
  }
  const auto favourite = favourite_among(offer, offered, false), theirs = favourite_among(answer, answered, false);
  if (!favourite || !theirs) return text;
  LegCoding told = *favourite;
  told.noise = told.noise && theirs->noise;
  text = text_of(told);
  text.kept.emplace();
  return text;
}

FormatText text_of(const LegCoding& coding) {
  FormatText text;
  append_codec(text, coding.codec, coding.payload_type);
  auto lines = std::back_inserter(text.lines);
  if (coding.event_type != 0) {
    fmt::format_to(std::back_inserter(text.more), " {}", coding.event_type);
    fmt::format_to(lines, "a=rtpmap:{0} telephone-event/{1}\r\na=fmtp:{0} 0-15\r\n", coding.event_type,
                   coding.event_clock_hz);
  }
  if (coding.noise) {
    fmt::format_to(std::back_inserter(text.more), " {}", noise_type);
    fmt::format_to(lines, "a=rtpmap:{} CN/8000\r\n", noise_type);
  }
  text.lines += "a=ptime:20\r\n";
  return text;
}

}  // namespace rf::call
