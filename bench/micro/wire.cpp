// Reading and writing messages and session descriptions.
#include <benchmark/benchmark.h>

#include "bench/micro/messages.hpp"
#include "core/sdp/sdp.hpp"
#include "core/sip/writer.hpp"

namespace {

using namespace rf;

void parse_message(benchmark::State& state, std::string text) {
  for (auto _ : state) {
    sip::Message message;
    benchmark::DoNotOptimize(sip::parse(std::span<char>(text.data(), text.size()), message));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void parses_a_register(benchmark::State& state) { parse_message(state, bench::register_text(100'000, 1, 1, {})); }
void parses_an_invite(benchmark::State& state) { parse_message(state, bench::invite_text(100'000, 100'001, 1, 1, {})); }
BENCHMARK(parses_a_register);
BENCHMARK(parses_an_invite);

void writes_a_response_head(benchmark::State& state) {
  std::string text = bench::invite_text(100'000, 100'001, 1, 1, {});
  sip::Message message;
  if (!sip::parse(std::span<char>(text.data(), text.size()), message)) state.SkipWithError("does not parse");
  const Endpoint source = bench::phone_flow(20'000).remote;
  std::string out;
  for (auto _ : state) {
    out.clear();
    sip::write_response_head(out, message, source, 180, "tag").no_body();
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(writes_a_response_head);

void parses_a_session(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(sdp::parse(bench::session_text()));
}
BENCHMARK(parses_a_session);

void rewrites_a_session(benchmark::State& state) {
  const auto session = sdp::parse(bench::session_text());
  sdp::RewritePlan plan;
  plan.address = Address::v4(0x7f000001);
  plan.media[0] = {40'000, 0, {}};
  for (auto _ : state) benchmark::DoNotOptimize(sdp::rewrite(*session, plan));
}
BENCHMARK(rewrites_a_session);

}  // namespace
