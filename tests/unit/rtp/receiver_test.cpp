#include "core/rtp/receiver.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace rf::rtp {
namespace {

TEST(Receiver, CountsAWholeStreamAsWithoutLoss) {
  Receiver r;
  r.start(1, 0);
  for (std::uint32_t i = 0; i < 1'000; ++i) r.receive(static_cast<std::uint16_t>(i), i * 160, i * 160);
  EXPECT_EQ(r.packets(), 1'000u);
  EXPECT_EQ(r.lost(), 0u);
  EXPECT_EQ(r.jitter(), 0u);
  EXPECT_EQ(r.extended_sequence(), 999u);
}

TEST(Receiver, FollowsTheSequenceOverItsWrap) {
  Receiver r;
  r.start(1, 65'530);
  for (std::uint32_t i = 0; i < 20; ++i) r.receive(static_cast<std::uint16_t>(65'530 + i), i * 160, i * 160);
  EXPECT_EQ(r.extended_sequence(), 0x10000u + 13);
  EXPECT_EQ(r.lost(), 0u);
}

TEST(Receiver, CountsGapsAndForgivesWhatComesLate) {
  Receiver r;
  r.start(1, 10);
  r.receive(10, 0, 0);
  r.receive(14, 640, 640);
  EXPECT_EQ(r.lost(), 3u);
  r.receive(12, 320, 700);
  EXPECT_EQ(r.lost(), 2u);
  EXPECT_EQ(r.highest(), 14);
}

TEST(Receiver, DuplicatesNeverMakeTheLossNegative) {
  Receiver r;
  r.start(1, 1);
  for (int i = 0; i < 5; ++i) r.receive(1, 0, 0);
  EXPECT_EQ(r.lost(), 0u);
}

TEST(Receiver, KeepsTheLossOfTheStreamBefore) {
  Receiver r;
  r.start(1, 1);
  r.receive(1, 0, 0);
  r.receive(4, 480, 480);
  r.start(2, 50'000);
  r.receive(50'000, 7, 960);
  EXPECT_EQ(r.lost(), 2u);
  EXPECT_EQ(r.packets(), 3u);
  EXPECT_EQ(r.ssrc(), 2u);
}

TEST(Receiver, JitterFollowsTheFormulaOfTheRfc) {
  // RFC 3550 §6.4.1 in floating point, beside A.8 in integers.
  const std::vector<int> delays{0, 40, 8, 120, 16, 16, 200, 0, 64, 80, 24, 160, 8, 8, 96, 40};
  Receiver r;
  r.start(1, 0);
  double expected = 0;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const int delay = delays[i % delays.size()];
    const int before = delays[(i + delays.size() - 1) % delays.size()];
    r.receive(static_cast<std::uint16_t>(i), i * 160, i * 160 + static_cast<std::uint32_t>(delay));
    if (i > 0) expected += (std::abs(delay - before) - expected) / 16;
  }
  EXPECT_NEAR(r.jitter(), expected, 1.0);
}

TEST(Receiver, PacketsOfOneTimestampAddNoJitter) {
  Receiver r;
  r.start(1, 0);
  r.receive(0, 0, 0);
  for (std::uint16_t i = 1; i < 50; ++i) r.receive(i, 0, i * 160u);
  EXPECT_EQ(r.jitter(), 0u);
}

TEST(Receiver, ANewTimeLineIsNotJitter) {
  Receiver r;
  r.start(1, 0);
  r.receive(0, 0, 0);
  r.receive(1, 4'000'000'000u, 160);
  r.receive(2, 4'000'000'160u, 320);
  EXPECT_EQ(r.jitter(), 0u);
}

TEST(Mos, IsToldFromNothingAsZero) {
  EXPECT_EQ(mos_estimate(0, 0, 0), 0);
}

TEST(Mos, OfAnUndisturbedStreamIsThatOfG711) {
  EXPECT_NEAR(mos_estimate(1'000, 0, 0), 4.4, 0.02);
}

TEST(Mos, FallsWithLossAndJitterAndStaysInItsRange) {
  double before = 5;
  for (std::uint64_t lost = 0; lost <= 1'000; lost += 50) {
    const double mos = mos_estimate(1'000, lost, 5);
    EXPECT_LE(mos, before);
    EXPECT_GE(mos, 1);
    before = mos;
  }
  EXPECT_LT(mos_estimate(1'000, 0, 200), mos_estimate(1'000, 0, 20));
  EXPECT_LT(mos_estimate(1'000, 100, 10), 3.6);  // a tenth lost: many users dissatisfied
  EXPECT_GE(mos_estimate(1, 50, 1e9), 1);
}

}  // namespace
}  // namespace rf::rtp
