// Where a call goes when nobody takes it, or somebody sends it on: forwarding and ring groups.
#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

class Onward : public Outward {
 protected:
  void SetUp() override {
    ASSERT_EQ(alice.register_(), 200);
    ASSERT_EQ(bob.register_(), 200);
    ASSERT_EQ(carol.register_(), 200);
    terms = two_carriers();
    for (std::uint64_t id = 1; id <= 3; ++id) {
      toll::ExtensionTerms who;
      who.id = ExtensionId{id};
      who.tenant = tenant;
      terms.extensions.push_back(who);
    }
  }
  toll::ForwardTerms& forward_of(std::size_t number) { return terms.extensions[number - 1001].forward; }
  void apply() { exchange.set_plan(plan_of(terms)); }
  Line call_bob() { return alice.invite("1002", sim::audio_sdp(alice_rtp)); }

  toll::Terms terms;
};

TEST_F(Onward, AlwaysForwardedIsRungThereAndTheCallerHearsOfIt) {
  forward_of(1002).always = "1003";
  apply();
  a = call_bob();
  EXPECT_FALSE(bob.hear_request("INVITE"));
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carol.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_EQ(only_cdr().via, "forwarded by 1002 always");
  EXPECT_EQ(only_cdr().callee, ExtensionId{3});
}

TEST_F(Onward, WhoDoesNotAnswerIsForwardedAfterItsTime) {
  forward_of(1002).no_answer = "1003";
  forward_of(1002).after_s = 15;
  apply();
  a = call_bob();
  const auto first = bob.hear_request("INVITE");
  ASSERT_TRUE(first);
  bob.answer(*first, 180);
  EXPECT_TRUE(alice.hear_status(180));
  exchange.advance_ms(14'000);
  EXPECT_FALSE(carol.hear_request("INVITE"));
  exchange.advance_ms(2'000);
  EXPECT_TRUE(alice.hear_status(181)) << "being forwarded";
  const auto cancel = bob.hear_request("CANCEL");
  ASSERT_TRUE(cancel);
  bob.answer(*first, 487);
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  b = carol.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  alice.request(a, "BYE");
  const auto bye = carol.hear_request("BYE");
  ASSERT_TRUE(bye);
  carol.answer(*bye, 200);
  expect_nothing_left();
}

TEST_F(Onward, WhoAnswersTooLateIsNoAnswerForTheCaller) {
  forward_of(1002).no_answer = "1003";
  forward_of(1002).after_s = 15;
  apply();
  a = call_bob();
  const auto first = bob.hear_request("INVITE");
  ASSERT_TRUE(first);
  bob.answer(*first, 180);
  exchange.advance_ms(16'000);
  const auto second = carol.hear_request("INVITE");
  ASSERT_TRUE(second);
  bob.answer(*first, 200, sim::audio_sdp(bob_rtp));  // it crossed the CANCEL
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
  carol.answer(*second, 486);
  EXPECT_FALSE(alice.hear_status(200));
  EXPECT_EQ(only_cdr().sip_status, 486);
  expect_nothing_left();
}

TEST_F(Onward, BusyAndOfflineHaveTargetsOfTheirOwn) {
  forward_of(1002).busy = "1003";
  apply();
  a = call_bob();
  auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 486);
  invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carol.answer(*invite, 486);
  EXPECT_TRUE(alice.hear_status(486));

  forward_of(1002).busy.clear();
  forward_of(1002).offline = "1003";
  apply();
  ASSERT_EQ(bob.register_(0), 200);
  a = call_bob();
  invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carol.answer(*invite, 486);
  EXPECT_TRUE(alice.hear_status(486));
  expect_nothing_left();
}

TEST_F(Onward, WhatOneAnsweredDoesNotDecideWhereTheNextIsForwardedTo) {
  forward_of(1002).busy = "1003";
  forward_of(1003).busy = "0301234567";
  forward_of(1003).reach = toll::Reach::national;
  apply();
  a = call_bob();
  auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 486);
  invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carol.answer(*invite, 500);
  EXPECT_FALSE(carrier.hear_request("INVITE")) << "Bob was busy, Carol is not";
  EXPECT_TRUE(alice.hear_status(486));
  expect_nothing_left();
}

TEST_F(Onward, ForwardingThatComesBackEndsTheCallInsteadOfGoingRound) {
  forward_of(1002).busy = "1003";
  forward_of(1003).busy = "1002";
  apply();
  a = call_bob();
  auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 486);
  invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carol.answer(*invite, 486);
  invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite) << "its phones may be free by now";
  bob.answer(*invite, 486);
  EXPECT_TRUE(alice.hear_status(480));
  EXPECT_FALSE(carol.hear_request("INVITE"));
  EXPECT_NE(only_cdr().reason.find("comes back to 1002"), std::string::npos) << only_cdr().reason;
  expect_nothing_left();
}

TEST_F(Onward, ForwardingLeadsOutsideOnlyWhereItMayAndAtTheCostOfWhoSetItUp) {
  forward_of(1002).always = "0301234567";
  apply();
  a = call_bob();
  EXPECT_TRUE(alice.hear_status(403)) << "as installed it stays inside";
  EXPECT_FALSE(carrier.hear_request("INVITE"));

  forward_of(1002).reach = toll::Reach::national;
  terms.extensions[0].reach = toll::Reach::internal;  // who calls may call nobody outside
  terms.extensions[1].shown = "+493012340";
  terms.trunks[0].present.allowed = *trunk::NumberSet::compile({{"+493012340", "+493012349"}});
  terms.trunks[0].present.tell = trunk::TellDiversion::both;
  apply();
  a = call_bob();
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_NE((*invite)->value(sip::HeaderName::diversion).find("+493012340"), std::string::npos) << *invite->bytes;
  EXPECT_NE((*invite)->value(sip::HeaderName::history_info).find("index=1.1"), std::string::npos);
  carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  EXPECT_TRUE(alice.hear_status(200));
  for (const auto& [id, cdr] : exchange.cdrs)
    if (cdr.answered_wall_ms != 0) {
      EXPECT_EQ(cdr.payer, ExtensionId{2});
    }
}

