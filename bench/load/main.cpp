// rf_load: the load side of `make bench`. Prints one JSON object about the run; `rf_load --help-all` lists the options.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/callee.hpp"
#include "bench/load/caller.hpp"
#include "bench/load/flood.hpp"
#include "bench/load/registers.hpp"

namespace rf::load {
namespace {

using nlohmann::json;

struct Options {
  SocketOptions sockets;
  AccountRule accounts;
  std::string csv;
  bool sha256 = false;
  Schedule schedule;
  double warm_s = 1, measured_s = 3, drain_s = 8;
  int server_pid = 0;
  std::uint32_t expires_s = 3'600;
  bool preload = false;
  double preload_rate_per_s = 8'000;
  double hold_ms = 100, ring_ms = 0;
  std::string dial;
  std::uint32_t window = 256;
};

json to_json(const Histogram& histogram) {
  return {{"p50", histogram.percentile_us(0.5)},
          {"p90", histogram.percentile_us(0.9)},
          {"p99", histogram.percentile_us(0.99)},
          {"p999", histogram.percentile_us(0.999)},
          {"max", histogram.max_us()}};
}

json to_json(const Counts& counts) {
  return {{"started", counts.started},       {"ok", counts.ok},
          {"failed", counts.failures()},     {"reasons", counts.failed},
          {"unfinished", counts.unfinished}, {"retransmissions", counts.retransmissions},
          {"skipped", counts.skipped},       {"unexpected", counts.unexpected}};
}

json to_json(const Window& window, const ProcessTree* server, std::int64_t memory_before) {
  json out{{"seconds", window.seconds()},
           {"operations", window.operations()},
           {"rate", window.seconds() > 0 ? static_cast<double>(window.operations()) / window.seconds() : 0}};
  if (server != nullptr) {
    double cpu_us = static_cast<double>(window.cpu_ns()) / 1e3;
    out["cpu_us"] = cpu_us;
    out["cpu_share"] = window.seconds() > 0 ? cpu_us / 1e6 / window.seconds() : 0;
    if (window.operations() > 0) out["cpu_us_per_operation"] = cpu_us / static_cast<double>(window.operations());
    out["memory_before"] = memory_before;
    out["memory_at_end"] = window.memory_at_end_bytes();
  }
  return out;
}

json to_json(const Sockets& sockets) {
  return {{"sent", sockets.sent()},
          {"received", sockets.received()},
          {"send_errors", sockets.send_errors()},
          {"dropped_here", sockets.dropped()}};
}

Phones make_phones(const Options& options) {
  Algorithm algorithm = options.sha256 ? Algorithm::sha256 : Algorithm::md5;
  return options.csv.empty() ? Phones(options.accounts, algorithm) : Phones(options.csv, algorithm);
}

/// Registers every account of a range once, evenly, before anything is measured. Throws when one fails: the rest of the
/// run would measure refusals.
void preload(Sockets& sockets, Registers& registers, std::uint32_t count, const Options& options) {
  Pacer pacer(options.preload_rate_per_s, now_ns(), never_ns);
  while (pacer.taken() < count || registers.open() > 0) {
    std::int64_t now = now_ns();
    for (unsigned n = 0; n < Sockets::batch && pacer.taken() < count && pacer.due(now); ++n) {
      registers.start(now);
      pacer.take();
    }
    registers.tick(now);
    sockets.flush();
    sockets.wait(std::min(pacer.taken() < count ? pacer.next_ns() : never_ns, registers.next_ns()));
    now = now_ns();
    sockets.receive([&](unsigned, std::string_view bytes) {
      Scan message;
      if (scan(bytes, message)) registers.packet(now, message);
    });
  }
  if (registers.counts().failures() > 0) {
    throw std::runtime_error("registering before the run failed: " + to_json(registers.counts()).dump());
  }
  registers.forget_counts();
}

/// The common loop: start what is due, hand in what came, until the time is over and nothing is open.
template <class Work, class OnPacket, class Tick>
void run(const Schedule& schedule, std::int64_t begin, Work& work, Window& window, Sockets& sockets,
         OnPacket&& on_packet, Tick&& tick) {
  std::int64_t stop_starting = begin + schedule.warm_ns + schedule.measured_ns;
  std::int64_t cut_off = stop_starting + schedule.drain_ns;
  Pacer pacer(schedule.rate_per_s, begin, stop_starting);
  for (;;) {
    std::int64_t now = now_ns();
    window.watch(now, work.counts().ok);
    if (now >= cut_off || (window.complete() && pacer.over() && work.open() == 0)) break;
    // A batch at most, so that a generator that fell behind still listens; the backlog goes out in the next rounds.
    for (unsigned n = 0; n < Sockets::batch && pacer.due(now); ++n) {
      work.start(now);
      pacer.take();
    }
    std::int64_t next = std::min(pacer.over() ? window.end_ns() : pacer.next_ns(), tick(now));
    if (window.complete() && pacer.over()) next = std::max(next, now + ns_per_ms);
    sockets.flush();
    sockets.wait(next);
    now = now_ns();
    sockets.receive([&](unsigned socket, std::string_view bytes) {
      Scan message;
      if (scan(bytes, message)) on_packet(now, socket, message);
    });
  }
  work.close();
}

json run_register(const Options& options) {
  Sockets sockets(options.sockets);
  Phones phones = make_phones(options);
  std::optional<ProcessTree> server;
  if (options.server_pid != 0) server.emplace(options.server_pid);
  const ProcessTree* measured = server ? &*server : nullptr;
  Registers registers(sockets, phones, {0, phones.count(), 0, sockets.count()}, options.expires_s);
  std::int64_t memory_before = measured ? measured->memory_bytes() : 0;
  json preloaded = nullptr;
  if (options.preload) {
    preload(sockets, registers, phones.count(), options);
    preloaded = {{"accounts", phones.count()}, {"memory_before", memory_before}};
    memory_before = measured ? measured->memory_bytes() : 0;
    preloaded["memory_after"] = memory_before;
  }
  std::int64_t begin = now_ns();
  Window window(begin + options.schedule.warm_ns, begin + options.schedule.warm_ns + options.schedule.measured_ns,
                measured);
  run(
      options.schedule, begin, registers, window, sockets,
      [&](std::int64_t now, unsigned, const Scan& message) { registers.packet(now, message); },
      [&](std::int64_t now) {
        registers.tick(now);
        return registers.next_ns();
      });
  return {{"mode", "register"},
          {"offered_rate", options.schedule.rate_per_s},
          {"preloaded", preloaded},
          {"operations", to_json(registers.counts())},
          {"window", to_json(window, measured, memory_before)},
          {"latency_us", to_json(registers.latency())},
          {"datagrams", to_json(sockets)}};
}

/// What `count` accounts dial outside: all begin with `prefix`, no two are the same.
std::vector<std::string> outside(const std::string& prefix, std::uint32_t count) {
  std::vector<std::string> out;
  for (std::uint32_t i = 0; i < count; ++i) out.push_back(prefix + std::to_string(10'000'000 + i * 7'919 % 80'000'000));
  return out;
}

/// Half of the sockets call, half are called: by each other, or, with a carrier, all by numbers outside.
json run_call(const Options& options) {
  const bool leave = !options.sockets.last.empty();
  SocketOptions both = options.sockets;
  both.count = leave ? both.count + 1 : both.count * 2;
  Sockets sockets(both);
  unsigned half = options.sockets.count;
  Phones phones = make_phones(options);
  std::optional<ProcessTree> server;
  if (options.server_pid != 0) server.emplace(options.server_pid);
  std::uint32_t pairs = phones.count() / 2;
  std::vector<std::string> called = leave ? outside(options.dial, pairs) : std::vector<std::string>{};
  if (!leave) {
    for (std::uint32_t i = 0; i < pairs; ++i) called.push_back(phones[pairs + i].number);
    Registers callees(sockets, phones, {pairs, pairs, half, half}, options.expires_s);
    preload(sockets, callees, pairs, options);
  }
  Registers callers(sockets, phones, {0, pairs, 0, half}, options.expires_s);
  preload(sockets, callers, pairs, options);
  std::fprintf(stderr, "registered\n");  // whoever attacks the calls waits for this
  Caller caller(sockets, half, phones, called, static_cast<std::int64_t>(options.hold_ms * 1e6));
  Callee callee(sockets, static_cast<std::int64_t>(options.ring_ms * 1e6));
  const ProcessTree* measured = server ? &*server : nullptr;
  std::int64_t memory_before = measured ? measured->memory_bytes() : 0;
  std::int64_t begin = now_ns();
  Window window(begin + options.schedule.warm_ns, begin + options.schedule.warm_ns + options.schedule.measured_ns,
                measured);
  std::uint32_t open_at_end = 0;
  run(
      options.schedule, begin, caller, window, sockets,
      [&](std::int64_t now, unsigned socket, const Scan& message) {
        if (socket < half) {
          caller.packet(now, socket, message);
        } else {
          callee.packet(now, socket, message);
        }
      },
      [&](std::int64_t now) {
        if (!window.complete()) open_at_end = caller.open();
        caller.tick(now);
        callee.tick(now);
        return std::min(caller.next_ns(), callee.next_ns());
      });
  const CalleeCounts& answered = callee.counts();
  return {{"mode", "call"},
          {"offered_rate", options.schedule.rate_per_s},
          {"hold_ms", options.hold_ms},
          {"concurrent_at_end", open_at_end},
          {"operations", to_json(caller.counts())},
          {"callee",
           {{"invites", answered.invites},
            {"repeated_invites", answered.repeated_invites},
            {"acks", answered.acks},
            {"byes", answered.byes},
            {"others", answered.others},
            {"repeated_answers", answered.repeated_answers}}},
          {"window", to_json(window, measured, memory_before)},
          {"latency_us", to_json(caller.latency())},
          {"datagrams", to_json(sockets)}};
}

/// rate 0: as fast as the server answers, with `window` requests on their way, so that nothing is lost to a full queue
/// and every answer is one request's cost.
json run_flood(const Options& options) {
  Sockets sockets(options.sockets);
  Flood flood(sockets);
  std::optional<ProcessTree> server;
  if (options.server_pid != 0) server.emplace(options.server_pid);
  const ProcessTree* measured = server ? &*server : nullptr;
  std::int64_t memory_before = measured ? measured->memory_bytes() : 0;
  bool paced = options.schedule.rate_per_s > 0;
  std::int64_t begin = now_ns();
  std::int64_t stop = begin + options.schedule.warm_ns + options.schedule.measured_ns;
  Window window(begin + options.schedule.warm_ns, stop, measured);
  Pacer pacer(paced ? options.schedule.rate_per_s : 1, begin, stop);
  std::uint64_t lost = 0;
  std::int64_t last_answer = begin;
  for (;;) {
    std::int64_t now = now_ns();
    window.watch(now, flood.answered());
    if (window.complete() && (flood.answered() + lost >= flood.sent() || now > stop + ns_per_s / 2)) break;
    bool over = now >= stop;
    std::int64_t next = over ? stop + ns_per_s : now + ns_per_ms;
    if (paced) {
      for (unsigned n = 0; n < Sockets::batch && pacer.due(now); ++n) {
        flood.send(1);
        pacer.take();
      }
      if (!over) next = pacer.next_ns();
    } else if (!over) {
      if (now - last_answer > 100 * ns_per_ms) lost = flood.sent() - flood.answered();
      while (flood.sent() - flood.answered() - lost < options.window) flood.send(Sockets::batch / 2);
    }
    sockets.flush();
    sockets.wait(next);
    now = now_ns();
    unsigned got = sockets.receive([&](unsigned, std::string_view bytes) {
      Scan message;
      if (scan(bytes, message)) flood.packet(message);
    });
    if (got > 0) last_answer = now;
  }
  json by_status = json::object();
  for (const auto& [status, count] : flood.by_status()) by_status[std::to_string(status)] = count;
  return {{"mode", "flood"},
          {"offered_rate", options.schedule.rate_per_s},
          {"sent", flood.sent()},
          {"answered", flood.answered()},
          {"lost", flood.sent() - flood.answered()},
          {"by_status", by_status},
          {"window", to_json(window, measured, memory_before)},
          {"datagrams", to_json(sockets)}};
}

void add_common(CLI::App& app, Options& options) {
  app.add_option("--server", options.sockets.server_host, "IPv4 address of the server, of loopback or of a test network");
  app.add_option("--port", options.sockets.server_port, "UDP port of the server")->required();
  app.add_option("--local", options.sockets.local_host, "address to send from");
  app.add_option("--sockets", options.sockets.count, "source ports")->check(CLI::Range(1, 1'024));
  app.add_flag("--spread", options.sockets.spread, "a source address of its own for every socket");
  app.add_flag("--spin", options.sockets.spin, "never sleep: sharper pacing, and no wake-up on the server's bill");
  app.add_option("--server-pid", options.server_pid, "process (with its children) whose CPU and memory are measured");
  app.add_option("--warm", options.warm_s, "seconds before measuring");
  app.add_option("--seconds", options.measured_s, "seconds measured");
  app.add_option("--drain", options.drain_s, "seconds that open operations get afterwards");
}

void add_accounts(CLI::App& app, Options& options) {
  app.add_option("--accounts", options.accounts.count, "how many accounts, by rule");
  app.add_option("--first", options.accounts.first, "number of the first account");
  app.add_option("--csv", options.csv, "accounts from a file instead: number,name,password");
  app.add_flag("--sha256", options.sha256, "answer the SHA-256 challenge instead of MD5");
  app.add_option("--expires", options.expires_s, "registration time in seconds");
  app.add_option("--preload-rate", options.preload_rate_per_s, "registrations per second before the run");
}

}  // namespace
}  // namespace rf::load

int main(int argc, char** argv) {
  using namespace rf::load;
  Options options;
  CLI::App app("SIP load over UDP on loopback; prints JSON");
  app.require_subcommand(1);
  CLI::App* register_mode = app.add_subcommand("register", "full registration cycles at an even rate");
  CLI::App* call_mode = app.add_subcommand("call", "calls between the halves of the accounts at an even rate");
  CLI::App* flood_mode = app.add_subcommand("flood", "REGISTERs of strangers");
  for (CLI::App* mode : {register_mode, call_mode, flood_mode}) add_common(*mode, options);
  for (CLI::App* mode : {register_mode, call_mode}) add_accounts(*mode, options);
  register_mode->add_flag("--preload", options.preload, "register every account once before anything is measured");
  register_mode->add_option("--rate", options.schedule.rate_per_s, "cycles per second");
  call_mode->add_option("--rate", options.schedule.rate_per_s, "calls per second");
  call_mode->add_option("--hold", options.hold_ms, "milliseconds from the answer to BYE");
  call_mode->add_option("--carrier", options.sockets.last, "address and port where calls that leave the server arrive");
  call_mode->add_option("--dial", options.dial, "with --carrier: how the numbers begin that are called");
  call_mode->add_option("--ring", options.ring_ms, "milliseconds from 180 to 200");
  flood_mode->add_option("--rate", options.schedule.rate_per_s, "requests per second; 0: as fast as they are answered");
  flood_mode->add_option("--window", options.window, "requests on their way at rate 0");
  CLI11_PARSE(app, argc, argv);
  options.schedule.warm_ns = static_cast<std::int64_t>(options.warm_s * 1e9);
  options.schedule.measured_ns = static_cast<std::int64_t>(options.measured_s * 1e9);
  options.schedule.drain_ns = static_cast<std::int64_t>(options.drain_s * 1e9);
  try {
    json result = register_mode->parsed() ? run_register(options)
                  : call_mode->parsed() ? run_call(options)
                                        : run_flood(options);
    std::printf("%s\n", result.dump(1).c_str());
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "rf_load: %s\n", problem.what());
    return 2;
  }
}
