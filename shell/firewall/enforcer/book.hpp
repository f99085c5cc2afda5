// Who is shut out, slowed down and let in: the whole truth, from which any filter can be filled again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "core/base/limits/server.hpp"
#include "shell/firewall/enforcer/filter.hpp"

namespace rf::firewall {

/// What it holds at most. Where an end is known, the one that ends soonest leaves for a newcomer; a book full of what
/// has no end refuses.
struct BookLimits {
  std::size_t bans = FirewallLimits::bans;
  std::size_t networks = FirewallLimits::networks;
  std::size_t throttles = FirewallLimits::throttles;
};

/// Each change goes to the filter at once. Nothing: it was done; else why not.
class Book {
 public:
  explicit Book(BookLimits limits = {}) : limits_(limits) {}

  std::optional<Refusal> ban(Filter& filter, const Ban& ban, std::int64_t now_ns);
  void lift(Filter& filter, const Subnet& network);
  std::optional<Refusal> throttle(Filter& filter, const Throttle& throttle, std::int64_t now_ns);
  void lift_throttle(Filter& filter, const Address& source);

  void open_list();
  std::optional<Refusal> add_to_list(Filter& filter, const Subnet& network);
  std::optional<Refusal> commit_list(Filter& filter);

  void open(Filter& filter, const Pinhole& pinhole);
  void close(Filter& filter, std::uint16_t port);

  /// Ends what is over.
  void advance(Filter& filter, std::int64_t now_ns);
  /// When advance() has something to do; never_ns: not foreseeably.
  std::int64_t next_end_ns() const;

  /// Puts everything into a filter that has nothing yet.
  void fill(Filter& filter) const;

  std::size_t bans() const { return bans_.size(); }
  std::size_t networks() const { return networks_.size(); }
  std::size_t throttles() const { return throttles_.size(); }
  std::size_t pinholes() const { return pinholes_.size(); }

 private:
  struct Slowed {
    Throttle throttle;
    std::int64_t until_ns = never_ns;
  };
  // A network is shut out by a ban, by the list, or both.
  struct Held {
    std::int64_t banned_until_ns = 0;  // 0: not banned
    std::uint32_t list = 0;            // number of the list it is in, 0: none
  };
  enum class Kind : std::uint8_t { ban, network, throttle };
  static constexpr std::array kinds{Kind::ban, Kind::network, Kind::throttle};
  using Ends = std::set<std::pair<std::int64_t, Subnet>>;
  using Networks = std::map<Subnet, Held>;

  bool is_covered(const Subnet& network) const;
  template <class Fn>
  void for_each_outermost(Networks::const_iterator from, const Subnet& within, Fn&& fn) const;
  bool hold(Filter& filter, const Subnet& network, Networks::iterator& at);
  Networks::iterator let_go(Filter& filter, Networks::iterator at);
  void unschedule(std::int64_t at_ns, Kind kind, const Subnet& what);
  void schedule(std::int64_t at_ns, Kind kind, const Subnet& what);
  void end_soonest(Filter& filter, Kind kind);
  bool make_room(Filter& filter, Kind kind);
  Ends& ends(Kind kind) { return ends_[static_cast<std::size_t>(kind)]; }

  BookLimits limits_;
  std::unordered_map<Address, std::int64_t> bans_;
  Networks networks_;
  std::array<std::uint32_t, 129> of_length_{};  // networks of each prefix length, IPv4 and IPv6 alike
  std::uint32_t list_ = 1;
  bool list_open_ = false;
  std::unordered_map<Address, Slowed> throttles_;
  std::map<std::uint16_t, Endpoint> pinholes_;
  std::array<Ends, kinds.size()> ends_;  // only of what has an end
};

/// The single source that a subnet stands for, if it does: an IPv4 address or an IPv6 /64.
std::optional<Address> single_source(const Subnet& network);
/// The source that an address belongs to: itself, or the base of its IPv6 /64.
Address source_of(const Address& address);

}  // namespace rf::firewall
