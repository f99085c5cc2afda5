#include "shell/firewall/enforcer/book.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace rf::firewall {
namespace {

Address address(const char* text) {
  return *Address::parse(text);
}
Subnet subnet(const char* text) {
  return *Subnet::parse(text);
}

// Remembers what a kernel would have, and objects to what a kernel would refuse.
class Kernel : public Filter {
 public:
  explicit Kernel(bool disjoint = true) : disjoint_(disjoint) {}
  Backend backend() const override { return Backend::nftables; }
  bool stand_on(const Ground&) override { return true; }
  void ban(const Address& source, std::int64_t until_ns, bool again) override {
    EXPECT_EQ(bans.contains(source), again) << source.text();
    bans[source] = until_ns;
  }
  void lift_ban(const Address& source) override { EXPECT_EQ(bans.erase(source), 1u); }
  void block(const Subnet& network) override {
    for (const Subnet& other : networks)
      EXPECT_FALSE(disjoint_ && (other.contains(network.base) || network.contains(other.base))) << other.text();
    EXPECT_TRUE(networks.insert(network).second) << network.text();
  }
  void unblock(const Subnet& network) override { EXPECT_EQ(networks.erase(network), 1u) << network.text(); }
  bool wants_disjoint_networks() const override { return disjoint_; }
  void throttle(const Throttle& t, std::int64_t, bool again) override {
    EXPECT_EQ(throttles.contains(t.source), again);
    throttles[t.source] = t;
  }
  void lift_throttle(const Address& source) override { EXPECT_EQ(throttles.erase(source), 1u); }
  void open(const Pinhole& pinhole) override { EXPECT_TRUE(pinholes.emplace(pinhole.port, pinhole.peer).second); }
  void close(const Pinhole& pinhole) override { EXPECT_EQ(pinholes.erase(pinhole.port), 1u); }
  bool flush() override { return true; }
  std::array<Tally, rules> count() override { return {}; }
  const std::string& why() const override { return why_; }

  bool blocks(const Address& source) const {
    return std::any_of(networks.begin(), networks.end(), [&](const Subnet& n) { return n.contains(source); });
  }

  std::map<Address, std::int64_t> bans;
  std::set<Subnet> networks;
  std::map<Address, Throttle> throttles;
  std::map<std::uint16_t, Endpoint> pinholes;

