// However a call ends, everybody gets their last answer and nothing stays behind.
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class EndingStory : public Story {
 protected:
  void ring() {
    ASSERT_EQ(alice.register_(), 200);
    ASSERT_EQ(bob.register_(), 200);
    a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  }
};

TEST_F(EndingStory, AHangUpDuringAReinviteAnswersItAndTakesItBack) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  EXPECT_TRUE(alice.hear_status(100));
  const auto reinvite = bob.hear_request("INVITE");
  ASSERT_TRUE(reinvite);
  bob.answer(*reinvite, 100);
  alice.request(a, "BYE");
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(alice.hear_status(487)) << "RFC 3261 §15.1.2";
  const auto cancel = bob.hear_request("CANCEL");
  ASSERT_TRUE(cancel);
  bob.answer(*cancel, 200);
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
  bob.answer(*reinvite, 487);
  EXPECT_TRUE(bob.hear_request("ACK"));
  expect_nothing_left();
}

TEST_F(EndingStory, APhoneThatIsGoneDuringAReinviteLeavesNothingEither) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  bob.answer(*bob.hear_request("INVITE"), 100);
  bob.drop_everything = true;
  alice.request(a, "BYE");
  EXPECT_TRUE(alice.hear_status(487));
  expect_nothing_left();
}

TEST_F(EndingStory, AReinviteThatIsAcceptedAfterTheHangUpIsAcknowledged) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto reinvite = bob.hear_request("INVITE");
  bob.answer(*reinvite, 100);
  alice.request(a, "BYE");
  bob.answer(*bob.hear_request("BYE"), 200);
  bob.answer(*reinvite, 200, sim::audio_sdp(bob_rtp, "recvonly", 2));
  EXPECT_TRUE(bob.hear_request("ACK"));
  expect_nothing_left();
}

TEST_F(EndingStory, AReinviteThatNobodyEverAnswersIsTakenBackAndTheCallGoesOn) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto reinvite = bob.hear_request("INVITE");
  bob.answer(*reinvite, 180);
  exchange.advance_ms(180'100);
  const auto cancel = bob.hear_request("CANCEL");
  ASSERT_TRUE(cancel);
  bob.answer(*cancel, 200);
  bob.answer(*reinvite, 487);
  EXPECT_TRUE(alice.hear_status(488));
  alice.ack(a);
  EXPECT_EQ(exchange.relays.size(), 1u);
  alice.request(a, "BYE");
  bob.answer(*bob.hear_request("BYE"), 200);
  expect_nothing_left();
}

TEST_F(EndingStory, AnAckBeforeItsAnswerIsNoWayToLoseAReinvite) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto reinvite = bob.hear_request("INVITE");
  alice.ack(a);
  bob.answer(*reinvite, 200, sim::audio_sdp(bob_rtp, "recvonly", 2));
  EXPECT_TRUE(alice.hear_status(200));
  alice.ack(a);
  alice.request(a, "BYE");
  bob.answer(*bob.hear_request("BYE"), 200);
  expect_nothing_left();
}

TEST_F(EndingStory, AHangUpBeforeALateOfferIsAnsweredAcknowledgesIt) {
  establish();
  alice.request(a, "INVITE");
  const auto reinvite = bob.hear_request("INVITE");
  ASSERT_TRUE((*reinvite)->body.empty());
  bob.answer(*reinvite, 200, sim::audio_sdp(bob_rtp, "sendrecv", 2));
  EXPECT_FALSE(bob.hear_request("ACK")) << "it will carry the answer";
  alice.request(a, "BYE");
  EXPECT_TRUE(bob.hear_request("ACK"));
  expect_nothing_left();
}

TEST_F(EndingStory, APhoneThatSaysByeWhileItRingsIsCancelled) {
  ring();
  const auto invite = bob.hear_request("INVITE");
  b = bob.answer(*invite, 180);
  bob.request(b, "BYE");
  EXPECT_TRUE(bob.hear_status(200));
  EXPECT_TRUE(bob.hear_request("CANCEL"));
  EXPECT_TRUE(alice.hear_status(480));
  bob.drop_everything = true;
  expect_nothing_left();
}

TEST_F(EndingStory, ACallerThatSaysByeWhileItRingsHearsThatItsInviteIsOver) {
  ring();
  const auto invite = bob.hear_request("INVITE");
  bob.answer(*invite, 180);
  const auto ringing = alice.hear_status(180);
  alice.learn(a, *ringing);
  alice.request(a, "BYE");
  EXPECT_TRUE(alice.hear_status(487));
  EXPECT_EQ(only_cdr().result, record::CallResult::cancelled);
  bob.answer(*bob.hear_request("CANCEL"), 200);
  bob.answer(*invite, 487);
  expect_nothing_left();
}

TEST_F(EndingStory, ARefusedReinviteWhoseAckIsLostEndsNoCall) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  bob.answer(*bob.hear_request("INVITE"), 488);
  EXPECT_TRUE(alice.hear_status(488));
  exchange.advance_ms(40'000);
  EXPECT_FALSE(alice.hear_request("BYE"));
  EXPECT_EQ(exchange.relays.size(), 1u);
}

TEST_F(EndingStory, AClosedConnectionFailsTheInviteThatWaitsOnIt) {
  bob.flow = sim::flow_from("198.51.100.12:5060", Transport::tcp, 7);
  ring();
  bob.answer(*bob.hear_request("INVITE"), 180);
  exchange.input(engine::ConnectionClosed{ConnectionId{7}});
  EXPECT_TRUE(alice.hear_status(480));
  EXPECT_EQ(only_cdr().result, record::CallResult::unreachable);
  expect_nothing_left();
}

}  // namespace
}  // namespace rf
