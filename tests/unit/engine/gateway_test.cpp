// Gateways that register with us: known by their password and the path it came by, and never taken for a phone.
#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

/// The second trunk of two is a gateway that registers; the first is a carrier.
toll::Terms with_gateway() {
  toll::Terms terms = two_carriers();
  toll::TrunkTerms& gateway = terms.trunks[1];
  gateway.line.uri.clear();
  gateway.line.domain.clear();
  gateway.line.user = "gateway-7";
  gateway.line.password = Secret<std::string>(std::string("its password"));
  gateway.line.accepts = true;
  gateway.identity.kind = trunk::TrunkKind::accept_register;
  gateway.identity.sources.clear();
  terms.routes[0].trunks = {{"second", {}}, {"first", {}}};
  return terms;
}

class Gateway : public Outward {
 protected:
  Gateway() { sim::connect(exchange, {&alice, &bob, &carol, &carrier, &gateway, &elsewhere}); }
  void SetUp() override {
    exchange.set_plan(plan_of(with_gateway()));
    ASSERT_EQ(alice.register_(), 200);
    ASSERT_EQ(bob.register_(), 200);
  }
  Phone gateway{exchange, {"gateway-7", "gateway-7", "its password"}, sim::flow_from("203.0.113.70:5080"), 31};
  Phone elsewhere{exchange, {"gateway-7", "gateway-7", "its password"}, sim::flow_from("203.0.113.71:5080"), 32};
};

TEST_F(Gateway, CallsGoWhereItRegisteredFrom) {
  ASSERT_EQ(gateway.register_(), 200);
  EXPECT_NE(told(Reason::trunk_registered).find("second: "), std::string::npos);
  a = dial();
  const auto invite = gateway.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->request_uri.raw, "sip:0301234567@203.0.113.70:5080") << "its contact, and the called number";
  EXPECT_EQ((*invite)->to.uri.user, "0301234567");
  EXPECT_FALSE((*invite)->to.uri.host.empty());
  EXPECT_FALSE((*invite)->from.uri.host.empty());
  b = gateway.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.70:4000")));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  gateway.request(b, "BYE");
  const auto bye = alice.hear_request("BYE");
  ASSERT_TRUE(bye);
  alice.answer(*bye, 200);
  expect_nothing_left();
}

TEST_F(Gateway, WithoutARegistrationTheNextTrunkIsTaken) {
  a = dial();
  EXPECT_TRUE(carrier.hear_request("INVITE"));
  EXPECT_NE(told(Reason::trunk_failed).find("second: its gateway is not registered"), std::string::npos);
}

