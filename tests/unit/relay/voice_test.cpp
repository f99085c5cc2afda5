// What phones on loopback hear of the relay itself, and what it hears them dial.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/media/g711.hpp"
#include "tests/unit/relay/phones.hpp"

namespace rf::relay {
namespace {

using testing::Call;
using testing::Phone;

constexpr std::uint8_t events = 101;

/// `samples` of which no two neighbours are alike.
std::string clip_bytes(std::size_t samples) {
  std::string out(samples, '\0');
  for (std::size_t i = 0; i < samples; ++i) out[i] = static_cast<char>(i * 7);
  return out;
}

media::ClipBankRef clips() {
  auto bank = std::make_shared<media::ClipBank>();
  for (const std::size_t samples : {1'600u, 160u}) {
    const std::string text = clip_bytes(samples);
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    EXPECT_EQ(bank->add("en/c" + std::to_string(samples), media::Clip::from_law(media::VoicePlan::Law::mu, bytes)),
              media::ClipBank::Added::yes);
  }
  return bank;
}

std::string key(std::uint16_t sequence, std::uint8_t code, std::uint16_t timestamp) {
  std::string d = testing::rtp(sequence, {static_cast<char>(code), 10, 0, '\xa0'});
  d[1] = static_cast<char>(events);
  d[6] = static_cast<char>(timestamp >> 8);
  d[7] = static_cast<char>(timestamp);
  return d;
}

std::uint32_t number(const std::string& d, std::size_t at, std::size_t bytes) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < bytes; ++i) out = out << 8 | static_cast<std::uint8_t>(d[at + i]);
  return out;
}

/// A call in which the relay has clips to say.
class SpokenCall : public Call {
 public:
  explicit SpokenCall(Options options = {}) : Call(options, "127.0.0.1", false) {
    relay.use(clips());
    for (media::LegPlan& leg : plan.legs) leg.event_payload_type = events;
    start();
  }
  void order(std::uint32_t number, std::vector<std::string> names, bool repeat = false) {
    plan.voice.order = number;
    plan.voice.clips = std::move(names);
    plan.voice.repeat = repeat;
    EXPECT_TRUE(relay.update(plan));
    ask();
  }
};

TEST(RelayVoice, AClipArrivesWholeAndInOrderFromThePortOfTheCall) {
  SpokenCall c;
  c.order(5, {"en/c1600"});
  std::string heard;
  std::uint32_t sequence = 0, timestamp = 0, ssrc = 0;
  for (int i = 0; i < 10; ++i) {
    const auto packet = c.alice.receive();
    ASSERT_TRUE(packet && packet->size() == 172) << i;
    EXPECT_EQ(c.alice.heard_from(), c.port(0));
    EXPECT_EQ(number(*packet, 1, 1), i == 0 ? 0x80u : 0u);
    if (i > 0) {
      EXPECT_EQ(number(*packet, 2, 2), (sequence + 1) & 0xffff);
      EXPECT_EQ(number(*packet, 4, 4), timestamp + 160);
      EXPECT_EQ(number(*packet, 8, 4), ssrc);
    }
    sequence = number(*packet, 2, 2);
    timestamp = number(*packet, 4, 4);
    ssrc = number(*packet, 8, 4);
    heard += packet->substr(12);
  }
  EXPECT_EQ(heard, clip_bytes(1'600));
  EXPECT_EQ(c.ear.wait<engine::VoiceDone>().order, 5u);
  EXPECT_EQ(c.relay.totals().spoken, 10u);
  EXPECT_EQ(c.relay.totals().forwarded, 0u);
  EXPECT_FALSE(c.bob.receive(0));
}

TEST(RelayVoice, NoPacketLeavesBeforeItsTime) {
  SpokenCall c;
  const auto begin = std::chrono::steady_clock::now();
  c.order(1, {"tone/ringing"}, true);
  for (int i = 0; i <= 50; ++i) ASSERT_TRUE(c.alice.receive());
  // How late a busy machine makes it says nothing.
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST(RelayVoice, DigitsAreToldOnceEachAndNothingPassesMeanwhile) {
  SpokenCall c;
  c.order(1, {"tone/silence"}, true);
  for (std::uint16_t press = 0; press < 4; ++press)
    for (int packet = 0; packet < 5; ++packet)
      c.alice.send(c.port(0), key(++c.sequence, static_cast<std::uint8_t>(press + 1),
                                  static_cast<std::uint16_t>(press * 800 + 800)));
  std::string dialled;
  for (int i = 0; i < 4; ++i) {
    const auto heard = c.ear.wait<engine::DigitHeard>();
    EXPECT_EQ(heard.call, CallId{2});
    dialled += heard.digit;
  }
  EXPECT_EQ(dialled, "1234");
  c.bob.send(c.port(1), testing::rtp(1, "is anybody there"));
  c.ask();
  EXPECT_EQ(c.ear.count(), 0u);
  c.order(0, {});
  c.alice_says("good morning");  // and bob has heard nothing before it
}

TEST(RelayVoice, AStrangerDialsNothing) {
  SpokenCall c;
  Phone mallory(c.host);
  c.order(1, {"tone/silence"}, true);
  c.alice.send(c.port(0), key(1, 1, 800));
  EXPECT_EQ(c.ear.wait<engine::DigitHeard>().digit, '1');
  for (std::uint16_t i = 2; i < 20; ++i) mallory.send(c.port(0), key(i, 9, static_cast<std::uint16_t>(i * 800)));
  c.alice.send(c.port(0), key(2, 2, 1'600));
  EXPECT_EQ(c.ear.wait<engine::DigitHeard>().digit, '2');
  EXPECT_EQ(c.stop().report.legs[0].refused_source, 18u);
}

TEST(RelayVoice, AnOrderThatComesWithTheCallIsSpokenFromItsStart) {
  Call c({}, "127.0.0.1", false);
  c.relay.use(clips());
  c.plan.voice = {9, 1, 8, media::VoicePlan::Law::a, {"en/c160"}, false, false};
  c.start();
  const auto packet = c.bob.receive();
  ASSERT_TRUE(packet && packet->size() == 172);
  EXPECT_EQ(number(*packet, 1, 1), 0x88u);
  EXPECT_EQ(static_cast<std::uint8_t>((*packet)[13]), media::mu_to_a(7));
  EXPECT_EQ(c.ear.wait<engine::VoiceDone>().order, 9u);
}

TEST(RelayVoice, WithoutClipsAnOrderIsOverAtOnce) {
  Call c;
  c.plan.voice.order = 3;
  c.plan.voice.clips = {"en/enter-pin"};
  ASSERT_TRUE(c.relay.update(c.plan));
  EXPECT_EQ(c.ear.wait<engine::VoiceDone>().order, 3u);
}

TEST(RelayVoice, ACallThatEndsWhileItIsSpokenToEndsTheVoice) {
  SpokenCall c;
  c.order(1, {"tone/ringing"}, true);
  ASSERT_TRUE(c.alice.receive());
  EXPECT_TRUE(c.stop().stopped);
  c.plan.id = RelayId{3};
  c.plan.voice = {};
  c.start();  // on the same ports, and silent
  while (c.alice.receive(0)) {
  }
  c.bob_says("hello");
}

TEST(RelayVoice, AThreadThatHasNothingToSaySleeps) {
  SpokenCall c;
  c.order(1, {"en/c160"});
  c.ear.wait<engine::VoiceDone>();
  c.ask();
  const std::uint64_t before = c.relay.totals().wakeups;
  EXPECT_FALSE(c.alice_rtcp.receive(300));
  EXPECT_LE(c.relay.totals().wakeups - before, 1u);
}

TEST(RelayVoice, ManyVoicesShareTheirWakeUps) {
  SpokenCall c;
  for (std::uint64_t i = 0; i < 20; ++i) {
    media::RelayPlan plan = c.plan;
    plan.id = RelayId{100 + i};
    for (media::LegPlan& leg : plan.legs) leg.local_port = testing::free_pair(c.host);
    plan.voice.order = 1;
    plan.voice.clips = {"tone/ringing"};
    plan.voice.repeat = true;
    ASSERT_TRUE(c.relay.start(plan));
  }
  c.ask();
  const Totals before = c.relay.totals();
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(c.alice.receive());
  const Totals after = c.relay.totals();
  // At least five packets a wake-up; alone they would have a wake-up each.
  EXPECT_LE((after.wakeups - before.wakeups) * 5, after.spoken - before.spoken);
}

}  // namespace
}  // namespace rf::relay
