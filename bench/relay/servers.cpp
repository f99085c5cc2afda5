#include "bench/relay/servers.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "bench/relay/ng.hpp"
#include "shell/relay/relay.hpp"

namespace rf::bench {

namespace {

constexpr const char* rtpengine_path = "/usr/bin/rtpengine";

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Address loopback() {
  return Address::v4(INADDR_LOOPBACK);
}

std::vector<media::RelayPlan> plans_of(const ServerPlan& plan, const Generator& generator) {
  std::vector<media::RelayPlan> plans(plan.calls);
  for (std::size_t call = 0; call < plan.calls; ++call) {
    media::RelayPlan& p = plans[call];
    p.id = RelayId{call + 1};
    p.call = CallId{call + 1};
    for (unsigned leg = 0; leg < 2; ++leg) {
      const Endpoint peer = generator.endpoint(call, leg);
      p.legs[leg].local = loopback();
      p.legs[leg].local_port = static_cast<std::uint16_t>(plan.port_first + call * 4 + leg * 2);
      p.legs[leg].remote_rtp = peer;
      p.legs[leg].signalling = peer.address;
    }
    if (!plan.suite) continue;
    media::LegSecurity& security = p.legs[0].security;
    security.protection = media::Protection::sdes;
    security.theirs = callers_key(*plan.suite);
    security.ours = callers_key(*plan.suite);
  }
  return plans;
}

/// The life of our server process: install the streams, say so by one byte, serve until killed.
[[noreturn]] void serve_ours(const ServerPlan& plan, const std::vector<media::RelayPlan>& plans, int ready) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  raise_descriptor_limit();
  relay::Options options;
  options.threads = plan.threads;
  options.gather_us = plan.gather_us;
  options.connect_after_packets = plan.connect_after_packets;
  std::atomic<bool> failed = false;
  relay::Relay relay(options, [&](const relay::Report& report) {
    if (std::holds_alternative<engine::RelayFailed>(report)) failed = true;
  });
  const timespec pause{0, 1'000'000};
  // Streams with keys take longer to begin than to be asked for, and only so many wait.
  for (const media::RelayPlan& p : plans)
    while (!failed && !relay.start(p)) ::nanosleep(&pause, nullptr);
  while (!failed && relay.totals().streams < plans.size()) ::nanosleep(&pause, nullptr);
  const char answer = failed ? 'n' : 'y';
  if (::write(ready, &answer, 1) != 1 || failed) ::_exit(1);
  for (;;) ::pause();
}

/// The life of the bare relay: whose a packet is says the end of its SSRC.
[[noreturn]] void serve_bare(const std::array<relay::Descriptor, 2>& sockets, std::vector<sockaddr_in>& to) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  constexpr std::size_t batch = 64;
  static std::array<std::array<std::uint8_t, 256>, batch> packets;
  std::array<iovec, batch> pieces{};
  std::array<mmsghdr, batch> messages{};
  std::array<pollfd, 2> waits{{{sockets[0].get(), POLLIN, 0}, {sockets[1].get(), POLLIN, 0}}};
  const timespec gather{0, 1'000'000};
  for (;;) {
    ::poll(waits.data(), waits.size(), -1);
    // As our relay does under load: packets gather for a millisecond.
    ::nanosleep(&gather, nullptr);
    for (unsigned side = 0; side < 2; ++side)
      for (int got = static_cast<int>(batch); got == static_cast<int>(batch);) {
        for (std::size_t i = 0; i < batch; ++i) {
          pieces[i] = {packets[i].data(), packets[i].size()};
          messages[i] = {};
          messages[i].msg_hdr.msg_iov = &pieces[i];
          messages[i].msg_hdr.msg_iovlen = 1;
        }
        got = ::recvmmsg(sockets[side].get(), messages.data(), batch, MSG_DONTWAIT, nullptr);
        for (int i = 0; i < got; ++i) {
          const auto k = static_cast<std::size_t>(i);
          const std::size_t stream = (packets[k][9] & 0x0fu) << 16 | packets[k][10] << 8 | packets[k][11];
          pieces[k].iov_len = messages[k].msg_len;
          messages[k].msg_hdr.msg_name = &to[stream % to.size()];
          messages[k].msg_hdr.msg_namelen = sizeof(sockaddr_in);
        }
        if (got > 0) ::sendmmsg(sockets[side ^ 1].get(), messages.data(), static_cast<unsigned>(got), 0);
      }
  }
}

}  // namespace

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Process::~Process() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  const timespec pause{0, 10'000'000};
  for (int i = 0; i < 300; ++i) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) return;
    ::nanosleep(&pause, nullptr);
  }
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool Process::alive() const {
  return pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == 0;
}

std::int64_t Process::cpu_ns() const {
  clockid_t clock{};
  timespec t{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &t) != 0) return 0;
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

