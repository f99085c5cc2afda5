// What numbers cost: reading what was dialled, the plan, dial patterns and number rules, of which there may be ten
// times as many without a difference.
#include <benchmark/benchmark.h>

#include "core/base/random.hpp"
#include "core/number/dial.hpp"
#include "core/number/number_set.hpp"
#include "core/number/pattern_index.hpp"
#include "core/number/rewrite.hpp"

namespace {

using namespace rf;
using namespace rf::number;

constexpr std::size_t questions = 1 << 16;

Context germany() {
  Context context;
  context.home = *Country::parse("DE");
  return context;
}

void dials(benchmark::State& state, const char* text) {
  const Context context = germany();
  for (auto _ : state) benchmark::DoNotOptimize(dial(text, context));
}
BENCHMARK_CAPTURE(dials, national, "030 12345678");
BENCHMARK_CAPTURE(dials, international, "0044 (0)20 7946 0000");
BENCHMARK_CAPTURE(dials, emergency, "112");
BENCHMARK_CAPTURE(dials, refused, "0000 44 20 7946 0000");

/// Numbers of every country, as they come.
std::vector<E164> numbers_of_the_world(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<E164> out;
  while (out.size() < count) {
    std::string text = std::to_string(1 + random.below(998));
    while (text.size() < 11) text += static_cast<char>('0' + random.below(10));
    const E164 number = *E164::parse(text);
    if (place_of(number).calling_code != 0) out.push_back(number);
  }
  return out;
}

void looks_up_its_place(benchmark::State& state) {
  const auto numbers = numbers_of_the_world(questions, 1);
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(place_of(numbers[i++ % questions]));
}
BENCHMARK(looks_up_its_place);

void writes_it_for_a_trunk(benchmark::State& state) {
  const Rewrite how{Rewrite::Form::national, 0, ""};
  const E164 number = *E164::parse("+493012345678");
  const Country home = germany().home;
  for (auto _ : state) benchmark::DoNotOptimize(rewrite(how, number, home));
}
BENCHMARK(writes_it_for_a_trunk);

/// Routes as people write them: beginnings of their own, then any digits, one in ten open at the end; and three for
/// all.
std::vector<Pattern> routes(std::size_t count) {
  Random random(2);
  std::vector<Pattern> out;
  for (std::size_t i = 0; i + 3 < count; ++i) {
    std::string text = "0" + std::to_string(10'000 + random.below(90'000));
    text += i % 10 == 0 ? "." : i % 3 == 0 ? "NXXXX" : "XXXXXX";
    out.push_back(*Pattern::parse(text));
  }
  for (const char* all : {"0[1-9]XXX.", "00.", "XXXX"}) out.push_back(*Pattern::parse(all));
  return out;
}

void finds_routes(benchmark::State& state) {
  const auto index = PatternIndex::build(routes(static_cast<std::size_t>(state.range(0))));
  if (!index) return state.SkipWithError(index.error().c_str());
  Random random(3);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < questions; ++i)
    texts.push_back("0" + std::to_string(10'000'000'000 + random.below(90'000'000'000)));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(index->find(texts[i++ % questions]));
  state.counters["states"] = static_cast<double>(index->states());
  state.counters["MB"] = static_cast<double>(index->bytes()) / 1e6;
}
BENCHMARK(finds_routes)->Arg(1'000)->Arg(10'000)->Arg(100'000);

void builds_routes(benchmark::State& state) {
  const auto patterns = routes(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(PatternIndex::build(patterns));
}
BENCHMARK(builds_routes)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

/// Whole numbers, and one beginning for every ten of them.
NumberRules rules(std::size_t count) {
  Random random(4);
  NumberRules out;
  out.numbers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const bool prefix = i % 10 == 0;
    const std::uint64_t number =
        prefix ? 1'000'000 + random.below(9'000'000) : 10'000'000'000 + random.below(90'000'000'000);
    out.numbers.push_back({*E164::parse(std::to_string(number)), prefix, static_cast<Listing>(i % 6), 1});
  }
  return out;
}

void asks_number_rules(benchmark::State& state) {
  const NumberRules all = rules(static_cast<std::size_t>(state.range(0)));
  std::vector<E164> asked;
  Random random(5);
  // Half of them are listed.
  for (std::size_t i = 0; i < questions; ++i)
    asked.push_back(i % 2 == 0 ? all.numbers[random.below(all.numbers.size())].number
                               : *E164::parse(std::to_string(10'000'000'000 + random.below(90'000'000'000))));
  const auto set = NumberSet::build(all, 6);
  if (!set) return state.SkipWithError(set.error().c_str());
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(set->find(asked[i++ % questions]));
  state.counters["bytes_a_rule"] = static_cast<double>(set->bytes()) / static_cast<double>(all.numbers.size());
}
BENCHMARK(asks_number_rules)->Arg(100'000)->Arg(1'000'000)->Arg(10'000'000);

}  // namespace
