// Any bytes as a ledger's journal: whole entries, a torn end or damage; replayed, the sums agree or it is refused.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/check.hpp"
#include "core/money/ledger.hpp"

using namespace rf;
using namespace rf::money;

namespace {

/// The checksum would stop all but whole entries: what it lets pass is tried beside it, built of the same bytes.
LedgerEntry made_of(std::span<const std::uint8_t> bytes, std::uint64_t number, Currency currency) {
  const auto at = [&](std::size_t i) { return std::int64_t{bytes[i % bytes.size()]}; };
  LedgerEntry entry{number, at(1), currency, {}};
  const CallId call{static_cast<std::uint64_t>(at(2) % 4)};
  const AccountId account{static_cast<Level>(at(3) % 5), static_cast<std::uint64_t>(at(3) / 128)};
  const std::int64_t amount = at(4) < 250 ? at(4) - 3 : INT64_MAX - at(4);
  AccountLimits limits;
  if (at(5) % 2) limits.day = at(6);
  limits.prepaid = at(5) % 4 > 1;
  Reserved reserved{call, {}, amount};
  reserved.accounts.count = static_cast<std::uint8_t>(at(7) % 9);
  for (std::size_t i = 0; i < 8; ++i) reserved.accounts.ids[i] = {static_cast<Level>(at(8 + i) % 5), 0};
  const std::int64_t hours = 3'600'000, day = at(5) * 24 * hours;
  const Periods periods{day, day + 24 * hours, day, day + 30 * 24 * hours};
  const Change changes[] = {reserved,
                            Extended{call, amount},
                            Settled{call, amount},
                            Presumed{call},
                            Corrected{call, amount},
                            ToppedUp{account, amount},
                            LimitsSet{account, limits},
                            PeriodsSet{account, periods, at(6) % 2 == 1},
                            Closed{account}};
  entry.change = changes[at(0) % 9];
  return entry;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Currency eur = *Currency::parse("EUR");
  const std::span<const std::uint8_t> bytes(data, size);
  if (const auto journal = read_journal(bytes)) {
    std::vector<std::uint8_t> again;
    for (const LedgerEntry& entry : journal->entries) write_entry(entry, again);
    RF_CHECK(again.size() == journal->good_bytes && std::equal(again.begin(), again.end(), bytes.begin()));
  }
  MoneyLimits bounds;
  bounds.accounts = 6;
  bounds.reservations = 3;
  Ledger ledger(eur, bounds, HashKey(1));
  std::vector<LedgerEntry> taken;
  for (std::size_t at = 0; at < size; at += 16) {
    const std::span<const std::uint8_t> part = bytes.subspan(at, std::min<std::size_t>(16, size - at));
    const LedgerEntry entry = made_of(part, ledger.last_number() + 1, eur);
    if (ledger.replay(entry)) taken.push_back(entry);
    RF_CHECK(!ledger.audit());
  }
  const auto restored = Ledger::restore({eur, 0, {}, {}}, taken, bounds, HashKey(2));
  RF_CHECK(restored && restored->snapshot() == ledger.snapshot());
  const auto twice = Ledger::restore(ledger.snapshot(), taken, bounds, HashKey(3));
  RF_CHECK(twice && twice->snapshot() == ledger.snapshot());
  return 0;
}
