// Transfers: who is connected with whom, who pays, and what nobody can do with somebody else's call.
#include "tests/unit/engine/transfers.hpp"

namespace rf {
namespace {

TEST_F(Transfer, TheCallersPartnerConnectsHimWithAnother) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  EXPECT_EQ(notified(bob), 100);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->from.uri.user, "1001") << "who is connected is shown";
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  ASSERT_TRUE(carol.hear_request("ACK"));
  EXPECT_EQ(notified(bob), 200);
  expect_bye(bob);
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  ASSERT_EQ(exchange.relays.size(), 1u);
  const media::RelayPlan& plan = exchange.relays.begin()->second;
  EXPECT_EQ(plan.legs[0].remote_rtp, alice_rtp);
  EXPECT_EQ(plan.legs[1].remote_rtp, carol_rtp);
  EXPECT_EQ(exchange.cdrs.size(), 2u);
  hang_up(alice, a);
  expect_bye(carol);
  expect_nothing_left();
}

TEST_F(Transfer, TheCallerTransfersAsWell) {
  EXPECT_EQ(refer(alice, a, "<sip:1003@192.0.2.1>"), 202);
  EXPECT_EQ(notified(alice), 100);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->from.uri.user, "1002");
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  EXPECT_EQ(notified(alice), 200);
  expect_bye(alice);
  ASSERT_TRUE(take_reinvite(bob, bob_rtp));
  hang_up(carol, c);
  expect_bye(bob);
  expect_nothing_left();
}

TEST_F(Transfer, ATransferThatNobodyAnswersLeavesTheCallAsItWas) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  EXPECT_EQ(notified(bob), 100);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carol.answer(*invite, 486);
  EXPECT_EQ(notified(bob), 486);
  EXPECT_FALSE(alice.hear_request("INVITE"));
  hang_up(alice, a);
  expect_bye(bob);
  expect_nothing_left();
}

TEST_F(Transfer, WhoTransfersMayHangUpAtOnce) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  EXPECT_EQ(notified(bob), 100);
  hang_up(bob, b);
  EXPECT_FALSE(alice.hear_request("BYE"));
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  hang_up(alice, a);
  expect_bye(carol);
  expect_nothing_left();
}

TEST_F(Transfer, WhoWaitsForATransferAndHangsUpEndsIt) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carol.answer(*invite, 180);
  hang_up(alice, a);
  EXPECT_TRUE(carol.hear_request("CANCEL"));
  carol.answer(*invite, 487);
  expect_bye(bob);
  expect_nothing_left();
}

TEST_F(Transfer, AskingFirstConnectsTheTwoWithWhomOneTalks) {
  // Bob holds Alice and calls Carol.
  Line second = bob.invite("1003", sim::audio_sdp(bob_rtp));
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  const auto ok = bob.hear_status(200);
  ASSERT_TRUE(ok);
  bob.learn(second, *ok);
  bob.ack(second);
  ASSERT_TRUE(carol.hear_request("ACK"));
  EXPECT_EQ(refer(bob, b,
                  fmt::format("<sip:1003@192.0.2.1?Replaces={}%3Bto-tag%3D{}%3Bfrom-tag%3D{}>", second.call_id,
                              second.remote_tag, second.local_tag)),
            202);
  EXPECT_EQ(notified(bob), 100);
  ASSERT_TRUE(take_reinvite(carol, carol_rtp)) << "offered what Alice said";
  ASSERT_TRUE(take_reinvite(alice, alice_rtp)) << "offered what Carol answered";
  EXPECT_EQ(notified(bob), 200);
  expect_bye(bob);
  expect_bye(bob);
  ASSERT_EQ(exchange.relays.size(), 1u);
  const media::RelayPlan& plan = exchange.relays.begin()->second;
  EXPECT_EQ(plan.legs[0].remote_rtp, alice_rtp);
  EXPECT_EQ(plan.legs[1].remote_rtp, carol_rtp);
  hang_up(carol, c);
  expect_bye(alice);
  expect_nothing_left();
}

TEST_F(Transfer, NobodyReplacesACallOfOthersWhateverHeKnowsOfIt) {
  // Carol talks to nobody, but knows every tag of the call of Alice and Bob.
  ASSERT_EQ(carol.register_(), 200);
  Line mine = carol.invite("1001", sim::audio_sdp(carol_rtp));
  const auto invite = alice.hear_request("INVITE");
  ASSERT_TRUE(invite);
  Line theirs = alice.answer(*invite, 200, sim::audio_sdp(alice_rtp));
  const auto ok = carol.hear_status(200);
  ASSERT_TRUE(ok);
  carol.learn(mine, *ok);
  carol.ack(mine);
  EXPECT_EQ(refer(carol, mine,
                  fmt::format("<sip:1002@192.0.2.1?Replaces={}%3Bto-tag%3D{}%3Bfrom-tag%3D{}>", b.call_id, b.remote_tag,
                              b.local_tag)),
            202);
  EXPECT_EQ(notified(carol), 100);
  EXPECT_EQ(notified(carol), 481);
  EXPECT_FALSE(bob.hear_request("INVITE"));
  EXPECT_FALSE(bob.hear_request("BYE"));
}

TEST_F(Transfer, AnInviteThatIsToTakeACallsPlaceIsRefusedAndRingsNobody) {
  const auto replaces = [](const Line& line) {
    return fmt::format("Replaces: {};to-tag={};from-tag={}\r\n", line.call_id, line.remote_tag, line.local_tag);
  };
  ASSERT_EQ(carol.register_(), 200);
  carol.invite("1001", sim::audio_sdp(carol_rtp), replaces(b));
  EXPECT_TRUE(carol.hear_status(481)) << "to others there is no such call, whatever they know of it";
  carol.invite("1001", sim::audio_sdp(carol_rtp), "Replaces: nothing\r\n");
  EXPECT_TRUE(carol.hear_status(400));
  bob.invite("1001", sim::audio_sdp(bob_rtp), replaces(b));
  EXPECT_TRUE(bob.hear_status(403)) << "his own: the operator reads what to do instead";
  bob.invite("112", sim::audio_sdp(bob_rtp), replaces(b));
  EXPECT_TRUE(carrier.hear_request("INVITE")) << "whoever calls for help is not asked what his phone meant";
  EXPECT_FALSE(alice.hear_request("INVITE"));
  EXPECT_FALSE(bob.hear_request("BYE"));
}

TEST_F(Transfer, ATransferLeadsOutsideOnlyWhereWhoAsksMayCall) {
  EXPECT_EQ(refer(bob, b, "<sip:00442079460000@192.0.2.1>"), 202);
  EXPECT_EQ(notified(bob), 100);
  EXPECT_EQ(notified(bob), 403);
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  EXPECT_EQ(refer(bob, b, "<sip:0301234567@evil.example>"), 404) << "not of this system";
  EXPECT_EQ(refer(bob, b, "<sip:0301234567@192.0.2.1>"), 202);
  EXPECT_EQ(notified(bob), 100);
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  EXPECT_EQ(notified(bob), 200);
  expect_bye(bob);
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  for (const auto& [id, cdr] : exchange.cdrs)
    if (!cdr.trunk_out.empty()) {
      EXPECT_EQ(cdr.payer, ExtensionId{2}) << "who asked for it pays";
    }
}

TEST_F(Transfer, WhoMayNotTransferIsRefused) {
  toll::ExtensionTerms who;
  who.id = ExtensionId{2};
  who.tenant = tenant;
  who.transfers = false;
  terms.extensions.push_back(who);
  exchange.set_plan(plan_of(terms));
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 403);
  EXPECT_FALSE(carol.hear_request("INVITE"));
}

TEST_F(Transfer, ATransferIsOneAtATime) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  EXPECT_EQ(notified(bob), 100);
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 491);
}

