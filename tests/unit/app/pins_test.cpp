// PINs on their way into the database, into calls, into a file, and to another system.
#include "app/pins.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "app/object_commands.hpp"
#include "core/command/catalog.hpp"
#include "tests/unit/app/folder.hpp"

namespace rf::app {
namespace {

using command::Code;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct System {
  Folder folder;
  Records records = *Records::open({folder / "ringfence.db", false, 1'000}, folder / "seal.key", "ringfence");
  config::Settings settings = {};
  policy::Policy policy = {};
  CountryBook countries = {};

  PlanChanged run(std::string_view name, const command::Arguments& arguments) {
    const auto checked = command::check(name, arguments);
    EXPECT_TRUE(checked.has_value()) << name;
    const PolicySides sides{{{settings, policy, records.store, countries}}, {}};
    return std::move(*change_objects(records, checked->command, 1'000, sides));
  }
  Json done(std::string_view name, const command::Arguments& arguments = {}) {
    PlanChanged changed = run(name, arguments);
    EXPECT_TRUE(changed.outcome.has_value()) << name << ": " << changed.outcome.error().message;
    return changed.outcome ? std::move(*changed.outcome) : Json();
  }
  std::string refused(std::string_view name, const command::Arguments& arguments) {
    PlanChanged changed = run(name, arguments);
    EXPECT_FALSE(changed.outcome.has_value()) << name;
    EXPECT_EQ(changed.plan, nullptr);
    return changed.outcome ? std::string() : changed.outcome.error().message;
  }
  toll::PlanRef plan() { return *plan_of(records.store, records.vault, records.shelf); }
  std::vector<std::string> accounts() {
    return done("pin.list", {{"name", "abroad"}})["accounts"].get<std::vector<std::string>>();
  }
  std::string export_text() { return done("policy.export")["text"]; }
};

constexpr ExtensionId alice{1};

TEST(PinCommands, APinThatWasMadeIsTheOneThatCallsTake) {
  System us;
  us.done("pin-list.add", {{"name", "abroad"}});
  const std::string pin = us.done("pin.add", {{"name", "abroad"}, {"account", "project-7"}})["pin"];
  EXPECT_EQ(pin.size(), 8u);
  EXPECT_EQ(toll::fault_of_pin(pin), "");
  EXPECT_FALSE(us.done("pin.add", {{"name", "abroad"}, {"account", "ann"}, {"pin", "72915048"}}).contains("pin"));
  EXPECT_THAT(us.accounts(), ElementsAre("project-7", "ann"));

  const toll::PlanRef plan = us.plan();
  const toll::PinListTerms& list = *plan->pin_list(store::default_tenant, "abroad");
  toll::PinTries tries;
  std::string account;
  const auto enter = [&](std::string_view entered) {
    return tries.enter({}, alice, list, plan->terms().pin_key, entered, account);
  };
  EXPECT_EQ(enter(pin), toll::PinVerdict::right);
  EXPECT_EQ(account, "project-7");
  EXPECT_EQ(enter("72915048"), toll::PinVerdict::right);
  EXPECT_EQ(account, "ann");
  EXPECT_EQ(enter("72915049"), toll::PinVerdict::wrong);
  us.done("pin.remove", {{"name", "abroad"}, {"account", "ann"}});
  EXPECT_THAT(us.accounts(), ElementsAre("project-7"));
}

TEST(PinCommands, WhatIsWrongIsSaidAndChangesNothing) {
  System us;
  us.done("pin-list.add", {{"name", "abroad"}});
  us.done("pin.add", {{"name", "abroad"}, {"account", "ann"}, {"pin", "72915048"}});
  const auto add = [&](const char* account, const char* pin) {
    return us.refused("pin.add", {{"name", "abroad"}, {"account", account}, {"pin", pin}});
  };
  EXPECT_THAT(add("bob", "12345"), HasSubstr("fewer than 6 digits"));
  EXPECT_THAT(add("bob", "123456"), HasSubstr("trivial"));
  EXPECT_THAT(add("bob", "7291504a"), HasSubstr("digits alone"));
  EXPECT_THAT(add("bob", "72915048729150487"), HasSubstr("more than 16"));
  EXPECT_THAT(add("bob", "72915048"), HasSubstr("the same PIN"));
  EXPECT_THAT(add("ann", "40186273"), HasSubstr("already"));
  EXPECT_THAT(us.refused("pin.add", {{"name", "none"}, {"account", "ann"}}), HasSubstr("no pin-list none"));
  EXPECT_THAT(us.refused("pin.remove", {{"name", "abroad"}, {"account", "bob"}}), HasSubstr("not in"));
  EXPECT_THAT(us.accounts(), ElementsAre("ann"));
}

TEST(PinCommands, AnAccountCodeIsWhatIsEnteredAndNoListTakesOneForThePinOfAnother) {
  System us;
  us.done("pin-list.add", {{"name", "abroad"}, {"asks", "account_code"}});
  EXPECT_FALSE(us.done("pin.add", {{"name", "abroad"}, {"account", "4711"}}).contains("pin"));
  EXPECT_THAT(us.refused("pin.add", {{"name", "abroad"}, {"account", "ann"}}), HasSubstr("digits alone"));
  EXPECT_THAT(us.refused("pin.add", {{"name", "abroad"}, {"account", "7"}}), HasSubstr("fewer than 2"));
  EXPECT_THAT(us.refused("pin.add", {{"name", "abroad"}, {"account", "4712"}, {"pin", "72915048"}}),
              HasSubstr("has no PIN"));
  EXPECT_THAT(us.accounts(), ElementsAre("4711"));

  const toll::PlanRef plan = us.plan();
  const toll::PinListTerms& list = *plan->pin_list(store::default_tenant, "abroad");
  toll::PinTries tries;
  std::string account;
  EXPECT_EQ(tries.enter({}, alice, list, plan->terms().pin_key, "4711", account), toll::PinVerdict::right);
  EXPECT_EQ(account, "4711");
  EXPECT_EQ(tries.enter({}, alice, list, plan->terms().pin_key, "4712", account), toll::PinVerdict::wrong);

  // What stands in every record would be a PIN from then on.
  EXPECT_THAT(us.refused("pin-list.set", {{"name", "abroad"}, {"asks", "pin"}}), HasSubstr("everybody may know"));
  const std::string text = us.export_text();
  us.done("policy.apply", {{"text", text}});
  EXPECT_EQ(us.export_text(), text);
  us.done("pin-list.add", {{"name", "lobby"}});
  us.done("pin.add", {{"name", "lobby"}, {"account", "ann"}});
  EXPECT_THAT(us.refused("pin-list.set", {{"name", "lobby"}, {"asks", "account_code"}}), HasSubstr("ann has a PIN"));
  EXPECT_THAT(us.refused("pin.add", {{"name", "lobby"}, {"account", "72915048"}, {"pin", "72915048"}}),
              HasSubstr("everybody may know"))
      << "nor is a PIN its account's name";
}

TEST(PinCommands, AnExportHoldsNoPinAndNoSystemButThisOneTakesItsRows) {
  System us, other;
  us.done("pin-list.add", {{"name", "abroad"}});
  const std::string pin = us.done("pin.add", {{"name", "abroad"}, {"account", "project-7"}})["pin"];
  const std::string text = us.export_text();
  EXPECT_THAT(text, HasSubstr("project-7 1:"));
  EXPECT_THAT(text, Not(HasSubstr(pin)));
  EXPECT_EQ(us.done("policy.plan", {{"text", text}})["changes"].size(), 0u);
  us.done("policy.apply", {{"text", text}});
  EXPECT_EQ(us.export_text(), text);

  EXPECT_THAT(other.refused("policy.apply", {{"text", text}}), HasSubstr("this system did not seal"));
  EXPECT_EQ(other.done("pin-list.list")["objects"].size(), 0u);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = text;
    for (std::size_t at = 0; (at = changed.find(from, at)) != std::string::npos; at += to.size())
      changed.replace(at, from.size(), to);
    return us.refused("policy.apply", {{"text", changed}});
  };
  EXPECT_THAT(with("project-7 1:", "attacker 1:"), HasSubstr("attacker")) << "a row is for one account";
  EXPECT_THAT(with("[pin-list.abroad]", "[pin-list.lobby]"), HasSubstr("lobby")) << "and for one list";
  EXPECT_THAT(with("project-7 1:", "project-7 2:"), HasSubstr("did not seal"));
  EXPECT_THAT(us.accounts(), ElementsAre("project-7"));
}

TEST(PinCommands, AFileThatSaysNothingOfPinsLeavesThemAndAnEmptyListTakesThem) {
  System us;
  us.done("pin-list.add", {{"name", "abroad"}});
  us.done("pin.add", {{"name", "abroad"}, {"account", "ann"}});
  us.done("policy.apply", {{"text", "[pin-list.abroad]\ntries = 5\n"}});
  EXPECT_THAT(us.accounts(), ElementsAre("ann"));
  EXPECT_EQ(us.plan()->pin_list(store::default_tenant, "abroad")->tries, 5u);
  us.done("policy.apply", {{"text", "[pin-list.abroad]\nsealed = []\n"}});
  EXPECT_THAT(us.accounts(), ElementsAre());
}

TEST(PinCommands, TwoListsAndTwoSystemsNeverShareADigest) {
  System us, other;
  for (System* each : {&us, &other})
    for (const char* list : {"abroad", "lobby"}) {
      each->done("pin-list.add", {{"name", list}});
      each->done("pin.add", {{"name", list}, {"account", "ann"}, {"pin", "72915048"}});
    }
  std::set<toll::PinDigest> digests;
  for (System* each : {&us, &other}) {
    const toll::PlanRef plan = each->plan();
    for (const toll::PinListTerms& list : plan->terms().pin_lists) digests.insert(list.pins.front().digest);
  }
  EXPECT_EQ(digests.size(), 4u);
}

}  // namespace
}  // namespace rf::app
