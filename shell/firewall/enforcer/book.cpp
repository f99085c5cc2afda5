#include "shell/firewall/enforcer/book.hpp"

#include <algorithm>
#include <limits>

namespace rf::firewall {
namespace {

// The subnet of that length around an address of the same family.
Subnet around(const Address& address, unsigned prefix) {
  auto bytes = address.bytes();
  for (unsigned bit = prefix; bit < 128; ++bit) bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
  return {Address::from_bytes(bytes), static_cast<std::uint8_t>(prefix)};
}

std::int64_t end_of(std::uint64_t remaining_ms, std::int64_t now_ns) {
  if (remaining_ms > remaining_max_ms) return never_ns;
  return now_ns + static_cast<std::int64_t>(remaining_ms) * 1'000'000;
}

Subnet as_subnet(const Address& source) {
  return {source, source.is_v4() ? std::uint8_t{128} : std::uint8_t{64}};
}

}  // namespace

std::optional<Address> single_source(const Subnet& network) {
  if (network.prefix == (network.base.is_v4() ? 128 : 64)) return network.base;
  return std::nullopt;
}

Address source_of(const Address& address) {
  return address.is_v4() ? address : around(address, 64).base;
}

std::optional<Refusal> Book::ban(Filter& filter, const Ban& ban, std::int64_t now_ns) {
  const std::int64_t until = end_of(ban.remaining_ms, now_ns);
  if (const auto source = single_source(ban.network)) {
    auto at = bans_.find(*source);
    const bool again = at != bans_.end();
    if (!again) {
      if (bans_.size() >= limits_.bans && !make_room(filter, Kind::ban)) return Refusal::full;
      at = bans_.emplace(*source, until).first;
    } else {
      unschedule(at->second, Kind::ban, ban.network);
      at->second = until;
    }
    schedule(until, Kind::ban, ban.network);
    filter.ban(*source, until, again);
    return std::nullopt;
  }
  auto at = networks_.find(ban.network);
  if (!hold(filter, ban.network, at)) return Refusal::full;
  if (at->second.banned_until_ns != 0) unschedule(at->second.banned_until_ns, Kind::network, ban.network);
  at->second.banned_until_ns = until;
  schedule(until, Kind::network, ban.network);
  return std::nullopt;
}

void Book::lift(Filter& filter, const Subnet& network) {
  if (const auto source = single_source(network)) {
    const auto at = bans_.find(*source);
    if (at == bans_.end()) return;
    unschedule(at->second, Kind::ban, network);
    bans_.erase(at);
    filter.lift_ban(*source);
    return;
  }
  const auto at = networks_.find(network);
  if (at == networks_.end() || at->second.banned_until_ns == 0) return;
  unschedule(at->second.banned_until_ns, Kind::network, network);
  at->second.banned_until_ns = 0;
  if (at->second.list == 0) let_go(filter, at);
}

std::optional<Refusal> Book::throttle(Filter& filter, const Throttle& throttle, std::int64_t now_ns) {
  Slowed slowed{throttle, end_of(throttle.remaining_ms, now_ns)};
  slowed.throttle.source = source_of(throttle.source);
  const Subnet what = as_subnet(slowed.throttle.source);
  auto at = throttles_.find(slowed.throttle.source);
  const bool again = at != throttles_.end();
  if (!again) {
    if (throttles_.size() >= limits_.throttles && !make_room(filter, Kind::throttle)) return Refusal::full;
    throttles_.emplace(slowed.throttle.source, slowed);
  } else {
    unschedule(at->second.until_ns, Kind::throttle, what);
    at->second = slowed;
  }
  schedule(slowed.until_ns, Kind::throttle, what);
  filter.throttle(slowed.throttle, slowed.until_ns, again);
  return std::nullopt;
}

void Book::lift_throttle(Filter& filter, const Address& address) {
  const Address source = source_of(address);
  const auto at = throttles_.find(source);
  if (at == throttles_.end()) return;
  unschedule(at->second.until_ns, Kind::throttle, as_subnet(source));
  throttles_.erase(at);
  filter.lift_throttle(source);
}

void Book::open_list() {
  // An unfinished list is given up: what it added stays until the next commit.
  list_ = list_ == std::numeric_limits<std::uint32_t>::max() ? 1 : list_ + 1;
  list_open_ = true;
}

std::optional<Refusal> Book::add_to_list(Filter& filter, const Subnet& network) {
  if (!list_open_) return Refusal::out_of_order;
  auto at = networks_.find(network);
  if (!hold(filter, network, at)) return Refusal::full;
  at->second.list = list_;
  return std::nullopt;
}

std::optional<Refusal> Book::commit_list(Filter& filter) {
  if (!list_open_) return Refusal::out_of_order;
  list_open_ = false;
  for (auto at = networks_.begin(); at != networks_.end();) {
    if (at->second.list != list_) at->second.list = 0;
    at = at->second.list == 0 && at->second.banned_until_ns == 0 ? let_go(filter, at) : std::next(at);
  }
  return std::nullopt;
}

void Book::open(Filter& filter, const Pinhole& pinhole) {
  const auto at = pinholes_.find(pinhole.port);
  if (at != pinholes_.end() && at->second == pinhole.peer) return;
  if (at != pinholes_.end()) filter.close({pinhole.port, at->second});
  pinholes_[pinhole.port] = pinhole.peer;
  filter.open(pinhole);
}

void Book::close(Filter& filter, std::uint16_t port) {
  const auto at = pinholes_.find(port);
  if (at == pinholes_.end()) return;
  filter.close({port, at->second});
  pinholes_.erase(at);
}

void Book::advance(Filter& filter, std::int64_t now_ns) {
  for (const Kind kind : kinds)
    while (!ends(kind).empty() && ends(kind).begin()->first <= now_ns) end_soonest(filter, kind);
}

std::int64_t Book::next_end_ns() const {
  std::int64_t next = never_ns;
  for (const Ends& ends : ends_)
    if (!ends.empty()) next = std::min(next, ends.begin()->first);
  return next;
}

void Book::fill(Filter& filter) const {
  for (const auto& [port, peer] : pinholes_) filter.open({port, peer});
  for (const auto& [source, until] : bans_) {
    filter.ban(source, until, false);
    filter.settle();
  }
  for (const auto& [source, slowed] : throttles_) {
    filter.throttle(slowed.throttle, slowed.until_ns, false);
    filter.settle();
  }
  const Subnet* outer = nullptr;
  for (const auto& [network, held] : networks_) {
    if (filter.wants_disjoint_networks() && outer != nullptr && outer->contains(network.base)) continue;
    outer = &network;
    filter.block(network);
    filter.settle();
  }
}

bool Book::is_covered(const Subnet& network) const {
  for (unsigned prefix = network.base.is_v4() ? 97 : 1; prefix < network.prefix; ++prefix)
    if (of_length_[prefix] > 0 && networks_.contains(around(network.base, prefix))) return true;
  return false;
}

// A network comes right before all that lie in it: by base, then by length.
template <class Fn>
void Book::for_each_outermost(Networks::const_iterator from, const Subnet& within, Fn&& fn) const {
  const Subnet* outer = nullptr;
  for (auto at = from; at != networks_.end() && within.contains(at->first.base); ++at) {
    if (outer != nullptr && outer->contains(at->first.base)) continue;
    outer = &at->first;
    fn(at->first);
  }
}

bool Book::hold(Filter& filter, const Subnet& network, Networks::iterator& at) {
  if (at != networks_.end()) return true;
  if (networks_.size() >= limits_.networks && !make_room(filter, Kind::network)) return false;
  at = networks_.emplace(network, Held{}).first;
  ++of_length_[network.prefix];
  if (!filter.wants_disjoint_networks()) {
    filter.block(network);
  } else if (!is_covered(network)) {
    for_each_outermost(std::next(at), network, [&](const Subnet& inner) { filter.unblock(inner); });
    filter.block(network);
  }
  filter.settle();
  return true;
}

Book::Networks::iterator Book::let_go(Filter& filter, Networks::iterator at) {
  const Subnet network = at->first;
  --of_length_[network.prefix];
  at = networks_.erase(at);
  if (!filter.wants_disjoint_networks()) {
    filter.unblock(network);
  } else if (!is_covered(network)) {
    filter.unblock(network);
    for_each_outermost(at, network, [&](const Subnet& inner) { filter.block(inner); });
  }
  filter.settle();
  return at;
}

void Book::unschedule(std::int64_t at_ns, Kind kind, const Subnet& what) {
  if (at_ns != never_ns) ends(kind).erase({at_ns, what});
}

void Book::schedule(std::int64_t at_ns, Kind kind, const Subnet& what) {
  if (at_ns != never_ns) ends(kind).insert({at_ns, what});
}

void Book::end_soonest(Filter& filter, Kind kind) {
  const Subnet what = ends(kind).begin()->second;
  if (kind == Kind::throttle)
    lift_throttle(filter, what.base);
  else
    lift(filter, what);
}

bool Book::make_room(Filter& filter, Kind kind) {
  if (ends(kind).empty()) return false;
  end_soonest(filter, kind);
  // A network that the list also holds has not left.
  return kind != Kind::network || networks_.size() < limits_.networks;
}

}  // namespace rf::firewall
