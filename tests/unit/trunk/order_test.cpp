// Which trunk a call takes, and when it takes another.
#include "core/trunk/order.hpp"

#include <gmock/gmock.h>

#include <map>

namespace rf::trunk::test {
namespace {

using testing::ElementsAre;

const Now noon{1'000, 0};

Candidate trunk(std::uint64_t id, std::int64_t price = 0, std::uint16_t priority = 0,
                HealthState health = HealthState::up) {
  return {.trunk = TrunkId{id}, .health = health, .price_micro = price, .priority = priority};
}

/// The trunks in the order in which they are tried when each fails with `status`.
std::vector<std::uint64_t> tried(std::vector<Candidate> candidates, OrderRules rules = {.tries = 100}, int status = 503,
                                 std::uint64_t seed = 1) {
  Random random{seed};
  Order order(noon, candidates, rules, random);
  std::vector<std::uint64_t> out;
  while (const auto next = order.next(noon)) {
    out.push_back(next->candidate.trunk.value);
    order.failed(status, false);
  }
  return out;
}

TEST(Order, IsByPriorityOrByCost) {
  const std::vector<Candidate> all{trunk(1, 30, 1), trunk(2, 10, 2), trunk(3, 20, 1)};
  EXPECT_THAT(tried(all), ElementsAre(3, 1, 2));
  EXPECT_THAT(tried(all, {.least_cost = true, .tries = 100}), ElementsAre(2, 3, 1));
}

TEST(Order, PutsWhatFailsAfterWhatServesAndWhatIsDownLast) {
  EXPECT_THAT(tried({trunk(1, 1, 0, HealthState::down), trunk(2, 2, 0, HealthState::failing), trunk(3, 3),
                     trunk(4, 4, 0, HealthState::unknown)}),
              ElementsAre(3, 4, 2, 1));
  EXPECT_THAT(tried({trunk(1, 1, 0, HealthState::down)}), ElementsAre(1)) << "better than no call at all";
}

TEST(Order, SharesCallsAmongEqualsByWeight) {
  std::map<std::uint64_t, int> first;
  std::vector<Candidate> all{trunk(1), trunk(2), trunk(3)};
  all[0].weight = 60;
  all[1].weight = 30;
  all[2].weight = 0;
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) ++first[tried(all, {}, 503, seed).front()];
  EXPECT_NEAR(first[1], 2'000, 150);
  EXPECT_NEAR(first[2], 1'000, 150);
  EXPECT_LT(first[3], 10);
}

TEST(Order, TriesABoundedNumberForABoundedTime) {
  std::vector<Candidate> many;
  for (std::uint64_t i = 1; i <= 200; ++i) many.push_back(trunk(i, static_cast<std::int64_t>(i)));
  EXPECT_EQ(tried(many, {}).size(), 4u);
  EXPECT_EQ(tried(many, {.tries = 255}).size(), TrunkLimits::candidates);
  EXPECT_EQ(tried(many, {.tries = 255}).front(), 1u);
  Random random{1};
  Order order(noon, many, {}, random);
  const auto first = order.next(noon);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->heard_by_ms, 5'000);
  EXPECT_EQ(first->ringing_by_ms, 21'000);
  order.failed(no_response, false);
  const auto second = order.next({19'000, 0});
  EXPECT_EQ(second->heard_by_ms, 21'000);
  order.failed(503, false);
  EXPECT_FALSE(order.next({21'000, 0}));
  EXPECT_THAT(std::string(order.why_ended()), testing::HasSubstr("so long"));
}

TEST(Order, WithoutCandidatesSaysSo) {
  Random random{1};
  Order order(noon, {}, {}, random);
  EXPECT_FALSE(order.next(noon));
  EXPECT_EQ(order.why_ended(), "no trunk may carry it");
  order.failed(503, false);
  EXPECT_FALSE(order.next(noon));
}

TEST(Order, TakesTroubleToTheNextAndJudgementsNowhere) {
  for (const int status : {0, 408, 430, 500, 502, 503, 504, 599})
    EXPECT_EQ(tried({trunk(1), trunk(2, 1)}, {}, status).size(), 2u) << status;
  for (const int status : {300, 302, 305, 400, 403, 404, 410, 433, 480, 482, 483, 484, 485,
                           486, 487, 493, 580, 600, 603, 604, 607, 608, 699, 999, -1})
    EXPECT_EQ(tried({trunk(1), trunk(2, 1)}, {}, status).size(), 1u) << status;
}

TEST(Order, LeavesOutTheOtherAddressesOfAProviderThatRefusedUs) {
  std::vector<Candidate> all{trunk(1), trunk(1), trunk(2, 1), trunk(1, 2)};
  all[1].target = 1;
  all[3].target = 2;
  EXPECT_THAT(tried(all, {.tries = 9}, 402), ElementsAre(1, 2));
  EXPECT_THAT(tried(all, {.tries = 9}, 407), ElementsAre(1, 2));
  EXPECT_THAT(tried(all, {.tries = 9}, 503), ElementsAre(1, 1, 2, 1));
}

TEST(Order, TakesCodecsThatDoNotFitToTheNextProviderAndNotToAnotherOfItsAddresses) {
  std::vector<Candidate> all{trunk(1), trunk(1), trunk(2, 1)};
  all[1].target = 1;
  for (const int status : {415, 488, 606}) EXPECT_THAT(tried(all, {.tries = 9}, status), ElementsAre(1, 2)) << status;
}

TEST(Order, NeverRingsASecondTime) {
  Random random{1};
  const Candidate both[] = {trunk(1), trunk(2, 1)};
  Order order(noon, both, {}, random);
  ASSERT_TRUE(order.next(noon));
  EXPECT_EQ(order.failed(503, true).after, After::stop);
  EXPECT_FALSE(order.next(noon));
  EXPECT_EQ(order.why_ended(), "it rang already");
}

TEST(Order, GivesAReasonForEveryStatus) {
  for (int status = -1; status < 1'000; ++status)
    for (const bool rang : {false, true}) EXPECT_FALSE(after(status, rang).why.empty()) << status;
}

}  // namespace
}  // namespace rf::trunk::test
