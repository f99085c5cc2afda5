// The bound: the most that one stolen password can cost, which rule holds it there, and what would halve it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/money/account.hpp"
#include "core/money/rate.hpp"

namespace rf::money {

/// At most so many calls in so many seconds. However that is counted (fixed periods, sliding ones, a bucket that holds
/// `calls`), no window sees more than `calls` for each period that it meets.
struct CallRate {
  std::uint32_t calls = 0;
  std::uint32_t period_s = 1;
};

/// The limits that a password's calls meet at one level. What is not there does not limit.
struct LevelLimits {
  Level level = Level::extension;
  std::optional<std::uint32_t> concurrent;
  std::vector<CallRate> call_rates;
  std::optional<std::uint32_t> call_s;     ///< the longest call
  std::optional<std::int64_t> day, month;  ///< caps, micro-units
  std::optional<std::int64_t> credit;  ///< what is left of it, micro-units; topping up is nobody's but an operator's
};

/// The dearest that can be dialled, of all rates that are within reach: each part from the rate where it is highest,
/// as an attacker may mix them.
struct Dearest {
  std::int64_t micros_per_hour = 0;  ///< of talk
  std::int64_t begin_micros = 0;     ///< of a call besides: fee, and one increment begun for nothing
  std::int64_t carry_micros = 0;     ///< of a call that runs already: one increment begun

  void add(const Rate& rate);
};

struct Reach {
  Currency currency;
  Dearest dearest;
  std::vector<LevelLimits> levels;  ///< the most special first
  /// From the moment money is reserved until it is spent, at the most: ringing, and a step ahead (Horizon). Money
  /// counts in the day in which it was reserved.
  std::uint32_t ahead_s = 300;
  /// From the moment a call is counted by a call rate until it is answered, at the most: who lets calls ring and
  /// answers them together has those of a longer time in one window.
  std::uint32_t ring_s = 0;
  std::uint32_t cut_s = 10;  ///< that a call may outlast `call_s`
  /// Days of the time zone at their shortest: a window of 24 hours can meet three.
  std::uint32_t shortest_day_s = 82'800;
  std::uint32_t shortest_month_s = 28 * 86'400 - 3'600;
};

enum class Rule : std::uint8_t {
  nothing_costs,  ///< no rate within reach costs anything
  concurrent_calls,
  call_rate,
  call_duration,
  day_cap,
  month_cap,
  credit,
  unlimited,  ///< no rule holds it
};

struct Most {
  std::optional<Amount> amount;  ///< none: unlimited, or more than an Amount holds
  Rule rule = Rule::unlimited;
  Level level = Level::extension;  ///< whose rule
};

/// Any window of so many seconds, wherever it begins: an hour over midnight meets two days' caps, one over the end of a
/// month two months'. Spent is what calls owe for what they began in the window: a fee when a call is answered, an
/// increment when it begins. An upper bound for everybody whose calls obey the limits; calls without a price are not
/// in it.
Most most_in(const Reach& reach, std::uint32_t window_s);

struct Bound {
  Most hour, day, month;  ///< any 3,600 s, any 24 hours, any 31 days
};
Bound bound(const Reach& reach);

/// One limit changed.
struct Halving {
  Rule rule = Rule::day_cap;
  Level level = Level::extension;
  std::optional<std::int64_t> from;  ///< none: there was no such limit
  std::int64_t to = 0;
  Most after;
};
/// The change of one limit that at least halves the bound and hurts honest callers least: a cap or credit, which nobody
/// feels until it is used up, before a shorter call, fewer calls, fewer at a time; when no limit that is there would do
/// it when halved, a day's cap at the most special level that would. Nothing when the bound is zero or unlimited (any
/// cap bounds it then), or no level is given.
std::optional<Halving> cheapest_halving(const Reach& reach, std::uint32_t window_s);
/// The same for another goal: the change after which no more than `micros` can be spent.
std::optional<Halving> cheapest_change(const Reach& reach, std::uint32_t window_s, std::int64_t micros);

}  // namespace rf::money