namespace {

/// None: its ports are taken.
std::optional<Process> try_ours(const ServerPlan& plan, const std::vector<media::RelayPlan>& plans) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const relay::Descriptor from_child(pipe[0]);
  relay::Descriptor to_parent(pipe[1]);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("no process for the relay");
  if (pid == 0) serve_ours(plan, plans, to_parent.get());
  to_parent = relay::Descriptor();
  Process process(pid);
  char answer = 'n';
  if (::read(from_child.get(), &answer, 1) != 1 || answer != 'y') return std::nullopt;
  return process;
}

}  // namespace

Server start_ours(const ServerPlan& plan, const Generator& generator) {
  const std::vector<media::RelayPlan> plans = plans_of(plan, generator);
  // The kernel gives back what a ring held some time after the process that had it is gone.
  constexpr int tries = 50;
  const timespec pause{0, 100'000'000};
  std::optional<Process> process;
  for (int i = 0; i < tries && !process; ++i) {
    if (i > 0) ::nanosleep(&pause, nullptr);
    if (auto tried = try_ours(plan, plans)) process.emplace(std::move(*tried));
  }
  if (!process) throw std::runtime_error("our relay could not bind its ports; is --ours-ports in use?");
  Server server{std::move(*process), {}};
  for (const media::RelayPlan& p : plans)
    server.targets.push_back(
        {Endpoint{p.legs[0].local, p.legs[0].local_port}, Endpoint{p.legs[1].local, p.legs[1].local_port}});
  return server;
}

Server start_bare(const ServerPlan& plan, const Generator& generator) {
  std::array<relay::Descriptor, 2> sockets;
  std::array<Endpoint, 2> where;
  for (unsigned side = 0; side < 2; ++side) {
    where[side] = {loopback(), static_cast<std::uint16_t>(plan.port_first + side)};
    sockets[side] = relay::bind_port(where[side], {1 << 20, 0});
    if (!sockets[side]) throw std::runtime_error("the bare relay could not bind its ports; is --ours-ports in use?");
  }
  std::vector<sockaddr_in> to(plan.calls * 2);
  for (std::size_t i = 0; i < to.size(); ++i) {
    const Endpoint peer = generator.endpoint(i / 2, i % 2 == 0 ? 1 : 0);
    to[i].sin_family = AF_INET;
    to[i].sin_port = htons(peer.port);
    to[i].sin_addr.s_addr = htonl(peer.address.v4_host_order());
  }
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("no process for the bare relay");
  if (pid == 0) serve_bare(sockets, to);
  Server server{Process(pid), {}};
  for (std::size_t call = 0; call < plan.calls; ++call) server.targets.push_back(where);
  return server;
}

Server start_rtpengine(const ServerPlan& plan, const Generator& generator, const std::string& log) {
  if (::access(rtpengine_path, X_OK) != 0)
    throw std::runtime_error("rtpengine is not installed: apt-get install --no-install-recommends rtpengine-daemon");
  // The control port sits just below its media ports.
  const Endpoint control{loopback(), static_cast<std::uint16_t>(plan.port_first - 1)};
  const std::string port_min = "--port-min=" + std::to_string(plan.port_first);
  const std::string port_max = "--port-max=" + std::to_string(plan.port_first + plan.calls * 4 + 99);
  const std::string listen = "--listen-ng=" + control.text();
  const std::string threads = "--num-threads=" + std::to_string(plan.peer_threads);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("no process for rtpengine");
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    raise_descriptor_limit();
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (file < 0 || nothing < 0) ::_exit(127);
    ::dup2(nothing, 0);
    ::dup2(file, 1);
    ::dup2(file, 2);
    ::execl(rtpengine_path, rtpengine_path, "--config-file=none", "--foreground", "--log-stderr", "--log-level=4",
            "--table=-1", "--interface=127.0.0.1", "--delete-delay=0", listen.c_str(), port_min.c_str(),
            port_max.c_str(), plan.peer_threads > 0 ? threads.c_str() : nullptr, static_cast<char*>(nullptr));
    ::_exit(127);
  }
  Server server{Process(pid), {}};
  NgClient ng(control);
  const timespec pause{0, 50'000'000};
  bool up = false;
  for (int i = 0; i < 100 && !up; ++i) {
    if (!server.process.alive()) throw std::runtime_error("rtpengine ended at once; see " + log);
    ::nanosleep(&pause, nullptr);
    up = ng.ping();
  }
  if (!up) throw std::runtime_error("rtpengine does not answer; see " + log);
  for (std::size_t call = 0; call < plan.calls; ++call) {
    const std::string id = "call" + std::to_string(call);
    const srtp::MasterKey key = plan.suite ? callers_key(*plan.suite) : srtp::MasterKey();
    const auto for_callee = ng.describe(id, "a", "", generator.endpoint(call, 0), key);
    const auto for_caller = ng.describe(id, "b", "a", generator.endpoint(call, 1));
    if (!for_callee || !for_caller) throw std::runtime_error("rtpengine refused a call; see " + log);
    server.targets.push_back({*for_caller, *for_callee});
  }
  return server;
}

}  // namespace rf::bench
