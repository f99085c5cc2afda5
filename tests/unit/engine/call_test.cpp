#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class CallStory : public Story {};

TEST_F(CallStory, TwoPhonesTalkAndHangUpAndOneRecordSaysSo) {
  establish();
  ASSERT_EQ(exchange.relays.size(), 1u);
  const auto& plan = exchange.relays.begin()->second;
  EXPECT_EQ(plan.legs[0].remote_rtp, alice_rtp);
  EXPECT_EQ(plan.legs[1].remote_rtp, bob_rtp);
  exchange.advance_ms(5'000);
  alice.request(a, "BYE");
  EXPECT_TRUE(alice.hear_status(200));
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
  EXPECT_EQ(only_cdr().result, record::CallResult::answered);
  EXPECT_EQ(only_cdr().ended_by, record::EndedBy::caller);
  EXPECT_EQ(only_cdr().ended_wall_ms - only_cdr().answered_wall_ms, 5'000);
  expect_nothing_left();
}

TEST_F(CallStory, TheCalleeMayHangUpToo) {
  establish();
  bob.request(b, "BYE");
  EXPECT_TRUE(bob.hear_status(200));
  const auto bye = alice.hear_request("BYE");
  ASSERT_TRUE(bye);
  alice.answer(*bye, 200);
  EXPECT_EQ(only_cdr().ended_by, record::EndedBy::callee);
  expect_nothing_left();
}

TEST_F(CallStory, BothHangUpAtOnce) {
  establish();
  alice.request(a, "BYE");
  bob.request(b, "BYE");
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(bob.hear_status(200));
  expect_nothing_left();
}

TEST_F(CallStory, NoHeaderOfOneSideShowsTheOther) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ(invite->bytes->find("198.51.100.11"), std::string::npos);
  EXPECT_EQ(invite->bytes->find(a.call_id), std::string::npos);
  EXPECT_EQ(invite->bytes->find("auth1001"), std::string::npos);
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp), "Server: Secretphone 3.1\r\nX-Internal: 198.51.100.12\r\n");
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_EQ(ok->bytes->find("198.51.100.12"), std::string::npos);
  EXPECT_EQ(ok->bytes->find("Secretphone"), std::string::npos);
}

TEST_F(CallStory, TheCallerHearsRingingAndEarlyMedia) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 180);
  EXPECT_TRUE(alice.hear_status(180));
  bob.answer(*invite, 183, sim::audio_sdp(bob_rtp));
  const auto progress = alice.hear_status(183);
  ASSERT_TRUE(progress);
  EXPECT_NE(audio_port(*progress), 0);
  EXPECT_EQ(exchange.relays.begin()->second.legs[1].remote_rtp, bob_rtp);
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(alice.hear_status(200));
}

TEST_F(CallStory, ReliableProvisionalResponsesGoThroughWithPrackOnBothSides) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp), "Supported: 100rel\r\n");
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 183, sim::audio_sdp(bob_rtp), "Require: 100rel\r\nRSeq: 7\r\n");
  const auto prack = bob.hear_request("PRACK");
  ASSERT_TRUE(prack);
  EXPECT_EQ((*prack)->value(sip::HeaderName::rack), "7 1 INVITE");
  bob.answer(*prack, 200);
  const auto progress = alice.hear_status(183);
  ASSERT_TRUE(progress);
  alice.learn(a, *progress);
  const std::string rseq((*progress)->value(sip::HeaderName::rseq));
  alice.request(a, "PRACK", "RAck: " + rseq + " 2 INVITE\r\n");
  EXPECT_TRUE(alice.hear_status(200));
  bob.answer(*invite, 200);
  EXPECT_TRUE(bob.hear_request("ACK"));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_TRUE((*ok)->body.empty());
  alice.ack(a);
  alice.request(a, "BYE");
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
  expect_nothing_left();
}

TEST_F(CallStory, TheAnswerWaitsForTheRecordOnDisk) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  exchange.disk = Exchange::Disk::holds;
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_FALSE(alice.hear_status(200));
  exchange.release_disk();
  EXPECT_TRUE(alice.hear_status(200));
}

TEST_F(CallStory, ADiskThatNeverAnswersDoesNotKeepTheCallWaiting) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  exchange.disk = Exchange::Disk::holds;
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  bob.answer(*bob.hear_request("INVITE"), 200, sim::audio_sdp(bob_rtp));
  exchange.advance_ms(10'100);
  EXPECT_TRUE(alice.hear_status(503));
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
  EXPECT_TRUE(exchange.has_report(Reason::store_failed));
  exchange.release_disk();
  EXPECT_FALSE(alice.hear_status(200));
  EXPECT_EQ(only_cdr().result, record::CallResult::failed);
  expect_nothing_left();
}

