// Calls with more than one stream, and callers who want more streams, or more calls, than there are ports.
#include <fmt/format.h>

#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

std::string with_video(std::string_view audio, std::uint16_t port, std::string_view direction = "sendrecv") {
  return fmt::format("{}m=video {} RTP/AVP 34\r\na=rtpmap:34 H263/90000\r\na={}\r\n", audio, port, direction);
}

std::vector<std::uint16_t> ports_in(const Heard& message) {
  std::vector<std::uint16_t> ports;
  if (const auto session = sdp::parse(message->body))
    for (const sdp::Media& media : session->media()) ports.push_back(media.port);
  return ports;
}

class StreamStory : public Story {
 protected:
  using Story::Story;

  /// As establish(), with descriptions of one's own.
  void talk(std::string_view offer, std::string_view answer) {
    ASSERT_EQ(alice.register_(), 200);
    ASSERT_EQ(bob.register_(), 200);
    a = alice.invite("1002", offer);
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    offered = ports_in(*invite);
    b = bob.answer(*invite, 200, answer);
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    alice.learn(a, *ok);
    alice.ack(a);
    ASSERT_TRUE(bob.hear_request("ACK"));
  }
  std::uint64_t ports_used() {
    const auto status = std::get<effect::Status>(exchange.command(effect::GetStatus{}));
    for (const effect::Gauge& gauge : status.gauges)
      if (gauge.name == "media_ports") return gauge.used;
    return 0;
  }
  /// The relay tells that its stream number `i` has been silent.
  void silent(std::size_t i, std::int64_t ms) {
    ASSERT_LT(i, exchange.relays.size()) << "the call has ended";
    const auto relay = std::next(exchange.relays.begin(), static_cast<std::ptrdiff_t>(i))->second;
    exchange.input(engine::RelaySilent{relay.id, relay.call, ms});
  }
  std::vector<std::uint16_t> offered;
};

