// What the guard costs a packet, with a million live sources and lists of a million entries.
#include <benchmark/benchmark.h>

#include "core/guard/guard.hpp"

namespace {

using namespace rf;
using namespace rf::guard;

constexpr std::uint32_t million = 1'000'000;

Address scattered(std::uint32_t i) {
  return Address::v4(0x2000'0000u + i * 2'654'435'761u % 0x8000'0000u);
}

/// Shipped rules, and an access list of a million blocked addresses and networks.
CompiledRef with_long_lists() {
  Rules rules = Rules::defaults();
  rules.strangers_per_s = 0;
  rules.access.reserve(million);
  for (std::uint32_t i = 0; i < million; ++i) {
    const unsigned length = i % 4 == 0 ? 24 : 32;
    AccessEntry entry;
    entry.subnet = *Subnet::parse(scattered(i * 7 + 3).text() + "/" + std::to_string(length));
    rules.access.push_back(std::move(entry));
  }
  return *Compiled::compile(std::move(rules), {});
}

const CompiledRef& lists() {
  static const CompiledRef compiled = with_long_lists();
  return compiled;
}

Bounds for_a_million() {
  Bounds bounds;
  bounds.sources = 2 * million;
  return bounds;
}

/// Where a source is not on the list, as one that gets through is.
std::vector<Address> unlisted(std::uint32_t count) {
  std::vector<Address> out;
  for (std::uint32_t i = 0; out.size() < count; ++i)
    if (const Address address = scattered(i * 5 + 1); !lists()->access_of(address, 0)) out.push_back(address);
  return out;
}

struct Busy {
  Busy() : sources(unlisted(million)), guard(now, lists(), 7, for_a_million()) {
    for (const Address& source : sources) guard.arrive(now, {{source, 5'060}, Transport::udp, 5'060});
  }
  Now now{1'000, 1'800'000'000'000};
  std::vector<Address> sources;
  Guard guard;
};

Busy& busy() {
  static Busy world;
  return world;
}

void arrives_from_one_of_a_million(benchmark::State& state) {
  Busy& world = busy();
  std::uint32_t i = 0;
  for (auto _ : state) {
    i = (i + 7'919) % million;
    if (i % 64 == 0) world.now.mono_ms += 1;
    benchmark::DoNotOptimize(world.guard.arrive(world.now, {{world.sources[i], 5'060}, Transport::udp, 5'060}));
  }
}
BENCHMARK(arrives_from_one_of_a_million);

void arrives_from_a_forged_source(benchmark::State& state) {
  Guard guard({1'000, 1'800'000'000'000}, lists(), 7);
  Now now{1'000, 1'800'000'000'000};
  std::uint32_t i = 0;
  for (auto _ : state) {
    if (++i % 64 == 0) now.mono_ms += 1;
    benchmark::DoNotOptimize(guard.arrive(now, {{scattered(i), 5'060}, Transport::udp, 5'060}));
  }
}
BENCHMARK(arrives_from_a_forged_source);

void arrives_blocked_by_a_list_of_a_million(benchmark::State& state) {
  Busy& world = busy();
  std::uint32_t i = 0;
  for (auto _ : state) {
    i = (i + 7'919) % million;
    const Address& source = lists()->rules.access[i].subnet.base;
    benchmark::DoNotOptimize(world.guard.arrive(world.now, {{source, 5'060}, Transport::udp, 5'060}));
  }
}
BENCHMARK(arrives_blocked_by_a_list_of_a_million);

void arrives_banned(benchmark::State& state) {
  Bounds bounds;
  bounds.bans = 131'072;
  Now now{1'000, 1'800'000'000'000};
  Guard guard(now, lists(), 7, bounds);
  const std::vector<Address> sources = unlisted(65'536);
  std::vector<Ban> bans(sources.size());
  for (std::size_t i = 0; i < bans.size(); ++i) {
    bans[i].subnet = {sources[i], 128};
    bans[i].since_ms = now.wall_ms;
    bans[i].until_ms = now.wall_ms + 3'600'000;
  }
  guard.restore(now, bans);
  std::uint32_t i = 0;
  for (auto _ : state) {
    i = (i + 7'919) % 65'536;
    benchmark::DoNotOptimize(guard.arrive(now, {{sources[i], 5'060}, Transport::udp, 5'060}));
  }
}
BENCHMARK(arrives_banned);

void arrives_in_a_flood_from_one_source(benchmark::State& state) {
  Busy& world = busy();
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.guard.arrive(world.now, {{world.sources[5], 5'060}, Transport::udp, 5'060}));
  }
}
BENCHMARK(arrives_in_a_flood_from_one_source);

void inspects_a_strangers_register(benchmark::State& state) {
  Busy& world = busy();
  Facts facts;
  facts.method = Method::register_;
  facts.target = "1001";
  facts.user_agent = "Yealink SIP-T46U 108.86.0.20";
  facts.branch = "z9hG4bK3141592653";
  facts.call_id = "0_2718281828@192.0.2.10";
  facts.from_tag = "1414213562";
  facts.from = "sip:1001@pbx.example";
  facts.contact = "sip:1001@192.0.2.10:5060";
  std::uint32_t i = 0;
  for (auto _ : state) {
    i = (i + 7'919) % million;
    facts.remote = {world.sources[i], 5'060};
    benchmark::DoNotOptimize(world.guard.inspect(world.now, facts, {}));
  }
}
BENCHMARK(inspects_a_strangers_register);

/// What an honest phone costs: 64 registered ones take turns, each message is asked about twice, before and after it is
/// parsed.
void passes_registered_phones(benchmark::State& state) {
  Now now{1'000, 1'800'000'000'000};
  Guard guard(now, *Compiled::compile(Rules::defaults(), {}), 7);
  std::vector<Endpoint> phones;
  for (std::uint32_t i = 0; i < 64; ++i) phones.push_back({Address::v4(0x2000'0000u + i * 7'919), 5'060});
  for (const Endpoint& phone : phones)
    guard.note(now, {phone, Transport::udp, 5'060, Observation::registered, "phone", true, 3'600});
  Facts facts;
  facts.method = Method::register_;
  facts.proof = Proof::nonce;
  facts.has_credentials = true;
  facts.target = facts.account = "phone";
  facts.user_agent = "Yealink SIP-T46U 108.86.0.20";
  facts.branch = "z9hG4bK3141592653";
  facts.call_id = "0_2718281828@192.0.2.10";
  facts.from_tag = "1414213562";
  std::uint32_t i = 0;
  for (auto _ : state) {
    if (++i % 16 == 0) now.mono_ms += 1;
    facts.remote = phones[i % 64];
    const Verdict verdict = guard.arrive(now, {facts.remote, Transport::udp, 5'060});
    benchmark::DoNotOptimize(guard.inspect(now, facts, verdict));
  }
}
BENCHMARK(passes_registered_phones);

/// What is noted of it when its password was right.
void notes_a_registration(benchmark::State& state) {
  Now now{1'000, 1'800'000'000'000};
  Guard guard(now, *Compiled::compile(Rules::defaults(), {}), 7);
  std::uint32_t i = 0;
  for (auto _ : state) {
    const Endpoint phone{Address::v4(0x2000'0000u + ++i % 64 * 7'919), 5'060};
    guard.note(now, {phone, Transport::udp, 5'060, Observation::registered, "phone", true, 3'600});
  }
}
BENCHMARK(notes_a_registration);

void compiles_a_list_of_a_million(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Compiled::compile(lists()->rules, {}));
}
BENCHMARK(compiles_a_list_of_a_million)->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace
