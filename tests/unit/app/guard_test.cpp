// What stands around the guard: who asks, who is let in at the door, names that rules use.
#include <gtest/gtest.h>

#include "app/caller.hpp"
#include "app/door.hpp"
#include "app/names.hpp"
#include "core/guard/lines.hpp"
#include "core/guard/prefix.hpp"

namespace rf::app {
namespace {

TEST(Caller, IsTheFirstWordOfWhatSshSaysAndNothingElse) {
  EXPECT_EQ(address_in("198.51.100.7 50022 192.0.2.1 22"), "198.51.100.7");
  EXPECT_EQ(address_in("2001:db8::7 50022 22"), "2001:db8::7");
  EXPECT_EQ(address_in("fe80::7%eth0 50022 22"), "fe80::7");
  EXPECT_EQ(address_in("localhost 1 2"), "");
  EXPECT_EQ(address_in("198.51.100.7; rm -rf / 1 2"), "");
  EXPECT_EQ(address_in(""), "");
}

TEST(Door, KnowsBansTheirEndAndTheirRelease) {
  constexpr Now now{0, 1'800'000'000'000};
  Door door;
  const Endpoint banned = *Endpoint::parse("198.51.100.7:40000"), six = *Endpoint::parse("[2001:db8:1:2::9]:40000");
  const auto in = [&](const Endpoint& who, std::int64_t later_ms = 0) {
    return door.welcomes(who, Transport::tls, 5'061, {0, now.wall_ms + later_ms});
  };
  EXPECT_TRUE(in(banned)) << "before there are rules nobody listens either";
  guard::Rules rules = guard::Rules::defaults();
  rules.access = guard::parse_access("allow 198.51.100.8\nblock 203.0.113.0/24\n").entries;
  door.use(*guard::Compiled::compile(rules, {}));
  guard::Ban ban;
  ban.since_ms = now.wall_ms;
  ban.until_ms = now.wall_ms + 60'000;
  for (const char* const block : {"198.51.100.7", "198.51.100.8", "2001:db8:1:2::/64"}) {
    ban.subnet = *guard::parse_prefix(block);
    door.ban(ban, now);
  }
  EXPECT_FALSE(in(banned));
  EXPECT_FALSE(in(six));
  EXPECT_TRUE(in(*Endpoint::parse("198.51.100.8:40000"))) << "the access list comes first";
  EXPECT_TRUE(in(*Endpoint::parse("198.51.100.9:40000")));
  EXPECT_FALSE(in(*Endpoint::parse("203.0.113.9:40000")));
  EXPECT_TRUE(in(banned, 60'000));
  door.release(*guard::parse_prefix("198.51.100.7"), now);
  EXPECT_TRUE(in(banned));
  EXPECT_FALSE(in(six));
}

TEST(Names, AreLookedUpForRulesThatNeedThemAndForgottenWithThem) {
  Names names;
  EXPECT_EQ(names.version(), 0u);
  names.look(guard::parse_defence("drop from 192.0.2.0/24\n").entries, 1'000);
  EXPECT_TRUE(names.resolved().empty());
  // Answered by the hosts file, so that no name server is asked.
  const auto rules = guard::parse_defence("drop from domain localhost\naccept from mac 02:00:00:00:00:01\n").entries;
  names.look(rules, 2'000);
  EXPECT_EQ(names.resolved().count("localhost"), 1u);
  names.look({}, 3'000);
  EXPECT_TRUE(names.resolved().empty());
  EXPECT_GE(names.version(), 2u);
}

}  // namespace
}  // namespace rf::app
