// Which connections are spared where strangers have to go, and for how long: the attacker has one right password and
// wants to fill the table of connections.
#include <fmt/format.h>

#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class Trust : public Story {
 protected:
  Phone over(std::uint64_t connection, const std::string& number = "1001") {
    return Phone(exchange, {number, "auth" + number, "password-" + number},
                 sim::flow_from(fmt::format("198.51.100.50:{}", 20'000 + connection), Transport::tls, connection),
                 connection);
  }
  bool knows_the_password(Phone& phone) {
    sim::connect(exchange, {&alice, &bob, &phone});
    const auto answer = phone.ask("OPTIONS", "sip:1001@192.0.2.1");
    return answer && (*answer)->status == 200;
  }
  std::size_t trusted() const {
    return exchange.trusted_connections.size() - exchange.distrusted_connections.size() -
           exchange.closed_connections.size();
  }
};

TEST_F(Trust, LastsAsLongAsTheRegistration) {
  Phone phone = over(7);
  sim::connect(exchange, {&phone});
  ASSERT_EQ(phone.register_(600), 200);
  EXPECT_EQ(exchange.trusted_connections, std::vector<std::uint64_t>{7});
  exchange.advance_ms(590'000);
  EXPECT_TRUE(exchange.distrusted_connections.empty());
  exchange.advance_ms(130'000);
  EXPECT_EQ(exchange.distrusted_connections, std::vector<std::uint64_t>{7});
  EXPECT_TRUE(exchange.closed_connections.empty());
}

TEST_F(Trust, LastsAShortTimeWithoutRegistrationAndCall) {
  Phone phone = over(7);
  ASSERT_TRUE(knows_the_password(phone));
  exchange.advance_ms(59'000);
  EXPECT_TRUE(exchange.distrusted_connections.empty());
  ASSERT_TRUE(knows_the_password(phone));
  exchange.advance_ms(59'000);
  EXPECT_TRUE(exchange.distrusted_connections.empty()) << "counted from the last proof";
  exchange.advance_ms(2'000);
  EXPECT_EQ(exchange.distrusted_connections, std::vector<std::uint64_t>{7});
  ASSERT_TRUE(knows_the_password(phone));
  EXPECT_EQ(exchange.trusted_connections, (std::vector<std::uint64_t>{7, 7})) << "and can be earned again";
}

TEST_F(Trust, LastsAsLongAsTheCall) {
  ASSERT_EQ(bob.register_(), 200);
  Phone phone = over(7);
  sim::connect(exchange, {&phone, &bob});
  a = phone.invite("1002", sim::audio_sdp(alice_rtp));
  b = bob.answer(*bob.hear_request("INVITE"), 200, sim::audio_sdp(bob_rtp));
  phone.learn(a, *phone.hear_status(200));
  phone.ack(a);
  exchange.advance_ms(500'000);
  EXPECT_TRUE(exchange.distrusted_connections.empty());
  phone.request(a, "BYE");
  bob.answer(*bob.hear_request("BYE"), 200);
  exchange.advance_ms(121'000);
  EXPECT_EQ(exchange.distrusted_connections, std::vector<std::uint64_t>{7});
}

TEST_F(Trust, OnePasswordHoldsNoMoreConnectionsThanItsShareAndLosesTheIdleOnesFirst) {
  auto policy = sim::test_policy();
  policy->limits.connections_per_extension_max = 4;
  auto extensions = policy->extensions();
  ASSERT_FALSE(policy->compile(std::move(extensions)));
  exchange.set_policy(policy);
  Phone honest = over(1);
  sim::connect(exchange, {&honest});
  ASSERT_EQ(honest.register_(), 200);
  std::vector<std::uint64_t> closed;
  for (std::uint64_t connection = 2; connection <= 60; ++connection) {
    Phone flood = over(connection);
    ASSERT_TRUE(knows_the_password(flood));
    EXPECT_LE(trusted(), 4u);
    if (connection > 4) closed.push_back(connection - 3);
  }
  EXPECT_EQ(exchange.closed_connections, closed);
}

TEST_F(Trust, AConnectionManyShareStaysWhileItServesOneOfThem) {
  Phone first = over(9, "1001"), second = over(9, "1002");
  sim::connect(exchange, {&first});
  ASSERT_EQ(first.register_(600), 200);
  sim::connect(exchange, {&second});
  ASSERT_EQ(second.register_(3'600), 200);
  sim::connect(exchange, {&first});
  ASSERT_EQ(first.register_(0), 200);
  exchange.advance_ms(900'000);
  EXPECT_TRUE(exchange.distrusted_connections.empty());
  exchange.advance_ms(2'900'000);
  EXPECT_EQ(exchange.distrusted_connections, std::vector<std::uint64_t>{9});
}

TEST_F(Trust, OfAConnectionThatEndedNothingIsLeft) {
  Phone phone = over(7);
  ASSERT_TRUE(knows_the_password(phone));
  exchange.input(engine::ConnectionClosed{ConnectionId{7}});
  exchange.advance_ms(200'000);
  EXPECT_TRUE(exchange.distrusted_connections.empty());
}

}  // namespace
}  // namespace rf
