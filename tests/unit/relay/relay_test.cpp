#include "shell/relay/relay.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/relay/phones.hpp"

namespace rf::relay {
namespace {

using testing::address;
using testing::Call;
using testing::Ear;
using testing::free_pair;
using testing::Phone;
using testing::receiver_report;
using testing::rtp;

std::size_t open_descriptors() {
  std::size_t n = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) n += entry.exists() || true;
  return n;
}

Options quick_to_settle() {
  Options options;
  options.connect_after_packets = 5;
  return options;
}

/// With io_uring where the kernel has it, and as if it had none.
class SettledStream : public ::testing::TestWithParam<bool> {
 protected:
  static Options options() {
    Options options = quick_to_settle();
    options.io_uring = GetParam();
    return options;
  }
};
INSTANTIATE_TEST_SUITE_P(Relay, SettledStream, ::testing::Bool(),
                         [](const auto& of) { return of.param ? "WithIoUring" : "WithoutIoUring"; });

TEST(Relay, CarriesVoiceAndReportsBothWaysFromItsOwnPorts) {
  Call c;
  c.alice_says("hello");
  EXPECT_EQ(c.bob.heard_from(), c.port(1));
  c.bob_says("hello yourself");
  EXPECT_EQ(c.alice.heard_from(), c.port(0));
  c.alice_rtcp.send(c.port(0, true), receiver_report());
  EXPECT_EQ(c.bob_rtcp.receive(), receiver_report());
  EXPECT_EQ(c.bob_rtcp.heard_from(), c.port(1, true));
  const auto last = c.stop();
  EXPECT_TRUE(last.stopped);
  EXPECT_EQ(last.report.call, CallId{2});
  EXPECT_EQ(last.report.legs[0].packets, 1u);
  EXPECT_EQ(last.report.legs[0].rtcp_packets, 1u);
  EXPECT_EQ(last.report.legs[1].packets, 1u);
}

TEST(Relay, CarriesVoiceOverIpv6) {
  if (!testing::has_ipv6()) GTEST_SKIP() << "no IPv6 on loopback";
  Call c(quick_to_settle(), "::1");
  for (int i = 0; i < 20; ++i) {
    c.alice_says("six");
    c.bob_says("vi");
  }
  EXPECT_EQ(c.bob.heard_from(), c.port(1));
  EXPECT_EQ(c.ask().legs[0].packets, 20u);
}

TEST(Relay, JoinsAPhoneOnIpv4WithOneOnIpv6) {
  if (!testing::has_ipv6()) GTEST_SKIP() << "no IPv6 on loopback";
  Call c({}, "127.0.0.1", false);
  Phone six(address("::1"));
  c.plan.legs[1].local = address("::1");
  c.plan.legs[1].local_port = free_pair(address("::1"));
  c.plan.legs[1].remote_rtp = six.local();
  c.start();
  c.alice.send(c.port(0), rtp(1, "across"));
  EXPECT_EQ(six.hear(), "across");
  six.send({address("::1"), c.plan.legs[1].local_port}, rtp(1, "back"));
  EXPECT_EQ(c.alice.hear(), "back");
}

TEST(Relay, AnIpv6AddressOnAnIpv4LegIsNotTakenForTheIpv4AddressInItsTail) {
  Call c({}, "127.0.0.1", false);
  c.plan.legs[1].remote_rtp = {address("2001:db8::7f00:1"), c.bob.local().port};
  c.start();
  c.alice.send(c.port(0), rtp(1, "REFLECTED"));
  while (c.relay.totals().received == 0) std::this_thread::yield();
  EXPECT_EQ(c.ask().legs[0].packets, 1u);
  EXPECT_FALSE(c.bob.hear(0));
  EXPECT_EQ(c.relay.totals().send_failures, 1u);
}

TEST(Relay, AStrangersPacketsReachNobodyAndAreCounted) {
  Call c;
  Phone stranger(address("127.0.0.1")), other_host(address("127.0.0.2"));
  c.alice_says("one");
  for (int i = 0; i < 20; ++i) {
    stranger.send(c.port(0), rtp(2, "INJECTED"));
    other_host.send(c.port(0), rtp(2, "INJECTED"));
    other_host.send(c.port(0, true), receiver_report());
  }
  c.alice_says("two");
  c.bob_says("three");
  EXPECT_FALSE(stranger.hear(0));
  const auto leg = c.ask().legs[0];
  EXPECT_EQ(leg.packets, 2u);
  EXPECT_EQ(leg.refused_source, 60u);
  EXPECT_EQ(c.relay.totals().forwarded, 3u);
}

TEST_P(SettledStream, AFloodOfStraysOnASettledStreamHarmsNeitherVoiceNorCounting) {
  Call c(options());
  Phone stranger(address("127.0.0.1"));
  for (int i = 0; i < 20; ++i) c.alice_says("settle");
  std::uint64_t sent = 0;
  for (int i = 0; i < 100; ++i) {
    for (int k = 0; k < 20; ++k, ++sent) stranger.send(c.port(0), rtp(9, "INJECTED"));
    c.alice_says("voice");
    // The strays have a queue of their own now. It is read to the end before more come: what does not fit into it the
    // kernel drops and nobody counts.
    while (c.ask().legs[0].refused_source < sent) std::this_thread::yield();
  }
  const auto leg = c.ask().legs[0];
  EXPECT_EQ(leg.packets, 120u);
  EXPECT_EQ(leg.refused_source, sent);
  EXPECT_EQ(leg.lost, 0u);
}

TEST_P(SettledStream, NobodyElseCanBindThePortOfASettledStream) {
  Call c(options());
  for (int i = 0; i < 20; ++i) c.alice_says("settle");
  const Descriptor thief(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int one = 1;
  ASSERT_EQ(::setsockopt(thief.get(), SOL_SOCKET, SO_REUSEPORT, &one, sizeof one), 0);
  const KernelAddress at = to_kernel(c.port(0), AF_INET);
  EXPECT_NE(::bind(thief.get(), at.get(), at.size), 0);
}

TEST_P(SettledStream, LearnsAPhoneBehindANatButNotFromAnotherHost) {
  Call c(options(), "127.0.0.1", false);
  c.plan.legs[0].remote_rtp = {address("127.77.0.1"), 4'000};
  c.plan.legs[0].remote_rtcp = {address("127.77.0.1"), 4'001};
  c.plan.legs[0].learn = true;
  c.start();
  Phone stranger(address("127.0.0.9"));
  stranger.send(c.port(0), rtp(1, "INJECTED"));
  c.alice_says("it is me");
  Phone neighbour(address("127.0.0.1"));
  neighbour.send(c.port(0), rtp(2, "INJECTED"));
  for (int i = 0; i < 20; ++i) {
    c.alice_says("still me");
    c.bob_says("good");
  }
  EXPECT_EQ(c.ask().legs[0].refused_source, 2u);
}

TEST_P(SettledStream, AReInviteMovesASettledPeer) {
  Call c(options());
  for (int i = 0; i < 20; ++i) c.alice_says("before");
  Phone elsewhere(address("127.0.0.3"));
  c.plan.legs[0].remote_rtp = elsewhere.local();
  ASSERT_TRUE(c.relay.update(c.plan));
  c.ask();
  c.alice.send(c.port(0), rtp(100, "LATE"));
  for (std::uint16_t i = 0; i < 20; ++i) {
    elsewhere.send(c.port(0), rtp(static_cast<std::uint16_t>(500 + i), "after"));
    EXPECT_EQ(c.bob.hear(), "after");
    c.bob.send(c.port(1), rtp(++c.sequence, "reply"));
    EXPECT_EQ(elsewhere.hear(), "reply");
  }
  EXPECT_FALSE(c.alice.hear(0));
}

TEST_P(SettledStream, APeerWhosePortClosesAndOpensAgainIsHeardAndHears) {
  Call c(options());
  for (int i = 0; i < 20; ++i) {
    c.alice_says("a");
    c.bob_says("b");
  }
  const Endpoint where = c.bob.local();
  // Bob's port refuses by ICMP for a while: that error must cost nobody a packet afterwards.
  {
    const Phone closed = std::move(c.bob);
  }
  for (int i = 0; i < 5; ++i) c.alice.send(c.port(0), rtp(++c.sequence, "into the void"));
  c.ask();
  EXPECT_EQ(c.relay.totals().send_failures, 0u);
  Phone again(where.address, where.port);
  std::optional<std::string> heard;
  c.alice.send(c.port(0), rtp(++c.sequence, "back?"));
  while ((heard = again.hear()) && *heard != "back?") {
  }
  EXPECT_EQ(heard, "back?");
  again.send(c.port(1), rtp(1'000, "back"));
  EXPECT_EQ(c.alice.hear(), "back");
}

TEST(Relay, LeftoversOfOneCallNeverReachTheNextOnItsPorts) {
  Call c(quick_to_settle());
  for (int i = 0; i < 20; ++i) c.alice_says("first call");
  EXPECT_EQ(c.stop().report.legs[0].packets, 20u);
  EXPECT_EQ(c.relay.totals().warm_ports, 4u);
  // The same phone goes on sending into the idle port: even from the right endpoint nothing of it may arrive later.
  for (std::uint16_t i = 0; i < 50; ++i) c.alice.send(c.port(0), rtp(static_cast<std::uint16_t>(100 + i), "LEFTOVER"));
  c.plan.id = RelayId{9};
  c.start();
  EXPECT_EQ(c.relay.totals().warm_ports, 0u);
  c.sequence = 7'000;
  c.alice_says("second call");
  EXPECT_FALSE(c.bob.hear(0));
  EXPECT_EQ(c.ask().legs[0].packets, 1u);
}

TEST(Relay, APortThatIsReservedIsTakenByNobodyElseAndServesACall) {
  Call c({}, "127.0.0.1", false);
  const std::uint16_t port = c.plan.legs[0].local_port;
  Phone stranger(c.host);
  EXPECT_EQ(c.relay.reserve(c.host, stranger.local().port, stranger.local().port), 1u) << "held by somebody else";
  EXPECT_EQ(c.relay.reserve(c.host, port, static_cast<std::uint16_t>(port + 1)), 0u);
  EXPECT_EQ(c.relay.reserve(c.host, port, static_cast<std::uint16_t>(port + 1)), 0u) << "ours already";
  EXPECT_EQ(c.relay.totals().warm_ports, 2u);
  EXPECT_FALSE(bind_port({c.host, port}, {0, 0}));
  c.start();
  c.alice.send(c.port(0), rtp(1, "across"));
  EXPECT_EQ(c.bob.hear(), "across");
}

TEST(Relay, PortsAreReservedAllOrNot) {
  Options options;
  options.warm_ports_max = 3;
  Ear ear;
  Relay relay(options, ear.deliver());
  const std::uint16_t first = free_pair(address("127.0.0.1"));
  relay.reserve(address("127.0.0.1"), first, static_cast<std::uint16_t>(first + 3));
  EXPECT_EQ(relay.totals().warm_ports, 0u) << "one too many";
  relay.reserve(address("127.0.0.1"), first, static_cast<std::uint16_t>(first + 1));
  EXPECT_EQ(relay.totals().warm_ports, 2u);
}

TEST(Relay, APortThatSomebodyElseHoldsCostsNoOtherPortItsSocket) {
  Call c({}, "127.0.0.1", false);
  Phone stranger(c.host);
  const std::uint16_t kept = free_pair(c.host);
  c.relay.reserve(c.host, kept, kept);
  c.plan.legs[0].local_port = stranger.local().port;
  ASSERT_TRUE(c.relay.start(c.plan));
  c.ear.wait<engine::RelayFailed>();
  EXPECT_FALSE(bind_port({c.host, kept}, {0, 0})) << "still ours";
}

TEST(Relay, AThousandCallsLeaveNoDescriptorBehind) {
  const std::size_t before = open_descriptors();
  {
    Options options;
    options.threads = 2;
    options.warm_ports_max = 40;
    Ear ear;
    Relay relay(options, ear.deliver());
    const std::size_t idle = open_descriptors();
    std::vector<media::RelayPlan> plans(25);
    for (auto& plan : plans)
      for (auto& leg : plan.legs) {
        leg.local = address("127.0.0.1");
        leg.local_port = free_pair(leg.local);
        leg.remote_rtp = {address("127.0.0.1"), 9};
      }
    std::uint64_t id = 0;
    for (int round = 0; round < 40; ++round) {
      for (auto& plan : plans) {
        plan.id = RelayId{++id};
        ASSERT_TRUE(relay.start(plan));
      }
      for (auto& plan : plans) relay.stop(plan.id);
      for (std::size_t i = 0; i < plans.size(); ++i) {
        const auto reported = ear.wait<engine::RelayReported>();
        ASSERT_TRUE(reported.stopped);
      }
    }
    EXPECT_EQ(id, 1'000u);
    EXPECT_EQ(ear.count(), 0u) << "a plan failed";
    EXPECT_EQ(relay.totals().streams, 0u);
    EXPECT_EQ(relay.totals().warm_ports, 40u);
    EXPECT_EQ(open_descriptors(), idle + 40);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Relay, IdleSocketsMakeRoomWhenDescriptorsRunOut) {
  WarmPorts warm(100, {});
  const Address host = address("127.0.0.1");
  std::vector<Endpoint> idle;
  for (int i = 0; i < 20; ++i) {
    idle.push_back({host, free_pair(host)});
    warm.give_back(idle.back(), warm.take(idle.back(), WarmPorts::nobody).socket, WarmPorts::nobody);
  }
  ASSERT_EQ(warm.idle(), 20u);
  const Endpoint wanted{host, free_pair(host)};
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  // The next descriptor is the lowest free one: a limit just there is as good as a full table.
  const Descriptor probe(::dup(0));
  rlimit full = before;
  full.rlim_cur = static_cast<rlim_t>(probe.get() + 1);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &full), 0);
  const Descriptor socket = warm.take(wanted, WarmPorts::nobody).socket;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(static_cast<bool>(socket));
  EXPECT_LT(warm.idle(), 20u);
}

/// What the kernel holds for the UDP port on 127.0.0.1, in bytes; none when nobody has it. The table may leave out a
/// socket while others come and go, so it is read again before that is believed.
std::optional<std::size_t> queued(std::uint16_t port) {
  const std::string ours = fmt::format("0100007F:{:04X}", port);
  for (int attempt = 0; attempt < 200; ++attempt) {
    std::ifstream table("/proc/net/udp");
    for (std::string line; std::getline(table, line);)
      if (line.find(ours) != std::string::npos)
        return std::stoul(line.substr(line.find(':', line.find(" 07 ")) + 1, 8), nullptr, 16);
  }
  return std::nullopt;
}

TEST(Relay, AnIdlePortHoldsNoMoreThanAPacketOrTwoOfWhatIsSentToItAndWakesNobody) {
  Call c;
  c.stop();
  const auto spray = [&] {
    for (std::uint16_t i = 0; i < 500; ++i) c.alice.send(c.port(0), rtp(i, std::string(160, 'x')));
  };
  spray();
  // Another call is answered for after what came before it.
  const std::uint16_t idle = c.port(0).port;
  media::RelayPlan other = c.plan;
  other.id = RelayId{7};
  for (auto& leg : other.legs) leg.local_port = free_pair(c.host);
  std::swap(c.plan, other);
  c.start();
  std::swap(c.plan, other);
  EXPECT_LT(queued(idle).value(), 8'192u);
  const std::uint64_t before = c.relay.totals().wakeups;
  for (int i = 0; i < 20; ++i) {
    spray();
    EXPECT_LT(queued(idle).value(), 8'192u);
  }
  EXPECT_LE(c.relay.totals().wakeups, before + 1) << "the thread has let go of the port";
}

TEST(Relay, ACallOnAWarmPortIsHeardWhicheverThreadHadThePortBefore) {
  Options options;
  options.threads = 3;
  Call c(options);
  for (std::uint64_t id = 100; id < 140; ++id) {
    c.stop();
    EXPECT_EQ(c.relay.totals().warm_ports, 4u);
    if (id % 3 == 0) c.alice.send(c.port(0), rtp(1, "STRAY"));
    c.plan.id = RelayId{id};
    c.start();
    c.sequence = static_cast<std::uint16_t>(id * 100);
    c.alice_says("over there");
    c.bob_says("and back");
  }
}

TEST(Relay, APortInUseFailsTheWholePlanAndLeavesNothingBound) {
  Call c({}, "127.0.0.1", false);
  const Phone squatter(c.host, static_cast<std::uint16_t>(c.plan.legs[1].local_port + 1));
  ASSERT_TRUE(c.relay.start(c.plan));
  const auto failed = c.ear.wait<engine::RelayFailed>();
  EXPECT_EQ(failed.relay, c.plan.id);
  EXPECT_EQ(failed.call, c.plan.call);
  EXPECT_EQ(c.relay.totals().streams, 0u);
}

TEST(Relay, APlanWithTheIdOfARunningOneFailsAndTheRunningOneGoesOn) {
  Call c;
  media::RelayPlan twin = c.plan;
  for (auto& leg : twin.legs) leg.local_port = free_pair(leg.local);
  ASSERT_TRUE(c.relay.start(twin));
  c.ear.wait<engine::RelayFailed>();
  c.alice_says("still here");
}

TEST(Relay, TellsSilenceAgainAndAgainUntilStopped) {
  Call c({}, "127.0.0.1", false);
  c.plan.silence_limit_ms = 30;
  c.start();
  for (int i = 1; i <= 3; ++i) {
    const auto silent = c.ear.wait<engine::RelaySilent>();
    EXPECT_EQ(silent.relay, c.plan.id);
    EXPECT_GE(silent.silent_ms, 30 * i);
    EXPECT_EQ(silent.call, c.plan.call);
  }
  c.plan.silence_limit_ms = 0;
  ASSERT_TRUE(c.relay.update(c.plan));
  c.ask();
  c.stop();
}

TEST(Relay, AnswersEveryStopEvenOfWhatItDoesNotKnow) {
  Ear ear;
  Relay relay({}, ear.deliver());
  relay.stop(RelayId{77});
  const auto reported = ear.wait<engine::RelayReported>();
  EXPECT_TRUE(reported.stopped);
  EXPECT_EQ(reported.report.id, RelayId{77});
}

TEST(Relay, SaysNoWhenItsQueueIsFullButTakesEveryStop) {
  Options options;
  options.commands_max = 0;
  Ear ear;
  Relay relay(options, ear.deliver());
  EXPECT_FALSE(relay.start({}));
  EXPECT_FALSE(relay.update({}));
  EXPECT_FALSE(relay.ask(RelayId{1}));
  relay.stop(RelayId{1});
  EXPECT_TRUE(ear.wait<engine::RelayReported>().stopped);
}

TEST(Relay, MarksItsPacketsAsVoice) {
  for (const char* at : {"127.0.0.1", "::1"}) {
    if (!address(at).is_v4() && !testing::has_ipv6()) continue;
    Call c(quick_to_settle(), at);
    const int one = 1;
    const bool six = !c.host.is_v4();
    ASSERT_EQ(
        ::setsockopt(c.bob.fd(), six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_RECVTCLASS : IP_RECVTOS, &one, sizeof one),
        0);
    // Before and after the stream has settled on a socket of its own.
    for (std::uint16_t i = 0; i < 20; ++i) {
      c.bob_says("settle");
      c.alice.send(c.port(0), rtp(i, "mark"));
      pollfd wait{c.bob.fd(), POLLIN, 0};
      ASSERT_EQ(::poll(&wait, 1, testing::patience_ms), 1);
      std::array<char, 256> bytes, control{};
      iovec piece{bytes.data(), bytes.size()};
      msghdr message{};
      message.msg_iov = &piece;
      message.msg_iovlen = 1;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      ASSERT_GT(::recvmsg(c.bob.fd(), &message, 0), 0);
      const cmsghdr* head = CMSG_FIRSTHDR(&message);
      ASSERT_NE(head, nullptr);
      EXPECT_EQ(*CMSG_DATA(head), 46 << 2);
    }
  }
}

TEST(Relay, MediaMayHaveAnInterfaceOfItsOwn) {
  Options options;
  options.interface = "lo";
  options.local_v4 = address("127.0.0.3");
  Call c(options);
  c.alice.send({address("127.0.0.3"), c.plan.legs[0].local_port}, rtp(1, "by the other address"));
  EXPECT_EQ(c.bob.hear(), "by the other address");
  EXPECT_EQ(c.bob.heard_from(), (Endpoint{address("127.0.0.3"), c.plan.legs[1].local_port}));
  options.interface = "nosuch0";
  Call none(options, "127.0.0.1", false);
  EXPECT_TRUE(none.relay.start(none.plan));
  EXPECT_EQ(none.ear.wait<engine::RelayFailed>().call, CallId{2});
}

TEST(Relay, MarksItsPacketsAsItIsTold) {
  Options options;
  options.dscp = 34;
  Call c(options);
  const int one = 1;
  ASSERT_EQ(::setsockopt(c.bob.fd(), IPPROTO_IP, IP_RECVTOS, &one, sizeof one), 0);
  c.alice.send(c.port(0), rtp(1, "mark"));
  pollfd wait{c.bob.fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&wait, 1, testing::patience_ms), 1);
  std::array<char, 256> bytes, control{};
  iovec piece{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ASSERT_GT(::recvmsg(c.bob.fd(), &message, 0), 0);
  ASSERT_NE(CMSG_FIRSTHDR(&message), nullptr);
  EXPECT_EQ(*CMSG_DATA(CMSG_FIRSTHDR(&message)), 34 << 2);
}

TEST_P(SettledStream, DropsWhatIsLongerThanAnyVoicePacketAndGoesOn) {
  Call c(options());
  for (int i = 0; i < 20; ++i) c.alice_says("settle");
  c.alice.send(c.port(0), rtp(500, std::string(3'000, 'x')));
  c.alice_says("short");
  EXPECT_EQ(c.ask().legs[0].packets, 21u);
}

TEST_P(SettledStream, LosesNothingWhileItLetsPacketsGather) {
  Options options = SettledStream::options();
  options.gather_above_packets_per_s = 0;
  Call c(options);
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 20; ++i) c.alice.send(c.port(0), rtp(++c.sequence, "burst"));
    for (int i = 0; i < 20; ++i) ASSERT_EQ(c.bob.hear(), "burst");
  }
  EXPECT_EQ(c.ask().legs[0].packets, 2'000u);
}

TEST(Relay, ManyThreadsMayCommandItAtOnceWhilePacketsFlow) {
  Options options = quick_to_settle();
  options.threads = 3;
  options.warm_ports_max = 16;
  Ear ear;
  Relay relay(options, ear.deliver());
  constexpr int commanders = 4, rounds = 50;
  std::vector<media::RelayPlan> plans(commanders);
  for (int k = 0; k < commanders; ++k)
    for (auto& leg : plans[static_cast<std::size_t>(k)].legs) {
      leg.local = address("127.0.0.1");
      leg.local_port = free_pair(leg.local);
    }
  std::vector<std::thread> threads;
  for (int k = 0; k < commanders; ++k)
    threads.emplace_back([&, k] {
      media::RelayPlan plan = plans[static_cast<std::size_t>(k)];
      Phone phone(address("127.0.0.1"));
      for (auto& leg : plan.legs) leg.remote_rtp = phone.local();
      for (int i = 0; i < rounds; ++i) {
        plan.id = RelayId{static_cast<std::uint64_t>(k * rounds + i + 1)};
        relay.start(plan);
        for (std::uint16_t s = 0; s < 10; ++s) phone.send({plan.legs[0].local, plan.legs[0].local_port}, rtp(s, "x"));
        relay.ask(plan.id);
        relay.update(plan);
        relay.totals();
        relay.stop(plan.id);
      }
    });
  for (auto& thread : threads) thread.join();
  int stopped = 0;
  while (stopped < commanders * rounds) {
    const auto reported = ear.wait<engine::RelayReported>();
    ASSERT_TRUE(reported.report.id);
    stopped += reported.stopped ? 1 : 0;
  }
  EXPECT_EQ(relay.totals().streams, 0u);
}

}  // namespace
}  // namespace rf::relay
