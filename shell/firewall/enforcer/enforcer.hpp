// The enforcer: takes requests one after the other, keeps the book, and chooses the filter that carries it out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shell/firewall/enforcer/book.hpp"
#include "shell/firewall/enforcer/descriptor.hpp"
#include "shell/firewall/enforcer/host_network.hpp"
#include "shell/firewall/enforcer/nftables.hpp"
#include "shell/firewall/enforcer/xdp.hpp"

namespace rf::firewall {

/// What was opened and loaded before the rights were given up; what is not there cannot be used.
struct Means {
  std::unique_ptr<XdpProgram> xdp;
  std::string why_no_xdp;
  NetlinkSocket nftables;
  HostNetwork network;
};

class Enforcer {
 public:
  /// `channel` is a SOCK_SEQPACKET to the server.
  Enforcer(Means& means, int channel);
  /// Until End, or until the other side is gone. Then nothing of ours is left in the kernel.
  void run();

 private:
  // False: it is over.
  bool take_requests();
  bool handle(const Received& received, const Descriptor& passed);
  std::optional<Refusal> carry_out(const Request& request);
  std::optional<Refusal> begin(const Begin& begin);
  /// `changed`: another wish than before.
  void use(Wish wish, bool changed);
  bool try_filter(std::unique_ptr<Filter> next, const Ground& ground);
  bool try_xdp(Wish wish, bool changed, const Ground& ground);
  bool try_nftables(const Ground& ground);
  void network_changed();
  std::optional<Ground> survey();
  void say_why(std::string_view why);
  void replace(std::unique_ptr<Filter> next);
  Counters count();
  void tell_state(std::uint64_t sequence);
  void answer(const Reply& reply, std::uint64_t sequence);

  Means& means_;
  int channel_;
  Book book_;
  std::optional<Begin> begun_;
  std::unique_ptr<Filter> filter_;
  std::string why_;
  std::string why_no_xdp_;
  std::vector<std::uint32_t> interfaces_;
  std::array<Tally, rules> earlier_{};  // counted by filters that were in use before
  std::uint64_t last_sequence_ = 0;
};

}  // namespace rf::firewall
