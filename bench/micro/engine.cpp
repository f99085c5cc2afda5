// Whole cycles through the engine's door: a stranger, a registration, a call.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench/micro/world.hpp"

namespace {

using namespace rf;
using bench::first_account;
using load::Scan;

constexpr std::uint16_t caller_port = 20'000;
constexpr std::uint16_t callee_port = 20'001;
const std::string server_uri = fmt::format("sip:{}", bench::server);

void refuses_a_stranger(benchmark::State& state) {
  bench::World world(1'000);
  world.keep(false);
  std::uint32_t n = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::string text = bench::register_text(900'000 + n % 1'000, n, 1, {});
    if (++n % 10 == 0) world.advance(1);
    state.ResumeTiming();
    world.packet(std::move(text), caller_port);
  }
  if (world.drop() != n) state.SkipWithError("not every stranger was answered");
}
BENCHMARK(refuses_a_stranger)->Iterations(100'000);

/// REGISTER, challenge, REGISTER with digest, 200; `range(0)` accounts take turns.
void registers(benchmark::State& state) {
  const auto accounts = static_cast<std::uint32_t>(state.range(0));
  bench::World world(accounts);
  std::vector<bench::Phone> phones;
  for (std::uint32_t i = 0; i < accounts; ++i) phones.emplace_back(first_account + i, policy::Algorithm::md5);
  std::uint32_t n = 0;
  std::uint32_t failed = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::uint32_t account = n % accounts;
    const std::uint32_t cseq = 2 * (n / accounts) + 1;
    ++n;
    world.advance(1);
    std::string first = bench::register_text(first_account + account, account, cseq, {});
    state.ResumeTiming();
    world.packet(std::move(first), caller_port);
    state.PauseTiming();
    auto sent = world.take();
    const std::string credentials = phones[account].answer(sent.at(0).bytes, "REGISTER", server_uri);
    std::string second = bench::register_text(first_account + account, account, cseq + 1, credentials);
    state.ResumeTiming();
    world.packet(std::move(second), caller_port);
    state.PauseTiming();
    sent = world.take();
    failed += sent.empty() || !sent.back().bytes.starts_with("SIP/2.0 200");
    state.ResumeTiming();
  }
  if (failed != 0) state.SkipWithError(fmt::format("{} registrations failed", failed).c_str());
}
BENCHMARK(registers)->Arg(100)->Iterations(4000);

/// The phones' side of one call; every message of theirs is made with the clock stopped.
class CallStory {
 public:
  CallStory(bench::World& world, benchmark::State& state)
      : world_(world), state_(state), phone_(first_account, policy::Algorithm::md5) {}

  void register_callee() {
    const bench::Phone callee(first_account + 1, policy::Algorithm::md5);
    world_.packet(bench::register_text(first_account + 1, 1, 1, {}), callee_port);
    const std::string line = callee.answer(world_.take().at(0).bytes, "REGISTER", server_uri);
    world_.packet(bench::register_text(first_account + 1, 1, 2, line), callee_port);
    world_.take();
  }

  /// False when a step did not come as expected.
  bool run(std::uint32_t call) {
    const std::string uri = fmt::format("sip:{}@{}", first_account + 1, bench::server);
    const std::string to = fmt::format("<{}>", uri);
    timed(bench::invite_text(first_account, first_account + 1, call, 1, {}), caller_port);
    const std::string challenge = find("SIP/2.0 40");
    if (challenge.empty()) return false;
    Scan refused;
    load::scan(challenge, refused);
    std::string ack = bench::in_dialog_text("ACK", uri, first_account, refused.to, call, 1);
    // The ACK to a refusal belongs to the INVITE's transaction, so it carries its branch.
    ack.replace(ack.find("z9hG4bKACK"), 10, "z9hG4bKi");
    timed(std::move(ack), caller_port);
    timed(bench::invite_text(first_account, first_account + 1, call, 2, phone_.answer(challenge, "INVITE", uri)),
          caller_port);
    const std::string invite = find("INVITE ");
    if (invite.empty()) return false;
    timed(respond(invite, "180 Ringing", {}), callee_port);
    timed(respond(invite, "200 OK", bench::session_text()), callee_port);
    const std::string answer = find("SIP/2.0 200");
    if (answer.empty()) return false;
    Scan ok;
    load::scan(answer, ok);
    const std::string target(load::uri_of(ok.contact));
    const std::string tagged(ok.to);
    timed(bench::in_dialog_text("ACK", target, first_account, tagged, call, 2), caller_port);
    timed(bench::in_dialog_text("BYE", target, first_account, tagged, call, 3), caller_port);
    const std::string bye = find("BYE ");
    if (bye.empty() || find("SIP/2.0 200").empty()) return false;
    timed(respond(bye, "200 OK", {}), callee_port);
    sent_.clear();
    return true;
  }

 private:
  void timed(std::string text, std::uint16_t port) {
    state_.ResumeTiming();
    world_.packet(std::move(text), port);
    state_.PauseTiming();
    for (auto& each : world_.take()) sent_.push_back(std::move(each));
  }
  /// Takes the last sent message that starts so; empty without one.
  std::string find(std::string_view start) {
    for (std::size_t i = sent_.size(); i-- > 0;) {
      if (sent_[i].bytes.starts_with(start)) return sent_[i].bytes;
    }
    return {};
  }
  std::string respond(const std::string& request, std::string_view status, std::string_view body) {
    Scan message;
    load::scan(request, message);
    std::string out(4'096, '\0');
    load::Text text(out.data());
    load::write_response_head(text, message, status, "callee");
    text << "Contact: <sip:" << std::uint32_t{first_account + 1} << "@127.0.0.1:20001>\r\n";
    if (!body.empty()) text << "Content-Type: application/sdp\r\n";
    text << "Content-Length: " << static_cast<std::uint32_t>(body.size()) << "\r\n\r\n" << body;
    out.resize(text.size());
    return out;
  }

  bench::World& world_;
  benchmark::State& state_;
  bench::Phone phone_;
  std::vector<bench::World::Sent> sent_;
};

/// INVITE, challenge, ACK, INVITE with digest, 180, 200, ACK, BYE, 200: both legs.
void carries_a_call(benchmark::State& state) {
  bench::World world(10);
  CallStory story(world, state);
  story.register_callee();
  std::uint32_t call = 0;
  std::uint32_t failed = 0;
  for (auto _ : state) {
    state.PauseTiming();
    world.advance(1);
    failed += !story.run(++call);
    state.ResumeTiming();
  }
  if (failed != 0) state.SkipWithError(fmt::format("{} calls failed", failed).c_str());
}
BENCHMARK(carries_a_call)->Iterations(4000);

}  // namespace