TEST_F(CallStory, WithoutARecordThereIsNoCall) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  exchange.disk = Exchange::Disk::full;
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(alice.hear_status(503));
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
}

TEST_F(CallStory, TheCallerGivesUpBeforeTheAnswer) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  bob.answer(*invite, 180);
  alice.cancel(a);
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(alice.hear_status(487));
  const auto cancel = bob.hear_request("CANCEL");
  ASSERT_TRUE(cancel);
  bob.answer(*cancel, 200);
  bob.answer(*invite, 487);
  EXPECT_TRUE(bob.hear_request("ACK"));
  EXPECT_EQ(only_cdr().result, record::CallResult::cancelled);
  expect_nothing_left();
}

TEST_F(CallStory, AnAnswerThatCrossesTheCancelIsAcknowledgedAndEnded) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  bob.answer(*invite, 180);
  alice.cancel(a);
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(bob.hear_request("ACK"));
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
  EXPECT_EQ(only_cdr().result, record::CallResult::cancelled);
  expect_nothing_left();
}

TEST_F(CallStory, ProxiesThatRecordedTheirRouteStayInTheCallersCall) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  const auto routes_of = [](const Heard& message, sip::HeaderName name) {
    std::string out;
    for (sip::Elements routes(*message.message, name); const auto route = routes.next();)
      out += std::string(*route) + " ";
    return out;
  };
  const std::string route = "<sip:198.51.100.11;lr;ftag=a%20b>;x=\"y, z\" <sip:203.0.113.9:5070;lr;r2=on> ";
  const std::string recorded =
      "Record-Route: <sip:198.51.100.11;lr;ftag=a%20b>;x=\"y, z\"\r\nRecord-Route: <sip:203.0.113.9:5070;lr;r2=on>\r\n";
  a = alice.invite("1002", sim::audio_sdp(alice_rtp), recorded);
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ(routes_of(*invite, sip::HeaderName::record_route), "");
  bob.answer(*invite, 180);
  const auto ringing = alice.hear_status(180);
  ASSERT_TRUE(ringing);
  EXPECT_EQ(routes_of(*ringing, sip::HeaderName::record_route), route);
  b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_EQ(routes_of(*ok, sip::HeaderName::record_route), route);
  alice.learn(a, *ok);
  alice.ack(a);
  bob.request(b, "BYE");
  const auto bye = alice.hear_request("BYE");
  ASSERT_TRUE(bye);
  EXPECT_EQ(routes_of(*bye, sip::HeaderName::route),
            "<sip:198.51.100.11;lr;ftag=a%20b> <sip:203.0.113.9:5070;lr;r2=on> ");
  alice.answer(*bye, 200);
}

TEST_F(CallStory, ARefusalRecordsNoRoute) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp), "Record-Route: <sip:198.51.100.11;lr>\r\n");
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 486);
  const auto busy = alice.hear_status(486);
  ASSERT_TRUE(busy);
  EXPECT_EQ((*busy)->find(sip::HeaderName::record_route), nullptr);
}

struct Refusal {
  int from_callee, to_caller;
  record::CallResult result;
};
class Refused : public CallStory, public testing::WithParamInterface<Refusal> {};
TEST_P(Refused, IsTranslatedForTheCallerAndRecorded) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  bob.answer(*invite, GetParam().from_callee, {}, "");
  EXPECT_TRUE(alice.hear_status(GetParam().to_caller));
  EXPECT_EQ(only_cdr().result, GetParam().result);
  expect_nothing_left();
}
INSTANTIATE_TEST_SUITE_P(
    ByTheCallee, Refused,
    testing::Values(Refusal{486, 486, record::CallResult::busy}, Refusal{603, 603, record::CallResult::rejected},
                    Refusal{302, 480, record::CallResult::unreachable}, Refusal{503, 500, record::CallResult::failed},
                    Refusal{401, 500, record::CallResult::failed}, Refusal{404, 404, record::CallResult::rejected}));

TEST_F(CallStory, NobodyAnswers) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  bob.answer(*invite, 180);
  exchange.advance_ms(181'000);
  EXPECT_TRUE(alice.hear_status(480));
  EXPECT_TRUE(bob.hear_request("CANCEL"));
  EXPECT_EQ(only_cdr().result, record::CallResult::no_answer);
  expect_nothing_left();
}

