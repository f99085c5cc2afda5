// Any bytes as a carrier's sheet of rates: faults with their places, or rows that make a deck and are found again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/limits/toll.hpp"
#include "core/money/deck_reader.hpp"

using namespace rf;
using namespace rf::money;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  DeckDefaults defaults;
  defaults.currency = *Currency::parse("EUR");
  static_cast<void>(Currency::parse(text));
  if (const auto amount = Amount::parse(text, defaults.currency))
    RF_CHECK(Amount::parse(amount->text(), defaults.currency) == *amount);
  const auto rows = read_deck(text, defaults);
  if (!rows) {
    RF_CHECK(!rows.error().empty() && rows.error().told.size() <= MoneyLimits::deck_faults);
    for (const DeckFault& fault : rows.error().told) RF_CHECK(!fault.text.empty() && !fault.remedy.empty());
    return 0;
  }
  const auto deck = Deck::of(*rows);
  if (!deck) {
    RF_CHECK(!deck.error().empty());
    return 0;
  }
  for (const RateRow& row : *rows) {
    const auto match = deck->find(row.prefix.text(), row.from_ms);
    RF_CHECK(match && match->rate == row.rate && match->digits == row.prefix.size());
    RF_CHECK(cost(row.rate, 1) <= cost(row.rate, 2));
  }
  return 0;
}
