// Processor time per relayed packet: our relay and rtpengine in user space, in turn, in one run, in the clear and with
// SRTP on one side; beside them the least that any relay needs. Then how many calls one thread of each carries without
// a lost packet, and handshakes.
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/relay/generator.hpp"
#include "bench/relay/handshakes.hpp"
#include "bench/relay/servers.hpp"
#include "shell/relay/relay.hpp"

namespace {

using namespace rf::bench;

constexpr unsigned spare_rounds = 5;

struct Settings {
  std::size_t calls = 500;
  unsigned rounds = 4;
  double seconds = 3;
  std::string log_folder = std::filesystem::temp_directory_path();
  std::uint16_t ours_ports = 12'000;
  std::uint16_t peer_ports = 17'002;
  unsigned threads = rf::relay::Options{}.threads;
  std::uint32_t gather_us = rf::relay::Options{}.gather_us;
  std::uint32_t connect_after = rf::relay::Options{}.connect_after_packets;
  std::vector<std::string> only;  // rows; empty: all
};

constexpr double peer_target = 0.5;       // of rtpengine's processor time
constexpr double floor_target = 1.5;      // of a bare relay and the cipher
constexpr double calls_target = 1;        // of what one thread of ours carries, rtpengine's one thread
constexpr double handshake_target = 1.2;  // of OpenSSL's own time
constexpr unsigned cipher_packets = 200'000, handshakes = 300;
constexpr std::size_t ramp_step = 250, ramp_calls_most = 3'000;

struct Row {
  std::string name;
  std::string text;
  std::optional<rf::srtp::Suite> suite;
};
const std::vector<Row> rows = {{"relay-cpu", "RTP on both sides", std::nullopt},
                               {"relay-cpu-aes128", "RTP and SRTP AES-128", rf::srtp::Suite::aes_cm_128_sha1_80},
                               {"relay-cpu-aes256", "RTP and SRTP AES-256", rf::srtp::Suite::aes_cm_256_sha1_80},
                               {"relay-cpu-gcm", "RTP and SRTP AES-256-GCM", rf::srtp::Suite::aead_aes_256_gcm}};

struct Measured {
  std::string name;
  Server server;
  Load load;
  std::vector<double> us_per_packet;
  unsigned spoilt = 0;

  Measured(std::string called, Server&& running, std::uint32_t id, std::optional<rf::srtp::Suite> suite)
      : name(std::move(called)), server(std::move(running)), load(server.targets, id, suite) {}

  /// One round; it counts only when every packet came through. Gives whether it did.
  bool round(Generator& generator, double seconds, bool counts) {
    const std::int64_t before = server.process.cpu_ns();
    const Outcome outcome = generator.run(load, static_cast<std::int64_t>(seconds * 1e6));
    const std::int64_t after = server.process.cpu_ns();
    if (!counts) return true;
    const bool whole = outcome.sent > 0 && outcome.received == outcome.sent && !outcome.too_slow;
    const double us =
        static_cast<double>(after - before) / 1e3 / static_cast<double>(std::max<std::uint64_t>(1, outcome.sent));
    std::printf("  %-12s %9lu sent %7ld lost  %6.2f us/packet  generator late %5.1f ms at most%s\n", name.c_str(),
                outcome.sent, static_cast<long>(outcome.sent) - static_cast<long>(outcome.received), us,
                static_cast<double>(outcome.late_us_max) / 1e3, whole ? "" : "  (does not count)");
    std::fflush(stdout);
    if (whole)
      us_per_packet.push_back(us);
    else
      ++spoilt;
    return whole;
  }

