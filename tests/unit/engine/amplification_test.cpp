// What a datagram with a forged address can make us send to whoever it names.
#include <fmt/format.h>

#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class Amplification : public Story {
 protected:
  Amplification() {
    exchange.wire = [this](const sim::Packet& packet) { answered += packet.bytes; };
  }
  std::string shortest(std::string_view method) const {
    return fmt::format(
        "{0} sip:a SIP/2.0\r\nv:SIP/2.0/UDP a;branch=z9hG4bK1;rport\r\nf:<sip:a@a>;tag=1\r\nt:<sip:a@a>\r\ni:1\r\n"
        "CSeq:1 {0}\r\n\r\n",
        method);
  }
  std::size_t challenges() const {
    std::size_t count = 0;
    for (std::size_t at = answered.find("WWW-Authenticate"); at != std::string::npos;
         at = answered.find("WWW-Authenticate", at + 1))
      ++count;
    return count;
  }
  std::string answered;
};

TEST_F(Amplification, TheShortestRequestsGetAtMostThreeTimesTheirBytes) {
  for (const std::string_view method :
       {"REGISTER", "INVITE", "OPTIONS", "BYE", "MESSAGE", "SUBSCRIBE", "CANCEL", "NOSUCH", "PRACK"}) {
    answered.clear();
    const std::string request = shortest(method);
    exchange.receive(sim::flow_from("203.0.113.9:5060"), request);
    EXPECT_LE(answered.size(), 3 * request.size()) << method;
  }
}

TEST_F(Amplification, AShortRequestIsChallengedWithTheStrongestAlgorithmAlone) {
  exchange.receive(sim::flow_from("203.0.113.9:5060"), shortest("REGISTER"));
  EXPECT_EQ(challenges(), 1u);
  EXPECT_NE(answered.find("SHA-512-256"), std::string::npos);
}

TEST_F(Amplification, WhereNoChallengeFitsThereIsNoAnswerAndNoneIsCounted) {
  auto policy = sim::test_policy();
  policy->realm = std::string(256, 'r');  // longer than any that a configuration may have
  exchange.set_policy(policy);
  exchange.receive(sim::flow_from("203.0.113.9:5060"), shortest("REGISTER"));
  EXPECT_EQ(answered, "");
  EXPECT_EQ(std::get<effect::Status>(exchange.command(effect::GetStatus{})).challenges, 0u);
}

TEST_F(Amplification, WhoHasConnectedGetsEveryChallenge) {
  exchange.receive(sim::flow_from("203.0.113.9:5060", Transport::tcp, 7), shortest("REGISTER"));
  EXPECT_EQ(challenges(), 3u);
}

TEST_F(Amplification, AnHonestRegisterGetsEveryChallenge) {
  (void)alice.register_();
  EXPECT_EQ(challenges(), 6u) << "hearing nothing, it asks twice";
}

TEST_F(Amplification, EveryMessageThatLeavesIsCounted) {
  std::uint64_t sent = 0;
  exchange.wire = [&](const sim::Packet&) { ++sent; };
  (void)alice.register_();
  (void)bob.ask("OPTIONS", "sip:1002@192.0.2.1");
  exchange.receive(sim::flow_from("203.0.113.9:5060"), shortest("OPTIONS"));
  EXPECT_GT(sent, 2u);
  EXPECT_EQ(std::get<effect::Status>(exchange.command(effect::GetStatus{})).messages_out, sent);
}

}  // namespace
}  // namespace rf
