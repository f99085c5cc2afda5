#include "core/media/g711.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace rf::media {
namespace {

/// Half the width of the interval that a byte stands for: the widths double from segment to segment.
int half_width_mu(std::uint8_t byte) {
  return 4 << (~byte >> 4 & 7);
}
int half_width_a(std::uint8_t byte) {
  const int segment = (byte ^ 0x55) >> 4 & 7;
  return 8 << (segment == 0 ? 0 : segment - 1);
}

TEST(G711, DecodesTheValuesThatTheRecommendationLists) {
  // Tables 1a and 2a of G.711, in 16-bit steps: 4 for the 14 bits of the mu law, 8 for the 13 bits of the A law.
  EXPECT_EQ(mu_to_linear(0x80), 8'031 * 4);
  EXPECT_EQ(mu_to_linear(0x8f), 4'191 * 4);
  EXPECT_EQ(mu_to_linear(0x9f), 2'079 * 4);
  EXPECT_EQ(mu_to_linear(0xef), 33 * 4);
  EXPECT_EQ(mu_to_linear(0xfe), 2 * 4);
  EXPECT_EQ(mu_to_linear(0xff), 0);
  EXPECT_EQ(mu_to_linear(0x00), -8'031 * 4);
  EXPECT_EQ(a_to_linear(0xff ^ 0x55), 4'032 * 8);
  EXPECT_EQ(a_to_linear(0xf0 ^ 0x55), 2'112 * 8);
  EXPECT_EQ(a_to_linear(0x80 ^ 0x55), 1 * 8);
  EXPECT_EQ(a_to_linear(0x7f ^ 0x55), -4'032 * 8);
  EXPECT_EQ(a_to_linear(silence_a), 8);
  EXPECT_EQ(mu_to_linear(silence_mu), 0);
}

TEST(G711, DecodesEveryByteAsTheFormulaOfItsSegmentSays) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto b = static_cast<std::uint8_t>(byte);
    const int u = ~byte & 0xff;
    const double mu = std::ldexp(2.0 * (u & 15) + 33, u >> 4 & 7) - 33;
    EXPECT_EQ(mu_to_linear(b), static_cast<int>((u & 0x80 ? -1 : 1) * mu * 4)) << byte;
    const int x = byte ^ 0x55;
    const int segment = x >> 4 & 7;
    const double a = segment == 0 ? 2.0 * (x & 15) + 1 : std::ldexp(2.0 * (x & 15) + 33, segment - 1);
    EXPECT_EQ(a_to_linear(b), static_cast<int>((x & 0x80 ? 1 : -1) * a * 8)) << byte;
  }
}

TEST(G711, EncodesEverySampleToTheByteWhoseIntervalHoldsIt) {
  constexpr int loudest_mu = 32'635, loudest_a = 32'767;  // what is louder is cut
  for (int sample = -32'768; sample < 32'768; ++sample) {
    const std::uint8_t mu = linear_to_mu(static_cast<std::int16_t>(sample));
    const std::uint8_t a = linear_to_a(static_cast<std::int16_t>(sample));
    ASSERT_LE(std::abs(std::clamp(sample, -loudest_mu, loudest_mu) - mu_to_linear(mu)), half_width_mu(mu)) << sample;
    ASSERT_LE(std::abs(std::clamp(sample, -loudest_a, loudest_a) - a_to_linear(a)), half_width_a(a)) << sample;
  }
}

TEST(G711, EveryByteComesBackFromItsOwnSample) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto b = static_cast<std::uint8_t>(byte);
    EXPECT_EQ(linear_to_mu(mu_to_linear(b)), b == 0x7f ? 0xff : b);  // minus zero is zero
    EXPECT_EQ(linear_to_a(a_to_linear(b)), b);
  }
}

TEST(G711, FromLawToLawEachByteGoesToTheIntervalThatHoldsItsValue) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto b = static_cast<std::uint8_t>(byte);
    EXPECT_LE(std::abs(mu_to_linear(b) - a_to_linear(mu_to_a(b))), half_width_a(mu_to_a(b))) << byte;
    EXPECT_LE(std::abs(a_to_linear(b) - mu_to_linear(a_to_mu(b))), half_width_mu(a_to_mu(b))) << byte;
  }
}

}  // namespace
}  // namespace rf::media