  std::optional<double> median() const {
    if (us_per_packet.empty()) return std::nullopt;
    std::vector<double> sorted = us_per_packet;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

bool print_line(const std::string& name, double ours, double peer, double ratio, const std::string& unit,
                double target) {
  const bool ok = ratio <= target;
  std::printf("bench %s ours=%.2f peer=%.2f unit=%s ratio=%.2f target<=%.1f %s\n", name.c_str(), ours, peer,
              unit.c_str(), ratio, target, ok ? "ok" : "short");
  std::fflush(stdout);
  return ok;
}

ServerPlan plan_of(const Settings& settings, const Row& row) {
  ServerPlan plan;
  plan.calls = settings.calls;
  plan.port_first = settings.ours_ports;
  plan.threads = settings.threads;
  plan.gather_us = settings.gather_us;
  plan.connect_after_packets = settings.connect_after;
  plan.suite = row.suite;
  return plan;
}

/// Where rtpengine's log goes.
std::string log_of(const Settings& settings) {
  return settings.log_folder + "/rtpengine-bench-" + std::to_string(::getpid()) + ".log";
}

/// One row: ours, rtpengine and the bare relay in turn. Whether it met its targets.
bool run_row(const Settings& settings, const Row& row, Generator& generator) {
  const std::string log = log_of(settings);
  Measured ours("ringfence", start_ours(plan_of(settings, row), generator), 1, row.suite);
  ServerPlan for_peer = plan_of(settings, row);
  for_peer.port_first = settings.peer_ports;
  Measured peer("rtpengine", start_rtpengine(for_peer, generator, log), 2, row.suite);
  ServerPlan for_bare = plan_of(settings, {});
  for_bare.port_first = static_cast<std::uint16_t>(settings.ours_ports - 2);
  Measured bare("bare", start_bare(for_bare, generator), 3, std::nullopt);
  std::printf("%s: %zu calls, %zu streams of 50 packets/s, %zu bytes in the clear, on loopback\n", row.text.c_str(),
              settings.calls, settings.calls * 2, rtp_bytes);
  for (Measured* server : {&ours, &peer, &bare}) server->round(generator, 1.5, false);
  // A spoilt round is run again, but only so often that the whole stays bounded.
  for (unsigned round = 0; round < settings.rounds + spare_rounds; ++round)
    for (Measured* server : {&ours, &peer, &bare})
      if (server->us_per_packet.size() < settings.rounds) server->round(generator, settings.seconds, true);
  const auto a = ours.median(), b = peer.median(), c = bare.median();
  for (const Measured* server : {&ours, &peer, &bare}) {
    if (server->us_per_packet.size() * 2 >= settings.rounds) continue;
    std::printf("bench %s: too many rounds of %s lost packets (%u); is the machine busy?\n", row.name.c_str(),
                server->name.c_str(), server->spoilt);
    return false;
  }
  const double cipher = row.suite ? cipher_us(*row.suite, cipher_packets) : 0;
  std::printf("  the cipher alone: %.2f us a packet, mean of both directions\n", cipher);
  std::error_code ignored;
  std::filesystem::remove(log, ignored);
  const bool beside_peer = print_line(row.name, *a, *b, *a / *b, "us", peer_target);
  const double least = *c + cipher;
  return print_line(row.name + "-floor", *a, least, *a / least, "us", floor_target) && beside_peer;
}

/// The most calls of which no packet is lost in a round, one thread of `server` carrying them.
template <class Start>
std::size_t calls_of(const std::string& server, const Settings& settings, const Row& row, Generator& generator,
                     const Start& start) {
  std::size_t carried = 0;
  for (std::size_t calls = ramp_step; calls <= ramp_calls_most; calls += ramp_step) {
    ServerPlan plan = plan_of(settings, row);
    plan.calls = calls;
    plan.threads = plan.peer_threads = 1;
    Measured measured(server, start(plan), 1, row.suite);
    measured.round(generator, 1.5, false);
    // Once more before it is believed: another program may have had the processor.
    if (!measured.round(generator, settings.seconds, true) && !measured.round(generator, settings.seconds, true)) break;
    carried = calls;
  }
  return carried;
}

/// Calls that one thread carries without a loss: rtpengine's for each of ours.
bool find_calls(const Settings& settings, const Row& row, Generator& generator) {
  const std::string log = log_of(settings);
  const std::size_t ours = calls_of("ringfence", settings, row, generator,
                                    [&](const ServerPlan& plan) { return start_ours(plan, generator); });
  const std::size_t peer = calls_of("rtpengine", settings, row, generator, [&](ServerPlan plan) {
    plan.port_first = settings.peer_ports;
    return start_rtpengine(plan, generator, log);
  });
  std::error_code ignored;
  std::filesystem::remove(log, ignored);
  std::printf("calls of one thread without a loss, %s: %zu%s, rtpengine %zu\n", row.text.c_str(), ours,
              ours == ramp_calls_most ? " (no more were tried)" : "", peer);
  if (ours == 0) {
    std::printf("bench %s-calls: every round lost packets; is the machine busy?\n", row.name.c_str());
    return false;
  }
  const double carried = static_cast<double>(ours), theirs = static_cast<double>(peer);
  return print_line(row.name + "-calls", carried, theirs, theirs / carried, "calls", calls_target);
}

bool run_handshakes() {
  const HandshakeCost cost = handshake_cost(handshakes);
  std::printf("DTLS handshakes of one core: ours %.0f a second, OpenSSL alone %.0f\n", 1e6 / cost.ours_us,
              1e6 / cost.openssl_us);
  return print_line("dtls-handshake-cpu", cost.ours_us, cost.openssl_us, cost.ours_us / cost.openssl_us, "us",
                    handshake_target);
}

int run(const Settings& settings) {
  const auto wanted = [&](const std::string& name) {
    return settings.only.empty() || std::find(settings.only.begin(), settings.only.end(), name) != settings.only.end();
  };
  // The servers and the generator inherit it, so that what else runs on the machine spoils fewer rounds; root only.
  static_cast<void>(::setpriority(PRIO_PROCESS, 0, -10));
  Generator generator;
  bool ok = true;
  for (const Row& row : rows)
    if (wanted(row.name)) ok = run_row(settings, row, generator) && ok;
  if (wanted("calls"))
    for (const Row& row : rows) ok = find_calls(settings, row, generator) && ok;
  if (wanted("handshakes")) ok = run_handshakes() && ok;
  return ok ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Processor time per relayed RTP packet, ours against rtpengine");
  app.add_option("--only", settings.only,
                 "relay-cpu, relay-cpu-aes128, relay-cpu-aes256, relay-cpu-gcm, calls, handshakes")
      ->delimiter(',');
  app.add_option("--calls", settings.calls, "calls with two streams each")->check(CLI::Range(1, 1'000));
  app.add_option("--rounds", settings.rounds, "counted rounds for each server")->check(CLI::Range(1, 10));
  app.add_option("--seconds", settings.seconds, "length of a round")->check(CLI::Range(0.5, 5.0));
  app.add_option("--log-folder", settings.log_folder, "where rtpengine's log goes");
  app.add_option("--ours-ports", settings.ours_ports, "first of our 4 ports a call");
  app.add_option("--peer-ports", settings.peer_ports, "first of rtpengine's ports; its control port is one below");
  app.add_option("--threads", settings.threads, "our media threads")->check(CLI::Range(1, 64));
  app.add_option("--gather-us", settings.gather_us, "our pause between wake-ups under load");
  app.add_option("--connect-after", settings.connect_after, "packets before a stream gets a connected socket; 0 never");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_relay: %s\n", error.what());
    return 2;
  }
}
