// Any bytes as a sound file: a clip of bounded length in both laws, or a sentence.
#include <cstddef>
#include <cstdint>

#include "core/base/check.hpp"
#include "core/base/limits/call.hpp"
#include "shell/prompts/wav.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using rf::media::VoicePlan;
  const auto clip = rf::prompts::parse_wav({data, size});
  if (!clip) {
    RF_CHECK(!clip.error().empty());
    return 0;
  }
  RF_CHECK(clip->samples() > 0 && clip->samples() <= rf::VoiceLimits::clip_samples && clip->samples() <= size);
  RF_CHECK(clip->bytes(VoicePlan::Law::mu).size() == clip->bytes(VoicePlan::Law::a).size());
  return 0;
}
