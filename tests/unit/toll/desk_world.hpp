// A desk with everybody's terms in the test's hand, and a disk that can be pulled out.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

#include "core/toll/desk.hpp"

namespace rf::toll {

struct World {
  money::Currency eur = *money::Currency::parse("EUR");
  Desk::Options options{.money = {.accounts = 64, .reservations = 64},
                        .toll = {.pace_records = 64, .pace_destinations = 64, .line_calls = 64},
                        .seed = 1};
  std::unique_ptr<Desk> desk = std::make_unique<Desk>(options, money::Ledger(eur, options.money, HashKey(1)));
  Now now{5'000, 1'700'000'000'000};
  SpendingTerms extension, department, tenant, system;
  LineTerms trunk, inbound, both;
  std::vector<PaceRule> inbound_paces;
  SpendingTerms trunk_spending;
  schedule::ZoneRef zone;
  money::Rate rate = rate_of(600'000, 1, 1, 0);
  std::vector<money::LedgerEntry> disk;
  std::map<std::uint64_t, std::int64_t> cut_at;

  World() { system.duration_s = 10'800; }

  money::Amount micros(std::int64_t value) const { return *money::Amount::of_micros(value, eur); }
  money::Rate rate_of(std::int64_t micros_per_min, std::uint32_t first_s, std::uint32_t next_s,
                      std::int64_t fee) const {
    return *money::Rate::of(
        {.price = micros(micros_per_min), .fee = micros(fee), .price_s = 60, .first_s = first_s, .next_s = next_s});
  }
  Parties parties(std::uint64_t trunk_id = 40, std::uint64_t extension_id = 1'001) const {
    Parties out;
    out.extension = {extension_id, &extension, zone.get()};
    out.department = {20, &department, zone.get()};
    out.tenant = {30, &tenant, zone.get()};
    out.trunk = {trunk_id, &trunk_spending, zone.get()};
    out.system = {0, &system, nullptr};
    out.trunk_outbound = trunk;
    out.trunk_inbound = inbound;
    out.trunk_inbound_paces = inbound_paces;
    out.trunk_both = both;
    return out;
  }
  std::expected<Grant, Refused> open(std::uint64_t call, bool emergency = false) {
    return desk->open(now, parties(), {CallId{call}, CallKey{1'000 + call}, "+4930123456", rate, emergency});
  }
  void advance(std::int64_t ms) {
    now.mono_ms += ms;
    now.wall_ms += ms;
  }
  const money::Purse& purse(money::Level level, std::uint64_t id) const {
    static const money::Purse nothing;
    const auto* account = desk->ledger().find({level, id});
    return account ? account->purse(money::Limit::day) : nothing;
  }
  std::uint64_t id_of(money::Level level) const {
    constexpr std::uint64_t ids[] = {1'001, 20, 30, 40, 0};
    return ids[static_cast<std::size_t>(level)];
  }
  std::int64_t reserved(money::Level level) const { return purse(level, id_of(level)).reserved; }
  std::int64_t reserved(money::Level level, std::uint64_t id) const { return purse(level, id).reserved; }
  std::int64_t settled(money::Level level) const { return purse(level, id_of(level)).settled; }

  /// Takes what is to be written, as a disk does that works.
  void store() {
    while (desk->wants_writing(now)) {
      const Writing writing = desk->take_writing();
      put(writing);
      desk->written(now, writing.last, true);
    }
  }
  /// As the store does: what it has is passed over, a gap is refused.
  bool put(const Writing& writing) {
    const std::uint64_t last = disk.empty() ? 0 : disk.back().number;
    if (writing.entries.front().number > last + 1) return false;
    for (const money::LedgerEntry& entry : writing.entries)
      if (entry.number > last) disk.push_back(entry);
    return true;
  }
  /// The process dies and starts again from what is on disk.
  void crash(std::vector<KnownCost> costs) {
    auto ledger = money::Ledger::restore({.currency = eur, .number = 0, .accounts = {}, .calls = {}}, disk,
                                         options.money, HashKey(2));
    ASSERT_TRUE(ledger);
    desk = std::make_unique<Desk>(options, std::move(*ledger));
    desk->settle_former_calls(now, costs);
    EXPECT_EQ(desk->audit(), std::nullopt);
  }
};

}  // namespace rf::toll
