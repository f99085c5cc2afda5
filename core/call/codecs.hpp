// Which legs need a transcoder, and what each is told of formats then. Pure: descriptions in, plans and lines out.
#pragma once

#include <bitset>
#include <optional>
#include <string>

#include "core/media/coding.hpp"
#include "core/sdp/formats.hpp"

namespace rf::call {

/// The codec that the writer of this stream likes best among those that we can turn into others, with its keys, comfort
/// noise and packet time. None: a video, or nothing that we know.
std::optional<media::LegCoding> favourite_of(const sdp::Media& said);
/// Likewise, but G.711 first: what we say ourselves is G.711.
std::optional<media::LegCoding> voice_coding_of(const sdp::Media& said);

/// What has to be done between two legs by what each said last: nothing when they share a codec, or when one of them
/// has none that we know.
std::optional<media::TranscodePlan> transcoding_between(const sdp::Media& caller, const sdp::Media& callee);

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
FormatText formats_to_answer(const sdp::Media& offer, const sdp::Media& answer);

/// The payload types of a leg's coding, "9 101", and the lines that explain them.
FormatText text_of(const media::LegCoding& coding);

}  // namespace rf::call
