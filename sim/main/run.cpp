// `make sim SEED=n WORLDS=m`: worlds one after the other, each reported with the command that repeats it.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <string_view>

#include "sim/world.hpp"

int main(int argc, char** argv) {
  std::uint64_t seed = 1, worlds = 10;
  const auto number = [](std::string_view text, std::uint64_t& out) {
    return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc{};
  };
  if (argc > 3 || (argc > 1 && !number(argv[1], seed)) || (argc > 2 && !number(argv[2], worlds))) {
    fmt::print(stderr, "usage: ringfence-sim [SEED [WORLDS]]\n");
    return 2;
  }
  int failed = 0;
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
