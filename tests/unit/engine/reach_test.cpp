// Where messages go: along the path that a phone proved, whatever its messages say. The attacker has one right
// password and wants us to speak to somebody else.
#include "core/call/locator.hpp"
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

using txn::DnsResult;
using txn::DnsType;

class Reach : public Story {
 protected:
  Reach() : Story(with_proxy()) {}

  static std::shared_ptr<policy::Policy> with_proxy() {
    auto policy = sim::test_policy();
    policy->proxies = {"sip:edge.example.com"};
    return policy;
  }
  static Phone::Account account(const std::string& number) { return {number, "auth" + number, "password-" + number}; }
  /// Bob at the end of a connection.
  Phone on_stream(std::string_view remote, std::uint64_t connection, Transport transport = Transport::tcp) {
    return Phone(exchange, account("1002"), sim::flow_from(remote, transport, connection), 40 + connection);
  }
  void lose(const Phone& phone) { exchange.input(engine::ConnectionClosed{phone.flow.connection}); }
  /// Nothing went to anybody but alice, bob and carol, and nobody was looked up.
  void expect_nobody_else() {
    EXPECT_TRUE(exchange.sent.empty()) << exchange.sent.front().flow.remote.text() << exchange.sent.front().bytes;
    EXPECT_TRUE(exchange.questions.empty());
  }
  bool resolve(DnsType type, std::string_view name, DnsResult result) {
    const auto asked = std::find_if(exchange.questions.begin(), exchange.questions.end(), [&](const effect::DnsAsk& q) {
      return q.question.type == type && q.question.name == name;
    });
    if (asked == exchange.questions.end()) return false;
    const QueryId query = asked->query;
    exchange.questions.erase(asked);
    result.found = true;
    exchange.input(engine::DnsAnswer{query, std::move(result)});
    return true;
  }
  /// edge.example.com: `service` on server1 (198.51.100.21) and, where that fails, server2 (198.51.100.22).
  void resolve_edge(const std::string& service, const std::string& srv, std::uint16_t port) {
    ASSERT_TRUE(resolve(DnsType::naptr, "edge.example.com", {.naptr = {{10, 10, "s", service, srv}}}));
    ASSERT_TRUE(resolve(DnsType::srv, srv,
                        {.srv = {{10, 0, port, "server1.example.com"}, {20, 0, port, "server2.example.com"}}}));
    ASSERT_TRUE(resolve(DnsType::a, "server1.example.com", {.addresses = {*Address::parse("198.51.100.21")}}));
    ASSERT_TRUE(resolve(DnsType::a, "server2.example.com", {.addresses = {*Address::parse("198.51.100.22")}}));
    EXPECT_TRUE(exchange.questions.empty());
  }
  static constexpr std::string_view through_edge = "Path: <sip:edge.example.com;lr>\r\nSupported: path\r\n";
};

TEST_F(Reach, APhoneThatRegisteredAlongAPathIsCalledAlongIt) {
  ASSERT_EQ(alice.register_(), 200);
  // What the proxy sends comes from the proxy; the phone's own Contact is behind it.
  bob.contact = "sip:1002@10.0.0.5:5060";
  ASSERT_EQ(bob.register_(600, "Path: <sip:near.example;lr>, <sip:far.example;lr>\r\nSupported: path\r\n"), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->request_uri.raw, bob.contact);
  EXPECT_EQ((*invite)->value(sip::HeaderName::route), "<sip:near.example;lr>, <sip:far.example;lr>");
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp), "Record-Route: <sip:near.example;lr>\r\n");
  const auto ack = bob.hear_request("ACK");
  ASSERT_TRUE(ack);
  EXPECT_EQ((*ack)->value(sip::HeaderName::route), "<sip:near.example;lr>") << "from here on who recorded itself";
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_EQ(ok->bytes->find("near.example"), std::string::npos);
  alice.learn(a, *ok);
  alice.ack(a);
  alice.request(a, "BYE");
  bob.answer(*bob.hear_request("BYE"), 200);
  expect_nobody_else();
}

