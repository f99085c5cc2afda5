// Calls that leave by trunks, as the provider and the phone see them.
#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

TEST_F(Outward, ACallLeavesByTheFirstTrunkAndShowsNothingOfTheInside) {
  a = dial();
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->request_uri.raw, "sip:0301234567@203.0.113.10:5060");
  EXPECT_EQ((*invite)->from.uri.user, "anonymous") << "no number of ours was set to be shown";
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
  carrier.answer(*invite, 407, {},
                 "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\", "
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
  EXPECT_EQ((*invite)->to.uri.host, "second.example");
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

TEST_F(Outward, ATrunkWithoutACommonCodecIsFollowedByTheNextAndWhenNoneHasOneTheCallerHearsSo) {
  for (const int status : {415, 488, 606}) {
    a = dial();
    auto invite = carrier.hear_request("INVITE");
    ASSERT_TRUE(invite);
    carrier.answer(*invite, status);
    invite = other.hear_request("INVITE");
    ASSERT_TRUE(invite) << status;
    other.answer(*invite, status);
    EXPECT_TRUE(alice.hear_status(status)) << status;
  }
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

/// The first trunk is known by a name that leads to two addresses, of which the first is the carrier's.
class TwoAddresses : public Outward {
 protected:
  static void give_two_addresses(toll::TrunkTerms& trunk, std::string_view second) {
    trunk.line.uri = "sip:carrier.example";
    trunk.identity.sources = {{*Subnet::parse("203.0.113.10"), 0}, {*Subnet::parse(second), 0}};
  }
  void resolve(txn::DnsType type, std::string_view name, txn::DnsResult result) {
    const auto asked = std::find_if(exchange.questions.begin(), exchange.questions.end(), [&](const auto& q) {
      return q.question.type == type && q.question.name == name;
    });
    ASSERT_NE(asked, exchange.questions.end()) << name;
    const QueryId query = asked->query;
    exchange.questions.erase(asked);
    result.found = true;
    exchange.input(engine::DnsAnswer{query, std::move(result)});
  }
  void find_both(std::string_view second) {
    resolve(txn::DnsType::naptr, "carrier.example", {.naptr = {{10, 10, "s", "SIP+D2U", "_sip._udp.carrier.example"}}});
    resolve(txn::DnsType::srv, "_sip._udp.carrier.example",
            {.srv = {{10, 0, 5'060, "one.carrier.example"}, {20, 0, 5'060, "two.carrier.example"}}});
    resolve(txn::DnsType::a, "one.carrier.example", {.addresses = {*Address::parse("203.0.113.10")}});
    resolve(txn::DnsType::a, "two.carrier.example", {.addresses = {*Address::parse(second)}});
  }
  void allow_transactions(std::size_t most) {
    auto policy = sim::test_policy();
    policy->limits.transactions_max = most;
    exchange.set_policy(std::move(policy));
  }
};

TEST_F(TwoAddresses, ThatAreSilentAndUnreachableEndTheCallAtOnce) {
  toll::Terms terms = two_carriers();
  give_two_addresses(terms.trunks[0], "203.0.113.30");
  terms.trunks.pop_back();
  terms.routes[0].trunks.pop_back();
  exchange.set_plan(plan_of(std::move(terms)));
  a = dial();
  find_both("203.0.113.30");
  ASSERT_TRUE(carrier.hear_request("INVITE"));
  exchange.advance_ms(7'000);
  const auto second = std::find_if(exchange.sent.begin(), exchange.sent.end(), [](const sim::Packet& packet) {
    return packet.flow.remote.text() == "203.0.113.30:5060" && packet.bytes.starts_with("INVITE ");
  });
  ASSERT_NE(second, exchange.sent.end());
  EXPECT_FALSE(alice.hear_status(480)) << "the second may answer yet";
  exchange.input(engine::SendFailed{second->flow});
  EXPECT_TRUE(alice.hear_status(480));
  expect_nothing_left();
  EXPECT_EQ(only_cdr().sip_status, 480);
}

TEST_F(TwoAddresses, ATrunkThatCannotBeReachedOrFoundIsFollowedByTheNext) {
  a = dial();
  ASSERT_TRUE(carrier.hear_request("INVITE"));
  exchange.input(engine::SendFailed{carrier.flow});
  auto invite = other.hear_request("INVITE");
  ASSERT_TRUE(invite) << "its connection was refused";
  other.answer(*invite, 486);
  EXPECT_TRUE(alice.hear_status(486));
  toll::Terms terms = two_carriers();
  terms.trunks[0].line.uri = "sip:gone.example:5060";
  exchange.set_plan(plan_of(std::move(terms)));
  a = dial();
  resolve(txn::DnsType::a, "gone.example", {});
  invite = other.hear_request("INVITE");
  ASSERT_TRUE(invite) << "nobody knows its name";
  other.answer(*invite, 486);
  EXPECT_TRUE(alice.hear_status(486));
  expect_nothing_left();
}

TEST_F(TwoAddresses, OfWhichNothingCanBeSentToTheSecondHoldUpNoAnswerOfTheNextTrunk) {
  toll::Terms terms = two_carriers();
  give_two_addresses(terms.trunks[0], "203.0.113.30");
  terms.trunks[1].line.uri = "sip:next.example:5060";
  exchange.set_plan(plan_of(std::move(terms)));
  a = dial();
  find_both("203.0.113.30");
  ASSERT_TRUE(carrier.hear_request("INVITE"));
  const std::size_t as_ever = exchange.policy().limits.transactions_max;
  allow_transactions(1);  // a flood has them all when the second address is due
  exchange.advance_ms(7'000);
  for (const sim::Packet& packet : exchange.sent) EXPECT_NE(packet.flow.remote.text(), "203.0.113.30:5060");
  allow_transactions(as_ever);
  resolve(txn::DnsType::a, "next.example", {.addresses = {*Address::parse("203.0.113.20")}});
  const auto invite = other.hear_request("INVITE");
  ASSERT_TRUE(invite);
  other.answer(*invite, 486);
  EXPECT_TRUE(alice.hear_status(486)) << "nobody waits for what was never sent";
  expect_nothing_left();
}

TEST_F(TwoAddresses, OfWhichTheFirstIsSilentGetTheCallOneAfterTheOtherAndALateAnswerEndsAtOnce) {
  toll::Terms terms = two_carriers();
  give_two_addresses(terms.trunks[0], "203.0.113.20");
  terms.trunks.pop_back();
  terms.routes[0].trunks.pop_back();
  exchange.set_plan(plan_of(std::move(terms)));
  a = dial();
  find_both("203.0.113.20");
  const auto late = carrier.hear_request("INVITE");
  ASSERT_TRUE(late);
  exchange.advance_ms(7'000);
  const auto invite = other.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->request_uri.raw, (*late)->request_uri.raw);
  EXPECT_NE((*invite)->call_id, (*late)->call_id) << "who answers late ends nothing of the other";
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
  EXPECT_EQ(only_cdr().trunk_out, "first");
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
  exchange.set_plan(plan_of({}));
  a = dial();
  EXPECT_TRUE(alice.hear_status(404));
}

TEST_F(Outward, WhatMayNotLeaveIsRefusedAndExplainedToTheOperatorAlone) {
  a = alice.invite("00442079460000", sim::audio_sdp(alice_rtp));
  const auto no = alice.hear_status(403);
  ASSERT_TRUE(no);
  EXPECT_TRUE((*no)->body.empty());
  EXPECT_NE(told(Reason::toll_refused).find("international"), std::string::npos) << told(Reason::toll_refused);
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  EXPECT_EQ(only_cdr().result, record::CallResult::refused);
  EXPECT_NE(only_cdr().reason.find("international"), std::string::npos) << only_cdr().reason;
}

TEST_F(Outward, AnEmergencyCallLeavesWithoutAnyRoute) {
  toll::Terms terms = two_carriers();
  terms.routes.clear();
  exchange.set_plan(plan_of(std::move(terms)));
  a = alice.invite("112", sim::audio_sdp(alice_rtp));
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->request_uri.user, "112");
}

TEST_F(Outward, TheNumberThatMayBeShownIsAndWhoHidesIsHidden) {
  toll::Terms terms = two_carriers();
  toll::ExtensionTerms who;
  who.id = ExtensionId{1};
  who.tenant = tenant;
  who.shown = "+493012340";
  terms.extensions.push_back(who);
  terms.trunks[0].present.allowed = *trunk::NumberSet::compile({{"+493012340", "+493012349"}});
  exchange.set_plan(plan_of(terms));
  a = dial();
  auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->from.uri.user, "+493012340");
  carrier.answer(*invite, 486);
  a = alice.invite("0301234567", sim::audio_sdp(alice_rtp), "Privacy: id\r\n");
  invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->from.uri.user, "anonymous");
}

TEST_F(Outward, ACallThatATrunkBringsRingsWhereTheInboundRouteSays) {
  ASSERT_EQ(bob.register_(), 200);
  Line in = carrier.invite("+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ(invite->bytes->find("203.0.113."), std::string::npos) << "nothing of the carrier shows";
  b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  const auto ok = carrier.hear_status(200);
  ASSERT_TRUE(ok);
  carrier.learn(in, *ok);
  carrier.ack(in);
  carrier.request(in, "BYE");
  const auto bye = bob.hear_request("BYE");
  ASSERT_TRUE(bye);
  bob.answer(*bye, 200);
  expect_nothing_left();
}

TEST_F(Outward, AfterARestartACallCountsForTheTrunkOfItsTenantAndForNoneOfThatNameElsewhere) {
  toll::Terms terms = two_carriers();
  toll::TenantTerms theirs = terms.tenants[0];
  theirs.id = TenantId{2};
  terms.tenants.push_back(std::move(theirs));
  terms.trunks[1].line.tenant = TenantId{2};
  terms.trunks[1].line.name = terms.trunks[1].identity.name = "first";
  terms.routes[0].trunks.pop_back();
  terms.inbound[0].target = toll::InboundTerms::Target::announcement;
  terms.inbound[0].announcement = "closed";
  terms.inbound.push_back(terms.inbound[0]);
  terms.inbound[1].tenant = TenantId{2};
  for (toll::TrunkTerms& each : terms.trunks) each.inbound_paces = {{.id = 240, .calls = 1, .period_s = 3'600}};
  exchange.set_plan(plan_of(std::move(terms)));
  const auto ring = [&](const Phone& from) {
    bring(from, "+493012340", "+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.20:4000")));
  };
  ring(other);
  ASSERT_TRUE(other.hear_status(200));
  exchange.crash_and_restart();
  ring(carrier);
  EXPECT_TRUE(carrier.hear_status(200)) << "what the other tenant's trunk brought is not ours";
  ring(other);
  EXPECT_TRUE(other.hear_status(503)) << "and is that one's still";
}

TEST_F(Outward, APeersAddressGetsCallsInAndNeverOut) {
  ASSERT_EQ(bob.register_(), 200);
  bring(carrier, "+442079460000", "+442079460000");
  EXPECT_TRUE(carrier.hear_status(404));
  EXPECT_FALSE(other.hear_request("INVITE"));
  bring(carrier, "1001", "1001");
  EXPECT_TRUE(carrier.hear_status(404)) << "extensions are reached by inbound routes alone";
  Phone stranger(exchange, {"x", "", ""}, sim::flow_from("203.0.113.99:5060"), 24);
  bring(stranger, "+493012340", "+493012340");
  EXPECT_FALSE(bob.hear_request("INVITE"));
}

TEST_F(Outward, WhoForgesAPeersAddressRingsNobodyForEver) {
  exchange.set_guard(sim::open_gate());  // trunks are protected: the guard holds nothing against them
  ASSERT_EQ(bob.register_(), 200);
  const std::uint32_t per_s = exchange.policy().limits.requests_per_s;
  for (std::uint32_t i = 0; i < 20 * per_s; ++i) bring(carrier, "+493012340", "+493012340");
  EXPECT_TRUE(exchange.has_report(Reason::attempts_too_fast));
  std::uint32_t served = 0;
  while (const auto answer = carrier.hear()) served += (*answer)->is_request ? 0 : (*answer)->status == 100;
  EXPECT_LE(served, 4 * per_s) << "three seconds' worth at once";
  EXPECT_GT(served, 0u);
}

TEST_F(Outward, ATrunkThatRegistersDoesSoWithASecretContactAndIsCalledByItAlone) {
  toll::Terms terms = two_carriers();
  terms.trunks[0].line.registers = true;
  terms.trunks[0].identity.kind = trunk::TrunkKind::registers;
  terms.trunks[0].identity.sources.clear();
  terms.trunks[0].identity.contact = "k3j5h7g9f2d4s6a8q1w3e5r7t9";
  terms.trunks[0].line.contact = "k3j5h7g9f2d4s6a8q1w3e5r7t9";
  exchange.set_plan(plan_of(terms));
  auto request = carrier.hear_request("REGISTER");
  ASSERT_TRUE(request);
  const std::string contact((*request)->value(sip::HeaderName::contact));
  EXPECT_NE(contact.find("k3j5h7g9f2d4s6a8q1w3e5r7t9@"), std::string::npos) << contact;
  carrier.answer(*request, 401, {}, "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\"\r\n");
  request = carrier.hear_request("REGISTER");
  ASSERT_TRUE(request);
  EXPECT_NE((*request)->value(sip::HeaderName::authorization).find("customer-7"), std::string::npos);
  carrier.answer(*request, 200, {}, fmt::format("Contact: {};expires=600\r\n", contact));
  EXPECT_NE(told(Reason::trunk_registered), "");
  for (const auto& report : exchange.reports)
    EXPECT_NE(report.level, effect::Level::warning) << "to begin with is no trouble: " << report.detail;

  ASSERT_EQ(bob.register_(), 200);
  bring(carrier, "k3j5h7g9f2d4s6a8q1w3e5r7t9", "+493012340");
  EXPECT_TRUE(bob.hear_request("INVITE"));
}

TEST_F(Outward, AnEmergencyCallIsToldAtOnceWithWhoCallsFromWhereByWhichTrunk) {
  a = alice.invite("112", sim::audio_sdp(alice_rtp));
  ASSERT_TRUE(carrier.hear_request("INVITE"));
  EXPECT_EQ(told(Reason::emergency_called), "1001: 112 by the trunk first");
  for (const auto& report : exchange.reports)
    if (report.reason == Reason::emergency_called) {
      EXPECT_EQ(report.level, effect::Level::warning);
      EXPECT_EQ(report.flow.remote, alice.flow.remote);
      EXPECT_NE(report.call, "");
    }
}

TEST_F(Outward, TheNumberForTestsLeavesAsAnEmergencyCallDoesAndIsToldAsATest) {
  toll::Terms terms = two_carriers();
  terms.routes.clear();
  terms.tenants[0].emergency_test = "933";
  terms.tenants[0].emergency = {"933"};
  exchange.set_plan(plan_of(std::move(terms)));
  a = alice.invite("933", sim::audio_sdp(alice_rtp));
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite) << "without any route";
  EXPECT_EQ((*invite)->request_uri.user, "933");
  EXPECT_EQ(told(Reason::emergency_called), "1001: 933 by the trunk first, a test");
  carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
  EXPECT_TRUE(alice.hear_status(200));
  EXPECT_TRUE(std::holds_alternative<effect::Calls>(exchange.command(effect::ListCalls{})));
}

TEST_F(Outward, AnEmergencyCallThatNoTrunkCanCarryIsToldAsAnError) {
  toll::Terms terms = two_carriers();
  for (toll::TrunkTerms& trunk : terms.trunks) trunk.line.enabled = false;
  exchange.set_plan(plan_of(std::move(terms)));
  a = alice.invite("112", sim::audio_sdp(alice_rtp));
  ASSERT_TRUE(alice.hear_status(403));
  ASSERT_TRUE(exchange.has_report(Reason::emergency_called));
  EXPECT_NE(told(Reason::emergency_called).find("no trunk"), std::string::npos);
  for (const auto& report : exchange.reports)
    if (report.reason == Reason::emergency_called) {
      EXPECT_EQ(report.level, effect::Level::error);
    }
}

TEST_F(Outward, ManyRefusedCallsOfOneExtensionAreToldInOneLineAndAgainAtEveryDoubling) {
  const auto count = [&](Reason reason, effect::Level level) {
    return std::count_if(exchange.reports.begin(), exchange.reports.end(),
                         [&](const auto& report) { return report.reason == reason && report.level == level; });
  };
  for (std::uint32_t i = 0; i < 4 * AlarmLimits::refusals; ++i) {
    a = alice.invite("00442079460000", sim::audio_sdp(alice_rtp));
    ASSERT_TRUE(alice.hear_status(403)) << i;
    exchange.advance_ms(2'000);
  }
  EXPECT_EQ(count(Reason::toll_refused_often, effect::Level::warning), 3) << "at 5, 10 and 20";
  EXPECT_EQ(told(Reason::toll_refused_often), "1001: 5 calls within 60 s: 5 by reach");
  EXPECT_EQ(count(Reason::toll_refused, effect::Level::notice), AlarmLimits::refusals);
  EXPECT_EQ(count(Reason::toll_refused, effect::Level::debug), 3 * AlarmLimits::refusals);
  exchange.advance_ms(std::int64_t{AlarmLimits::refusals_period_s} * 1'000);
  a = alice.invite("00442079460000", sim::audio_sdp(alice_rtp));
  ASSERT_TRUE(alice.hear_status(403));
  EXPECT_EQ(count(Reason::toll_refused, effect::Level::notice), AlarmLimits::refusals + 1) << "a new window";
}

TEST_F(Outward, TrunksAreListedWithTheirHealthAndTheirRunningCalls) {
  const auto first = [&] {
    const auto answer = exchange.command(effect::ListTrunks{});
    const auto& trunks = std::get<effect::Trunks>(answer).trunks;
    EXPECT_EQ(trunks.size(), 2u);
    return trunks[0];
  };
  EXPECT_EQ(first().health, "not known yet");
  EXPECT_EQ(first().answered_wall_ms, 0);
  EXPECT_EQ(first().registration, "") << "it does not register";
  a = dial();
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 180);
  EXPECT_EQ(first().calls_out, 1u);
  EXPECT_EQ(first().calls_in, 0u);
  ASSERT_EQ(bob.register_(), 200);
  bring(carrier, "+493012340", "+493012340");
  ASSERT_TRUE(bob.hear_request("INVITE"));
  EXPECT_EQ(first().calls_in, 1u);
}

TEST_F(Outward, ARefusedRegistrationIsListedUntilItIsMended) {
  toll::Terms terms = two_carriers();
  terms.trunks[0].line.registers = true;
  terms.trunks[0].identity.kind = trunk::TrunkKind::registers;
  terms.trunks[0].identity.sources.clear();
  terms.trunks[0].identity.contact = "k3j5h7g9f2d4s6a8q1w3e5r7t9";
  terms.trunks[0].line.contact = "k3j5h7g9f2d4s6a8q1w3e5r7t9";
  exchange.set_plan(plan_of(terms));
  const auto first = [&] {
    const auto answer = exchange.command(effect::ListTrunks{});
    for (const auto& each : std::get<effect::Trunks>(answer).trunks)
      if (each.id == TrunkId{1}) return each;
    return effect::TrunkNow{};
  };
  auto request = carrier.hear_request("REGISTER");
  ASSERT_TRUE(request);
  carrier.answer(*request, 403);
  EXPECT_EQ(first().registration, "refused");
  EXPECT_NE(first().last_trouble, "");
  EXPECT_EQ(first().registered_until_wall_ms, 0);
  EXPECT_EQ(first().answered_wall_ms, exchange.now.wall_ms);
  // It tries again after a long pause.
  request = {};
  for (int minutes = 0; !request && minutes < 240; ++minutes) {
    exchange.advance_ms(60'000);
    request = carrier.hear_request("REGISTER");
  }
  ASSERT_TRUE(request);
  const std::string contact((*request)->value(sip::HeaderName::contact));
  carrier.answer(*request, 200, {}, fmt::format("Contact: {};expires=600\r\n", contact));
  EXPECT_EQ(first().registration, "registered");
  EXPECT_EQ(first().last_trouble, "");
  EXPECT_EQ(first().registered_until_wall_ms, exchange.now.wall_ms + 600'000);
}

class Prepaid : public Outward {
 protected:
  void SetUp() override {
    toll::Terms terms = two_carriers();
    toll::ExtensionTerms phone;
    phone.id = exchange.policy().by_number(tenant, "1001")->id;
    phone.tenant = tenant;
    phone.spending.money.prepaid = true;
    terms.extensions.push_back(std::move(phone));
    exchange.set_plan(plan_of(std::move(terms)));
    ASSERT_EQ(alice.register_(), 200);
  }
  effect::CommandResult give(std::int64_t micros, std::string_view currency = "EUR") {
    const ExtensionId id = exchange.policy().by_number(tenant, "1001")->id;
    return exchange.command(effect::TopUp{tenant,
                                          {money::Level::extension, id.value},
                                          *money::Amount::of_micros(micros, *money::Currency::parse(currency))});
  }
};

TEST_F(Prepaid, CreditIsAnsweredWithWhatIsLeftWhenItIsOnDisk) {
  const auto answer = give(20'000'000);
  ASSERT_TRUE(std::holds_alternative<effect::Credited>(answer));
  EXPECT_EQ(std::get<effect::Credited>(answer).left.text(), "20.00");
  EXPECT_FALSE(exchange.ledger.empty());
  EXPECT_EQ(std::get<effect::Credited>(give(-5'000'000)).left.text(), "15.00");
  exchange.crash_and_restart();
  EXPECT_EQ(std::get<effect::Credited>(give(1'000'000)).left.text(), "16.00") << "a crash loses none of it";
}

TEST_F(Prepaid, CreditThatTheDiskDoesNotHaveYetIsNotAnswered) {
  give(1'000'000);
  exchange.disk = Exchange::Disk::holds;
  EXPECT_FALSE(std::holds_alternative<effect::Credited>(give(5'000'000)));
  exchange.disk = Exchange::Disk::works;
  exchange.release_disk();
  EXPECT_EQ(std::get<effect::Credited>(give(1'000'000)).left.text(), "7.00");
}

TEST_F(Prepaid, CreditInAnotherCurrencyThanTheLedgersIsRefusedAndNothingHappens) {
  give(1'000'000);
  EXPECT_TRUE(std::holds_alternative<effect::Refused>(give(1'000'000, "USD")));
  EXPECT_EQ(std::get<effect::Credited>(give(1'000'000)).left.text(), "2.00");
}

TEST_F(Prepaid, WhoIsNotPrepaidIsGivenNoCredit) {
  exchange.set_plan(plan_of(two_carriers()));
  const auto answer = give(1'000'000);
  ASSERT_TRUE(std::holds_alternative<effect::Refused>(answer));
  EXPECT_NE(std::get<effect::Refused>(answer).why, "");
}

TEST_F(Prepaid, OnlySoManyCreditsWaitForTheDisk) {
  exchange.disk = Exchange::Disk::holds;
  for (std::size_t i = 0; i < WaitingLimits::credits; ++i)
    EXPECT_FALSE(std::holds_alternative<effect::Refused>(give(1'000))) << i;
  EXPECT_TRUE(std::holds_alternative<effect::Refused>(give(1'000)));
}

}  // namespace
}  // namespace rf
