// The guard where it stands: between the wire and everything else.
#include <fmt/format.h>

#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

/// What a scanner says, from wherever it likes.
std::string register_text(std::string_view number, std::uint32_t n, std::string_view agent = "Zoiper 5.6") {
  return fmt::format(
      "REGISTER sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.66:5060;branch=z9hG4bK{1}\r\nMax-Forwards: 70\r\n"
      "From: <sip:{0}@192.0.2.1>;tag={1}\r\nTo: <sip:{0}@192.0.2.1>\r\nCall-ID: {1}\r\nCSeq: 1 REGISTER\r\n"
      "User-Agent: {2}\r\nContact: <sip:{0}@198.51.100.66>\r\nContent-Length: 0\r\n\r\n",
      number, n, agent);
}

class Guarded : public Story {
 protected:
  guard::Explanation known(std::string_view address) {
    return std::get<guard::Explanation>(exchange.command(effect::GuardExplain{*Address::parse(address)}));
  }
  std::uint64_t sent_to(std::string_view remote) {
    std::uint64_t count = 0;
    for (const sim::Packet& packet : exchange.sent) count += packet.flow.remote.text() == remote;
    return count;
  }
  /// A guesser that answers each challenge with a wrong password; how many of its tries were answered.
  int guess(std::string_view remote, int times) {
    int answered = 0;
    for (int i = 0; i < times; ++i) {
      Phone guesser(exchange, {"1001", "auth1001", fmt::format("guess-{}", i)}, sim::flow_from(remote), 100u + i);
      sim::connect(exchange, {&alice, &bob, &carol, &guesser});
      answered += guesser.register_() == 401;
      sim::connect(exchange, {&alice, &bob, &carol});
      exchange.advance_ms(200);
    }
    return answered;
  }
};

TEST_F(Guarded, AGuesserOverUdpIsBannedWithEvidenceOnDiskAndThePhonesLive) {
  ASSERT_EQ(alice.register_(), 200);
  EXPECT_LT(guess("198.51.100.66:5060", 200), 60);
  ASSERT_EQ(exchange.bans.size(), 1u);
  const guard::Ban& ban = exchange.bans.begin()->second;
  EXPECT_EQ(ban.subnet.text(), "198.51.100.66/32");
  EXPECT_TRUE(ban.proven);
  EXPECT_TRUE(exchange.has_report(Reason::guard_banned));
  EXPECT_TRUE(exchange.has_report(Reason::guard_account_locked));
  EXPECT_EQ(alice.register_(), 200);
  exchange.crash_and_restart();
  EXPECT_EQ(known("198.51.100.66").ban->rule.view(), ban.rule.view());
  EXPECT_EQ(guess("198.51.100.66:5060", 1), 0) << "and stays out when the process was killed";
  EXPECT_EQ(std::get<effect::Done>(exchange.command(effect::GuardRelease{*Subnet::parse("198.51.100.66")})).count, 1u);
  EXPECT_TRUE(exchange.bans.empty());
  EXPECT_EQ(guess("198.51.100.66:5060", 1), 1);
}

