#include "shell/transcode/tones.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/media/g711.hpp"
#include "shell/prompts/prompts.hpp"
#include "tests/unit/transcode/sounds.hpp"

namespace rf::transcode {
namespace {

/// How often a key begins in a sound that comes in packets of 20 ms.
std::size_t presses_in(std::span<const std::int16_t> sound) {
  KeyDetector ears;
  std::size_t presses = 0;
  std::uint8_t before = KeyDetector::none;
  for (; sound.size() >= 160; sound = sound.subspan(160)) {
    const std::uint8_t key = ears.hear(sound.first(160));
    if (key != KeyDetector::none && key != before) ++presses;
    before = key;
  }
  return presses;
}

TEST(KeyDetector, HearsNoKeyInAnyPromptThatIsShipped) {
  const prompts::Loaded loaded = prompts::load_prompts(std::string(SOURCE_DIR) + "/prompts", "");
  std::size_t clips = 0;
  for (const std::string& name : loaded.clips->names()) {
    Samples sound;
    const media::ClipRef clip = loaded.clips->find(name);
    for (const std::uint8_t byte : clip->bytes(media::VoicePlan::Law::mu)) sound.push_back(media::mu_to_linear(byte));
    EXPECT_EQ(presses_in(sound), 0u) << name;
    ++clips;
  }
  EXPECT_GT(clips, 10u);
}

/// Sums of harmonics that glide, with noise, are what voices are made of.
TEST(KeyDetector, HearsNoKeyInTenMinutesOfWhatSoundsLikeSpeech) {
  std::uint32_t chance = 7;
  const auto random = [&] { return ((chance = chance * 1'664'525 + 1'013'904'223) >> 8) / 16'777'216.0; };
  Samples sound(8'000u * 600);
  double pitch = 120, turn = 0, level = 0;
  double formants[3] = {700, 1'200, 2'500};
  for (std::size_t i = 0; i < sound.size(); ++i) {
    if (i % 800 == 0) {
      pitch = 80 + 240 * random();
      level = random() < 0.25 ? 0 : 2'000 + 8'000 * random();
      formants[0] = 300 + 600 * random();
      formants[1] = 900 + 1'200 * random();
      formants[2] = 2'200 + 1'000 * random();
    }
    pitch *= 1 + (random() - 0.5) * 0.002;
    turn += pitch / 8'000;
    double sum = (random() - 0.5) * 0.1;
    for (int h = 1; h * pitch < 3'600; ++h) {
      double weight = 0.02;
      for (const double formant : formants) weight += 1 / (1 + std::pow((h * pitch - formant) / 90, 2));
      sum += weight * std::sin(2 * std::numbers::pi * h * turn) * 0.4;
    }
    sound[i] = static_cast<std::int16_t>(std::clamp(sum * level, -32'000.0, 32'000.0));
  }
  EXPECT_EQ(presses_in(sound), 0u);
}

TEST(KeyDetector, HearsEveryKeyAtEveryPlainLevel) {
  for (const int level : {8, 4, 2, 1})
    for (std::uint8_t code = 0; code < 16; ++code) {
      KeyTone keys(code, 8'000);
      Samples sound(800);
      keys.sound(std::span(sound).first(560));
      for (std::int16_t& sample : sound) sample = static_cast<std::int16_t>(sample * level / 8);
      EXPECT_EQ(presses_in(sound), 1u) << int{code} << " " << level;
    }
}

TEST(KeyTone, ACodeThatIsNoKeyIsSilent) {
  KeyTone keys(16, 8'000);
  Samples sound(160, 5);
  keys.sound(sound);
  EXPECT_THAT(sound, ::testing::Each(0));
}

}  // namespace
}  // namespace rf::transcode
