// The enforcer as the server starts it, in the kernel of this machine, with packets on a cable.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <thread>

#include "shell/firewall/channel.hpp"
#include "tests/unit/firewall/two_hosts.hpp"

namespace rf::firewall {
namespace {

using Clock = std::chrono::steady_clock;

Address address(const char* text) {
  return *Address::parse(text);
}
Subnet subnet(const char* text) {
  return *Subnet::parse(text);
}
Endpoint endpoint(const char* text) {
  return *Endpoint::parse(text);
}

constexpr int soon_ms = 10'000;
constexpr int never_comes_ms = 40;

const Endpoint door = endpoint("10.9.0.1:5060"), other_port = endpoint("10.9.0.1:7000");
const Endpoint door6 = endpoint("[fd09::1]:5060"), other_port6 = endpoint("[fd09::1]:7000");
const Endpoint behind4 = endpoint("10.9.0.1:7001"), behind6 = endpoint("[fd09::1]:7001");
const Endpoint media = endpoint("10.9.0.1:40000"), media6 = endpoint("[fd09::1]:40000");

class Kernel : public testing::TestWithParam<Wish> {
 protected:
  void SetUp() override {
    if (const std::string obstacle = TwoHosts::obstacle(); !obstacle.empty()) GTEST_SKIP() << obstacle;
    hosts_ = std::make_unique<TwoHosts>();
    start();
    begin(GetParam());
  }

  void start() {
    const auto stay = hosts_->stay_on_server();
    auto channel = Channel::start(ENFORCER);
    ASSERT_TRUE(channel) << channel.error();
    channel_ = std::make_unique<Channel>(std::move(*channel));
  }

  static Begin ground(Wish wish) {
    Begin begin{wish, 40'000, 40'999, {}, {}};
    for (const Protocol protocol : {Protocol::udp, Protocol::tcp}) {
      begin.doors.push_back({{Address::v4(0), 5060}, protocol});
      begin.doors.push_back({{Address{}, 5060}, protocol});
    }
    return begin;
  }

  void begin(Wish wish) {
    const State state = hear<State>(channel_->begin(ground(wish)));
    EXPECT_EQ(state.backend, expected(wish)) << state.why;
    EXPECT_EQ(state.why, "");
  }

  static Backend expected(Wish wish) {
    switch (wish) {
      case Wish::nftables:
        return Backend::nftables;
      case Wish::xdp_generic:
        return Backend::xdp_generic;
      default:
        return Backend::xdp_native;
    }
  }

