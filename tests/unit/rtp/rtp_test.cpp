#include "core/rtp/rtp.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace rf::rtp {
namespace {

using Datagram = std::vector<std::uint8_t>;

Datagram minimal() {
  return {0x80, 0x08, 0x12, 0x34, 0, 0, 0x10, 0, 0xde, 0xad, 0xbe, 0xef};
}

TEST(Rtp, ReadsTheFixedHeaderAndThePayload) {
  Datagram d = minimal();
  d[1] |= 0x80;
  d.insert(d.end(), {1, 2, 3});
  const auto h = parse(d);
  ASSERT_TRUE(h);
  EXPECT_TRUE(h->marker);
  EXPECT_EQ(h->payload_type, 8);
  EXPECT_EQ(h->sequence, 0x1234);
  EXPECT_EQ(h->timestamp, 0x1000u);
  EXPECT_EQ(h->ssrc, 0xdeadbeefu);
  EXPECT_EQ(h->payload.size(), 3u);
  EXPECT_EQ(h->payload.data(), d.data() + 12);
}

TEST(Rtp, AcceptsAPacketWithoutPayload) {
  const auto h = parse(minimal());
  ASSERT_TRUE(h);
  EXPECT_TRUE(h->payload.empty());
}

TEST(Rtp, SkipsSourcesExtensionAndPadding) {
  Datagram d = minimal();
  d[0] = 0x80 | 0x20 | 0x10 | 2;
  d.insert(d.end(), {0, 0, 0, 1, 0, 0, 0, 2});        // two contributing sources
  d.insert(d.end(), {0xbe, 0xde, 0, 1, 9, 9, 9, 9});  // an extension of one word
  d.insert(d.end(), {42, 43, 0, 0, 3});               // two of payload, three of padding
  const auto h = parse(d);
  ASSERT_TRUE(h);
  EXPECT_EQ(h->csrcs.size(), 8u);
  EXPECT_EQ(h->extension_profile, 0xbede);
  EXPECT_EQ(h->extension.size(), 4u);
  ASSERT_EQ(h->payload.size(), 2u);
  EXPECT_EQ(h->payload[0], 42);
}

TEST(Rtp, RefusesEveryTruncationOfAPacketThatAnnouncesMore) {
  Datagram d = minimal();
  d[0] = 0x80 | 0x10 | 15;
  d.resize(12 + 60);
  d.insert(d.end(), {0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8});
  ASSERT_TRUE(parse(d));
  for (std::size_t size = 0; size < d.size(); ++size) {
    const auto h = parse(Bytes(d).first(size));
    ASSERT_FALSE(h) << size;
    EXPECT_EQ(h.error(), Error::too_short) << size;
  }
}

TEST(Rtp, RefusesOtherVersions) {
  for (const int version : {0, 1, 3}) {
    Datagram d = minimal();
    d[0] = static_cast<std::uint8_t>(version << 6);
    ASSERT_FALSE(parse(d));
    EXPECT_EQ(parse(d).error(), Error::wrong_version);
  }
}

TEST(Rtp, RefusesPaddingThatIsZeroOrLongerThanThePacket) {
  Datagram d = minimal();
  d[0] |= 0x20;
  d.push_back(0);
  EXPECT_EQ(parse(d).error(), Error::bad_padding);
  d.back() = 2;
  EXPECT_EQ(parse(d).error(), Error::bad_padding);
  d.back() = 1;
  EXPECT_TRUE(parse(d));
}

TEST(Rtp, RefusesPayloadTypesThatBelongToRtcp) {
  for (int second = 0; second < 256; ++second) {
    Datagram d = minimal();
    d[1] = static_cast<std::uint8_t>(second);
    EXPECT_EQ(parse(d).has_value(), second < 192 || second > 223) << second;
  }
}

TEST(Rtp, TellsTheKindsOfDatagramsOnAMediaPortApart) {
  const auto kind = [](int first, int second) {
    return kind_of(Datagram{static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second)});
  };
  EXPECT_EQ(kind(0x80, 0), Kind::rtp);
  EXPECT_EQ(kind(0x80, 128 + 96), Kind::rtp);
  EXPECT_EQ(kind(0x80, 200), Kind::rtcp);
  EXPECT_EQ(kind(0x81, 207), Kind::rtcp);
  EXPECT_EQ(kind(0, 1), Kind::stun);
  EXPECT_EQ(kind(22, 254), Kind::dtls);
  EXPECT_EQ(kind(255, 255), Kind::unknown);
  EXPECT_EQ(kind_of(Datagram{}), Kind::unknown);
  EXPECT_EQ(kind_of(Datagram{0x80}), Kind::unknown);
}

TEST(Rtp, ReadsATelephoneEvent) {
  const auto event = parse_event(Datagram{11, 0x80 | 10, 0x03, 0x20});
  ASSERT_TRUE(event);
  EXPECT_EQ(event->code, 11);
  EXPECT_TRUE(event->end);
  EXPECT_EQ(event->volume, 10);
  EXPECT_EQ(event->duration, 800);
  EXPECT_FALSE(parse_event(Datagram{11, 0, 0}));
}

RC_GTEST_PROP(Rtp, NeverPointsOutsideTheDatagram, (Datagram d)) {
  if (d.size() > 1) d[0] = static_cast<std::uint8_t>(0x80 | (d[0] & 0x3f));
  const auto h = parse(d);
  if (!h) return;
  const auto inside = [&](Bytes part) {
    return part.empty() || (part.data() >= d.data() && part.data() + part.size() <= d.data() + d.size());
  };
  RC_ASSERT(inside(h->csrcs) && inside(h->extension) && inside(h->payload));
  RC_ASSERT(12 + h->csrcs.size() + h->extension.size() + h->payload.size() <= d.size());
}

}  // namespace
}  // namespace rf::rtp
