#include "core/number/rewrite.hpp"

#include <gtest/gtest.h>

#include "tests/unit/number/oracle.hpp"

namespace rf::number {
namespace {

using Form = Rewrite::Form;

std::string written(const Rewrite& how, std::string_view number, std::string_view home) {
  const auto out = rewrite(how, *E164::parse(number), country(home));
  return out ? std::string(out->view()) : std::string(name_of(out.error()));
}

TEST(Rewrite, WritesEachForm) {
  EXPECT_EQ(written({Form::plus, 0, ""}, "+442079460000", "DE"), "+442079460000");
  EXPECT_EQ(written({Form::digits, 0, ""}, "+442079460000", "DE"), "442079460000");
  EXPECT_EQ(written({Form::zero_zero, 0, ""}, "+442079460000", "US"), "00442079460000");
  EXPECT_EQ(written({Form::international, 0, ""}, "+442079460000", "US"), "011442079460000");
  EXPECT_EQ(written({Form::national, 0, ""}, "+442079460000", "GB"), "02079460000");
  EXPECT_EQ(written({Form::national, 0, ""}, "+442079460000", "DE"), "00442079460000");
  EXPECT_EQ(written({Form::national, 0, ""}, "+12125550123", "CA"), "12125550123");
  EXPECT_EQ(written({Form::national, 0, ""}, "+390612345678", "IT"), "0612345678");
  EXPECT_EQ(written({Form::digits, 2, "9*0"}, "+442079460000", "GB"), "9*02079460000");
}

TEST(Rewrite, RefusesWhatTheTrunksCountryWouldReadAsAnotherNumber) {
  EXPECT_EQ(written({Form::national, 0, ""}, "+4910190044207", "DE"), "other_meaning") << "01019, another carrier";
  EXPECT_EQ(written({Form::national, 0, ""}, "+4911833", "DE"), "other_meaning") << "a directory, at a price";
  EXPECT_EQ(written({Form::national, 0, ""}, "+10115355512", "US"), "other_meaning") << "1 011 53: Cuba";
  EXPECT_EQ(written({Form::international, 0, ""}, "+9991234567", "DE"), "other_meaning");
  EXPECT_EQ(written({Form::national, 0, ""}, "+442079460000", "ZZ"), "unknown_home");
}

TEST(Rewrite, RefusesWhatLeavesNothingOrTooMuch) {
  EXPECT_EQ(written({Form::digits, 12, ""}, "+442079460000", "DE"), "nothing_left");
  EXPECT_EQ(written({Form::digits, 0, std::string(30, '1')}, "+442079460000", "DE"), "too_long");
  EXPECT_EQ(written({Form::digits, 0, "a"}, "+442079460000", "DE"), "strange_symbol");
  EXPECT_EQ(rewrite({Form::plus, 0, "9"}, "112")->view(), "9112");
}

TEST(Rewrite, WhatLeavesInAnyFormOfAnyCountryIsTheSameNumber) {
  const std::vector<Country> homes = countries();
  std::size_t place = 0;
  std::size_t refused = 0;
  std::size_t written_count = 0;
  for_each_told("number ", [&](const std::vector<std::string>& told) {
    if (told[4] != "1" || ++place % 5 != 0) return;
    const E164 number = *E164::parse(told[0] + told[1]);
    // At home, where the national form is used, and somewhere else.
    for (const Country home : {country(told[2]), homes[place % homes.size()]})
      for (const Form form : {Form::national, Form::international}) {
        if (!home) continue;
        const auto text = rewrite({form, 0, ""}, number, home);
        if (!text) {
          refused += text.error() == RewriteFault::other_meaning;
          continue;
        }
        ++written_count;
        Context context;
        context.home = home;
        ASSERT_EQ(dial(text->view(), context).number, number) << home.text();
      }
  });
  EXPECT_GT(written_count, 20'000u);
  EXPECT_LT(refused, written_count / 50) << "honest numbers of the plan";
}

}  // namespace
}  // namespace rf::number
