#include "core/toll/caller_pace.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/toll/desk.hpp"

namespace rf::toll {
namespace {

InboundTerms route_of(std::uint32_t calls, std::uint32_t period_s, std::string name = "sales") {
  InboundTerms out;
  out.name = std::move(name);
  out.tenant = TenantId{1};
  out.caller_pace = PaceRule{.id = 1, .calls = calls, .period_s = period_s, .distinct = false};
  return out;
}

Now at_s(std::int64_t s) {
  return {s * 1000, 0};
}

TEST(CallerPace, ANumberThatCallsMoreOftenIsTurnedAwayUntilItsCallsAreOld) {
  CallerPace pace(1);
  const InboundTerms sales = route_of(3, 60);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pace.take(at_s(i), sales, "+442079460000"));
  for (int i = 3; i < 60; ++i) EXPECT_FALSE(pace.take(at_s(i), sales, "+442079460000")) << i;
  EXPECT_TRUE(pace.take(at_s(60), sales, "+442079460000")) << "only what was let through counts";
  EXPECT_FALSE(pace.take(at_s(60), sales, "+442079460000"));
}

TEST(CallerPace, OthersOtherRoutesAndWhoShowsNoNumberAreNotHeldByIt) {
  CallerPace pace(1);
  const InboundTerms sales = route_of(1, 60);
  EXPECT_TRUE(pace.take(at_s(0), sales, "+442079460000"));
  EXPECT_FALSE(pace.take(at_s(0), sales, "+442079460000"));
  EXPECT_TRUE(pace.take(at_s(0), sales, "+442079460001"));
  EXPECT_TRUE(pace.take(at_s(0), route_of(1, 60, "support"), "+442079460000"));
  InboundTerms free = sales;
  free.caller_pace.reset();
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(pace.take(at_s(0), sales, "") && pace.take(at_s(0), free, "+442079460000"));
  EXPECT_EQ(pace.size(), 3u);
}

TEST(CallerPace, AFloodOfInventedNumbersTakesNoMoreMemoryAndShutsOutNobody) {
  CallerPace pace(1, 100);
  const InboundTerms sales = route_of(1, 60);
  EXPECT_TRUE(pace.take(at_s(0), sales, "+442079460000"));
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(pace.take(at_s(1), sales, fmt::format("+1800{}", i)));
  EXPECT_EQ(pace.size(), 100u);
  EXPECT_TRUE(pace.take(at_s(2), sales, "+442079460000")) << "forgotten, and so let through";
}

TEST(CallerPace, TheDeskRejectsWhatItsRouteWantsNoMoreOfAndSaysBecauseOfWhat) {
  Terms terms;
  terms.currency = *money::Currency::parse("EUR");
  terms.inbound.push_back(route_of(2, 60));
  terms.inbound[0].target = InboundTerms::Target::announcement;
  terms.inbound[0].announcement = "closed";
  const auto plan = Plan::compile(terms, {}, 1);
  ASSERT_TRUE(plan);
  Desk desk({}, money::Ledger(terms.currency, {.accounts = 1, .reservations = 1}, HashKey(1)));
  const auto arrive = [&](std::string_view caller) {
    Arrival out = decide_arrival(**plan, at_s(0), {TenantId{1}, "provider", "+4930123", caller, caller.empty()});
    desk.pace_caller(at_s(0), **plan, caller, out);
    return out;
  };
  for (int i = 0; i < 2; ++i) EXPECT_EQ(arrive("+442079460000").announcement, "closed");
  const Arrival out = arrive("+442079460000");
  EXPECT_TRUE(out.rejected);
  EXPECT_EQ(out.announcement, "");
  EXPECT_EQ(out.route, 0u);
  EXPECT_EQ(out.why,
            "+442079460000 called more than 2 times in 60 s, which is the caller_pace of the inbound route sales");
  EXPECT_FALSE(arrive("").rejected);
  Arrival nowhere;
  desk.pace_caller(at_s(0), **plan, "+442079460000", nowhere);
  EXPECT_FALSE(nowhere.rejected) << "what no route took is not of any";
}

}  // namespace
}  // namespace rf::toll
