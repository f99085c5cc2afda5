// What phones may agree on before anybody has answered (RFC 3262, RFC 3311).
#include "core/sip/writer.hpp"
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

constexpr std::string_view takes_reliable = "Supported: 100rel\r\n", wants_reliable = "Require: 100rel\r\n";
constexpr std::string_view reliable = "Require: 100rel\r\nRSeq: 7\r\n";
const std::string video = "m=video 4002 RTP/AVP 34\r\na=rtpmap:34 H263/90000\r\n";

class EarlyStory : public Story {
 protected:
  std::optional<Heard> invite;

  /// Alice calls, bob hears it.
  void ring(std::string_view sdp, std::string_view headers) {
    ASSERT_EQ(alice.register_(), 200);
    ASSERT_EQ(bob.register_(), 200);
    a = alice.invite("1002", sdp, headers);
    invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
  }
  /// Bob answers with a reliable 183, and both PRACKs are exchanged.
  void agree_early(std::string_view prack_sdp = {}) {
    ring(sim::audio_sdp(alice_rtp), takes_reliable);
    b = bob.answer(*invite, 183, sim::audio_sdp(bob_rtp), reliable);
    const auto prack = bob.hear_request("PRACK");
    ASSERT_TRUE(prack);
    bob.answer(*prack, 200);
    hear_reliable(183);
    say_prack(prack_sdp);
  }
  Heard hear_reliable(int status) {
    auto heard = alice.hear_status(status);
    EXPECT_TRUE(heard);
    alice.learn(a, *heard);
    rseq = (*heard)->value(sip::HeaderName::rseq);
    return std::move(*heard);
  }
  void say_prack(std::string_view sdp = {}, std::string_view type = "application/sdp") {
    alice.request(a, "PRACK", "RAck: " + rseq + " 2 INVITE\r\n", sdp, type);
  }
  /// Bob answers the call; alice hears it, and hangs up again.
  void answer_and_hang_up() {
    bob.answer(*invite, 200);
    ASSERT_TRUE(bob.hear_request("ACK"));
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    EXPECT_TRUE((*ok)->body.empty()) << "all is agreed";
    alice.ack(a);
    alice.request(a, "BYE");
    const auto bye = bob.hear_request("BYE");
    ASSERT_TRUE(bye);
    bob.answer(*bye, 200);
    EXPECT_EQ(only_cdr().result, record::CallResult::answered);
    expect_nothing_left();
  }
  std::string rseq;
};

TEST_F(EarlyStory, AnUpdateWithoutOfferRefreshesEitherSideWhileItRings) {
  ring(sim::audio_sdp(alice_rtp), "");
  b = bob.answer(*invite, 180);
  alice.learn(a, *alice.hear_status(180));
  bob.request(b, "UPDATE");
  const auto at_bob = bob.hear_status(200);
  ASSERT_TRUE(at_bob);
  EXPECT_NE((*at_bob)->value(sip::HeaderName::contact).find("1001"), std::string_view::npos);
  alice.contact = "sip:1001@198.51.100.11:5060;line=2";
  alice.request(a, "UPDATE");
  const auto at_alice = alice.hear_status(200);
  ASSERT_TRUE(at_alice);
  EXPECT_NE((*at_alice)->value(sip::HeaderName::contact).find("1002"), std::string_view::npos);
  EXPECT_FALSE(bob.hear_request("UPDATE")) << "it is nobody else's affair";
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  ASSERT_TRUE(alice.hear_status(200));
  alice.ack(a);
  bob.request(b, "BYE");
  const auto bye = alice.hear_request("BYE");
  ASSERT_TRUE(bye);
  EXPECT_EQ((*bye)->request_uri.raw, alice.contact);
}

