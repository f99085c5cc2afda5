#include "core/money/deck.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/base/limits/toll.hpp"
#include "core/base/random.hpp"
#include "core/money/deck_reader.hpp"

namespace rf::money {
namespace {

const Currency eur = *Currency::parse("EUR");

Rate rate(std::int64_t micros) {
  return *Rate::of({*Amount::of_micros(micros, eur), Amount::zero(eur), 60, 60, 60});
}

RateRow row(std::string_view prefix, std::int64_t micros, std::int64_t from = always_ms,
            std::int64_t until = without_end_ms, std::uint32_t line = 0) {
  return {*Prefix::parse(prefix), rate(micros), from, until, line};
}

std::int64_t price(const Deck& deck, std::string_view digits, std::int64_t now = 0) {
  const auto match = deck.find(digits, now);
  return match ? match->rate.price() : -1 - static_cast<std::int64_t>(match.error());
}
constexpr std::int64_t not_a_number = -1, unknown = -2, ended = -3;

TEST(Deck, TheLongestPrefixDecides) {
  const Deck deck = *Deck::of({row("44", 1), row("447", 2), row("4479", 3), row("1", 4)});
  EXPECT_EQ(price(deck, "44201234"), 1);
  EXPECT_EQ(price(deck, "447812"), 2);
  EXPECT_EQ(price(deck, "4479"), 3);
  EXPECT_EQ(price(deck, "447"), 2);
  EXPECT_EQ(price(deck, "12125550100"), 4);
  EXPECT_EQ(deck.find("4479123", 0)->digits, 4u);
}

TEST(Deck, ShowsEachRateWithItsPrefixUntilTheNextOneBegins) {
  const Deck deck = *Deck::of({row("44", 1), row("447", 2, 0, 500), row("447", 3, 1'000), row("123456789012345", 4)});
  std::vector<std::string> seen;
  deck.each([&](std::string_view digits, const Rate& each, std::int64_t from_ms, std::int64_t until_ms) {
    seen.push_back(std::string(digits) + " " + std::to_string(each.price()));
    if (each.price() == 2) {
      EXPECT_EQ(std::pair(from_ms, until_ms), std::pair(std::int64_t{0}, std::int64_t{500}));
    }
    if (each.price() == 3) {
      EXPECT_EQ(until_ms, without_end_ms);
    }
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"123456789012345 4", "44 1", "447 3", "447 2"}));
  Deck().each([](std::string_view, const Rate&, std::int64_t, std::int64_t) { ADD_FAILURE(); });
}

TEST(Deck, WhatItDoesNotKnowHasNoRate) {
  const Deck deck = *Deck::of({row("44", 1)});
  EXPECT_EQ(price(deck, "4"), unknown);
  EXPECT_EQ(price(deck, "33123"), unknown);
  EXPECT_EQ(price(Deck(), "44"), unknown);
  EXPECT_EQ(price(*Deck::of({}), "44"), unknown);
  for (const char* text : {"", "+44", "44*", "44 20", "44a"}) EXPECT_EQ(price(deck, text), not_a_number) << text;
  EXPECT_EQ(price(deck, std::string(1'000, '4')), 1);
}

TEST(Deck, ANewGenerationBeginsByItself) {
  const Deck deck = *Deck::of({row("44", 1), row("44", 2, 1'000), row("44", 3, 2'000)});
  EXPECT_EQ(price(deck, "4420", 999), 1);
  EXPECT_EQ(price(deck, "4420", 1'000), 2);
  EXPECT_EQ(price(deck, "4420", 1'999), 2);
  EXPECT_EQ(price(deck, "4420", 2'000), 3);
}

TEST(Deck, ALongerPrefixLeavesItsNumbersToAShorterOneUntilItBegins) {
  const Deck deck = *Deck::of({row("44", 1), row("447", 9, 1'000)});
  EXPECT_EQ(price(deck, "4470", 999), 1);
  EXPECT_EQ(price(deck, "4470", 1'000), 9);
}

TEST(Deck, ARateThatEndedIsNotReplacedByACheaperShorterPrefix) {
  const Deck deck = *Deck::of({row("44", 1), row("447", 9, 0, 1'000)});
  EXPECT_EQ(price(deck, "4470", 999), 9);
  EXPECT_EQ(price(deck, "4470", 1'000), ended);
  EXPECT_EQ(price(deck, "4420", 1'000), 1);
}

TEST(Deck, DuplicatesAndOverlapsAreFaultsAndNothingIsTaken) {
  const auto deck = Deck::of({row("44", 1, 0, without_end_ms, 2), row("44", 2, 0, without_end_ms, 5),
                              row("33", 1, 0, 100, 3), row("33", 1, 50, 200, 4), row("1", 1, 9, 9, 7)});
  ASSERT_FALSE(deck);
  ASSERT_EQ(deck.error().told.size(), 3u);
  EXPECT_EQ(deck.error().told[0].line, 7u);
  EXPECT_EQ(deck.error().told[1].line, 4u);
  EXPECT_NE(deck.error().told[1].text.find("line 3"), std::string::npos);
  EXPECT_EQ(deck.error().told[2].line, 5u);
  for (const DeckFault& fault : deck.error().told) EXPECT_FALSE(fault.remedy.empty());
}

TEST(Deck, TwoCurrenciesAreTwoDecks) {
  RateRow foreign = row("33", 1);
  const Currency usd = *Currency::parse("USD");
  foreign.rate = *Rate::of({Amount::zero(usd), Amount::zero(usd), 60, 60, 60});
  EXPECT_FALSE(Deck::of({row("44", 1), foreign}));
}

TEST(Deck, RatesOfOnePrefixAreBounded) {
  std::vector<RateRow> rows;
  for (std::size_t i = 0; i < MoneyLimits::deck_generations; ++i)
    rows.push_back(row("44", 1, static_cast<std::int64_t>(i)));
  EXPECT_TRUE(Deck::of(rows));
  rows.push_back(row("44", 1, 1'000'000));
  EXPECT_FALSE(Deck::of(rows));
}

TEST(Deck, ASheetThatAmendsKeepsWhatItDoesNotName) {
  const std::vector<RateRow> old{row("44", 1), row("33", 2), row("44", 7, 5'000)};
  const Deck deck = *Deck::of(updated(old, {row("44", 3, 1'000)}, Update::amend));
  EXPECT_EQ(price(deck, "44", 999), 1);
  EXPECT_EQ(price(deck, "44", 1'000), 3);
  EXPECT_EQ(price(deck, "44", 5'000), 3);
  EXPECT_EQ(price(deck, "33", 5'000), 2);
}

TEST(Deck, ASheetThatReplacesEndsWhatItDoesNotName) {
  const std::vector<RateRow> old{row("44", 1), row("33", 2)};
  const Deck deck = *Deck::of(updated(old, {row("44", 3, 1'000)}, Update::replace));
  EXPECT_EQ(price(deck, "33", 999), 2);
  EXPECT_EQ(price(deck, "33", 1'000), ended);
  EXPECT_EQ(price(deck, "44", 1'000), 3);
}

/// The same question, asked of every row.
std::int64_t honest_price(const std::vector<RateRow>& rows, const std::string& digits, std::int64_t now) {
  for (std::size_t length = digits.size(); length > 0; --length) {
    const RateRow* latest = nullptr;
    for (const RateRow& one : rows)
      if (one.prefix.text() == digits.substr(0, length) && one.from_ms <= now &&
          (!latest || one.from_ms > latest->from_ms))
        latest = &one;
    if (latest) return now < latest->until_ms ? latest->rate.price() : ended;
  }
  return unknown;
}

TEST(Deck, FindsWhatAnHonestScanOfTheRowsFinds) {
  Random random(3);
  const auto digits = [&](std::size_t most) {
    std::string out;
    for (std::size_t left = 1 + random.below(most); left > 0; --left) out += static_cast<char>('0' + random.below(3));
    return out;
  };
  for (int world = 0; world < 60; ++world) {
    std::map<std::pair<std::string, std::int64_t>, RateRow> rows;
    for (int i = 0; i < 80; ++i) {
      const std::string prefix = digits(world % 3 == 0 ? 15 : 5);
      const auto from = static_cast<std::int64_t>(random.below(5)) * 10;
      rows[{prefix, from}] =
          row(prefix, static_cast<std::int64_t>(random.below(50)), from, random.below(2) ? without_end_ms : from + 10);
    }
    std::vector<RateRow> list;
    for (const auto& [key, one] : rows) list.push_back(one);
    const auto deck = Deck::of(list);
    ASSERT_TRUE(deck);
    for (int i = 0; i < 400; ++i) {
      const std::string number = digits(17);
      const auto now = static_cast<std::int64_t>(random.below(60));
      ASSERT_EQ(price(*deck, number, now), honest_price(list, number, now)) << number << " at " << now;
    }
  }
}

TEST(Deck, AMillionPrefixesLieInSomeTenMegabytes) {
  std::vector<RateRow> rows;
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    std::string prefix = std::to_string(1'000'000 + i * 9 % 9'000'000);
    rows.push_back(row(prefix, static_cast<std::int64_t>(i % 5'000)));
  }
  const auto deck = Deck::of(std::move(rows));
  ASSERT_TRUE(deck);
  EXPECT_EQ(deck->prefixes(), 1'000'000u);
  // Every thousandth, longer by what a subscriber dials.
  for (std::uint32_t i = 0; i < 1'000'000; i += 997)
    ASSERT_EQ(price(*deck, std::to_string(1'000'000 + i * 9 % 9'000'000) + "1234"),
              static_cast<std::int64_t>(i % 5'000))
        << i;
  EXPECT_LT(price(*deck, "999"), 0) << "no prefix";
  EXPECT_LT(deck->bytes(), 20'000'000u);
}

// --- CSV

std::expected<std::vector<RateRow>, DeckFaults> read(std::string_view text) {
  DeckDefaults defaults;
  defaults.currency = eur;
  return read_deck(text, defaults);
}

DeckFault fault(std::string_view text) {
  const auto rows = read(text);
  EXPECT_FALSE(rows) << text;
  return rows ? DeckFault{} : rows.error().told.front();
}

TEST(DeckReader, ReadsWhatCarriersSend) {
  const auto rows = read(
      "\xef\xbb\xbfPrefix;Destination;Rate per min;Connection-Fee;Increments;Valid_From;valid_until\r\n"
      "4420;\"London; \"\"inner\"\"\";0.0125;0.01;30/6;2026-02-01;2026-03-01T12:00:00+02:00\r\n"
      "\r\n"
      "+1;USA;0.01;;1/1;;\r\n");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2u);
  const RateRow& london = (*rows)[0];
  EXPECT_EQ(london.prefix.text(), "4420");
  EXPECT_EQ(london.rate.price(), 12'500);
  EXPECT_EQ(london.rate.fee(), 10'000);
  EXPECT_EQ(london.rate.first_s(), 30u);
  EXPECT_EQ(london.rate.next_s(), 6u);
  EXPECT_EQ(london.from_ms, 1'769'904'000'000);
  EXPECT_EQ(london.until_ms, 1'772'359'200'000);
  EXPECT_EQ(london.line, 2u);
  EXPECT_EQ((*rows)[1].prefix.text(), "1");
  EXPECT_EQ((*rows)[1].rate.next_s(), 1u);
  EXPECT_EQ((*rows)[1].until_ms, without_end_ms);
}

TEST(DeckReader, ReadsAPriceForEachIncrement) {
  const auto rows = read("prefix,rate_per_increment,first_s,next_s\n44,0.006,30,6\n");
  ASSERT_TRUE(rows);
  EXPECT_EQ(cost(rows->front().rate, 60).micros(), 60'000);
}

TEST(DeckReader, TellsThePlaceAndTheRemedyOfEachFault) {
  struct Case {
    const char* line;
    std::uint32_t column;
    const char* text;
    const char* remedy;
  };
  for (const Case& one : {
           Case{"44,\"0,05\",60/60,", 2, "'0,05' is not a price", "decimal point"},
           Case{"44,0,05,60/60,", 0, "5 cells under 4", "decimal point"},
           Case{"44,-0.05,60/60,", 2, "below zero", "free"},
           Case{"44,500,60/60,", 2, "absurdly high", "correct it"},
           Case{"44,99999999999,60/60,", 2, "higher than any real one", "increments"},
           Case{"44,9999999999999999,60/60,", 2, "not a price", "beyond"},
           Case{"44,,60/60,", 2, "no price", "0"},
           Case{"4.47E+11,0.05,60/60,", 1, "not a prefix", "spreadsheet"},
           Case{"0044,0.05,60/60,", 1, "not a prefix", "country code first"},
           Case{"440-449,0.05,60/60,", 1, "not a prefix", "range"},
           Case{"1234567890123456,0.05,60/60,", 1, "not a prefix", "15 digits"},
           Case{",0.05,60/60,", 1, "no prefix", "digits"},
           Case{"44,0.05,0/60,", 3, "not an increment", "60/60"},
           Case{"44,0.05,60/60/60,", 3, "not an increment", "60/60"},
           Case{"44,0.05,60/,", 3, "not an increment", "60/60"},
           Case{"44,0.05,60/60,2026-02-30", 4, "not a time", "midnight UTC"},
           Case{"44,0.05,60/60,01/02/2026", 4, "not a time", "midnight UTC"},
           Case{"44,0.05,60/60,2026-02-01T08:00:00", 4, "not a time", "midnight UTC"},
           Case{"44,\"0.05,60/60,", 2, "quote is not closed", "quote"},
           Case{"44,\"0.05\"x,60/60,", 2, "behind a closing quote", "quotes"},
           Case{"44,0.05", 0, "2 cells under 4", "as many cells"},
       }) {
    const DeckFault got = fault(std::string("prefix,rate_per_min,increments,valid_from\n33,0.01,1/1,\n") + one.line);
    EXPECT_EQ(got.line, 3u) << one.line;
    EXPECT_EQ(got.column, one.column) << one.line;
    EXPECT_NE(got.text.find(one.text), std::string::npos) << one.line << ": " << got.text;
    EXPECT_NE(got.remedy.find(one.remedy), std::string::npos) << one.line << ": " << got.remedy;
  }
}

TEST(DeckReader, ASheetWithoutAUsableFirstLineIsRefusedOnce) {
  EXPECT_NE(fault("").text.find("names of columns"), std::string::npos);
  EXPECT_NE(fault("44,0.01\n33,0.02\n").text.find("unknown column '44'"), std::string::npos);
  EXPECT_NE(fault("prefix,price\n").remedy.find("rate_per_min"), std::string::npos);
  EXPECT_NE(fault("prefix,prefix,rate_per_min\n").text.find("twice"), std::string::npos);
  EXPECT_NE(fault("prefix\n44\n").text.find("price"), std::string::npos);
  EXPECT_NE(fault("prefix,rate_per_min,increments,first_s\n").text.find("increments twice"), std::string::npos);
  EXPECT_EQ(read("prefix\n44\n33\n1\n").error().told.size(), 1u);
}

TEST(DeckReader, AnotherCurrencyIsRefused) {
  EXPECT_TRUE(read("prefix,rate_per_min,currency\n44,1,EUR\n33,1,\n"));
  EXPECT_EQ(fault("prefix,rate_per_min,currency\n44,1,USD\n").column, 3u);
}

TEST(DeckReader, OneFaultAnywhereAndNothingIsTaken) {
  std::string text = "prefix,rate_per_min\n";
  for (int i = 0; i < 1'000; ++i) text += std::to_string(1'000 + i) + (i % 2 ? ",0.01\n" : ",x\n");
  const auto rows = read(text);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().told.size(), MoneyLimits::deck_faults);
  EXPECT_EQ(rows.error().told.size() + rows.error().further, 500u);
}

TEST(DeckReader, WhatAFileSaysIsShownShortAndPrintable) {
  const DeckFault got = fault("prefix,rate_per_min\n\x1b[2J\x07" + std::string(500, 'x') + ",1\n");
  EXPECT_EQ(got.text.find('\x1b'), std::string::npos);
  EXPECT_LT(got.text.size(), 80u);
}

TEST(DeckReader, LinesAndColumnsAreBounded) {
  EXPECT_NE(fault("prefix,rate_per_min\n44," + std::string(2'000, '1')).text.find("bytes in one line"),
            std::string::npos);
  EXPECT_NE(fault("prefix,rate_per_min" + std::string(40, ',')).text.find("too many columns"), std::string::npos);
}

}  // namespace
}  // namespace rf::money
