#include "core/guard/compile.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sim/trace.hpp"

namespace rf::guard {
namespace {

using namespace sim;

/// What compile() says against these rules; empty when nothing.
std::string faults(const Rules& rules, const Surroundings& around) {
  const auto out = Compiled::compile(rules, around);
  std::string text;
  if (!out)
    for (const Fault& fault : out.error()) text += fmt::format("{}: {}\n", fault.line, fault.text);
  return text;
}

Surroundings office() {
  return {{{subnet("203.0.113.1"), "own address"},
           {subnet("203.0.113.64/28"), "trunk Example"},
           {subnet("192.0.2.10"), "you"}},
          {},
          nullptr};
}

Rules with_access(std::string_view lines) {
  Rules rules = Rules::defaults();
  auto read = parse_access(lines);
  EXPECT_TRUE(read.faults.empty());
  rules.access = std::move(read.entries);
  return rules;
}

TEST(LockOut, ABlockThatCoversWhatIsProtectedIsRefusedWithItsLineAndReason) {
  const std::string text = faults(with_access("allow 198.51.100.0/24\nblock 203.0.113.0/24\n"), office());
  EXPECT_NE(text.find("2: block 203.0.113.0/24 would cut off own address"), std::string::npos) << text;
  EXPECT_NE(text.find("trunk Example"), std::string::npos);
  EXPECT_NE(faults(with_access("block 203.0.113.70\n"), office()), "") << "a part of the trunk is enough";
  EXPECT_NE(faults(with_access("block 0.0.0.0/0\n"), office()).find("you"), std::string::npos);
}

TEST(LockOut, ForceAndMoreSpecificAllowsAreUnderstood) {
  EXPECT_EQ(faults(with_access("block 203.0.113.0/24 force\n"), office()), "");
  EXPECT_EQ(
      faults(with_access("block 0.0.0.0/0\nallow 203.0.113.1\nallow 203.0.113.64/28\nallow 192.0.2.0/24\n"), office()),
      "");
}

TEST(LockOut, StaticRulesAndCountriesCannotDoItEither) {
  Rules rules = Rules::defaults();
  rules.defence = parse_defence("drop from 192.0.2.0/24\n").entries;
  EXPECT_NE(faults(rules, office()).find("you"), std::string::npos);
  rules.defence = parse_defence("accept from 192.0.2.10\ndrop from 192.0.2.0/24\n").entries;
  EXPECT_EQ(faults(rules, office()), "");
  rules.defence = parse_defence("drop from 203.0.113.64/30\n").entries;
  EXPECT_NE(faults(rules, office()).find("trunk"), std::string::npos);

  Surroundings around = office();
  around.countries = std::make_shared<Countries>(
      *Countries::of({{address("192.0.2.0"), address("192.0.2.255"), *Country::parse("AT")},
                      {address("203.0.113.0"), address("203.0.113.255"), *Country::parse("DE")}}));
  rules.defence.clear();
  rules.countries.mode = CountryRules::Mode::allow_listed;
  rules.countries.listed.set(Country::parse("DE")->index);
  EXPECT_NE(faults(rules, around).find("you (192.0.2.10/32, AT)"), std::string::npos) << faults(rules, around);
  rules.countries.listed.set(Country::parse("AT")->index);
  EXPECT_EQ(faults(rules, around), "");
  rules.countries.mode = CountryRules::Mode::deny_listed;
  EXPECT_NE(faults(rules, around), "");
  rules.countries.forced = true;
  EXPECT_EQ(faults(rules, around), "");
  EXPECT_NE(faults(rules, office()).find("database"), std::string::npos);
}

TEST(LockOut, WhoAsksForAChangeIsNotLockedOutByItAndGainsNothing) {
  Surroundings around;
  around.asker = address("198.51.100.7");
  EXPECT_NE(faults(with_access("block 198.51.100.0/24\n"), around).find("you (198.51.100.7/32)"), std::string::npos);
  EXPECT_EQ(faults(with_access("block 198.51.100.0/24 force\n"), around), "");
  around.countries = std::make_shared<Countries>(
      *Countries::of({{address("198.51.100.0"), address("198.51.100.255"), *Country::parse("AT")}}));
  Rules rules = Rules::defaults();
  rules.countries.mode = CountryRules::Mode::allow_listed;
  rules.countries.listed.set(Country::parse("DE")->index);
  EXPECT_NE(faults(rules, around).find("you (198.51.100.7/32, AT)"), std::string::npos);
  rules.access = parse_access("allow 198.51.100.0/24 # office\n").entries;
  EXPECT_EQ(faults(rules, around), "") << "what the access list allows is nobody's country";
  rules.access.front().until_ms = 2'000;
  EXPECT_NE(faults(rules, around), "") << "but only for a while";
  rules.countries.listed.set(Country::parse("AT")->index);
  const auto out = Compiled::compile(rules, around);
  ASSERT_TRUE(out);
  EXPECT_EQ((*out)->protection_of(address("198.51.100.7")), nullptr) << "an address that somebody claims is a claim";
}

TEST(LockOut, CountriesMeanNothingToWhoSendsNoSip) {
  Surroundings around;
  around.keep = {{subnet("198.51.100.53"), "DNS server", true}};
  around.countries = std::make_shared<Countries>(
      *Countries::of({{address("198.51.100.0"), address("198.51.100.255"), *Country::parse("AT")}}));
  Rules rules = Rules::defaults();
  rules.countries.mode = CountryRules::Mode::allow_listed;
  rules.countries.listed.set(Country::parse("DE")->index);
  EXPECT_EQ(faults(rules, around), "");
}

TEST(AccessList, AnEntryThatHasEndedLeavesItsPlaceToTheNextWiderOne) {
  Rules rules = with_access(
      "block 198.51.0.0/16\n"
      "allow 198.51.100.0/24\n"
      "allow 198.51.100.7\n"
      "block 203.0.113.0/24\n"
      "allow 203.0.113.0/24\n"
      "block ::/0\n"
      "allow 2001:db8::1\n");
  rules.access[1].until_ms = 2'000;
  rules.access[2].until_ms = 1'000;
  rules.access[4].until_ms = 1'000;
  rules.access[6].until_ms = 1'000;
  const auto out = Compiled::compile(rules, {});
  ASSERT_TRUE(out);
  const auto allowed = [&](std::string_view at, std::int64_t wall_ms) {
    const AccessEntry* entry = (*out)->access_of(address(at), wall_ms);
    return entry && entry->allow;
  };
  EXPECT_TRUE(allowed("198.51.100.7", 999));
  EXPECT_TRUE(allowed("198.51.100.7", 1'500)) << "its network is still allowed";
  EXPECT_FALSE(allowed("198.51.100.7", 2'000));
  EXPECT_EQ((*out)->access_of(address("198.51.100.7"), 2'000)->subnet, subnet("198.51.0.0/16"));
  EXPECT_TRUE(allowed("203.0.113.9", 999));
  EXPECT_FALSE((*out)->access_of(address("203.0.113.9"), 1'000)->allow) << "the same block, blocked before";
  EXPECT_TRUE(allowed("2001:db8::1", 999));
  EXPECT_FALSE((*out)->access_of(address("2001:db8::1"), 1'000)->allow);
  EXPECT_TRUE((*out)->meets_protected(subnet("198.51.100.0/24"), 1'999));
  EXPECT_FALSE((*out)->meets_protected(subnet("198.51.100.0/24"), 2'000)) << "it is allowed no more";
}

TEST(LockOut, ATemporaryAllowDoesNotHideABlockThatOutlivesIt) {
  Rules rules = with_access("block 203.0.113.0/24\nallow 203.0.113.1\nallow 203.0.113.64/28\n");
  EXPECT_EQ(faults(rules, office()), "");
  rules.access[1].until_ms = 1'000;
  EXPECT_NE(faults(rules, office()).find("own address"), std::string::npos);
}

TEST(DefenceRules, AreAskedInTheirOrderByAddressDomainMacAndCountry) {
  Rules rules = Rules::defaults();
  auto read = parse_defence(
      "accept from 10.1.0.0/16\n"
      "drop from 10.0.0.0/8 protocol udp port 5060-5061\n"
      "drop from domain bad.example\n"
      "reject from mac 00:11:22:33:44:55\n"
      "drop from country KP\n");
  ASSERT_TRUE(read.faults.empty());
  rules.defence = read.entries;
  Surroundings around;
  around.resolved["bad.example"] = {address("198.51.100.9"), address("2001:db8::9")};
  around.resolved["00:11:22:33:44:55"] = {address("192.0.2.55")};
  around.countries = std::make_shared<Countries>(
      *Countries::of({{address("175.45.176.0"), address("175.45.179.255"), *Country::parse("KP")}}));
  const auto out = Compiled::compile(rules, around);
  ASSERT_TRUE(out);
  const auto decided = [&](std::string_view from, Transport transport = Transport::udp, std::uint16_t port = 5'060) {
    const DefenceRule* rule = (*out)->defence_of(address(from), transport, port);
    return rule ? static_cast<int>(rule - (*out)->rules.defence.data()) : -1;
  };
  EXPECT_EQ(decided("10.1.2.3"), 0);
  EXPECT_EQ(decided("10.2.2.3"), 1);
  EXPECT_EQ(decided("10.2.2.3", Transport::tcp), -1);
  EXPECT_EQ(decided("10.2.2.3", Transport::udp, 5'080), -1);
  EXPECT_EQ(decided("198.51.100.9"), 2);
  EXPECT_EQ(decided("2001:db8::9"), 2);
  EXPECT_EQ(decided("192.0.2.55"), 3);
  EXPECT_EQ(decided("175.45.177.1"), 4);
  EXPECT_EQ(decided("192.0.2.1"), -1);
}

TEST(DefenceRules, ANameThatPointsAtWhatIsProtectedCutsNobodyOff) {
  Rules rules = Rules::defaults();
  rules.defence = parse_defence("drop from domain bad.example\n").entries;
  Surroundings around = office();
  around.resolved["bad.example"] = {address("203.0.113.65"), address("198.51.100.9")};
  const auto out = Compiled::compile(rules, around);
  ASSERT_TRUE(out) << "an attacker's zone must not be able to stop our changes either";
  EXPECT_EQ((*out)->defence_of(address("203.0.113.65"), Transport::udp, 5'060), nullptr);
  EXPECT_NE((*out)->defence_of(address("198.51.100.9"), Transport::udp, 5'060), nullptr);
  rules.defence.front().forced = true;
  EXPECT_NE((*Compiled::compile(rules, around))->defence_of(address("203.0.113.65"), Transport::udp, 5'060), nullptr);
}

TEST(Entry, IsWhatTheRulesSayBeforeAByteIsRead) {
  Rules rules = with_access("allow 198.51.100.7\nblock 198.51.100.0/24\n");
  rules.defence = parse_defence("drop from 192.0.2.0/28 protocol tls\nreject from 192.0.2.16/28\n").entries;
  rules.countries.mode = CountryRules::Mode::deny_listed;
  rules.countries.listed.set(Country::parse("KP")->index);
  Surroundings around;
  around.keep = {{subnet("203.0.113.1"), "trunk"}};
  around.countries = std::make_shared<Countries>(
      *Countries::of({{address("175.45.176.0"), address("175.45.179.255"), *Country::parse("KP")}}));
  auto out = Compiled::compile(rules, around);
  ASSERT_TRUE(out);
  const auto entry = [&](std::string_view from, Transport transport = Transport::tls) {
    return (*out)->entry_of(address(from), transport, 5'061, 1'000);
  };
  EXPECT_EQ(entry("198.51.100.7"), Entry::exempt);
  EXPECT_EQ(entry("198.51.100.8"), Entry::refused);
  EXPECT_EQ(entry("192.0.2.1"), Entry::refused);
  EXPECT_EQ(entry("192.0.2.1", Transport::tcp), Entry::open);
  EXPECT_EQ(entry("192.0.2.17"), Entry::open) << "it gets its 403";
  EXPECT_EQ(entry("175.45.176.1"), Entry::refused);
  EXPECT_EQ(entry("203.0.113.1"), Entry::exempt);
  EXPECT_EQ(entry("203.0.113.2"), Entry::open);
  rules.enabled = false;
  out = Compiled::compile(rules, around);
  EXPECT_EQ(entry("198.51.100.8"), Entry::exempt);
}

TEST(Lists, ArePoisonProof) {
  const std::vector<Protected> keep = {{subnet("203.0.113.64/28"), "trunk Example"}};
  const auto read = parse_blocklist(
      "198.51.100.0/24 ; SBL1\n"
      "0.0.0.0/0\n"
      "10.0.0.0/8\n"
      "# a comment\n"
      "127.0.0.1\n"
      "203.0.113.0/24\n"
      "203.0.113.70\n"
      "1.2.3.4/16\n"
      "::/0\n"
      "2001:db8:bad::/48\n"
      "not-an-address\n"
      "224.0.0.5\n"
      "fe80::1\n"
      "128.0.0.0/1\n"
      "192.0.2.1\r\n",
      keep);
  ASSERT_EQ(read.entries.size(), 3u);
  EXPECT_EQ(read.entries[0].text(), "198.51.100.0/24");
  EXPECT_EQ(read.entries[1].text(), "2001:db8:bad::/48");
  EXPECT_EQ(read.entries[2].text(), "192.0.2.1/32");
  std::vector<std::size_t> lines;
  for (const Fault& fault : read.faults) lines.push_back(fault.line);
  EXPECT_EQ(lines, (std::vector<std::size_t>{2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 14}));
  EXPECT_NE(read.faults[3].text.find("trunk Example"), std::string::npos);
}

TEST(Lists, FaultsOfAccessAndDefenceLinesSayWhatAndWhere) {
  const auto access =
      parse_access("allow 192.0.2.0/24 # office\nallow 192.0.2.1/24\npermit 1.2.3.4\nblock 1.2.3.4 now\n");
  ASSERT_EQ(access.entries.size(), 1u);
  EXPECT_EQ(access.entries[0].description, "office");
  ASSERT_EQ(access.faults.size(), 3u);
  EXPECT_EQ(access.faults[1].line, 3u);
  EXPECT_EQ(text_of(access.entries[0]), "allow 192.0.2.0/24 # office");
  const auto defence = parse_defence(
      "drop from country XX1\ndrop 1.2.3.4\nforbid from any\ndrop from any port 70000\ndrop from mac 00:11:22\n"
      "drop from any protocol sctp\ndrop from domain bad_name/\ndrop\ndrop from\n"
      "drop from mac 00:11:22:33:44:55 port 5060 # copier\n");
  EXPECT_EQ(defence.faults.size(), 9u);
  ASSERT_EQ(defence.entries.size(), 1u);
  EXPECT_EQ(text_of(defence.entries[0]), "drop from mac 00:11:22:33:44:55 port 5060 # copier");
}

TEST(Agents, AreFoundInEitherCaseAndOnlyWhereTheyMay) {
  const Agents agents(parse_agents("prefix sipcli\nanywhere sipvicious\n").entries);
  EXPECT_EQ(agents.match("SIPCLI/v1.8"), "sipcli");
  EXPECT_EQ(agents.match("my sipcli"), "");
  EXPECT_EQ(agents.match("x SipVicious y"), "sipvicious");
  EXPECT_EQ(agents.match(""), "");
  EXPECT_EQ(agents.match(std::string(100'000, 's')), "");
}

TEST(Fingerprints, FitWholeTextsOnly) {
  EXPECT_TRUE(fits("z9hG4bK-<digits>", "z9hG4bK-123"));
  EXPECT_FALSE(fits("z9hG4bK-<digits>", "z9hG4bK-123a"));
  EXPECT_FALSE(fits("z9hG4bK-<digits>", "z9hG4bK-"));
  EXPECT_TRUE(fits("sip:<any>@1.1.1.1", "sip:123@1.1.1.1"));
  EXPECT_FALSE(fits("sip:<any>@1.1.1.1", "sip:123@1.1.1.2"));
  EXPECT_TRUE(fits("<hex>", "0aF"));
  EXPECT_FALSE(fits("<hex>", ""));
  EXPECT_FALSE(fits("<digits>", std::string(10'000, '1')));
}

TEST(Blocks, ATrickleThatLetsNobodyInIsRefused) {
  Rules rules = Rules::defaults();
  rules.trickle_burst = 0;
  EXPECT_NE(faults(rules, {}).find("trickle"), std::string::npos);
  rules = Rules::defaults();
  rules.escalation_s.clear();
  EXPECT_NE(faults(rules, {}), "");
}

}  // namespace
}  // namespace rf::guard
