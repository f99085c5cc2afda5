// What a challenge and the check of an answer to it cost.
#include <benchmark/benchmark.h>

#include "bench/load/message.hpp"
#include "bench/micro/world.hpp"
#include "core/auth/digest.hpp"

namespace {

using namespace rf;

void challenges_a_stranger(benchmark::State& state) {
  auth::Authenticator authenticator({}, 1'000'000);
  const auto policy = bench::policy_of(10);
  const Flow flow = bench::phone_flow(20'000);
  Now now{0, 1'700'000'000'000};
  std::string out;
  for (auto _ : state) {
    out.clear();
    authenticator.append_challenges(out, "WWW-Authenticate", now, *policy, flow.remote.address, Transport::udp, false);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(challenges_a_stranger);

/// Each with a fresh nonce, as every cycle of the load generator has.
void verifies_an_answer(benchmark::State& state) {
  const auto algorithm = static_cast<policy::Algorithm>(state.range(0));
  state.SetLabel(std::string(auth::text_of(algorithm)));
  auth::Authenticator authenticator({}, 1'000'000);
  const auto policy = bench::policy_of(10);
  const Flow flow = bench::phone_flow(20'000);
  Now now{0, 1'700'000'000'000};
  const bench::Phone phone(bench::first_account, algorithm);
  std::string challenge;
  std::uint64_t refused = 0;
  for (auto _ : state) {
    state.PauseTiming();
    ++now.mono_ms;
    ++now.wall_ms;
    challenge.clear();
    authenticator.append_challenges(challenge, "WWW-Authenticate", now, *policy, flow.remote.address, Transport::udp,
                                    false);
    const std::string line = phone.answer(challenge, "REGISTER", "sip:127.0.0.1:5060");
    const std::string_view value = std::string_view(line).substr(line.find(' ') + 1, line.size() - line.find(' ') - 3);
    auth::Attempt attempt;
    attempt.credentials = std::span(&value, 1);
    attempt.method = "REGISTER";
    attempt.request_uri = "sip:127.0.0.1:5060";
    attempt.source = flow.remote.address;
    state.ResumeTiming();
    refused += authenticator.verify(now, *policy, attempt).outcome != auth::Outcome::accepted;
  }
  if (refused != 0) state.SkipWithError("an answer was refused");
}
BENCHMARK(verifies_an_answer)->DenseRange(0, 2)->Iterations(100'000);

}  // namespace
