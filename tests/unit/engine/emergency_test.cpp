// Calls for help: what stops other calls does not stop them, and who abuses that gets no further than a few (row O12).
#include <gmock/gmock.h>

#include <algorithm>
#include <deque>

#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

using testing::HasSubstr;

const Endpoint carrier_rtp = *Endpoint::parse("203.0.113.10:4000");

class Help : public Outward {
 protected:
  /// A policy in which every extension may have so many calls, and the rest as `change` leaves it.
  void limit(std::uint16_t calls_max, void (*change)(Limits&)) {
    auto policy = sim::test_policy();
    std::vector<policy::Extension> all = policy->extensions();
    for (auto& extension : all) extension.calls_max = calls_max;
    (void)policy->compile(std::move(all));
    change(policy->limits);
    exchange.set_policy(policy);
  }
  Line call_for_help(Phone& from) { return from.invite("112", sim::audio_sdp(alice_rtp)); }
  /// The next INVITE that a carrier hears goes to 112; nothing: it hears none.
  static bool hears_of_it(Phone& carrier) {
    const auto invite = carrier.hear_request("INVITE");
    return invite && (*invite)->request_uri.user == "112";
  }
  /// Takes the call at that carrier.
  void take(Phone& from) {
    const auto invite = from.hear_request("INVITE");
    ASSERT_TRUE(invite);
    b = from.answer(*invite, 200, sim::audio_sdp(carrier_rtp));
  }
  std::ptrdiff_t times_told(effect::Level level, std::string_view detail) const {
    return std::count_if(exchange.reports.begin(), exchange.reports.end(), [&](const effect::Report& report) {
      return report.level == level && report.detail == detail;
    });
  }
  const record::Cdr* record_of(std::string_view dialled) const {
    for (const auto& [id, cdr] : exchange.cdrs)
      if (cdr.dialled == dialled) return &cdr;
    return nullptr;
  }
};

TEST_F(Help, WhoMayPlaceNoMoreCallsCallsForHelpAndOnlyAFewTimes) {
  limit(1, [](Limits&) {});
  a = dial();
  ASSERT_TRUE(carrier.hear_request("INVITE"));
  dial();
  ASSERT_TRUE(alice.hear_status(486)) << "she has all the calls that she may have";
  for (std::size_t i = 0; i < CallLimits::emergency_calls; ++i) {
    call_for_help(alice);
    EXPECT_TRUE(hears_of_it(carrier)) << i;
  }
  call_for_help(alice);
  EXPECT_TRUE(alice.hear_status(486)) << "her password alone does not take all memory";
  EXPECT_FALSE(carrier.hear_request("INVITE"));
}

TEST_F(Help, WhoCallsTooOftenStillCallsForHelpAndNotWithoutEnd) {
  exchange.set_guard(sim::open_gate());
  limit(100, [](Limits& limits) { limits.attempts_per_s = 1; });
  for (int i = 0; i < 3; ++i) {
    alice.invite("1003", sim::audio_sdp(alice_rtp));
    ASSERT_TRUE(alice.hear_status(480)) << i;
  }
  alice.invite("1003", sim::audio_sdp(alice_rtp));
  ASSERT_TRUE(alice.hear_status(503));
  std::uint32_t left = 0;
  for (int i = 0; i < 20; ++i) {
    call_for_help(alice);
    left += hears_of_it(carrier) ? 1 : 0;
  }
  EXPECT_GT(left, 0u);
  EXPECT_LE(left, 3 * CallLimits::emergency_attempts_per_s) << "three seconds' worth at once";
  EXPECT_TRUE(exchange.has_report(Reason::attempts_too_fast));
}

TEST_F(Help, AFullSystemHasAFewCallsLeftForHelpAndForNothingElse) {
  exchange.set_guard(sim::open_gate());
  limit(1'000, [](Limits& limits) {
    limits.attempts_per_s = 1'000;
    limits.calls_max = 1;
  });
  establish();
  ASSERT_EQ(carol.register_(), 200);
  carol.invite("0301234567", sim::audio_sdp(alice_rtp));
  ASSERT_TRUE(carol.hear_status(503));
  for (std::size_t i = 0; i < CallLimits::emergency_reserve; ++i) {
    call_for_help(carol);
    ASSERT_TRUE(hears_of_it(carrier)) << i;
    if (i > 0) continue;
    carol.invite("0301234567", sim::audio_sdp(alice_rtp));
    ASSERT_TRUE(carol.hear_status(503)) << "the reserve is for calls for help alone";
  }
  call_for_help(carol);
  EXPECT_TRUE(carol.hear_status(503)) << "and bounded";
  EXPECT_FALSE(carrier.hear_request("INVITE"));
}

