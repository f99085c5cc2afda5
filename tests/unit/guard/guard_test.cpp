#include "core/guard/guard.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sim/trace.hpp"

namespace rf::guard {
namespace {

using namespace sim;

Facts registering(std::string_view account) {
  Facts facts;
  facts.method = Method::register_;
  facts.target = account;
  return facts;
}

Facts calling(std::string_view number) {
  Facts facts;
  facts.method = Method::invite;
  facts.target = number;
  return facts;
}

TEST(AccessList, AllowPassesEverythingAndBlockDropsAtOnce) {
  Rules rules = Rules::defaults();
  rules.access = parse_access("block 198.51.100.0/24 # spammers\nallow 198.51.100.7 # our monitor\n").entries;
  Gate world(compiled(rules));
  EXPECT_EQ(world.send("198.51.100.6:5060").reason, Reason::blocked);
  for (int i = 0; i < 3'000; ++i) {
    Facts facts = calling(std::to_string(i));
    facts.user_agent = "friendly-scanner";
    ASSERT_EQ(world.send("198.51.100.7:5060", facts).reason, Reason::allowed);
    world.tell("198.51.100.7:5060", Observation::malformed);
  }
  EXPECT_TRUE(world.events().empty());
}

TEST(SpoofSafety, AForgedFloodNamingARegisteredPhonesPortDoesNotStopThatPhone) {
  Gate world;
  ASSERT_TRUE(world.phone_registers("203.0.113.5:5060", "1001"));
  Facts in_call = calling("1002");
  in_call.proof = Proof::dialog;
  Facts with_nonce = calling("1002");
  with_nonce.proof = Proof::nonce;
  with_nonce.has_credentials = true;
  with_nonce.account = "1001";
  for (int second = 0; second < 20; ++second) {
    for (int i = 0; i < 3'000; ++i) world.send("203.0.113.5:5060", registering("1001"));
    EXPECT_EQ(world.send("203.0.113.5:5060", in_call).action, Action::pass);
    EXPECT_EQ(world.send("203.0.113.5:5060", with_nonce).action, Action::pass);
    world.wait_ms(1'000);
  }
  EXPECT_FALSE(world.banned("203.0.113.5"));
  world.wait_ms(2'000);
  EXPECT_EQ(world.send("203.0.113.5:5060", calling("1002")).action, Action::pass);
}

TEST(SpoofSafety, AForgedFloodFromOtherPortsOfAPhonesAddressCostsThePhoneNothing) {
  Gate world;
  ASSERT_TRUE(world.phone_registers("203.0.113.5:5060", "1001"));
  std::size_t passed = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto port = static_cast<std::uint16_t>(10'000 + i % 40'000);
    passed += world.send(Endpoint{address("203.0.113.5"), port}, registering("1001")).action == Action::pass;
    if (i % 100 == 0) {
      ASSERT_EQ(world.send("203.0.113.5:5060", calling("1002")).action, Action::pass) << i;
    }
    world.wait_ms(1);
  }
  EXPECT_LT(passed, 80u);
  EXPECT_FALSE(world.banned("203.0.113.5"));
}

TEST(SpoofSafety, APhoneWhoseAddressIsForgedGetsInWithRightCredentialsAndEndsTheThrottling) {
  Gate world;
  for (int i = 0; i < 100; ++i) world.send("203.0.113.5:9999", registering("1001"));
  ASSERT_TRUE(world.throttled("203.0.113.5"));
  EXPECT_EQ(world.count(Event::Kind::throttled), 1u);
  world.wait_ms(2'500);
  ASSERT_TRUE(world.phone_registers("203.0.113.5:5060", "1001"))
      << "one packet in two seconds, then its nonce is proof";
  EXPECT_FALSE(world.throttled("203.0.113.5"));
  EXPECT_EQ(world.count(Event::Kind::released), 1u);
}

TEST(SpoofSafety, ProtectedAddressesAreToldAndNeverBannedOrThrottled) {
  Rules rules = Rules::defaults();
  rules.strict = true;
  Gate world(compiled(rules, {{subnet("203.0.113.0/28"), "trunk Example"}}));
  for (int i = 0; i < 5'000; ++i) {
    ASSERT_EQ(world.send("203.0.113.5:5060", calling(std::to_string(i)), Transport::tcp).action, Action::pass) << i;
    world.guesses("203.0.113.5:5060", std::to_string(i % 100));
  }
  EXPECT_FALSE(world.banned("203.0.113.5"));
  EXPECT_FALSE(world.throttled("203.0.113.5"));
  EXPECT_GE(world.count(Event::Kind::watched), 1u);
}

TEST(Watching, TakesThePlaceOfNoRuleThatBans) {
  Rules rules = Rules::defaults();
  for (CountingRule& rule : rules.counting)
    if (rule.name == "slow-guessing") {
      rule.response = Response::watch;
      rule.threshold = 20;
    }
  Gate world(compiled(rules));
  for (int i = 0; i < 45; ++i) world.guesses("198.51.100.7:5060", fmt::format("10{}", i % 9));
  EXPECT_FALSE(world.banned("198.51.100.7"));
  EXPECT_EQ(world.count(Event::Kind::watched), 1u);
  for (int i = 0; i < 9; ++i) world.guesses("198.51.100.7:5060", fmt::format("10{}", i));
  EXPECT_TRUE(world.banned("198.51.100.7")) << "by failed-authentication, though the other would have held it longer";
}

TEST(SpoofSafety, AProtectedGatewayMayCarryATownOverOnePort) {
  Gate world(compiled(Rules::defaults(), {{subnet("203.0.113.5"), "proxy"}}));
  ASSERT_TRUE(world.phone_registers("203.0.113.5:5060", "1001"));
  for (int i = 0; i < 5'000; ++i)
    ASSERT_EQ(world.send("203.0.113.5:5060", registering("1002")).action, Action::pass) << i;
}

TEST(SpoofSafety, StrictModeBansBluntly) {
  Rules rules = Rules::defaults();
  rules.strict = true;
  Gate world(compiled(rules));
  for (int i = 0; i < 50; ++i) world.send("198.51.100.7:5060", registering("1001"));
  EXPECT_TRUE(world.banned("198.51.100.7"));
  EXPECT_EQ(world.send("198.51.100.7:5060").action, Action::drop);
}

TEST(Nat, TwentyPhonesLiveWithABadNeighbour) {
  Gate world;
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(world.phone_registers(fmt::format("203.0.113.5:{}", 20'000 + i), fmt::format("20{}", i)));
  world.wait_ms(5'000);
  // The neighbour guesses as fast as it can, changing its port every hundred tries.
  std::size_t looked_at = 0;
  for (int i = 0; i < 3'000; ++i) {
    looked_at += world.guesses(fmt::format("203.0.113.5:{}", 40'000 + i / 100), fmt::format("20{}", i % 20));
    if (i % 10 == 0) {
      ASSERT_EQ(world.send(fmt::format("203.0.113.5:{}", 20'000 + i / 10 % 20), calling("1001")).action, Action::pass);
    }
    world.wait_ms(20);
  }
  EXPECT_LT(looked_at, 120u) << "guessing is stopped";
  EXPECT_FALSE(world.banned("203.0.113.5"));
  EXPECT_GE(world.count(Event::Kind::port_blocked), 1u);
  const auto why = world.guard.explain(world.now, address("203.0.113.5"));
  EXPECT_TRUE(why.spares_phones);
  EXPECT_EQ(why.registered_ports, 20u);
  EXPECT_GE(why.blocked_ports, 1u);
  world.guard.release(world.now, subnet("203.0.113.5"));
  EXPECT_EQ(world.guard.explain(world.now, address("203.0.113.5")).blocked_ports, 0u);
  EXPECT_EQ(world.guard.explain(world.now, address("203.0.113.5")).registered_ports, 20u);
}

TEST(Nat, APhoneThatStartsAnewGetsInWhileANeighbourFloodsFromOnePort) {
  Gate world;
  ASSERT_TRUE(world.phone_registers("203.0.113.5:5060", "1001"));
  const auto flood_ms = [&](int ms) {
    for (; ms > 0; ms -= 5, world.wait_ms(5)) world.send("203.0.113.5:7777", registering("999"));
  };
  flood_ms(5'000);
  ASSERT_TRUE(world.throttled("203.0.113.5"));
  for (int port = 20'000; port < 20'010; ++port) {
    // At a new port each time, as behind a NAT; the pauses are those of RFC 3261 §17.1.2.2.
    bool heard = false;
    for (const int pause_ms : {500, 1'000, 2'000, 4'000}) {
      heard = heard || world.send(fmt::format("203.0.113.5:{}", port), registering("1002")).action == Action::pass;
      flood_ms(pause_ms);
    }
    EXPECT_TRUE(heard) << port;
  }
  EXPECT_TRUE(world.throttled("203.0.113.5"));
  EXPECT_FALSE(world.banned("203.0.113.5"));
}

TEST(Nat, ABanThatCameBeforeSparesThePortsThatAreRegistered) {
  Rules rules = Rules::defaults();
  rules.strict = true;
  Gate world(compiled(rules));
  ASSERT_TRUE(world.phone_registers("203.0.113.5:5060", "1001"));
  for (int i = 0; i < 100; ++i) world.send("203.0.113.5:9999", registering("1001"));
  ASSERT_TRUE(world.banned("203.0.113.5"));
  EXPECT_EQ(world.send("203.0.113.5:5060", calling("1002")).action, Action::pass);
  EXPECT_EQ(world.send("203.0.113.5:9999", calling("1002")).reason, Reason::banned);
}

TEST(Accounts, WrongPasswordsLockOneAccountForOneSourceOnly) {
  Gate world;
  std::size_t looked_at = 0;
  for (int i = 0; i < 30; ++i) {
    looked_at += world.guesses("198.51.100.7:5060", "1001");
    world.wait_ms(5'000);
  }
  EXPECT_EQ(looked_at, 10u);
  EXPECT_EQ(world.count(Event::Kind::account_locked), 1u);
  EXPECT_EQ(world.guard.explain(world.now, address("198.51.100.7")).locked_accounts, 1u);
  EXPECT_TRUE(world.guesses("198.51.100.7:5060", "1002")) << "another account of the same source is looked at";
  EXPECT_TRUE(world.phone_registers("203.0.113.5:5060", "1001")) << "and the account works elsewhere";
  world.wait_ms(16 * 60'000);
  EXPECT_TRUE(world.phone_registers("198.51.100.7:5060", "1001")) << "and here again, when the lock is over";
}

TEST(Accounts, DistributedGuessingIsSlowWhileRegisteredPhonesKeepWorking) {
  Gate world;
  ASSERT_TRUE(world.phone_registers("203.0.113.5:5060", "1001"));
  std::size_t looked_at = 0;
  for (int round = 0; round < 10; ++round)
    for (int i = 0; i < 200; ++i) {
      looked_at += world.guesses(fmt::format("198.51.{}.{}:5060", 100 + i / 100, i % 100 + 1), "1001");
      world.wait_ms(100);
    }
  EXPECT_EQ(world.count(Event::Kind::account_attacked), 1u);
  EXPECT_LT(looked_at, 160u) << "two thousand guesses were made";
  EXPECT_TRUE(world.phone_registers("203.0.113.5:5060", "1001"));
  EXPECT_TRUE(world.phone_registers("203.0.113.5:6161", "1001")) << "a source where the account has worked is known";
  EXPECT_TRUE(world.guesses("198.51.100.250:5060", "1002")) << "other accounts are not slow";
}

TEST(Accounts, ARegisteredPhoneIsNotTrustedWithTheAccountsOfOthers) {
  Gate world;
  ASSERT_TRUE(world.phone_registers("203.0.113.5:5060", "1001"));
  ASSERT_TRUE(world.phone_registers("203.0.113.5:5070", "1003"));
  std::size_t looked_at = 0;
  for (int i = 0; i < 200; ++i) {
    looked_at += world.guesses("203.0.113.5:5060", "1002");
    world.wait_ms(100);
  }
  EXPECT_EQ(looked_at, 10u);
  EXPECT_EQ(world.count(Event::Kind::port_blocked), 1u);
  EXPECT_EQ(world.send("203.0.113.5:5060", calling("1002")).reason, Reason::port_blocked);
  EXPECT_EQ(world.send("203.0.113.5:5070", calling("1002")).action, Action::pass) << "its neighbour calls on";
}

TEST(Accounts, ARoamingPhoneIsHeardWhereverItComesFrom) {
  Gate world;
  for (int i = 1; i < 40; ++i) {
    ASSERT_TRUE(world.phone_registers(fmt::format("198.51.100.{}:{}", i, 5'000 + i), "1001"));
    world.wait_ms(90'000);
  }
  EXPECT_TRUE(world.events().empty());
}

TEST(Bans, GetLongerForThoseWhoComeBack) {
  Gate world;
  const std::int64_t hour = 3'600'000;
  const auto offend = [&] {
    Facts facts = calling("1001");
    facts.decoy = true;
    facts.proof = Proof::nonce;
    world.send("198.51.100.7:5060", facts);
    for (const Event& event : world.events())
      if (event.kind == Event::Kind::banned) return event.until_ms - world.now.wall_ms;
    return std::int64_t{0};
  };
  Rules rules = Rules::defaults();
  for (CountingRule& rule : rules.counting) rule.duration_s = 60;
  world.guard.use(compiled(rules));
  for (const std::int64_t expected : {hour, 4 * hour, 24 * hour, 168 * hour, 168 * hour}) {
    EXPECT_EQ(offend(), expected);
    world.wait_ms(expected + 1'000);
    EXPECT_FALSE(world.banned("198.51.100.7"));
  }
  world.wait_ms(31 * 24 * hour);
  EXPECT_EQ(offend(), hour) << "after a month it begins anew";
}

TEST(Bans, SurviveARestartAndLeaveOutWhatIsProtectedSince) {
  Gate before;
  for (const char* source : {"198.51.100.7:5060", "203.0.113.5:5060"}) {
    Facts facts = calling("1001");
    facts.decoy = true;
    before.send(source, facts, Transport::tls);
    ASSERT_TRUE(before.banned(source == std::string_view("198.51.100.7:5060") ? "198.51.100.7" : "203.0.113.5"));
  }
  Gate after(compiled(Rules::defaults(), {{subnet("203.0.113.5"), "trunk Example"}}));
  after.now.mono_ms = 77;
  EXPECT_EQ(after.guard.restore(after.now, before.guard.bans()), 1u);
  EXPECT_EQ(after.send("198.51.100.7:5060").reason, Reason::banned);
  EXPECT_EQ(after.send("203.0.113.5:5060").action, Action::pass);
  const auto why = after.guard.explain(after.now, address("198.51.100.7"));
  ASSERT_TRUE(why.ban);
  EXPECT_EQ(why.ban->rule.view(), "decoy");
  EXPECT_NE(why.ban->evidence.view().find("1001"), std::string::npos);
  EXPECT_TRUE(after.guard.release(after.now, subnet("198.51.100.7")));
  EXPECT_EQ(after.send("198.51.100.7:5060").action, Action::pass);
}

TEST(Bans, AWholeIpv6SiteGoesWhenItsNetworksKeepOffending) {
  Gate world;
  Facts facts = calling("1001");
  facts.decoy = true;
  int until = 0;
  for (; until < 60 && !world.banned("2001:db8:7:ffff::1"); ++until)
    world.send(fmt::format("[2001:db8:7:{:x}::1]:5060", until), facts, Transport::tcp);
  EXPECT_GE(until, 8);
  EXPECT_LT(until, 30);
  EXPECT_FALSE(world.banned("2001:db8:8::1"));
}

TEST(Bans, WhatIsFullForgetsEndedOnesFirst) {
  Bounds bounds = Gate::small();
  bounds.bans = 64;
  Gate world(compiled(), bounds);
  Facts facts = calling("1001");
  facts.decoy = true;
  for (int i = 0; i < 1'000; ++i) {
    world.send(fmt::format("198.51.{}.{}:5060", i / 250, i % 250), facts, Transport::tcp);
    world.events();
  }
  EXPECT_EQ(world.guard.bans().size(), 64u);
  EXPECT_EQ(world.guard.stats().bans_room, 64u);
}

TEST(Tables, TenMillionForgedSourcesEvictNobodyWhoMatters) {
  Bounds bounds = Gate::small();
  bounds.sources = 65'536;
  Rules rules = Rules::defaults();
  rules.strangers_per_s = 0;
  Gate world(compiled(rules), bounds);
  const auto phone = [](int i) { return fmt::format("203.0.{}.{}:5060", i / 200, i % 200); };
  for (int i = 0; i < 2'000; ++i) ASSERT_TRUE(world.phone_registers(phone(i), std::to_string(i)));
  for (int i = 0; i < 60; ++i) world.send("198.51.100.7:5060", registering("1001"));
  ASSERT_TRUE(world.throttled("198.51.100.7"));
  Facts facts = calling("1001");
  facts.decoy = true;
  world.send("198.51.100.8:5060", facts, Transport::tcp);
  ASSERT_TRUE(world.banned("198.51.100.8"));
  const std::size_t before = world.guard.stats().bytes;
  for (std::uint32_t i = 0; i < 10'000'000; ++i) {
    world.guard.arrive(world.now, {{Address::v4(0x2000'0000u + i * 7u), 5'060}, Transport::udp, 5'060});
    if (i % 100'000 == 0) world.wait_ms(100);
  }
  const Stats after = world.guard.stats();
  EXPECT_EQ(after.bytes, before);
  EXPECT_LE(after.sources, after.sources_room);
  EXPECT_GT(after.sources_forgotten, 9'000'000u);
  EXPECT_TRUE(world.throttled("198.51.100.7"));
  EXPECT_TRUE(world.banned("198.51.100.8"));
  for (int i = 0; i < 2'000; ++i)
    ASSERT_TRUE(world.guard.explain(world.now, address(phone(i).substr(0, phone(i).find(':')))).spares_phones) << i;
}

TEST(Strangers, TogetherTheyHaveALimitThatKnownOnesDoNotFeel) {
  Gate world;
  ASSERT_TRUE(world.phone_registers("203.0.113.5:5060", "1001"));
  std::size_t passed = 0;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    passed += world.send(Endpoint{Address::v4(0x2000'0000u + i), 5'060}, registering("1001")).action == Action::pass;
    if (i % 500 == 0) {
      ASSERT_EQ(world.send("203.0.113.5:5060", calling("1002")).action, Action::pass);
    }
    if (i % 50 == 49) world.wait_ms(1);
  }
  EXPECT_LE(passed, 22'000u);
  EXPECT_GE(passed, 18'000u);
}

TEST(Unsolicited, RestartsAndMovedCallsComeOnlyFromWhomARuleNames) {
  Facts notify;
  notify.method = Method::notify;
  Facts refer;
  refer.method = Method::refer;
  Gate world;
  EXPECT_EQ(world.send("192.0.2.10:5060", notify).reason, Reason::unsolicited);
  EXPECT_EQ(world.send("192.0.2.10:5060", refer).reason, Reason::unsolicited);
  refer.in_dialog = true;
  EXPECT_EQ(world.send("192.0.2.10:5060", refer).action, Action::pass);
  Rules rules = Rules::defaults();
  rules.notify_allowed = true;
  world.guard.use(compiled(rules));
  EXPECT_EQ(world.send("192.0.2.10:5060", notify).action, Action::pass);
}

TEST(Change, OfRulesForgetsNothingThatGoesOnBeingCounted) {
  Gate world;
  for (int i = 0; i < 45; ++i) world.guesses("198.51.100.7:5060", fmt::format("10{}", i % 9));
  Rules rules = Rules::defaults();
  CountingRule custom;
  custom.name = "custom";
  custom.signals = 1;
  custom.threshold = 300;
  custom.period_s = 17;
  rules.counting.insert(rules.counting.begin(), custom);
  world.guard.use(*Compiled::compile(rules, {}, &world.guard.rules()));
  EXPECT_FALSE(world.banned("198.51.100.7"));
  for (int i = 0; i < 5; ++i) world.guesses("198.51.100.7:5060", fmt::format("10{}", i % 9));
  EXPECT_TRUE(world.banned("198.51.100.7"));
}

TEST(Explain, SaysWhatItDidWhichRuleUntilWhenAndWhoElseIsThere) {
  Gate world;
  for (int i = 0; i < 20; ++i) {
    Facts facts = registering("");
    const std::string target = fmt::format("90{}", i);
    facts.target = target;
    facts.target_known = false;
    world.send("198.51.100.7:5071", facts);
  }
  const auto why = world.guard.explain(world.now, address("198.51.100.7"));
  EXPECT_EQ(why.last_rule, "extension-enumeration");
  EXPECT_NE(why.state.find("trickle"), std::string::npos);
  EXPECT_GT(why.throttled_until_ms, world.now.wall_ms);
  EXPECT_FALSE(why.proven);
  EXPECT_FALSE(why.counts.empty());
  ASSERT_FALSE(world.events().empty());
  EXPECT_EQ(world.list.front().evidence.view().find("10 different unknown-target in 60 s (limit 10), UDP port 5071"),
            0u)
      << world.list.front().evidence.view();
  const auto nobody = world.guard.explain(world.now, address("192.0.2.99"));
  EXPECT_FALSE(nobody.known);
  EXPECT_EQ(nobody.state, "Nothing is in force against it.");
}

TEST(Evidence, CarriesNoForeignControlCharacters) {
  Gate world;
  Facts facts = calling("1\r\n\x1b[31m\"\xff");
  facts.decoy = true;
  world.send("198.51.100.7:5060", facts, Transport::tcp);
  for (const Event& event : world.events())
    for (const char c : event.evidence.view()) EXPECT_TRUE(c >= ' ' && c < 0x7f);
}

}  // namespace
}  // namespace rf::guard
