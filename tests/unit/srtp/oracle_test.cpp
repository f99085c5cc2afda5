// Our transform and libsrtp's, each reading what the other wrote.
#include "tests/unit/srtp/oracle.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rf::srtp {
namespace {

class Oracles : public EachSuite {
 protected:
  Oracle their_sender{key, Oracle::Way::sends};
  Oracle their_receiver{key, Oracle::Way::receives};
};
INSTANTIATE_TEST_SUITE_P(Srtp, Oracles, testing::ValuesIn(all_suites), name_of);

RtpShape any_shape(Random& random, std::uint32_t ssrc) {
  return {ssrc, random() % 1'400, random() % 4 == 0 ? random() % 16 : 0, random() % 4 == 0 ? random() % 20 : 0};
}

/// A stream as its sender writes it, in order; `leaps` is how many of 1,000 packets come after a long loss.
std::vector<Packet> stream(Random& random, std::uint16_t first, std::size_t packets, unsigned leaps) {
  std::vector<Packet> out;
  for (std::size_t i = 0; i < packets; ++i, ++first) {
    if (random() % 1'000 < leaps) first = static_cast<std::uint16_t>(first + random() % 20'000);
    out.push_back(rtp(first, {5, 20}));
  }
  return out;
}

/// What a network makes of it: losses, doubles, replays of what is long past, and reordering within 80 packets.
std::vector<Packet> delivered(Random& random, const std::vector<Packet>& sent) {
  std::vector<std::pair<std::size_t, Packet>> arrives;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (random() % 8 == 0) continue;
    arrives.emplace_back(i + (random() % 4 == 0 ? random() % 80 : 0), sent[i]);
    if (random() % 10 == 0) arrives.emplace_back(i + random() % 3, sent[i]);
    if (random() % 50 == 0) arrives.emplace_back(i, sent[random() % (i + 1)]);
  }
  std::ranges::stable_sort(arrives, {}, [](const auto& arrival) { return arrival.first; });
  std::vector<Packet> out;
  for (auto& [when, packet] : arrives) out.push_back(std::move(packet));
  return out;
}

TEST_P(Oracles, ReadAndWriteTheSameRtp) {
  Random random(11);
  for (int i = 0; i < 300; ++i) {
    const Packet plain = rtp(static_cast<std::uint16_t>(i), any_shape(random, 1 + i % 3));
    const auto ours = protected_rtp(sender, plain);
    ASSERT_TRUE(ours);
    EXPECT_EQ(*ours, their_sender.protected_rtp(plain));
    EXPECT_EQ(their_receiver.opened_rtp(*ours), plain);
    EXPECT_EQ(opened_rtp(receiver, *ours), plain);
  }
}

TEST_P(Oracles, ReadEachOthersRtcp) {
  for (std::size_t i = 0; i < 200; ++i) {
    const Packet plain = rtcp(i % 32, 1 + i % 3);
    const auto ours = protected_rtcp(sender, plain);
    ASSERT_TRUE(ours);
    EXPECT_EQ(their_receiver.opened_rtcp(*ours), plain);
    const auto theirs = their_sender.protected_rtcp(plain);
    ASSERT_TRUE(theirs);
    EXPECT_EQ(opened_rtcp(receiver, *theirs), plain);
  }
}

/// Whatever the network does, over many cycles of the sequence number: the same packets are believed and refused.
TEST_P(Oracles, BelieveAndRefuseTheSamePackets) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    Random random(seed);
    Oracle writes(key, Oracle::Way::sends), reads(key, Oracle::Way::receives);
    Unprotector ours = *Unprotector::make(key);
    std::vector<Packet> sent;
    for (const Packet& plain : stream(random, static_cast<std::uint16_t>(200 + random() % 32'000), 3'000, 10)) {
      const auto written = writes.protected_rtp(plain);
      ASSERT_TRUE(written);
      sent.push_back(*written);
    }
    std::uint64_t believed = 0, refused = 0;
    for (const Packet& packet : delivered(random, sent)) {
      const auto theirs = reads.opened_rtp(packet);
      const auto mine = opened_rtp(ours, packet);
      ASSERT_EQ(mine.has_value(), theirs.has_value()) << seed;
      if (theirs) {
        EXPECT_EQ(*mine, *theirs);
      }
      ++(theirs ? believed : refused);
    }
    EXPECT_GT(believed, 2'000u);
    EXPECT_GT(refused, 200u);
  }
}

/// What we send is not always in order: a stream without protection is passed on as it comes.
TEST_P(Oracles, BelieveWhatWePassOnOutOfOrder) {
  Random random(5);
  std::uint64_t sent = 0;
  for (const Packet& plain : delivered(random, stream(random, 64'000, 5'000, 0))) {
    const auto ours = protected_rtp(sender, plain);
    if (!ours) {
      EXPECT_TRUE(ours.error() == Refusal::replayed || ours.error() == Refusal::too_old);
      continue;
    }
    ++sent;
    ASSERT_EQ(their_receiver.opened_rtp(*ours), plain);
  }
  EXPECT_GT(sent, 3'500u);
}

TEST_P(Oracles, FollowTheRolloverThroughAHundredCycles) {
  std::uint16_t sequence = 60'000;
  for (int i = 0; i < 330; ++i, sequence = static_cast<std::uint16_t>(sequence + 20'011)) {
    const Packet plain = rtp(sequence, {9, 40});
    const auto ours = protected_rtp(sender, plain);
    ASSERT_TRUE(ours);
    ASSERT_EQ(*ours, their_sender.protected_rtp(plain));
    ASSERT_EQ(opened_rtp(receiver, *ours), plain);
    ASSERT_EQ(their_receiver.opened_rtp(*ours), plain);
  }
}

}  // namespace
}  // namespace rf::srtp
