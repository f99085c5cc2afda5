#include "core/money/amount.hpp"

#include <gtest/gtest.h>

#include "core/base/limits/toll.hpp"
#include "core/base/random.hpp"

namespace rf::money {
namespace {

const Currency eur = *Currency::parse("EUR");
const Currency usd = *Currency::parse("USD");

Amount amount(std::string_view text, Currency currency = eur) {
  const auto parsed = Amount::parse(text, currency);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Amount());
}

TEST(Amount, ReadsAndWritesDecimalTextExactly) {
  EXPECT_EQ(amount("12.5").micros(), 12'500'000);
  EXPECT_EQ(amount("0.000001").micros(), 1);
  EXPECT_EQ(amount("-0.05").micros(), -50'000);
  EXPECT_EQ(amount("12.5").text(), "12.50");
  EXPECT_EQ(amount("-0.000125").text(), "-0.000125");
  EXPECT_EQ(amount("0").text(), "0.00");
  EXPECT_EQ(amount("1000000000000").micros(), MoneyLimits::micros);
}

TEST(Amount, ReadsBackWhateverItWrites) {
  Random random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto size = static_cast<std::int64_t>(random.below(MoneyLimits::micros) >> random.below(60));
    const Amount one = *Amount::of_micros(i % 2 ? -size : size, eur);
    ASSERT_EQ(amount(one.text()), one) << one.text();
  }
}

TEST(Amount, RefusesWhatCouldMeanAnotherSum) {
  const auto fault = [](std::string_view text) { return Amount::parse(text, eur).error(); };
  EXPECT_EQ(fault("0,05"), AmountFault::decimal_comma);
  EXPECT_EQ(fault("1,250.05"), AmountFault::decimal_comma);
  EXPECT_EQ(fault("0.0000001"), AmountFault::too_precise);
  EXPECT_EQ(fault("1000000000000.000001"), AmountFault::overflow);
  EXPECT_EQ(fault("99999999999999999999999999"), AmountFault::overflow);
  for (const char* text : {"", "-", ".5", "5.", "+1", "1e3", " 1", "1 ", "1.2.3", "--1", "007", "0x10", "nan", "1.-5"})
    EXPECT_EQ(fault(text), AmountFault::not_a_number) << text;
  EXPECT_FALSE(text_of(AmountFault::decimal_comma).empty());
}

TEST(Amount, NeverAddsTwoCurrencies) {
  EXPECT_EQ(add(amount("1"), amount("1", usd)).error(), AmountFault::currencies_differ);
  EXPECT_EQ(subtract(amount("1"), amount("1", usd)).error(), AmountFault::currencies_differ);
  EXPECT_FALSE(amount("1") == amount("1", usd));
  EXPECT_FALSE(amount("1") < amount("2", usd));
  EXPECT_FALSE(amount("1") > amount("2", usd));
}

TEST(Amount, OverflowIsAValueAndNeverWraps) {
  const Amount most = Amount::highest(eur);
  EXPECT_EQ(add(most, amount("0.000001")).error(), AmountFault::overflow);
  EXPECT_EQ(subtract(*times(most, -1), amount("0.000001")).error(), AmountFault::overflow);
  EXPECT_EQ(times(most, INT64_MAX).error(), AmountFault::overflow);
  EXPECT_EQ(times(amount("-1"), INT64_MIN).error(), AmountFault::overflow);
  EXPECT_EQ(Amount::of_micros(INT64_MIN, eur).error(), AmountFault::overflow);
}

TEST(Currency, IsThreeCapitalLettersAndNothingElse) {
  for (const char* text : {"EUR", "USD", "AAA", "ZZZ"}) EXPECT_EQ(Currency::parse(text)->text(), text);
  for (const char* text : {"", "EU", "EURO", "eur", "E R", "12A"})
    EXPECT_EQ(Currency::parse(text).error(), AmountFault::not_a_currency) << text;
  EXPECT_EQ(Currency{}.text(), "");
}

}  // namespace
}  // namespace rf::money
