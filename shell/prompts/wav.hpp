// Sound files as operators have them: WAV, strictly.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "core/media/clips.hpp"

namespace rf::prompts {

/// Reads a whole file: RIFF/WAVE, 8 kHz, mono, 16-bit PCM or G.711 (format tags 1, 6, 7; WAVE_FORMAT_EXTENSIBLE with
/// one of them). Every length is held against the bytes that are there; other chunks are passed over,
/// VoiceLimits::wav_chunks at most. At most VoiceLimits::clip_samples of sound. Errors: a sentence that says what is
/// wrong, and how to make the right one where that helps. Source: Multimedia Programming Interface and Data
/// Specifications 1.0 (IBM, Microsoft), RFC 2361.
std::expected<media::Clip, std::string> parse_wav(std::span<const std::uint8_t> file);

}  // namespace rf::prompts
