// `make sim SEED=n WORLDS=m PEOPLE=p DAYS=d`: what each detection rule is worth on its traces, then worlds one after
// the other, each reported with the command that repeats it, then months of an office beside thieves.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "core/guard/builtin.hpp"
#include "sim/fraud/months.hpp"
#include "sim/fraud/pattern_screen.hpp"
#include "sim/trace.hpp"
#include "sim/world.hpp"

namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A line a rule; whether each one caught its attack and none banned an honest phone.
bool tell_of_rules() {
  bool well = true;
  fmt::print("{:26}{:>14}{:>10}{:>10}{:>12}\n", "rule", "caught after", "messages", "honest", "false bans");
  for (const rf::guard::BuiltinRule& rule : rf::guard::builtin_rules()) {
    const std::string folder = std::string(RULES_DIR) + "/" + std::string(rule.name) + "/";
    const auto worth = rf::sim::measure(rule.name, text_of(folder + "attack.txt"), text_of(folder + "honest.txt"));
    fmt::print("{:26}{:>12.1f} s{:>10}{:>10}{:>12}\n", rule.name, static_cast<double>(worth.caught_ms) / 1'000,
               worth.messages, worth.honest, worth.false_bans);
    well = well && worth.caught_ms >= 0 && worth.honest > 0 && worth.false_bans == 0;
  }
  fmt::print("state: {} bytes a source for all rules together, {} of them counters; {} MB when every table is full\n",
             sizeof(rf::guard::Source), sizeof(rf::guard::Source::slots),
             rf::guard::Guard({}, rf::sim::compiled(), 1).stats().bytes / 1'000'000);
  return well;
}

/// Every fraud where nobody looks, beside an office at work, and there with calling patterns asked as well. Whether all
/// books agreed, no bound was passed, and honest calls got through.
bool tell_of_frauds(std::uint64_t seed, unsigned people, unsigned days) {
  using namespace rf::fraud;
  const Office office = make_office(people, limits_for(people));
  const Span span{.seed = seed, .days = days, .fraud_from_day = days > 45 ? 40u : 5u, .audit_every = 512};
  std::vector<Outcome> unseen, limits, patterns;
  std::vector<const Script*> all{nullptr};
  for (const Script& script : scripts()) all.push_back(&script);
  for (const Script* script : all) {
    if (script) unseen.push_back(run(office, unseen_span(seed, days), script, nullptr));
    limits.push_back(run(office, span, script, nullptr));
    PatternScreen screen(office);
    patterns.push_back(run(office, span, script, &screen));
  }
  fmt::print("\n{} extensions, {} days from {}, in EUR\n\n{}\n", people, days, first_day, table_of_losses(unseen));
  for (const auto& [title, outcomes] : {std::pair("beside business", &limits), std::pair("with patterns", &patterns)})
    fmt::print("{}\n{}{}\n", table_of_stops(title, *outcomes), table_of_refusals(title, *outcomes),
               list_of_refusals(*outcomes));
  bool well = true;
  for (const auto* outcomes : {&unseen, &limits, &patterns})
    for (const Outcome& each : *outcomes) {
      for (const std::string& fault : each.faults) fmt::print("  {}: {}\n", each.fraud, fault);
      const bool through = outcomes == &unseen || each.lets_honest_calls_through();
      if (!through) fmt::print("  {}: one honest call in ten thousand, or more, was refused wrongly\n", each.fraud);
      well = well && each.faults.empty() && through;
    }
  return well;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1, worlds = 10, people = 500, days = 92;
  const auto number = [](std::string_view text, std::uint64_t& out) {
    return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc{};
  };
  std::uint64_t* const wanted[] = {&seed, &worlds, &people, &days};
  bool fine = argc <= 5;
  for (int i = 1; fine && i < argc; ++i) fine = number(argv[i], *wanted[i - 1]);
  if (!fine || people < 50 || people > 5'000 || days > 400) {
    fmt::print(stderr, "usage: ringfence-sim [SEED [WORLDS [PEOPLE, 50 to 5000 [DAYS, up to 400; 0: no months]]]]\n");
    return 2;
  }
  int failed = tell_of_rules() ? 0 : 1;
  for (std::uint64_t i = 0; i < worlds; ++i) {
    rf::sim::World world(seed + i, {});
    const rf::sim::Verdict v = world.run();
    fmt::print(
        "seed {}: {} packets, {} attacks, {} from inside, {} restarts, {} registrations, {} calls placed, {} answered, "
        "{} records: "
        "{}\n",
        seed + i, v.packets, v.attacks, v.insider_tried, v.restarts, v.tally.registered, v.tally.calls_placed,
        v.tally.calls_answered, v.records, v.faults.empty() ? "ok" : "FAILED");
    for (const std::string& fault : v.faults) fmt::print("  {}\n", fault);
    if (!v.faults.empty()) {
      fmt::print("  repeat: make sim SEED={} WORLDS=1\n", seed + i);
      ++failed;
    }
    std::fflush(stdout);
  }
  if (days > 0 && !tell_of_frauds(seed, static_cast<unsigned>(people), static_cast<unsigned>(days))) ++failed;
  return failed == 0 ? 0 : 1;
}
