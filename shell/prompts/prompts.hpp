// Where prompts come from: the folder that was installed with us, and the operator's own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/media/clips.hpp"

namespace rf::prompts {

/// What was read, and what could not be.
struct Loaded {
  media::ClipBankRef clips;         ///< never null; the tones are always there
  std::vector<std::string> faults;  ///< a sentence each, with the file and what to do
};

/// The prompts that calls and events name, without their folder: "enter-pin", "goodbye", …; each in every language of
/// languages().
std::vector<std::string_view> prompt_names();
std::vector<std::string_view> languages();

/// Reads FOLDER/NAME.wav of each folder in `shipped`, then of `own` (empty: none), whose files replace those of the
/// same name; "custom/closed-today" are further ones. A prompt that is in neither is a fault, as is each file of `own`
/// that cannot be used: the shipped one then stays. Files that are no *.wav, and folders within folders, are passed
/// over. Bounds: VoiceLimits.
Loaded load_prompts(const std::string& shipped, const std::string& own);

}  // namespace rf::prompts
