// What money costs a call: the rate of a number, and a reservation at six levels. Must not grow with decks and
// accounts.
#include <benchmark/benchmark.h>

#include <set>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/money/deck.hpp"
#include "core/money/exposure.hpp"
#include "core/money/ledger.hpp"

namespace {

using namespace rf;
using namespace rf::money;

const Currency eur = *Currency::parse("EUR");

std::string digits(Random& random, std::size_t length) {
  std::string out(1, static_cast<char>('1' + random.below(9)));
  while (out.size() < length) out += static_cast<char>('0' + random.below(10));
  return out;
}

/// Prefixes of four to nine digits, as an A-Z deck with mobile networks and premium ranges has them; 5,000 prices.
Deck deck_of(std::size_t prefixes) {
  Random random(prefixes);
  std::vector<RateRow> rows;
  std::set<std::string> known;
  while (known.size() < prefixes) {
    std::string prefix = digits(random, 4 + random.below(6));
    if (!known.insert(prefix).second) continue;
    const Amount price = *Amount::of_micros(1'000 + static_cast<std::int64_t>(random.below(5'000)) * 100, eur);
    rows.push_back({*Prefix::parse(prefix), *Rate::of({price, Amount::zero(eur), 60, 60, 60})});
  }
  return *Deck::of(std::move(rows));
}

void finds_a_rate(benchmark::State& state) {
  const Deck deck = deck_of(static_cast<std::size_t>(state.range(0)));
  Random random(7);
  std::vector<std::string> numbers;
  for (int i = 0; i < 65'536; ++i) numbers.push_back(digits(random, 12));
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(deck.find(numbers[at++ & 65'535], 1'800'000'000'000));
  state.counters["bytes_per_prefix"] = static_cast<double>(deck.bytes()) / static_cast<double>(deck.prefixes());
}
BENCHMARK(finds_a_rate)->Arg(10'000)->Arg(100'000)->Arg(1'000'000);

/// So many extensions, with departments of 20, tenants of 200, ten trunks and a reseller's trunk group; none is cached.
struct Accounts {
  explicit Accounts(std::size_t extensions) : ledger(eur, room_for(extensions), HashKey(3)), count(extensions) {
    AccountLimits limits;
    limits.day = 1'000'000'000'000;
    limits.month = 10'000'000'000'000;
    limits.warn_percent = {50, 80, 95};
    for (std::size_t i = 0; i < extensions; ++i) {
      for (const AccountId id : payers(i))
        if (!ledger.find(id)) static_cast<void>(ledger.set_limits(id, limits, 0));
    }
  }
  static MoneyLimits room_for(std::size_t extensions) {
    MoneyLimits bounds;
    bounds.accounts = extensions * 2;
    return bounds;
  }
  static std::array<AccountId, 6> payers(std::size_t extension) {
    return {{{Level::extension, extension},
             {Level::department, extension / 20},
             {Level::tenant, extension / 200},
             {Level::trunk, extension % 10},
             {Level::trunk, 100 + extension % 97},
             {Level::system, 1}}};
  }
  Ledger ledger;
  std::size_t count;
};

void reserves_and_settles_at_six_levels(benchmark::State& state) {
  Accounts world(static_cast<std::size_t>(state.range(0)));
  const Amount amount = *Amount::of_micros(120'000, eur), actual = *Amount::of_micros(1'000, eur);
  Random random(11);
  std::vector<std::array<AccountId, 6>> payers;
  for (int i = 0; i < 65'536; ++i) payers.push_back(Accounts::payers(random.below(world.count)));
  std::uint64_t call = 0;
  for (auto _ : state) {
    ++call;
    benchmark::DoNotOptimize(world.ledger.reserve(CallId{call}, payers[call & 65'535], amount, 0));
    // A thousand calls run at a time, so that what is settled is not still in the cache.
    if (call > 1'000) benchmark::DoNotOptimize(world.ledger.settle(CallId{call - 1'000}, actual, 0));
  }
  state.counters["bytes"] = static_cast<double>(world.ledger.bytes());
}
BENCHMARK(reserves_and_settles_at_six_levels)->Arg(1'000)->Arg(10'000)->Arg(100'000);

void reserves_at_six_levels(benchmark::State& state) {
  Accounts world(static_cast<std::size_t>(state.range(0)));
  const Amount amount = *Amount::of_micros(1, eur);
  Random random(11);
  std::vector<std::array<AccountId, 6>> payers;
  for (int i = 0; i < 65'536; ++i) payers.push_back(Accounts::payers(random.below(world.count)));
  std::uint64_t call = 0, settled = 0;
  for (auto _ : state) {
    ++call;
    benchmark::DoNotOptimize(world.ledger.reserve(CallId{call}, payers[call & 65'535], amount, 0));
    if (call - settled < 20'000) continue;
    state.PauseTiming();
    while (settled < call) static_cast<void>(world.ledger.cancel(CallId{++settled}, 0));
    state.ResumeTiming();
  }
}
BENCHMARK(reserves_at_six_levels)->Arg(1'000)->Arg(100'000);

void refuses_at_the_last_of_six_levels(benchmark::State& state) {
  Accounts world(1'000);
  AccountLimits none;
  none.day = 0;
  static_cast<void>(world.ledger.set_limits({Level::system, 1}, none, 0));
  const Amount amount = *Amount::of_micros(120'000, eur);
  std::uint64_t call = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(world.ledger.reserve(CallId{++call}, Accounts::payers(call % 1'000), amount, 0));
}
BENCHMARK(refuses_at_the_last_of_six_levels);

void states_the_bound(benchmark::State& state) {
  Reach reach;
  reach.currency = eur;
  reach.dearest.add(*Rate::of({*Amount::of_micros(2'000'000, eur), Amount::zero(eur), 60, 60, 60}));
  for (const Level level : {Level::extension, Level::department, Level::tenant, Level::trunk, Level::system}) {
    LevelLimits limits;
    limits.level = level;
    limits.concurrent = 30;
    limits.call_rates = {{5, 1}, {100, 3'600}};
    limits.day = 20'000'000;
    reach.levels.push_back(limits);
  }
  for (auto _ : state) benchmark::DoNotOptimize(bound(reach));
}
BENCHMARK(states_the_bound);

}  // namespace
