#include "shell/relay/ring.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/limits/media.hpp"
#include "tests/unit/relay/phones.hpp"

namespace rf::relay {
namespace {

using testing::address;
using testing::Phone;

constexpr std::size_t packet_bytes = 200, growth_bytes = 50;

/// A port of ours that is connected to a phone.
struct Line {
  Phone phone{address("127.0.0.1")};
  Descriptor first = bind_port({address("127.0.0.1"), 0}, {1 << 20, 0});
  Endpoint local = testing::local_of(first);
  Descriptor socket = connect_beside(first.get(), local, phone.local(), {1 << 20, 0});
  int owner = 0;

  void says(const std::string& text) { phone.send(local, text); }
};

class RingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    event_ = Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    ring_ = Ring::open(packet_bytes, growth_bytes, event_.get());
    if (!ring_) GTEST_SKIP() << "this kernel has no io_uring for us";
    ASSERT_TRUE(ring_->begin());
  }
  struct Heard {
    void* owner = nullptr;
    Endpoint source;
    std::string text;
    std::size_t room = 0;
  };
  /// What one look brings.
  std::vector<Heard> look() {
    std::vector<Heard> all;
    more_ = ring_
                ->look([&](const Ring::Packet& packet) {
                  all.push_back({packet.owner, packet.source,
                                 std::string(packet.room.begin(),
                                             packet.room.begin() + static_cast<std::ptrdiff_t>(packet.bytes)),
                                 packet.room.size()});
                  return false;
                })
                .more;
    return all;
  }
  /// Whether the event was written to since it was asked last.
  bool told() {
    std::uint64_t count = 0;
    return ::read(event_.get(), &count, sizeof count) == sizeof count;
  }

  Descriptor event_;
  std::unique_ptr<Ring> ring_;
  bool more_ = false;
};

TEST_F(RingTest, BringsWhatComesWithWhomItCameFromAndWhoseItIs) {
  Line a, b;
  ASSERT_TRUE(ring_->watch(a.socket.get(), &a.owner));
  ASSERT_TRUE(ring_->watch(b.socket.get(), &b.owner));
  a.says("from a");
  b.says("from b");
  b.says("again");
  const auto heard = look();
  ASSERT_EQ(heard.size(), 3u);
  for (const Heard& one : heard) {
    EXPECT_EQ(one.owner, one.text == "from a" ? &a.owner : &b.owner);
    EXPECT_EQ(one.source, one.text == "from a" ? a.phone.local() : b.phone.local());
    EXPECT_EQ(one.room, packet_bytes + growth_bytes);
  }
}

TEST_F(RingTest, TellsOnceThatThereIsSomethingAndAgainWhenThereIsMore) {
  Line a;
  ASSERT_TRUE(ring_->watch(a.socket.get(), nullptr));
  look();
  told();
  EXPECT_FALSE(told());
  for (int i = 0; i < 3; ++i) {
    a.says("here");
    EXPECT_TRUE(told());
    EXPECT_EQ(look().size(), 1u);
    EXPECT_FALSE(more_);
    EXPECT_FALSE(told());
  }
}