TEST_F(Help, WhoKnowsNoPasswordGetsPastNoLimitByDiallingAnEmergencyNumber) {
  Phone thief{exchange, {"1001", "auth1001", "guessed"}, sim::flow_from("198.51.100.66:5060"), 66};
  sim::connect(exchange, {&alice, &bob, &carol, &carrier, &other, &thief});
  limit(1, [](Limits& limits) { limits.calls_max = 1; });
  dial();
  ASSERT_TRUE(carrier.hear_request("INVITE"));
  call_for_help(thief);
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  EXPECT_TRUE(thief.hear_status(401)) << "a challenge, as for every call";
  EXPECT_EQ(std::get<effect::Calls>(exchange.command(effect::ListCalls{})).calls.size(), 1u);
}

TEST_F(Help, APhoneThatCannotEncryptCallsForHelpWhereEncryptionIsRequired) {
  toll::Terms terms = two_carriers();
  toll::ExtensionTerms who;
  who.id = ExtensionId{1};
  who.tenant = tenant;
  who.media_encryption = policy::Encryption::required;
  terms.extensions.push_back(who);
  exchange.set_plan(plan_of(std::move(terms)));
  dial();
  ASSERT_TRUE(alice.hear_status(488)) << "an ordinary call is refused";
  ASSERT_FALSE(carrier.hear_request("INVITE"));
  call_for_help(alice);
  take(carrier);
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  EXPECT_THAT(std::string((*ok)->body), HasSubstr("RTP/AVP"));
  ASSERT_TRUE(record_of("112"));
  EXPECT_THAT(record_of("112")->decision, HasSubstr("media: in the clear"));
}

TEST_F(Help, WhatOneTrunkRefusesTheNextIsAskedFor) {
  for (const int status : {302, 403, 404, 480, 484, 486, 488, 503, 603}) {
    call_for_help(alice);
    const auto invite = carrier.hear_request("INVITE");
    ASSERT_TRUE(invite) << status;
    carrier.answer(*invite, status);
    const auto next = other.hear_request("INVITE");
    ASSERT_TRUE(next) << status;
    EXPECT_EQ((*next)->request_uri.user, "112");
    EXPECT_FALSE(alice.hear_status(status)) << "she waits for the other one";
    other.answer(*next, status);
    EXPECT_FALSE(carrier.hear_request("INVITE")) << "each is asked once";
    exchange.advance_ms(40'000);
  }
  EXPECT_EQ(std::get<effect::Calls>(exchange.command(effect::ListCalls{})).calls.size(), 0u);
  EXPECT_EQ(times_told(effect::Level::error, "112: no trunk took the call"), 9);
}

TEST_F(Help, AnAnnouncementOfATrunksIsNoRingingAndWhoWasRungIsNotRungElsewhere) {
  call_for_help(alice);
  auto invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 183, sim::audio_sdp(carrier_rtp));
  carrier.answer(*invite, 404);
  invite = other.hear_request("INVITE");
  ASSERT_TRUE(invite);
  other.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("203.0.113.20:4000")));
  EXPECT_TRUE(alice.hear_status(200));
  call_for_help(alice);
  invite = carrier.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carrier.answer(*invite, 180);
  carrier.answer(*invite, 486);
  EXPECT_TRUE(alice.hear_status(486));
  EXPECT_FALSE(other.hear_request("INVITE"));
}

/// An extension that was given an emergency number before anybody refused that.
class TakenNumber : public Help {
 protected:
  TakenNumber() { sim::connect(exchange, {&alice, &bob, &carol, &carrier, &other, &colleague}); }

