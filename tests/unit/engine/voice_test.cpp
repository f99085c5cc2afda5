// What we say to callers ourselves: PINs, announcements, and why a call was cut.
#include "core/schedule/tzif.hpp"
#include "core/toll/pins.hpp"
#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

class Voice : public Outward {
 protected:
  void SetUp() override {
    exchange.voices_end = false;
    ASSERT_EQ(alice.register_(), 200);
    terms = two_carriers();
    terms.routes[0].pins = "abroad";
    toll::PinListTerms list;
    list.name = "abroad";
    list.tenant = tenant;
    list.pins.push_back({"project-7", toll::pin_digest(terms.pin_key, "abroad", "748159")});
    terms.pin_lists.push_back(std::move(list));
    exchange.set_plan(plan_of(terms));
  }
  /// Dials what asks for a PIN, until the caller has our answer.
  void dial_and_be_asked() {
    a = dial();
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    alice.learn(a, *ok);
    alice.ack(a);
    ASSERT_EQ(exchange.relays.size(), 1u);
  }
  const media::RelayPlan& relay() { return exchange.relays.begin()->second; }
  std::vector<std::string> said() { return exchange.relays.empty() ? std::vector<std::string>() : relay().voice.clips; }
  void enter(std::string_view digits) {
    for (const char digit : digits) exchange.input(engine::DigitHeard{relay().id, relay().call, digit});
  }
  void played() { exchange.input(engine::VoiceDone{relay().id, relay().call, relay().voice.order}); }

  using Clips = std::vector<std::string>;
  toll::Terms terms;
};

TEST_F(Voice, WhoTalksToUsHasNobodyToHandOver) {
  dial_and_be_asked();
  alice.request(a, "REFER", "Refer-To: <sip:1003@192.0.2.1>\r\n");
  EXPECT_TRUE(alice.hear_status(403));
  EXPECT_EQ(said(), Clips{"en/enter-pin"}) << "and is asked on";
  enter("748159#");
  EXPECT_TRUE(carrier.hear_request("INVITE"));
}

TEST_F(Voice, DigitsAreHeardFromBeforeTheAnswerOn) {
  exchange.disk = sim::Exchange::Disk::holds;
  a = dial();
  ASSERT_EQ(exchange.relays.size(), 1u);
  EXPECT_NE(relay().voice.order, 0u) << "whoever types as soon as he is answered is heard";
  EXPECT_EQ(said(), Clips{}) << "and told nothing yet";
  EXPECT_FALSE(alice.hear_status(200));
  exchange.release_disk();
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  enter("748159#");
  alice.ack(a);
  EXPECT_TRUE(carrier.hear_request("INVITE")) << "the PIN came before the ACK";
}

TEST_F(Voice, TheRightPinConnectsAndItsAccountStandsInTheRecord) {
  dial_and_be_asked();
  EXPECT_EQ(said(), Clips{"en/enter-pin"});
  EXPECT_TRUE(relay().voice.stops_at_digit);
  EXPECT_FALSE(carrier.hear_request("INVITE")) << "not before the PIN";
  enter("748159#");
  EXPECT_EQ(said(), Clips{"tone/ringing"});
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  b = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto again = alice.hear_request("INVITE");
  ASSERT_TRUE(again) << "the phone hears where its partner's media are";
  alice.answer(*again, 200, sim::audio_sdp(alice_rtp, "sendrecv", 2));
  ASSERT_EQ(exchange.relays.size(), 1u);
  EXPECT_EQ(relay().voice.order, 0u);
  EXPECT_TRUE(relay().legs[0].comes_over) << "the key that ended the PIN may still be held";
  alice.request(a, "BYE");
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  carrier.answer(*bye, 200);
  std::size_t charged = 0;
  for (const auto& [id, cdr] : exchange.cdrs)
    if (!cdr.trunk_out.empty()) {
      ++charged;
      EXPECT_EQ(cdr.account, "project-7");
      EXPECT_EQ(cdr.payer, ExtensionId{1});
    }
  EXPECT_EQ(charged, 1u);
  for (const auto& report : exchange.reports) EXPECT_EQ(report.detail.find("748159"), std::string::npos);
  expect_nothing_left();
}

