#include "shell/net/admission.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/net/peers.hpp"

namespace rf::net {
namespace {

using test::at;
using Verdict = Admission::Verdict;

Limits limits(std::size_t connections, std::size_t per_source, std::size_t strangers) {
  Limits limits;
  limits.connections_max = connections;
  limits.connections_per_source_max = per_source;
  limits.unauthenticated_connections_max = strangers;
  return limits;
}

Address host(int number) { return Address::v4(0x0a000000u + static_cast<std::uint32_t>(number)); }

TEST(Admission, RefusesASourceWithTooManyStrangersButNotItsTrustedOnes) {
  Admission admission(limits(100, 2, 50));
  auto first = admission.enter(ConnectionId{1}, host(1));
  auto second = admission.enter(ConnectionId{2}, host(1));
  EXPECT_EQ(admission.may_enter(host(1)), Verdict::refuse_source);
  EXPECT_EQ(admission.may_enter(host(2)), Verdict::admit);
  admission.trust(first);
  EXPECT_EQ(admission.may_enter(host(1)), Verdict::admit);
  admission.leave(first);
  admission.leave(second);
  EXPECT_EQ(admission.connections(), 0u);
}

TEST(Admission, LetsNoSourceTakeMoreThanHalfOfAllConnections) {
  Admission admission(limits(4, 10, 10));
  for (std::uint64_t i = 1; i <= 2; ++i) {
    auto place = admission.enter(ConnectionId{i}, host(1));
    admission.trust(place);
  }
  EXPECT_EQ(admission.may_enter(host(1)), Verdict::refuse_source);
  EXPECT_EQ(admission.may_enter(host(2)), Verdict::admit);
}

TEST(Admission, CountsAnIpv6SubscriberAsOneSource) {
  Admission admission(limits(100, 1, 50));
  admission.enter(ConnectionId{1}, at("2001:db8::1").address);
  EXPECT_EQ(admission.may_enter(at("2001:db8::ffff:2").address), Verdict::refuse_source);
  EXPECT_EQ(admission.may_enter(at("2001:db8:0:1::1").address), Verdict::admit);
}

TEST(Admission, PutsOutTheStrangerWhoseLastMessageIsLongestAgo) {
  Admission admission(limits(100, 10, 3));
  auto first = admission.enter(ConnectionId{1}, host(1));
  auto second = admission.enter(ConnectionId{2}, host(2));
  auto third = admission.enter(ConnectionId{3}, host(3));
  EXPECT_EQ(admission.may_enter(host(4)), Verdict::evict);
  EXPECT_EQ(admission.first_to_go(), ConnectionId{1});
  admission.renew(first);
  EXPECT_EQ(admission.first_to_go(), ConnectionId{2});
  admission.trust(second);
  EXPECT_EQ(admission.first_to_go(), ConnectionId{3});
  EXPECT_EQ(admission.may_enter(host(4)), Verdict::admit);
  admission.leave(third);
  EXPECT_EQ(admission.strangers(), 1u);
}

TEST(Admission, AFewSourcesThatOpenManyPushOutEachOtherAndNotThePhoneThatJustCame) {
  Admission admission(limits(1'000, 100, 64));
  std::vector<Admission::Place> places{admission.enter(ConnectionId{1}, host(1))};  // the phone, longest here
  for (std::uint64_t i = 2; i <= 64; ++i) places.push_back(admission.enter(ConnectionId{i}, host(i % 2 ? 3 : 2)));
  ASSERT_EQ(admission.may_enter(host(2)), Verdict::evict);
  EXPECT_EQ(admission.first_to_go(), ConnectionId{2}) << "of the source that has most";
  admission.leave(places[1]);
  EXPECT_EQ(admission.first_to_go(), ConnectionId{3}) << "both have as many now: whose message is longest ago";
  admission.renew(places[2]);
  EXPECT_EQ(admission.first_to_go(), ConnectionId{4});
}

TEST(Admission, AnOfficeWithNoMoreThanItsShareGoesByAgeLikeEverybody) {
  Admission admission(limits(1'000, 100, 128));
  admission.enter(ConnectionId{1}, host(1));
  admission.enter(ConnectionId{2}, host(2));
  admission.enter(ConnectionId{3}, host(2));
  EXPECT_EQ(admission.first_to_go(), ConnectionId{1});
  admission.set_limits(limits(1'000, 100, 64));
  EXPECT_EQ(admission.first_to_go(), ConnectionId{2}) << "two are more than a 64th now";
}

TEST(Admission, RefusesWhenFullOfTrustedConnections) {
  Admission admission(limits(2, 10, 10));
  auto first = admission.enter(ConnectionId{1}, host(1));
  auto second = admission.enter(ConnectionId{2}, host(2));
  EXPECT_EQ(admission.may_enter(host(3)), Verdict::evict);
  EXPECT_EQ(admission.may_connect(), Verdict::evict);
  admission.trust(first);
  admission.trust(second);
  EXPECT_EQ(admission.may_enter(host(3)), Verdict::refuse_full);
  EXPECT_EQ(admission.may_connect(), Verdict::refuse_full);
}

TEST(Admission, ATrustedConnectionCanBecomeAStrangersAgainAndIsThenTheLastInLine) {
  Admission admission(limits(3, 10, 10));
  auto first = admission.enter(ConnectionId{1}, host(1));
  auto second = admission.enter(ConnectionId{2}, host(2));
  auto third = admission.enter(ConnectionId{3}, host(3));
  admission.trust(first);
  admission.trust(third);
  admission.distrust(first, ConnectionId{1});
  admission.distrust(first, ConnectionId{1});
  EXPECT_EQ(admission.strangers(), 2u);
  EXPECT_EQ(admission.first_to_go(), ConnectionId{2});
  admission.leave(second);
  EXPECT_EQ(admission.first_to_go(), ConnectionId{1});
  admission.trust(first);
  EXPECT_EQ(admission.strangers(), 0u);
  admission.leave(first);
  admission.leave(third);
  EXPECT_EQ(admission.connections(), 0u);
}

TEST(Admission, TrustingTwiceIsTrustingOnce) {
  Admission admission(limits(10, 10, 10));
  auto place = admission.enter(ConnectionId{1}, host(1));
  admission.trust(place);
  admission.trust(place);
  EXPECT_EQ(admission.strangers(), 0u);
  admission.leave(place);
  EXPECT_EQ(admission.connections(), 0u);
}

}  // namespace
}  // namespace rf::net
