// Calls that fit no habit, as the phone, the provider and the operator see them.
#include <fmt/format.h>

#include <algorithm>

#include "core/schedule/tzif.hpp"
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

constexpr std::string_view carrier_at = "203.0.113.10:5060";
constexpr TenantId tenant{1};

/// A carrier, a route, and an office whose clock shows 22:00 when the story begins: night, and nothing was learned yet.
class Night : public Story {
 protected:
  Night() { sim::connect(exchange, {&alice, &bob, &carol, &carrier}); }

  void begin(pattern::Thresholds thresholds) {
    toll::Terms terms;
    terms.currency = *money::Currency::parse("EUR");
    toll::TenantTerms home;
    home.id = tenant;
    home.home = *Country::parse("DE");
    home.area_code = "30";
    home.zone = std::make_shared<const schedule::Zone>(*schedule::parse_posix_zone("west", "<-10>10"));
    terms.tenants.push_back(std::move(home));
    toll::ExtensionTerms who;
    who.id = sim::test_policy()->by_number(tenant, "1001")->id;
    who.tenant = tenant;
    who.spending.unusual = thresholds;
    terms.extensions.push_back(who);
    toll::TrunkTerms trunk;
    trunk.line.id = TrunkId{1};
    trunk.line.tenant = tenant;
    trunk.line.name = "carrier";
    trunk.line.uri = fmt::format("sip:{}", carrier_at);
    trunk.line.ping_s = 0;
    trunk.identity.id = trunk.line.id;
    trunk.identity.name = "carrier";
    trunk.identity.sources = {{*Subnet::parse("203.0.113.10"), 0}};
    trunk.called.form = number::Rewrite::Form::national;
    terms.trunks.push_back(std::move(trunk));
    toll::RouteTerms all;
    all.name = "all";
    all.tenant = tenant;
    all.trunks = {{"carrier", {}}};
    terms.routes.push_back(std::move(all));
    auto plan = toll::Plan::compile(std::move(terms), {}, 1);
    ASSERT_TRUE(plan);
    exchange.set_plan(*plan);
    ASSERT_EQ(alice.register_(), 200);
    id_ = who.id;
  }
  std::size_t told(Reason reason) const {
    return static_cast<std::size_t>(
        std::count_if(exchange.reports.begin(), exchange.reports.end(), [&](const effect::Report& report) {
          return report.reason == reason && report.level == effect::Level::warning;
        }));
  }
  void talk(std::string_view number) {
    a = alice.invite(number, sim::audio_sdp(alice_rtp));
    const auto invite = carrier.hear_request("INVITE");
    ASSERT_TRUE(invite);
    b = carrier.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.10:4000")));
    EXPECT_TRUE(carrier.hear_request("ACK"));
    const auto ok = alice.hear_status(200);
    ASSERT_TRUE(ok);
    alice.learn(a, *ok);
    alice.ack(a);
    exchange.advance_ms(90'000);
    alice.request(a, "BYE");
    const auto bye = carrier.hear_request("BYE");
    ASSERT_TRUE(bye);
    carrier.answer(*bye, 200);
    EXPECT_TRUE(alice.hear_status(200));
  }
  effect::Habits habits() { return std::get<effect::Habits>(exchange.command(effect::ShowHabits{tenant, id_})); }

  ExtensionId id_;
  Phone carrier{exchange, {"0301234567", "", ""}, sim::flow_from(carrier_at), 21};
};

TEST_F(Night, ACallThatFitsNoHabitIsRefusedWithTheReasonInItsRecordAndOneWarningForTheBurst) {
  begin({0, 0, 15});
  for (int i = 0; i < 3; ++i) {
    a = alice.invite("0301234567", sim::audio_sdp(alice_rtp));
    const auto refused = alice.hear_status(403);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->bytes->find("score"), std::string::npos) << "the phone learns nothing";
  }
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  EXPECT_EQ(told(Reason::pattern_refused), 1u);
  ASSERT_FALSE(exchange.cdrs.empty());
  EXPECT_NE(exchange.cdrs.begin()->second.reason.find("score 15: at 22:0"), std::string::npos)
      << exchange.cdrs.begin()->second.reason;
}

TEST_F(Night, AnAlertLetsTheCallGoAndIsToldOnceForABurst) {
  begin({15, 0, 90});
  talk("0301234567");
  talk("0301234568");
  EXPECT_EQ(told(Reason::pattern_alert), 1u);
  const effect::Habits shown = habits();
  ASSERT_EQ(shown.told.size(), 1u);
  EXPECT_EQ(shown.told[0].action, "alert");
  EXPECT_EQ(shown.told[0].number, "+49301234567");
  expect_nothing_left();
}

TEST_F(Night, AnEmergencyCallIsNeverJudged) {
  begin({1, 1, 1});
  a = alice.invite("112", sim::audio_sdp(alice_rtp));
  const auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ((*invite)->request_uri.user, "112");
  EXPECT_EQ(told(Reason::pattern_refused), 0u);
}

TEST_F(Night, OnlyCallsThatAreAnsweredTeach) {
  begin({});
  for (int i = 0; i < 3; ++i) {
    a = alice.invite("0301234567", sim::audio_sdp(alice_rtp));
    const auto invite = carrier.hear_request("INVITE");
    ASSERT_TRUE(invite);
    carrier.answer(*invite, 486);
    EXPECT_TRUE(alice.hear_status(486));
  }
  EXPECT_TRUE(habits().subjects.empty() || habits().subjects[0].calls_today == 0u);
  talk("0301234567");
  const effect::Habits shown = habits();
  ASSERT_EQ(shown.subjects.size(), 2u) << "the extension and its tenant";
  EXPECT_EQ(shown.subjects[0].level, "extension");
  EXPECT_EQ(shown.subjects[0].calls_today, 1u);
  EXPECT_EQ(shown.subjects[1].level, "tenant");
  EXPECT_EQ(shown.subjects[1].calls_today, 1u);
}

}  // namespace
}  // namespace rf