TEST_F(Voice, ACallThatFitsNoHabitLeavesOnceItsCallerHasEnteredAPin) {
  terms.routes[0].pins.clear();
  terms.tenants[0].unusual_pins = "abroad";
  // 22:00 there, and nothing was learned yet.
  terms.tenants[0].zone = std::make_shared<const schedule::Zone>(*schedule::parse_posix_zone("west", "<-10>10"));
  toll::ExtensionTerms who;
  who.id = ExtensionId{1};
  who.tenant = tenant;
  who.spending.unusual = {0, 15, 90};
  terms.extensions.push_back(who);
  exchange.set_plan(plan_of(terms));
  dial_and_be_asked();
  EXPECT_EQ(said(), Clips{"en/enter-pin"});
  EXPECT_FALSE(carrier.hear_request("INVITE")) << "not before the PIN";
  enter("000000#");
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  played();
  enter("748159#");
  EXPECT_TRUE(carrier.hear_request("INVITE"));
}

TEST_F(Voice, WhatIsAskedForByNowIsNotAnsweredByWhatWasAskedForThen) {
  dial_and_be_asked();
  toll::PinListTerms board = terms.pin_lists[0];
  board.name = "board";
  board.pins[0].digest = toll::pin_digest(terms.pin_key, "board", "901827");
  terms.pin_lists.push_back(board);
  terms.routes[0].pins = "board";
  exchange.set_plan(plan_of(terms));
  enter("748159#");
  EXPECT_FALSE(carrier.hear_request("INVITE")) << "the route asks for a PIN of the board";
}

TEST_F(Voice, AWrongPinIsAskedAgainAndThenTheExtensionIsLocked) {
  dial_and_be_asked();
  enter("111111#");
  EXPECT_EQ(said(), (Clips{"en/wrong-pin", "en/enter-pin"}));
  enter("222222#");
  enter("333333#");
  EXPECT_EQ(said(), Clips{"en/pin-locked"});
  played();
  const auto bye = alice.hear_request("BYE");
  ASSERT_TRUE(bye);
  alice.answer(*bye, 200);
  a = dial();
  EXPECT_TRUE(alice.hear_status(403)) << "locked: the right PIN is not even asked for";
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  exchange.advance_ms(901'000);
  dial_and_be_asked();
  enter("748159#");
  EXPECT_TRUE(carrier.hear_request("INVITE"));
}

class Code : public Voice {
 protected:
  void SetUp() override {
    Voice::SetUp();
    toll::PinListTerms list;
    list.name = "clients";
    list.tenant = tenant;
    list.asks = toll::PinListTerms::Asks::account_code;
    list.pins.push_back({"4711", toll::pin_digest(terms.pin_key, "clients", "4711")});
    terms.pin_lists.push_back(std::move(list));
    terms.routes[0].pins = "clients";
    exchange.set_plan(plan_of(terms));
  }
};

TEST_F(Code, AnAccountCodeIsAskedForAloneAndStandsInTheRecord) {
  dial_and_be_asked();
  EXPECT_EQ(said(), Clips{"en/enter-code"});
  enter("4711#");
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite) << "and no PIN behind it";
  b = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto again = alice.hear_request("INVITE");
  ASSERT_TRUE(again);
  alice.answer(*again, 200, sim::audio_sdp(alice_rtp, "sendrecv", 2));
  alice.request(a, "BYE");
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  carrier.answer(*bye, 200);
  std::size_t charged = 0;
  for (const auto& [id, cdr] : exchange.cdrs)
    if (!cdr.trunk_out.empty()) {
      ++charged;
      EXPECT_EQ(cdr.account, "4711");
    }
  EXPECT_EQ(charged, 1u);
  expect_nothing_left();
}

TEST_F(Code, WhoTriesCodesIsLockedOutAndARestartChangesNothing) {
  dial_and_be_asked();
  enter("4700#");
  EXPECT_EQ(said(), (Clips{"en/wrong-code", "en/enter-code"}));
  enter("4701#");
  alice.request(a, "BYE");
  exchange.crash_and_restart();
  dial_and_be_asked();
  enter("4702#");
  EXPECT_EQ(said(), Clips{"en/code-locked"});
  played();
  const auto bye = alice.hear_request("BYE");
  ASSERT_TRUE(bye);
  alice.answer(*bye, 200);
  a = dial();
  EXPECT_TRUE(alice.hear_status(403)) << "the right code is not even asked for";
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  for (const auto& [id, cdr] : exchange.cdrs) EXPECT_TRUE(cdr.account.empty());
}