 private:
  bool disjoint_;
  std::string why_;
};

constexpr std::int64_t second_ns = 1'000'000'000;

TEST(FirewallBook, ABanEndsWhenItsTimeIsOverAndNotBefore) {
  Book book;
  Kernel kernel;
  book.ban(kernel, {subnet("192.0.2.9"), 2'000}, 0);
  EXPECT_EQ(book.next_end_ns(), 2 * second_ns);
  book.advance(kernel, 2 * second_ns - 1);
  EXPECT_EQ(kernel.bans.size(), 1u);
  book.advance(kernel, 2 * second_ns);
  EXPECT_TRUE(kernel.bans.empty());
  EXPECT_EQ(book.bans(), 0u);
  EXPECT_EQ(book.next_end_ns(), never_ns);
}

TEST(FirewallBook, ASecondBanReplacesTheFirst) {
  Book book;
  Kernel kernel;
  book.ban(kernel, {subnet("192.0.2.9"), 2'000}, 0);
  book.ban(kernel, {subnet("192.0.2.9"), for_good_ms}, 0);
  book.advance(kernel, 1'000 * second_ns);
  EXPECT_EQ(kernel.bans.at(address("192.0.2.9")), never_ns);
  book.lift(kernel, subnet("192.0.2.9"));
  EXPECT_TRUE(kernel.bans.empty());
}

TEST(FirewallBook, TheBanThatEndsSoonestLeavesForANewcomer) {
  Book book(BookLimits{2, 2, 2});
  Kernel kernel;
  book.ban(kernel, {subnet("192.0.2.1"), 9'000}, 0);
  book.ban(kernel, {subnet("192.0.2.2"), 3'000}, 0);
  EXPECT_FALSE(book.ban(kernel, {subnet("192.0.2.3"), 5'000}, 0));
  EXPECT_FALSE(kernel.bans.contains(address("192.0.2.2")));
  EXPECT_EQ(kernel.bans.size(), 2u);
}

TEST(FirewallBook, ABookFullOfBansForGoodRefuses) {
  Book book(BookLimits{1, 1, 1});
  Kernel kernel;
  book.ban(kernel, {subnet("192.0.2.1"), for_good_ms}, 0);
  book.ban(kernel, {subnet("10.0.0.0/8"), for_good_ms}, 0);
  book.throttle(kernel, {address("192.0.2.1"), 1, 1, for_good_ms}, 0);
  EXPECT_EQ(book.ban(kernel, {subnet("192.0.2.3"), 5'000}, 0), Refusal::full);
  EXPECT_EQ(book.ban(kernel, {subnet("11.0.0.0/8"), 5'000}, 0), Refusal::full);
  EXPECT_EQ(book.throttle(kernel, {address("192.0.2.3"), 1, 1, 5'000}, 0), Refusal::full);
}

TEST(FirewallBook, AllOfAnIpv6NetworkOf64BitsIsOneSource) {
  Book book;
  Kernel kernel;
  book.throttle(kernel, {address("2001:db8:1:2::3"), 60, 1, 1'000}, 0);
  EXPECT_TRUE(kernel.throttles.contains(address("2001:db8:1:2::")));
  book.lift_throttle(kernel, address("2001:db8:1:2:ffff::"));
  EXPECT_TRUE(kernel.throttles.empty());
}

TEST(FirewallBook, AWiderNetworkTakesThePlaceOfThoseInItAndGivesItBack) {
  Book book;
  Kernel kernel;
  book.ban(kernel, {subnet("10.1.0.0/16"), for_good_ms}, 0);
  book.ban(kernel, {subnet("10.1.2.0/24"), for_good_ms}, 0);
  book.ban(kernel, {subnet("10.3.0.0/16"), for_good_ms}, 0);
  book.ban(kernel, {subnet("10.0.0.0/8"), 1'000}, 0);
  EXPECT_EQ(kernel.networks, (std::set{subnet("10.0.0.0/8")}));
  book.advance(kernel, second_ns);
  EXPECT_EQ(kernel.networks, (std::set{subnet("10.1.0.0/16"), subnet("10.3.0.0/16")}));
  book.lift(kernel, subnet("10.1.0.0/16"));
  EXPECT_EQ(kernel.networks, (std::set{subnet("10.1.2.0/24"), subnet("10.3.0.0/16")}));
}

TEST(FirewallBook, ANewListReplacesTheOldWithoutLettingGoOfWhatIsInBoth) {
  Book book;
  Kernel kernel(false);
  book.open_list();
  book.add_to_list(kernel, subnet("10.0.0.0/8"));
  book.add_to_list(kernel, subnet("11.0.0.0/8"));
  book.commit_list(kernel);
  book.open_list();
  book.add_to_list(kernel, subnet("11.0.0.0/8"));
  book.add_to_list(kernel, subnet("12.0.0.0/8"));
  EXPECT_EQ(kernel.networks.size(), 3u);
  book.commit_list(kernel);
  EXPECT_EQ(kernel.networks, (std::set{subnet("11.0.0.0/8"), subnet("12.0.0.0/8")}));
}

TEST(FirewallBook, WhatIsBannedAndListedIsShutOutUntilItIsNeither) {
  Book book;
  Kernel kernel;
  book.ban(kernel, {subnet("10.0.0.0/8"), for_good_ms}, 0);
  book.open_list();
  book.add_to_list(kernel, subnet("10.0.0.0/8"));
  book.commit_list(kernel);
  book.lift(kernel, subnet("10.0.0.0/8"));
  EXPECT_EQ(kernel.networks.size(), 1u);
  book.open_list();
  book.commit_list(kernel);
  EXPECT_TRUE(kernel.networks.empty());
}

TEST(FirewallBook, ListEntriesWithoutAListAreRefused) {
  Book book;
  Kernel kernel;
  EXPECT_EQ(book.add_to_list(kernel, subnet("10.0.0.0/8")), Refusal::out_of_order);
  EXPECT_EQ(book.commit_list(kernel), Refusal::out_of_order);
}

TEST(FirewallBook, APinholeMovesWithItsPeer) {
  Book book;
  Kernel kernel;
  book.open(kernel, {40'000, {}});
  book.open(kernel, {40'000, {address("192.0.2.9"), 7}});
  EXPECT_EQ(kernel.pinholes.at(40'000), (Endpoint{address("192.0.2.9"), 7}));
  book.close(kernel, 40'000);
  book.close(kernel, 40'000);
  EXPECT_TRUE(kernel.pinholes.empty());
}

// Whatever comes and goes in whatever order: the kernel shuts out exactly whom the book shuts out, and a filter filled
// afresh has the same.
TEST(FirewallBook, DisjointNetworksMeanTheSameAsNestedOnes) {
  std::mt19937 random(7);
  Book nested_book, disjoint_book;
  Kernel nested(false), disjoint(true);
  for (int step = 0; step < 4'000; ++step) {
    const bool v4 = random() % 2 == 0;
    const unsigned prefix = v4 ? 97 + random() % 31 : 16 + random() % 48;
    auto bytes = v4 ? Address::v4(0x0a000000u | random() % 8 << 20 | random() % 4 << 4).bytes()
                    : Address::parse("2001:db8::")->bytes();
    if (!v4) bytes[4] = static_cast<std::uint8_t>(random() % 8 << 4);
    for (unsigned bit = prefix; bit < 128; ++bit) bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
    const Subnet network{Address::from_bytes(bytes), static_cast<std::uint8_t>(prefix)};
    if (network.base.is_v4() != v4 || single_source(network)) continue;
    for (auto [book, kernel] : {std::pair{&nested_book, &nested}, std::pair{&disjoint_book, &disjoint}}) {
      if (step % 3 == 0)
        book->lift(*kernel, network);
      else
        book->ban(*kernel, {network, 1 + step * 7919u % 1'000}, step * 1'000'000LL);
      book->advance(*kernel, step * 1'000'000LL);
    }
    for (const Subnet& any : nested.networks) ASSERT_TRUE(disjoint.blocks(any.base)) << any.text();
    for (const Subnet& any : disjoint.networks) ASSERT_TRUE(nested.networks.contains(any)) << any.text();
  }
  EXPECT_GT(nested.networks.size(), disjoint.networks.size());
  Kernel fresh(true);
  nested_book.fill(fresh);
  EXPECT_EQ(fresh.networks, disjoint.networks);
}

}  // namespace
}  // namespace rf::firewall
