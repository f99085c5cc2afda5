// Processor time per relayed RTP packet: our relay and rtpengine in user space, in turn, in one run.
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
#include "bench/relay/servers.hpp"
#include "shell/relay/relay.hpp"

namespace {

using namespace rf::bench;

constexpr unsigned spare_rounds = 5;

struct Settings {
  std::size_t calls = 500;
  unsigned rounds = 5;
  double seconds = 4;
  std::string log_folder = std::filesystem::temp_directory_path();
  std::uint16_t ours_ports = 12'000;
  std::uint16_t peer_ports = 17'002;
  unsigned threads = rf::relay::Options{}.threads;
  std::uint32_t gather_us = rf::relay::Options{}.gather_us;
  std::uint32_t connect_after = rf::relay::Options{}.connect_after_packets;
  double target = 0.6;
};

struct Measured {
  std::string name;
  Server server;
  Load load;
  std::vector<double> us_per_packet;
  unsigned spoilt = 0;

  Measured(std::string called, Server&& running, std::uint32_t id)
      : name(std::move(called)), server(std::move(running)), load(server.targets, id) {}

  /// One round; it counts only when every packet came through.
  void round(Generator& generator, double seconds, bool counts) {
    const std::int64_t before = server.process.cpu_ns();
    const Outcome outcome = generator.run(load, static_cast<std::int64_t>(seconds * 1e6));
    const std::int64_t after = server.process.cpu_ns();
    if (!counts) return;
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
  }

  std::optional<double> median() const {
    if (us_per_packet.empty()) return std::nullopt;
    std::vector<double> sorted = us_per_packet;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

int run(const Settings& settings) {
  // Both servers and the generator inherit it, so that what else runs on the machine spoils fewer rounds; root only.
  static_cast<void>(::setpriority(PRIO_PROCESS, 0, -10));
  Generator generator;
  const std::string log = settings.log_folder + "/rtpengine-bench-" + std::to_string(::getpid()) + ".log";
  Measured ours(
      "ringfence",
      start_ours({settings.calls, settings.ours_ports, settings.threads, settings.gather_us, settings.connect_after},
                 generator),
      1);
  Measured peer("rtpengine",
                start_rtpengine({.calls = settings.calls, .port_first = settings.peer_ports}, generator, log), 2);
  std::printf("RTP relay: %zu calls, %zu streams of 50 packets/s, 172 bytes, on loopback\n", settings.calls,
              settings.calls * 2);
  for (Measured* server : {&ours, &peer}) server->round(generator, 1.5, false);
  // A spoilt round is run again, but only so often that the whole stays bounded.
  for (unsigned round = 0; round < settings.rounds + spare_rounds; ++round)
    for (Measured* server : {&ours, &peer})
      if (server->us_per_packet.size() < settings.rounds) server->round(generator, settings.seconds, true);
  const auto a = ours.median();
  const auto b = peer.median();
  if (!a || !b || ours.us_per_packet.size() * 2 < settings.rounds || peer.us_per_packet.size() * 2 < settings.rounds) {
    std::printf("bench relay-cpu: too many rounds lost packets (ours %u, peer %u); is the machine busy?\n", ours.spoilt,
                peer.spoilt);
    return 1;
  }
  std::printf("  %-12s %14s %8s %8s\n", "", "us/packet", "rounds", "spoilt");
  for (const Measured* server : {&ours, &peer})
    std::printf("  %-12s %14.2f %8zu %8u\n", server->name.c_str(), *server->median(), server->us_per_packet.size(),
                server->spoilt);
  const double ratio = *a / *b;
  const bool ok = ratio <= settings.target;
  std::printf("bench relay-cpu ours=%.1f peer=%.1f unit=us ratio=%.2f target<=%.1f %s\n", *a, *b, ratio,
              settings.target, ok ? "ok" : "short");
  std::error_code ignored;
  std::filesystem::remove(log, ignored);
  return ok ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Processor time per relayed RTP packet, ours against rtpengine");
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
