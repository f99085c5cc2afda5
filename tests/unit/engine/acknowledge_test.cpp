// ACKs that are lost, late or overtaken: the answer that one of them acknowledges must not end an honest call.
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class Acknowledge : public Story {
 protected:
  /// As establish(), but the caller's ACK has not arrived.
  void answer_without_ack(std::string_view offer = sim::audio_sdp(alice_rtp)) {
    ASSERT_EQ(alice.register_(), 200);
    ASSERT_EQ(bob.register_(), 200);
    a = alice.invite("1002", offer);
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    alice.learn(a, *ok);
  }
  /// The caller holds, the other phone agrees; the 200 is there, its ACK not.
  void hold(int version) {
    alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", version));
    const auto reinvite = bob.hear_request("INVITE");
    ASSERT_TRUE(reinvite);
    bob.answer(*reinvite, 200, sim::audio_sdp(bob_rtp, "recvonly", version));
    ASSERT_TRUE(bob.hear_request("ACK"));
    ASSERT_TRUE(alice.hear_status(200));
  }
  /// Acknowledges every answer that is repeated, as phones do, and says whether the call stands.
  bool stands_for_a_minute() {
    for (int i = 0; i < 120; ++i) {
      exchange.advance_ms(500);
      while (const auto heard = alice.hear()) {
        if ((*heard)->is_request && (*heard)->method == sip::Method::bye) return false;
        if ((*heard)->is_request || (*heard)->status != 200 || (*heard)->cseq.method != sip::Method::invite) continue;
        Line repeated = a;
        repeated.invite_cseq = (*heard)->cseq.number;
        alice.ack(repeated);
      }
      while (const auto heard = bob.hear())
        if ((*heard)->is_request && (*heard)->method != sip::Method::ack) bob.answer(*heard, 200);
    }
    return exchange.relays.size() == 1;
  }
};

TEST_F(Acknowledge, AReinviteAfterALostAckLeavesTheCallStanding) {
  answer_without_ack();
  hold(2);
  alice.ack(a);
  EXPECT_TRUE(stands_for_a_minute());
}

TEST_F(Acknowledge, AReinviteThatOvertakesTheAckLeavesTheCallStanding) {
  answer_without_ack();
  Line first = a;
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  alice.ack(first);
  const auto reinvite = bob.hear_request("INVITE");
  ASSERT_TRUE(reinvite);
  bob.answer(*reinvite, 200, sim::audio_sdp(bob_rtp, "recvonly", 2));
  ASSERT_TRUE(alice.hear_status(200));
  alice.ack(a);
  exchange.advance_ms(60'000);
  EXPECT_FALSE(alice.hear_request("BYE"));
  EXPECT_FALSE(alice.hear_status(200)) << "both answers are acknowledged: nothing is repeated";
}

TEST_F(Acknowledge, AReinviteThatIsRefusedAfterALostAckLeavesTheCallStanding) {
  answer_without_ack();
  alice.request(a, "INVITE", {}, "v=0\r\nrubbish\r\n");
  EXPECT_TRUE(alice.hear_status(488));
  EXPECT_TRUE(stands_for_a_minute());
}

TEST_F(Acknowledge, OneReinviteAfterTheOtherWithoutAnyAckLeavesTheCallStanding) {
  answer_without_ack();
  for (int version = 2; version < 6; ++version) {
    alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, version % 2 == 0 ? "sendonly" : "sendrecv", version));
    const auto reinvite = bob.hear_request("INVITE");
    ASSERT_TRUE(reinvite);
    bob.answer(*reinvite, 200, sim::audio_sdp(bob_rtp, version % 2 == 0 ? "recvonly" : "sendrecv", version));
    ASSERT_TRUE(alice.hear_status(200));
  }
  EXPECT_TRUE(stands_for_a_minute());
}

TEST_F(Acknowledge, AReinviteWhileItStillRingsDoesNotSpoilTheAck) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 180);
  const auto ringing = alice.hear_status(180);
  ASSERT_TRUE(ringing);
  Line first = a;
  alice.learn(first, *ringing);
  alice.learn(a, *ringing);
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  EXPECT_TRUE(alice.hear_status(500)) << "RFC 3261 §14.2";
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  ASSERT_TRUE(alice.hear_status(200));
  alice.ack(first);
  exchange.advance_ms(60'000);
  EXPECT_FALSE(alice.hear_request("BYE"));
}

TEST_F(Acknowledge, AnUpdateAfterTheLostAckOfAReinviteLeavesTheCallStanding) {
  establish();
  hold(2);
  alice.request(a, "UPDATE");
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(stands_for_a_minute());
}

TEST_F(Acknowledge, AnUpdateWithAnOfferAfterTheLostAckOfAReinviteIsServed) {
  establish();
  hold(2);
  alice.request(a, "UPDATE", {}, sim::audio_sdp(alice_rtp, "sendrecv", 3));
  const auto update = bob.hear_request("UPDATE");
  ASSERT_TRUE(update);
  Line reinvited = a;
  alice.ack(reinvited);  // arrives while the UPDATE waits for the other phone
  bob.answer(*update, 200, sim::audio_sdp(bob_rtp, "sendrecv", 3));
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(stands_for_a_minute());
}

TEST_F(Acknowledge, AnUpdateThatOvertakesTheFirstAckLeavesTheCallStanding) {
  answer_without_ack();
  alice.request(a, "UPDATE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto update = bob.hear_request("UPDATE");
  ASSERT_TRUE(update);
  alice.ack(a);
  bob.answer(*update, 200, sim::audio_sdp(bob_rtp, "recvonly", 2));
  exchange.advance_ms(60'000);
  EXPECT_FALSE(alice.hear_request("BYE"));
}

TEST_F(Acknowledge, AReinviteBeforeTheAckThatBringsTheAnswerIsRefusedAndTheAckStillCounts) {
  answer_without_ack({});
  Line first = a;
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  EXPECT_TRUE(alice.hear_status(491)) << "RFC 5407 §3.1.5";
  alice.ack(a);
  alice.ack(first, sim::audio_sdp(alice_rtp));
  const auto ack = bob.hear_request("ACK");
  ASSERT_TRUE(ack);
  EXPECT_TRUE(sdp::parse((*ack)->body));
  exchange.advance_ms(60'000);
  EXPECT_FALSE(alice.hear_request("BYE"));
  EXPECT_EQ(exchange.relays.size(), 1u);
}

TEST_F(Acknowledge, ThatFitsNothingOrComesFromElsewhereAcknowledgesNothing) {
  answer_without_ack();
  Line wrong = a;
  for (const std::uint32_t cseq : {0u, a.invite_cseq - 1, a.invite_cseq + 1, 0x7fffffffu}) {
    wrong.invite_cseq = cseq;
    alice.ack(wrong);
  }
  Phone mallory(exchange, {"1003", "auth1003", "password-1003"}, sim::flow_from("198.51.100.66:5060"), 66);
  mallory.ack(a);
  exchange.advance_ms(33'000);
  EXPECT_TRUE(alice.hear_request("BYE"));
  EXPECT_TRUE(bob.hear_request("BYE"));
}

}  // namespace
}  // namespace rf
