// Calls that leave by trunks, as the provider and the phone see them.
#include <fmt/format.h>

#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

constexpr std::string_view first_carrier = "203.0.113.10:5060", second_carrier = "203.0.113.20:5060";

std::shared_ptr<policy::Policy> with_trunks() {
  auto policy = sim::test_policy();
  policy::Trunk trunk;
  trunk.tenant = policy->extensions()[0].tenant;
  trunk.id = TrunkId{1};
  trunk.name = "first";
  trunk.uri = "sip:203.0.113.10:5060";
  trunk.user = "customer-7";
  trunk.password = Secret<std::string>(std::string("a long password"));
  policy->trunks.push_back(trunk);
  trunk.id = TrunkId{2};
  trunk.name = "second";
  trunk.uri = "sip:203.0.113.20:5060";
  trunk.domain = "second.example";
  policy->trunks.push_back(std::move(trunk));
  return policy;
}

class Outward : public Story {
 protected:
  Outward() : Story(with_trunks()) { sim::connect(exchange, {&alice, &bob, &carol, &carrier, &other}); }

  void SetUp() override { ASSERT_EQ(alice.register_(), 200); }
  Line dial() { return alice.invite("0301234567", sim::audio_sdp(alice_rtp)); }
  /// What reports say of a reason; empty when there is none.
  std::string told(Reason reason) const {
    for (const auto& report : exchange.reports)
      if (report.reason == reason) return report.subject + ": " + report.detail;
    return {};
  }

  Phone carrier{exchange, {"0301234567", "", ""}, sim::flow_from(first_carrier), 21};
  Phone other{exchange, {"0301234567", "", ""}, sim::flow_from(second_carrier), 22};
};

TEST_F(Outward, ACallLeavesByTheFirstTrunkAndShowsNothingOfTheInside) {
  a = dial();
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->request_uri.raw, "sip:0301234567@203.0.113.10:5060");
  EXPECT_EQ((*invite)->from.uri.host, "203.0.113.10");
  EXPECT_EQ(invite->bytes->find("198.51.100."), std::string::npos) << *invite->bytes;
  EXPECT_EQ(invite->bytes->find(a.call_id), std::string::npos);
  b = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  EXPECT_TRUE(carrier.hear_request("ACK"));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  EXPECT_FALSE(other.hear_request("INVITE"));
  carrier.request(b, "BYE");
  EXPECT_TRUE(carrier.hear_status(200));
  const auto bye = alice.hear_request("BYE");
  ASSERT_TRUE(bye);
  alice.answer(*bye, 200);
  expect_nothing_left();
  EXPECT_EQ(only_cdr().result, record::CallResult::answered);
}

TEST_F(Outward, TheProvidersChallengeIsAnsweredOnceAndRememberedForTheNextCall) {
  a = dial();
  auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 407, {}, "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\", "
                                   "algorithm=SHA-256\r\n");
  EXPECT_TRUE(carrier.hear_request("ACK"));
  invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  const std::string credentials((*invite)->value(sip::HeaderName::proxy_authorization));
  EXPECT_NE(credentials.find("username=\"customer-7\""), std::string::npos) << credentials;
  EXPECT_NE(credentials.find("realm=\"carrier\""), std::string::npos);
  EXPECT_EQ(invite->bytes->find("a long password"), std::string::npos);
  EXPECT_EQ((*invite)->cseq.number, 2u);
  carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
}

TEST_F(Outward, AWrongPasswordEndsNothingButThisTrunk) {
  a = dial();
  for (int i = 0; i < 2; ++i) {
    const auto invite = carrier.hear_request("INVITE");
    ASSERT_TRUE(invite);
    carrier.answer(*invite, 401, {},
                   fmt::format("WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n{}\", qop=\"auth\"\r\n", i));
  }
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  EXPECT_NE(told(Reason::trunk_challenge_refused).find("first: "), std::string::npos);
  const auto invite = other.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->from.uri.host, "second.example");
  other.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.20:4000")));
  EXPECT_TRUE(alice.hear_status(200));
}

TEST_F(Outward, ATrunkThatFailsIsFollowedByTheNextAndOneThatIsBusyIsNot) {
  a = dial();
  auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 503);
  invite = other.hear_request("INVITE");
  ASSERT_TRUE(invite);
  other.answer(*invite, 486);
  EXPECT_TRUE(alice.hear_status(486));

  a = dial();
  invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 486);
  EXPECT_TRUE(alice.hear_status(486));
  EXPECT_FALSE(other.hear_request("INVITE")) << "the called side has decided";
  expect_nothing_left();
}

TEST_F(Outward, ASilentTrunkIsGivenUpAndItsLateAnswerEndsAtOnce) {
  a = dial();
  const auto late = carrier.hear_request("INVITE");
  ASSERT_TRUE(late);
  exchange.advance_ms(7'000);
  const auto invite = other.hear_request("INVITE");
  ASSERT_TRUE(invite);
  other.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.20:4000")));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  carrier.answer(*late, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye) << "nobody pays for two calls";
  carrier.answer(*bye, 200);
  alice.request(a, "BYE");
  const auto end = other.hear_request("BYE");
  ASSERT_TRUE(end);
  other.answer(*end, 200);
  expect_nothing_left();
}

TEST_F(Outward, WhoStandsBesideTheTrunkNeitherEndsNorAnswersItsCalls) {
  a = dial();
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  b = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  ASSERT_TRUE(alice.hear_status(200));
  Phone forger(exchange, {"x", "", ""}, sim::flow_from("203.0.113.10:6060"), 23);
  forger.request(b, "BYE");
  EXPECT_FALSE(alice.hear_request("BYE"));
}

TEST_F(Outward, WithoutATrunkANumberOutsideIsUnknown) {
  exchange.set_policy(sim::test_policy());
  a = dial();
  EXPECT_TRUE(alice.hear_status(404));
}

}  // namespace
}  // namespace rf