TEST_F(CallStory, APhoneThatIsSwitchedOffCannotBeReached) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  bob.drop_everything = true;
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  exchange.advance_ms(33'000);
  EXPECT_TRUE(alice.hear_status(480));
  EXPECT_EQ(only_cdr().result, record::CallResult::unreachable);
  expect_nothing_left();
}

TEST_F(CallStory, UnknownUnregisteredAndForeignNumbersAreRefusedAndRecorded) {
  ASSERT_EQ(alice.register_(), 200);
  alice.invite("4711", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(alice.hear_status(404));
  alice.invite("1003", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(alice.hear_status(480));
  EXPECT_EQ(exchange.cdrs.size(), 2u);
}

TEST_F(CallStory, AllPhonesOfAnExtensionRingAndTheFirstToAnswerHasTheCall) {
  auto policy = sim::test_policy();
  auto extensions = policy->extensions();
  extensions[1].registrations_max = 2;
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy);
  Phone desk(exchange, {"1002", "auth1002", "password-1002"}, sim::flow_from("198.51.100.52:5060"), 52);
  sim::connect(exchange, {&alice, &bob, &desk});
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  ASSERT_EQ(desk.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto at_bob = bob.hear_request("INVITE");
  const auto at_desk = desk.hear_request("INVITE");
  ASSERT_TRUE(at_bob && at_desk);
  bob.answer(*at_bob, 180);
  desk.answer(*at_desk, 180);
  b = desk.answer(*at_desk, 200, sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(desk.hear_request("ACK"));
  const auto cancel = bob.hear_request("CANCEL");
  ASSERT_TRUE(cancel);
  bob.answer(*cancel, 200);
  bob.answer(*at_bob, 487);
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  desk.request(b, "BYE");
  const auto bye = alice.hear_request("BYE");
  ASSERT_TRUE(bye);
  alice.answer(*bye, 200);
  expect_nothing_left();
}

TEST_F(CallStory, HoldAndResumeReachTheOtherSideWithoutItsAddresses) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto reinvite = bob.hear_request("INVITE");
  ASSERT_TRUE(reinvite);
  EXPECT_NE(reinvite->bytes->find("a=sendonly"), std::string::npos);
  EXPECT_EQ(reinvite->bytes->find("198.51.100.11"), std::string::npos);
  bob.answer(*reinvite, 200, sim::audio_sdp(bob_rtp, "recvonly", 2));
  EXPECT_TRUE(bob.hear_request("ACK"));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_NE(ok->bytes->find("a=recvonly"), std::string::npos);
  alice.ack(a);
  EXPECT_EQ(exchange.relays.begin()->second.silence_limit_ms, 0u) << "music on hold may be silent";
  bob.request(b, "INVITE", {}, sim::audio_sdp(bob_rtp, "sendrecv", 3));
  const auto back = alice.hear_request("INVITE");
  ASSERT_TRUE(back);
  alice.answer(*back, 200, sim::audio_sdp(alice_rtp, "sendrecv", 3));
  EXPECT_TRUE(bob.hear_status(200));
  bob.ack(b);
  EXPECT_GT(exchange.relays.begin()->second.silence_limit_ms, 0u);
  alice.request(a, "BYE");
  expect_nothing_left();
}

TEST_F(CallStory, TwoReinvitesAtOnceAreGlare) {
  establish();
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto reinvite = bob.hear_request("INVITE");
  ASSERT_TRUE(reinvite);
  bob.request(b, "INVITE", {}, sim::audio_sdp(bob_rtp, "sendonly", 2));
  EXPECT_TRUE(bob.hear_status(491));
  bob.answer(*reinvite, 491);
  EXPECT_TRUE(alice.hear_status(491));
}

TEST_F(CallStory, AHoldThatWasRefusedIsAskedForAgainWhenItComesAgain) {
  establish();
  const std::string hold = sim::audio_sdp(alice_rtp, "sendonly", 2);
  alice.request(a, "INVITE", {}, hold);
  bob.answer(*bob.hear_request("INVITE"), 491);
  EXPECT_TRUE(alice.hear_status(491));
  alice.ack(a);
  alice.request(a, "INVITE", {}, hold);
  EXPECT_TRUE(bob.hear_request("INVITE")) << "it is no refresh: nobody agreed to it yet";
}

TEST_F(CallStory, AnInviteWithoutOfferGetsTheCalleesAndAnswersInTheAck) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", {});
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_TRUE((*invite)->body.empty());
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_FALSE(bob.hear_request("ACK"));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_NE(audio_port(*ok), 0);
  alice.learn(a, *ok);
  alice.ack(a, sim::audio_sdp(alice_rtp));
  const auto ack = bob.hear_request("ACK");
  ASSERT_TRUE(ack);
  EXPECT_NE(audio_port(*ack), 0);
  EXPECT_EQ(exchange.relays.begin()->second.legs[0].remote_rtp, alice_rtp);
  EXPECT_EQ(exchange.relays.begin()->second.legs[1].remote_rtp, bob_rtp);
  alice.request(a, "BYE");
  expect_nothing_left();
}

TEST_F(CallStory, PictureRequestsPassAsInfoAndTheirAnswerComesBack) {
  establish();
  constexpr std::string_view wish = "<media_control><vc_primitive/></media_control>";
  alice.request(a, "INFO", {}, wish, "application/media_control+xml");
  const auto info = bob.hear_request("INFO");
  ASSERT_TRUE(info);
  EXPECT_EQ((*info)->body, wish);
  bob.answer(*info, 200);
  EXPECT_TRUE(alice.hear_status(200));
  alice.request(a, "INFO", {}, "<secret/>", "application/xml");
  EXPECT_TRUE(alice.hear_status(415));
}

TEST_F(CallStory, CandidatesThatComeLaterAreTakenAndGoNoFurther) {
  establish();
  alice.request(a, "INFO", {}, "a=ice-ufrag:abcd\r\na=candidate:1 1 UDP 1 192.168.1.5 4000 typ host\r\n",
                "application/trickle-ice-sdpfrag");
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_FALSE(bob.hear_request("INFO")) << "nothing of one leg shows on the other";
}

TEST_F(CallStory, SilenceOnBothSidesEndsTheCall) {
  establish();
  const media::RelayPlan plan = exchange.relays.begin()->second;
  exchange.input(engine::RelaySilent{plan.id, plan.call, plan.silence_limit_ms});
  EXPECT_TRUE(alice.hear_request("BYE"));
  EXPECT_TRUE(bob.hear_request("BYE"));
  EXPECT_TRUE(exchange.has_report(Reason::media_silent));
  expect_nothing_left();
}

TEST_F(CallStory, APeerThatVanishedIsFoundByTheSessionTimer) {
  establish();
  bob.drop_everything = true;
  alice.drop_everything = true;
  exchange.advance_ms(1'900'000);
  EXPECT_EQ(only_cdr().result, record::CallResult::answered);
  expect_nothing_left();
}

TEST_F(CallStory, TheLongestDurationIsEnforcedMidCall) {
  auto policy = sim::test_policy();
  policy->limits.call_duration_max_s = 60;
  exchange.set_policy(policy);
  establish();
  exchange.advance_ms(60'100);
  EXPECT_TRUE(alice.hear_request("BYE"));
  EXPECT_TRUE(bob.hear_request("BYE"));
  EXPECT_TRUE(exchange.has_report(Reason::max_duration_reached));
}

TEST_F(CallStory, AnAnswerThatIsNeverAcknowledgedEndsTheCall) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  bob.answer(*bob.hear_request("INVITE"), 200, sim::audio_sdp(bob_rtp));
  exchange.advance_ms(40'000);
  EXPECT_TRUE(bob.hear_request("BYE"));
  expect_nothing_left();
}

TEST_F(CallStory, AStopEndsEveryCallProperly) {
  establish();
  exchange.input(engine::StopAsked{});
  const auto to_alice = alice.hear_request("BYE");
  const auto to_bob = bob.hear_request("BYE");
  ASSERT_TRUE(to_alice && to_bob);
  alice.answer(*to_alice, 200);
  EXPECT_FALSE(exchange.stopped);
  bob.answer(*to_bob, 200);
  EXPECT_TRUE(exchange.stopped);
}

TEST_F(CallStory, AnOperatorHangsUp) {
  establish();
  const auto calls = std::get<effect::Calls>(exchange.command(effect::ListCalls{}));
  ASSERT_EQ(calls.calls.size(), 1u);
  EXPECT_EQ(calls.calls[0].state, "talking");
  exchange.command(effect::HangUp{calls.calls[0].cdr.id});
  EXPECT_TRUE(alice.hear_request("BYE"));
  EXPECT_EQ(only_cdr().ended_by, record::EndedBy::operator_);
}

}  // namespace
}  // namespace rf