TEST_F(Gateway, ItsRegistrationEndsByItselfByItsWordAndWithItsPassword) {
  ASSERT_EQ(gateway.register_(120), 200);
  exchange.advance_ms(121'000);
  EXPECT_NE(told(Reason::trunk_not_registered).find("ran out"), std::string::npos);
  a = dial();
  EXPECT_FALSE(gateway.hear_request("INVITE"));

  ASSERT_EQ(gateway.register_(120), 200);
  ASSERT_EQ(gateway.register_(0), 200);
  a = dial();
  EXPECT_FALSE(gateway.hear_request("INVITE"));

  ASSERT_EQ(gateway.register_(120), 200);
  toll::Terms terms = with_gateway();
  terms.trunks[1].line.password = Secret<std::string>(std::string("another one"));
  exchange.set_plan(plan_of(terms));
  a = dial();
  EXPECT_FALSE(gateway.hear_request("INVITE"));
  EXPECT_EQ(gateway.register_(120), 401);
}

TEST_F(Gateway, IsGrantedNoLongerThanItMayBeLostAfterARestart) {
  gateway.say("");
  const auto ok = gateway.ask("REGISTER", "sip:192.0.2.1", "Expires: 3600\r\n");
  ASSERT_TRUE(ok);
  EXPECT_EQ((*ok)->status, 403) << "of somebody else's address of record";
  ASSERT_EQ(gateway.register_(3'600), 200);
  a = dial();
  EXPECT_TRUE(gateway.hear_request("INVITE"));
  exchange.advance_ms(301'000);
  EXPECT_NE(told(Reason::trunk_not_registered), "");
}

TEST_F(Gateway, IsCalledAfterARestartAsBefore) {
  ASSERT_EQ(gateway.register_(), 200);
  ASSERT_EQ(exchange.gateways.size(), 1u);
  exchange.crash_and_restart();
  a = dial();
  const auto invite = gateway.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->request_uri.raw, "sip:0301234567@203.0.113.70:5080");
  gateway.answer(*invite, 486);
  bring(gateway, "+493012340", "+493012340");
  EXPECT_TRUE(bob.hear_request("INVITE")) << "and its calls come in without a password";
  exchange.advance_ms(301'000);
  EXPECT_TRUE(exchange.gateways.empty()) << "no longer than it was granted";
}

TEST_F(Gateway, IsGoneAfterARestartWhenItCouldNotRegisterLikeThatAnyMore) {
  const auto again = [&](const std::function<void(toll::Terms&, record::GatewayBinding&)>& change) {
    exchange.set_plan(plan_of(with_gateway()));
    EXPECT_EQ(gateway.register_(), 200);
    toll::Terms terms = with_gateway();
    record::GatewayBinding kept = exchange.gateways.begin()->second;
    change(terms, kept);
    exchange.set_plan(plan_of(terms));
    exchange.gateways = {{kept.trunk.value, kept}};  // as if all that had happened while no process ran
    exchange.crash_and_restart();
    while (gateway.hear()) continue;
    a = dial();
    EXPECT_TRUE(exchange.gateways.empty());
    return gateway.hear_request("INVITE").has_value();
  };
  EXPECT_FALSE(again([](toll::Terms& terms, auto&) { terms.trunks[1].line.enabled = false; }));
  EXPECT_FALSE(again([](toll::Terms& terms, auto&) { terms.trunks[1].line.user = "somebody-else"; }));
  EXPECT_FALSE(again(
      [](toll::Terms& terms, auto&) { terms.trunks[1].identity.sources = {{*Subnet::parse("203.0.113.128/25"), 0}}; }));
  EXPECT_FALSE(again([](toll::Terms&, record::GatewayBinding& kept) { kept.expires_wall_ms = 1; }));
  EXPECT_FALSE(again([](toll::Terms&, record::GatewayBinding& kept) { kept.trunk = TrunkId{77}; }));
}

TEST_F(Gateway, ThatGoesOverToAConnectionLeavesNoPlaceOnDisk) {
  ASSERT_EQ(gateway.register_(), 200);
  ASSERT_EQ(exchange.gateways.size(), 1u);
  Phone tcp(exchange, gateway.account(), sim::flow_from("203.0.113.70:6000", Transport::tcp, 9), 33);
  sim::connect(exchange, {&alice, &bob, &carrier, &tcp});
  ASSERT_EQ(tcp.register_(), 200);
  EXPECT_TRUE(exchange.gateways.empty()) << "a connection ends with the process";
}

TEST_F(Gateway, ItsConnectionIsItsPlace) {
  Phone tcp(exchange, gateway.account(), sim::flow_from("203.0.113.70:6000", Transport::tcp, 9), 33);
  sim::connect(exchange, {&alice, &bob, &carrier, &tcp});
  ASSERT_EQ(tcp.register_(), 200);
  EXPECT_EQ(exchange.trusted_connections, std::vector<std::uint64_t>{9});
  exchange.input(engine::ConnectionClosed{ConnectionId{9}});
  EXPECT_NE(told(Reason::trunk_not_registered).find("connection"), std::string::npos);
  a = dial();
  EXPECT_TRUE(carrier.hear_request("INVITE"));
  EXPECT_FALSE(tcp.hear_request("INVITE"));
}

TEST_F(Gateway, BringsCallsByTheRegisteredPathAndByItsPasswordElsewhere) {
  ASSERT_EQ(gateway.register_(), 200);
  bring(gateway, "+493012340", "+493012340");
  auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite) << "nobody asks it for a password again";
  bob.answer(*invite, 486);
  bring(elsewhere, "+493012340", "+493012340");
  EXPECT_TRUE(elsewhere.hear_status(401));
  EXPECT_FALSE(bob.hear_request("INVITE"));
  Line in = elsewhere.invite("+493012340", sim::audio_sdp(*Endpoint::parse("203.0.113.71:4000")));
  EXPECT_TRUE(bob.hear_request("INVITE"));
}

TEST_F(Gateway, NobodyElseRegistersForItOrSendsAsIt) {
  Phone thief(exchange, {"gateway-7", "gateway-7", "a guess"}, sim::flow_from("203.0.113.99:5060"), 34);
  Phone phone(exchange, {"gateway-7", "auth1003", "password-1003"}, sim::flow_from("198.51.100.99:5060"), 35);
  sim::connect(exchange, {&alice, &bob, &thief, &phone, &gateway});
  EXPECT_EQ(thief.register_(), 401);
  EXPECT_NE(told(Reason::auth_failed).find("wrong password"), std::string::npos);
  EXPECT_EQ(phone.register_(), 403) << "an extension's password opens no trunk";
  ASSERT_EQ(gateway.register_(), 200);
  Phone neighbour(exchange, {"x", "", ""}, sim::flow_from("203.0.113.70:5081"), 36);
  bring(neighbour, "+493012340", "+493012340");
  EXPECT_FALSE(bob.hear_request("INVITE")) << "another program on the gateway's host";
}

TEST_F(Gateway, IsNoExtension) {
  const auto call = gateway.ask("INVITE", "sip:1002@192.0.2.1");
  ASSERT_TRUE(call);
  EXPECT_EQ((*call)->status, 404) << "extensions are reached by inbound routes alone";
  const auto out = gateway.ask("INVITE", "sip:+442079460000@192.0.2.1");
  ASSERT_TRUE(out);
  EXPECT_FALSE(carrier.hear_request("INVITE")) << "what it brings never leaves again";
  for (const std::string_view method : {"SUBSCRIBE", "MESSAGE", "NOTIFY"}) {
    const auto answer = gateway.ask(method, "sip:1002@192.0.2.1");
    ASSERT_TRUE(answer) << method;
    EXPECT_EQ((*answer)->status, 405) << method;
  }
  const auto as_phone = gateway.ask("REGISTER", "sip:192.0.2.1", "");
  ASSERT_TRUE(as_phone);
  EXPECT_EQ((*as_phone)->status, 403);
}

TEST_F(Gateway, ItsPasswordFromWhereItDoesNotComeIsRefusedAsAWrongOneAndExplained) {
  toll::Terms terms = with_gateway();
  terms.trunks[1].identity.sources = {{*Subnet::parse("203.0.113.70"), 0}};
  exchange.set_plan(plan_of(terms));
  EXPECT_EQ(gateway.register_(), 200);
  EXPECT_EQ(elsewhere.register_(), 401);
  EXPECT_NE(told(Reason::trunk_impostor).find("may be stolen"), std::string::npos) << told(Reason::trunk_impostor);
}

TEST_F(Gateway, WhereItMayNoLongerComeFromItIsNotCalled) {
  ASSERT_EQ(gateway.register_(), 200);
  toll::Terms terms = with_gateway();
  terms.trunks[1].identity.sources = {{*Subnet::parse("203.0.113.71"), 0}};
  exchange.set_plan(plan_of(terms));
  a = dial();
  EXPECT_FALSE(gateway.hear_request("INVITE"));
  EXPECT_TRUE(carrier.hear_request("INVITE"));
}

TEST_F(Gateway, TwoOnOnePathAreToldApartByTheirPasswordsAlone) {
  toll::Terms terms = with_gateway();
  terms.trunks.push_back(terms.trunks[1]);
  toll::TrunkTerms& twin = terms.trunks[2];
  twin.line.id = twin.identity.id = TrunkId{3};
  twin.line.name = twin.identity.name = "third";
  twin.line.user = "gateway-8";
  exchange.set_plan(plan_of(terms));
  Phone other_user(exchange, {"gateway-8", "gateway-8", "its password"}, gateway.flow, 37);
  ASSERT_EQ(gateway.register_(), 200);
  sim::connect(exchange, {&alice, &bob, &other_user});
  ASSERT_EQ(other_user.register_(), 200);
  bring(other_user, "+493012340", "+493012340");
  EXPECT_TRUE(other_user.hear_status(401)) << "which of the two is it?";
  EXPECT_FALSE(bob.hear_request("INVITE"));
}

TEST_F(Gateway, ItsUserIsNoNameOfAnExtensionOrOfAnotherGateway) {
  const auto faults_of = [](toll::Terms terms, std::string auth_name) {
    const auto plan = toll::Plan::compile(
        std::move(terms),
        {{tenant, "1001", ExtensionId{1}, std::move(auth_name)}, {tenant, "1002", ExtensionId{2}, "x"}}, 1);
    return plan ? std::string() : plan.error().front().text;
  };
  EXPECT_EQ(faults_of(with_gateway(), "auth1001"), "");
  EXPECT_NE(faults_of(with_gateway(), "gateway-7").find("an extension"), std::string::npos);
  toll::Terms terms = with_gateway();
  terms.trunks[0].identity.kind = trunk::TrunkKind::accept_register;
  terms.trunks[0].identity.sources.clear();
  terms.trunks[0].line.user = "gateway-7";
  EXPECT_NE(faults_of(std::move(terms), "auth1001").find("another trunk"), std::string::npos);
}

TEST_F(Gateway, AnOlderRegistrationUndoesNoNewerOne) {
  ASSERT_EQ(gateway.register_(600), 200);
  ASSERT_EQ(gateway.register_(600, "Contact: <sip:a@203.0.113.70>, <sip:b@203.0.113.70>\r\n"), 400) << "one place";
  ASSERT_EQ(gateway.register_(10), 423);
  a = dial();
  EXPECT_TRUE(gateway.hear_request("INVITE"));
}

TEST_F(Gateway, IsAskedWhetherItLivesWhereItRegistered) {
  ASSERT_EQ(gateway.register_(600), 200);
  toll::Terms terms = with_gateway();
  terms.trunks[1].line.ping_s = 30;
  exchange.set_plan(plan_of(terms));
  ASSERT_EQ(gateway.register_(600), 200);
  exchange.advance_ms(31'000);
  const auto asked = gateway.hear_request("OPTIONS");
  ASSERT_TRUE(asked);
  EXPECT_EQ((*asked)->request_uri.raw, gateway.contact);
  gateway.answer(*asked, 200);
  EXPECT_NE(told(Reason::trunk_up), "");
}

TEST_F(Outward, ATrunkThatDoesNotSayThatItLivesIsPassedOverUntilItDoes) {
  toll::Terms terms = two_carriers();
  terms.trunks[0].line.ping_s = 30;
  exchange.set_plan(plan_of(std::move(terms)));
  for (int s = 0; s < 600 && told(Reason::trunk_down).empty(); ++s) exchange.advance_ms(1'000);
  EXPECT_NE(told(Reason::trunk_down).find("first"), std::string::npos) << told(Reason::trunk_down);
  while (carrier.hear_request("OPTIONS")) continue;
  a = dial();
  const auto passed_on = other.hear_request("INVITE");
  ASSERT_TRUE(passed_on);
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  other.answer(*passed_on, 486);
  ASSERT_TRUE(alice.hear_status(486));
  const auto lives = [&] {
    return std::any_of(exchange.reports.begin(), exchange.reports.end(),
                       [](const effect::Report& each) { return each.detail == "first: up"; });
  };
  for (int s = 0; s < 1'200 && !lives(); ++s) {
    if (const auto asked = carrier.hear_request("OPTIONS")) carrier.answer(*asked, 200);
    exchange.advance_ms(1'000);
  }
  EXPECT_TRUE(lives());
  a = dial();
  EXPECT_TRUE(carrier.hear_request("INVITE"));
}

}  // namespace
}  // namespace rf
