#include "core/number/dial.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/base/random.hpp"
#include "tests/unit/number/oracle.hpp"

namespace rf::number {
namespace {

using Kind = Dialled::Kind;

Context at(std::string_view home) {
  Context context;
  context.home = country(home);
  return context;
}

/// "+4420… GB premium", "emergency 112 DE", "short 11880 DE premium", "internal 1001", "feature *67", "refused
/// too_long".
std::string meaning(std::string_view text, const Context& context) {
  const Dialled out = dial(text, context);
  const std::string digits(out.digits.view());
  switch (out.kind) {
    case Kind::global:
      return out.number.text() + " " + out.place.region.text() + " " + std::string(name_of(out.place.kind));
    case Kind::emergency:
      return "emergency " + digits + " " + out.country.text();
    case Kind::short_code:
      return "short " + digits + " " + out.country.text() + " " + std::string(name_of(out.cost));
    case Kind::internal:
      return "internal " + digits;
    case Kind::feature:
      return "feature " + digits;
    case Kind::unusable:
      break;
  }
  return "refused " + std::string(name_of(out.fault));
}

TEST(Dial, EverySpellingOfAnInternationalNumberMeansTheSame) {
  const std::string london = "+442079460000 GB fixed";
  for (const char* text :
       {"+442079460000", "00442079460000", "+44 20 7946 0000", "+44 (0)20 7946-0000", "0044 (0) 20 7946 0000",
        "tel:+44-20-7946-0000", "TEL:+442079460000", "tel:20-7946-0000;phone-context=+44", "+44.20/79460000"})
    EXPECT_EQ(meaning(text, at("DE")), london) << text;
  EXPECT_EQ(meaning("011442079460000", at("US")), london);
  EXPECT_EQ(meaning("00442079460000", at("US")), london) << "00 has no other meaning there";
  EXPECT_EQ(meaning("0011442079460000", at("AU")), london);
  EXPECT_EQ(meaning("810442079460000", at("RU")), london);
  EXPECT_EQ(meaning("02079460000", at("GB")), london);
  EXPECT_EQ(meaning("442079460000", at("GB")), london);
  const std::vector<std::string> own = {"990", "99", "011"};
  Context context = at("DE");
  context.international_prefixes = own;
  EXPECT_EQ(meaning("990442079460000", context), london) << "the longest prefix";
  EXPECT_EQ(meaning("99442079460000", context), london);
  EXPECT_EQ(meaning("011442079460000", context), london);
}

TEST(Dial, NoSpellingMakesAPremiumNumberLookCheaper) {
  const std::string premium = "+499001234567 DE premium";
  for (const char* text : {"09001234567", "+49 900 1234567", "+49 (0)900 1234567", "0049 0900 1234567", "499001234567",
                           "0900-123.45/67", "9001234567"})
    EXPECT_EQ(meaning(text, at("DE")), premium) << text;
  for (const char* text :
       {"0900123456a", "0900 FLOWERS", "+49900\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6\xd9\xa7",
        "\xef\xbc\x8b"
        "499001234567"})
    EXPECT_EQ(meaning(text, at("DE")), "refused strange_symbol") << text;
  EXPECT_EQ(meaning("030123456,09001234567", at("DE")), "refused parameters");
  EXPECT_EQ(meaning("tel:+4930123456;ext=09001234567", at("DE")), "refused parameters");
  EXPECT_EQ(meaning("tel:30123456;phone-context=+49;postd=1", at("DE")), "refused parameters");
  EXPECT_EQ(meaning("tel:+30123456;phone-context=+49", at("DE")), "refused misplaced_symbol");
  EXPECT_EQ(meaning("030123456#09001234567", at("DE")), "refused misplaced_symbol");
  EXPECT_EQ(meaning("030123456+499001234567", at("DE")), "refused misplaced_symbol");
}

TEST(Dial, DoubledPrefixesAreRefused) {
  for (const char* text : {"00000442079460000", "+0442079460000", "0000 49 900 1234567", "000 49 900 1234567"})
    EXPECT_EQ(meaning(text, at("DE")), "refused double_prefix") << text;
  EXPECT_EQ(meaning("0000442079460000", at("DE")), "refused double_prefix");
  EXPECT_EQ(meaning("+00442079460000", at("DE")), "refused double_prefix");
  EXPECT_EQ(meaning("000442079460000", at("DE")), "refused double_prefix");
  EXPECT_EQ(dial("1011442079460000", at("US")).kind, Kind::unusable);
  EXPECT_EQ(dial("+1011442079460000", at("US")).kind, Kind::unusable);
  EXPECT_EQ(dial("10115355512", at("US")).kind, Kind::unusable) << "011 53 after the national prefix";
  EXPECT_EQ(dial("+10115355512", at("US")).kind, Kind::unusable);
  EXPECT_EQ(dial("011011442079460000", at("US")).kind, Kind::unusable);
}

TEST(Dial, ChoicesOfACarrierNeverCarryANumberPastUs) {
  EXPECT_EQ(meaning("01019004420794", at("DE")), "refused not_in_plan") << "01019, then London";
  EXPECT_EQ(dial("01019009001234567", at("DE")).kind, Kind::unusable);
  EXPECT_EQ(dial("1010288011442079460000", at("US")).kind, Kind::unusable);
  EXPECT_EQ(dial("101028819005551234", at("US")).kind, Kind::unusable);
  EXPECT_EQ(meaning("0 15 11 98765-4321", at("BR")), "+5511987654321 BR mobile") << "the carrier is ours to choose";
}

TEST(Dial, EmergencyNumbersAreRecognisedFirstAndOnlyAlone) {
  EXPECT_EQ(meaning("112", at("DE")), "emergency 112 DE");
  EXPECT_EQ(meaning("1-1-0", at("DE")), "emergency 110 DE");
  EXPECT_EQ(meaning("tel:112", at("DE")), "emergency 112 DE");
  EXPECT_EQ(meaning("tel:911;phone-context=example.com", at("US")), "emergency 911 US");
  EXPECT_EQ(meaning("999", at("GB")), "emergency 999 GB");
  EXPECT_EQ(meaning("+112", at("DE")), "emergency 112 DE") << "no number is so short; a phone meant well";
  EXPECT_EQ(meaning("+49112", at("DE")), "emergency 112 DE");
  EXPECT_EQ(meaning("911", at("DE")), "refused too_short");
  for (const char* text : {"1120900123456", "11209001234567", "112#", "112,0900", "9112125550123"})
    EXPECT_NE(dial(text, at("DE")).kind, Kind::emergency) << text;
  EXPECT_NE(dial("9115551234", at("US")).kind, Kind::emergency);
  const std::vector<std::string> own = {"5555"};
  Context context = at("US");
  context.emergency = own;
  context.outside_prefix = "9";
  EXPECT_EQ(meaning("5555", context), "emergency 5555 US");
  EXPECT_EQ(meaning("95555", context), "emergency 5555 US");
  EXPECT_EQ(meaning("911", context), "emergency 911 US") << "not 9 and 11";
  EXPECT_EQ(meaning("9911", context), "emergency 911 US");
  EXPECT_FALSE(dial("911", context).may_be_extension) << "an extension of this number would be a trap";
}

TEST(Dial, TheOutsidePrefixSeparatesExtensionsFromTheWorld) {
  Context context = at("DE");
  context.outside_prefix = "0";
  EXPECT_EQ(meaning("1001", context), "internal 1001");
  EXPECT_TRUE(dial("1001", context).may_be_extension);
  EXPECT_EQ(meaning("0030123456", context), "+4930123456 DE fixed");
  EXPECT_EQ(meaning("000442079460000", context), "+442079460000 GB fixed");
  EXPECT_EQ(meaning("+442079460000", context), "+442079460000 GB fixed");
  EXPECT_EQ(meaning("0", context), "refused too_short");
  EXPECT_TRUE(dial("1001", at("DE")).may_be_extension);
  EXPECT_FALSE(dial("+1001", at("DE")).may_be_extension);
  EXPECT_FALSE(dial("1001001", at("DE")).may_be_extension);
}

TEST(Dial, ShortNumbersKeepTheirPrice) {
  EXPECT_EQ(meaning("116117", at("DE")), "short 116117 DE toll_free");
  EXPECT_EQ(dial("11833", at("DE")).kind, Kind::short_code);
  EXPECT_EQ(dial("+4911833", at("DE")).kind, Kind::short_code);
  EXPECT_EQ(meaning("+4911833", at("US")), "refused short_number_abroad");
  EXPECT_EQ(dial("11833123", at("DE")).kind, Kind::unusable);
  const Dialled longer = dial("+4911833123", at("US"));
  EXPECT_TRUE(longer.kind == Kind::unusable || longer.place.may_be(Class::premium));
}

TEST(Dial, CodesOfOursNeverLeave) {
  EXPECT_EQ(meaning("*67", at("US")), "feature *67");
  EXPECT_EQ(meaning("*67 1 900 555 1234", at("US")), "feature *6719005551234");
  EXPECT_EQ(meaning("#31#09001234567", at("DE")), "feature #31#09001234567");
  EXPECT_EQ(meaning("*+49900", at("DE")), "refused misplaced_symbol");
}

TEST(Dial, AreaCodesCompleteLocalNumbersAndNothingElse) {
  Context context = at("US");
  EXPECT_EQ(dial("5550123", context).kind, Kind::unusable);
  context.area_code = "212";
  EXPECT_EQ(meaning("5550123", context), "+12125550123 US fixed_or_mobile");
  EXPECT_EQ(meaning("19005551234", context), "+19005551234 US premium");
  context = at("DE");
  context.area_code = "30";
  EXPECT_EQ(meaning("09001234567", context), "+499001234567 DE premium");
}

TEST(Dial, UnlistedNumbersPassOnlyWhereThatIsWanted) {
  Context context = at("DE");
  EXPECT_EQ(meaning("0190012345678", context), "refused not_in_plan");
  context.unlisted_national = true;
  EXPECT_EQ(dial("0999912345678", context).place.valid, false);
  const Dialled abroad = dial("+49 9999 12345678", at("US"));
  EXPECT_EQ(abroad.place.kind == Class::unknown || abroad.place.valid, true);
}

TEST(Dial, FaultsSayWhere) {
  EXPECT_EQ(dial("030 12x4", at("DE")).at, 6);
  EXPECT_EQ(meaning("", at("DE")), "refused empty");
  EXPECT_EQ(meaning("( )-", at("DE")), "refused empty");
  EXPECT_EQ(meaning(std::string(200, '1'), at("DE")), "refused too_much_text");
  EXPECT_EQ(meaning(std::string(33, '1'), at("DE")), "refused too_long");
  EXPECT_EQ(meaning("+999123456", at("DE")), "refused no_such_code");
  EXPECT_EQ(meaning("030123456", Context{}), "refused unknown_home");
}

TEST(Dial, ReadsWhatLibphonenumberReadsOrRefusesIt) {
  std::map<std::string, int> differences;
  int same = 0;
  const std::size_t asked = for_each_told("dialled ", [&](const std::vector<std::string>& told) {
    const Dialled ours = dial(told[1], at(told[0]));
    const auto theirs = E164::parse(told[2]);
    const std::string where = told[0] + " " + told[1] + " ours " + meaning(told[1], at(told[0])) + " theirs " + told[2];
    if (ours.kind == Kind::global) {
      const bool agree = theirs == ours.number;
      same += agree;
      if (!agree && ++differences["another number"] <= 10) ADD_FAILURE() << where;
    } else if (theirs && place_of(*theirs).valid && ours.kind == Kind::unusable) {
      if (++differences["refused"] <= 10) ADD_FAILURE() << where;
    }
  });
  EXPECT_GT(asked, 20'000u);
  EXPECT_GT(same, 15'000);
}

TEST(Dial, WhateverIsDialledComesOutTheSameWhenItIsDialledAgain) {
  Random random(9);
  constexpr std::string_view symbols = "0123456789012345678901+ -()*#;,ax";
  const std::vector<Country> all = countries();
  int global = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    if (random.below(3) == 0) text = random.below(2) == 0 ? "00" : "+";
    const std::size_t size = random.below(16);
    for (std::size_t i = 0; i < size; ++i) text += symbols[random.below(random.below(2) == 0 ? 22 : symbols.size())];
    Context context;
    context.home = all[random.below(all.size())];
    const Dialled first = dial(text, context);
    if (first.kind != Kind::global) continue;
    ++global;
    const Dialled again = dial(first.number.text(), context);
    ASSERT_EQ(again.kind, Kind::global) << text << " " << context.home.text();
    ASSERT_EQ(again.number, first.number) << text << " " << context.home.text();
    ASSERT_EQ(again.place.kind, first.place.kind);
  }
  EXPECT_GT(global, 4'000);
}

}  // namespace
}  // namespace rf::number
