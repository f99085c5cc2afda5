// CPU a dropped packet in the kernel: XDP that drops everything, our XDP program for a banned source and for a listed
// network, and our nftables table for the same, in turn, in one run, on one cable. Needs root.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/firewall/cable.hpp"
#include "shell/firewall/channel.hpp"

using namespace rf;
using namespace rf::firewall;
using rf::bench::Cable;

namespace {

constexpr std::uint32_t packets_a_round = 2'000'000;
constexpr std::uint32_t warm_up = 100'000;
constexpr int rounds = 5;
constexpr std::uint32_t sources = 65'536;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "bench_firewall: {}\n", why);
  std::exit(2);
}

// The generator: XDP's own frames, sent without a socket, so that it is quicker than any receiver.
class Flood {
 public:
  explicit Flood(const Cable& cable) : cable_(cable) {
    libbpf_set_print([](libbpf_print_level, const char*, va_list) { return 0; });
    object_ = bpf_object__open(FLOOD);
    if (object_ == nullptr || bpf_object__load(object_) != 0) give_up("the kernel refuses the flood");
    flood_ = bpf_program__fd(bpf_object__find_program_by_name(object_, "flood"));
    drop_all_ = bpf_program__fd(bpf_object__find_program_by_name(object_, "drop_all"));
    const std::uint32_t zero = 0, interface = cable.sender_interface();
    bpf_map_update_elem(bpf_object__find_map_fd_by_name(object_, "cable"), &zero, &interface, BPF_ANY);
    std::memcpy(frame_.data(), cable.server_mac(), 6);
    frame_[6] = 2;
    const std::array<std::uint8_t, 30> ip{8,  0, 0x45, 0,  0, 46, 0, 1, 0, 0,    64,   17, 0,  0, 10,
                                          10, 0, 0,    10, 9, 0,  1, 9, 9, 0x13, 0xc4, 0,  26, 0, 0};
    std::copy(ip.begin(), ip.end(), frame_.begin() + 12);
  }
  ~Flood() { bpf_object__close(object_); }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

  int drop_all() const { return drop_all_; }

  void send(std::uint32_t packets) {
    cable_.go_to_sender();
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame_.data(), .data_size_in = frame_.size(),
                .repeat = static_cast<int>(packets), .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = 64);
    if (const int fault = bpf_prog_test_run_opts(flood_, &options); fault != 0)
      give_up(fmt::format("no live frames: {}", std::strerror(-fault)));
  }

 private:
  const Cable& cable_;
  bpf_object* object_ = nullptr;
  int flood_ = -1, drop_all_ = -1;
  std::array<std::uint8_t, 60> frame_{};
};

// The enforcer as the server has it, waited for.
class Enforced {
 public:
  Enforced(const Cable& cable, Wish wish) {
    cable.go_to_server();
    auto channel = Channel::start(ENFORCER);
    if (!channel) give_up(channel.error());
    channel_ = std::make_unique<Channel>(std::move(*channel));
    const State state = hear(channel_->begin({wish, 0, 0, {{{Address::v4(0), 5060}, Protocol::udp}}, {}}));
    if (state.backend != (wish == Wish::nftables ? Backend::nftables : Backend::xdp_native)) give_up(state.why);
  }
  void ban_all() {
    std::vector<Ban> bans;
    for (std::uint32_t i = 0; i < sources; ++i) bans.push_back({{Address::v4(0x0a0a0000 + i), 128}, for_good_ms});
    channel_->ban(bans);
    hear(channel_->replace_list({}));
  }
  // As many networks as there are sources, and one around each 16 of those.
  void list_all() {
    std::vector<Subnet> list;
    for (std::uint32_t i = 0; i < 60'000; ++i) list.push_back({Address::v4(0x20000000 + 4096 * i), 120});
    for (std::uint32_t i = 0; i < sources; i += 16) list.push_back({Address::v4(0x0a0a0000 + i), 124});
    hear(channel_->replace_list(list));
  }

 private:
  State hear(std::uint64_t sequence) {
    for (int tries = 0; tries < 1'000'000 && channel_->fd() >= 0; ++tries) {
      for (const Answered& one : channel_->on_ready())
        if (one.sequence == sequence && std::holds_alternative<State>(one.reply)) return std::get<State>(one.reply);
      pollfd wait{channel_->fd(), static_cast<short>(POLLIN | (channel_->wants_to_write() ? POLLOUT : 0)), 0};
      ::poll(&wait, 1, 1'000);
    }
    give_up("the enforcer does not answer");
  }
  std::unique_ptr<Channel> channel_;
};

double microseconds_a_packet(const Cable& cable, Flood& flood) {
  cable.receive_in_a_thread();
  flood.send(warm_up);
  ::usleep(50'000);
  const Cable::Work before = cable.work();
  flood.send(packets_a_round);
  ::usleep(50'000);
  const Cable::Work after = cable.work();
  if (after.packets <= before.packets) give_up("no packets arrived");
  return static_cast<double>(after.nanoseconds - before.nanoseconds) / 1e3 /
         static_cast<double>(after.packets - before.packets);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

bool print(std::string_view name, double ours, double peer, double target) {
  const double ratio = ours / peer;
  fmt::print("bench {} ours={:.3f} peer={:.3f} unit=us ratio={:.2f} target<={:.2f} {}\n", name, ours, peer, ratio,
             target, ratio <= target ? "ok" : "short");
  return ratio <= target;
}

}  // namespace

int main() {
  if (::geteuid() != 0) give_up("needs root");
  Cable cable;
  Flood flood(cable);
  std::vector<double> all, hash, trie, table, intervals;
  for (int round = 0; round < rounds; ++round) {
    {
      cable.go_to_server();
      LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_DRV_MODE);
      const int link = bpf_link_create(flood.drop_all(), static_cast<int>(cable.server_interface()), BPF_XDP, &options);
      if (link < 0) give_up("no XDP on this cable");
      all.push_back(microseconds_a_packet(cable, flood));
      ::close(link);
    }
    for (const Wish wish : {Wish::xdp_native, Wish::nftables}) {
      {
        Enforced enforced(cable, wish);
        enforced.ban_all();
        (wish == Wish::nftables ? table : hash).push_back(microseconds_a_packet(cable, flood));
      }
      Enforced enforced(cable, wish);
      enforced.list_all();
      (wish == Wish::nftables ? intervals : trie).push_back(microseconds_a_packet(cable, flood));
    }
  }
  fmt::print(stderr,
             "us a packet: XDP drop-all {:.3f}, XDP ban {:.3f}, XDP list {:.3f}, nftables ban {:.3f}, list {:.3f}\n",
             median(all), median(hash), median(trie), median(table), median(intervals));
  const bool beside_nothing = print("firewall-ban-beside-drop-all", median(hash), median(all), 2.5);
  const bool beside_table = print("firewall-ban-beside-nftables", median(hash), median(table), 1.0 / 3);
  return beside_nothing && beside_table ? 0 : 1;
}
