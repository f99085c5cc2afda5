// What time conditions, paces and calls at once cost a call, by the number of rules and subjects.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "core/schedule/schedule.hpp"
#include "core/schedule/tzif.hpp"
#include "core/toll/lines.hpp"
#include "core/toll/pace.hpp"

namespace {

using namespace rf;

constexpr std::int64_t start_ms = 1'774'500'000'000;  // in March 2026, before the clocks are changed

schedule::Schedule with_holidays(std::int64_t count) {
  const auto zone = std::make_shared<const schedule::Zone>(
      *schedule::parse_posix_zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"));
  std::string text = "mon-fri 08:00-12:00 13:00-18:00\nyearly 12-24..12-26 closed\nsat 22:00-06:00\n";
  for (std::int64_t i = 0; i < count; ++i)
    text += text_of(schedule::date_of(static_cast<std::int32_t>(20'000 + 3 * i))) + " closed\n";
  return *schedule::Schedule::compile(*schedule::parse_plan(text), zone);
}

void asks_a_schedule(benchmark::State& state) {
  const schedule::Schedule schedule = with_holidays(state.range(0));
  std::int64_t now_ms = start_ms;
  for (auto _ : state) {
    now_ms = start_ms + (now_ms - start_ms + 7'919'000) % (300 * 86'400'000ll);
    benchmark::DoNotOptimize(schedule.at(now_ms));
  }
}
BENCHMARK(asks_a_schedule)->Arg(10)->Arg(100)->Arg(2'000);

void finds_the_periods_of_money(benchmark::State& state) {
  const auto zone = *schedule::parse_posix_zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3");
  std::int64_t now_ms = start_ms;
  for (auto _ : state) benchmark::DoNotOptimize(schedule::periods_at(zone, now_ms += 7'919'000));
}
BENCHMARK(finds_the_periods_of_money);

/// An extension, its tenant and its trunk, by one rule each and a rule of different numbers for the extension.
void takes_a_call_by_four_rules(benchmark::State& state) {
  const auto subjects = static_cast<std::uint64_t>(state.range(0));
  TollLimits limits;
  limits.pace_records = 4 * subjects + 8;
  limits.pace_destinations = 32 * subjects + 8;
  toll::Pace pace(limits, 1);
  const toll::PaceRule own[] = {toll::default_pace, {.id = 1, .calls = 20, .period_s = 60, .distinct = true}};
  const toll::PaceRule shared{.id = 0, .calls = 100'000, .period_s = 60};
  std::vector<std::string> numbers;
  for (int i = 0; i < 1'000; ++i) numbers.push_back("+4420794" + std::to_string(60'000 + i));
  std::int64_t now_ms = 0;
  std::uint64_t i = 0, served = 0;
  const auto call = [&] {
    i += 7'919;
    if (i % 16 == 0) ++now_ms;
    const std::uint64_t who = i % subjects;
    const toll::PaceCheck checks[] = {{{toll::Level::extension, toll::Direction::outbound, who, 0}, own},
                                      {{toll::Level::tenant, toll::Direction::outbound, who % 97, 0}, {&shared, 1}},
                                      {{toll::Level::trunk, toll::Direction::outbound, who % 7, 0}, {&shared, 1}}};
    return !pace.take(now_ms, checks, numbers[i % numbers.size()]);
  };
  for (std::uint64_t warm = 0; warm < 3 * subjects; ++warm) call();
  for (auto _ : state) served += call();
  state.counters["served"] = static_cast<double>(served) / static_cast<double>(state.iterations());
}
BENCHMARK(takes_a_call_by_four_rules)->Arg(10)->Arg(1'000)->Arg(100'000);

/// A call comes and the oldest one goes, with 10,000 running: extension, tenant, trunk, direction, tenant on the trunk.
void enters_and_leaves_five_lines(benchmark::State& state) {
  const auto subjects = static_cast<std::uint64_t>(state.range(0));
  constexpr std::uint64_t running = 10'000;
  toll::Lines lines({}, 1);
  std::uint64_t call = 0;
  const auto enter = [&] {
    const std::uint64_t who = ++call * 7'919 % subjects;
    const toll::LineLimit limits[] = {{{toll::Level::extension, toll::Direction::both, who, 0}, 0, 100'000},
                                      {{toll::Level::tenant, toll::Direction::both, who % 97, 0}, 90'000, 100'000},
                                      {{toll::Level::trunk, toll::Direction::both, who % 7, 0}, 90'000, 100'000},
                                      {{toll::Level::trunk, toll::Direction::outbound, who % 7, 0}, 0, 100'000},
                                      {{toll::Level::tenant_on_trunk, toll::Direction::both, who % 97, who % 7}, 0, 0}};
    benchmark::DoNotOptimize(lines.enter(CallId{call}, limits));
  };
  while (call < running) enter();
  for (auto _ : state) {
    enter();
    lines.leave(CallId{call - running});
  }
}
BENCHMARK(enters_and_leaves_five_lines)->Arg(10)->Arg(1'000)->Arg(100'000);

}  // namespace