TEST_F(RingTest, WhatIsTooLongIsSeenToBe) {
  Line a;
  ASSERT_TRUE(ring_->watch(a.socket.get(), nullptr));
  a.says(std::string(packet_bytes, 'x'));
  a.says(std::string(1'400, 'y'));
  a.says("short");
  const auto heard = look();
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_EQ(heard[0].text, std::string(packet_bytes, 'x'));
  EXPECT_GT(heard[1].text.size(), packet_bytes);
  EXPECT_EQ(heard[2].text, "short");
}

TEST_F(RingTest, MorePacketsThanBuffersLoseNothingAndKeepTheirOrder) {
  Line a;
  ASSERT_TRUE(ring_->watch(a.socket.get(), nullptr));
  const int packets = 3 * RelayLimits::ring_buffers / 2;
  int sent = 0, heard = 0;
  while (heard < packets) {
    for (int i = 0; i < packets && sent < packets; ++i) a.says(std::to_string(sent++));
    const auto some = look();
    for (const Heard& one : some) ASSERT_EQ(one.text, std::to_string(heard++));
    ASSERT_TRUE(!some.empty() || more_) << "stuck after " << heard;
  }
  EXPECT_TRUE(look().empty());
  EXPECT_FALSE(more_);
}

TEST_F(RingTest, WhatIsSentLeavesByTheWatchedPort) {
  Line a, b;
  ASSERT_TRUE(ring_->watch(a.socket.get(), nullptr));
  const Ring::Watch out = ring_->watch(b.socket.get(), nullptr);
  for (int i = 0; i < 5; ++i) a.says("pass me on");
  const Ring::Sent sent = ring_->look([&](const Ring::Packet& packet) {
    packet.room[packet.bytes] = '!';
    ring_->send(out, packet.buffer, packet.bytes + 1);
    return true;
  });
  EXPECT_EQ(sent.packets, 5u);
  EXPECT_EQ(sent.failures, 0u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(b.phone.receive(), "pass me on!");
  EXPECT_EQ(b.phone.heard_from(), b.local);
}

TEST_F(RingTest, APortIsFreeAsSoonAsItIsNoLongerWatched) {
  Line a;
  const Ring::Watch watch = ring_->watch(a.socket.get(), nullptr);
  a.says("last words");
  ring_->end(watch);
  a.socket = Descriptor();
  a.first = Descriptor();
  EXPECT_TRUE(static_cast<bool>(bind_port(a.local, {0, 0})));
  EXPECT_TRUE(look().empty());
}

TEST_F(RingTest, WhoTakesAPlaceHearsNothingOfWhoHadItBefore) {
  Line a, b;
  const Ring::Watch former = ring_->watch(a.socket.get(), &a.owner);
  for (int i = 0; i < 10; ++i) a.says("for the former call");
  ring_->end(former);
  const Ring::Watch watch = ring_->watch(b.socket.get(), &b.owner);
  EXPECT_EQ(watch.place, former.place);
  b.says("for this one");
  const auto heard = look();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].owner, &b.owner);
  EXPECT_EQ(heard[0].text, "for this one");
  ring_->end(former);
  b.says("and on");
  EXPECT_EQ(look().size(), 1u);
}

TEST_F(RingTest, BuffersOfCallsThatEndedComeBack) {
  for (int call = 0; call < 100; ++call) {
    Line a;
    const Ring::Watch watch = ring_->watch(a.socket.get(), nullptr);
    for (int i = 0; i < 40; ++i) a.says("not looked at");
    ring_->end(watch);
    EXPECT_TRUE(look().empty());
  }
  Line a;
  ASSERT_TRUE(ring_->watch(a.socket.get(), nullptr));
  a.says("heard");
  EXPECT_EQ(look().size(), 1u);
}

TEST_F(RingTest, AClosedPortOfThePeerCostsNoLaterPacket) {
  Line a, b;
  const Endpoint where = b.phone.local();
  ASSERT_TRUE(ring_->watch(a.socket.get(), nullptr));
  const Ring::Watch out = ring_->watch(b.socket.get(), nullptr);
  const auto pass_on = [&](int packets) {
    for (int i = 0; i < packets; ++i) a.says("on");
    return ring_->look([&](const Ring::Packet& packet) {
      if (packet.source != a.phone.local()) return false;
      ring_->send(out, packet.buffer, packet.bytes);
      return true;
    });
  };
  {
    const Phone closed = std::move(b.phone);
  }
  EXPECT_EQ(pass_on(20).failures, 0u);
  Phone again(where.address, where.port);
  EXPECT_EQ(pass_on(3).packets, 3u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(again.receive(), "on");
  again.send(b.local, "back");
  const auto heard = look();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].text, "back");
}

}  // namespace
}  // namespace rf::relay
