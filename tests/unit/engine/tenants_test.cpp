// Two tenants on one system (row R1): Alice and Bob are of one, Carol is of the other. The attacker has a right
// password of his own tenant and knows numbers and domains of the other.
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

class Tenants : public Story {
 protected:
  Tenants() : Story(of_two()) {}

  static std::shared_ptr<policy::Policy> of_two() {
    auto policy = sim::test_policy();
    policy->domains = {"pbx.example"};
    policy->tenants = {{TenantId{1}, "acme", {}, {"pbx.acme.example"}},
                       {TenantId{2}, "umbrella", {}, {"umbrella.example"}}};
    std::vector<policy::Extension> extensions = policy->extensions();
    extensions[2].tenant = TenantId{2};
    EXPECT_EQ(policy->compile(std::move(extensions)), std::nullopt);
    return policy;
  }
  int asked(Phone& phone, std::string_view method, std::string_view uri) {
    const auto answer = phone.ask(method, uri);
    return answer ? (*answer)->status : 0;
  }
  const effect::Report* told(Reason reason) const {
    const auto found = std::find_if(exchange.reports.begin(), exchange.reports.end(),
                                    [&](const effect::Report& report) { return report.reason == reason; });
    return found == exchange.reports.end() ? nullptr : &*found;
  }
};

TEST_F(Tenants, ANumberOfTheOtherTenantIsNobodys) {
  ASSERT_EQ(alice.register_(), 200);
  ASSERT_EQ(carol.register_(), 200);
  carol.invite("1001", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(carol.hear_status(404));
  EXPECT_FALSE(alice.hear_request("INVITE"));
  carol.invite("1999", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(carol.hear_status(404)) << "as a number that nobody has";
}

TEST_F(Tenants, TheDomainOfTheOtherTenantIsAnsweredLikeOneThatNobodyHas) {
  ASSERT_EQ(alice.register_(), 200);
  for (const std::string_view method : {"OPTIONS", "INVITE", "MESSAGE", "REGISTER"}) {
    const int theirs = asked(carol, method, "sip:1001@PBX.acme.example");
    EXPECT_EQ(theirs, 404) << method;
    EXPECT_EQ(theirs, asked(carol, method, "sip:1001@nobodys.example")) << method;
  }
  EXPECT_FALSE(alice.hear_request("INVITE"));
  const effect::Report* const report = told(Reason::other_tenant);
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(report->subject, "1003");
}

TEST_F(Tenants, EachReachesItsOwnDomainAndThoseOfTheSystem) {
  for (const std::string_view uri : {"sip:umbrella.example", "sip:pbx.example", "sip:ringfence.test", "sip:192.0.2.1"})
    EXPECT_EQ(asked(carol, "OPTIONS", uri), 200) << uri;
  EXPECT_EQ(asked(alice, "OPTIONS", "sip:pbx.acme.example"), 200);
  EXPECT_EQ(told(Reason::other_tenant), nullptr);
}

TEST_F(Tenants, WhatHappensIsToldAsTheTenantsOwn) {
  ASSERT_EQ(carol.register_(), 200);
  ASSERT_EQ(bob.register_(), 200);
  std::vector<TenantId> tenants;
  for (const effect::Report& report : exchange.reports)
    if (report.reason == Reason::registered) tenants.push_back(report.tenant);
  EXPECT_EQ(tenants, (std::vector{TenantId{2}, TenantId{1}}));
}

TEST_F(Tenants, NobodyEndsACallOfTheOtherTenant) {
  establish();
  const std::string id = only_cdr().id;
  EXPECT_TRUE(std::holds_alternative<effect::NotFound>(exchange.command(effect::HangUp{id, TenantId{2}})));
  EXPECT_FALSE(bob.hear_request("BYE"));
  EXPECT_FALSE(std::holds_alternative<effect::NotFound>(exchange.command(effect::HangUp{id, TenantId{1}})));
  EXPECT_TRUE(bob.hear_request("BYE"));
}

}  // namespace
}  // namespace rf
