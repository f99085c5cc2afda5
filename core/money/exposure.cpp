#include "core/money/exposure.hpp"

#include <algorithm>

namespace rf::money {
namespace {

__extension__ using Wide = __int128;

constexpr std::uint32_t hour_s = 3'600, day_s = 86'400, month_s = 31 * day_s;
/// What counts as without a limit: far above every amount, far below what would overflow when a few are added.
constexpr Wide endless = Wide{1} << 100;

Wide product(Wide a, Wide b) {
  if (a == 0 || b == 0) return 0;
  return a >= endless / b ? endless : a * b;
}

Wide sum(Wide a, Wide b) {
  return std::min(endless, a + b);
}

/// A number and whose rule it is.
struct Least {
  Wide value = endless;
  Rule rule = Rule::unlimited;
  Level level = Level::extension;

  void take(Wide other, Rule by, Level at) {
    if (other < value) *this = {other, by, at};
  }
};

/// Periods of at least so many seconds that a window can meet.
Wide periods_met(std::uint64_t window_s, std::uint32_t shortest_s) {
  if (window_s == 0) return 1;
  return (window_s - 1) / std::max<std::uint32_t>(1, shortest_s) + 2;
}

Least calls_in(const Reach& reach, std::uint64_t window_s) {
  Least least;
  for (const LevelLimits& level : reach.levels)
    for (const CallRate& rate : level.call_rates)
      least.take(product(rate.calls, periods_met(window_s + reach.ring_s, rate.period_s)), Rule::call_rate,
                 level.level);
  return least;
}

Least concurrent(const Reach& reach) {
  Least least;
  for (const LevelLimits& level : reach.levels)
    if (level.concurrent) least.take(*level.concurrent, Rule::concurrent_calls, level.level);
  return least;
}

Least longest_call(const Reach& reach) {
  Least least;
  for (const LevelLimits& level : reach.levels)
    if (level.call_s) least.take(Wide{*level.call_s} + reach.cut_s, Rule::call_duration, level.level);
  return least;
}

/// What calls can cost by their number, length and price alone.
Least flow(const Reach& reach, std::uint32_t window_s) {
  const Least lines = concurrent(reach), length = longest_call(reach), calls = calls_in(reach, window_s);
  // Calls that run when the window begins: no more than lines, and than began in the length of a call before it.
  Wide running = lines.value;
  if (length.value < UINT32_MAX)
    running = std::min(running, calls_in(reach, static_cast<std::uint64_t>(length.value)).value);
  const Wide by_lines = product(lines.value, window_s);
  const Wide by_length = product(sum(calls.value, running), std::min<Wide>(length.value, window_s));
  const Wide talk_s = std::min(by_lines, by_length);
  const Wide talk = product(talk_s, reach.dearest.micros_per_hour);
  const Wide for_talk = talk >= endless ? endless : talk / hour_s + (talk % hour_s != 0);
  const Wide begun = product(calls.value, reach.dearest.begin_micros);
  const Wide carried = product(running, reach.dearest.carry_micros);
  const Wide all = sum(sum(for_talk, begun), carried);
  if (all >= endless) return {};
  if (begun > for_talk) return {all, Rule::call_rate, calls.level};
  if (by_lines <= by_length) return {all, Rule::concurrent_calls, lines.level};
  // Talk is (calls + running) × length: where each has a limit, it is the length that makes a call dear.
  return length.value < window_s ? Least{all, Rule::call_duration, length.level}
                                 : Least{all, Rule::call_rate, calls.level};
}

Least least_of(const Reach& reach, std::uint32_t window_s) {
  const Dearest& dearest = reach.dearest;
  if (dearest.micros_per_hour == 0 && dearest.begin_micros == 0) return {0, Rule::nothing_costs, Level::system};
  Least least = flow(reach, window_s);
  const std::uint64_t reserved_s = std::uint64_t{window_s} + reach.ahead_s;
  for (const LevelLimits& level : reach.levels) {
    if (level.day)
      least.take(product(std::max<std::int64_t>(0, *level.day), periods_met(reserved_s, reach.shortest_day_s)),
                 Rule::day_cap, level.level);
    if (level.month)
      least.take(product(std::max<std::int64_t>(0, *level.month), periods_met(reserved_s, reach.shortest_month_s)),
                 Rule::month_cap, level.level);
    if (level.credit) least.take(std::max<std::int64_t>(0, *level.credit), Rule::credit, level.level);
  }
  return least;
}

/// A limit of a level, to be tried with another value.
template <class T>
struct Place {
  Rule rule;
  std::optional<T> LevelLimits::* limit;
};
constexpr Place<std::int64_t> money[] = {
    {Rule::day_cap, &LevelLimits::day}, {Rule::month_cap, &LevelLimits::month}, {Rule::credit, &LevelLimits::credit}};
constexpr Place<std::uint32_t> length{Rule::call_duration, &LevelLimits::call_s};
constexpr Place<std::uint32_t> lines{Rule::concurrent_calls, &LevelLimits::concurrent};

class Search {
 public:
  Search(const Reach& reach, std::uint32_t window_s, std::int64_t target)
      : reach_(reach), window_s_(window_s), target_(target) {}

