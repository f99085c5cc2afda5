#include <gtest/gtest.h>

#include "core/sdp/offer_answer.hpp"
#include "tests/unit/sdp/sample.hpp"

namespace rf::sdp {
namespace {

using State = OfferAnswer::State;
using C = Carrier;
using M = Meaning;

/// A description that owns its text.
struct Sdp {
  explicit Sdp(std::string media, int version = 1)
      : text("v=0\r\no=- 5 " + std::to_string(version) + " IN IP4 10.1.2.3\r\ns=-\r\nc=IN IP4 10.1.2.3\r\nt=0 0\r\n" +
             media),
        session(*parse(text)) {}
  Sdp(const Sdp&) = delete;
  operator const Session*() const { return &session; }
  std::string text;
  Session session;
};

const Sdp audio("m=audio 5004 RTP/AVP 0 8\r\n");
const Sdp held("m=audio 5004 RTP/AVP 0 8\r\na=sendonly\r\n", 2);
const Sdp two("m=audio 5004 RTP/AVP 0 8\r\nm=video 5006 RTP/AVP 31\r\n", 3);

std::expected<void, Fault> check(std::string offer, std::string answer) {
  const Sdp o(std::move(offer)), a(std::move(answer));
  return check_answer(o.session, a.session);
}

::testing::AssertionResult is(const std::expected<Meaning, Fault>& got, Meaning want) {
  if (got && *got == want) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << (got ? "another meaning" : std::string(text_of(got.error())));
}
::testing::AssertionResult is(const std::expected<Meaning, Fault>& got, Fault want) {
  if (!got && got.error() == want) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << (got ? "no fault" : std::string(text_of(got.error())));
}

/// A dialog whose first exchange is complete: we called.
OfferAnswer talking() {
  OfferAnswer leg;
  EXPECT_TRUE(is(leg.sent(C::invite, audio), M::offer));
  EXPECT_TRUE(is(leg.received(C::invite_success, audio), M::answer));
  EXPECT_TRUE(is(leg.sent(C::ack, nullptr), M::nothing));
  return leg;
}

TEST(OfferAnswerTest, OfferInInviteAndAnswerIn2xx) {
  OfferAnswer leg;
  EXPECT_EQ(leg.state(), State::none);
  EXPECT_TRUE(is(leg.received(C::invite, audio), M::offer));
  EXPECT_EQ(leg.state(), State::offer_received);
  EXPECT_EQ(leg.pending_offer(), audio.text);
  EXPECT_TRUE(is(leg.sent(C::provisional, nullptr), M::nothing));
  EXPECT_TRUE(is(leg.sent(C::invite_success, audio), M::answer));
  EXPECT_EQ(leg.state(), State::stable);
  EXPECT_TRUE(leg.established());
  EXPECT_TRUE(leg.pending_offer().empty());
  EXPECT_TRUE(is(leg.received(C::ack, nullptr), M::nothing));
}

TEST(OfferAnswerTest, AnUnreliableProvisionalOnlyPreviewsTheAnswer) {
  OfferAnswer leg;
  (void)leg.sent(C::invite, audio);
  EXPECT_TRUE(is(leg.received(C::provisional, audio), M::preview));
  EXPECT_EQ(leg.state(), State::offer_sent);
  EXPECT_TRUE(is(leg.received(C::invite_success, nullptr), Fault::missing_answer));
  EXPECT_TRUE(is(leg.received(C::invite_success, audio), M::answer));
}

TEST(OfferAnswerTest, AfterAReliableAnswerLaterDescriptionsAreIgnored) {
  OfferAnswer leg;
  (void)leg.sent(C::invite, audio);
  EXPECT_TRUE(is(leg.received(C::reliable_provisional, audio), M::answer));
  EXPECT_TRUE(is(leg.sent(C::prack, nullptr), M::nothing));
  EXPECT_TRUE(is(leg.received(C::provisional, audio), M::ignored));
  EXPECT_TRUE(is(leg.received(C::invite_success, two), M::ignored));
  EXPECT_EQ(leg.state(), State::stable);
}

TEST(OfferAnswerTest, ALateOfferComesIn2xxAndIsAnsweredInAck) {
  OfferAnswer leg;
  EXPECT_TRUE(is(leg.received(C::invite, nullptr), M::nothing));
  EXPECT_TRUE(is(leg.sent(C::provisional, audio), M::ignored));
  EXPECT_TRUE(is(leg.sent(C::invite_success, audio), M::offer));
  EXPECT_EQ(leg.state(), State::offer_sent);
  EXPECT_TRUE(is(leg.received(C::ack, nullptr), Fault::missing_answer));
  EXPECT_TRUE(is(leg.received(C::ack, audio), M::answer));
  EXPECT_EQ(leg.state(), State::stable);
}

TEST(OfferAnswerTest, A2xxWithoutTheOfferThatIsDueIsAFault) {
  OfferAnswer leg;
  (void)leg.sent(C::invite, nullptr);
  EXPECT_TRUE(is(leg.received(C::invite_success, nullptr), Fault::missing_offer));
}

TEST(OfferAnswerTest, AnOfferInAReliableProvisionalIsAnsweredInPrack) {
  OfferAnswer leg;
  (void)leg.sent(C::invite, nullptr);
  EXPECT_TRUE(is(leg.received(C::reliable_provisional, audio), M::offer));
  EXPECT_TRUE(is(leg.sent(C::prack, nullptr), Fault::missing_answer));
  EXPECT_TRUE(is(leg.sent(C::prack, audio), M::answer));
  EXPECT_TRUE(is(leg.received(C::prack_success, nullptr), M::nothing));
  EXPECT_TRUE(is(leg.received(C::invite_success, nullptr), M::nothing));
}

TEST(OfferAnswerTest, PrackMayCarryANewOfferOnceTheFirstIsAnswered) {
  OfferAnswer leg;
  (void)leg.sent(C::invite, audio);
  OfferAnswer early = leg;
  EXPECT_TRUE(is(early.sent(C::prack, held), Fault::glare)) << "the answer is still to come";
  (void)leg.received(C::reliable_provisional, audio);
  EXPECT_TRUE(is(leg.sent(C::prack, held), M::offer));
  EXPECT_TRUE(is(leg.received(C::prack_success, nullptr), Fault::missing_answer));
  EXPECT_TRUE(is(leg.received(C::prack_success, audio), M::answer));
}

TEST(OfferAnswerTest, UpdateOffersAndItsSuccessAnswers) {
  OfferAnswer leg = talking();
  EXPECT_TRUE(is(leg.received(C::update, nullptr), M::nothing)) << "a session refresh";
  EXPECT_TRUE(is(leg.received(C::update, held), M::offer));
  EXPECT_TRUE(is(leg.sent(C::update_success, audio), M::answer));
  EXPECT_EQ(leg.state(), State::stable);
}

TEST(OfferAnswerTest, GlareIs491AndAnOfferUponTheirsIs500) {
  OfferAnswer ours = talking();
  (void)ours.sent(C::invite, held);
  EXPECT_TRUE(is(ours.received(C::update, held), Fault::glare));
  EXPECT_TRUE(is(ours.received(C::invite, held), Fault::glare));
  EXPECT_EQ(status_for(Fault::glare), 491);
  OfferAnswer theirs = talking();
  (void)theirs.received(C::update, held);
  EXPECT_TRUE(is(theirs.received(C::update, held), Fault::offer_pending));
  EXPECT_EQ(theirs.may_offer().error(), Fault::offer_pending);
  EXPECT_EQ(status_for(Fault::offer_pending), 500);
  EXPECT_EQ(theirs.state(), State::offer_received) << "a fault changes nothing";
}

TEST(OfferAnswerTest, WhileAnInviteWithoutOfferRunsOnlyItsResponseOffers) {
  OfferAnswer leg = talking();
  (void)leg.sent(C::invite, nullptr);
  EXPECT_TRUE(is(leg.received(C::update, held), Fault::offer_pending));
  EXPECT_FALSE(leg.may_offer());
  EXPECT_TRUE(is(leg.received(C::invite_success, held), M::offer));
}

TEST(OfferAnswerTest, AFailedReinviteLeavesTheSessionAsItWas) {
  OfferAnswer leg = talking();
  (void)leg.sent(C::invite, two);
  leg.on_failed(C::invite);
  EXPECT_EQ(leg.state(), State::stable);
  EXPECT_TRUE(leg.may_offer());
  EXPECT_TRUE(is(leg.sent(C::invite, audio), M::offer)) << "the refused video was never part of the session";
}

TEST(OfferAnswerTest, AFailedUpdateDoesNotVoidAnotherOffer) {
  OfferAnswer leg;
  (void)leg.sent(C::invite, audio);
  leg.on_failed(C::update);
  EXPECT_EQ(leg.state(), State::offer_sent);
  leg.on_failed(C::invite);
  EXPECT_EQ(leg.state(), State::none);
}

TEST(OfferAnswerTest, StrayDescriptionsChangeNothing) {
  OfferAnswer leg = talking();
  EXPECT_TRUE(is(leg.sent(C::ack, two), M::ignored));
  EXPECT_TRUE(is(leg.received(C::update_success, two), M::ignored));
  EXPECT_TRUE(is(leg.received(C::prack_success, two), M::ignored));
  EXPECT_TRUE(is(leg.sent(C::invite_success, two), M::ignored)) << "the INVITE was ours";
  EXPECT_EQ(leg.state(), State::stable);
}

TEST(OfferAnswerTest, AnAnswerThatDoesNotFitLeavesTheOfferOpen) {
  OfferAnswer leg;
  (void)leg.sent(C::invite, audio);
  EXPECT_TRUE(is(leg.received(C::invite_success, two), Fault::media_count));
  EXPECT_EQ(leg.state(), State::offer_sent);
  EXPECT_FALSE(leg.established());
}

TEST(OfferAnswerTest, AnAnswerWithTheWrongDirectionOnlyIsTakenAndMended) {
  OfferAnswer leg = talking();
  (void)leg.received(C::invite, held);
  EXPECT_TRUE(is(leg.sent(C::invite_success, audio), M::answer));
}

TEST(OfferAnswerTest, ALaterOfferMayNotDropStreams) {
  OfferAnswer leg;
  (void)leg.sent(C::invite, two);
  (void)leg.received(C::invite_success, two);
  EXPECT_TRUE(is(leg.received(C::invite, audio), Fault::media_removed));
  EXPECT_EQ(status_for(Fault::media_removed), 488);
}

TEST(OfferAnswerTest, EarlyDialogsOfAForkAreCopies) {
  OfferAnswer first;
  (void)first.sent(C::invite, audio);
  OfferAnswer second = first;
  EXPECT_TRUE(is(first.received(C::reliable_provisional, audio), M::answer));
  EXPECT_EQ(second.state(), State::offer_sent);
  EXPECT_TRUE(is(second.received(C::invite_success, audio), M::answer));
}

TEST(OfferAnswerTest, TellsARefreshFromAChangeByTheWords) {
  OfferAnswer leg = talking();
  EXPECT_EQ(leg.peer_origin(), OriginStep::first);
  (void)leg.received(C::update, audio);
  EXPECT_TRUE(leg.peer_unchanged());
  EXPECT_EQ(leg.peer_origin(), OriginStep::same);
  (void)leg.sent(C::update_success, audio);
  (void)leg.received(C::update, held);
  EXPECT_FALSE(leg.peer_unchanged());
  EXPECT_EQ(leg.peer_origin(), OriginStep::next);
}

TEST(OfferAnswerTest, ARefusedOfferThatComesAgainIsAChangeStill) {
  OfferAnswer leg = talking();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(is(leg.received(C::invite, held), M::offer));
    EXPECT_FALSE(leg.peer_unchanged());
    leg.on_failed(C::invite);
  }
  EXPECT_TRUE(is(leg.received(C::invite, audio), M::offer));
  EXPECT_TRUE(leg.peer_unchanged());
}

TEST(OfferAnswerTest, TakesOurOwnTextAsItWasWritten) {
  OfferAnswer leg;
  EXPECT_TRUE(is(leg.sent(C::invite, std::string_view(audio.text)), M::offer));
  EXPECT_TRUE(is(leg.sent(C::update, std::string_view()), M::nothing));
  EXPECT_TRUE(is(leg.sent(C::update, std::string_view("v=0")), Fault::not_a_description));
}

TEST(CheckAnswer, WantsTheSameStreamsInTheSameOrder) {
  const std::string offer = "m=audio 5004 RTP/AVP 0\r\nm=video 5006 RTP/AVP 31\r\n";
  EXPECT_TRUE(check(offer, offer));
  EXPECT_EQ(check(offer, "m=audio 5004 RTP/AVP 0\r\n").error(), Fault::media_count);
  EXPECT_EQ(check(offer, "m=video 5006 RTP/AVP 31\r\nm=audio 5004 RTP/AVP 0\r\n").error(), Fault::media_kind);
  EXPECT_EQ(check(offer, "m=audio 5004 RTP/AVPF 0\r\nm=video 5006 RTP/AVP 31\r\n").error(), Fault::media_protocol);
  EXPECT_TRUE(check(offer, "m=audio 5004 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\n"));
}

TEST(CheckAnswer, LetsNoStreamRiseThatWasNotOffered) {
  EXPECT_EQ(check("m=audio 0 RTP/AVP 0\r\n", "m=audio 5004 RTP/AVP 0\r\n").error(), Fault::declined_accepted);
  EXPECT_TRUE(check("m=audio 0 RTP/AVP 0\r\n", "m=audio 0 RTP/AVP 0\r\n"));
}

TEST(CheckAnswer, ComparesCodecsNotNumbers) {
  EXPECT_TRUE(check("m=audio 5004 RTP/AVP 97\r\na=rtpmap:97 iLBC/8000\r\n",
                    "m=audio 5004 RTP/AVP 99\r\na=rtpmap:99 ilbc/8000\r\n"));
  EXPECT_EQ(check("m=audio 5004 RTP/AVP 97\r\na=rtpmap:97 iLBC/8000\r\n",
                  "m=audio 5004 RTP/AVP 97\r\na=rtpmap:97 opus/48000/2\r\n")
                .error(),
            Fault::no_common_format);
  EXPECT_TRUE(check("m=audio 5004 RTP/AVP 0\r\n", "m=audio 5004 RTP/AVP 0 18\r\n")) << "more than offered is legal";
  EXPECT_EQ(check("m=audio 5004 RTP/AVP 0\r\n", "m=audio 5004 RTP/AVP 8\r\n").error(), Fault::no_common_format);
}

TEST(CheckAnswer, HoldsEveryPairOfDirectionsAgainstTheRfc) {
  const auto legal = [](Direction offer, Direction answer) {
    switch (offer) {
      case Direction::sendrecv: return true;
      case Direction::sendonly: return answer == Direction::recvonly || answer == Direction::inactive;
      case Direction::recvonly: return answer == Direction::sendonly || answer == Direction::inactive;
      case Direction::inactive: return answer == Direction::inactive;
    }
    return false;
  };
  const auto stream = [](Direction d) { return "m=audio 5004 RTP/AVP 0\r\na=" + std::string(text_of(d)) + "\r\n"; };
  constexpr Direction all[] = {Direction::sendrecv, Direction::sendonly, Direction::recvonly, Direction::inactive};
  for (const Direction offer : all)
    for (const Direction answer : all) {
      const auto verdict = check(stream(offer), stream(answer));
      EXPECT_EQ(verdict.has_value(), legal(offer, answer)) << text_of(offer) << " answered by " << text_of(answer);
      EXPECT_TRUE(legal(offer, legal_answer(offer, answer)));
      EXPECT_TRUE(verdict.has_value() || can_be_mended(verdict.error()));
    }
}

TEST(CheckAnswer, EveryFaultHasItsSentenceAndStatus) {
  for (int f = 0; f <= static_cast<int>(Fault::not_a_description); ++f) {
    EXPECT_NE(text_of(static_cast<Fault>(f)), "offer and answer do not fit");
    EXPECT_GE(status_for(static_cast<Fault>(f)), 400);
  }
}

}  // namespace
}  // namespace rf::sdp
