// What dealers hand out to tenants of their own, and what they try to get besides.
#include "app/dealers.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "app/object_commands.hpp"
#include "app/tenants.hpp"
#include "core/command/catalog.hpp"
#include "core/money/ledger.hpp"
#include "tests/unit/app/folder.hpp"

namespace rf::app {
namespace {

using command::Code;
using ::testing::HasSubstr;
using ::testing::Not;

class Dealers : public ::testing::Test {
 protected:
  Dealers() {
    records.domains = {"pbx.example.com"};
    done("tenant.add", {{"name", "umbrella"}, {"dealer", "south"}, {"domains", "pbx.umbrella.example"}});
    done("dealer.set", {{"name", "north"},
                        {"tenants", std::int64_t{2}},
                        {"extensions", std::int64_t{50}},
                        {"calls", std::int64_t{20}},
                        {"day", "100"},
                        {"month", "1000"}});
  }
  /// As the server carries it out: for whoever runs the system, or for a user of this dealer.
  Outcome run(std::string_view name, const command::Arguments& arguments, const std::string& dealer = {}) {
    auto checked = command::check(name, arguments);
    if (!checked) return std::unexpected(checked.error());
    if (!dealer.empty()) {
      access::Asker& by = checked->by.emplace();
      by.of = access::Class::dealer;
      by.tenant = access::no_tenant;
      by.dealer = dealer;
    }
    checked->on_machine = dealer.empty();
    const auto placed = in_tenant(*records.store.tenants(), *checked);
    if (!placed) return std::unexpected(placed.error());
    records.tenant = placed->acts_in;
    records.bounded = placed->by && placed->by->tenant;
    records.dealer = dealer;
    if (auto shown = show_tenants(records, *placed)) return std::move(*shown);
    const PolicySides sides{{{settings, policy, records.store, countries}}, {}};
    return std::move(change_objects(records, placed->command, 1'000, sides)->outcome);
  }
  Json done(std::string_view name, const command::Arguments& arguments, const std::string& dealer = {}) {
    const Outcome out = run(name, arguments, dealer);
    EXPECT_TRUE(out.has_value()) << name << ": " << (out ? "" : out.error().message);
    return out ? *out : Json();
  }
  command::Error refused(std::string_view name, const command::Arguments& arguments, const std::string& dealer) {
    const Outcome out = run(name, arguments, dealer);
    EXPECT_FALSE(out.has_value()) << name;
    return out ? command::Error() : out.error();
  }
  /// What a dealer's user would add: a tenant that costs nothing unless told.
  static command::Arguments tenant(const std::string& name, command::Arguments more = {}) {
    more.emplace("name", name);
    more.emplace("extensions", std::int64_t{10});
    more.emplace("calls", std::int64_t{5});
    more.emplace("day", "20.00");
    more.emplace("month", "200.00");
    return more;
  }
  /// One call of the tenant that is over.
  void spend(const std::string& name, std::int64_t micros) {
    const auto tenants = *records.store.tenants();
    const auto one = std::ranges::find(tenants, name, &store::Tenant::name);
    ASSERT_NE(one, tenants.end());
    const money::Currency eur = *money::Currency::parse("EUR");
    const money::Amount cost = *money::Amount::of_micros(micros, eur);
    const money::AccountId account{money::Level::tenant, one->id.value};
    constexpr std::int64_t before = 500;
    money::Ledger ledger(eur, {.accounts = 4, .reservations = 4}, HashKey(1));
    std::vector<money::LedgerEntry> entries;
    entries.push_back(*ledger.set_limits(account, {.day = 100'000'000, .month = 1'000'000'000}, before));
    entries.push_back(*ledger.reserve(CallId{1}, {&account, 1}, cost, before));
    entries.push_back(ledger.settle(CallId{1}, cost, before)->entry);
    ASSERT_TRUE(records.store.append_ledger(entries));
  }
  std::vector<std::string> names(const std::string& dealer = {}) {
    std::vector<std::string> out;
    const Json told = done("tenant.list", {}, dealer);
    for (const Json& each : told["tenants"]) out.push_back(each["name"]);
    return out;
  }

  Folder folder;
  Records records = *Records::open({folder / "ringfence.db", false, 1'000}, folder / "seal.key", "ringfence");
  config::Settings settings = {};
  policy::Policy policy = {};
  CountryBook countries = {};
};
using Names = std::vector<std::string>;

TEST_F(Dealers, AddATenantOfTheirOwnChangeItAndRemoveIt) {
  const Json made = done("tenant.add", tenant("acme", {{"domains", "pbx.acme.example"}}), "north");
  EXPECT_EQ(made["dealer"], "north");
  EXPECT_EQ(made["extensions"], 10);
  EXPECT_EQ(made["day"], "20.00");
  EXPECT_EQ(names("north"), Names{"acme"});
  EXPECT_EQ(names("south"), Names{"umbrella"});
  EXPECT_EQ(done("tenant.set", {{"name", "acme"}, {"extensions", std::int64_t{12}}}, "north")["extensions"], 12);
  done("tenant.remove", {{"name", "acme"}}, "north");
  EXPECT_EQ(names("north"), Names{});
}

TEST_F(Dealers, AddNoMoreTenantsThanTheyMayHaveAndNoneWhenNobodySaidHowMany) {
  done("tenant.add", tenant("one"), "north");
  done("tenant.add", tenant("two"), "north");
  EXPECT_EQ(refused("tenant.add", tenant("three"), "north").code, Code::conflict);
  EXPECT_EQ(refused("tenant.add", tenant("four"), "south").message, "south has 1 tenants, and may have 0");
  EXPECT_EQ(refused("tenant.add", tenant("five"), "nobodys").code, Code::not_found);
  EXPECT_EQ(names(), (Names{"default", "umbrella", "one", "two"}));
}

TEST_F(Dealers, HandOutNoMoreThanTheyHaveToAllOfTheirsTogether) {
  done("tenant.add", tenant("one", {{"extensions", std::int64_t{30}}, {"calls", std::int64_t{15}}, {"day", "70"},
                                    {"month", "700"}}),
       "north");
  for (const auto& [field, more] : {std::pair<std::string, command::Value>{"extensions", std::int64_t{21}},
                                    {"calls", std::int64_t{6}},
                                    {"day", "30.01"},
                                    {"month", "300.01"}}) {
    command::Arguments wanted;
    wanted.emplace(field, more);
    const command::Error error = refused("tenant.add", tenant("two", wanted), "north");
    EXPECT_EQ(error.code, Code::conflict) << field;
    EXPECT_EQ(error.field, field);
  }
  EXPECT_EQ(names("north"), Names{"one"}) << "nothing was half done";
  done("tenant.add", tenant("two", {{"extensions", std::int64_t{20}}, {"day", "30"}, {"month", "300"}}), "north");
}

TEST_F(Dealers, RaiseNoTenantAboveWhatTheyHaveAndLowerItAtWill) {
  done("tenant.add", tenant("acme"), "north");
  for (const auto& [field, more] : {std::pair<std::string, command::Value>{"extensions", std::int64_t{51}},
                                    {"extensions", std::int64_t{0}},
                                    {"calls", std::int64_t{21}},
                                    {"calls", std::int64_t{0}},
                                    {"day", "100.01"},
                                    {"day", "none"},
                                    {"month", "1000.01"},
                                    {"month", "none"}}) {
    command::Arguments wanted;
    wanted.emplace("name", "acme");
    wanted.emplace(field, more);
    const command::Error error = refused("tenant.set", wanted, "north");
    EXPECT_EQ(error.code, Code::conflict) << field;
    EXPECT_EQ(error.field, field);
  }
  EXPECT_EQ(done("tenant.show", {{"name", "acme"}}, "north")["day"], "20.00");
  // The system takes back most of what it gave: what is there stays, and may become less.
  done("dealer.set", {{"name", "north"}, {"day", "5"}, {"extensions", std::int64_t{1}}});
  EXPECT_EQ(refused("tenant.set", {{"name", "acme"}, {"day", "21"}}, "north").field, "day");
  EXPECT_EQ(done("tenant.set", {{"name", "acme"}, {"day", "19.00"}}, "north")["day"], "19.00");
  done("tenant.set", {{"name", "acme"}, {"domains", "pbx.acme.example"}}, "north");
}

TEST_F(Dealers, MakeNoRoomByAllowingATenantFewerExtensionsThanItHas) {
  done("tenant.add", tenant("one", {{"extensions", std::int64_t{50}}}), "north");
  const TenantId one = records.store.tenants()->back().id;
  for (int i = 0; i < 41; ++i) {
    store::NewExtension made;
    made.tenant = one;
    made.number = std::to_string(1'001 + i);
    ASSERT_TRUE(records.store.add_extension(records.vault, records.realm, made));
  }
  done("tenant.set", {{"name", "one"}, {"extensions", std::int64_t{1}}}, "north");
  const command::Error error = refused("tenant.add", tenant("two"), "north");
  EXPECT_EQ(error.code, Code::conflict);
  EXPECT_EQ(error.field, "extensions") << "41 are there, and 10 more are one too many";
  done("tenant.add", tenant("two", {{"extensions", std::int64_t{9}}}), "north");
  EXPECT_EQ(refused("tenant.set", {{"name", "one"}, {"extensions", std::int64_t{42}}}, "north").field, "extensions");
  done("tenant.set", {{"name", "one"}, {"extensions", std::int64_t{41}}}, "north");
  ASSERT_TRUE(records.store.remove_extension(one, "1001"));
  done("tenant.set", {{"name", "one"}, {"extensions", std::int64_t{40}}}, "north");
  done("tenant.set", {{"name", "two"}, {"extensions", std::int64_t{10}}}, "north");
}

TEST_F(Dealers, SayHowMuchANewTenantGetsAndNeverAnyNumber) {
  EXPECT_EQ(refused("tenant.add", {{"name", "acme"}}, "north").field, "extensions");
  const command::Error error =
      refused("tenant.add", {{"name", "acme"}, {"extensions", std::int64_t{1}}, {"calls", std::int64_t{1}}}, "north");
  EXPECT_EQ(error.field, "day") << "what stands for a tenant counts as given";
  EXPECT_THAT(error.remedy, HasSubstr("say how much with day"));
}

TEST_F(Dealers, CannotGiveWhatATenantOfTheirsAlreadyHasWithoutEnd) {
  done("tenant.add", {{"name", "given"}, {"dealer", "north"}});
  EXPECT_EQ(refused("tenant.add", tenant("acme"), "north").code, Code::conflict)
      << "with one that may have any number there is nothing left";
  done("tenant.set", {{"name", "given"}, {"extensions", std::int64_t{1}}, {"day", "1"}, {"month", "1"}}, "north");
}

TEST_F(Dealers, AreNotToldWhoseANameOrADomainIs) {
  const command::Error theirs = refused("tenant.add", tenant("umbrella"), "north");
  const command::Error systems = refused("tenant.add", tenant("default"), "north");
  EXPECT_EQ(theirs.code, Code::conflict);
  EXPECT_EQ(theirs.message, "the name umbrella is taken");
  EXPECT_EQ(systems.message, "the name default is taken");
  EXPECT_EQ(theirs.remedy, systems.remedy);
  const command::Error domain =
      refused("tenant.add", tenant("acme", {{"domains", "pbx.umbrella.example"}}), "north");
  const command::Error of_system = refused("tenant.add", tenant("acme", {{"domains", "pbx.example.com"}}), "north");
  EXPECT_EQ(domain.code, Code::conflict);
  EXPECT_EQ(domain.message, "not all of these domains are free");
  EXPECT_EQ(domain.message, of_system.message);
  EXPECT_EQ(domain.remedy, of_system.remedy);
  done("tenant.add", tenant("acme"), "north");
  const command::Error later = refused("tenant.set", {{"name", "acme"}, {"domains", "pbx.umbrella.example"}}, "north");
  EXPECT_EQ(later.message, domain.message);
  EXPECT_THAT(later.message + later.remedy, Not(HasSubstr("south")));
}

TEST_F(Dealers, TakeOverChangeAndRemoveNobodyElsesTenant) {
  done("tenant.add", tenant("acme"), "north");
  for (const std::string_view name : {"tenant.set", "tenant.remove", "tenant.show"}) {
    for (const char* const other : {"umbrella", "default", "nobodys"}) {
      command::Arguments wanted{{"name", other}};
      if (name == "tenant.set") wanted.emplace("day", "1");
      const command::Error error = refused(name, wanted, "north");
      EXPECT_EQ(error.code, Code::not_found) << name << " " << other;
      EXPECT_EQ(error.message, std::string("there is no tenant ") + other);
    }
  }
  EXPECT_EQ(refused("tenant.set", {{"name", "umbrella"}, {"dealer", "north"}}, "north").code, Code::not_found);
  EXPECT_EQ(refused("tenant.set", {{"name", "acme"}, {"dealer", "south"}}, "north").code, Code::denied);
  EXPECT_EQ(refused("tenant.set", {{"name", "acme"}, {"dealer", ""}}, "north").code, Code::denied);
  EXPECT_EQ(refused("tenant.add", tenant("two", {{"dealer", "south"}}), "north").code, Code::denied);
  EXPECT_EQ(names(), (Names{"default", "umbrella", "acme"}));
}

TEST_F(Dealers, NeitherSeeOthersNorRaiseTheirOwnBounds) {
  EXPECT_EQ(refused("dealer.set", {{"name", "north"}, {"tenants", std::int64_t{9}}}, "north").code, Code::denied);
  EXPECT_EQ(refused("dealer.remove", {{"name", "south"}}, "north").code, Code::denied);
  EXPECT_EQ(refused("dealer.show", {{"name", "south"}}, "north").message, "there is no dealer south");
  EXPECT_EQ(refused("dealer.show", {{"name", "south"}}, "north").remedy,
            refused("dealer.show", {{"name", "nobodys"}}, "north").remedy);
  const Json told = done("dealer.list", {}, "north");
  ASSERT_EQ(told["dealers"].size(), 1u);
  EXPECT_EQ(told["dealers"][0]["name"], "north");
  EXPECT_EQ(told["dealers"][0]["tenants"], 2);
  EXPECT_EQ(done("dealer.list", {})["dealers"].size(), 2u) << "south as well, of which nobody said anything";
}

TEST_F(Dealers, WhatATenantHasSpentIsNotHandedOutOnceMore) {
  done("tenant.add", tenant("acme", {{"day", "100"}}), "north");
  spend("acme", 60'000'000);
  const auto gone = refused("tenant.remove", {{"name", "acme"}}, "north");
  EXPECT_EQ(gone.code, Code::conflict);
  EXPECT_THAT(gone.message, HasSubstr("has spent 60.00 this month"));
  done("tenant.set", {{"name", "acme"}, {"day", "0"}}, "north");
  EXPECT_THAT(refused("tenant.add", tenant("globex", {{"day", "40.01"}}), "north").message,
              HasSubstr("100.00 a day"));
  EXPECT_EQ(names("north"), Names{"acme"});
  done("tenant.add", tenant("globex", {{"day", "40"}}), "north");
  EXPECT_EQ(refused("tenant.set", {{"name", "acme"}, {"day", "61"}}, "north").field, "day");
  done("tenant.set", {{"name", "acme"}, {"day", "60"}}, "north");
  done("tenant.remove", {{"name", "acme"}});
}

TEST_F(Dealers, WhoIsBoundToATenantIsNoDealer) {
  records.bounded = true;
  records.dealer.clear();
  const auto changed = change_tenant(records, command::AddTenant{"acme", {}}, 1'000);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, Code::denied);
}

TEST_F(Dealers, LeaveTheirTenantsToTheSystem) {
  done("tenant.add", tenant("acme"), "north");
  done("dealer.remove", {{"name", "north"}});
  EXPECT_EQ(done("tenant.show", {{"name", "acme"}})["dealer"], "");
  EXPECT_EQ(names("north"), Names{}) << "whoever comes after under that name begins with nothing";
  EXPECT_EQ(run("dealer.remove", {{"name", "north"}}).error().code, Code::not_found);
}

TEST_F(Dealers, AreGivenAmountsAndNothingElse) {
  for (const char* const day : {"-1", "none", "1,5", "x"})
    EXPECT_EQ(run("dealer.set", {{"name", "north"}, {"day", day}}).error().field, "day") << day;
  EXPECT_EQ(done("dealer.set", {{"name", "north"}, {"day", "12.5"}})["day"], "12.50");
  EXPECT_EQ(run("dealer.set", {{"name", "north"}}).error().code, Code::invalid) << "nothing was said";
}

}  // namespace
}  // namespace rf::app