  void SetUp() override {
    auto policy = sim::test_policy();
    std::vector<policy::Extension> all = policy->extensions();
    all[1].number = "112";
    (void)policy->compile(std::move(all));
    exchange.set_policy(policy);
    toll::Terms terms = two_carriers();
    terms.inbound[0].extension = "112";
    toll::RingGroupTerms group;
    group.name = "desk";
    group.tenant = tenant;
    group.number = "600";
    group.members = {"1003"};
    group.otherwise = "112";
    terms.ring_groups.push_back(std::move(group));
    const std::vector<toll::Plan::Known> known{
        {tenant, "1001", ExtensionId{1}}, {tenant, "112", ExtensionId{2}}, {tenant, "1003", ExtensionId{3}}};
    auto plan = toll::Plan::compile(std::move(terms), known, 1);
    ASSERT_TRUE(plan) << plan.error().front().text;
    exchange.set_plan(*plan);
    ASSERT_EQ(alice.register_(), 200);
    ASSERT_EQ(colleague.register_(), 200);
  }

  Phone colleague{exchange, {"112", "auth1002", "password-1002"}, sim::flow_from("198.51.100.14:5060"), 14};
};

TEST_F(TakenNumber, OfAnExtensionTakesNoCallForHelp) {
  call_for_help(alice);
  EXPECT_TRUE(hears_of_it(carrier));
  EXPECT_FALSE(colleague.hear_request("INVITE"));
}

TEST_F(TakenNumber, IsStillReachedFromOutsideAndByAGroupWhichCallNobodyForHelp) {
  bring(carrier, "+493012340", "+493012340", sim::audio_sdp(carrier_rtp));
  EXPECT_TRUE(colleague.hear_request("INVITE"));
  alice.invite("600", sim::audio_sdp(alice_rtp));
  EXPECT_TRUE(colleague.hear_request("INVITE")) << "of the group nobody is there";
  EXPECT_FALSE(hears_of_it(carrier)) << "nobody has dialled it";
  EXPECT_FALSE(exchange.has_report(Reason::emergency_called));
}

TEST_F(Help, ADiskThatFailsEndsNoCallForHelpAndIsTold) {
  exchange.disk = Exchange::Disk::full;
  a = dial();
  take(carrier);
  ASSERT_TRUE(alice.hear_status(503)) << "of an ordinary call: no record, no call";
  const auto over = carrier.hear_request("BYE");
  ASSERT_TRUE(over);
  carrier.answer(*over, 200);
  a = call_for_help(alice);
  take(carrier);
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  EXPECT_EQ(times_told(effect::Level::error, "an emergency call goes on, though its record is not on disk"), 1);
  EXPECT_FALSE(carrier.hear_request("BYE"));
  exchange.release_disk();
  alice.request(a, "BYE");
  const auto bye = carrier.hear_request("BYE");
  ASSERT_TRUE(bye);
  carrier.answer(*bye, 200);
  expect_nothing_left();
  ASSERT_TRUE(record_of("112"));
  EXPECT_EQ(record_of("112")->result, record::CallResult::answered) << "its end is written, as soon as anything is";
}

TEST_F(Help, ADiskThatSaysNothingDelaysNoCallForHelpAndIsTold) {
  exchange.disk = Exchange::Disk::holds;
  a = call_for_help(alice);
  take(carrier);
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok) << "at once";
  alice.learn(a, *ok);
  alice.ack(a);
  EXPECT_FALSE(exchange.has_report(Reason::store_failed));
  exchange.advance_ms(std::int64_t{exchange.policy().limits.store_wait_max_s} * 1'000 + 100);
  EXPECT_TRUE(exchange.has_report(Reason::store_failed));
  EXPECT_FALSE(carrier.hear_request("BYE"));
  exchange.release_disk();
  EXPECT_FALSE(carrier.hear_request("BYE")) << "what comes late changes nothing";
  carrier.request(b, "BYE");
  const auto bye = alice.hear_request("BYE");
  ASSERT_TRUE(bye);
  alice.answer(*bye, 200);
  expect_nothing_left();
}

