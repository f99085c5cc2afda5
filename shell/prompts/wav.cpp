#include "shell/prompts/wav.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "core/base/limits/call.hpp"

namespace rf::prompts {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t riff_header = 12, chunk_header = 8, short_format = 16, extensible_format = 40;
constexpr std::uint16_t tag_pcm = 1, tag_a = 6, tag_mu = 7, tag_extensible = 0xfffe;
constexpr std::uint32_t rate_hz = 8'000;
constexpr std::string_view remedy = "convert it: sox IN -r 8000 -c 1 -e mu-law OUT.wav";

std::uint16_t read16(Bytes d, std::size_t at) {
  return static_cast<std::uint16_t>(d[at] | d[at + 1] << 8);
}
std::uint32_t read32(Bytes d, std::size_t at) {
  return read16(d, at) | static_cast<std::uint32_t>(read16(d, at + 2)) << 16;
}
bool is_at(Bytes d, std::size_t at, std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i)
    if (d[at + i] != static_cast<std::uint8_t>(word[i])) return false;
  return true;
}

struct Chunks {
  std::optional<Bytes> format, data;
};

/// The first format and the sound after it.
std::expected<Chunks, std::string> chunks_of(Bytes file) {
  if (file.size() < riff_header || !is_at(file, 0, "RIFF") || !is_at(file, 8, "WAVE"))
    return std::unexpected("it is no WAV file");
  Chunks out;
  std::size_t at = riff_header;
  for (std::size_t count = 0; file.size() - at >= chunk_header && !out.data; ++count) {
    if (count == VoiceLimits::wav_chunks)
      return std::unexpected(fmt::format("its sound does not come within {} chunks", VoiceLimits::wav_chunks));
    const std::uint32_t size = read32(file, at + 4);
    if (size > file.size() - at - chunk_header) return std::unexpected("it ends in the middle of a chunk");
    const Bytes body = file.subspan(at + chunk_header, size);
    if (is_at(file, at, "fmt ") && !out.format) out.format = body;
    if (is_at(file, at, "data")) out.data = body;
    at += chunk_header + size;
    // Chunks begin at even places; the last may lack its padding.
    if (size % 2 != 0 && at < file.size()) ++at;
  }
  if (!out.format) return std::unexpected("it does not say its format before its sound");
  if (!out.data) return std::unexpected("there is no sound in it");
  return out;
}

/// Gives the encoding: tag_pcm, tag_a or tag_mu.
std::expected<std::uint16_t, std::string> encoding_of(Bytes format) {
  if (format.size() < short_format) return std::unexpected("its format is cut off");
  std::uint16_t tag = read16(format, 0);
  if (tag == tag_extensible && format.size() >= extensible_format) tag = read16(format, 24);
  const unsigned channels = read16(format, 2), bits = read16(format, 14);
  const std::uint32_t rate = read32(format, 4);
  if (channels != 1) return std::unexpected(fmt::format("it has {} channels, not one; {}", channels, remedy));
  if (rate != rate_hz) return std::unexpected(fmt::format("it has {} Hz, not 8000; {}", rate, remedy));
  if (tag != tag_pcm && tag != tag_a && tag != tag_mu)
    return std::unexpected(fmt::format("its encoding (format {}) is neither PCM nor G.711; {}", tag, remedy));
  const unsigned wanted = tag == tag_pcm ? 16 : 8;
  if (bits != wanted) return std::unexpected(fmt::format("it has {} bits a sample, not {}; {}", bits, wanted, remedy));
  return tag;
}

}  // namespace

std::expected<media::Clip, std::string> parse_wav(Bytes file) {
  const auto chunks = chunks_of(file);
  if (!chunks) return std::unexpected(chunks.error());
  const auto encoding = encoding_of(*chunks->format);
  if (!encoding) return std::unexpected(encoding.error());
  const Bytes data = *chunks->data;
  const std::size_t samples = *encoding == tag_pcm ? data.size() / 2 : data.size();
  if (samples == 0) return std::unexpected("there is no sound in it");
  if (samples > VoiceLimits::clip_samples)
    return std::unexpected(fmt::format("it is longer than {} s", VoiceLimits::clip_samples / rate_hz));
  if (*encoding != tag_pcm)
    return media::Clip::from_law(*encoding == tag_mu ? media::VoicePlan::Law::mu : media::VoicePlan::Law::a, data);
  std::vector<std::int16_t> linear(samples);
  for (std::size_t i = 0; i < samples; ++i) linear[i] = static_cast<std::int16_t>(read16(data, 2 * i));
  return media::Clip::from_linear(linear);
}

}  // namespace rf::prompts
