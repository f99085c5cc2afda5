// Who a trunk's requests come from: certificates, nodes of one provider, challenges inside a call.
#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

constexpr std::string_view challenge = "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"{}\", qop=\"auth\"\r\n";

/// The second trunk is known by its certificate.
toll::Terms with_certificate() {
  toll::Terms terms = two_carriers();
  terms.trunks[1].identity.kind = trunk::TrunkKind::peer_certificate;
  terms.trunks[1].identity.certificates = {"edge.carrier.example"};
  terms.trunks[1].identity.sources.clear();
  return terms;
}

class Certificate : public Outward {
 protected:
  Certificate() { sim::connect(exchange, {&alice, &bob, &carrier, &peer}); }
  void SetUp() override {
    exchange.set_plan(plan_of(with_certificate()));
    ASSERT_EQ(bob.register_(), 200);
  }
  void shows(std::vector<std::string> names) { exchange.input(engine::PeerProved{ConnectionId{5}, std::move(names)}); }
  Phone peer{exchange, {"+4989123456", "", ""}, sim::flow_from("203.0.113.40:40000", Transport::tls, 5), 41};
};

TEST_F(Certificate, ACallComesInWithTheCertificateOfATrunk) {
  shows({"other.example", "edge.carrier.example"});
  Line in = peer.invite("+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.40:4000")));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ(exchange.trusted_connections, std::vector<std::uint64_t>{5}) << "no stranger, who is closed in time";
  b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  const auto ok = peer.hear_status(200);
  ASSERT_TRUE(ok);
  peer.learn(in, *ok);
  peer.ack(in);
  exchange.advance_ms(120'000);
  EXPECT_TRUE(exchange.distrusted_connections.empty()) << "a call runs over it";
  peer.request(in, "BYE");
  EXPECT_TRUE(bob.hear_request("BYE"));
}

TEST_F(Certificate, WithoutItOrWithAnotherNobodyIsATrunk) {
  bring(peer, "+493012340", "+493012340");
  EXPECT_TRUE(peer.hear_status(401));
  shows({"carrier.example", "x.edge.carrier.example", "edge.carrier.example.evil.example"});
  bring(peer, "+493012340", "+493012340");
  EXPECT_TRUE(peer.hear_status(401));
  EXPECT_FALSE(bob.hear_request("INVITE"));
}

TEST_F(Certificate, ItCountsOnItsConnectionAloneAndNoLongerThanThat) {
  shows({"edge.carrier.example"});
  Phone other_connection(exchange, {"x", "", ""}, sim::flow_from("203.0.113.40:40001", Transport::tls, 6), 42);
  bring(other_connection, "+493012340", "+493012340");
  EXPECT_FALSE(bob.hear_request("INVITE"));
  exchange.input(engine::ConnectionClosed{ConnectionId{5}});
  bring(peer, "+493012340", "+493012340");
  EXPECT_FALSE(bob.hear_request("INVITE"));
}