TEST_F(Guarded, AForgedScanNamingAPhoneBansNobodyAndTheRunningCallGoesOn) {
  establish();
  exchange.sent.clear();
  for (std::uint32_t i = 0; i < 5'000; ++i) {
    exchange.receive(sim::flow_from("198.51.100.11:5060"), register_text("9", i, "friendly-scanner"));
    exchange.receive(sim::flow_from("198.51.100.11:6060"), register_text(std::to_string(i), i, "friendly-scanner"));
  }
  EXPECT_TRUE(exchange.bans.empty());
  while (alice.hear()) {
  }
  alice.request(a, "BYE");
  EXPECT_TRUE(alice.hear_status(200)) << "the call speaks for itself";
  ASSERT_TRUE(bob.hear_request("BYE"));
  exchange.advance_ms(2'100);
  EXPECT_EQ(alice.register_(), 200);
}

TEST_F(Guarded, AStrangerWhoScansGetsATrickleAndALineARuleInTheLog) {
  exchange.wire = [](const sim::Packet&) {};
  for (std::uint32_t i = 0; i < 2'000; ++i)
    exchange.receive(sim::flow_from("198.51.100.66:5060"), register_text("7000", i));
  const auto status = std::get<effect::Status>(exchange.command(effect::GetStatus{}));
  EXPECT_LT(status.challenges, 60u);
  EXPECT_NE(known("198.51.100.66").throttled_until_ms, 0);
  std::map<std::string, int> lines;
  for (const effect::Report& report : exchange.reports)
    if (report.reason == Reason::guard_throttled) ++lines[report.detail.substr(0, report.detail.find(','))];
  EXPECT_FALSE(lines.empty());
  for (const auto& [rule, count] : lines) EXPECT_EQ(count, 1) << rule;
}

TEST_F(Guarded, ABannedConnectionIsClosed) {
  const Flow flow = sim::flow_from("198.51.100.66:4000", Transport::tcp, 9);
  exchange.receive(flow, register_text("1001", 1, "friendly-scanner"));
  ASSERT_EQ(exchange.closed_connections.size(), 1u);
  EXPECT_EQ(exchange.closed_connections[0], 9u);
  EXPECT_EQ(exchange.bans.size(), 1u) << "a handshake is proof";
  exchange.receive(sim::flow_from("198.51.100.66:4001", Transport::tcp, 10), register_text("1001", 2));
  EXPECT_EQ(exchange.closed_connections.back(), 10u);
}

TEST_F(Guarded, ALockedAccountLooksLikeAWrongPassword) {
  guess("198.51.100.66:5060", 12);
  Phone right(exchange, {"1001", "auth1001", "password-1001"}, sim::flow_from("198.51.100.66:5060"), 77);
  sim::connect(exchange, {&right});
  EXPECT_EQ(right.register_(), 401);
  exchange.advance_ms(16 * 60'000);
  EXPECT_EQ(right.register_(), 200) << "until the lock is over";
}

TEST_F(Guarded, OtherRulesTakeOverWithoutForgettingAndAStaticRuleMayRefuseAloud) {
  guess("198.51.100.66:5060", 9);
  guard::Rules rules = guard::Rules::defaults();
  rules.defence.insert(rules.defence.begin(), guard::parse_defence("reject from 198.51.100.67").entries.front());
  exchange.set_guard(*guard::Compiled::compile(rules, {}));
  EXPECT_FALSE(known("198.51.100.66").counts.empty());
  exchange.sent.clear();
  exchange.receive(sim::flow_from("198.51.100.67:5060"), register_text("1001", 1));
  ASSERT_EQ(exchange.sent.size(), 1u);
  EXPECT_EQ(exchange.sent[0].bytes.substr(0, 11), "SIP/2.0 403");
  EXPECT_TRUE(exchange.has_report(Reason::guard_refused));
}

TEST_F(Guarded, WhatWouldHappenIsToldWithoutCountingIt) {
  const auto would = [&](std::string agent) {
    return std::get<effect::GuardVerdict>(exchange.command(effect::GuardTry{
        *Endpoint::parse("198.51.100.66:5060"), Transport::udp, 5'060, guard::Method::register_, agent, "1001"}));
  };
  EXPECT_EQ(would("friendly-scanner").rule, "scanner-agent");
  EXPECT_EQ(would("Yealink").verdict.action, guard::Action::pass);
  EXPECT_FALSE(known("198.51.100.66").known);
}

TEST_F(Guarded, RegistrationsFromBeforeARestartSpeakForTheirPorts) {
  ASSERT_EQ(alice.register_(), 200);
  exchange.crash_and_restart();
  EXPECT_EQ(known("198.51.100.11").registered_ports, 1u);
  EXPECT_TRUE(known("198.51.100.11").spares_phones);
}

}  // namespace
}  // namespace rf