  std::optional<Halving> run() {
    for (const auto& place : money)
      if (const auto found = halve(place)) return found;
    if (const auto found = halve(length)) return found;
    if (const auto found = halve_call_rates()) return found;
    if (const auto found = halve(lines)) return found;
    return set_day_cap();
  }

 private:
  std::optional<Halving> good(Rule rule, Level level, std::optional<std::int64_t> from, std::int64_t to) {
    const Most after = most_in(reach_, window_s_);
    if (!after.amount || after.amount->micros() > target_) return std::nullopt;
    return Halving{rule, level, from, to, after};
  }

  template <class T>
  std::optional<Halving> halve(const Place<T>& place) {
    for (LevelLimits& level : reach_.levels) {
      std::optional<T>& limit = level.*place.limit;
      if (!limit) continue;
      const T before = *limit;
      limit = before / 2;
      const auto found = good(place.rule, level.level, before, before / 2);
      limit = before;
      if (found) return found;
    }
    return std::nullopt;
  }

  std::optional<Halving> halve_call_rates() {
    for (LevelLimits& level : reach_.levels)
      for (CallRate& rate : level.call_rates) {
        const std::uint32_t before = rate.calls;
        rate.calls = before / 2;
        const auto found = good(Rule::call_rate, level.level, before, before / 2);
        rate.calls = before;
        if (found) return found;
      }
    return std::nullopt;
  }

  std::optional<Halving> set_day_cap() {
    const Wide days = periods_met(std::uint64_t{window_s_} + reach_.ahead_s, reach_.shortest_day_s);
    for (LevelLimits& level : reach_.levels) {
      const std::optional<std::int64_t> before = level.day;
      level.day = static_cast<std::int64_t>(target_ / days);
      const auto found = good(Rule::day_cap, level.level, before, *level.day);
      level.day = before;
      if (found) return found;
    }
    return std::nullopt;
  }

  Reach reach_;
  std::uint32_t window_s_;
  std::int64_t target_;
};

}  // namespace

void Dearest::add(const Rate& rate) {
  const auto rounded_up = [&](std::int64_t seconds) {
    return static_cast<std::int64_t>((Wide{rate.price()} * seconds + rate.price_s() - 1) / rate.price_s());
  };
  // An increment more than the talk covers, and the call's own rounding to a whole micro-unit.
  const std::int64_t increment = rate.price() == 0 ? 0 : rounded_up(std::max(rate.first_s(), rate.next_s())) + 1;
  micros_per_hour = std::max(micros_per_hour, rounded_up(hour_s));
  begin_micros = std::max(begin_micros, rate.fee() + increment);
  carry_micros = std::max(carry_micros, increment);
}

Most most_in(const Reach& reach, std::uint32_t window_s) {
  const Least least = least_of(reach, window_s);
  if (least.value > MoneyLimits::micros) return {};
  const auto amount = Amount::of_micros(static_cast<std::int64_t>(least.value), reach.currency);
  return {amount ? std::optional(*amount) : std::nullopt, least.rule, least.level};
}

Bound bound(const Reach& reach) {
  return {most_in(reach, hour_s), most_in(reach, day_s), most_in(reach, month_s)};
}

std::optional<Halving> cheapest_halving(const Reach& reach, std::uint32_t window_s) {
  const Most now = most_in(reach, window_s);
  if (!now.amount || now.amount->micros() == 0) return std::nullopt;
  return cheapest_change(reach, window_s, now.amount->micros() / 2);
}

std::optional<Halving> cheapest_change(const Reach& reach, std::uint32_t window_s, std::int64_t micros) {
  return Search(reach, window_s, micros).run();
}

}  // namespace rf::money