TEST_F(Certificate, WhoComesFromItsAddressWithoutItIsAnImpostor) {
  toll::Terms terms = with_certificate();
  terms.trunks[1].identity.sources = {{*Subnet::parse("203.0.113.40"), 0}};
  exchange.set_plan(plan_of(terms));
  bring(peer, "+493012340", "+493012340");
  EXPECT_TRUE(peer.hear_status(401));
  EXPECT_NE(told(Reason::trunk_impostor).find("without TLS with the certificate of edge.carrier.example"),
            std::string::npos)
      << told(Reason::trunk_impostor);
  exchange.advance_ms(2'000);
  exchange.reports.clear();
  Phone plain(exchange, {"x", "", ""}, sim::flow_from("203.0.113.40:5060"), 43);
  bring(plain, "+493012340", "+493012340");
  EXPECT_NE(told(Reason::trunk_impostor).find("is configured for TLS"), std::string::npos);
  EXPECT_FALSE(bob.hear_request("INVITE"));
  // The right names from elsewhere: whoever stole the key.
  exchange.advance_ms(2'000);
  exchange.reports.clear();
  Phone thief(exchange, {"x", "", ""}, sim::flow_from("203.0.113.41:40000", Transport::tls, 7), 44);
  exchange.input(engine::PeerProved{ConnectionId{7}, {"edge.carrier.example"}});
  bring(thief, "+493012340", "+493012340");
  EXPECT_NE(told(Reason::trunk_impostor).find("may be stolen"), std::string::npos);
  EXPECT_FALSE(bob.hear_request("INVITE"));
}

TEST_F(Certificate, APhoneAtTheTrunksSiteIsNoImpostor) {
  toll::Terms terms = with_certificate();
  terms.trunks[1].identity.sources = {{*Subnet::parse("198.51.100.0/24"), 0}};
  exchange.set_plan(plan_of(terms));
  ASSERT_EQ(alice.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(bob.hear_request("INVITE"));
  EXPECT_EQ(told(Reason::trunk_impostor), "");
}

/// A provider with two nodes and another trunk beside it, in a call.
class Nodes : public Outward {
 protected:
  Nodes() { sim::connect(exchange, {&alice, &bob, &carrier, &other, &node, &stranger}); }
  void SetUp() override {
    toll::Terms terms = two_carriers();
    terms.trunks[0].identity.sources.push_back({*Subnet::parse("203.0.113.11"), 0});
    exchange.set_plan(plan_of(std::move(terms)));
    ASSERT_EQ(alice.register_(), 200);
    a = dial();
    const auto invite = carrier.hear_request("INVITE");
    ASSERT_TRUE(invite);
    b = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
    ASSERT_TRUE(carrier.hear_request("ACK"));
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    alice.learn(a, *ok);
    alice.ack(a);
  }
  Phone node{exchange, {"0301234567", "", ""}, sim::flow_from("203.0.113.11:5060"), 51};
  Phone stranger{exchange, {"0301234567", "", ""}, sim::flow_from("203.0.113.99:5060"), 52};
};

TEST_F(Nodes, AnotherNodeOfTheSameProviderEndsTheCall) {
  node.request(b, "BYE");
  EXPECT_TRUE(node.hear_status(200));
  EXPECT_TRUE(alice.hear_request("BYE"));
}

TEST_F(Nodes, WithAReinviteTheCallMovesThere) {
  node.request(b, "INVITE", {},
               sim::audio_sdp(*Endpoint::parse("203.0.113.11:4000"), "sendrecv", 2));
  const auto passed = alice.hear_request("INVITE");
  ASSERT_TRUE(passed);
  alice.answer(*passed, 200, sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(node.hear_status(200));
  node.ack(b);
  alice.request(a, "BYE");
  EXPECT_TRUE(node.hear_request("BYE"));
  EXPECT_FALSE(carrier.hear_request("BYE"));
}

TEST_F(Nodes, AnotherProgramOnItsHostDoesNotSpeakForIt) {
  Phone beside(exchange, {"x", "", ""}, sim::flow_from("203.0.113.11:6060"), 53);
  beside.request(b, "BYE");
  EXPECT_FALSE(alice.hear_request("BYE"));
}

TEST_F(Nodes, NeitherAStrangerNorAnotherTrunkNorAPhoneEndsIt) {
  for (Phone* each : {&stranger, &other, &bob}) {
    Line copy = b;
    each->request(copy, "BYE");
    EXPECT_FALSE(each->hear_status(200));
    copy.cseq = 200;
    each->request(copy, "INVITE", {}, sim::audio_sdp(*Endpoint::parse("203.0.113.99:4000"), "sendrecv", 2));
    EXPECT_FALSE(each->hear_status(200));
  }
  EXPECT_FALSE(alice.hear_request("BYE"));
  EXPECT_TRUE(exchange.has_report(Reason::in_dialog_forged));
  EXPECT_EQ(std::get<effect::Calls>(exchange.command(effect::ListCalls{})).calls.size(), 1u);
}

TEST_F(Nodes, ANodeOfATrunkDoesNotSpeakForAPhonesLeg) {
  Line copy = a;  // what the provider may have seen of alice's leg: nothing, but let it guess all
  std::swap(copy.local_tag, copy.remote_tag);
  node.request(a, "BYE");
  EXPECT_FALSE(node.hear_status(200));
  EXPECT_EQ(std::get<effect::Calls>(exchange.command(effect::ListCalls{})).calls.size(), 1u);
}

TEST_F(Nodes, ChallengesToRefreshAndFarewellAreAnswered) {
  alice.request(a, "INVITE", {}, sim::audio_sdp(alice_rtp, "sendonly", 2));
  auto modify = carrier.hear_request("INVITE");
  ASSERT_TRUE(modify);
  EXPECT_EQ((*modify)->value(sip::HeaderName::authorization), "");
  const std::uint32_t first = (*modify)->cseq.number;
  carrier.answer(*modify, 401, {}, fmt::format(challenge, "n1"));
  EXPECT_TRUE(carrier.hear_request("ACK"));
  modify = carrier.hear_request("INVITE");
  ASSERT_TRUE(modify);
  EXPECT_EQ((*modify)->cseq.number, first + 1);
  EXPECT_NE((*modify)->value(sip::HeaderName::authorization).find("customer-7"), std::string::npos);
  EXPECT_NE((*modify)->body.find("sendonly"), std::string_view::npos);
  carrier.answer(*modify, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000"), "recvonly", 2));
  EXPECT_TRUE(alice.hear_status(200));
  alice.ack(a);

  alice.request(a, "BYE");
  auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  carrier.answer(*bye, 401, {},
                 "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n2\", qop=\"auth\", stale=true\r\n");
  bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye) << "else the provider goes on counting";
  EXPECT_NE((*bye)->value(sip::HeaderName::authorization).find("nonce=\"n2\""), std::string::npos);
  carrier.answer(*bye, 200);
  expect_nothing_left();
}

TEST_F(Nodes, AProviderThatChallengesForEverIsLeftInTheEnd) {
  alice.request(a, "BYE");
  int byes = 0;
  while (const auto bye = carrier.hear_request("BYE")) {
    ++byes;
    carrier.answer(*bye, 401, {},
                   fmt::format("WWW-Authenticate: Digest realm=\"carrier\", nonce=\"m{}\", qop=\"auth\", "
                               "stale=true\r\n",
                               byes));
  }
  EXPECT_GE(byes, 2);
  EXPECT_LE(byes, 8);
  expect_nothing_left();
}

TEST_F(Outward, AChallengeToAnAcknowledgementOfRingingIsAnswered) {
  a = alice.invite("0301234567", sim::audio_sdp(alice_rtp), "Supported: 100rel\r\n");
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 183, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")), "Require: 100rel\r\nRSeq: 7\r\n");
  auto prack = carrier.hear_request("PRACK");
  ASSERT_TRUE(prack);
  carrier.answer(*prack, 407, {}, "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\"\r\n");
  prack = carrier.hear_request("PRACK");
  ASSERT_TRUE(prack);
  EXPECT_NE((*prack)->value(sip::HeaderName::proxy_authorization).find("customer-7"), std::string::npos);
  EXPECT_EQ((*prack)->value(sip::HeaderName::rack).substr(0, 2), "7 ");
}

TEST_F(Outward, WhatATrunkBringsHasAPaceOfItsOwn) {
  toll::Terms terms = two_carriers();
  terms.trunks[0].inbound_paces = {{.id = 60, .calls = 2, .period_s = 60}};
  exchange.set_plan(plan_of(std::move(terms)));
  ASSERT_EQ(bob.register_(), 200);
  for (int i = 0; i < 2; ++i) {
    bring(carrier, "+493012340", "+493012340");
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    bob.answer(*invite, 486);
  }
  bring(carrier, "+493012340", "+493012340");
  EXPECT_TRUE(carrier.hear_status(503));
  EXPECT_FALSE(bob.hear_request("INVITE"));
  EXPECT_NE(told(Reason::toll_refused), "");
  bring(other, "+493012340", "+493012340");
  EXPECT_TRUE(bob.hear_request("INVITE")) << "another trunk has its own";
  for (std::uint32_t i = 1; i < AlarmLimits::refusals; ++i) {
    EXPECT_EQ(told(Reason::toll_refused_often), "") << i;
    bring(carrier, "+493012340", "+493012340");
    EXPECT_TRUE(carrier.hear_status(503));
  }
  EXPECT_EQ(told(Reason::toll_refused_often), "first: 5 calls within 60 s: 5 by pace");
  exchange.advance_ms(61'000);
  bring(carrier, "+493012341", "+493012341");
  EXPECT_TRUE(bob.hear_request("INVITE"));
}

TEST_F(Outward, APaceOfATrunkIsToldOnceBeforeItRefuses) {
  toll::Terms terms = two_carriers();
  terms.trunks[0].inbound_paces = {{.id = 240, .calls = 4, .period_s = 60},
                                   {.id = 242, .calls = 2, .period_s = 60, .alert = true}};
  exchange.set_plan(plan_of(std::move(terms)));
  ASSERT_EQ(bob.register_(), 200);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(told(Reason::toll_warning) != "", i >= 2) << i;
    bring(carrier, "+493012340", "+493012340");
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    bob.answer(*invite, 486);
  }
  EXPECT_EQ(told(Reason::toll_warning), "first: trunk 1 has brought 2 calls within 60 s, told from so many on");
  bring(carrier, "+493012340", "+493012340");
  EXPECT_TRUE(carrier.hear_status(503));
}

TEST_F(Outward, AStopWaitsNoLongerThanASecondForAProviderThatIsGone) {
  toll::Terms terms = two_carriers();
  terms.trunks[0].line.registers = true;
  terms.trunks[0].identity.kind = trunk::TrunkKind::registers;
  terms.trunks[0].identity.sources.clear();
  terms.trunks[0].line.contact = terms.trunks[0].identity.contact = "k3j5h7g9f2d4s6a8q1w3e5r7t9";
  exchange.set_plan(plan_of(terms));
  const auto request = carrier.hear_request("REGISTER");
  ASSERT_TRUE(request);
  const std::string contact((*request)->value(sip::HeaderName::contact));
  carrier.answer(*request, 200, {}, fmt::format("Contact: {};expires=600\r\n", contact));
  exchange.input(engine::StopAsked{});
  EXPECT_FALSE(exchange.stopped);
  const auto farewell = carrier.hear_request("REGISTER");
  ASSERT_TRUE(farewell);
  EXPECT_EQ((*farewell)->expires, 0u);
  exchange.advance_ms(900);
  EXPECT_FALSE(exchange.stopped);
  exchange.advance_ms(200);
  EXPECT_TRUE(exchange.stopped);
}

TEST_F(Outward, WithoutPingsATrunkIsDownWhenSeveralCallersFindNobodyThere) {
  ASSERT_EQ(bob.register_(), 200);
  ASSERT_EQ(carol.register_(), 200);
  sim::connect(exchange, {&alice, &bob, &carol, &other});  // nobody at the first
  for (Phone* each : {&alice, &bob, &carol}) {
    (void)each->invite("0301234567", sim::audio_sdp(alice_rtp));
    exchange.advance_ms(7'000);
    const auto invite = other.hear_request("INVITE");
    ASSERT_TRUE(invite);
    other.answer(*invite, 486);
    while (other.hear()) {
    }
  }
  EXPECT_NE(told(Reason::trunk_down).find("first"), std::string::npos);
  a = dial();
  const auto at_once = other.hear_request("INVITE");
  ASSERT_TRUE(at_once);
  other.answer(*at_once, 486);
  exchange.advance_ms(301'000);
  a = dial();
  EXPECT_FALSE(other.hear_request("INVITE")) << "the first is tried again after a while";
}

}  // namespace
}  // namespace rf