TEST_F(Voice, ARestartOpensNoLockAndForgetsNoWrongPin) {
  dial_and_be_asked();
  enter("111111#222222#");
  alice.request(a, "BYE");
  exchange.crash_and_restart();
  dial_and_be_asked();
  enter("333333#");
  EXPECT_EQ(said(), Clips{"en/pin-locked"}) << "the third in all";
  exchange.crash_and_restart();
  a = dial();
  EXPECT_TRUE(alice.hear_status(403)) << "the lock holds, although nobody wrote down how that call ended";
  exchange.advance_ms(901'000);
  dial_and_be_asked();
}

TEST_F(Voice, WhoHasTheProcessKilledWhileHeIsAskedHasTriedOnce) {
  for (int i = 0; i < 3; ++i) {
    dial_and_be_asked();
    enter("111111#");
    exchange.crash_and_restart();
  }
  a = dial();
  EXPECT_TRUE(alice.hear_status(403));
}

TEST_F(Voice, WhoEntersNothingIsNotListenedToForEver) {
  dial_and_be_asked();
  exchange.advance_ms(61'000);
  EXPECT_TRUE(alice.hear_request("BYE"));
}

TEST_F(Voice, WhoHangsUpWhileItRingsOutsideEndsThat) {
  dial_and_be_asked();
  enter("748159#");
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 180);
  alice.request(a, "BYE");
  EXPECT_TRUE(carrier.hear_request("CANCEL"));
  carrier.answer(*invite, 487);
  expect_nothing_left();
}

TEST_F(Voice, WhenTheOtherSideIsBusyTheCallerHearsSo) {
  dial_and_be_asked();
  enter("748159#");
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 486);
  EXPECT_EQ(said(), Clips{"en/not-available"});
  played();
  EXPECT_TRUE(alice.hear_request("BYE"));
}

TEST_F(Voice, DigitsByInfoCountToo) {
  dial_and_be_asked();
  for (const char digit : std::string_view("748159#"))
    alice.request(a, "INFO", {}, fmt::format("Signal={}\r\nDuration=160\r\n", digit), "application/dtmf-relay");
  EXPECT_TRUE(carrier.hear_request("INVITE"));
}

TEST_F(Voice, APhoneMayHoldAndRefreshWhileItIsAsked) {
  dial_and_be_asked();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  EXPECT_TRUE(alice.hear_status(200));
}

