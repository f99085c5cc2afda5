// A changed limit or time holds from the reload on, and what the status shows is what holds.
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class Reload : public Story {
 protected:
  /// The policy with one thing changed.
  template <class Change>
  void reload(Change&& change) {
    auto policy = sim::test_policy(8);
    change(*policy);
    auto extensions = policy->extensions();
    ASSERT_FALSE(policy->compile(std::move(extensions)));
    exchange.set_policy(policy);
  }
  Phone phone(int i) {
    const std::string number = std::to_string(1'000 + i);
    return Phone(exchange, {number, "auth" + number, "password-" + number},
                 sim::flow_from("198.51.100.11:" + std::to_string(6'000 + i)), 100 + static_cast<std::uint64_t>(i));
  }
  effect::Gauge gauge(std::string_view name) {
    const auto status = std::get<effect::Status>(exchange.command(effect::GetStatus{}));
    for (const effect::Gauge& one : status.gauges)
      if (one.name == name) return one;
    return {};
  }
};

TEST_F(Reload, ASmallerBoundOfRegistrationsHoldsForTheNextOnes) {
  reload([](policy::Policy& p) { p.limits.bindings_max = 3; });
  for (int i = 1; i <= 5; ++i) {
    Phone one = phone(i);
    sim::connect(exchange, {&one});
    EXPECT_EQ(one.register_(), i <= 3 ? 200 : 503);
  }
  EXPECT_EQ(gauge("registrations").used, 3u);
  EXPECT_EQ(gauge("registrations").limit, 3u);
  reload([](policy::Policy& p) { p.limits.bindings_max = 5; });
  exchange.advance_ms(40'000);  // or it is the same request again
  Phone fourth = phone(4);
  sim::connect(exchange, {&fourth});
  EXPECT_EQ(fourth.register_(), 200);
}

TEST_F(Reload, ASmallerBoundOfCallsHoldsForTheNextOnes) {
  establish();
  reload([](policy::Policy& p) { p.limits.calls_max = 1; });
  carol.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(carol.hear_status(503));
  EXPECT_EQ(gauge("calls").limit, 1u);
  alice.request(a, "BYE");
  bob.answer(*bob.hear_request("BYE"), 200);
  exchange.advance_ms(60'000);
  carol.invite("1002", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(bob.hear_request("INVITE"));
}

TEST_F(Reload, ASmallerBoundOfTransactionsHoldsForTheNextRequests) {
  ASSERT_EQ(bob.register_(), 200);
  reload([](policy::Policy& p) { p.limits.transactions_max = 1; });
  EXPECT_EQ(gauge("transactions").limit, 1u);
  EXPECT_EQ(alice.register_(), 503) << "bob's is still there";
}

TEST_F(Reload, ASmallerBoundOfNoncesMakesTheOldestStale) {
  const auto challenged = [&](Phone& who) {
    sim::connect(exchange, {&who});
    (void)who.ask("OPTIONS", "sip:1001@192.0.2.1");
    return gauge("nonces").used;
  };
  Phone first = phone(1), second = phone(2), third = phone(3);
  challenged(first);
  exchange.advance_ms(40'000);
  EXPECT_EQ(challenged(second), 2u);
  reload([](policy::Policy& p) { p.limits.nonces_max = 2; });
  exchange.advance_ms(40'000);
  EXPECT_LE(challenged(third), 2u);
  EXPECT_EQ(gauge("nonces").limit, 2u);
}

TEST_F(Reload, NewTimersHoldForTheNextRequest) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  reload([](policy::Policy& p) { p.times.t1_ms = 100; });
  alice.invite("1002", sim::audio_sdp(alice_rtp));
  ASSERT_TRUE(bob.hear_request("INVITE"));
  exchange.advance_ms(110);
  EXPECT_TRUE(bob.hear_request("INVITE"));
}

}  // namespace
}  // namespace rf
