// A stream whose legs share no codec, with real sockets.
#include <future>

#include "core/base/limits/media.hpp"
#include "core/media/g711.hpp"
#include "shell/relay/worker.hpp"
#include "tests/unit/relay/phones.hpp"
#include "tests/unit/transcode/sounds.hpp"

namespace rf::relay {
namespace {

using testing::Call;
using namespace transcode;

std::string text_of(const Packet& packet) {
  return {packet.begin(), packet.end()};
}
Packet bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

/// Alice speaks G.711, Bob Opus.
struct MixedCall : Call {
  MixedCall() : Call({}, "127.0.0.1", false) {
    plan.transcode = media::TranscodePlan{{pcma(), transcode::opus()}};
    plan.legs[0].event_payload_type = plan.legs[1].event_payload_type = 101;
    start();
  }
};

TEST(RelayTranscode, ATonePassesBothWaysInEachOnesOwnCodec) {
  MixedCall c;
  Talker at_alice(pcma()), at_bob(transcode::opus(), 16'000);
  Listener alice_hears(pcma()), bob_hears(transcode::opus(), 16'000);
  const Samples low = tone(440, 8'000, 160 * 20, 8'000), high = tone(1'000, 8'000, 320 * 20, 16'000);
  for (std::size_t i = 0; i < 20; ++i) {
    c.alice.send(c.port(0), text_of(at_alice.say(std::span(low).subspan(i * 160, 160))));
    c.bob.send(c.port(1), text_of(at_bob.say(std::span(high).subspan(i * 320, 320))));
    const auto to_bob = c.bob.receive(), to_alice = c.alice.receive();
    ASSERT_TRUE(to_bob && to_alice) << i;
    bob_hears.take(bytes_of(*to_bob));
    alice_hears.take(bytes_of(*to_alice));
  }
  EXPECT_EQ(bob_hears.broken + alice_hears.broken + bob_hears.jumps + alice_hears.jumps, 0u);
  EXPECT_GT(amplitude_at(440, bob_hears.settled(), 16'000), 5'000);
  EXPECT_GT(amplitude_at(1'000, alice_hears.settled(), 8'000), 5'000);
  EXPECT_EQ(c.relay.totals().transcode_streams, 1u);
  const media::RelayReport report = c.stop().report;
  EXPECT_EQ(report.legs[0].packets, 20u);
  EXPECT_EQ(report.legs[0].lost + report.legs[1].lost, 0u);
}

TEST(RelayTranscode, WhoMayNotBeHeardIsNotTranscodedEither) {
  MixedCall c;
  testing::Phone mallory(c.host);
  Talker talker(pcma());
  for (int i = 0; i < 20; ++i) mallory.send(c.port(0), text_of(talker.say(Samples(160))));
  c.alice.send(c.port(0), text_of(talker.say(Samples(160))));
  EXPECT_TRUE(c.bob.receive());
  EXPECT_FALSE(c.bob.receive(50));
  EXPECT_EQ(c.stop().report.legs[0].refused_source, 20u);
}

TEST(RelayTranscode, OneLegThatFloodsTakesNoMoreThanItsShare) {
  MixedCall c;
  Talker talker(pcma());
  for (int i = 0; i < 2'000; ++i) {
    c.alice.send(c.port(0), text_of(talker.say(Samples(80))));
    if (i % 50 == 49) c.ask();
  }
  while (c.bob.receive(100)) {
  }
  EXPECT_LE(c.relay.totals().transcoded, 2 * TranscodeLimits::packets_per_s);
}

TEST(RelayTranscode, WhatIsMadeForOneLegTakesNoPlaceOfAnothersOnItsWayBack) {
  std::promise<void> behind, go_on;
  WarmPorts warm(0, {});
  transcode::Pool pool(1, [](RelayId, unsigned, std::span<const std::uint8_t>) {});
  const Deliver deliver = [&](const Report&) {
    behind.set_value();
    go_on.get_future().wait();
  };
  Worker worker({}, warm, pool, deliver);
  ASSERT_TRUE(worker.post(StopStream{RelayId{9}}));
  behind.get_future().wait();  // from here on the media thread takes nothing out
  const auto lost = [&] {
    Totals totals;
    worker.add_totals(totals);
    return totals.transcode_lost;
  };
  const Packet packet(172, 0x80);
  for (std::size_t i = 0; i < 2 * TranscodeLimits::queue_packets; ++i) worker.post_coded(RelayId{1}, 0, packet);
  const std::uint64_t flooded = lost();
  for (int i = 0; i < 5; ++i)
    for (const unsigned leg : {0u, 1u}) worker.post_coded(RelayId{2}, leg, packet);
  const std::uint64_t then = lost();
  go_on.set_value();
  EXPECT_GE(flooded, 2 * TranscodeLimits::queue_packets - TranscodeLimits::queue_packets / 8);
  EXPECT_EQ(then, flooded);
}

TEST(RelayTranscode, AfterAnUpdateTheStreamPassesUntouchedAgain) {
  MixedCall c;
  c.plan.transcode.reset();
  ASSERT_TRUE(c.relay.update(c.plan));
  c.ask();
  c.alice_says("hello");
  // Its thread hears of the end by itself.
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(testing::patience_ms);
  while (c.relay.totals().transcode_streams != 0 && std::chrono::steady_clock::now() < until) c.ask();
  EXPECT_EQ(c.relay.totals().transcode_streams, 0u);
}

TEST(RelayTranscode, OurVoiceIsHeardByWhoSpeaksOnlyOpus) {
  Call c({}, "127.0.0.1", false);
  auto bank = std::make_shared<media::ClipBank>();
  ASSERT_EQ(bank->add("en/tone", media::Clip::from_linear(tone(600, 8'000, 8'000, 8'000))),
            media::ClipBank::Added::yes);
  c.relay.use(bank);
  c.plan.voice.order = 1;
  c.plan.voice.leg = 1;
  c.plan.voice.clips = {"en/tone"};
  c.plan.voice.coding = transcode::opus();
  c.start();
  Listener bob_hears(transcode::opus(), 16'000);
  for (int i = 0; i < 50; ++i) {
    const auto packet = c.bob.receive();
    ASSERT_TRUE(packet);
    bob_hears.take(bytes_of(*packet));
  }
  EXPECT_EQ(bob_hears.broken, 0u);
  EXPECT_GT(amplitude_at(600, bob_hears.settled(), 16'000), 5'000);
  EXPECT_EQ(c.ear.wait<engine::VoiceDone>().order, 1u);
}

}  // namespace
}  // namespace rf::relay
