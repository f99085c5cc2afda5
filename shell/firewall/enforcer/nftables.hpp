// Refusals in a table of nftables that is ours alone. The kernel removes it with the socket that made it.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "shell/firewall/enforcer/filter.hpp"
#include "shell/firewall/enforcer/nft_rules.hpp"

namespace rf::firewall {

class Nftables : public Filter {
 public:
  /// `socket` (NETLINK_NETFILTER) outlives it and is nobody else's. Errors: a sentence.
  static std::expected<std::unique_ptr<Filter>, std::string> make(NetlinkSocket& socket);
  ~Nftables() override;

  Backend backend() const override { return Backend::nftables; }
  bool stand_on(const Ground& ground) override;
  void ban(const Address& source, std::int64_t until_ns, bool again) override;
  void lift_ban(const Address& source) override;
  void block(const Subnet& network) override;
  void unblock(const Subnet& network) override;
  bool wants_disjoint_networks() const override { return true; }
  void throttle(const Throttle& throttle, std::int64_t until_ns, bool again) override;
  void lift_throttle(const Address& source) override;
  void open(const Pinhole& pinhole) override;
  void close(const Pinhole& pinhole) override;
  void settle() override;
  bool flush() override;
  std::array<Tally, rules> count() override;
  const std::string& why() const override { return why_; }

 private:
  // Asked, and not yet sent.
  struct Step {
    nft::Change change;
    std::string_view set;
    std::vector<nft::Element> elements;
  };

  Nftables(NetlinkSocket& socket, std::string table) : socket_(socket), table_(std::move(table)) {}
  void ask(nft::Change change, std::string_view set, nft::Element element);
  void ask_network(nft::Change change, const Subnet& network);
  void ask_pinhole(nft::Change change, const Pinhole& pinhole);
  int commit(std::span<const Step> steps);

  NetlinkSocket& socket_;
  std::string table_;
  std::string why_;
  NetlinkWriter out_;
  std::vector<Step> steps_;
  std::size_t elements_ = 0;
};

}  // namespace rf::firewall