TEST_F(StreamStory, AStreamThatTheAnswerDeclinesIsReleased) {
  talk(with_video(sim::audio_sdp(alice_rtp), 4'002), with_video(sim::audio_sdp(bob_rtp), 0));
  EXPECT_EQ(exchange.relays.size(), 1u);
  EXPECT_EQ(ports_used(), 2u);
  alice.request(a, "BYE");
  bob.answer(*bob.hear_request("BYE"), 200);
  expect_nothing_left();
}

TEST_F(StreamStory, AStreamThatAReinviteGivesUpIsReleasedAndMayComeBack) {
  talk(with_video(sim::audio_sdp(alice_rtp), 4'002), with_video(sim::audio_sdp(bob_rtp), 4'002));
  ASSERT_EQ(exchange.relays.size(), 2u);
  alice.request(a, "INVITE", {}, with_video(sim::audio_sdp(alice_rtp, "sendrecv", 2), 0));
  const auto without = bob.hear_request("INVITE");
  EXPECT_EQ(ports_in(*without).back(), 0);
  EXPECT_EQ(exchange.relays.size(), 2u) << "it is only asked for";
  bob.answer(*without, 200, with_video(sim::audio_sdp(bob_rtp, "sendrecv", 2), 0));
  EXPECT_TRUE(alice.hear_status(200));
  alice.ack(a);
  EXPECT_EQ(exchange.relays.size(), 1u);
  alice.request(a, "INVITE", {}, with_video(sim::audio_sdp(alice_rtp, "sendrecv", 3), 4'002));
  const auto again = bob.hear_request("INVITE");
  EXPECT_NE(ports_in(*again).back(), 0);
  bob.answer(*again, 200, with_video(sim::audio_sdp(bob_rtp, "sendrecv", 3), 4'002));
  EXPECT_EQ(exchange.relays.size(), 2u);
  alice.request(a, "BYE");
  bob.answer(*bob.hear_request("BYE"), 200);
  expect_nothing_left();
}

TEST_F(StreamStory, AStreamWhoseOfferIsRefusedIsReleasedAndTheOthersStay) {
  establish();
  alice.request(a, "INVITE", {}, with_video(sim::audio_sdp(alice_rtp, "sendrecv", 2), 4'002));
  bob.answer(*bob.hear_request("INVITE"), 488);
  EXPECT_TRUE(alice.hear_status(488));
  EXPECT_EQ(exchange.relays.size(), 1u);
  EXPECT_EQ(ports_used(), 2u);
}

TEST_F(StreamStory, ARelayThatFailsWhenItIsNoLongerNeededEndsNoCall) {
  talk(with_video(sim::audio_sdp(alice_rtp), 4'002), with_video(sim::audio_sdp(bob_rtp), 4'002));
  const media::RelayPlan plan = exchange.relays.rbegin()->second;
  alice.request(a, "INVITE", {}, with_video(sim::audio_sdp(alice_rtp, "sendrecv", 2), 0));
  bob.answer(*bob.hear_request("INVITE"), 200, with_video(sim::audio_sdp(bob_rtp, "sendrecv", 2), 0));
  exchange.input(engine::RelayFailed{plan.id, plan.call});
  EXPECT_FALSE(bob.hear_request("BYE"));
  exchange.input(engine::RelayFailed{exchange.relays.begin()->second.id, plan.call});
  EXPECT_TRUE(bob.hear_request("BYE"));
}

TEST_F(StreamStory, AMutedCameraEndsNoCall) {
  talk(with_video(sim::audio_sdp(alice_rtp), 4'002), with_video(sim::audio_sdp(bob_rtp), 4'002));
  for (int minute = 1; minute < 5; ++minute) {
    exchange.advance_ms(60'000);
    silent(1, minute * 60'000);
  }
  EXPECT_FALSE(alice.hear_request("BYE"));
  EXPECT_EQ(exchange.relays.size(), 2u);
}

TEST_F(StreamStory, SilenceOfAllStreamsAtOneTimeEndsTheCall) {
  talk(with_video(sim::audio_sdp(alice_rtp), 4'002), with_video(sim::audio_sdp(bob_rtp), 4'002));
  exchange.advance_ms(60'000);
  silent(1, 60'000);
  exchange.advance_ms(30'000);
  silent(0, 60'000);
  EXPECT_FALSE(alice.hear_request("BYE")) << "together they were silent for half a minute";
  exchange.advance_ms(30'000);
  silent(1, 120'000);
  EXPECT_TRUE(alice.hear_request("BYE"));
  EXPECT_TRUE(exchange.has_report(Reason::media_silent));
  EXPECT_TRUE(bob.hear_request("BYE"));
  expect_nothing_left();
}

TEST_F(StreamStory, SilenceOfOneStreamAfterTheOtherEndsNoCall) {
  talk(with_video(sim::audio_sdp(alice_rtp), 4'002), with_video(sim::audio_sdp(bob_rtp), 4'002));
  exchange.advance_ms(60'000);
  silent(1, 60'000);  // then the camera is on again, and the microphone off
  exchange.advance_ms(61'000);
  silent(0, 60'000);
  exchange.advance_ms(60'000);
  silent(0, 120'000);
  EXPECT_FALSE(alice.hear_request("BYE"));
}

TEST_F(StreamStory, AMutedCameraEndsNoCallWhoseAudioIsHeld) {
  talk(with_video(sim::audio_sdp(alice_rtp), 4'002), with_video(sim::audio_sdp(bob_rtp), 4'002));
  alice.request(a, "INVITE", {}, with_video(sim::audio_sdp(alice_rtp, "sendonly", 2), 4'002));
  const auto held = bob.hear_request("INVITE");
  ASSERT_TRUE(held);
  bob.answer(*held, 200, with_video(sim::audio_sdp(bob_rtp, "recvonly", 2), 4'002));
  ASSERT_TRUE(alice.hear_status(200));
  alice.ack(a);
  for (int minute = 1; minute < 5; ++minute) {
    exchange.advance_ms(60'000);
    silent(1, minute * 60'000);
  }
  EXPECT_FALSE(alice.hear_request("BYE"));
  alice.request(a, "INVITE", {}, with_video(sim::audio_sdp(alice_rtp, "sendrecv", 3), 4'002));
  const auto resumed = bob.hear_request("INVITE");
  ASSERT_TRUE(resumed);
  bob.answer(*resumed, 200, with_video(sim::audio_sdp(bob_rtp, "sendrecv", 3), 4'002));
  ASSERT_TRUE(alice.hear_status(200));
  alice.ack(a);
  exchange.advance_ms(60'000);
  silent(1, 60'000);
  silent(0, 60'000);
  EXPECT_TRUE(alice.hear_request("BYE")) << "off hold, silence of both ends it again";
}

TEST_F(StreamStory, AHeldCameraDoesNotKeepACallWhoseAudioIsSilent) {
  talk(with_video(sim::audio_sdp(alice_rtp), 4'002, "inactive"),
       with_video(sim::audio_sdp(bob_rtp), 4'002, "inactive"));
  exchange.advance_ms(60'000);
  silent(0, 60'000);
  EXPECT_TRUE(alice.hear_request("BYE"));
}

TEST_F(StreamStory, FurtherStreamsThanACallMayHaveAreDeclined) {
  std::string offer = sim::audio_sdp(alice_rtp), answer = sim::audio_sdp(bob_rtp);
  for (int i = 1; i < 8; ++i) {
    offer = with_video(offer, static_cast<std::uint16_t>(4'000 + 2 * i));
    answer = with_video(answer, static_cast<std::uint16_t>(i < 4 ? 4'000 + 2 * i : 0));
  }
  talk(offer, answer);
  ASSERT_EQ(offered.size(), 8u);
  EXPECT_EQ(std::count(offered.begin(), offered.end(), 0), 4);
  EXPECT_EQ(exchange.relays.size(), 4u);
}

class Flood : public Story {
 protected:
  static std::shared_ptr<policy::Policy> few_ports() {
    auto policy = sim::test_policy();
    policy->media_ports = {40'000, 40'039};
    policy->limits.attempts_per_s = 1'000;
    return policy;
  }
  Flood() : Story(few_ports()) {}
};

TEST_F(Flood, OfCallsThatAreCancelledAtOnceStaysWithinTheCallersLimit) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  ASSERT_EQ(carol.register_(), 200);
  bob.drop_everything = true;
  for (int i = 0; i < 60; ++i) {
    a = alice.invite("1002", sim::audio_sdp(alice_rtp));
    alice.cancel(a);
  }
  EXPECT_EQ(std::get<effect::Calls>(exchange.command(effect::ListCalls{})).calls.size(), 4u) << "calls_max of alice";
  EXPECT_TRUE(alice.hear_status(486));
  EXPECT_TRUE(exchange.has_report(Reason::call_limit_reached));
  bob.drop_everything = false;
  const Line honest = carol.invite("1002", sim::audio_sdp(*Endpoint::parse("198.51.100.13:4000")));
  EXPECT_TRUE(bob.hear_request("INVITE"));
  exchange.advance_ms(33'000);
  alice.invite("1003", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(carol.hear_request("INVITE")) << "its limit counts what is left of its calls, no longer";
}

TEST_F(Flood, OfShortCallsLeavesPortsForTheNext) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  for (int i = 0; i < 30; ++i) {
    a = alice.invite("1002", sim::audio_sdp(alice_rtp));
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite) << i;
    bob.answer(*invite, 603);
  }
  EXPECT_FALSE(exchange.has_report(Reason::system_limit_reached));
}

TEST_F(Flood, WithoutAPortIsToldAsALimitOfOurs) {
  auto policy = few_ports();
  auto extensions = policy->extensions();
  for (auto& extension : extensions) extension.calls_max = 50;
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy);
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  for (int i = 0; i < 11; ++i) alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(alice.hear_status(503));
  EXPECT_TRUE(exchange.has_report(Reason::system_limit_reached));
  EXPECT_FALSE(alice.hear_status(488));
}

TEST_F(Flood, OfCallsWhoseCallerNeverLetsThemEndMakesNobodyBusy) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  ASSERT_EQ(carol.register_(), 200);
  for (int i = 0; i < 4; ++i) {
    a = alice.invite("1002", sim::audio_sdp(alice_rtp));
    b = bob.answer(*bob.hear_request("INVITE"), 200, sim::audio_sdp(bob_rtp));
    bob.request(b, "BYE");
    EXPECT_TRUE(bob.hear_status(200));
  }
  EXPECT_TRUE(alice.hear_request("BYE")) << "which it does not answer";
  carol.invite("1002", sim::audio_sdp(*Endpoint::parse("198.51.100.13:4000")));
  EXPECT_TRUE(bob.hear_request("INVITE"));
  bob.invite("1003", sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(carol.hear_request("INVITE"));
}

}  // namespace
}  // namespace rf
