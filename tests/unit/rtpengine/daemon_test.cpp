// The client against the daemon itself, in user space, on ports of loopback.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "core/srtp/stream.hpp"
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
  void send(const Endpoint& to, std::span<const std::uint8_t> packet) const {
    const sockaddr_in there = at(to.port);
    EXPECT_EQ(
        ::sendto(number_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&there), sizeof there),
        static_cast<ssize_t>(packet.size()));
  }
  /// The next packet; empty: none came in time.
  std::vector<std::uint8_t> next(int wait_ms) const {
    pollfd waiting{number_, POLLIN, 0};
    std::vector<std::uint8_t> packet(2'000);
    const ssize_t got = ::poll(&waiting, 1, wait_ms) == 1 ? ::recv(number_, packet.data(), packet.size(), 0) : 0;
    packet.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return packet;
  }
  /// The SSRC of the next packet; 0: none came in time.
  int hear(int wait_ms) const {
    const auto packet = next(wait_ms);
    return packet.size() < 12 ? 0 : packet[11];
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

srtp::MasterKey key(srtp::Suite suite, std::uint8_t fill) {
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  return *srtp::MasterKey::make(suite, std::vector<std::uint8_t>(std::size_t{facts.key} + facts.salt, fill));
}

constexpr std::size_t rtp_bytes = 172;
std::vector<std::uint8_t> rtp(std::uint8_t sequence, std::uint8_t ssrc) {
  std::vector<std::uint8_t> out(rtp_bytes, 0x55);
  const std::array<std::uint8_t, 12> head{0x80, 8, 0, sequence, 0, 0, sequence, 0, 0, 0, 0, ssrc};
  std::copy(head.begin(), head.end(), out.begin());
  return out;
}

/// The phone that speaks SRTP, with our key and its own.
struct Keyed {
  Keyed(srtp::Suite suite, std::uint8_t fill)
      : ours(key(suite, fill)),
        theirs(key(suite, static_cast<std::uint8_t>(fill + 1))),
        sends(*srtp::Protector::make(theirs)),
        hears(*srtp::Unprotector::make(ours)) {}
  std::vector<std::uint8_t> sealed(std::uint8_t sequence, std::uint8_t ssrc) {
    std::vector<std::uint8_t> packet = rtp(sequence, ssrc);
    packet.resize(rtp_bytes + srtp::growth_most);
    packet.resize(sends.protect_rtp(packet, rtp_bytes).value_or(0));
    return packet;
  }
  /// Whether a packet is authentic under our key.
  bool opens(std::vector<std::uint8_t> packet) {
    return hears.unprotect_rtp(packet) == std::expected<std::size_t, srtp::Refusal>(rtp_bytes);
  }
  srtp::MasterKey ours, theirs;
  srtp::Protector sends;
  srtp::Unprotector hears;
};

class RtpengineKeys : public RtpengineDaemon, public ::testing::WithParamInterface<std::tuple<int, srtp::Suite>> {};

TEST_P(RtpengineKeys, OneSideIsProtectedWithTheKeysThatWeAgreedOnAndNeverLeftInTheClear) {
  const auto [side, suite] = GetParam();
  const auto protected_leg = static_cast<std::size_t>(side), plain_leg = 1 - protected_leg;
  Client client({{control_, 1}}, Random(1), listener());
  ASSERT_TRUE(wait<Health>().up);
  client.open(RelayId{1});
  const Opened opened = wait<Opened>();
  const Socket plain, keyed;
  media::RelayPlan plan;
  plan.id = RelayId{1};
  plan.legs[plain_leg].remote_rtp = plain.endpoint();
  plan.legs[protected_leg].remote_rtp = keyed.endpoint();
  plan.legs[protected_leg].security.protection = media::Protection::sdes;
  ASSERT_TRUE(client.update(plan));
  std::uint8_t sequence = 0;
  for (std::uint8_t fill : {10, 20}) {  // and then with other keys
    Keyed phone(suite, fill);
    plan.legs[protected_leg].security.ours = phone.ours;
    plan.legs[protected_leg].security.theirs = phone.theirs;
    ASSERT_TRUE(client.update(plan));
    const auto ssrc = static_cast<std::uint8_t>(fill + 3);
    bool heard = false;
    for (int i = 0; i < 100 && !heard; ++i) {
      plain.send(opened.local[plain_leg], rtp(++sequence, ssrc));
      for (auto packet = keyed.next(50); !packet.empty() && !heard; packet = keyed.next(0)) {
        EXPECT_NE(packet, rtp(sequence, ssrc)) << "never in the clear";
        EXPECT_GT(packet.size(), rtp_bytes) << "never in the clear";
        heard = phone.opens(packet);
      }
    }
    EXPECT_TRUE(heard);
    keyed.send(opened.local[protected_leg], phone.sealed(1, ssrc));
    EXPECT_EQ(plain.hear(2'000), ssrc);
    keyed.send(opened.local[protected_leg], rtp(2, ssrc));
    EXPECT_EQ(plain.hear(300), 0) << "what is not authentic is not heard";
  }
  client.close(RelayId{1});
  EXPECT_GE(wait<Closed>().report.legs[protected_leg].packets, 2u);
  EXPECT_TRUE(
      std::none_of(heard_.begin(), heard_.end(), [](const Outcome& o) { return std::holds_alternative<Lost>(o); }));
}

INSTANTIATE_TEST_SUITE_P(Daemon, RtpengineKeys,
                         ::testing::Combine(::testing::Values(0, 1), ::testing::Values(srtp::Suite::aes_cm_128_sha1_80,
                                                                                       srtp::Suite::aes_cm_256_sha1_80,
                                                                                       srtp::Suite::aead_aes_128_gcm,
                                                                                       srtp::Suite::aead_aes_256_gcm)));

TEST_F(RtpengineDaemon, KeepsTheSameStreamsReadyAndKnowsWhenTheServerForgetsThem) {
  Client client({{control_, 1}}, Random(1), listener());
  client.keep_stock(3, RelayId{100});
  for (int i = 0; i < 3; ++i) EXPECT_NE(wait<Opened>().local[0].port, 0);
  const std::vector<ServerState> states = client.states();
  ASSERT_EQ(states.size(), 1u);
  EXPECT_TRUE(states[0].up);
  stop();
  EXPECT_FALSE(wait<Health>([](const Health& one) { return !one.up; }).up);
  for (int i = 0; i < 3; ++i) EXPECT_NE(wait<Stale>().relay, RelayId{});
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