TEST_F(Reach, ARecordRouteOfTheCallerLeadsNobodyElsewhere) {
  for (const std::string_view hop : {"sip:127.0.0.2:22;transport=tcp;lr", "sip:127.0.0.2:53;lr",
                                     "sip:inside.example;lr", "sip:edge.example.com;lr"}) {
    ASSERT_EQ(alice.register_(), 200);
    ASSERT_EQ(bob.register_(), 200);
    a = alice.invite("1002", sim::audio_sdp(alice_rtp), "Record-Route: <" + std::string(hop) + ">\r\n");
    const auto invite = bob.hear_request("INVITE");
    ASSERT_TRUE(invite);
    b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    alice.learn(a, *ok);
    alice.ack(a);
    bob.request(b, "BYE");
    const auto bye = alice.hear_request("BYE");
    ASSERT_TRUE(bye) << hop;
    EXPECT_NE((*bye)->value(sip::HeaderName::route).find(hop), std::string_view::npos);
    alice.answer(*bye, 200);
    expect_nobody_else();
  }
}

TEST_F(Reach, ARecordRouteOfTheCalleeLeadsNobodyElsewhere) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  bob.answer(*invite, 200, sim::audio_sdp(bob_rtp), "Record-Route: <sip:127.0.0.2:22;transport=tcp;lr>\r\n");
  EXPECT_TRUE(bob.hear_request("ACK"));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  alice.request(a, "BYE");
  EXPECT_TRUE(bob.hear_request("BYE"));
  expect_nobody_else();
}

TEST_F(Reach, AContactBehindASecondViaLeadsNobodyElsewhere) {
  ASSERT_EQ(bob.register_(), 200);
  alice.contact = "sip:1001@127.0.0.2:22;transport=tcp";
  a = alice.invite("1002", sim::audio_sdp(alice_rtp), "Via: SIP/2.0/TCP 127.0.0.2:22;branch=z9hG4bKinner\r\n");
  const auto invite = bob.hear_request("INVITE");
  ASSERT_TRUE(invite);
  b = bob.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  bob.request(b, "BYE");
  EXPECT_TRUE(alice.hear_request("BYE"));
  expect_nobody_else();
}

