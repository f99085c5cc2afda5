#include "shell/firewall/enforcer/nftables.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/limits/server.hpp"

namespace rf::firewall {
namespace {

using nft::Change;
using nft::Element;
using nft::Sets;

// So many go into one message: it may have 64 KiB.
constexpr std::size_t elements_a_message = 500;
// Short enough for a ban to wait behind, and for the socket.
constexpr std::size_t elements_a_batch = 40'000;

Bytes key_of(const Address& address) {
  const auto& bytes = address.bytes();
  return {bytes.begin() + (address.is_v4() ? 12 : 0), bytes.end()};
}

void append(Bytes& key, const Bytes& more) {
  key.insert(key.end(), more.begin(), more.end());
}

// In a concatenation each part fills whole four-byte registers.
void append_port(Bytes& key, std::uint16_t port) {
  append(key, {static_cast<std::uint8_t>(port >> 8), static_cast<std::uint8_t>(port), 0, 0});
}

Bytes port_key(std::uint32_t port) {
  return {static_cast<std::uint8_t>(port >> 8), static_cast<std::uint8_t>(port)};
}

// The first key behind a network; false when there is none.
bool step_over(Bytes& key, unsigned bits) {
  if (bits == 0) return false;
  std::size_t at = (bits - 1) / 8;
  unsigned carry = 0x80u >> (bits - 1) % 8;
  for (;; --at) {
    const unsigned sum = key[at] + carry;
    key[at] = static_cast<std::uint8_t>(sum);
    if (sum < 256) return true;
    if (at == 0) return false;
    carry = 1;
  }
}

std::int64_t mono_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

std::uint64_t timeout_of(std::int64_t until_ns) {
  if (until_ns == never_ns) return 0;
  return static_cast<std::uint64_t>(std::max<std::int64_t>((until_ns - mono_ns()) / 1'000'000, 1));
}

int send_batch(NetlinkSocket& socket, NetlinkWriter& out) {
  nft::end_batch(out);
  const int fault = socket.transact(out.bytes());
  out.clear();
  return fault;
}

}  // namespace

std::expected<std::unique_ptr<Filter>, std::string> Nftables::make(NetlinkSocket& socket) {
  if (!socket.is_open()) return std::unexpected("no netlink socket for nftables");
  NetlinkWriter out;
  int fault = 0;
  for (int number = 1; number <= FirewallLimits::tables; ++number) {
    std::string table = number == 1 ? "ringfence" : fmt::format("ringfence{}", number);
    // A table without an owner is left over from something that is gone; that of another server cannot be removed.
    nft::begin_batch(out);
    nft::write_delete_table(out, table);
    const int removed = send_batch(socket, out);
    if (removed == EPERM && number < FirewallLimits::tables && socket.is_open()) {
      fault = EPERM;
      continue;
    }
    nft::begin_batch(out);
    nft::write_table(out, table);
    fault = send_batch(socket, out);
    if (fault == 0) return std::unique_ptr<Filter>(new Nftables(socket, std::move(table)));
    break;
  }
  return std::unexpected(fmt::format("nftables refuses a table of ours: {}", std::strerror(fault)));
}

Nftables::~Nftables() {
  out_.clear();
  nft::begin_batch(out_);
  nft::write_delete_table(out_, table_);
  send_batch(socket_, out_);
}

bool Nftables::stand_on(const Ground& ground) {
  flush();
  std::vector<Element> doors4, doors6, addresses4, addresses6, media;
  for (const Door& door : ground.doors) {
    Bytes key = key_of(door.bind.address);
    append(key, {static_cast<std::uint8_t>(door.protocol == Protocol::udp ? IPPROTO_UDP : IPPROTO_TCP), 0, 0, 0});
    append_port(key, door.bind.port);
    (door.bind.address.is_v4() ? doors4 : doors6).push_back({key});
  }
  for (const Address& address : ground.addresses)
    (address.is_v4() ? addresses4 : addresses6).push_back({key_of(address)});
  if (ground.first_media_port != 0) {
    media.push_back({port_key(ground.first_media_port)});
    if (ground.last_media_port < 65'535) media.push_back({port_key(ground.last_media_port + 1u), 0, true});
  }
  nft::begin_batch(out_);
  const std::array<std::pair<std::string_view, const std::vector<Element>*>, 5> all{{{Sets::doors4, &doors4},
                                                                                     {Sets::doors6, &doors6},
                                                                                     {Sets::addresses4, &addresses4},
                                                                                     {Sets::addresses6, &addresses6},
                                                                                     {Sets::media_ports, &media}}};
  for (const auto& [set, elements] : all) {
    nft::write_flush(out_, table_, set);
    if (!elements->empty()) nft::write_elements(out_, Change::add, table_, set, *elements);
  }
  const int fault = send_batch(socket_, out_);
  if (fault != 0) why_ = fmt::format("nftables refuses our doors: {}", std::strerror(fault));
  return fault == 0;
}

void Nftables::ban(const Address& source, std::int64_t until_ns, bool again) {
  const std::string_view set = source.is_v4() ? Sets::bans4 : Sets::bans6;
  // An element keeps the timeout it came with, so a new one takes its place.
  if (again) ask(Change::remove, set, {key_of(source)});
  ask(Change::add, set, {key_of(source), timeout_of(until_ns)});
}

void Nftables::lift_ban(const Address& source) {
  ask(Change::remove, source.is_v4() ? Sets::bans4 : Sets::bans6, {key_of(source)});
}

void Nftables::block(const Subnet& network) {
  ask_network(Change::add, network);
}
void Nftables::unblock(const Subnet& network) {
  ask_network(Change::remove, network);
}

void Nftables::throttle(const Throttle& throttle, std::int64_t until_ns, bool again) {
  const std::string_view set = throttle.source.is_v4() ? Sets::throttles4 : Sets::throttles6;
  if (again) ask(Change::remove, set, {key_of(throttle.source)});
  ask(Change::add, set,
      {key_of(throttle.source), timeout_of(until_ns), false, throttle.packets_per_minute, throttle.burst});
}

void Nftables::lift_throttle(const Address& source) {
  ask(Change::remove, source.is_v4() ? Sets::throttles4 : Sets::throttles6, {key_of(source)});
}

void Nftables::open(const Pinhole& pinhole) {
  ask_pinhole(Change::add, pinhole);
}
void Nftables::close(const Pinhole& pinhole) {
  ask_pinhole(Change::remove, pinhole);
}

void Nftables::ask(Change change, std::string_view set, Element element) {
  ++elements_;
  if (steps_.empty() || steps_.back().change != change || steps_.back().set != set ||
      steps_.back().elements.size() >= elements_a_message)
    steps_.push_back({change, set, {}});
  steps_.back().elements.push_back(std::move(element));
}

void Nftables::ask_network(Change change, const Subnet& network) {
  const bool v4 = network.base.is_v4();
  const std::string_view set = v4 ? Sets::networks4 : Sets::networks6;
  Bytes key = key_of(network.base);
  ask(change, set, {key});
  if (step_over(key, network.prefix - (v4 ? 96u : 0u))) ask(change, set, {key, 0, true});
}

void Nftables::ask_pinhole(Change change, const Pinhole& pinhole) {
  const Address& peer = pinhole.peer.address;
  if (peer.is_unspecified()) {
    ask(change, Sets::anybody, {port_key(pinhole.port)});
    return;
  }
  Bytes key;
  append_port(key, pinhole.port);
  append(key, key_of(peer));
  if (pinhole.peer.port == 0) {
    ask(change, peer.is_v4() ? Sets::hosts4 : Sets::hosts6, {key});
    return;
  }
  append_port(key, pinhole.peer.port);
  ask(change, peer.is_v4() ? Sets::peers4 : Sets::peers6, {key});
}

void Nftables::settle() {
  if (elements_ >= elements_a_batch) flush();
}

int Nftables::commit(std::span<const Step> steps) {
  nft::begin_batch(out_);
  for (const Step& step : steps) nft::write_elements(out_, step.change, table_, step.set, step.elements);
  return send_batch(socket_, out_);
}

bool Nftables::flush() {
  if (steps_.empty()) return true;
  const auto steps = std::move(steps_);
  steps_.clear();
  elements_ = 0;
  if (commit(steps) == 0) return true;
  // One that is no longer there, its time being over, spoils the whole transaction. So each for itself; but the two
  // ends of a network belong together, and have no time.
  bool fine = true;
  for (const Step& step : steps) {
    const bool networks = step.set == Sets::networks4 || step.set == Sets::networks6;
    const std::size_t together = networks ? step.elements.size() : 1;
    for (std::size_t at = 0; at < step.elements.size(); at += together) {
      const auto first = step.elements.begin() + static_cast<std::ptrdiff_t>(at);
      const Step alone{step.change, step.set, {first, first + static_cast<std::ptrdiff_t>(together)}};
      const int fault = commit(std::span(&alone, 1));
      if (fault == 0 || (fault == ENOENT && step.change == Change::remove)) continue;
      why_ = fmt::format("nftables refuses an element of {}: {}", step.set, std::strerror(fault));
      fine = false;
    }
  }
  return fine;
}

std::array<Tally, rules> Nftables::count() {
  std::array<Tally, rules> out{};
  out_.clear();
  nft::write_count(out_, table_);
  socket_.dump(out_.bytes(), [&](const NetlinkMessage& message) {
    const nft::Counter counter = nft::read_counter(message.payload);
    for (std::size_t rule = 0; rule < rules; ++rule)
      if (counter.name == name_of(static_cast<Rule>(rule))) out[rule] = {counter.packets, counter.bytes};
  });
  out_.clear();
  return out;
}

}  // namespace rf::firewall
