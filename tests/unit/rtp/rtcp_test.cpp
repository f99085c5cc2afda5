#include "core/rtp/rtcp.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace rf::rtp {
namespace {

using Datagram = std::vector<std::uint8_t>;

Datagram packet(int count, int type, const Datagram& body) {
  const std::size_t words = body.size() / 4;
  Datagram d(4 + body.size());
  d[0] = static_cast<std::uint8_t>(0x80 | count);
  d[1] = static_cast<std::uint8_t>(type);
  d[2] = static_cast<std::uint8_t>(words >> 8);
  d[3] = static_cast<std::uint8_t>(words);
  std::copy(body.begin(), body.end(), d.begin() + 4);
  return d;
}

Datagram receiver_report() {
  return packet(0, 201, {0, 0, 0, 7});
}

Datagram operator+(Datagram a, const Datagram& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Datagram sender_report() {
  Datagram body{0, 0, 0, 7};
  body.resize(24);
  body.insert(body.end(), {0, 0, 0, 9, 64, 0xff, 0xff, 0xfe, 0, 1, 0x12, 0x34, 0, 0, 0, 80, 1, 2, 3, 4, 0, 1, 0, 0});
  return packet(1, 200, body);
}

TEST(Rtcp, ReadsASenderReportWithItsBlock) {
  const Datagram d = sender_report() + packet(1, 202, {0, 0, 0, 7, 1, 2, 'a', 'b', 0, 0, 0, 0});
  const auto compound = RtcpCompound::parse(d);
  ASSERT_TRUE(compound);
  ASSERT_EQ(compound->size(), 2u);
  const RtcpPacket report = (*compound)[0];
  EXPECT_EQ(reporter_of(report), 7u);
  ASSERT_EQ(report_blocks_of(report), 1u);
  const ReportBlock block = report_block(report, 0);
  EXPECT_EQ(block.ssrc, 9u);
  EXPECT_EQ(block.fraction_lost, 64);
  EXPECT_EQ(block.cumulative_lost, -2);
  EXPECT_EQ(block.highest_sequence, 0x00011234u);
  EXPECT_EQ(block.jitter, 80u);
  EXPECT_EQ(block.last_sr, 0x01020304u);
  EXPECT_EQ(block.delay_since_last_sr, 0x10000u);
  EXPECT_EQ((*compound)[1].type, RtcpType::source_description);
  EXPECT_FALSE(reporter_of((*compound)[1]));
}

TEST(Rtcp, RefusesEveryTruncation) {
  const Datagram d = sender_report() + packet(1, 203, {0, 0, 0, 7});
  ASSERT_TRUE(RtcpCompound::parse(d));
  for (std::size_t size = 0; size < d.size(); ++size) {
    // A cut between two packets leaves a smaller compound that is whole.
    if (size == sender_report().size()) continue;
    EXPECT_FALSE(RtcpCompound::parse(Bytes(d).first(size))) << size;
  }
}

TEST(Rtcp, WantsAReportFirstUnlessReducedSizeIsAgreed) {
  const Datagram bye = packet(1, 203, {0, 0, 0, 7});
  ASSERT_FALSE(RtcpCompound::parse(bye));
  EXPECT_EQ(RtcpCompound::parse(bye).error(), Error::not_rtcp);
  EXPECT_TRUE(RtcpCompound::parse(bye, true));
}

TEST(Rtcp, RefusesAReportWithFewerBlocksThanItCounts) {
  Datagram d = sender_report();
  d[0] = 0x80 | 2;
  EXPECT_EQ(RtcpCompound::parse(d).error(), Error::bad_length);
}

TEST(Rtcp, RefusesSourceDescriptionsThatRunOverTheirEnd) {
  const Datagram item_too_long = receiver_report() + packet(1, 202, {0, 0, 0, 7, 1, 200, 'a', 'b'});
  EXPECT_EQ(RtcpCompound::parse(item_too_long).error(), Error::bad_length);
  const Datagram no_end = receiver_report() + packet(1, 202, {0, 0, 0, 7, 1, 2, 'a', 'b'});
  EXPECT_EQ(RtcpCompound::parse(no_end).error(), Error::bad_length);
  const Datagram second_missing = receiver_report() + packet(2, 202, {0, 0, 0, 7, 1, 1, 'a', 0});
  EXPECT_EQ(RtcpCompound::parse(second_missing).error(), Error::bad_length);
  const Datagram two = receiver_report() + packet(2, 202, {0, 0, 0, 7, 1, 1, 'a', 0, 0, 0, 0, 8, 0, 0, 0, 0});
  EXPECT_TRUE(RtcpCompound::parse(two));
}

TEST(Rtcp, RefusesAByeWhoseReasonIsLongerThanItself) {
  EXPECT_FALSE(RtcpCompound::parse(receiver_report() + packet(1, 203, {0, 0, 0, 7, 9, 'x', 'y', 'z'})));
  EXPECT_TRUE(RtcpCompound::parse(receiver_report() + packet(1, 203, {0, 0, 0, 7, 3, 'x', 'y', 'z'})));
  EXPECT_FALSE(RtcpCompound::parse(receiver_report() + packet(2, 203, {0, 0, 0, 7})));
}

TEST(Rtcp, AllowsPaddingOnlyAtTheEndAndWithinThePacket) {
  Datagram padded = packet(0, 201, {0, 0, 0, 7, 0, 0, 0, 4});
  padded[0] |= 0x20;
  const auto compound = RtcpCompound::parse(padded);
  ASSERT_TRUE(compound);
  EXPECT_EQ((*compound)[0].body.size(), 4u);
  EXPECT_EQ(RtcpCompound::parse(padded + receiver_report()).error(), Error::bad_padding);
  for (const int wrong : {0, 3, 12, 255}) {
    padded.back() = static_cast<std::uint8_t>(wrong);
    EXPECT_EQ(RtcpCompound::parse(padded).error(), Error::bad_padding) << wrong;
  }
  // Padding that eats the sender leaves no report.
  padded.back() = 8;
  EXPECT_EQ(RtcpCompound::parse(padded).error(), Error::bad_length);
}

TEST(Rtcp, RefusesMorePacketsThanAPhoneSends) {
  Datagram d;
  for (std::size_t i = 0; i < RtcpLimits::packets; ++i) d = d + receiver_report();
  EXPECT_TRUE(RtcpCompound::parse(d));
  EXPECT_EQ(RtcpCompound::parse(d + receiver_report()).error(), Error::too_many);
}

RC_GTEST_PROP(Rtcp, WalkingACheckedCompoundStaysInside, (Datagram d)) {
  // Nearly right bytes reach further than random ones.
  const Datagram whole = sender_report() + d;
  for (const Datagram& tried : {d, whole}) {
    const auto compound = RtcpCompound::parse(tried, true);
    if (!compound) continue;
    for (std::size_t i = 0; i < compound->size(); ++i) {
      const RtcpPacket p = (*compound)[i];
      RC_ASSERT(p.body.data() + p.body.size() <= tried.data() + tried.size());
      for (std::size_t b = 0; b < report_blocks_of(p); ++b) report_block(p, b);
    }
  }
}

}  // namespace
}  // namespace rf::rtp
