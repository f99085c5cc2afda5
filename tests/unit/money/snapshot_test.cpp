#include "core/money/snapshot.hpp"

#include <gtest/gtest.h>

namespace rf::money {
namespace {

const Currency eur = *Currency::parse("EUR");
constexpr MoneyLimits bounds{.accounts = 16, .reservations = 16};

Ledger some_ledger() {
  Ledger ledger(eur, bounds, HashKey(1));
  const AccountId accounts[] = {{Level::extension, 7}, {Level::system, 0}};
  ledger.set_limits(accounts[0], {.day = 5, .month = {}, .prepaid = true, .locked = false, .warn_percent = {50, 80}},
                    1);
  ledger.set_limits(accounts[1], {.day = {}, .month = 9'000, .prepaid = false, .locked = false, .warn_percent = {}}, 1);
  ledger.top_up(accounts[0], *Amount::of_micros(1'000, eur), 1);
  ledger.reserve(CallId{1}, accounts, *Amount::of_micros(3, eur), 1);
  ledger.reserve(CallId{2}, accounts, *Amount::of_micros(2, eur), 1);
  std::vector<LedgerEntry> entries;
  ledger.presume_open_calls(2, entries);
  ledger.reserve(CallId{3}, accounts, *Amount::of_micros(0, eur), 1);
  return ledger;
}

TEST(Snapshot, ComesBackAsItWasWritten) {
  const Snapshot snapshot = some_ledger().snapshot();
  ASSERT_EQ(snapshot.calls.size(), 3u);
  const auto read = read_snapshot(write_snapshot(snapshot));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, snapshot);
  const auto ledger = Ledger::restore(*read, {}, bounds, HashKey(2));
  ASSERT_TRUE(ledger);
  EXPECT_EQ(ledger->snapshot(), snapshot);
}

TEST(Snapshot, EveryBitThatChangesAndEveryByteThatIsMissingIsFound) {
  const std::vector<std::uint8_t> bytes = write_snapshot(some_ledger().snapshot());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(read_snapshot(std::span(bytes).first(i)));
    std::vector<std::uint8_t> changed = bytes;
    changed[i] ^= static_cast<std::uint8_t>(1u << i % 8);
    EXPECT_FALSE(read_snapshot(changed)) << i;
  }
  std::vector<std::uint8_t> longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(read_snapshot(longer));
}

}  // namespace
}  // namespace rf::money