TEST_F(Voice, AnInboundRouteMayOnlySaySomething) {
  terms.inbound[0].target = toll::InboundTerms::Target::announcement;
  terms.inbound[0].announcement = "closed";
  exchange.set_plan(plan_of(terms));
  bring(carrier, "+493012340", "+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  ASSERT_TRUE(carrier.hear_status(200));
  EXPECT_EQ(said(), Clips{"en/closed"});
  played();
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  carrier.answer(*bye, 200);
}

TEST_F(Voice, WhoCallsAnAnnouncementAgainAndAgainMeetsThePaceOfTheTrunk) {
  terms.inbound[0].target = toll::InboundTerms::Target::announcement;
  terms.inbound[0].announcement = "closed";
  terms.trunks[0].inbound_paces = {{.id = 60, .calls = 2, .period_s = 60}};
  exchange.set_plan(plan_of(terms));
  const auto ring = [&](const Phone& from) {
    bring(from, "+493012340", "+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  };
  for (int i = 0; i < 2; ++i) {
    ring(carrier);
    ASSERT_TRUE(carrier.hear_status(200)) << i;
  }
  ring(carrier);
  EXPECT_TRUE(carrier.hear_status(503));
  EXPECT_EQ(exchange.relays.size(), 2u) << "it took nothing of ours";
  EXPECT_NE(told(Reason::toll_refused), "");
  ring(other);
  EXPECT_TRUE(other.hear_status(200)) << "another trunk has its own";
  exchange.advance_ms(61'000);
  ASSERT_TRUE(exchange.relays.empty()) << "nobody acknowledged";
  ring(carrier);
  EXPECT_EQ(exchange.relays.size(), 1u);
}

TEST_F(Voice, WhatWeSayMayTakeAsLongAsTheLongestClip) {
  dial_and_be_asked();
  enter("111111#222222#333333#");
  EXPECT_EQ(said(), Clips{"en/pin-locked"});
  exchange.advance_ms(119'000);
  EXPECT_FALSE(alice.hear_request("BYE"));
  exchange.advance_ms(12'000);
  EXPECT_TRUE(alice.hear_request("BYE")) << "nobody is kept when the relay never tells of its end";
}

TEST_F(Voice, WhoIsCutHearsWhyWhenThePaidLegIsOverAlready) {
  terms.routes[0].pins.clear();
  terms.system.duration_s = 120;
  exchange.set_plan(plan_of(terms));
  a = dial();
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  exchange.advance_ms(121'000);
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  carrier.answer(*bye, 200);
  EXPECT_FALSE(alice.hear_request("BYE"));
  EXPECT_EQ(said(), Clips{"en/time-over"});
  exchange.advance_ms(3'000);
  played();
  const auto end = alice.hear_request("BYE");
  ASSERT_TRUE(end);
  alice.answer(*end, 200);
  exchange.advance_ms(3'000);
  EXPECT_LE(only_cdr().ended_wall_ms - only_cdr().answered_wall_ms, 120'500) << "what counts is the paid leg";
  expect_nothing_left();
}

TEST_F(Voice, WhoTalksToUsAloneHasNobodyToTransfer) {
  ASSERT_EQ(bob.register_(), 200);
  dial_and_be_asked();
  alice.request(a, "REFER", "Refer-To: <sip:1002@192.0.2.1>\r\n");
  EXPECT_TRUE(alice.hear_status(403));
  EXPECT_EQ(said(), Clips{"en/enter-pin"});
  alice.request(a, "BYE");
  EXPECT_TRUE(alice.hear_status(200));
  expect_nothing_left();
}

TEST_F(Voice, WhoHearsWhyHeWasCutHasNobodyToTransferEither) {
  terms.routes[0].pins.clear();
  terms.system.duration_s = 120;
  exchange.set_plan(plan_of(terms));
  ASSERT_EQ(bob.register_(), 200);
  a = dial();
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  exchange.advance_ms(121'000);
  ASSERT_TRUE(carrier.hear_request("BYE"));
  alice.request(a, "REFER", "Refer-To: <sip:1002@192.0.2.1>\r\n");
  EXPECT_TRUE(alice.hear_status(403));
  EXPECT_FALSE(bob.hear_request("INVITE"));
}

TEST_F(Voice, WhoHoldsOrMovesWhileHeIsAskedGetsAnAnswerThatFits) {
  dial_and_be_asked();
  const Endpoint moved = *Endpoint::parse("198.51.100.11:4444");
  alice.request(a, "INVITE", {}, sim::audio_sdp(moved, "sendonly", 2));
  const auto held = alice.hear_status(200);
  ASSERT_TRUE(held);
  alice.ack(a);
  const auto answer = sdp::parse((*held)->body);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->media()[0].direction, sdp::Direction::recvonly) << *held->bytes;
  EXPECT_EQ(relay().legs[0].remote_rtp, moved) << "heard where the phone is now";
  const std::string more =
      sim::audio_sdp(moved, "sendrecv", 3) + "m=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n";
  alice.request(a, "INVITE", {}, more);
  const auto wider = alice.hear_status(200);
  ASSERT_TRUE(wider);
  alice.ack(a);
  const auto second = sdp::parse((*wider)->body);
  ASSERT_TRUE(second);
  ASSERT_EQ(second->media().size(), 2u) << "an answer to each stream";
  EXPECT_EQ(second->media()[1].port, 0);
  enter("748159#");
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")) + "m=video 0 RTP/AVP 96\r\n");
  EXPECT_TRUE(alice.hear_request("INVITE"));
}

TEST_F(Voice, WhoAsksUsForAnOfferAndAnswersItGoesOverAllTheSame) {
  dial_and_be_asked();
  alice.request(a, "INVITE");
  const auto offer = alice.hear_status(200);
  ASSERT_TRUE(offer);
  ASSERT_FALSE((*offer)->body.empty());
  alice.ack(a, sim::audio_sdp(alice_rtp, "sendrecv", 2));
  enter("748159#");
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  EXPECT_TRUE(alice.hear_request("INVITE"));
  EXPECT_FALSE(alice.hear_request("BYE"));
}

TEST_F(Voice, WhoNeverAcknowledgesOurVoiceIsNotConnected) {
  a = dial();
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  enter("748159#");
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  ASSERT_TRUE(carrier.hear_request("ACK"));
  exchange.advance_ms(10'000);
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye) << "nobody pays for it any longer";
  carrier.answer(*bye, 200);
  exchange.advance_ms(60'000);
  const auto end = alice.hear_request("BYE");
  ASSERT_TRUE(end);
  alice.answer(*end, 200);
  expect_nothing_left();
}

}  // namespace
}  // namespace rf