  template <class T>
  T hear(std::uint64_t sequence) {
    const auto until = Clock::now() + std::chrono::seconds(60);
    while (Clock::now() < until && channel_->fd() >= 0) {
      for (const Answered& one : channel_->on_ready()) {
        if (one.sequence == sequence && std::holds_alternative<T>(one.reply)) return std::get<T>(one.reply);
        if (const auto* refused = std::get_if<Refused>(&one.reply))
          ADD_FAILURE() << "refused: " << name_of(refused->refusal);
      }
      pollfd wait{channel_->fd(), static_cast<short>(POLLIN | (channel_->wants_to_write() ? POLLOUT : 0)), 0};
      ::poll(&wait, 1, 1'000);
    }
    ADD_FAILURE() << "no answer";
    return {};
  }

  // Everything asked before is in force when this is back.
  Counters counters() { return hear<Counters>(channel_->count()); }
  std::uint64_t dropped(Rule rule) { return counters().dropped[static_cast<std::size_t>(rule)].packets; }

  // Whether a packet from there arrives. A second one, which nobody stops, is behind it on the cable: when that one is
  // here, however long it took, the first would be, too.
  bool passes(const Address& from, const Endpoint& to, std::uint16_t source_port = 0) {
    const Endpoint behind = to.address.is_v4() ? behind4 : behind6;
    const Socket listener = hosts_->on_server(to), last = hosts_->on_server(behind);
    const Socket sender = hosts_->on_sender({from, source_port});
    const Socket follower = hosts_->on_sender({to.address.is_v4() ? good_ : good6_, 0});
    sender.send(to);
    follower.send(behind);
    EXPECT_EQ(last.receive(1, soon_ms), 1u);
    return listener.receive(1, never_comes_ms) == 1;
  }

  Refusal refused_by(std::span<const std::uint8_t> bytes) {
    EXPECT_GT(::send(channel_->fd(), bytes.data(), bytes.size(), 0), 0);
    pollfd wait{channel_->fd(), POLLIN, 0};
    ::poll(&wait, 1, soon_ms);
    for (const Answered& one : channel_->on_ready())
      if (const auto* refused = std::get_if<Refused>(&one.reply)) return refused->refusal;
    ADD_FAILURE() << "not refused";
    return Refusal::kernel;
  }

  std::unique_ptr<TwoHosts> hosts_;
  std::unique_ptr<Channel> channel_;
  const Address bad_ = address("10.9.1.1"), good_ = address("10.9.2.1");
  const Address bad6_ = address("fd09:0:1::1"), good6_ = address("fd09:0:2::1");
};

TEST_P(Kernel, DropsABannedSourceAtOurDoorAndNowhereElse) {
  EXPECT_TRUE(passes(bad_, door));
  EXPECT_TRUE(passes(bad6_, door6));
  channel_->ban(std::vector<Ban>{{subnet("10.9.1.1"), 60'000}, {subnet("fd09:0:1::/64"), for_good_ms}});
  counters();
  EXPECT_FALSE(passes(bad_, door));
  EXPECT_FALSE(passes(bad6_, door6));
  EXPECT_TRUE(passes(bad_, other_port));
  EXPECT_TRUE(passes(bad6_, other_port6));
  EXPECT_TRUE(passes(good_, door));
  EXPECT_TRUE(passes(good6_, door6));
  EXPECT_EQ(dropped(Rule::banned), 2u);
  EXPECT_EQ(counters().bans, 2u);
  channel_->lift(std::vector{subnet("10.9.1.1"), subnet("fd09:0:1::/64")});
  counters();
  EXPECT_TRUE(passes(bad_, door));
  EXPECT_TRUE(passes(bad6_, door6));
}

TEST_P(Kernel, EndsABanByItself) {
  channel_->ban(std::vector<Ban>{{subnet("10.9.1.1"), 400}});
  counters();
  EXPECT_FALSE(passes(bad_, door));
  const auto until = Clock::now() + std::chrono::milliseconds(soon_ms);
  while (!passes(bad_, door) && Clock::now() < until) {
  }
  EXPECT_TRUE(passes(bad_, door));
  EXPECT_EQ(counters().bans, 0u);
}

TEST_P(Kernel, TakesASecondBanForLonger) {
  channel_->ban(std::vector<Ban>{{subnet("10.9.1.1"), 100}});
  channel_->ban(std::vector<Ban>{{subnet("10.9.1.1"), 60'000}});
  // One that began later and is as short as the first has ended: the first would have, too.
  channel_->ban(std::vector<Ban>{{subnet("10.9.2.1"), 100}});
  counters();
  const auto until = Clock::now() + std::chrono::milliseconds(soon_ms);
  while (!passes(good_, door) && Clock::now() < until) {
  }
  EXPECT_EQ(counters().bans, 1u);
  EXPECT_FALSE(passes(bad_, door));
}

TEST_P(Kernel, DropsANetworkAndAListAndLetsGoOfThem) {
  channel_->ban(std::vector<Ban>{{subnet("10.9.1.0/24"), for_good_ms}});
  counters();
  EXPECT_FALSE(passes(bad_, door));
  EXPECT_TRUE(passes(good_, door));
  hear<State>(channel_->replace_list(std::vector{subnet("10.9.0.0/17"), subnet("fd09:0:1::/48")}));
  EXPECT_FALSE(passes(good_, door));
  EXPECT_FALSE(passes(bad6_, door6));
  EXPECT_TRUE(passes(good6_, door6));
  hear<State>(channel_->replace_list({}));
  EXPECT_TRUE(passes(good_, door));
  EXPECT_TRUE(passes(bad6_, door6));
  EXPECT_FALSE(passes(bad_, door));
  EXPECT_EQ(dropped(Rule::network), 4u);
}

TEST_P(Kernel, LetsATrickleThrough) {
  // Ten a second, three at once.
  channel_->throttle(std::vector<Throttle>{{bad_, 600, 3, 60'000}, {bad6_, 600, 3, for_good_ms}});
  counters();
  for (const auto& [from, to] : {std::pair{bad_, door}, std::pair{bad6_, door6}}) {
    const Socket listener = hosts_->on_server(to);
    const Socket sender = hosts_->on_sender({from, 0});
    const auto began = Clock::now();
    for (int i = 0; i < 100; ++i) sender.send(to);
    std::size_t got = listener.receive(100, never_comes_ms);
    EXPECT_GE(got, 3u);
    while (Clock::now() - began < std::chrono::milliseconds(1'000)) {
      sender.send(to);
      got += listener.receive(1, 5);
    }
    EXPECT_GE(got, 9u);
    EXPECT_LE(got, 16u);
  }
  EXPECT_GT(dropped(Rule::throttled), 100u);
  channel_->lift_throttles(std::vector{bad_, bad6_});
  counters();
  const Socket listener = hosts_->on_server(door);
  const Socket sender = hosts_->on_sender({bad_, 0});
  for (int i = 0; i < 50; ++i) sender.send(door);
  EXPECT_EQ(listener.receive(50, soon_ms), 50u);
}

TEST_P(Kernel, OpensMediaPortsToTheirPeersAlone) {
  EXPECT_FALSE(passes(good_, media));
  EXPECT_FALSE(passes(good6_, media6));
  EXPECT_EQ(dropped(Rule::media), 2u);

  channel_->open(std::vector<Pinhole>{{40'000, {good_, 9'000}}});
  counters();
  EXPECT_TRUE(passes(good_, media, 9'000));
  EXPECT_FALSE(passes(good_, media, 9'001));
  EXPECT_FALSE(passes(bad_, media, 9'000));
  EXPECT_FALSE(passes(good_, endpoint("10.9.0.1:40002"), 9'000));

  channel_->open(std::vector<Pinhole>{{40'000, {good6_, 0}}});
  counters();
  EXPECT_FALSE(passes(good_, media, 9'000));
  EXPECT_TRUE(passes(good6_, media6, 9'001));
  EXPECT_FALSE(passes(bad6_, media6, 9'001));

  channel_->open(std::vector<Pinhole>{{40'000, {}}});
  channel_->ban(std::vector<Ban>{{subnet("10.9.1.1"), 60'000}});
  counters();
  EXPECT_TRUE(passes(good_, media));
  EXPECT_TRUE(passes(good6_, media6));
  EXPECT_FALSE(passes(bad_, media));

  channel_->close(std::vector<std::uint16_t>{40'000});
  counters();
  EXPECT_FALSE(passes(good_, media));
}

TEST_P(Kernel, LeavesOtherHostsAloneWhoseTrafficItForwards) {
  channel_->ban(std::vector<Ban>{{subnet("10.9.1.1"), 60'000}});
  // An address that is not ours when the packet comes: it may be anybody's behind us.
  hosts_->run_on_sender("ip route add 10.77.0.1 via 10.9.0.1");
  counters();
  const Socket sender = hosts_->on_sender({bad_, 0});
  sender.send(endpoint("10.77.0.1:5060"));
  EXPECT_FALSE(passes(bad_, door));
  EXPECT_EQ(dropped(Rule::banned), 1u);
}

TEST_P(Kernel, GuardsAnAddressThatTheHostGetsLater) {
  channel_->ban(std::vector<Ban>{{subnet("10.9.1.1"), 60'000}});
  hosts_->run_on_server("ip addr add 10.9.0.2/16 dev eth0");
  const auto until = Clock::now() + std::chrono::milliseconds(soon_ms);
  const Endpoint late = endpoint("10.9.0.2:5060");
  while (passes(bad_, late) && Clock::now() < until) {
  }
  EXPECT_FALSE(passes(bad_, late));
}

TEST_P(Kernel, LetsNoFragmentedPacketOfABannedSourceTogether) {
  channel_->ban(std::vector<Ban>{{subnet("10.9.1.1"), 60'000}});
  counters();
  const Socket listener = hosts_->on_server(door);
  const Socket bad = hosts_->on_sender({bad_, 0}), good = hosts_->on_sender({good_, 0});
  bad.send(door, std::string(4'000, 'x'));
  EXPECT_EQ(listener.receive(1, never_comes_ms), 0u);
  good.send(door, std::string(4'000, 'x'));
  EXPECT_EQ(listener.receive(1, soon_ms), 1u);
}

TEST_P(Kernel, IsInForceWithinTenMillisecondsOfTheVerdict) {
  const Socket listener = hosts_->on_server(door);
  const Socket sender = hosts_->on_sender({bad_, 0});
  std::vector<double> took;
  for (int round = 0; round < 20; ++round) {
    const std::uint64_t before = dropped(Rule::banned);
    const auto verdict = Clock::now();
    channel_->ban(std::vector<Ban>{{subnet("10.9.1.1"), 60'000}});
    // On a cable of memory a packet is either there when send() is back, or dropped.
    const auto at_last = verdict + std::chrono::milliseconds(soon_ms);
    bool passed = true;
    while (passed && Clock::now() < at_last) {
      sender.send(door);
      passed = listener.receive(1, 0) != 0;
    }
    ASSERT_FALSE(passed) << "nothing is dropped";
    took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - verdict).count());
    // One that came late looked like one that was dropped.
    const auto until = Clock::now() + std::chrono::milliseconds(soon_ms);
    while (dropped(Rule::banned) == before && Clock::now() < until) sender.send(door);
    EXPECT_GT(dropped(Rule::banned), before);
    channel_->lift(std::vector{subnet("10.9.1.1")});
    counters();
    while (listener.receive(1, 0) > 0) {
    }
  }
  std::sort(took.begin(), took.end());
  RecordProperty("verdict_to_drop_median_us", static_cast<int>(took[took.size() / 2] * 1000));
  std::printf("verdict to first drop: median %.3f ms, worst %.3f ms\n", took[took.size() / 2], took.back());
  EXPECT_LT(took[took.size() / 2], 10);
}

TEST_P(Kernel, TakesEverythingOutWhenItEnds) {
  hear<Ended>(channel_->end());
  channel_.reset();
  EXPECT_EQ(hosts_->run_on_server("nft list tables"), "");
  EXPECT_EQ(hosts_->run_on_server("ip link show eth0").find("xdp"), std::string::npos);
}

TEST_P(Kernel, LeavesNothingWhenItIsKilled) {
  channel_->ban(std::vector<Ban>{{subnet("10.9.1.1"), for_good_ms}});
  counters();
  ::kill(channel_->process(), SIGKILL);
  const auto until = Clock::now() + std::chrono::milliseconds(soon_ms);
  while (channel_->fd() >= 0 && Clock::now() < until) channel_->on_ready();
  EXPECT_TRUE(passes(bad_, door));
  EXPECT_EQ(hosts_->run_on_server("nft list tables"), "");
  EXPECT_EQ(hosts_->run_on_server("ip link show eth0").find("xdp"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Backends, Kernel, testing::Values(Wish::xdp_native, Wish::xdp_generic, Wish::nftables),
                         [](const auto& wish) {
                           return wish.param == Wish::nftables      ? "Nftables"
                                  : wish.param == Wish::xdp_generic ? "XdpGeneric"
                                                                    : "XdpNative";
                         });

class Choice : public Kernel {
 protected:
  void SetUp() override {
    if (const std::string obstacle = TwoHosts::obstacle(); !obstacle.empty()) GTEST_SKIP() << obstacle;
    hosts_ = std::make_unique<TwoHosts>();
    start();
  }
};

TEST_P(Choice, TakesTheCheapestByItself) {
  begin(Wish::automatic);
}

TEST_P(Choice, DoesNotDisturbSomebodyElsesXdpProgram) {
  begin(Wish::automatic);
  auto theirs = std::move(channel_);
  start();
  const State state = hear<State>(channel_->begin(ground(Wish::automatic)));
  EXPECT_EQ(state.backend, Backend::nftables);
  EXPECT_EQ(state.why, "interface eth0 has an XDP program of somebody else");
}

TEST_P(Choice, EachOfTwoServersOnAHostHasATableOfItsOwn) {
  begin(Wish::nftables);
  auto theirs = std::move(channel_);
  start();
  begin(Wish::nftables);
  EXPECT_EQ(hosts_->run_on_server("nft list tables"), "table inet ringfence\ntable inet ringfence2\n");
}

TEST_P(Choice, RemovesATableThatIsLeftOver) {
  EXPECT_EQ(hosts_->run_on_server("nft add table inet ringfence '{ comment \"left over\"; }'"), "");
  begin(Wish::nftables);
  EXPECT_EQ(hosts_->run_on_server("nft list table inet ringfence").find("left over"), std::string::npos);
}

TEST_P(Choice, SaysWhenNothingIsEnforcedInTheKernel) {
  const State state = hear<State>(channel_->begin(ground(Wish::user_space)));
  EXPECT_EQ(state.backend, Backend::user_space);
  EXPECT_EQ(state.why, "the configuration asks for it");
}

TEST_P(Choice, ChangesItsMeansWithoutAGap) {
  begin(Wish::xdp_native);
  const std::vector<Ban> bans{{subnet("10.9.1.1"), for_good_ms}};
  channel_->ban(bans);
  channel_->open(std::vector<Pinhole>{{40'000, {good_, 0}}});
  counters();
  const Socket listener = hosts_->on_server(door), audio = hosts_->on_server(media);
  const Socket bad = hosts_->on_sender({bad_, 0}), good = hosts_->on_sender({good_, 0});
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> sent = 0;
  std::thread traffic([&] {
    while (!stop) {
      bad.send(door);
      good.send(media);
      ++sent;
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  });
  std::uint64_t heard = 0;
  for (int round = 0; round < 5; ++round)
    for (const Wish wish : {Wish::nftables, Wish::xdp_generic, Wish::xdp_native, Wish::automatic}) {
      const State state = hear<State>(channel_->use(wish));
      EXPECT_EQ(state.backend, expected(wish)) << state.why;
      heard += audio.receive(1'000'000, 1);
    }
  stop = true;
  traffic.join();
  heard += audio.receive(1'000'000, never_comes_ms);
  EXPECT_EQ(listener.receive(1, 0), 0u);
  EXPECT_EQ(heard, sent.load());
  EXPECT_EQ(dropped(Rule::media), 0u);
  // A packet that is dropped in the moment of a change may be in the count of neither means.
  EXPECT_LE(dropped(Rule::banned), sent.load());
  EXPECT_GE(dropped(Rule::banned) + 20, sent.load());
}

TEST_P(Choice, RefusesWhatIsNotExactlyRightAndGoesOn) {
  EXPECT_EQ(refused_by(encode(Request{Count{}}, 3)), Refusal::not_begun);
  begin(Wish::nftables);
  std::mt19937 random(3);
  Frame frame = encode(Request{AddBans{{{subnet("10.9.2.1"), 1}}}}, 4);
  frame[frame_bytes - 1] = 1;
  EXPECT_EQ(refused_by(frame), Refusal::bad_value);
  EXPECT_EQ(refused_by(std::span(frame).first(100)), Refusal::wrong_size);
  std::vector<std::uint8_t> longer(frame.begin(), frame.end());
  longer.push_back(0);
  EXPECT_EQ(refused_by(longer), Refusal::wrong_size);
  EXPECT_EQ(refused_by(encode(Request{OpenPinholes{{{39'999, {}}}}}, 5)), Refusal::bad_value);
  for (int round = 0; round < 2'000; ++round) {
    Frame noise = encode(Request{Count{}}, 6);
    for (std::size_t i = 4; i < 64; ++i) noise[i] = static_cast<std::uint8_t>(random() % 4 == 0 ? random() : 0);
    noise[4] = static_cast<std::uint8_t>(random() % 12 + 2);
    noise[5] = 0;
    ASSERT_GT(::send(channel_->fd(), noise.data(), noise.size(), 0), 0);
    if (round % 64 == 0) channel_->on_ready();
  }
  EXPECT_TRUE(passes(good_, door));
}

TEST_P(Choice, LoadsAMillionNetworks) {
  // As many into nftables take a minute where there is little processor.
  for (const auto& [wish, size] : {std::pair{Wish::xdp_native, 1'000'000u}, std::pair{Wish::nftables, 100'000u}}) {
    begin(wish);
    std::vector<Subnet> list;
    for (std::uint32_t i = 0; i < size; ++i) list.push_back({Address::v4(0x20000000u + i * 512u), 119});
    list.push_back(subnet("10.9.1.0/24"));
    const auto began = Clock::now();
    hear<State>(channel_->replace_list(list));
    std::printf("%zu networks: %.2f s\n", list.size(), std::chrono::duration<double>(Clock::now() - began).count());
    EXPECT_EQ(counters().networks, list.size());
    EXPECT_FALSE(passes(bad_, door));
    EXPECT_TRUE(passes(good_, door));
    hear<State>(channel_->replace_list({}));
    EXPECT_TRUE(passes(bad_, door));
  }
}

TEST_P(Choice, DiesWithItsParentHoweverThatEnds) {
  channel_.reset();
  std::array<int, 2> pipe;
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    start();
    begin(Wish::nftables);
    const pid_t enforcer = channel_->process();
    (void)!::write(pipe[1], &enforcer, sizeof enforcer);
    ::pause();
    ::_exit(0);
  }
  pid_t enforcer = 0;
  ASSERT_EQ(::read(pipe[0], &enforcer, sizeof enforcer), static_cast<ssize_t>(sizeof enforcer));
  EXPECT_EQ(hosts_->run_on_server("nft list tables"), "table inet ringfence\n");
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  const auto until = Clock::now() + std::chrono::milliseconds(soon_ms);
  while (hosts_->run_on_server("nft list tables") != "" && Clock::now() < until) {
  }
  EXPECT_EQ(hosts_->run_on_server("nft list tables"), "");
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_P(Choice, HasNoRightsBeyondTheNetworkAndMayOpenNothing) {
  begin(Wish::automatic);
  const std::string status =
      hosts_->run_on_server("grep -E '^(Uid|CapEff|CapPrm|CapBnd|CapAmb|NoNewPrivs|Seccomp):' /proc/" +
                            std::to_string(channel_->process()) + "/status");
  EXPECT_EQ(status,
            "Uid:\t65534\t65534\t65534\t65534\n"
            "CapPrm:\t0000000000001000\nCapEff:\t0000000000001000\nCapBnd:\t0000000000000000\n"
            "CapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n");
}

INSTANTIATE_TEST_SUITE_P(Enforcer, Choice, testing::Values(Wish::automatic), [](const auto&) { return "Once"; });

}  // namespace
}  // namespace rf::firewall