TEST_F(Transfer, FromElsewhereAReferIsChallengedAndDoesNothing) {
  Phone forger(exchange, {"1002", "x", ""}, sim::flow_from("198.51.100.66:5060"), 66);
  Line stolen = b;
  forger.request(stolen, "REFER", "Refer-To: <sip:0301234567@192.0.2.1>\r\n");
  const auto answer = forger.hear();
  EXPECT_TRUE(!answer || (*answer)->status == 401);
  EXPECT_FALSE(carrier.hear_request("INVITE"));
}

TEST_F(Transfer, APaidLegIsPaidUntilItEndsWhoeverTalksOnIt) {
  // Bob calls outside, then hands the outside over to Carol: its record and its line run on.
  hang_up(alice, a);
  expect_bye(bob);
  Line out = bob.invite("0301234567", sim::audio_sdp(bob_rtp));
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  Line outside = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  ASSERT_TRUE(carrier.hear_request("ACK"));
  const auto ok = bob.hear_status(200);
  ASSERT_TRUE(ok);
  bob.learn(out, *ok);
  bob.ack(out);
  EXPECT_EQ(refer(bob, out, "<sip:1003@192.0.2.1>"), 202);
  EXPECT_EQ(notified(bob), 100);
  const auto ring = carol.hear_request("INVITE");
  ASSERT_TRUE(ring);
  c = carol.answer(*ring, 200, sim::audio_sdp(carol_rtp));
  ASSERT_TRUE(carol.hear_request("ACK"));
  EXPECT_EQ(notified(bob), 200);
  expect_bye(bob);
  ASSERT_TRUE(take_reinvite(carrier, *Endpoint::parse("203.0.113.10:4000")));
  exchange.advance_ms(60'000);
  hang_up(carol, c);
  expect_bye(carrier);
  exchange.advance_ms(5'000);
  bool found = false;
  for (const auto& [id, cdr] : exchange.cdrs) {
    if (cdr.trunk_out.empty()) continue;
    found = true;
    EXPECT_GE(cdr.ended_wall_ms - cdr.answered_wall_ms, 60'000) << "until the carrier's leg ended";
  }
  EXPECT_TRUE(found);
  expect_nothing_left();
}

TEST_F(Transfer, WhatWasHandedOverOnceIsHandedOverAgainWithItsRecord) {
  hang_up(alice, a);
  expect_bye(bob);
  Line out = bob.invite("0301234567", sim::audio_sdp(bob_rtp));
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  Line outside = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto ok = bob.hear_status(200);
  ASSERT_TRUE(ok);
  bob.learn(out, *ok);
  bob.ack(out);
  EXPECT_EQ(refer(bob, out, "<sip:1003@192.0.2.1>"), 202);
  auto ring = carol.hear_request("INVITE");
  ASSERT_TRUE(ring);
  c = carol.answer(*ring, 200, sim::audio_sdp(carol_rtp));
  expect_bye(bob);
  ASSERT_TRUE(take_reinvite(carrier, *Endpoint::parse("203.0.113.10:4000")));
  ASSERT_TRUE(carol.hear_request("ACK"));
  EXPECT_EQ(refer(carol, c, "<sip:1001@192.0.2.1>"), 202);
  ring = alice.hear_request("INVITE");
  ASSERT_TRUE(ring);
  a = alice.answer(*ring, 200, sim::audio_sdp(alice_rtp));
  expect_bye(carol);
  ASSERT_TRUE(take_reinvite(carrier, *Endpoint::parse("203.0.113.10:4000")));
  exchange.advance_ms(30'000);
  EXPECT_FALSE(carrier.hear_request("BYE"));
  carrier.request(outside, "BYE");
  expect_bye(alice);
  exchange.advance_ms(5'000);
  for (const auto& [id, cdr] : exchange.cdrs) {
    EXPECT_NE(cdr.ended_wall_ms, 0) << cdr.via;
  }
  expect_nothing_left();
}

}  // namespace
}  // namespace rf
