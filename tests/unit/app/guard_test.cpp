// What stands around the guard: who asks, who is let in at the door, names that rules use, rules that commands changed.
#include <gmock/gmock.h>

#include "app/caller.hpp"
#include "app/door.hpp"
#include "app/guard_commands.hpp"
#include "app/guard_tuning.hpp"
#include "app/names.hpp"
#include "app/records.hpp"
#include "core/command/catalog.hpp"
#include "core/guard/lines.hpp"
#include "core/guard/prefix.hpp"
#include "tests/unit/app/folder.hpp"

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

TEST(BanList, IsOfThoseThatLastLongestOrOfTheNewestAndHasAnOrderAmongEquals) {
  std::vector<guard::Ban> bans(4);
  const auto make = [](guard::Ban& ban, const char* block, std::int64_t since_ms, std::int64_t until_ms,
                       std::string_view rule) {
    ban.subnet = *guard::parse_prefix(block);
    ban.since_ms = since_ms;
    ban.until_ms = until_ms;
    ban.rule.assign(rule);
  };
  make(bans[0], "198.51.100.3", 100, 9'000, "sweep");
  make(bans[1], "198.51.100.2", 100, 9'000, "guess");
  make(bans[2], "198.51.100.1", 50, 20'000, "guess");
  make(bans[3], "198.51.100.4", 300, 500, "guess");
  const auto listed = [&](const command::GuardBans& wanted) {
    std::string out;
    const Json told = bans_json(bans, wanted, 1'000);
    for (const Json& ban : told["bans"]) out += ban["block"].get<std::string>().substr(11, 1);
    return out;
  };
  EXPECT_EQ(listed({}), "123");
  EXPECT_EQ(listed({.ended = true, .newest = false, .rule = {}}), "1234");
  EXPECT_EQ(listed({.ended = true, .newest = true, .rule = {}}), "4231");
  EXPECT_EQ(listed({.ended = false, .newest = false, .rule = "guess"}), "12");
  EXPECT_EQ(listed({.ended = true, .newest = false, .rule = "no rule"}), "");
  std::swap(bans[0], bans[1]);
  EXPECT_EQ(listed({}), "123") << "wherever they stand in memory";
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

struct Tuning : ::testing::Test {
  Folder folder;
  Records records = *Records::open({folder / "ringfence.db", false, 1'000}, folder / "seal.key", "ringfence");
  config::Settings settings = {};
  policy::Policy policy = {};
  CountryBook countries = {};

  GuardDesk desk() { return {settings, policy, records.store, countries}; }
  RulesChanged changed(std::string_view name, const command::Arguments& arguments) {
    const auto checked = command::check(name, arguments);
    EXPECT_TRUE(checked) << name;
    return *change_tuning(desk(), checked->command);
  }
  command::Error refused(std::string_view name, const command::Arguments& arguments) {
    RulesChanged out = changed(name, arguments);
    EXPECT_FALSE(out.outcome || out.rules) << name;
    return out.outcome ? command::Error{} : out.outcome.error();
  }
  Json shown(const std::string& name) {
    return **show_tuning(desk(), command::check("guard.rule.show", {{"name", name}})->command);
  }
  guard::CountingRule in_force(std::string_view name) {
    const auto rules = guard_rules(desk());
    if (!rules) return {};
    for (const guard::CountingRule& rule : rules->compiled->rules.counting)
      if (rule.name == name) return rule;
    return {};
  }
};

TEST_F(Tuning, ACommandSwitchesOneRuleAndLeavesTheOthers) {
  const guard::CountingRule before = in_force("options-sweep");
  const RulesChanged watches = changed("guard.rule.set", {{"name", "options-sweep"}, {"then", "watch"}});
  ASSERT_TRUE(watches.outcome && watches.rules);
  EXPECT_EQ(in_force("options-sweep").response, guard::Response::watch);
  EXPECT_EQ(in_force("options-sweep").threshold, before.threshold);
  ASSERT_TRUE(changed("guard.rule.set", {{"name", "options-sweep"}, {"enabled", false}}).outcome);
  EXPECT_FALSE(in_force("options-sweep").enabled);
  EXPECT_TRUE(in_force("scanner-agent").enabled);
  EXPECT_THAT(shown("options-sweep")["by_command"], ::testing::UnorderedElementsAre("enabled", "then"));
  EXPECT_EQ(shown("scanner-agent")["by_command"], Json::array());

  const RulesChanged back = changed("guard.rule.remove", {{"name", "options-sweep"}});
  ASSERT_TRUE(back.outcome && back.rules);
  EXPECT_TRUE(in_force("options-sweep").enabled);
  EXPECT_EQ(in_force("options-sweep").response, before.response);
  EXPECT_EQ(refused("guard.rule.remove", {{"name", "options-sweep"}}).code, command::Code::not_found);
}

TEST_F(Tuning, ACommandIsAboveTheFile) {
  for (guard::CountingRule& rule : settings.guard.rules.counting)
    if (rule.name == "options-sweep") rule.enabled = false;
  EXPECT_FALSE(in_force("options-sweep").enabled);
  ASSERT_TRUE(changed("guard.rule.set", {{"name", "options-sweep"}, {"enabled", true}}).outcome);
  EXPECT_TRUE(in_force("options-sweep").enabled);
}

TEST_F(Tuning, HandwritingsAreOnOrOffAndNoMore) {
  const std::string tool = settings.guard.rules.fingerprints.front().name;
  ASSERT_TRUE(changed("guard.rule.set", {{"name", tool}, {"enabled", false}}).outcome);
  EXPECT_FALSE(guard_rules(desk())->compiled->rules.fingerprints.front().enabled);
  EXPECT_EQ(shown(tool)["enabled"], false);
  EXPECT_EQ(refused("guard.rule.set", {{"name", tool}, {"then", "watch"}}).code, command::Code::invalid);
}

TEST_F(Tuning, WhatNoRuleCanBeIsRefusedAndChangesNothing) {
  EXPECT_EQ(refused("guard.rule.set", {{"name", "no-such-rule"}, {"enabled", false}}).code, command::Code::not_found);
  const command::Error wide = refused("guard.rule.set", {{"name", "dial-sweep"}, {"threshold", std::int64_t{25}}});
  EXPECT_EQ(wide.code, command::Code::invalid);
  EXPECT_EQ(wide.field, "threshold");
  EXPECT_EQ(shown("dial-sweep")["by_command"], Json::array());
}

TEST_F(Tuning, MoreCountersThanASourceHasAreRefusedAndNoStartMeetsThem) {
  ASSERT_TRUE(changed("guard.rule.set", {{"name", "packets-level-2"}, {"period_s", std::int64_t{5}}}).outcome);
  std::string last;
  for (const char* const name : {"decoy", "scanner-agent", "tool-handwriting"}) {
    last = name;
    const auto set = command::check("guard.rule.set", {{"name", name}, {"threshold", std::int64_t{2}}});
    if (!change_tuning(desk(), set->command)->outcome) break;
  }
  EXPECT_EQ(shown(last)["by_command"], Json::array());
  EXPECT_EQ(in_force(last).threshold, 1u);
}

TEST_F(Tuning, AFileThatSaysOtherwiseThanACommandIsToldSo) {
  const guard::Rules before = settings.guard.rules;
  ASSERT_TRUE(changed("guard.rule.set", {{"name", "options-sweep"}, {"then", "watch"}}).outcome);
  const auto file_says = [&](std::string_view name, guard::Response response, std::uint32_t threshold) {
    guard::Rules now = before;
    for (guard::CountingRule& rule : now.counting)
      if (rule.name == name) {
        rule.response = response;
        rule.threshold = threshold;
      }
    return held_by_command(before, now, records.store);
  };
  EXPECT_THAT(file_says("options-sweep", guard::Response::throttle, 30),
              ::testing::ElementsAre(::testing::HasSubstr("options-sweep")));
  EXPECT_TRUE(file_says("options-sweep", guard::Response::watch, 30).empty()) << "they say the same";
  EXPECT_TRUE(file_says("options-sweep", guard::Response::ban, 5).empty()) << "no command said how many";
  EXPECT_TRUE(file_says("scanner-agent", guard::Response::throttle, 1).empty());
}

TEST_F(Tuning, WhatCannotBeReadIsNotTakenForNothingAndIsBegunAnew) {
  for (const char* const broken : {"{", "[]", R"({"options-sweep":1})", R"({"options-sweep":{"enabled":"no"}})",
                                   R"({"options-sweep":{"threshold":-1}})", R"({"options-sweep":{"then":"learn"}})"}) {
    ASSERT_TRUE(records.store.set_setting("guard_rules", broken));
    EXPECT_FALSE(guard_rules(desk())) << broken;
    EXPECT_EQ(refused("guard.rule.set", {{"name", "options-sweep"}, {"enabled", true}}).code, command::Code::failed);
    EXPECT_TRUE(changed("guard.rule.remove", {{"name", "options-sweep"}}).outcome) << broken;
    EXPECT_TRUE(guard_rules(desk())) << broken;
  }
  ASSERT_TRUE(records.store.set_setting("guard_rules", R"({"a-rule-of-before":{"enabled":false}})"));
  EXPECT_TRUE(guard_rules(desk())) << "a rule that an update took away stops nobody from starting";
}

}  // namespace
}  // namespace rf::app
