#include "core/document/object.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits/toll.hpp"

namespace rf::document {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view two =
    "# What we buy.\n"
    "\n"
    "# The old contract.\n"
    "[trunk.provider]   # until June\n"
    "kind = \"registers\"\n"
    "uri = 'sip:provider.example;transport=tls' # as they say\n"
    "# user = \"spare\"\n"
    "\n"
    "# Cheap abroad.\n"
    "[route.abroad]\n"
    "patterns = [\n"
    "  \"00.\", # dialled\n"
    "  \"+[2-9].\",\n"
    "]\n"
    "trunks = [\"provider\"]\n";

TEST(Objects, KeepTheCommentsInFrontOfThemAndBehindTheirValues) {
  const auto objects = read_objects(two);
  ASSERT_TRUE(objects);
  ASSERT_EQ(objects->size(), 2u);
  EXPECT_EQ((*objects)[0].text,
            "# The old contract.\n[trunk.provider]   # until June\nkind = \"registers\"\n"
            "uri = 'sip:provider.example;transport=tls' # as they say\n# user = \"spare\"\n");
  EXPECT_EQ((*objects)[1].name, "abroad");
  EXPECT_EQ((*objects)[1].line, 10u);
  const auto route = table_of((*objects)[1]);
  ASSERT_TRUE(route);
  EXPECT_THAT(route->list("patterns"), ElementsAre("00.", "+[2-9]."));
  EXPECT_TRUE(route->flag("enabled")) << "what is not given has its standing value";
}

TEST(Objects, AChangedValueLeavesEveryOtherByteAlone) {
  const Object trunk = read_objects(two)->front();
  const std::span<const Key> keys = keys_of(Kind::trunk);
  const std::string changed = with_value(trunk.text, *find(keys, "uri"), {"sip:other.example"});
  EXPECT_THAT(changed, HasSubstr("uri = \"sip:other.example\" # as they say\n"));
  EXPECT_EQ(with_value(changed, *find(keys, "uri"), {"sip:provider.example;transport=tls"}).size(), trunk.text.size());
  const std::string longer = with_value(changed, *find(keys, "priority"), {"7"});
  EXPECT_THAT(longer, HasSubstr("priority = 7\n# user"));
  EXPECT_EQ(without_key(longer, "priority"), changed);
  EXPECT_EQ(with_value(new_object(Kind::trunk, "x").text, *find(keys, "md5"), {"false"}), "[trunk.x]\nmd5 = false\n");
}

std::string said(std::string_view text) {
  const auto objects = read_objects(text);
  if (objects) return "good";
  std::string out;
  for (const Fault& fault : objects.error().told)
    out += std::to_string(fault.line) + ": " + fault.text + "; " + fault.remedy + "\n";
  return out;
}

TEST(Objects, EveryFaultIsToldByItsLineWithARemedy) {
  const std::string faults =
      said("[trunk.p]\nkind = \"register\"\nurii = \"sip:p\"\n\n[rout.x]\n[limit.extension.10]\nday = 5.5\n");
  EXPECT_THAT(faults, HasSubstr("7: 5.5 is neither"));
  const std::string checked = said("[trunk.p]\nkind = \"register\"\nurii = \"sip:p\"\n\n[rout.x]\n[limit.sytem]\n");
  EXPECT_THAT(checked, HasSubstr("2: kind is \"register\", which is not known; did you mean \"registers\"?"));
  EXPECT_THAT(checked, HasSubstr("3: a trunk has no key \"urii\"; did you mean \"uri\"?"));
  EXPECT_THAT(checked, HasSubstr("5: there is no kind \"rout\"; did you mean \"route\"?"));
  EXPECT_THAT(checked, HasSubstr("6: \"limit.sytem\": a limit is about system"));
  EXPECT_THAT(said("[department.a]\n[department.a]\n"), HasSubstr("2: [department.a] is there twice, first in line 1"));
  EXPECT_THAT(said("[route.r]\n"), HasSubstr("1: route r has no trunks"));
  EXPECT_THAT(said("home = \"DE\"\n"), HasSubstr("1: home stands before any header"));
}

TEST(Objects, ListsTellTheLineOfTheValueThatIsWrong) {
  EXPECT_THAT(said("[route.r]\ntrunks = [\"p\"]\npatterns = [\n  \"0.\",\n  \"0Q\",\n]\n"), HasSubstr("5: patterns"));
}

TEST(Objects, NamesAndTextsCannotDriveATerminalOrEndAHeader) {
  EXPECT_THAT(said("[trunk.\"a\\u001b[2J\"]\n"), HasSubstr("control characters"));
  EXPECT_THAT(said("[trunk.\"a b\"]\n"), HasSubstr("a name has 1 to 64"));
  EXPECT_THAT(said("[trunk.p]\nkind = \"registers\"\nuser = \"a\\u0007\"\n"), HasSubstr("control characters"));
  EXPECT_THAT(said("[department.a]\ndescription = \"x\u202Ey\"\n"), HasSubstr("control characters"));
  EXPECT_THAT(said("# \x1b[2J\n[department.a]\n"), HasSubstr("control characters"));
  EXPECT_THAT(said("[trunk.p]\nkind = \"registers\"\nuri = \"sip:a>\\\\r\"\n"), HasSubstr("no SIP URI"));
}

TEST(Objects, ATextThatWouldBeLargeInMemoryIsRefused) {
  EXPECT_THAT(said("[trunk.p]\nuser = \"" + std::string(5'000, 'x') + "\"\n"), HasSubstr("more than 1024 bytes"));
  std::string list = "[trunk.p]\nrealms = [";
  for (int i = 0; i < 2'000; ++i) list += "\"a\",";
  EXPECT_THAT(said(list + "]\n"), HasSubstr("more than 1000 values"));
  EXPECT_THAT(said("[trunk.p]\nrealms = " + std::string(100'000, '[')), HasSubstr("within a value"));
  EXPECT_THAT(said("[trunk.p]\nuser = {a = {b = 1}}\n"), HasSubstr("within a value"));
  EXPECT_THAT(said("[department.a]\n" + std::string(70'000, '\n') + "description = \"x\"\n"), HasSubstr("bytes"));
  const auto faults = read_objects(std::string(100'000, '['));
  ASSERT_FALSE(faults);
  const auto many = read_objects([] {
    std::string text;
    for (int i = 0; i < 1'000; ++i) text += "[nothing.x]\n";
    return text;
  }());
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().told.size(), DocumentLimits::faults);
  EXPECT_EQ(many.error().further, 1'000 - DocumentLimits::faults);
}

TEST(Objects, RowsOfDecksAndListsGoTheirOwnWay) {
  const auto objects = read_objects(
      "[deck.d]\nincrements = \"1/1\"\nrates = [\n  \"prefix,rate_per_min\",\n  \"49,0.01\",\n]\n# kept\n");
  ASSERT_TRUE(objects);
  EXPECT_EQ(objects->front().text, "[deck.d]\nincrements = \"1/1\"\n# kept\n");
  EXPECT_THAT(objects->front().rows.at("rates"), ElementsAre("prefix,rate_per_min", "49,0.01"));
  EXPECT_THAT(objects->front().row_lines, ElementsAre(4u, 5u));
}

TEST(Objects, WhatIsTypedIsCheckedLikeWhatIsWritten) {
  const auto typed = [](Kind kind, std::string_view key, std::string_view text) {
    const auto values = values_of(*find(all_keys_of(kind), key), text);
    return values ? std::to_string(values->size()) : values.error().text;
  };
  EXPECT_EQ(typed(Kind::limit, "paces", "5 per 1s, distinct 20 per 1h"), "2");
  EXPECT_EQ(typed(Kind::schedule, "hours", "mon,wed 08:00-12:00; sat closed"), "2");
  EXPECT_THAT(typed(Kind::limit, "day", "0,05"), HasSubstr("0,05"));
  EXPECT_THAT(typed(Kind::limit, "day", "-1"), HasSubstr("below zero"));
  EXPECT_EQ(typed(Kind::limit, "day", "none"), "1");
  EXPECT_THAT(typed(Kind::limit, "duration", "99999999999999999999h"), HasSubstr("no time"));
  EXPECT_THAT(typed(Kind::limit, "paces", "0 per 1s"), HasSubstr("no pace"));
  EXPECT_EQ(typed(Kind::limit, "paces", "alert 20 per 1m, alert distinct 9 per 1h"), "2");
  EXPECT_THAT(typed(Kind::limit, "paces", "distinct alert 9 per 1h"), HasSubstr("no pace"));
  EXPECT_THAT(typed(Kind::trunk, "sources", "192.0.2.1:99999"), HasSubstr("no address"));
  EXPECT_EQ(typed(Kind::trunk, "sources", "192.0.2.0/24,[2001:db8::1]:5060"), "2");
  EXPECT_THAT(typed(Kind::trunk, "shown", "+4930200-+4930100"), HasSubstr("no range"));
}

TEST(Objects, TheGuardIsOneObjectWithRowsOfItsOwnAndNoCommands) {
  const auto objects = read_objects(
      "# agreed on\n[guard]\naccess = [\n  \"allow 192.0.2.0/24 # office\",\n]\nrules = [\"drop from any\"]\n"
      "countries_denied = [\"KP\"]\n");
  ASSERT_TRUE(objects);
  ASSERT_EQ(objects->size(), 1u);
  EXPECT_EQ(objects->front().text, "# agreed on\n[guard]\ncountries_denied = [\"KP\"]\n");
  EXPECT_THAT(objects->front().rows.at("access"), ElementsAre("allow 192.0.2.0/24 # office"));
  EXPECT_THAT(objects->front().rows.at("rules"), ElementsAre("drop from any"));
  EXPECT_FALSE(read_objects("[guard.mine]\n")) << "there is one of it";
  EXPECT_FALSE(read_objects("[guard]\ncountries_allowed = [\"Germany\"]\n"));
  EXPECT_EQ(parse_kind("guard"), Kind::guard);
  EXPECT_FALSE(kind_of_command("guard")) << "guard allow and guard remove are commands of its own";
  EXPECT_EQ(kind_of_command("trunk"), Kind::trunk);
}

TEST(Objects, WhoIsToldOfEventsHasNamesWithDotsAndNoCommandsHere) {
  for (const auto& [kind, name, header] : std::vector<std::tuple<Kind, std::string, std::string>>{
           {Kind::event_contact, "office", "[event-contact.office]"},
           {Kind::event_contact, "on.call", "[event-contact.\"on.call\"]"},
           {Kind::event_route, "..a..", "[event-route.\"..a..\"]"},
           {Kind::event_template, "trunk.down.de", "[event-template.trunk.down.de]"},
           {Kind::mail, "", "[mail]"}}) {
    EXPECT_EQ(header_of(kind, name), header);
    EXPECT_FALSE(fault_of_name(kind, name)) << name;
    EXPECT_FALSE(kind_of_command(name_of(kind))) << "it has commands of its own";
    EXPECT_TRUE(is_of_events(kind));
  }
  EXPECT_TRUE(fault_of_name(Kind::event_contact, "two words"));
  EXPECT_TRUE(fault_of_name(Kind::trunk, "on.call"));
  EXPECT_FALSE(is_of_events(Kind::guard));
  const auto objects = read_objects(
      "[event-template.trunk.down.de]\nsubject = \"{subject}\"\ntext = [\n  \"{text}\",\n  \"\",\n]\n"
      "[event-contact.\"on.call\"]\nway = \"email\"\ntarget = \"a@b.example\"\n");
  ASSERT_TRUE(objects);
  EXPECT_EQ(objects->front().name, "trunk.down.de");
  EXPECT_THAT(objects->front().rows.at("text"), ElementsAre("{text}", ""));
  EXPECT_THAT(objects->front().row_lines, ElementsAre(4, 5));
  EXPECT_EQ(objects->back().name, "on.call");
}

TEST(Schema, EveryStandingValueIsGoodAndEveryKeyIsExplained) {
  for (std::size_t i = 0; i < kind_count; ++i) {
    const Kind kind = static_cast<Kind>(i);
    EXPECT_EQ(parse_kind(name_of(kind)), kind);
    for (const std::string name : {"system", "tenant", "department.x", "extension", "trunk"})
      for (const Key& key : keys_of(kind, name)) {
        EXPECT_FALSE(key.help.empty()) << key.name;
        const auto values = values_of(key, key.standing);
        EXPECT_TRUE(values || key.standing.empty()) << name_of(kind) << " " << key.name << ": " << values.error().text;
        EXPECT_EQ(key.type == Type::object, key.refers.has_value()) << key.name;
        EXPECT_EQ(key.type == Type::word, !key.words.empty()) << key.name;
      }
  }
}

}  // namespace
}  // namespace rf::document
