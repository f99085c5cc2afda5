#include "shell/prompts/wav.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/limits/call.hpp"
#include "core/media/g711.hpp"

namespace rf::prompts {
namespace {

using ::testing::HasSubstr;
using Law = media::VoicePlan::Law;

std::string little(std::uint32_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

std::string chunk(const std::string& name, const std::string& body) {
  return name + little(static_cast<std::uint32_t>(body.size()), 4) + body + std::string(body.size() % 2, '\0');
}

std::string format(unsigned tag, unsigned channels = 1, std::uint32_t hz = 8'000, unsigned bits = 8) {
  return chunk("fmt ", little(tag, 2) + little(channels, 2) + little(hz, 4) + little(hz * channels * bits / 8, 4) +
                           little(channels * bits / 8, 2) + little(bits, 2));
}

std::string riff(const std::string& chunks) {
  return "RIFF" + little(static_cast<std::uint32_t>(chunks.size() + 4), 4) + "WAVE" + chunks;
}

std::expected<media::Clip, std::string> parse(const std::string& text) {
  // Of its own size on the heap, so that a sanitizer sees a byte too many.
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  return parse_wav(bytes);
}

std::string fault(const std::string& text) {
  const auto clip = parse(text);
  EXPECT_FALSE(clip.has_value());
  return clip ? std::string() : clip.error();
}

TEST(Wav, TheThreeEncodingsOfTelephonesAreRead) {
  const auto mu = parse(riff(format(7) + chunk("data", "\x01\x80\x7f\xff")));
  ASSERT_TRUE(mu) << mu.error();
  EXPECT_THAT(mu->bytes(Law::mu), ::testing::ElementsAre(0x01, 0x80, 0x7f, 0xff));
  const auto a = parse(riff(format(6) + chunk("data", "\xd5\x2a")));
  ASSERT_TRUE(a) << a.error();
  EXPECT_THAT(a->bytes(Law::a), ::testing::ElementsAre(0xd5, 0x2a));
  const auto pcm = parse(riff(format(1, 1, 8'000, 16) + chunk("data", little(0xfc18, 2) + little(1'000, 2))));
  ASSERT_TRUE(pcm) << pcm.error();
  EXPECT_THAT(pcm->bytes(Law::mu), ::testing::ElementsAre(media::linear_to_mu(-1'000), media::linear_to_mu(1'000)));
}

TEST(Wav, OtherChunksArePassedOverAndAnOddOneIsPadded) {
  const auto clip = parse(riff(chunk("LIST", "abc") + format(7) + chunk("fact", little(2, 4)) + chunk("data", "xy") +
                               chunk("id3 ", "whatever")));
  ASSERT_TRUE(clip) << clip.error();
  EXPECT_EQ(clip->samples(), 2u);
}

TEST(Wav, TheExtensibleFormIsReadByWhatItExtends) {
  std::string body =
      little(0xfffe, 2) + little(1, 2) + little(8'000, 4) + little(8'000, 4) + little(1, 2) + little(8, 2);
  body += little(22, 2) + little(8, 2) + little(4, 4) + little(7, 2) + std::string(14, '\0');
  const auto clip = parse(riff(chunk("fmt ", body) + chunk("data", "xy")));
  ASSERT_TRUE(clip) << clip.error();
  body.resize(24);
  EXPECT_THAT(fault(riff(chunk("fmt ", body) + chunk("data", "xy"))), HasSubstr("neither PCM nor G.711"));
}

TEST(Wav, WhatATelephoneCannotSayIsRefusedWithTheWayToMakeIt) {
  EXPECT_THAT(fault(riff(format(7, 2) + chunk("data", "xy"))), HasSubstr("2 channels, not one; convert it: sox"));
  EXPECT_THAT(fault(riff(format(1, 1, 44'100, 16) + chunk("data", "xy"))), HasSubstr("44100 Hz, not 8000; convert it"));
  EXPECT_THAT(fault(riff(format(85) + chunk("data", "xy"))), HasSubstr("(format 85) is neither PCM nor G.711"));
  EXPECT_THAT(fault(riff(format(1) + chunk("data", "xy"))), HasSubstr("8 bits a sample, not 16"));
  EXPECT_THAT(fault(riff(format(6, 1, 8'000, 16) + chunk("data", "xy"))), HasSubstr("16 bits a sample, not 8"));
}

TEST(Wav, LengthsThatLieAreFaults) {
  EXPECT_THAT(fault(""), HasSubstr("no WAV file"));
  EXPECT_THAT(fault("RIFF\x04\0\0"), HasSubstr("no WAV file"));
  EXPECT_THAT(fault(riff("")), HasSubstr("does not say its format"));
  EXPECT_THAT(fault(riff(format(7))), HasSubstr("no sound"));
  EXPECT_THAT(fault(riff(format(7) + chunk("data", ""))), HasSubstr("no sound"));
  EXPECT_THAT(fault(riff(format(1, 1, 8'000, 16) + chunk("data", "x"))), HasSubstr("no sound"));
  EXPECT_THAT(fault(riff(chunk("data", "xy") + format(7))), HasSubstr("does not say its format before"));
  EXPECT_THAT(fault(riff(chunk("fmt ", "\7") + chunk("data", "xy"))), HasSubstr("format is cut off"));
  EXPECT_THAT(fault(riff(format(7) + "data" + little(0xffff'ffff, 4) + "xy")), HasSubstr("in the middle of a chunk"));
  EXPECT_THAT(fault(riff(format(7) + "data" + little(3, 4) + "xy")), HasSubstr("in the middle of a chunk"));
}

TEST(Wav, EveryBeginningOfAFileIsAFaultAndNoneACrash) {
  const std::string whole = riff(chunk("LIST", "abc") + format(7) + chunk("data", "xy"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse(whole.substr(0, size)).has_value()) << size;
  EXPECT_TRUE(parse(whole).has_value());
}

TEST(Wav, TwoMinutesAreEnough) {
  EXPECT_TRUE(parse(riff(format(7) + chunk("data", std::string(VoiceLimits::clip_samples, 'x')))).has_value());
  EXPECT_THAT(fault(riff(format(7) + chunk("data", std::string(VoiceLimits::clip_samples + 1, 'x')))),
              HasSubstr("longer than 120 s"));
}

TEST(Wav, AFileOfEmptyChunksIsGivenUp) {
  std::string chunks;
  for (int i = 0; i < 100'000; ++i) chunks += chunk("junk", "");
  EXPECT_THAT(fault(riff(chunks)), HasSubstr("within 64 chunks"));
}

}  // namespace
}  // namespace rf::prompts
