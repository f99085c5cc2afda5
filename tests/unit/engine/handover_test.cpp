// What goes wrong while a leg goes over: phones that hang up, ask, hold or fall silent at the worst moment, and
// operators who take away what a call stands on.
#include "tests/unit/engine/transfers.hpp"

namespace rf {
namespace {

const Endpoint carrier_rtp = *Endpoint::parse("203.0.113.10:4000");

class Handover : public Transfer {
 protected:
  /// Bob, who talks to nobody, calls outside; `outside` is the carrier's line.
  void call_outside(std::string_view headers = {}) {
    out = bob.invite("0301234567", sim::audio_sdp(bob_rtp), headers);
    const auto invite = carrier.hear_request("INVITE");
    ASSERT_TRUE(invite);
    outside = carrier.answer(*invite, 200, sim::audio_sdp(carrier_rtp));
    ASSERT_TRUE(carrier.hear_request("ACK"));
    const auto ok = bob.hear_status(200);
    ASSERT_TRUE(ok);
    bob.learn(out, *ok);
  }
  void end_first_call() {
    hang_up(alice, a);
    expect_bye(bob);
    exchange.advance_ms(40'000);
  }
  /// Bob hands the outside over to Carol, who answers.
  void hand_outside_to_carol() {
    ASSERT_EQ(refer(bob, out, "<sip:1003@192.0.2.1>"), 202);
    const auto ring = carol.hear_request("INVITE");
    ASSERT_TRUE(ring);
    c = carol.answer(*ring, 200, sim::audio_sdp(carol_rtp));
    ASSERT_TRUE(carol.hear_request("ACK"));
  }
  /// Bob asks Carol first.
  void ask_carol() {
    second = bob.invite("1003", sim::audio_sdp(bob_rtp));
    const auto invite = carol.hear_request("INVITE");
    ASSERT_TRUE(invite);
    c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
    const auto ok = bob.hear_status(200);
    ASSERT_TRUE(ok);
    bob.learn(second, *ok);
    bob.ack(second);
    ASSERT_TRUE(carol.hear_request("ACK"));
  }
  static std::string replacing(const Line& line) {
    return fmt::format("<sip:1003@192.0.2.1?Replaces={}%3Bto-tag%3D{}%3Bfrom-tag%3D{}>", line.call_id, line.remote_tag,
                       line.local_tag);
  }
  std::uint64_t calls() {
    const auto status = std::get<effect::Status>(exchange.command(effect::GetStatus{}));
    for (const auto& gauge : status.gauges)
      if (gauge.name == "calls") return gauge.used;
    return 0;
  }

  Line out, outside, second;
};

TEST_F(Handover, ATrunkThatIsDisabledEndsACallAndWhatItCarriesOnce) {
  call_outside();
  bob.ack(out);
  end_first_call();  // its place is taken by the call that carries the other one
  hand_outside_to_carol();
  expect_bye(bob);
  ASSERT_TRUE(take_reinvite(carrier, carrier_rtp));
  terms.trunks[0].line.enabled = false;
  exchange.set_plan(plan_of(terms));
  expect_bye(carol);
  EXPECT_TRUE(carrier.hear_request("BYE"));
  exchange.advance_ms(70'000);
  EXPECT_EQ(calls(), 0u);
}

TEST_F(Handover, APhoneThatIsTakenAwayEndsWhatItWasToBeConnectedWith) {
  auto without = sim::test_policy(3);
  std::vector<policy::Extension> all = without->extensions();
  EXPECT_EQ(refer(bob, b, "<sip:0301234567@192.0.2.1>"), 202);
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 180);
  for (auto& extension : all)
    if (extension.number == "1001") extension.enabled = false;
  (void)without->compile(std::move(all));
  exchange.set_policy(without);
  EXPECT_TRUE(carrier.hear_request("CANCEL"));
  carrier.answer(*invite, 487);
  expect_bye(bob);
  EXPECT_TRUE(alice.hear_request("BYE"));
  exchange.advance_ms(70'000);
  EXPECT_EQ(calls(), 0u);
}

TEST_F(Handover, InfosThatWaitWhileALegGoesOverAreCountedWhereTheyBegan) {
  ask_carol();
  // Bob's request to Carol waits while Alice takes his place.
  bob.request(second, "INFO", {}, "<media_control/>", "application/media_control+xml");
  const auto key = carol.hear_request("INFO");
  ASSERT_TRUE(key);
  EXPECT_EQ(refer(bob, b, replacing(second)), 202);
  ASSERT_TRUE(take_reinvite(carol, carol_rtp));
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  carol.answer(*key, 200);
  EXPECT_TRUE(bob.hear_status(200));
  // Of Alice's as many wait as of everybody's, and no more.
  for (std::size_t i = 0; i < WireLimits::infos; ++i)
    alice.request(a, "INFO", {}, "<media_control/>", "application/media_control+xml");
  EXPECT_FALSE(alice.hear_status(500));
  alice.request(a, "INFO", {}, "<media_control/>", "application/media_control+xml");
  EXPECT_TRUE(alice.hear_status(500)) << "the bound holds";
}

TEST_F(Handover, InfosOfALegThatGoesOverAreGivenBackWhenTheyAreAnswered) {
  std::vector<Heard> keys;
  for (std::size_t i = 0; i < WireLimits::infos; ++i) {
    alice.request(a, "INFO", {}, "<media_control/>", "application/media_control+xml");
    auto key = bob.hear_request("INFO");
    ASSERT_TRUE(key);
    keys.push_back(std::move(*key));
  }
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  for (const Heard& key : keys) bob.answer(key, 200);
  while (alice.hear()) {
  }
  alice.request(a, "INFO", {}, "<media_control/>", "application/media_control+xml");
  EXPECT_FALSE(alice.hear_status(500));
  EXPECT_TRUE(carol.hear_request("INFO"));
}

TEST_F(Handover, AnEmergencyTransferDoesNotTakeTheLineOfTheCallThatItComesFrom) {
  end_first_call();
  terms.trunks[0].outbound.block_at = 1;
  exchange.set_plan(plan_of(terms));
  call_outside();
  bob.ack(out);
  EXPECT_EQ(refer(bob, out, "<sip:112@192.0.2.1>"), 202);
  const auto help = carrier.hear_request("INVITE");
  ASSERT_TRUE(help);
  carrier.answer(*help, 200, sim::audio_sdp(carrier_rtp));
  expect_bye(bob);
  EXPECT_TRUE(take_reinvite(carrier, carrier_rtp));
}

TEST_F(Handover, ARefreshThatTheTransferorNoLongerKnowsEndsNobodysCall) {
  end_first_call();
  bob.allows = "INVITE, ACK, BYE, CANCEL, INFO";
  call_outside("Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n");
  bob.ack(out);
  exchange.advance_ms(305'000);
  const auto refresh = bob.hear_request("INVITE");
  ASSERT_TRUE(refresh);
  bob.answer(*refresh, 100);
  while (bob.hear()) {  // repetitions
  }
  hand_outside_to_carol();
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
  bob.answer(*refresh, 481);
  ASSERT_TRUE(take_reinvite(carrier, carrier_rtp));
  exchange.advance_ms(700'000);
  EXPECT_FALSE(carol.hear_request("BYE"));
  EXPECT_FALSE(bob.hear_request("INVITE")) << "who has gone is asked for nothing";
}

TEST_F(Handover, AnAckThatNeverComesFromWhoHasGoneEndsNobodysCall) {
  end_first_call();
  call_outside();  // bob never acknowledges
  hand_outside_to_carol();
  ASSERT_TRUE(take_reinvite(carrier, carrier_rtp));
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
  exchange.advance_ms(60'000);
  EXPECT_FALSE(carol.hear_request("BYE"));
  EXPECT_FALSE(carrier.hear_request("BYE"));
}

TEST_F(Handover, WhoAskedTheTransferorWhenHeHungUpGetsAnAnswerAndIsConnected) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto held = bob.hear_request("INVITE");
  ASSERT_TRUE(held);
  bob.answer(*held, 100);
  hang_up(bob, b);
  EXPECT_TRUE(alice.hear_status(491));
  alice.ack(a);
  bob.answer(*held, 481);
  EXPECT_FALSE(alice.hear_request("BYE"));
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  exchange.advance_ms(1'000);
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  hang_up(alice, a);
  expect_bye(carol);
  expect_nothing_left();
}

TEST_F(Handover, WhoAsksByUpdateWhenTheTransferorHangsUpGetsAnAnswer) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  alice.request(a, "UPDATE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  ASSERT_TRUE(bob.hear_request("UPDATE"));
  hang_up(bob, b);
  EXPECT_TRUE(alice.hear_status(491));
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  exchange.advance_ms(1'000);
  EXPECT_TRUE(take_reinvite(alice, alice_rtp));
}

TEST_F(Handover, ATrunkThatAsksForItsPasswordWhenTwoAreJoinedLeavesNobodyInSilence) {
  // Bob talks to Alice, asks outside, and connects the two.
  call_outside();
  bob.ack(out);
  EXPECT_EQ(refer(bob, b, replacing(out)), 202);
  const auto offered = carrier.hear_request("INVITE");
  ASSERT_TRUE(offered);
  carrier.answer(*offered, 407, {}, "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\"\r\n");
  ASSERT_TRUE(take_reinvite(carrier, carrier_rtp));
  EXPECT_TRUE(take_reinvite(alice, alice_rtp)) << "she is told where her partner is now";
}

TEST_F(Handover, WhoHasConnectedTwoOthersIsFreeForCalls) {
  auto strict = sim::test_policy(3);
  std::vector<policy::Extension> all = strict->extensions();
  for (auto& extension : all) extension.calls_max = 2;
  (void)strict->compile(std::move(all));
  exchange.set_policy(strict);
  ask_carol();
  EXPECT_EQ(refer(bob, b, replacing(second)), 202);
  ASSERT_TRUE(take_reinvite(carol, carol_rtp));
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  expect_bye(bob);
  expect_bye(bob);
  Line third = bob.invite("0301234567", sim::audio_sdp(bob_rtp));
  ASSERT_TRUE(carrier.hear_request("INVITE"));
  Line fourth = bob.invite("0301234567", sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(carrier.hear_request("INVITE")) << "two calls, as allowed";
  bob.cancel(third);
  bob.cancel(fourth);
  hang_up(alice, a);
  expect_bye(carol);
  expect_nothing_left();
}

TEST_F(Handover, WhoHasGoneAsksForNothingInTheCallThatHeLeft) {
  end_first_call();
  call_outside();
  bob.ack(out);
  hand_outside_to_carol();
  expect_bye(bob);
  ASSERT_TRUE(take_reinvite(carrier, carrier_rtp));
  EXPECT_EQ(refer(bob, out, "<sip:1001@192.0.2.1>"), 481);
  EXPECT_FALSE(alice.hear_request("INVITE"));
  bob.request(out, "INVITE", {}, sim::audio_sdp(bob_rtp, "sendrecv", 2));
  EXPECT_TRUE(bob.hear_status(481));
  bob.ack(out);
  hang_up(carol, c);
  expect_bye(carrier);
  expect_nothing_left();
}

TEST_F(Handover, APhoneThatAsksWhileItIsToBeOfferedAgainIsWaitedFor) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  ASSERT_TRUE(carol.hear_request("ACK"));
  const auto offered = alice.hear_request("INVITE");
  ASSERT_TRUE(offered);
  alice.answer(*offered, 491);
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendrecv", 2));
  const auto passed = carol.hear_request("INVITE");
  ASSERT_TRUE(passed);
  carol.answer(*passed, 100);
  exchange.advance_ms(3'000);  // ours is due, hers is not answered yet
  EXPECT_FALSE(carol.hear_request("BYE"));
  carol.answer(*passed, 200, sim::audio_sdp(carol_rtp, "sendrecv", 2));
  ASSERT_TRUE(alice.hear_status(200));
  alice.ack(a);
  exchange.advance_ms(4'000);
  EXPECT_TRUE(take_reinvite(alice, alice_rtp));
  hang_up(alice, a);
  expect_bye(carol);
  expect_nothing_left();
}

TEST_F(Handover, BothMayAskForATransferAtOnceAndOneComesToBe) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  EXPECT_EQ(refer(alice, a, "<sip:1003@192.0.2.1>"), 491);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  expect_bye(bob);
  ASSERT_TRUE(take_reinvite(alice, alice_rtp));
  hang_up(carol, c);
  expect_bye(alice);
  expect_nothing_left();
}

TEST_F(Handover, WhoIsToBeConnectedMayHangUpWhileTheRecordIsWritten) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  exchange.disk = Exchange::Disk::holds;
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  hang_up(alice, a);
  expect_bye(carol);
  expect_bye(bob);
  exchange.release_disk();
  expect_nothing_left();
}

TEST_F(Handover, WithoutARecordNobodyGoesOver) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  EXPECT_EQ(notified(bob), 100);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  exchange.disk = Exchange::Disk::full;
  c = carol.answer(*invite, 200, sim::audio_sdp(carol_rtp));
  expect_bye(carol);
  EXPECT_EQ(notified(bob), 503);
  exchange.disk = Exchange::Disk::works;
  hang_up(alice, a);
  expect_bye(bob);
  exchange.release_disk();
  expect_nothing_left();
}

TEST_F(Handover, AStopEndsEverybodyInTheMiddleOfIt) {
  EXPECT_EQ(refer(bob, b, "<sip:1003@192.0.2.1>"), 202);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carol.answer(*invite, 180);
  hang_up(bob, b);
  exchange.input(engine::StopAsked{});
  EXPECT_TRUE(carol.hear_request("CANCEL"));
  carol.answer(*invite, 487);
  expect_bye(alice);
  exchange.advance_ms(40'000);
  EXPECT_TRUE(exchange.relays.empty());
}

TEST_F(Handover, TransfersCountAsAttemptsToCall) {
  int last = 202;
  for (int i = 0; i < 200 && last == 202; ++i) {
    last = refer(bob, b, "<sip:00442079460000@192.0.2.1>");
    while (last == 202 && notified(bob) == 100) {
    }
  }
  EXPECT_EQ(last, 503);
  EXPECT_FALSE(bob.hear_request("BYE"));
}

TEST_F(Handover, TransfersThatAreRefusedAreToldOfWhenTheyAreMany) {
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(refer(bob, b, "<sip:00442079460000@192.0.2.1>"), 202);
    EXPECT_EQ(notified(bob), 100);
    EXPECT_EQ(notified(bob), 403);
    exchange.advance_ms(1'000);
  }
  bool told_once = false;
  for (const auto& report : exchange.reports)
    told_once = told_once || (report.subject == "1002" && report.level == effect::Level::warning);
  EXPECT_TRUE(told_once);
}

}  // namespace
}  // namespace rf