TEST_F(Help, NoLongestDurationEndsACallForHelp) {
  limit(4, [](Limits& limits) { limits.call_duration_max_s = 10; });
  a = call_for_help(alice);
  take(carrier);
  const auto ok = alice.hear_status(200);
  ASSERT_TRUE(ok);
  alice.learn(a, *ok);
  alice.ack(a);
  ASSERT_EQ(bob.register_(), 200);
  ASSERT_EQ(carol.register_(), 200);
  Line ordinary = bob.invite("1003", sim::audio_sdp(bob_rtp));
  const auto invite = carol.hear_request("INVITE");
  ASSERT_TRUE(invite);
  carol.answer(*invite, 200, sim::audio_sdp(*Endpoint::parse("198.51.100.13:4000")));
  const auto answered = bob.hear_status(200);
  ASSERT_TRUE(answered);
  bob.learn(ordinary, *answered);
  bob.ack(ordinary);
  exchange.advance_ms(11'000);
  EXPECT_TRUE(bob.hear_request("BYE")) << "an ordinary call ends";
  EXPECT_FALSE(alice.hear_request("BYE"));
  EXPECT_FALSE(carrier.hear_request("BYE"));
}

TEST_F(Help, EveryTrunkIsAsked) {
  toll::Terms terms = two_carriers();
  std::deque<Phone> more;
  std::vector<Phone*> all{&alice, &bob, &carol, &carrier, &other};
  for (std::uint64_t i = 3; i <= 7; ++i) {
    const std::string endpoint = fmt::format("203.0.113.{}:5060", i * 10);
    terms.trunks.push_back(trunk_of(i, fmt::format("trunk{}", i), endpoint));
    more.emplace_back(exchange, Phone::Account{"112", "", ""}, sim::flow_from(endpoint), 30 + i);
    all.push_back(&more.back());
  }
  sim::connect(exchange, all);
  exchange.set_plan(plan_of(std::move(terms)));
  call_for_help(alice);
  for (std::size_t i = 3; i < all.size(); ++i) {
    const auto invite = all[i]->hear_request("INVITE");
    ASSERT_TRUE(invite) << i;
    if (i + 1 < all.size()) {
      all[i]->answer(*invite, 503);
    } else {
      all[i]->answer(*invite, 200, sim::audio_sdp(carrier_rtp));
    }
  }
  EXPECT_TRUE(alice.hear_status(200));
}

TEST_F(Help, ASilentTrunkIsWaitedForShortlyUnlessItIsTheLastOne) {
  sim::connect(exchange, {&alice, &bob, &carol});  // nobody at the trunks
  call_for_help(alice);
  sim::connect(exchange, {&alice, &bob, &carol, &other});
  EXPECT_FALSE(other.hear_request("INVITE"));
  exchange.advance_ms(CallLimits::emergency_answer_wait_ms + 100);
  EXPECT_TRUE(hears_of_it(other));
  exchange.advance_ms(CallLimits::emergency_answer_wait_ms + 100);
  EXPECT_FALSE(alice.hear_status(480)) << "nobody else is left, so she waits as long as ever";
  exchange.advance_ms(6'000);
  EXPECT_TRUE(alice.hear_status(480));
}

TEST_F(Help, TrunksThatLiveAreAskedBeforeOneThatIsDownAndThatOneAtLast) {
  ASSERT_EQ(bob.register_(), 200);
  ASSERT_EQ(carol.register_(), 200);
  sim::connect(exchange, {&alice, &bob, &carol, &other});  // nobody at the first
  for (Phone* each : {&alice, &bob, &carol}) {
    (void)each->invite("0301234567", sim::audio_sdp(alice_rtp));
    exchange.advance_ms(7'000);
    const auto invite = other.hear_request("INVITE");
    ASSERT_TRUE(invite);
    other.answer(*invite, 486);
    while (other.hear()) {
    }
  }
  ASSERT_NE(told(Reason::trunk_down).find("first"), std::string::npos);
  sim::connect(exchange, {&alice, &bob, &carol, &carrier, &other});
  call_for_help(alice);
  const auto at_once = other.hear_request("INVITE");
  ASSERT_TRUE(at_once);
  EXPECT_FALSE(carrier.hear_request("INVITE"));
  other.answer(*at_once, 403);
  EXPECT_TRUE(hears_of_it(carrier)) << "who was thought to be down may have come back";
}

}  // namespace
}  // namespace rf
