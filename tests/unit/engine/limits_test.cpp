// Bounds hold as they are configured now, not as they were at start.
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class LimitsStory : public Story {
 protected:
  void limit(void (*change)(Limits&)) {
    auto policy = sim::test_policy();
    change(policy->limits);
    exchange.set_policy(policy);
  }
  effect::Gauge gauge(std::string_view name) {
    const auto status = std::get<effect::Status>(exchange.command(effect::GetStatus{}));
    for (const effect::Gauge& each : status.gauges)
      if (each.name == name) return each;
    ADD_FAILURE() << "no gauge " << name;
    return {};
  }
};

TEST_F(LimitsStory, FewerCallsAreServedFromTheReloadOnAndRunningOnesStay) {
  establish();
  ASSERT_EQ(carol.register_(), 200);
  limit([](Limits& l) { l.calls_max = 1; });
  EXPECT_EQ(gauge("calls").limit, 1u);
  alice.invite("1003", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(alice.hear_status(503));
  EXPECT_EQ(gauge("calls").used, 1u);
  limit([](Limits& l) { l.calls_max = 2; });
  alice.invite("1003", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(carol.hear_request("INVITE"));
}

TEST_F(LimitsStory, FewerRegistrationsAreTakenFromTheReloadOn) {
  ASSERT_EQ(alice.register_(), 200);
  limit([](Limits& l) { l.bindings_max = 1; });
  EXPECT_EQ(bob.register_(), 503);
  EXPECT_EQ(alice.register_(), 200);
  limit([](Limits& l) { l.bindings_max = 2; });
  EXPECT_EQ(bob.register_(), 200);
}

TEST_F(LimitsStory, FewerTransactionsAreMadeFromTheReloadOn) {
  limit([](Limits& l) { l.transactions_max = 1; });
  EXPECT_EQ(gauge("transactions").limit, 1u);
  EXPECT_EQ(alice.register_(), 200);
  EXPECT_EQ(bob.register_(), 503);
}

TEST_F(LimitsStory, FewerNoncesAreRememberedFromTheReloadOn) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  limit([](Limits& l) { l.nonces_max = 1; });
  ASSERT_EQ(carol.register_(), 200);
  EXPECT_LE(gauge("nonces").used, 1u);
}

TEST(Realm, LongerThanWhatANonceIsBoundToMakesNoPolicy) {
  policy::Policy policy;
  policy.realm = std::string(WireLimits::realm_bytes, 'r');
  EXPECT_FALSE(policy.compile({}));
  policy.realm += 'r';
  EXPECT_TRUE(policy.compile({}));
}

}  // namespace
}  // namespace rf
