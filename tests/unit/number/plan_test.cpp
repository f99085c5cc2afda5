#include "core/number/plan.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/base/random.hpp"
#include "tests/unit/number/oracle.hpp"

namespace rf::number {
namespace {

Place place(std::string_view text) {
  const auto number = E164::parse(text);
  EXPECT_TRUE(number) << text;
  return place_of(number.value_or(E164{}));
}

/// What libphonenumber says otherwise; empty when nothing.
std::string difference(const std::vector<std::string>& told) {
  const std::string text = "+" + told[0] + told[1];
  const Place ours = place(text);
  const bool shared_world = ours.calling_code >= 800 && told[2] == "001";
  const std::string region = ours.region ? ours.region.text() : shared_world ? "001" : "ZZ";
  const bool network = ours.kind == Class::satellite || ours.kind == Class::global_network;
  const bool possible = ours.length == Length::possible || ours.length == Length::local_only;
  std::string out;
  if (region != told[2]) out += fmt::format(" region {} not {}", region, told[2]);
  if (!network && name_of(ours.kind) != told[3]) out += fmt::format(" class {} not {}", name_of(ours.kind), told[3]);
  if (ours.valid != (told[4] == "1")) out += " validity";
  if (possible != (told[5] == "1")) out += " possibility";
  return out.empty() ? out : text + out;
}

TEST(Plan, AgreesWithLibphonenumberOnEveryExampleOfEveryRegionAndClassAndOnChangedAndRandomNumbers) {
  int valid = 0;
  int differences = 0;
  const std::size_t asked = for_each_told("number ", [&](const std::vector<std::string>& told) {
    valid += told[4] == "1";
    const std::string found = difference(told);
    if (!found.empty() && ++differences <= 10) ADD_FAILURE() << found;
  });
  EXPECT_EQ(differences, 0);
  EXPECT_GT(asked, 100'000u);
  EXPECT_GT(valid, 40'000);
}

TEST(Plan, AgreesWithLibphonenumberOnShortAndEmergencyNumbersOfEveryCountry) {
  int emergencies = 0;
  int differences = 0;
  for_each_told("short ", [&](const std::vector<std::string>& told) {
    const ShortNumber ours = Home::of(country(told[0]))->short_number(told[1]);
    emergencies += ours.emergency;
    const bool same =
        ours.emergency == (told[2] == "1") && ours.valid == (told[3] == "1") && name_of(ours.cost) == told[4];
    if (!same && ++differences <= 10) ADD_FAILURE() << told[0] << " " << told[1];
  });
  EXPECT_EQ(differences, 0);
  EXPECT_GT(emergencies, 500);
}

TEST(Plan, TellsTheCountriesOfASharedCodeApart) {
  EXPECT_EQ(place("+12125550123").region.text(), "US");
  EXPECT_EQ(place("+14165550123").region.text(), "CA");
  EXPECT_EQ(place("+18765551234").region.text(), "JM");
  EXPECT_EQ(place("+18095551234").region.text(), "DO");
  EXPECT_EQ(place("+441481256789").region.text(), "GG");
  EXPECT_EQ(place("+441534456789").region.text(), "JE");
  EXPECT_EQ(place("+447624123456").region.text(), "IM");
  EXPECT_EQ(place("+77710009998").region.text(), "KZ");
  EXPECT_EQ(place("+74951234567").region.text(), "RU");
}

TEST(Plan, NamesSatellitesAndGlobalNetworksWhateverTheirSubscriberIs) {
  EXPECT_EQ(place("+870773123456").kind, Class::satellite);
  EXPECT_EQ(place("+8816").kind, Class::satellite);
  EXPECT_EQ(place("+88216123456").kind, Class::satellite);
  EXPECT_EQ(place("+883510012345678").kind, Class::global_network) << "iNum";
  EXPECT_EQ(place("+979123456789").kind, Class::premium);
  EXPECT_EQ(place("+80012345678").kind, Class::toll_free);
}

TEST(Plan, WhatIsNoNumberItselfShowsWhatItMayBecome) {
  const Place short_one = place("+4490912345");
  EXPECT_FALSE(short_one.valid);
  EXPECT_TRUE(short_one.may_be(Class::premium));
  const Place long_one = place("+190055512349");
  EXPECT_EQ(long_one.length, Length::too_long);
  EXPECT_TRUE(long_one.may_be(Class::premium));
  EXPECT_FALSE(place("+493012345").may_be(Class::premium));
}

TEST(Plan, KnowsEveryKindThatNumbersOfABeginningMayHave) {
  const std::vector<PlanKind> jamaica = kinds_of(*E164::parse("1876"));
  EXPECT_TRUE(std::none_of(jamaica.begin(), jamaica.end(),
                           [](const PlanKind& each) { return each.region == *Country::parse("US"); }));
  EXPECT_TRUE(std::any_of(jamaica.begin(), jamaica.end(),
                          [](const PlanKind& each) { return each.region == *Country::parse("JM"); }));
  std::map<E164, std::vector<PlanKind>> known;
  const auto holds = [&](const E164& number) {
    const Place is = place_of(number);
    for (std::size_t count = 1; count <= number.size(); ++count) {
      const auto [at, fresh] = known.try_emplace(number.prefix(count));
      if (fresh) at->second = kinds_of(at->first);
      if (!std::binary_search(at->second.begin(), at->second.end(), PlanKind{is.region, is.kind}))
        ADD_FAILURE() << number.text() << " by its first " << count;
    }
  };
  Random random(5);
  constexpr const char* starts[] = {"",    "1",  "7",   "44",  "49",  "61",  "39",
                                    "590", "88", "882", "883", "881", "979", "800"};
  for (int i = 0; i < 20'000; ++i) {
    std::string digits = starts[random.below(std::size(starts))];
    const std::size_t length = digits.size() + 1 + random.below(15 - digits.size());
    while (digits.size() < length) digits += static_cast<char>('0' + random.below(10));
    if (const auto number = E164::parse(digits)) holds(*number);
  }
}

TEST(Plan, ListsEmergencyNumbersByCountry) {
  const auto of = [](const char* code) { return Home::of(country(code))->emergency_numbers(); };
  EXPECT_EQ(of("DE"), (std::vector<std::string>{"110", "112"}));
  EXPECT_EQ(of("GB"), (std::vector<std::string>{"112", "999"}));
  EXPECT_EQ(of("US"), (std::vector<std::string>{"112", "911"}));
}

TEST(Plan, KnowsNoPlaceForCodesThatDoNotExist) {
  EXPECT_EQ(place("+999123456").calling_code, 0);
  EXPECT_EQ(place("+21").calling_code, 0);
  EXPECT_EQ(place_of(E164{}).calling_code, 0);
  EXPECT_TRUE(regions_of(0).empty());
  EXPECT_FALSE(Home::of(country("ZZ")));
  EXPECT_FALSE(Home::of(Country{}));
  EXPECT_EQ(main_region(44).text(), "GB");
}

TEST(E164, ReadsAndWritesAndOrdersLikeADictionary) {
  EXPECT_EQ(E164::parse("+442079460000")->text(), "+442079460000");
  EXPECT_EQ(E164::parse("999999999999999")->digits(), "999999999999999");
  for (const char* bad : {"", "+", "0", "+0441", "9999999999999999", "+44 20", "44a", "++44", "4\xd9\xa1"})
    EXPECT_FALSE(E164::parse(bad)) << bad;
  EXPECT_LT(*E164::parse("44"), *E164::parse("441"));
  EXPECT_LT(*E164::parse("449"), *E164::parse("45"));
  EXPECT_TRUE(E164::parse("441")->starts_with(*E164::parse("44")));
  EXPECT_FALSE(E164::parse("44")->starts_with(*E164::parse("441")));
  EXPECT_TRUE(E164::parse("44")->starts_with(E164{}));
  EXPECT_EQ(sizeof(E164), 8u);
}

}  // namespace
}  // namespace rf::number
