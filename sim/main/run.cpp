// `make sim SEED=n WORLDS=m`: what each detection rule is worth on its traces, then worlds one after the other, each
// reported with the command that repeats it.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "core/guard/builtin.hpp"
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

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1, worlds = 10;
  const auto number = [](std::string_view text, std::uint64_t& out) {
    return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc{};
  };
  if (argc > 3 || (argc > 1 && !number(argv[1], seed)) || (argc > 2 && !number(argv[2], worlds))) {
    fmt::print(stderr, "usage: ringfence-sim [SEED [WORLDS]]\n");
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
  return failed == 0 ? 0 : 1;
}
