// What crosses on the wire, and what was still open when a call ended.
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class Crossing : public Story {};

TEST_F(Crossing, AReinviteThatWaitsForTheOtherPhoneIsAnsweredWhenTheCallEnds) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  ASSERT_TRUE(bob.hear_request("INVITE"));
  bob.request(b, "BYE");
  EXPECT_TRUE(alice.hear_status(487));
  expect_nothing_left();
}

TEST_F(Crossing, AnUpdateThatWaitsForTheOtherPhoneIsAnsweredWhenTheCallEnds) {
  establish();
  alice.request(a, "UPDATE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  ASSERT_TRUE(bob.hear_request("UPDATE"));
  alice.request(a, "BYE");
  EXPECT_TRUE(alice.hear_status(487));
  expect_nothing_left();
}

TEST_F(Crossing, AReinviteOfOursThatRingsForeverIsCancelledWhenTheCallEnds) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto reinvite = bob.hear_request("INVITE");
  ASSERT_TRUE(reinvite);
  bob.answer(*reinvite, 180);
  alice.request(a, "BYE");
  EXPECT_TRUE(bob.hear_request("CANCEL"));
  expect_nothing_left();
}

TEST_F(Crossing, AnAnswerToAReinviteThatComesAfterTheEndLeavesNoTimer) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto reinvite = bob.hear_request("INVITE");
  ASSERT_TRUE(reinvite);
  alice.request(a, "BYE");
  bob.answer(*reinvite, 200, sim::audio_sdp(bob_rtp, "recvonly", 2),
             "Require: timer\r\nSession-Expires: 86400;refresher=uac\r\n");
  EXPECT_TRUE(bob.hear_request("ACK"));
  exchange.command(effect::RemoveRegistrations{ExtensionId{1}, {}});
  exchange.command(effect::RemoveRegistrations{ExtensionId{2}, {}});
  expect_nothing_left();
  EXPECT_EQ(exchange.next_deadline(), never_ms);
}

TEST_F(Crossing, AnOfferThatIsNoLongerWantedIsAnsweredWithWhatWasAgreedBefore) {
  establish();
  alice.request(a, "INVITE");
  const auto reinvite = bob.hear_request("INVITE");
  ASSERT_TRUE(reinvite);
  alice.cancel(a);
  ASSERT_TRUE(alice.hear_status(487));
  bob.answer(*reinvite, 200, sim::audio_sdp(bob_rtp, "sendrecv", 2));
  const auto ack = bob.hear_request("ACK");
  ASSERT_TRUE(ack);
  EXPECT_TRUE(sdp::parse((*ack)->body));
  EXPECT_FALSE(bob.hear_request("BYE"));
  bob.request(b, "INVITE", {}, sim::audio_sdp(bob_rtp, "sendonly", 3));
  EXPECT_TRUE(alice.hear_request("INVITE")) << "the call is free for the next change";
}

TEST_F(Crossing, OnlyThePhoneThatHasTheCallPressesKeysInIt) {
  auto policy = sim::test_policy();
  auto extensions = policy->extensions();
  extensions[1].registrations_max = 2;
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy);
  Phone desk(exchange, {"1002", "auth1002", "password-1002"}, sim::flow_from("198.51.100.52:5060"), 52);
  sim::connect(exchange, {&alice, &bob, &desk});
  ASSERT_EQ(desk.register_(), 200);
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  Line lost = desk.answer(*desk.hear_request("INVITE"), 180);
  b = bob.answer(*bob.hear_request("INVITE"), 200, sim::audio_sdp(bob_rtp));
  ASSERT_TRUE(alice.hear_status(200));
  desk.request(lost, "INFO", {}, "Signal=1\r\nDuration=100\r\n", "application/dtmf-relay");
  EXPECT_FALSE(alice.hear_request("INFO"));
}

TEST_F(Crossing, RequestsArePassedOnInOurWords) {
  establish();
  alice.request(a, "INFO", {}, "<media_control/>", "application/media_control+xml; at=198.51.100.11");
  const auto info = bob.hear_request("INFO");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->message->content_type, "application/media_control+xml");
}

TEST_F(Crossing, AnAckBeforeTheAnswerAcknowledgesNothing) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto reinvite = bob.hear_request("INVITE");
  ASSERT_TRUE(reinvite);
  alice.ack(a);
  bob.answer(*reinvite, 200, sim::audio_sdp(bob_rtp, "recvonly", 2));
  EXPECT_TRUE(alice.hear_status(200));
  alice.ack(a);
  alice.request(a, "BYE");
  expect_nothing_left();
}

TEST_F(Crossing, ACallThatArrivesByTwoWaysRingsOnce) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  std::string last;
  exchange.tamper = [&](Flow&, std::string& bytes) {
    if (bytes.starts_with("INVITE ")) last = bytes;
  };
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  exchange.tamper = {};
  ASSERT_TRUE(bob.hear_request("INVITE"));
  ASSERT_TRUE(alice.hear_status(100));
  const std::size_t branch = last.find("branch=z9hG4bK");
  ASSERT_NE(branch, std::string::npos);
  last.insert(branch + 14, "-otherway");
  alice.say(last);
  EXPECT_TRUE(alice.hear_status(482)) << "RFC 3261 §8.2.2.2";
  EXPECT_FALSE(bob.hear_request("INVITE"));
}

TEST_F(Crossing, AByeFromAPhoneThatStillRingsEndsItsInviteToo) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  b = bob.answer(*invite, 180);
  bob.request(b, "BYE");
  EXPECT_TRUE(alice.hear_status(480));
  EXPECT_TRUE(bob.hear_request("CANCEL"));
  expect_nothing_left();
}

}  // namespace
}  // namespace rf
