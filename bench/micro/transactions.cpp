// One server transaction and one client transaction, from the first message until nothing of them is left.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench/micro/messages.hpp"
#include "core/sip/writer.hpp"
#include "core/txn/transactions.hpp"

namespace {

using namespace rf;

struct Nowhere final : txn::Outbox {
  void send(const Flow&, std::string_view bytes) override { benchmark::DoNotOptimize(bytes.data()); }
};

sip::Message parsed(std::string& text, benchmark::State& state) {
  sip::Message message;
  if (!sip::parse(std::span<char>(text.data(), text.size()), message)) state.SkipWithError("does not parse");
  return message;
}

/// A thousand a millisecond, so that finished ones are collected as they are in a busy server.
void serves_a_register(benchmark::State& state) {
  txn::Transactions transactions({}, 2'000'000, 0);
  Nowhere out;
  std::vector<txn::Event> events;
  const Flow flow = bench::phone_flow(20'000);
  Now now;
  std::uint32_t n = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::string text = bench::register_text(100'000, 1, ++n, {});
    sip::Message message = parsed(text, state);
    std::string response;
    sip::write_response_head(response, message, flow.remote, 200, "tag").no_body();
    state.ResumeTiming();
    if (n % 1'000 == 0) {
      ++now.mono_ms;
      transactions.advance(now, out);
      events.clear();
      transactions.take_events(events);
    }
    benchmark::DoNotOptimize(transactions.match_request(now, message, flow, out));
    const auto server = transactions.accept(now, message, flow, 1);
    transactions.respond(now, server, 200, std::move(response), out);
  }
}
BENCHMARK(serves_a_register)->Iterations(200'000);

}  // namespace
