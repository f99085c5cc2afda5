// The attacker knows everything that went over the wire: Call-ID, tags, CSeq. It has another address.
#include <fmt/format.h>

#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class Forgery : public Story {
 protected:
  Phone mallory{exchange, {"1003", "auth1003", "password-1003"}, sim::flow_from("198.51.100.66:5060"), 66};

  /// `victim`'s request on `line`, sent from the attacker's address.
  void forge(Line line, std::string_view method, std::string_view sdp = {}, std::string_view type = "application/sdp") {
    sim::connect(exchange, {&alice, &bob, &mallory});
    mallory.request(line, method, {}, sdp, type);
  }
};

TEST_F(Forgery, AByeFromElsewhereEndsNothing) {
  establish();
  forge(a, "BYE");
  forge(b, "BYE");
  EXPECT_FALSE(alice.hear_request("BYE"));
  EXPECT_FALSE(bob.hear_request("BYE"));
  EXPECT_EQ(exchange.relays.size(), 1u);
  EXPECT_TRUE(mallory.hear_status(401));
  EXPECT_TRUE(exchange.has_report(Reason::in_dialog_forged));
}

TEST_F(Forgery, AReinviteUpdateOrInfoFromElsewhereChangesNothing) {
  establish();
  const auto before = exchange.relays.begin()->second.legs[0].remote_rtp;
  forge(a, "INVITE", sim::audio_sdp(*Endpoint::parse("198.51.100.66:9000"), "sendrecv", 9));
  forge(a, "UPDATE", sim::audio_sdp(*Endpoint::parse("198.51.100.66:9000"), "sendrecv", 9));
  forge(a, "INFO", "Signal=1\r\nDuration=100\r\n", "application/dtmf-relay");
  EXPECT_FALSE(bob.hear_request("INVITE"));
  EXPECT_FALSE(bob.hear_request("UPDATE"));
  EXPECT_FALSE(bob.hear_request("INFO"));
  EXPECT_EQ(exchange.relays.begin()->second.legs[0].remote_rtp, before);
}

TEST_F(Forgery, AnotherExtensionsRightPasswordDoesNotHelp) {
  establish();
  sim::connect(exchange, {&alice, &bob, &mallory});
  Line line = a;
  mallory.request(line, "BYE");
  const auto challenge = mallory.hear_status(401);
  ASSERT_TRUE(challenge);
  mallory.request(line, "BYE", mallory.authorization(*challenge, "BYE", line.request_uri()));
  EXPECT_TRUE(mallory.hear_status(481));
  EXPECT_FALSE(bob.hear_request("BYE"));
}

TEST_F(Forgery, ThePhoneItselfMayMoveByProvingItself) {
  establish();
  alice.flow.remote.port = 6'060;
  alice.request(a, "BYE");
  const auto challenge = alice.hear_status(401);
  ASSERT_TRUE(challenge);
  alice.request(a, "BYE", alice.authorization(*challenge, "BYE", a.request_uri()));
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(bob.hear_request("BYE"));
}

TEST_F(Forgery, ACancelFromElsewhereCancelsNothing) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  ASSERT_TRUE(bob.hear_request("INVITE"));
  sim::connect(exchange, {&alice, &bob, &mallory});
  mallory.cancel(a);
  EXPECT_TRUE(mallory.hear_status(481));
  EXPECT_FALSE(bob.hear_request("CANCEL"));
}

TEST_F(Forgery, AnAnswerFromElsewhereAnswersNothing) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  sim::connect(exchange, {&alice, &bob, &mallory});
  mallory.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("198.51.100.66:9000")));
  EXPECT_FALSE(alice.hear_status(200));
  EXPECT_TRUE(exchange.cdrs.empty());
}

TEST_F(Forgery, AnOldCSeqIsRefused) {
  establish();
  Line old = a;
  old.cseq = 0;
  alice.request(old, "BYE");
  EXPECT_TRUE(alice.hear_status(500));
  EXPECT_FALSE(bob.hear_request("BYE"));
}

TEST_F(Forgery, KeysWithAnOldCSeqAreNotPressedAgain) {
  establish();
  const auto pressed = [&] { return exchange.relays.begin()->second.press.order; };
  alice.request(a, "INFO", {}, "Signal=1\r\nDuration=100\r\n", "application/dtmf-relay");
  ASSERT_TRUE(alice.hear_status(200));
  EXPECT_EQ(pressed(), 1u);
  for (const std::uint32_t before : {1u, 2u}) {
    Line old = a;
    old.cseq -= before;
    alice.request(old, "INFO", {}, "Signal=1\r\nDuration=100\r\n", "application/dtmf-relay");
    EXPECT_TRUE(alice.hear_status(500));
  }
  EXPECT_EQ(pressed(), 1u);
}

TEST_F(Forgery, AnAnswerFromAnotherPortOfThePhonesHostAnswersNothing) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  Phone neighbour(exchange, {"1003", "auth1003", "password-1003"}, sim::flow_from("198.51.100.12:6060"), 66);
  sim::connect(exchange, {&alice, &bob, &neighbour});
  neighbour.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_FALSE(alice.hear_status(200));
  EXPECT_FALSE(neighbour.hear_request("ACK"));
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(bob.hear_request("ACK"));
}

TEST_F(Forgery, UnauthenticatedMethodsAreAllChallenged) {
  Phone stranger(exchange, {"1001", "nobody", "x"}, sim::flow_from("198.51.100.77:5060"), 77);
  sim::connect(exchange, {&stranger});
  for (const std::string_view method :
       {"INVITE", "SUBSCRIBE", "PUBLISH", "MESSAGE", "REFER", "NOTIFY", "OPTIONS", "BYE"}) {
    const auto answer = stranger.ask(method, "sip:1002@192.0.2.1");
    ASSERT_TRUE(answer) << method;
    EXPECT_EQ((*answer)->status, 401) << method;
  }
}

TEST_F(Forgery, ACalleeThatNamesOurOwnServicesAsItsMediaAddressGetsNoMedia) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  bob.answer(*bob.hear_request("INVITE"), 200, sim::audio_sdp(*Endpoint::parse("127.0.0.1:5432")));
  ASSERT_EQ(exchange.relays.size(), 1u);
  EXPECT_EQ(exchange.relays.begin()->second.legs[1].remote_rtp.port, 0);
}

}  // namespace
}  // namespace rf
