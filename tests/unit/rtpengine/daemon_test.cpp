// The client against the daemon itself, in user space, on ports of loopback.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "shell/rtpengine/client.hpp"

namespace rf::rtpengine {
namespace {

constexpr const char* program = "/usr/bin/rtpengine";

/// A UDP socket of loopback with a port that the kernel drew.
class Socket {
 public:
  Socket() : number_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in any = at(0);
    EXPECT_EQ(::bind(number_, reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
  }
  ~Socket() { ::close(number_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  Endpoint endpoint() const {
    sockaddr_in own{};
    socklen_t size = sizeof own;
    EXPECT_EQ(::getsockname(number_, reinterpret_cast<sockaddr*>(&own), &size), 0);
    return {Address::v4(INADDR_LOOPBACK), ntohs(own.sin_port)};
  }
  void send(const Endpoint& to, std::uint8_t sequence, std::uint8_t ssrc) const {
    std::array<std::uint8_t, 172> packet{0x80, 8, 0, sequence, 0, 0, sequence, 0, 0, 0, 0, ssrc};
    const sockaddr_in there = at(to.port);
    EXPECT_EQ(
        ::sendto(number_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&there), sizeof there),
        static_cast<ssize_t>(packet.size()));
  }
  /// The SSRC of the next packet; 0: none came in time.
  int hear(int wait_ms) const {
    pollfd waiting{number_, POLLIN, 0};
    std::array<std::uint8_t, 2'000> packet;
    if (::poll(&waiting, 1, wait_ms) != 1 || ::recv(number_, packet.data(), packet.size(), 0) < 12) return 0;
    return packet[11];
  }

 private:
  static sockaddr_in at(std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return out;
  }
  int number_;
};

class RtpengineDaemon : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::access(program, X_OK) != 0) GTEST_SKIP() << "rtpengine is not installed";
    control_ = Socket().endpoint();
    start();
  }
  void TearDown() override { stop(); }

  void start() {
    // Ports below those that the kernel hands out, and others each time.
    const int first = 10'000 + 20 * (::getpid() % 1'000);
    const std::string ng = "--listen-ng=" + control_.text(), min = "--port-min=" + std::to_string(first),
                      max = "--port-max=" + std::to_string(first + 19);
    daemon_ = ::fork();
    if (daemon_ != 0) return;
    ::execl(program, program, "--foreground", "--log-stderr", "--log-level=2", "--table=-1", "--interface=127.0.0.1",
            ng.c_str(), min.c_str(), max.c_str(), nullptr);
    ::_exit(127);
  }
  void stop() {
    if (daemon_ <= 0) return;
    ::kill(daemon_, SIGTERM);
    ::waitpid(daemon_, nullptr, 0);
    daemon_ = 0;
  }

  Client::OnOutcome listener() {
    return [this](Outcome one) {
      const std::lock_guard lock(mutex_);
      heard_.push_back(std::move(one));
      came_.notify_all();
    };
  }
  /// The next outcome of this kind that fits; fails after 15 s.
  template <class T, class Fits>
  T wait(Fits&& fits) {
    std::unique_lock lock(mutex_);
    std::optional<T> found;
    const bool came = came_.wait_for(lock, std::chrono::seconds(15), [&] {
      for (std::size_t i = 0; i < heard_.size() && !found; ++i) {
        const T* is = std::get_if<T>(&heard_[i]);
        if (!is || !fits(*is)) continue;
        found = *is;
        heard_.erase(heard_.begin() + static_cast<std::ptrdiff_t>(i));
      }
      return found.has_value();
    });
    EXPECT_TRUE(came);
    return found.value_or(T{});
  }
  template <class T>
  T wait() {
    return wait<T>([](const T&) { return true; });
  }

  Endpoint control_;
  pid_t daemon_ = 0;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Outcome> heard_;
};

TEST_F(RtpengineDaemon, RelaysBetweenTheTwoPeersAloneAndCounts) {
  Client client({{control_, 1}}, Random(1), listener());
  ASSERT_TRUE(wait<Health>().up);
  client.open(RelayId{1});
  const Opened opened = wait<Opened>();
  ASSERT_NE(opened.local[0].port, 0);

  const Socket caller, callee, stranger;
  media::RelayPlan plan;
  plan.id = RelayId{1};
  plan.call = CallId{5};
  plan.legs[0].remote_rtp = caller.endpoint();
  plan.legs[1].remote_rtp = callee.endpoint();
  ASSERT_TRUE(client.update(plan));
  // Until the change is in force nothing arrives; then what the peers send, and nothing else.
  int got = 0;
  for (std::uint8_t i = 0; i < 100 && got == 0; ++i) {
    stranger.send(opened.local[0], i, 66);
    caller.send(opened.local[0], i, 7);
    got = callee.hear(50);
  }
  EXPECT_EQ(got, 7);
  callee.send(opened.local[1], 1, 8);
  EXPECT_EQ(caller.hear(2'000), 8);
  client.close(RelayId{1});
  const media::RelayReport report = wait<Closed>().report;
  EXPECT_EQ(report.call, CallId{5});
  EXPECT_GE(report.legs[0].packets, 1u);
  EXPECT_EQ(report.legs[1].packets, 1u);
  EXPECT_GE(report.legs[0].refused_source, 1u);
}

TEST_F(RtpengineDaemon, ADeadServerIsPassedOverAndComesBack) {
  const Socket nobody;  // whose port takes questions and never answers
  Client client({{control_, 1}, {nobody.endpoint(), 1'000}}, Random(1), listener());
  ASSERT_TRUE(wait<Health>([](const Health& one) { return one.server == 0; }).up);
  client.open(RelayId{1});
  EXPECT_EQ(wait<Opened>().server, 0u);
  stop();
  EXPECT_FALSE(wait<Health>([](const Health& one) { return one.server == 0; }).up);
  client.open(RelayId{2});
  EXPECT_EQ(wait<NotOpened>().why, "no server is up");
  start();
  EXPECT_TRUE(wait<Health>([](const Health& one) { return one.server == 0; }).up);
  client.open(RelayId{3});
  EXPECT_NE(wait<Opened>().local[0].port, 0);
  client.close(RelayId{1});
  EXPECT_EQ(wait<Closed>().report.legs[0].packets, 0u) << "it had forgotten everything";
}

}  // namespace
}  // namespace rf::rtpengine
