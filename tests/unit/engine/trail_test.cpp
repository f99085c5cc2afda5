#include "core/toll/trail.hpp"

#include <gmock/gmock.h>

#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(Outward, TheRecordOfACallThatLeftNamesTheRulesThatItPassed) {
  toll::Terms terms = two_carriers();
  exchange.set_plan(plan_of(terms));
  a = dial();
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 486);
  // What is configured since does not change what applied then.
  terms.routes[0].name = "renamed";
  exchange.set_plan(plan_of(terms));
  exchange.advance_ms(70'000);
  EXPECT_EQ(only_cdr().decision,
            "meaning: fixed of DE\n"
            "reach: national, and it may call national\n"
            "kind: fixed numbers may be called\n"
            "route: by the route all\n"
            "price: first free of charge, then second free of charge\n"
            "pace\n"
            "lines: first");
}

TEST_F(Outward, TheRecordOfARefusedCallEndsWithTheRuleThatRefused) {
  alice.invite("+442079460000", sim::audio_sdp(alice_rtp));
  ASSERT_TRUE(alice.hear_status(403));
  exchange.advance_ms(70'000);
  EXPECT_EQ(only_cdr().decision,
            "meaning: fixed of GB\n"
            "!reach: this is international, and the extension may call within its country");
}

TEST_F(Outward, WhatTheDeskRefusesStandsBehindTheRulesThatPassed) {
  toll::Terms terms = two_carriers();
  terms.tenants[0].spending.paces = {{.id = 1, .calls = 1, .period_s = 3'600}};
  exchange.set_plan(plan_of(terms));
  a = dial();
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 486);
  dial();
  ASSERT_TRUE(alice.hear_status(403));
  exchange.advance_ms(70'000);
  ASSERT_EQ(exchange.cdrs.size(), 2u);
  std::size_t refused = 0;
  for (const auto& [id, cdr] : exchange.cdrs) {
    EXPECT_THAT(cdr.decision, HasSubstr("\nroute: by the route all\n"));
    if (cdr.result != record::CallResult::refused) continue;
    ++refused;
    EXPECT_THAT(cdr.decision, EndsWith("\n!pace: tenant 1: 1 calls in 3600 s, 1 are allowed"));
  }
  EXPECT_EQ(refused, 1u);
}

TEST_F(Outward, AnEmergencyCallsRecordNamesItsTrunksAndNoRule) {
  alice.invite("112", sim::audio_sdp(alice_rtp));
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 486);
  exchange.advance_ms(70'000);
  EXPECT_THAT(only_cdr().decision, StartsWith("meaning: an emergency number\n"));
  EXPECT_THAT(only_cdr().decision, EndsWith("\ntrunk: first\ntrunk: second")) << "the next is asked when one is busy";
}

TEST_F(Outward, TheRecordOfACallThatATrunkBroughtNamesItsRouteAndWhatItMet) {
  toll::Terms terms = two_carriers();
  terms.trunks[0].inbound_paces = {{.id = 240, .calls = 1, .period_s = 60}};
  exchange.set_plan(plan_of(std::move(terms)));
  ASSERT_EQ(bob.register_(), 200);
  bring(carrier, "+493012340", "+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 486);
  bring(carrier, "+493012340", "+493012340");
  ASSERT_TRUE(carrier.hear_status(503));
  bring(carrier, "+49899", "+49899");
  ASSERT_TRUE(carrier.hear_status(404));
  exchange.advance_ms(70'000);
  std::vector<std::string> kept;
  for (const auto& [id, cdr] : exchange.cdrs) kept.push_back(cdr.decision);
  EXPECT_THAT(kept, testing::UnorderedElementsAre(
                        "route: by the inbound route desk\npace\nlines",
                        "route: by the inbound route desk\n!pace: trunk 1: 1 calls in 60 s, 1 are allowed",
                        StartsWith("!route: no inbound route takes +49899")));
}

TEST_F(Outward, ACallInsideWasHeldAgainstNoRuleAboutCallsOutside) {
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 486);
  exchange.advance_ms(70'000);
  EXPECT_EQ(only_cdr().decision, "");
}

}  // namespace
}  // namespace rf
