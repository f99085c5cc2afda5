// Which legs need a transcoder, and what each is told of formats then. Pure: descriptions in, plans and lines out.
#pragma once

#include <array>
#include <bitset>
#include <optional>
#include <string>

#include "core/media/coding.hpp"
#include "core/media/plan.hpp"
#include "core/sdp/formats.hpp"

namespace rf::call {

/// The codec that the writer of this stream likes best among those that we can turn into others, with its keys, comfort
/// noise and packet time. None: a video, or nothing that we know.
std::optional<media::LegCoding> favourite_of(const sdp::Media& said);
/// Likewise, but G.711 first: what we say ourselves is G.711.
std::optional<media::LegCoding> voice_coding_of(const sdp::Media& said);

/// What has to be done between the legs of `offer` (0) and `answer` (1): nothing when all that the answer names was
/// offered, or when one of them has no codec that we know. Who answered may send anything that his answer names, though
/// they share a codec: that alone is turned into the other's then.
std::optional<media::TranscodePlan> transcoding_between(const sdp::Media& offer, const sdp::Media& answer);

/// Why we relay what a media server could else, in words for the record.
inline constexpr std::string_view keys_turned = "a side's keys are turned";
inline constexpr std::string_view packets_cut = "a side takes short packets alone";

/// Whether its writer takes no packets of the usual length (a=maxptime).
bool takes_short_packets(const sdp::Media& said);
/// For two who share a codec, of whom one takes no packets as long as the other says that it sends them, or as is usual
/// where it says nothing: what is longer is cut for it, should the other not keep to it.
std::optional<media::TranscodePlan> cutting_between(const sdp::Media& offer, const sdp::Media& answer);

/// telephone-event of one description.
struct Events {
  std::uint8_t payload_type = 0;
  std::uint32_t clock_hz = 8'000;
};
/// Those of `said` that have this clock, else the first.
std::optional<Events> events_of(const sdp::Media& said, std::uint32_t clock_hz);
/// The clock of the first of them; none: of the favourite codec that we know, else 8000.
std::uint32_t event_clock_of(const sdp::Media& said);

/// The same for keys: `between` (nothing, or what transcoding_between() said of these two) with what each leg does
/// about keys. Where one of them says and hears keys in its sound and the other does not, also two that share a codec
/// are transcoded, unless `may_add` is false. A leg by INFO is told events of a payload type of our own, which never
/// leave.
std::optional<media::TranscodePlan> with_keys(std::optional<media::TranscodePlan> between, const sdp::Media& offer,
                                              const sdp::Media& answer, const std::array<media::KeyWay, 2>& ways,
                                              bool may_add);
/// For who talks to us alone: what turns the tones that he says into events.
std::optional<media::TranscodePlan> listening_to(const sdp::Media& said);

/// A change of a stream's formats, as text. It outlives the FormatRewrite that is made of it.
struct FormatText {
  std::optional<std::bitset<128>> kept;
  std::string more, lines;

  sdp::FormatRewrite rewrite() const { return {kept, more, lines}; }
};

/// What the other leg is offered beside the formats of `offer`: what we can turn them into, those that lose least
/// first, under payload types that the offer does not use. Nothing when there is no codec that we know.
FormatText formats_to_offer(const sdp::Media& offer);
/// What the writer of `offer` is told when the other leg said `answer`: its own favourite when they share no codec;
/// else the answer without what only we offered.
/// Without `events`, telephone-event is not among what we say of our own.
FormatText formats_to_answer(const sdp::Media& offer, const sdp::Media& answer, bool events = true);

/// Takes telephone-event out of what `text` makes of `said`.
void leave_out_events(FormatText& text, const sdp::Media& said);
/// Adds it where `text` leaves none of `said`, under the wanted payload type (0: any) or one that is not taken.
void add_events(FormatText& text, const sdp::Media& said, const Events& wanted);

/// The payload types of a leg's coding, "9 101", and the lines that explain them.
FormatText text_of(const media::LegCoding& coding);

}  // namespace rf::call
