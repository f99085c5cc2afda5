// The stated bound against an adversary who tries everything.
#include "core/money/exposure.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/base/random.hpp"
#include "core/money/ledger.hpp"
#include "core/money/meter.hpp"

namespace rf::money {
namespace {

const Currency eur = *Currency::parse("EUR");

Rate rate(std::int64_t price, std::int64_t fee, std::uint32_t price_s, std::uint32_t first_s, std::uint32_t next_s) {
  return *Rate::of({*Amount::of_micros(price, eur), *Amount::of_micros(fee, eur), price_s, first_s, next_s});
}

Reach reach_of(std::initializer_list<Rate> rates, std::vector<LevelLimits> levels) {
  Reach reach;
  reach.currency = eur;
  for (const Rate& one : rates) reach.dearest.add(one);
  reach.levels = std::move(levels);
  return reach;
}

LevelLimits at(Level level) {
  LevelLimits limits;
  limits.level = level;
  return limits;
}

std::int64_t micros(const Most& most) {
  return most.amount ? most.amount->micros() : -1;
}

TEST(Exposure, ConcurrencyHoldsALongCall) {
  LevelLimits phone = at(Level::extension);
  phone.concurrent = 2;
  phone.call_rates = {{1, 60}};
  const Most most = most_in(reach_of({rate(1'000'000, 0, 60, 1, 1)}, {phone}), 3'600);
  EXPECT_EQ(most.rule, Rule::concurrent_calls);
  EXPECT_EQ(most.level, Level::extension);
  EXPECT_GE(micros(most), 120'000'000);
  EXPECT_LT(micros(most), 123'000'000);
}

TEST(Exposure, ConnectionFeesTimesCallsPerSecondAreTheDearerAttack) {
  LevelLimits phone = at(Level::extension);
  phone.concurrent = 2;
  phone.call_rates = {{5, 1}};
  const Most most = most_in(reach_of({rate(10'000, 500'000, 60, 1, 1)}, {phone}), 3'600);
  EXPECT_EQ(most.rule, Rule::call_rate);
  EXPECT_GE(micros(most), 5 * 3'600 * 500'000ll);
}

TEST(Exposure, CallsThatRangBeforeTheWindowAndAreAnsweredInItCount) {
  LevelLimits phone = at(Level::extension);
  phone.call_rates = {{5, 1}};
  phone.call_s = 1;
  Reach reach = reach_of({rate(0, 1'000'000, 60, 1, 1)}, {phone});
  reach.ring_s = 180;
  EXPECT_GE(micros(most_in(reach, 60)), 5 * 240 * 1'000'000ll) << "all that rang for three minutes, answered at once";
}

TEST(Exposure, AFirstIncrementOfAMinuteMakesShortCallsDear) {
  LevelLimits phone = at(Level::extension);
  phone.concurrent = 1;
  phone.call_rates = {{1, 1}};
  // One call a second, each billed a minute: sixty times what one line can talk.
  EXPECT_GE(micros(most_in(reach_of({rate(60'000, 0, 60, 60, 60)}, {phone}), 3'600)), 3'600 * 60'000ll);
}

TEST(Exposure, AnHourOverMidnightMeetsTwoDaysCaps) {
  LevelLimits phone = at(Level::extension);
  phone.day = 10'000'000;
  const Bound most = bound(reach_of({rate(1'000'000, 0, 60, 60, 60)}, {phone}));
  EXPECT_EQ(micros(most.hour), 20'000'000);
  EXPECT_EQ(micros(most.day), 30'000'000) << "24 hours around a day of 23 hours";
  EXPECT_EQ(most.hour.rule, Rule::day_cap);
}

TEST(Exposure, AnHourOverTheEndOfAMonthMeetsTwoMonthsCaps) {
  LevelLimits tenant = at(Level::tenant);
  tenant.month = 50'000'000;
  const Bound most = bound(reach_of({rate(1'000'000, 0, 60, 60, 60)}, {tenant}));
  EXPECT_EQ(micros(most.hour), 100'000'000);
  EXPECT_EQ(micros(most.month), 150'000'000) << "31 days around a February";
  EXPECT_EQ(most.month.rule, Rule::month_cap);
  EXPECT_EQ(most.month.level, Level::tenant);
}

TEST(Exposure, CreditIsSpentOnce) {
  LevelLimits tenant = at(Level::tenant);
  tenant.credit = 7'000'000;
  const Bound most = bound(reach_of({rate(1'000'000, 0, 60, 60, 60)}, {tenant}));
  for (const Most& one : {most.hour, most.day, most.month}) EXPECT_EQ(micros(one), 7'000'000);
  EXPECT_EQ(most.month.rule, Rule::credit);
}

TEST(Exposure, WithoutALimitItIsUnlimitedAndSaysSo) {
  const Rate one = rate(1'000'000, 0, 60, 60, 60);
  EXPECT_EQ(most_in(reach_of({one}, {}), 3'600).rule, Rule::unlimited);
  LevelLimits phone = at(Level::extension);
  phone.concurrent = 2;
  EXPECT_EQ(most_in(reach_of({one}, {phone}), 3'600).amount, std::nullopt) << "no rate of calls: fees have no end";
  EXPECT_EQ(most_in(reach_of({rate(0, 0, 60, 60, 60)}, {}), 3'600).rule, Rule::nothing_costs);
}

TEST(Exposure, HugeNumbersEndAsUnlimitedAndNeverWrap) {
  LevelLimits phone = at(Level::extension);
  phone.concurrent = UINT32_MAX;
  phone.call_rates = {{UINT32_MAX, 1}};
  phone.call_s = UINT32_MAX;
  const Rate dearest = rate(MoneyLimits::micros_per_min, MoneyLimits::micros_per_min, 60, 3'600, 3'600);
  EXPECT_EQ(most_in(reach_of({dearest}, {phone}), UINT32_MAX).amount, std::nullopt);
  phone.day = MoneyLimits::micros;
  EXPECT_EQ(most_in(reach_of({dearest}, {phone}), UINT32_MAX).amount, std::nullopt);
}

TEST(Exposure, NamesTheCheapestChangeThatHalvesIt) {
  LevelLimits phone = at(Level::extension), tenant = at(Level::tenant);
  phone.concurrent = 2;
  phone.call_rates = {{1, 60}};
  tenant.month = 1'000'000'000'000;
  Reach reach = reach_of({rate(1'000'000, 0, 60, 1, 1)}, {phone, tenant});
  const auto lines = cheapest_halving(reach, 3'600);
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines->rule, Rule::day_cap) << "halving lines leaves the calls' increments: a cap does it alone";
  EXPECT_EQ(lines->from, std::nullopt);
  EXPECT_LE(2 * micros(lines->after), micros(most_in(reach, 3'600)));

  reach.levels[1].month = 1'000'000;
  const auto cap = cheapest_halving(reach, 3'600);
  ASSERT_TRUE(cap);
  EXPECT_EQ(cap->rule, Rule::month_cap);
  EXPECT_EQ(cap->level, Level::tenant);
  EXPECT_EQ(cap->to, 500'000);
  EXPECT_FALSE(cheapest_halving(reach_of({rate(1, 0, 60, 1, 1)}, {}), 3'600));
}

TEST(Exposure, EveryChangeThatItNamesHalvesIt) {
  Random random(12);
  int named = 0;
  for (int i = 0; i < 2'000; ++i) {
    std::vector<LevelLimits> levels;
    for (const Level level : {Level::extension, Level::tenant, Level::system}) {
      LevelLimits limits = at(level);
      if (random.below(2)) limits.concurrent = random.below(20);
      if (random.below(2))
        limits.call_rates = {
            {static_cast<std::uint32_t>(random.below(9)), 1 + static_cast<std::uint32_t>(random.below(90))}};
      if (random.below(2)) limits.call_s = random.below(7'200);
      if (random.below(3) == 0) limits.day = random.below(900'000'000);
      if (random.below(3) == 0) limits.month = random.below(9'000'000'000);
      if (random.below(4) == 0) limits.credit = random.below(900'000'000);
      levels.push_back(limits);
    }
    const Reach reach = reach_of({rate(static_cast<std::int64_t>(random.below(2'000'000)),
                                       static_cast<std::int64_t>(random.below(300'000)), 60, 60, 60)},
                                 levels);
    for (const std::uint32_t window : {3'600u, 86'400u, 31 * 86'400u}) {
      const auto change = cheapest_halving(reach, window);
      const Most before = most_in(reach, window);
      ASSERT_EQ(change.has_value(), before.amount && micros(before) > 0);
      if (!change) continue;
      ++named;
      ASSERT_LE(2 * micros(change->after), micros(before));
    }
  }
  EXPECT_GT(named, 1'000);
}

// --- Everything that an attacker could do in a world of a few seconds

enum class Count : std::uint8_t { sliding, fixed, bucket };

struct Tiny {
  std::vector<Rate> rates;
  int lines = 1, longest = 3;
  int calls = 2, period = 3;
  Count count = Count::sliding;
  std::int64_t day_cap = INT64_MAX, credit = INT64_MAX;
  int day = 4, day_phase = 0, period_phase = 0;
  int before = 3, window = 5;
};

/// Tries every behaviour, each second and line; gives the most that can be spent in the window.
class Adversary {
 public:
  explicit Adversary(const Tiny& world) : w_(world) {}

  std::int64_t best() {
    State state;
    state.calls.assign(static_cast<std::size_t>(w_.lines), {-1, 0});
    state.budget = w_.count == Count::bucket ? w_.calls * w_.period : 0;
    return from(state);
  }
  std::size_t states() const { return known_.size(); }

 private:
  struct State {
    int time = 0;
    std::vector<std::pair<int, int>> calls;  ///< rate and seconds of each line; -1: idle
    std::vector<int> begun;                  ///< sliding: when calls began
    std::int64_t budget = 0;                 ///< fixed: calls in this period; bucket: tokens, a period's part each
    std::int64_t today = 0, spent = 0;
    auto operator<=>(const State&) const = default;
  };

  bool pay(State& state, std::int64_t amount) {
    state.today += amount;
    state.spent += amount;
    return state.today <= w_.day_cap && state.spent <= w_.credit;
  }
  bool begin(State& state) {
    if (w_.count == Count::sliding) {
      if (static_cast<int>(state.begun.size()) >= w_.calls) return false;
      state.begun.push_back(state.time);
      return true;
    }
    if (w_.count == Count::fixed) return ++state.budget <= w_.calls;
    state.budget -= w_.period;
    return state.budget >= 0;
  }

  void next_second(State& state) {
    ++state.time;
    std::erase_if(state.begun, [&](int began) { return began <= state.time - w_.period; });
    if (w_.count == Count::fixed && (state.time + w_.period_phase) % w_.period == 0) state.budget = 0;
    if (w_.count == Count::bucket) state.budget = std::min<std::int64_t>(state.budget + w_.calls, w_.calls * w_.period);
    if ((state.time + w_.day_phase) % w_.day == 0) state.today = 0;
    if (w_.day_cap == INT64_MAX) state.today = 0;
    if (w_.credit == INT64_MAX) state.spent = 0;
    std::sort(state.calls.begin(), state.calls.end());
  }

  std::int64_t from(const State& state) {
    if (state.time == w_.before + w_.window) return 0;
    if (const auto known = known_.find(state); known != known_.end()) return known->second;
    std::int64_t most = 0;
    line(state, 0, 0, most);
    known_[state] = most;
    return most;
  }

  /// Line after line: hang up, go on, or begin a call; then calls that end at once; then the next second.
  void line(const State& state, std::size_t at, std::int64_t paid, std::int64_t& most) {
    if (at == state.calls.size()) return moments(state, paid, most);
    const auto [with, seconds] = state.calls[at];
    State idle = state;
    idle.calls[at] = {-1, 0};
    line(idle, at + 1, paid, most);
    if (with >= 0 && seconds < w_.longest) {
      State on = state;
      on.calls[at].second += 1;
      const std::int64_t more = price(with, seconds + 1) - price(with, seconds);
      if (pay(on, more)) line(on, at + 1, paid + more, most);
    }
    for (std::size_t other = 0; other < w_.rates.size(); ++other) {
      State fresh = state;
      fresh.calls[at] = {static_cast<int>(other), 1};
      const std::int64_t more = price(static_cast<int>(other), 1);
      if (begin(fresh) && pay(fresh, more)) line(fresh, at + 1, paid + more, most);
    }
  }
  void moments(State state, std::int64_t paid, std::int64_t& most) {
    for (;;) {
      State later = state;
      next_second(later);
      most = std::max(most, (state.time >= w_.before ? paid : 0) + from(later));
      std::int64_t dearest = 0;
      for (std::size_t other = 0; other < w_.rates.size(); ++other)
        dearest = std::max(dearest, price(static_cast<int>(other), 0));
      if (w_.lines == 0 || !begin(state) || !pay(state, dearest)) return;
      paid += dearest;
    }
  }
  std::int64_t price(int with, int seconds) const {
    return cost(w_.rates[static_cast<std::size_t>(with)], static_cast<std::uint32_t>(seconds)).micros();
  }

  Tiny w_;
  std::map<State, std::int64_t> known_;
};

TEST(Exposure, NoBehaviourWhateverCostsMoreThanTheBound) {
  Random random(21);
  std::size_t tried = 0;
  double tightest = 0;
  for (int i = 0; i < 800; ++i) {
    const auto up_to = [&](std::uint64_t most) { return 1 + static_cast<int>(random.below(most)); };
    Tiny world;
    for (int kinds = up_to(2); kinds > 0; --kinds)
      world.rates.push_back(rate(static_cast<std::int64_t>(random.below(30)),
                                 random.below(2) ? 0 : static_cast<std::int64_t>(random.below(40)),
                                 static_cast<std::uint32_t>(up_to(3)), static_cast<std::uint32_t>(up_to(3)),
                                 static_cast<std::uint32_t>(up_to(3))));
    world.lines = up_to(2);
    world.longest = up_to(4);
    world.calls = up_to(3);
    world.period = up_to(4);
    world.period_phase = static_cast<int>(random.below(4));
    world.count = static_cast<Count>(random.below(3));
    world.day = 3 + static_cast<int>(random.below(3));
    world.day_phase = static_cast<int>(random.below(5));
    world.window = up_to(7);
    world.before = static_cast<int>(random.below(5));
    if (random.below(2)) world.day_cap = static_cast<std::int64_t>(random.below(120));
    if (random.below(4) == 0) world.credit = static_cast<std::int64_t>(random.below(200));
    Adversary adversary(world);
    const std::int64_t worst = adversary.best();
    tried += adversary.states();

    LevelLimits phone = at(Level::extension), tenant = at(Level::tenant);
    phone.concurrent = static_cast<std::uint32_t>(world.lines);
    phone.call_s = static_cast<std::uint32_t>(world.longest);
    tenant.call_rates = {{static_cast<std::uint32_t>(world.calls), static_cast<std::uint32_t>(world.period)}};
    if (world.day_cap != INT64_MAX) tenant.day = world.day_cap;
    if (world.credit != INT64_MAX) phone.credit = world.credit;
    Reach reach = reach_of({}, {phone, tenant});
    for (const Rate& one : world.rates) reach.dearest.add(one);
    reach.ahead_s = 0;
    reach.cut_s = 0;
    reach.shortest_day_s = static_cast<std::uint32_t>(world.day);
    const Most most = most_in(reach, static_cast<std::uint32_t>(world.window));
    ASSERT_TRUE(most.amount);
    ASSERT_LE(worst, micros(most)) << "world " << i;
    if (micros(most) > 0) tightest = std::max(tightest, static_cast<double>(worst) / static_cast<double>(micros(most)));
  }
  RecordProperty("states", static_cast<int>(tried));
  EXPECT_GT(tried, 50'000u);
  EXPECT_GT(tightest, 0.9) << "a bound that nobody comes near would say nothing";
}

/// A thief with the real ledger and the rules of the meter, around midnight.
TEST(Exposure, NoThiefGetsMorePastTheLedgerThanTheBound) {
  constexpr std::int64_t hour_ms = 3'600'000, day_ms = 24 * hour_ms, midnight = 20'000 * day_ms;
  Random random(33);
  double closest = 0;
  for (int world = 0; world < 60; ++world) {
    const Rate one =
        rate(static_cast<std::int64_t>(random.below(3'000'000)) + 1, static_cast<std::int64_t>(random.below(200'000)),
             60, 1 + static_cast<std::uint32_t>(random.below(60)), 1 + static_cast<std::uint32_t>(random.below(60)));
    const Horizon horizon{60, 10};
    const AccountId phone{Level::extension, 1}, tenant{Level::tenant, 1};
    MoneyLimits bounds;
    bounds.accounts = 4;
    bounds.reservations = 64;
    Ledger ledger(eur, bounds, HashKey(5));
    AccountLimits caps, plenty;
    caps.day = static_cast<std::int64_t>(random.below(20'000'000));
    plenty.day = 50'000'000;
    ASSERT_TRUE(ledger.set_limits(phone, caps, midnight) && ledger.set_limits(tenant, plenty, midnight));
    const std::uint32_t lines = 1 + static_cast<std::uint32_t>(random.below(6));
    const std::uint32_t per_minute = 1 + static_cast<std::uint32_t>(random.below(30));
    struct Running {
      std::uint64_t id;
      std::int64_t since;
      std::int64_t owed;
    };
    std::vector<Running> running;
    std::uint64_t last = 0;
    std::int64_t in_window = 0, began = 0;
    const std::int64_t start = midnight - 1'000 * static_cast<std::int64_t>(random.below(3'600));
    for (std::int64_t now = start; now < start + hour_ms; now += 1'000) {
      for (const AccountId id : {phone, tenant})
        ASSERT_TRUE(ledger.set_periods(
            id, {now / day_ms * day_ms, now / day_ms * day_ms + day_ms, 19'980 * day_ms, 20'010 * day_ms}, now));
      if ((now / 1'000) % 60 == 0) began = 0;
      for (std::size_t i = 0; i < running.size();) {
        Running& call = running[i];
        const auto seconds = static_cast<std::uint32_t>((now - call.since) / 1'000);
        const Amount owed = cost(one, seconds), held = *ledger.reserved(CallId{call.id});
        ASSERT_LE(owed, held) << "settled is never above reserved";
        in_window += owed.micros() - call.owed;
        call.owed = owed.micros();
        const Amount wanted = needed(one, seconds, horizon);
        if (seconds >= *extend_at_s(one, held, horizon) && wanted > held)
          static_cast<void>(ledger.extend(CallId{call.id}, *subtract(wanted, held), now));
        const bool is_cut = seconds >= *cut_at_s(one, *ledger.reserved(CallId{call.id}), horizon);
        if (!is_cut && random.below(40) != 0) {
          ++i;
          continue;
        }
        ASSERT_EQ(ledger.settle(CallId{call.id}, owed, now)->overrun.micros(), 0);
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      }
      while (running.size() < lines && began < per_minute) {
        ++began;
        const std::array accounts{phone, tenant};
        if (!ledger.reserve(CallId{++last}, accounts, needed(one, 0, horizon), now)) break;
        running.push_back({last, now, cost(one, 0).micros()});
        in_window += running.back().owed;
      }
    }
    LevelLimits limits = at(Level::extension);
    limits.concurrent = lines;
    limits.call_rates = {{per_minute, 60}};
    limits.day = caps.day;
    const Most most = most_in(reach_of({one}, {limits}), 3'600);
    ASSERT_TRUE(most.amount);
    ASSERT_LE(in_window, micros(most));
    if (micros(most) > 0)
      closest = std::max(closest, static_cast<double>(in_window) / static_cast<double>(micros(most)));
  }
  EXPECT_GT(closest, 0.6);
}

}  // namespace
}  // namespace rf::money
