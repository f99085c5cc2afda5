#include "bench/firewall/cable.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace rf::bench {
namespace {

constexpr const char* far_end = "rfbench1";
constexpr const char* near_end = "rfbench0";

void must(bool fine, const char* what) {
  if (fine) return;
  fmt::print(stderr, "bench_firewall: {}: {}\n", what, std::strerror(errno));
  std::exit(2);
}

}  // namespace

void run(const std::string& command) {
  if (std::system(command.c_str()) == 0) return;
  fmt::print(stderr, "bench_firewall: this failed: {}\n", command);
  std::exit(2);
}

Cable::Cable() : name_(fmt::format("rfbench-{}", ::getpid())) {
  home_ = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  run(fmt::format(
      "ip netns add {0}-a && ip netns add {0}-b && ip link add {1} netns {0}-a numrxqueues 1 type veth peer "
      "name {2} netns {0}-b && ip -n {0}-a addr add 10.9.0.2/8 dev {1} && ip -n {0}-b addr add 10.9.0.1/8 dev {2} "
      "&& ip -n {0}-a link set {1} up && ip -n {0}-b link set {2} up",
      name_, near_end, far_end));
  sender_ = ::open(fmt::format("/run/netns/{}-a", name_).c_str(), O_RDONLY | O_CLOEXEC);
  server_ = ::open(fmt::format("/run/netns/{}-b", name_).c_str(), O_RDONLY | O_CLOEXEC);
  must(sender_ >= 0 && server_ >= 0, "no network namespaces");
  go_to_sender();
  sender_interface_ = ::if_nametoindex(near_end);
  go_to_server();
  server_interface_ = ::if_nametoindex(far_end);
  ifreq request{};
  std::strcpy(request.ifr_name, far_end);
  const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  must(::ioctl(any, SIOCGIFHWADDR, &request) == 0, "no address of the cable");
  std::memcpy(server_mac_, request.ifr_hwaddr.sa_data, 6);
  // With GRO on, a veth receives as it does with XDP.
  ethtool_value on{ETHTOOL_SGRO, 1};
  request.ifr_data = reinterpret_cast<char*>(&on);
  must(::ioctl(any, SIOCETHTOOL, &request) == 0, "no GRO");
  ::close(any);
}

Cable::~Cable() {
  ::setns(home_, CLONE_NEWNET);
  run(fmt::format("ip netns del {0}-a; ip netns del {0}-b", name_));
}

void Cable::go_to_sender() const {
  must(::setns(sender_, CLONE_NEWNET) == 0, "cannot go to the sender");
}
void Cable::go_to_server() const {
  must(::setns(server_, CLONE_NEWNET) == 0, "cannot go to the server");
}

void Cable::receive_in_a_thread() const {
  run(fmt::format("ip netns exec {}-b sh -c 'echo 1 >/sys/class/net/{}/threaded'", name_, far_end));
}

Cable::Work Cable::work() const {
  Work out;
  go_to_server();
  std::ifstream devices("/proc/thread-self/net/dev");
  for (std::string line; std::getline(devices, line);) {
    const std::size_t colon = line.find(far_end + std::string(":"));
    if (colon == std::string::npos) continue;
    std::uint64_t bytes = 0;
    std::istringstream(line.substr(line.find(':') + 1)) >> bytes >> out.packets;
  }
  DIR* processes = ::opendir("/proc");
  while (const dirent* one = ::readdir(processes)) {
    const std::string folder = std::string("/proc/") + one->d_name;
    std::string name;
    if (!std::getline(std::ifstream(folder + "/comm"), name) || !name.starts_with(std::string("napi/") + far_end))
      continue;
    std::uint64_t spent = 0;
    std::ifstream(folder + "/schedstat") >> spent;
    out.nanoseconds += spent;
  }
  ::closedir(processes);
  return out;
}

}  // namespace rf::bench
