// ringfence-firewall PARENT: started by the server, with a SOCK_SEQPACKET as descriptor 3. It is of no use to people.
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <string_view>

#include "shell/firewall/channel.hpp"
#include "shell/firewall/enforcer/enforcer.hpp"
#include "shell/firewall/enforcer/sandbox.hpp"

namespace {

bool is_channel(int fd) {
  int type = 0, domain = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET &&
         ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

int serve(pid_t parent) {
  rf::firewall::Means means;
  auto xdp = rf::firewall::XdpProgram::load();
  if (xdp)
    means.xdp = std::move(*xdp);
  else
    means.why_no_xdp = xdp.error();
  means.nftables = rf::firewall::NetlinkSocket::open(NETLINK_NETFILTER);
  if (!means.network.works()) {
    std::fputs("ringfence-firewall: no netlink here\n", stderr);
    return 1;
  }
  if (const auto confined = rf::firewall::confine(parent); !confined) {
    std::fprintf(stderr, "ringfence-firewall: %s\n", confined.error().c_str());
    return 1;
  }
  rf::firewall::Enforcer(means, rf::firewall::channel_descriptor).run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  pid_t parent = 0;
  const std::string_view number = argc == 2 ? argv[1] : "";
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), parent);
  if (number.empty() || error != std::errc{} || end != number.data() + number.size() ||
      !is_channel(rf::firewall::channel_descriptor)) {
    std::fputs("ringfence-firewall is started by `ringfence serve`, not by hand\n", stderr);
    return 2;
  }
  ::syscall(SYS_close_range, rf::firewall::channel_descriptor + 1, ~0U, 0);
  // A service manager asks all of a service to stop at once; this one stops when the server has.
  for (const int asked : {SIGTERM, SIGINT, SIGHUP}) ::signal(asked, SIG_IGN);
  // Third-party code may throw (no memory); what is in the kernel goes with the process.
  try {
    return serve(parent);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "ringfence-firewall: %s\n", fault.what());
    return 1;
  }
}