TEST_F(Onward, ForwardingReachesNoEmergencyNumber) {
  forward_of(1002).busy = "112";
  forward_of(1002).reach = toll::Reach::international;
  auto plan = toll::Plan::compile(terms, {{tenant, "1002", ExtensionId{2}}}, 1);
  if (plan) {  // what the configuration does not refuse, the call does
    exchange.set_plan(*plan);
    a = call_bob();
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    bob.answer(*invite, 486);
  }
  EXPECT_FALSE(carrier.hear_request("INVITE"));
}

TEST_F(Onward, ACallFromOutsideIsForwardedOutsideAndPaidByTheForwarder) {
  forward_of(1002).always = "0301234567";
  forward_of(1002).reach = toll::Reach::national;
  apply();
  Line in = other.invite("+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.20:4000")));
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  b = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4002")));
  const auto ok = other.hear_status(200);
  ASSERT_TRUE(ok);
  other.learn(in, *ok);
  other.ack(in);
  EXPECT_EQ(only_cdr().payer, ExtensionId{2});
  EXPECT_EQ(only_cdr().trunk_in, "second");
  EXPECT_EQ(only_cdr().trunk_out, "first");
  other.request(in, "BYE");
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  carrier.answer(*bye, 200);
  expect_nothing_left();
}

class Groups : public Onward {
 protected:
  void group(toll::RingGroupTerms::Order order, std::string otherwise = {}) {
    terms.ring_groups.clear();
    toll::RingGroupTerms sales;
    sales.name = "sales";
    sales.tenant = tenant;
    sales.number = "500";
    sales.members = {"1002", "1003"};
    sales.order = order;
    sales.otherwise = std::move(otherwise);
    terms.ring_groups.push_back(std::move(sales));
    apply();
  }
  Line call_sales() { return alice.invite("500", sim::audio_sdp(alice_rtp)); }
  /// Lets the line ring to its end and forgets it.
  void give_up(Line& line) {
    alice.cancel(line);
    exchange.advance_ms(70'000);
    while (bob.hear() || carol.hear() || alice.hear()) {
    }
  }
};

TEST_F(Groups, AllRingAndTheFirstToAnswerHasIt) {
  group(toll::RingGroupTerms::Order::all);
  a = call_sales();
  const auto first = bob.hear_request("INVITE"), second = carol.hear_request("INVITE");
  ASSERT_TRUE(first && second);
  bob.answer(*first, 180);
  carol.answer(*second, 200, sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(bob.hear_request("CANCEL"));
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_EQ(only_cdr().callee, ExtensionId{3});
  EXPECT_EQ(only_cdr().via, "ring group sales");
}

TEST_F(Groups, InTurnOneRingsAfterTheOther) {
  group(toll::RingGroupTerms::Order::in_turn);
  a = call_sales();
  const auto first = bob.hear_request("INVITE");
  ASSERT_TRUE(first);
  bob.answer(*first, 180);
  EXPECT_FALSE(carol.hear_request("INVITE"));
  exchange.advance_ms(21'000);
  EXPECT_TRUE(bob.hear_request("CANCEL"));
  bob.answer(*first, 487);
  const auto second = carol.hear_request("INVITE");
  ASSERT_TRUE(second);
  carol.answer(*second, 486);
  EXPECT_TRUE(alice.hear_status(486));
  expect_nothing_left();
}

TEST_F(Groups, TheLeastRecentRingsFirst) {
  group(toll::RingGroupTerms::Order::least_recent);
  a = call_sales();
  const auto first = bob.hear_request("INVITE");
  ASSERT_TRUE(first);
  b = bob.answer(*first, 200, sim::audio_sdp(bob_rtp));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  alice.request(a, "BYE");
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
  a = call_sales();
  EXPECT_TRUE(carol.hear_request("INVITE"));
  EXPECT_FALSE(bob.hear_request("INVITE"));
}

TEST_F(Groups, WhenNobodyAnswersAnotherExtensionIsCalled) {
  group(toll::RingGroupTerms::Order::all, "1001");
  ASSERT_EQ(bob.register_(0), 200);
  ASSERT_EQ(carol.register_(0), 200);
  a = bob.invite("500", sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(alice.hear_request("INVITE"));
}

TEST_F(Groups, AnInboundRouteLeadsToAGroup) {
  group(toll::RingGroupTerms::Order::all);
  terms.inbound[0].target = toll::InboundTerms::Target::ring_group;
  terms.inbound[0].ring_group = "sales";
  apply();
  carrier.invite("+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  EXPECT_TRUE(bob.hear_request("INVITE"));
  EXPECT_TRUE(carol.hear_request("INVITE"));
}

TEST_F(Groups, WhoeverGaveUpIsFreeForOtherCalls) {
  group(toll::RingGroupTerms::Order::in_turn);
  for (int i = 0; i < 6; ++i) {
    a = call_sales();
    give_up(a);
  }
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(bob.hear_request("INVITE")) << "no share was lost";
}

}  // namespace
}  // namespace rf