TEST_F(Reach, ADatagramPhoneIsCalledWhereItRegisteredFromNotWhereItsContactPoints) {
  ASSERT_EQ(alice.register_(), 200);
  bob.contact = "sip:1002@127.0.0.2:53";
  ASSERT_EQ(bob.register_(3'600, "Path: <sip:127.0.0.2:5353;lr>\r\nSupported: path\r\n"), 200);
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(bob.hear_request("INVITE"));
  exchange.advance_ms(31'000);
  expect_nobody_else();
}

TEST_F(Reach, APhoneWhoseConnectionIsGoneIsNotSoughtWhereItsContactPoints) {
  ASSERT_EQ(alice.register_(), 200);
  Phone stream = on_stream("198.51.100.12:40000", 7);
  stream.contact = "sip:1002@127.0.0.2:22;transport=tcp";
  sim::connect(exchange, {&alice, &stream});
  ASSERT_EQ(stream.register_(), 200);
  lose(stream);
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(alice.hear_status(480));
  expect_nobody_else();
  exchange.crash_and_restart();
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(alice.hear_status(480));
  expect_nobody_else();
}

TEST_F(Reach, APhoneThatRegistersOnANewConnectionIsCalledThere) {
  ASSERT_EQ(alice.register_(), 200);
  Phone before = on_stream("198.51.100.12:40000", 7), after = on_stream("198.51.100.12:40001", 8);
  after.contact = before.contact;
  sim::connect(exchange, {&alice, &before, &after});
  ASSERT_EQ(before.register_(), 200);
  lose(before);
  ASSERT_EQ(after.register_(), 200);
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(after.hear_request("INVITE"));
  EXPECT_FALSE(before.hear_request("INVITE"));
}

TEST_F(Reach, AConfiguredProxyIsFoundAgainByNaptrSrvAndAddressAndItsSecondServerWhenTheFirstFails) {
  ASSERT_EQ(alice.register_(), 200);
  Phone edge = on_stream("198.51.100.21:40000", 7);
  Phone second = on_stream("198.51.100.22:5060", 8);
  sim::connect(exchange, {&alice, &edge, &second});
  ASSERT_EQ(edge.register_(600, through_edge), 200);
  lose(edge);
  a = alice.invite("1002", sim::audio_sdp(alice_rtp));
  resolve_edge("SIP+D2T", "_sip._tcp.edge.example.com", 5060);
  ASSERT_EQ(exchange.sent.size(), 1u);
  const Flow first = exchange.sent.front().flow;
  EXPECT_EQ(first.remote.text(), "198.51.100.21:5060");
  EXPECT_EQ(first.transport, Transport::tcp);
  EXPECT_FALSE(first.connection);
  EXPECT_NE(exchange.sent.front().bytes.find("Via: SIP/2.0/TCP 192.0.2.1:5060"), std::string::npos);
  exchange.sent.clear();
  exchange.input(engine::SendFailed{first});
  ASSERT_EQ(exchange.sent.size(), 1u);
  EXPECT_EQ(exchange.sent.front().flow.remote.text(), "198.51.100.22:5060");
  // The shell connected; what comes by that connection is the answer, and the rest of the call stays on it.
  second.take(exchange.sent.front());
  const auto invite = second.hear_request("INVITE");
  ASSERT_TRUE(invite);
  b = second.answer(*invite, 200, sim::audio_sdp(bob_rtp));
  EXPECT_TRUE(second.hear_request("ACK"));
  EXPECT_TRUE(alice.hear_status(200));
}

TEST_F(Reach, AServerThatSays503IsFollowedByTheNext) {
  ASSERT_EQ(alice.register_(), 200);
  Phone edge = on_stream("198.51.100.21:40000", 7), first = on_stream("198.51.100.21:5060", 8);
  sim::connect(exchange, {&alice, &edge, &first});
  ASSERT_EQ(edge.register_(600, through_edge), 200);
  lose(edge);
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  resolve_edge("SIP+D2T", "_sip._tcp.edge.example.com", 5060);
  ASSERT_EQ(exchange.sent.size(), 1u);
  first.take(exchange.sent.front());
  exchange.sent.clear();
  first.answer(*first.hear_request("INVITE"), 503);
  ASSERT_FALSE(exchange.sent.empty());
  EXPECT_EQ(exchange.sent.back().flow.remote.text(), "198.51.100.22:5060");
}

TEST_F(Reach, TheNameOfAConfiguredProxyGoesAlongForItsCertificate) {
  ASSERT_EQ(alice.register_(), 200);
  Phone edge = on_stream("198.51.100.21:40000", 7, Transport::tls);
  sim::connect(exchange, {&alice, &edge});
  ASSERT_EQ(edge.register_(600, through_edge), 200);
  lose(edge);
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  resolve_edge("SIPS+D2T", "_sips._tcp.edge.example.com", 5061);
  ASSERT_EQ(exchange.sent.size(), 1u);
  EXPECT_EQ(exchange.sent.front().flow.transport, Transport::tls);
  EXPECT_EQ(exchange.sent.front().flow.tls_name, "edge.example.com");
}

TEST_F(Reach, WhatCameEncryptedDoesNotLeaveInTheClear) {
  ASSERT_EQ(alice.register_(), 200);
  Phone edge = on_stream("198.51.100.21:40000", 7, Transport::tls);
  sim::connect(exchange, {&alice, &edge});
  ASSERT_EQ(edge.register_(600, through_edge), 200);
  lose(edge);
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  resolve_edge("SIP+D2U", "_sip._udp.edge.example.com", 5060);
  EXPECT_TRUE(alice.hear_status(480));
  expect_nobody_else();
}

TEST_F(Reach, WhoOnlyBorrowsTheNameOfAProxyIsNotLookedForThere) {
  ASSERT_EQ(alice.register_(), 200);
  Phone thief = on_stream("198.51.100.12:40000", 7);
  sim::connect(exchange, {&alice, &thief});
  ASSERT_EQ(thief.register_(600, through_edge), 200);
  lose(thief);
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  resolve_edge("SIP+D2T", "_sip._tcp.edge.example.com", 5060);
  EXPECT_TRUE(alice.hear_status(480));
  expect_nobody_else();
}

TEST_F(Reach, AProxyThatTheConfigurationDoesNotNameIsNotLookedUp) {
  ASSERT_EQ(alice.register_(), 200);
  Phone edge = on_stream("198.51.100.21:40000", 7);
  sim::connect(exchange, {&alice, &edge});
  for (const std::string_view hop : {"sip:edge.example.com:22;lr", "sip:edge.example.com;transport=tcp;lr",
                                     "sips:edge.example.com;lr", "sip:edge.example.com.attacker.example;lr"}) {
    ASSERT_EQ(edge.register_(600, "Supported: path\r\nPath: <" + std::string(hop) + ">\r\n"), 200);
    lose(edge);
    alice.invite("1002", sim::audio_sdp(alice_rtp));
    EXPECT_TRUE(alice.hear_status(480)) << hop;
    expect_nobody_else();
  }
}

class FlowTowards : public testing::Test {
 protected:
  FlowTowards() {
    const auto listener = [&](std::uint64_t id, Transport transport, std::string_view bind) {
      policy.listeners.push_back({ListenerId{id}, transport, *Endpoint::parse(bind), {}});
    };
    listener(1, Transport::udp, "0.0.0.0:5060");
    listener(2, Transport::udp, "[::]:5060");
    listener(3, Transport::tls, "0.0.0.0:5061");
    listener(4, Transport::tls, "198.18.0.1:5071");
    listener(5, Transport::tls, "[::]:5061");
    like.listener = ListenerId{1};
    like.local = *Endpoint::parse("192.0.2.1:5060");
    like.remote = *Endpoint::parse("198.51.100.21:40000");
  }
  std::optional<Flow> towards(Transport transport, std::string_view endpoint) const {
    return call::flow_towards(policy, {transport, *Endpoint::parse(endpoint), "edge.example.com"}, like);
  }
  policy::Policy policy;
  Flow like;
};

TEST_F(FlowTowards, LeavesByTheListenerOfItsTransportAndFamily) {
  EXPECT_EQ(towards(Transport::udp, "203.0.113.1:5060")->listener, ListenerId{1});
  EXPECT_EQ(towards(Transport::tls, "203.0.113.1:5061")->listener, ListenerId{3});
  like.local = *Endpoint::parse("198.18.0.1:5060");
  EXPECT_EQ(towards(Transport::tls, "203.0.113.1:5061")->listener, ListenerId{4});
  like.local = *Endpoint::parse("[2001:db8::1]:5060");
  EXPECT_EQ(towards(Transport::tls, "[2001:db8::9]:5061")->listener, ListenerId{5});
  EXPECT_FALSE(towards(Transport::tcp, "203.0.113.1:5060"));
}

TEST_F(FlowTowards, NamesAnAddressThatPacketsCanComeTo) {
  EXPECT_EQ(towards(Transport::udp, "203.0.113.1:5060")->local.text(), "192.0.2.1:5060");
  EXPECT_EQ(towards(Transport::tls, "203.0.113.1:5061")->local.text(), "192.0.2.1:5061");
  // Nothing is known of our address in that family.
  EXPECT_FALSE(towards(Transport::tls, "[2001:db8::9]:5061"));
}

}  // namespace
}  // namespace rf
