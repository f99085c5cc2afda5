// Names of what is said to callers: prompts, tones and an operator's own files.
#pragma once

#include <string_view>

namespace rf {

/// Whether a text has the shape of a clip's name: folder and file, "en/enter-pin", "custom/closed-today"; small
/// letters, digits, '-' and '_', VoiceLimits::clip_name_part_bytes at most on each side. No text of this shape leads
/// out of the folder of prompts.
bool is_clip_name(std::string_view text);
/// One side of it.
bool is_clip_name_part(std::string_view text);

}  // namespace rf
