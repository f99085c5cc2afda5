#include "core/call/codecs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

namespace rf::call {

using media::Codec;
using media::KeyWay;
using media::LegCoding;
using sdp::Format;

namespace {

using AllFormats = std::vector<Format>;

constexpr std::uint8_t noise_type = 13;
constexpr std::uint8_t usual_event_type = 101;
constexpr std::uint32_t usual_packet_ms = 20;

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

/// Those of them that `others` have, too.
AllFormats only(const AllFormats& formats, const AllFormats& others) {
  AllFormats out;
  std::copy_if(formats.begin(), formats.end(), std::back_inserter(out),
               [&](const Format& format) { return has(others, format); });
  return out;
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

void append_events(FormatText& text, std::uint8_t payload_type, std::uint32_t clock_hz) {
  fmt::format_to(std::back_inserter(text.more), "{}{}", text.more.empty() ? "" : " ", payload_type);
  fmt::format_to(std::back_inserter(text.lines), "a=rtpmap:{0} telephone-event/{1}\r\na=fmtp:{0} 0-15\r\n",
                 payload_type, clock_hz);
}

/// A payload type that is not taken, this one where it can be; none when all are.
std::optional<std::uint8_t> free_type(const std::bitset<128>& taken, std::uint8_t usual) {
  if (!taken.test(usual)) return usual;
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

std::optional<media::TranscodePlan> transcoding_between(const sdp::Media& offer, const sdp::Media& answer) {
  const AllFormats offered = relayed_formats(offer), answered = relayed_formats(answer);
  AllFormats shared, ours;
  for (const Format& format : answered) (has(offered, format) ? shared : ours).push_back(format);
  const bool share = share_a_codec(offered, answered);
  auto a = favourite_among(offer, share ? only(offered, shared) : offered, false);
  auto b = favourite_among(answer, share ? ours : answered, false);
  if (!a || !b) return std::nullopt;
  if (share) {
    a->passing.set();
    for (const Format& format : shared) b->passing.set(format.payload_type, !is_side(format));
    b->event_type = b->heard_event_type = favourite_of(answer)->event_type;
    b->event_clock_hz = favourite_of(answer)->event_clock_hz;
  }
  return media::TranscodePlan{{*a, *b}};
}

std::optional<Events> events_of(const sdp::Media& said, std::uint32_t clock_hz) {
  std::optional<Events> first;
  for (const Format& format : sdp::formats_of(said)) {
    if (!is_event(format)) continue;
    if (format.clock_hz == clock_hz) return Events{format.payload_type, clock_hz};
    if (!first) first = Events{format.payload_type, format.clock_hz};
  }
  return first;
}

std::uint32_t event_clock_of(const sdp::Media& said) {
  for (const Format& format : sdp::formats_of(said))
    if (is_event(format)) return format.clock_hz;
  const auto favourite = favourite_of(said);
  return favourite ? media::clock_of(favourite->codec) : 8'000;
}

namespace {

/// What a leg does about keys, as its coding has it. `other` is what its partner does.
void set_keys(LegCoding& coding, KeyWay way, KeyWay other, std::uint8_t own) {
  if (way == KeyWay::events) return;
  coding.event_type = coding.heard_event_type = 0;
  coding.event_clock_hz = media::clock_of(coding.codec);
  if (other == KeyWay::sound && way == KeyWay::sound) return;
  // Keys that it says by INFO come to the transcoder as events, and those for it leave the transcoder so.
  coding.heard_event_type = own;
  coding.says_keys = way == KeyWay::sound;
  if (way == KeyWay::info) coding.event_type = own;
}

std::optional<LegCoding> coding_as(const sdp::Media& said, const AllFormats& formats, Codec codec) {
  for (const Format& format : formats)
    if (codec_of(format) == codec) return coding_of(said, formats, format, codec);
  return std::nullopt;
}

/// Both legs in the codec that the answer likes best of those that both have.
std::optional<media::TranscodePlan> in_one_codec(const sdp::Media& offer, const sdp::Media& answer) {
  const AllFormats offered = relayed_formats(offer), answered = relayed_formats(answer);
  const auto favourite = favourite_among(answer, only(answered, offered), false);
  if (!favourite) return std::nullopt;
  auto a = coding_as(offer, offered, favourite->codec), b = coding_as(answer, answered, favourite->codec);
  if (!a || !b) return std::nullopt;
  // Each sends by the numbers of the other.
  a->heard_type = b->payload_type;
  b->heard_type = a->payload_type;
  for (const Format& format : answered)
    if (!is_side(format) && codec_of(format) != favourite->codec && has(offered, format))
      a->passing.set(format.payload_type);
  b->passing = a->passing;
  return media::TranscodePlan{{*a, *b}};
}

/// How long packets of the sender may be for the hearer, where it sends longer ones by what it says; 0: it does not.
std::uint16_t longest_ms_for(const sdp::Media& hearer, const sdp::Media& sender) {
  const std::uint32_t most = sdp::longest_packet_ms_of(hearer);
  const std::uint32_t usual = std::max(usual_packet_ms, sdp::packet_ms_of(sender));
  return most != 0 && most < usual ? media::packet_ms_for(most) : 0;
}

}  // namespace

bool takes_short_packets(const sdp::Media& said) {
  const std::uint32_t most = said.kind == "audio" ? sdp::longest_packet_ms_of(said) : 0;
  return most != 0 && most < usual_packet_ms;
}

std::optional<media::TranscodePlan> cutting_between(const sdp::Media& offer, const sdp::Media& answer) {
  const std::array<std::uint16_t, 2> longest_ms{longest_ms_for(answer, offer), longest_ms_for(offer, answer)};
  if (longest_ms[0] == 0 && longest_ms[1] == 0) return std::nullopt;
  auto plan = in_one_codec(offer, answer);
  if (!plan) return std::nullopt;
  auto& legs = plan->legs;
  std::swap(legs[0].heard_event_type, legs[1].heard_event_type);
  for (std::size_t i = 0; i < legs.size(); ++i) {
    legs[i].longest_ms = longest_ms[i];
    legs[i].passing.set(legs[i].heard_type);
    if (longest_ms[i] == 0) legs[i].passing.set();
  }
  return plan;
}

std::optional<media::TranscodePlan> with_keys(std::optional<media::TranscodePlan> between, const sdp::Media& offer,
                                              const sdp::Media& answer, const std::array<KeyWay, 2>& ways,
                                              bool may_add) {
  const bool differ = (ways[0] == KeyWay::sound) != (ways[1] == KeyWay::sound);
  if (differ && may_add && share_a_codec(relayed_formats(offer), relayed_formats(answer)))
    if (auto one = in_one_codec(offer, answer)) between = one;
  if (!between) return between;
  const auto own =
      free_type(sdp::payload_types_of(offer) | sdp::payload_types_of(answer), usual_event_type).value_or(0);
  set_keys(between->legs[0], ways[0], ways[1], own);
  set_keys(between->legs[1], ways[1], ways[0], own);
  return between;
}

std::optional<media::TranscodePlan> listening_to(const sdp::Media& said) {
  auto heard = favourite_of(said);
  if (!heard) return std::nullopt;
  LegCoding ours;
  ours.event_type = usual_event_type;
  set_keys(*heard, KeyWay::sound, KeyWay::info, 0);
  return media::TranscodePlan{{*heard, ours}};
}

void leave_out_events(FormatText& text, const sdp::Media& said) {
  std::bitset<128> kept = text.kept.value_or(sdp::payload_types_of(said));
  for (const Format& format : sdp::formats_of(said))
    if (is_event(format)) kept.reset(format.payload_type);
  text.kept = kept;
}

void add_events(FormatText& text, const sdp::Media& said, const Events& wanted) {
  if (text.lines.find("telephone-event") != text.lines.npos) return;
  std::bitset<128> taken = text.kept.value_or(std::bitset<128>().set()) & sdp::payload_types_of(said);
  for (const Format& format : sdp::formats_of(said))
    if (is_event(format) && taken.test(format.payload_type)) return;
  for (std::string_view rest = text.more; !rest.empty();) {
    std::size_t type = 0;
    while (!rest.empty() && rest.front() != ' ') {
      type = type * 10 + static_cast<std::size_t>(rest.front() - '0');
      rest.remove_prefix(1);
    }
    if (!rest.empty()) rest.remove_prefix(1);
    if (type < taken.size()) taken.set(type);
  }
  const auto type = free_type(taken, wanted.payload_type != 0 ? wanted.payload_type : usual_event_type);
  if (type) append_events(text, *type, wanted.clock_hz);
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
    const auto type = free_type(taken, named.payload_type);
    if (!type) continue;
    taken.set(*type);
    append_codec(text, named.codec, *type);
  }
  return text;
}

FormatText formats_to_answer(const sdp::Media& offer, const sdp::Media& answer, bool events) {
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
  if (!events) told.event_type = 0;
  text = text_of(told);
  text.kept.emplace();
  return text;
}

FormatText text_of(const LegCoding& coding) {
  FormatText text;
  append_codec(text, coding.codec, coding.payload_type);
  auto lines = std::back_inserter(text.lines);
  if (coding.event_type != 0) append_events(text, coding.event_type, coding.event_clock_hz);
  if (coding.noise) {
    fmt::format_to(std::back_inserter(text.more), " {}", noise_type);
    fmt::format_to(lines, "a=rtpmap:{} CN/8000\r\n", noise_type);
  }
  text.lines += "a=ptime:20\r\n";
  return text;
}

}  // namespace rf::call