TEST_F(EarlyStory, TheCallersNewOfferReachesThePhoneThatRings) {
  agree_early();
  EXPECT_TRUE(alice.hear_status(200));
  alice.request(a, "UPDATE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto update = bob.hear_request("UPDATE");
  ASSERT_TRUE(update);
  EXPECT_NE(update->bytes->find("a=sendonly"), std::string::npos);
  EXPECT_EQ(update->bytes->find("198.51.100.11"), std::string::npos);
  bob.answer(*update, 200, sim::audio_sdp(bob_rtp, "recvonly", 2));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_NE(ok->bytes->find("a=recvonly"), std::string::npos);
  answer_and_hang_up();
}

TEST_F(EarlyStory, TheNewOfferOfThePhoneThatRingsReachesTheCaller) {
  agree_early();
  EXPECT_TRUE(alice.hear_status(200));
  const Endpoint moved = *Endpoint::parse("198.51.100.12:4444");
  bob.request(b, "UPDATE", {}, sim::audio_sdp(moved, "sendrecv", 2));
  const auto update = alice.hear_request("UPDATE");
  ASSERT_TRUE(update);
  EXPECT_EQ(exchange.relays.begin()->second.legs[1].remote_rtp, bob_rtp) << "it is only asked for";
  alice.answer(*update, 200, sim::audio_sdp(alice_rtp, "sendrecv", 2));
  EXPECT_TRUE(bob.hear_status(200));
  EXPECT_EQ(exchange.relays.begin()->second.legs[1].remote_rtp, moved);
  answer_and_hang_up();
}

TEST_F(EarlyStory, AnOfferBeforeTheFirstIsAnsweredIsRefusedAsTheRfcSays) {
  ring(sim::audio_sdp(alice_rtp), "");
  b = bob.answer(*invite, 180);
  alice.learn(a, *alice.hear_status(180));
  alice.request(a, "UPDATE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto at_alice = alice.hear_status(500);
  ASSERT_TRUE(at_alice) << "her first offer has no answer yet (RFC 3311 §5.2)";
  EXPECT_FALSE((*at_alice)->value(sip::HeaderName::retry_after).empty());
  bob.request(b, "UPDATE", {}, sim::audio_sdp(bob_rtp, "sendonly", 2));
  EXPECT_TRUE(bob.hear_status(491)) << "he has not answered ours";
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  EXPECT_TRUE(alice.hear_status(500)) << "RFC 3261 §14.2";
}

TEST_F(EarlyStory, APhoneThatTakesNoUpdateIsNotAskedBeforeItAnswers) {
  ring(sim::audio_sdp(alice_rtp), takes_reliable);
  bob.allows = "INVITE, ACK, BYE, CANCEL, PRACK";
  bob.answer(*invite, 183, sim::audio_sdp(bob_rtp), reliable);
  hear_reliable(183);
  say_prack();
  EXPECT_TRUE(alice.hear_status(200));
  alice.request(a, "UPDATE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  EXPECT_TRUE(alice.hear_status(488));
  alice.cancel(a);
  EXPECT_TRUE(alice.hear_status(487));
}

TEST_F(EarlyStory, AnUpdateThatWaitsWhileTheCallIsAnsweredIsAnsweredToo) {
  agree_early();
  EXPECT_TRUE(alice.hear_status(200));
  alice.request(a, "UPDATE", {}, sim::audio_sdp(alice_rtp, "sendrecv", 2) + video);
  const auto update = bob.hear_request("UPDATE");
  ASSERT_TRUE(update);
  bob.answer(*invite, 200);
  const auto answered = alice.hear_status(200);
  ASSERT_TRUE(answered);
  EXPECT_EQ((*answered)->cseq.method, sip::Method::invite);
  EXPECT_TRUE((*answered)->body.empty()) << "the open offer is not the INVITE's";
  alice.ack(a);
  EXPECT_EQ(exchange.relays.size(), 1u);
  bob.answer(*update, 200, sim::audio_sdp(bob_rtp, "sendrecv", 2) + video);
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_EQ((*ok)->cseq.method, sip::Method::update);
  EXPECT_EQ(exchange.relays.size(), 2u);
  alice.request(a, "BYE");
  bob.answer(*bob.hear_request("BYE"), 200);
  expect_nothing_left();
}

TEST_F(EarlyStory, AnUpdateThatWaitsWhileTheCallIsCancelledIsAnsweredToo) {
  agree_early();
  EXPECT_TRUE(alice.hear_status(200));
  alice.request(a, "UPDATE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  ASSERT_TRUE(bob.hear_request("UPDATE"));
  alice.cancel(a);
  EXPECT_TRUE(alice.hear_status(487));
  EXPECT_TRUE(alice.hear_status(487)) << "of the UPDATE and of the INVITE";
  bob.answer(*invite, 487);
  expect_nothing_left();
}

TEST_F(EarlyStory, WhereSeveralPhonesRingNoneChangesWhatTheCallerHears) {
  auto policy = sim::test_policy();
  auto extensions = policy->extensions();
  extensions[1].registrations_max = 2;
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy);
  Phone desk(exchange, {"1002", "auth1002", "password-1002"}, sim::flow_from("198.51.100.52:5060"), 52);
  sim::connect(exchange, {&alice, &bob, &desk});
  ASSERT_EQ(desk.register_(), 200);
  ring(sim::audio_sdp(alice_rtp), takes_reliable);
  b = bob.answer(*invite, 183, sim::audio_sdp(bob_rtp), reliable);
  alice.learn(a, *alice.hear_status(183));
  bob.request(b, "UPDATE", {}, sim::audio_sdp(bob_rtp, "sendonly", 2));
  EXPECT_TRUE(bob.hear_status(491));
  bob.request(b, "UPDATE");
  EXPECT_TRUE(bob.hear_status(200));
  alice.request(a, "UPDATE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  EXPECT_TRUE(alice.hear_status(500));
}

// --- PRACK

TEST_F(EarlyStory, AnOfferInAPrackIsPassedOnAndAnsweredInItsSuccess) {
  agree_early(sim::audio_sdp(alice_rtp, "sendonly", 2));
  const auto update = bob.hear_request("UPDATE");
  ASSERT_TRUE(update);
  EXPECT_NE(update->bytes->find("a=sendonly"), std::string::npos);
  EXPECT_FALSE(alice.hear_status(200));
  bob.answer(*update, 200, sim::audio_sdp(bob_rtp, "recvonly", 2));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_EQ((*ok)->cseq.method, sip::Method::prack);
  EXPECT_NE(ok->bytes->find("a=recvonly"), std::string::npos);
  answer_and_hang_up();
}

TEST_F(EarlyStory, AnOfferInAPrackThatThePhoneRefusesLeavesWhatWasAgreed) {
  agree_early(sim::audio_sdp(alice_rtp, "sendrecv", 2) + video);
  const auto update = bob.hear_request("UPDATE");
  ASSERT_TRUE(update);
  bob.answer(*update, 488);
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok) << "a PRACK that fits is never refused (RFC 3262 §3)";
  const auto answer = sdp::parse((*ok)->body);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->media().size(), 2u);
  EXPECT_NE(answer->media()[0].port, 0);
  EXPECT_EQ(answer->media()[1].port, 0);
  EXPECT_EQ(exchange.relays.size(), 1u);
  answer_and_hang_up();
}

TEST_F(EarlyStory, AnOfferInAPrackThatFitsNothingIsDeclinedWhole) {
  agree_early(
      "v=0\r\no=phone 77 2 IN IP4 198.51.100.11\r\ns=talk\r\nc=IN IP4 198.51.100.11\r\nt=0 0\r\n"
      "m=audio 4000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n");
  bob.answer(*bob.hear_request("UPDATE"), 488);
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_EQ(audio_port(*ok), 0);
  answer_and_hang_up();
}

TEST_F(EarlyStory, APrackWithSomethingUnreadableAcknowledgesAllTheSame) {
  ring(sim::audio_sdp(alice_rtp), takes_reliable);
  bob.answer(*invite, 183, sim::audio_sdp(bob_rtp));
  hear_reliable(183);
  say_prack("<isup/>", "application/isup");
  EXPECT_TRUE(alice.hear_status(200));
  exchange.advance_ms(40'000);
  EXPECT_FALSE(alice.hear_status(504));
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(alice.hear_status(200));
}

TEST_F(EarlyStory, APrackThatFitsNothingIsUnknown) {
  ring(sim::audio_sdp(alice_rtp), takes_reliable);
  bob.answer(*invite, 183, sim::audio_sdp(bob_rtp));
  hear_reliable(183);
  rseq = "1";
  say_prack(sim::audio_sdp(alice_rtp, "sendonly", 2));
  EXPECT_TRUE(alice.hear_status(481));
}

TEST_F(EarlyStory, TheAnswerToTheCallWaitsForThePrackOfWhatWasDescribedReliably) {
  ring(sim::audio_sdp(alice_rtp), takes_reliable);
  bob.answer(*invite, 183, sim::audio_sdp(bob_rtp));
  hear_reliable(183);
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_FALSE(alice.hear_status(200)) << "RFC 3262 §3";
  say_prack();
  const auto prack = alice.hear_status(200), ok = alice.hear_status(200);
  ASSERT_TRUE(prack && ok);
  EXPECT_EQ((*ok)->cseq.method, sip::Method::invite);
}

TEST_F(EarlyStory, AnAnswerWhosePrackNeverComesIsNoCall) {
  ring(sim::audio_sdp(alice_rtp), takes_reliable);
  bob.answer(*invite, 183, sim::audio_sdp(bob_rtp));
  hear_reliable(183);
  b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  exchange.advance_ms(33'000);
  EXPECT_TRUE(alice.hear_status(504));
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
  expect_nothing_left();
}

// --- INVITE without offer

TEST_F(EarlyStory, TheFirstReliableResponseToAnInviteWithoutOfferBringsTheCallees) {
  ring({}, wants_reliable);
  bob.answer(*invite, 180);
  EXPECT_FALSE(alice.hear_status(180)) << "there is nothing yet that it could offer (RFC 3262 §5)";
  EXPECT_TRUE((*invite)->lists(sip::HeaderName::supported, "100rel"));
  b = bob.answer(*invite, 183, sim::audio_sdp(bob_rtp), reliable);
  EXPECT_FALSE(bob.hear_request("PRACK")) << "it will carry the answer";
  const Heard progress = hear_reliable(183);
  EXPECT_NE(audio_port(progress), 0);
  EXPECT_EQ(progress.bytes->find("198.51.100.12"), std::string::npos);
  say_prack(sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(alice.hear_status(200));
  const auto prack = bob.hear_request("PRACK");
  ASSERT_TRUE(prack);
  EXPECT_EQ((*prack)->value(sip::HeaderName::rack), "7 1 INVITE");
  EXPECT_NE(audio_port(*prack), 0);
  bob.answer(*prack, 200);
  EXPECT_EQ(exchange.relays.begin()->second.legs[0].remote_rtp, alice_rtp);
  EXPECT_EQ(exchange.relays.begin()->second.legs[1].remote_rtp, bob_rtp);
  answer_and_hang_up();
}

TEST_F(EarlyStory, AnOfferThatIsNeverMadeEarlyComesWithTheAnswer) {
  ring({}, wants_reliable);
  bob.answer(*invite, 180);
  b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_NE(audio_port(*ok), 0);
  alice.learn(a, *ok);
  alice.ack(a, sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(bob.hear_request("ACK"));
  alice.request(a, "BYE");
  bob.answer(*bob.hear_request("BYE"), 200);
  expect_nothing_left();
}

TEST_F(EarlyStory, APrackWithoutTheAnswerThatIsDueIsTheEndOfTheCall) {
  ring({}, takes_reliable);
  bob.answer(*invite, 183, sim::audio_sdp(bob_rtp), reliable);
  hear_reliable(183);
  say_prack();
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(alice.hear_status(488));
  EXPECT_TRUE(bob.hear_request("CANCEL"));
  bob.answer(*invite, 487);
  expect_nothing_left();
}

TEST_F(EarlyStory, ACallerWhoTakesNothingReliableIsOfferedNothingEarly) {
  ring({}, "");
  EXPECT_FALSE((*invite)->lists(sip::HeaderName::supported, "100rel"));
  bob.answer(*invite, 180);
  EXPECT_TRUE(alice.hear_status(180));
  bob.answer(*invite, 183, sim::audio_sdp(bob_rtp), reliable);
  EXPECT_FALSE(alice.hear_status(183));
  EXPECT_FALSE(bob.hear_request("PRACK"));
}

// --- a proxy behind the contact that forks by itself

TEST_F(EarlyStory, OfSeveralEarlyDialogsBehindOneContactTheNewestCounts) {
  ring(sim::audio_sdp(alice_rtp), "");
  const auto say = [&](int status, std::string_view tag, const Endpoint& rtp, std::string_view headers) {
    const std::string sdp = sim::audio_sdp(rtp);
    std::string bytes;
    sip::write_response_head(bytes, *invite->message, bob.flow.local, status, tag);
    bytes += "Contact: <" + bob.contact + ">\r\n" + std::string(headers) + "Content-Type: application/sdp\r\n";
    bob.say(bytes + "Content-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp);
  };
  const Endpoint second = *Endpoint::parse("198.51.100.12:5555");
  say(183, "one", bob_rtp, reliable);
  EXPECT_TRUE(bob.hear_request("PRACK"));
  say(200, "two", second, "");
  EXPECT_TRUE(bob.hear_request("ACK"));
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_EQ(exchange.relays.begin()->second.legs[1].remote_rtp, second);
}

}  // namespace
}  // namespace rf
