#include "shell/firewall/enforcer/enforcer.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace rf::firewall {
namespace {

// After so many requests it looks at everything else again.
constexpr int requests_a_turn = 64;

std::int64_t mono_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// Enforces nothing: the server decides on every packet itself, as it always does.
class UserSpace : public Filter {
 public:
  Backend backend() const override { return Backend::user_space; }
  bool stand_on(const Ground&) override { return true; }
  void ban(const Address&, std::int64_t, bool) override {}
  void lift_ban(const Address&) override {}
  void block(const Subnet&) override {}
  void unblock(const Subnet&) override {}
  void throttle(const Throttle&, std::int64_t, bool) override {}
  void lift_throttle(const Address&) override {}
  void open(const Pinhole&) override {}
  void close(const Pinhole&) override {}
  bool flush() override { return true; }
  std::array<Tally, rules> count() override { return {}; }
  const std::string& why() const override { return none_; }

 private:
  std::string none_;
};

bool is_media_port(const Begin& begin, std::uint16_t port) {
  return begin.first_media_port != 0 && port >= begin.first_media_port && port <= begin.last_media_port;
}

std::vector<std::uint32_t> indexes_of(const Ground& ground) {
  std::vector<std::uint32_t> out;
  for (const Interface& interface : ground.interfaces) out.push_back(interface.index);
  return out;
}

template <class Entries, class Fn>
std::optional<Refusal> each(const Entries& entries, Fn&& fn) {
  std::optional<Refusal> first;
  for (const auto& entry : entries)
    if (const std::optional<Refusal> refusal = fn(entry); refusal && !first) first = refusal;
  return first;
}

}  // namespace

Enforcer::Enforcer(Means& means, int channel)
    : means_(means), channel_(channel), filter_(std::make_unique<UserSpace>()) {}

void Enforcer::run() {
  for (;;) {
    const std::int64_t next = book_.next_end_ns();
    int wait_ms = -1;
    if (next != never_ns)
      wait_ms = static_cast<int>(std::clamp<std::int64_t>((next - mono_ns()) / 1'000'000 + 1, 0, 60'000));
    std::array<pollfd, 2> fds{{{channel_, POLLIN, 0}, {means_.network.fd(), POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), wait_ms) < 0 && errno != EINTR) break;
    if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !take_requests()) break;
    if (next <= mono_ns()) {
      book_.advance(*filter_, mono_ns());
      filter_->flush();
    }
    if ((fds[1].revents & POLLIN) != 0 && means_.network.changed()) network_changed();
  }
  filter_.reset();
}

bool Enforcer::take_requests() {
  // One byte more than a frame, so that a longer one is seen to be longer.
  std::array<std::uint8_t, frame_bytes + 1> bytes;
  bool only_list = true;
  for (int turn = 0; turn < requests_a_turn; ++turn) {
    Descriptor passed;
    const ssize_t got = receive(channel_, bytes, passed);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) return false;
    const Received received = decode_request(std::span(bytes.data(), static_cast<std::size_t>(got)));
    last_sequence_ = received.sequence;
    // A list comes in thousands of pieces, and each time the kernel is told costs it as much as the whole set is long.
    only_list = only_list && received.request && std::holds_alternative<AddToList>(*received.request);
    if (!handle(received, passed)) return false;
  }
  if (!only_list && !filter_->flush()) answer(Refused{Refusal::kernel}, last_sequence_);
  return true;
}

bool Enforcer::handle(const Received& received, const Descriptor& passed) {
  if (!received.request) {
    answer(Refused{received.request.error()}, received.sequence);
    return true;
  }
  const Request& request = *received.request;
  // Something that came uninvited is closed unseen.
  if (std::holds_alternative<Widen>(request)) {
    if (!widen(passed)) answer(Refused{Refusal::bad_value}, received.sequence);
    return true;
  }
  if (std::holds_alternative<End>(request)) {
    filter_.reset();
    answer(Ended{}, received.sequence);
    return false;
  }
  if (!begun_ && !std::holds_alternative<Begin>(request)) {
    answer(Refused{Refusal::not_begun}, received.sequence);
    return true;
  }
  if (const auto refusal = carry_out(request)) {
    answer(Refused{*refusal}, received.sequence);
  } else if (std::holds_alternative<Count>(request)) {
    filter_->flush();
    answer(count(), received.sequence);
  } else if (std::holds_alternative<Begin>(request) || std::holds_alternative<Use>(request) ||
             std::holds_alternative<CommitList>(request)) {
    filter_->flush();
    tell_state(received.sequence);
  }
  return true;
}

std::optional<Refusal> Enforcer::carry_out(const Request& request) {
  const std::int64_t now = mono_ns();
  Filter& filter = *filter_;
  if (const auto* one = std::get_if<Begin>(&request)) return begin(*one);
  if (const auto* one = std::get_if<AddBans>(&request))
    return each(one->bans, [&](const Ban& ban) { return book_.ban(filter, ban, now); });
  if (const auto* one = std::get_if<LiftBans>(&request))
    for (const Subnet& network : one->networks) book_.lift(filter, network);
  if (const auto* one = std::get_if<AddThrottles>(&request))
    return each(one->throttles, [&](const Throttle& t) { return book_.throttle(filter, t, now); });
  if (const auto* one = std::get_if<LiftThrottles>(&request))
    for (const Address& source : one->sources) book_.lift_throttle(filter, source);
  if (std::holds_alternative<OpenList>(request)) book_.open_list();
  if (const auto* one = std::get_if<AddToList>(&request))
    return each(one->networks, [&](const Subnet& network) { return book_.add_to_list(filter, network); });
  if (std::holds_alternative<CommitList>(request)) return book_.commit_list(filter);
  if (const auto* one = std::get_if<OpenPinholes>(&request))
    return each(one->pinholes, [&](const Pinhole& pinhole) -> std::optional<Refusal> {
      if (!is_media_port(*begun_, pinhole.port)) return Refusal::bad_value;
      book_.open(filter, pinhole);
      return std::nullopt;
    });
  if (const auto* one = std::get_if<ClosePinholes>(&request))
    for (const std::uint16_t port : one->ports) book_.close(filter, port);
  if (const auto* one = std::get_if<Use>(&request)) use(one->wish, one->wish != begun_->wish);
  return std::nullopt;
}

std::optional<Refusal> Enforcer::begin(const Begin& begin) {
  const bool changed = begun_ && begun_->wish != begin.wish;
  begun_ = begin;
  use(begin.wish, changed);
  return std::nullopt;
}

void Enforcer::use(Wish wish, bool changed) {
  begun_->wish = wish;
  why_.clear();
  const auto ground = survey();
  if (!ground) {
    why_ = "the kernel does not tell the host's addresses";
  } else {
    interfaces_ = indexes_of(*ground);
    if (wish != Wish::nftables && wish != Wish::user_space && try_xdp(wish, changed, *ground)) return;
    if ((wish == Wish::automatic || wish == Wish::nftables) && try_nftables(*ground)) return;
  }
  if (wish == Wish::user_space) why_ = "the configuration asks for it";
  replace(std::make_unique<UserSpace>());
}

void Enforcer::replace(std::unique_ptr<Filter> next) {
  const auto last = filter_->count();
  for (std::size_t rule = 0; rule < rules; ++rule) {
    earlier_[rule].packets += last[rule].packets;
    earlier_[rule].bytes += last[rule].bytes;
  }
  filter_ = std::move(next);
}

// The new filter is full before it stands, and stands before the old one goes.
bool Enforcer::try_filter(std::unique_ptr<Filter> next, const Ground& ground) {
  book_.fill(*next);
  if (next->flush() && next->stand_on(ground)) {
    replace(std::move(next));
    return true;
  }
  say_why(next->why());
  return false;
}

bool Enforcer::try_xdp(Wish wish, bool changed, const Ground& ground) {
  if (!why_no_xdp_.empty()) {
    say_why(why_no_xdp_);
    return false;
  }
  const Backend now = filter_->backend();
  if (now >= Backend::xdp_generic) {
    const bool native = now == Backend::xdp_native;
    // What was the best that could be had is not asked for again for every new address of the host.
    const bool stays = wish == Wish::automatic ? native || !changed : native == (wish == Wish::xdp_native);
    if (stays) {
      if (filter_->stand_on(ground)) return true;
      say_why(filter_->why());
      return false;
    }
    // An interface has one program in one mode at a time: nftables keeps the door in between.
    if (!try_nftables(ground)) replace(std::make_unique<UserSpace>());
  }
  return try_filter(std::make_unique<Xdp>(*means_.xdp, wish != Wish::xdp_generic, wish != Wish::xdp_native), ground);
}

bool Enforcer::try_nftables(const Ground& ground) {
  if (filter_->backend() == Backend::nftables) {
    if (filter_->stand_on(ground)) return true;
    say_why(filter_->why());
    replace(std::make_unique<UserSpace>());
  }
  auto next = Nftables::make(means_.nftables);
  if (next) return try_filter(std::move(*next), ground);
  say_why(next.error());
  return false;
}

void Enforcer::say_why(std::string_view why) {
  if (!why_.empty()) why_ += "; ";
  why_ += why;
}

void Enforcer::network_changed() {
  if (!begun_) return;
  const State before{filter_->backend(), why_};
  const auto ground = survey();
  // Other interfaces may make another filter the best; other addresses do not.
  const bool same_filter = ground && indexes_of(*ground) == interfaces_ && filter_->stand_on(*ground);
  if (!same_filter) use(begun_->wish, false);
  if (State{filter_->backend(), why_} != before) tell_state(0);
}

std::optional<Ground> Enforcer::survey() {
  const auto links = means_.network.links();
  if (!links) return std::nullopt;
  Ground ground{{}, {}, {}, begun_->first_media_port, begun_->last_media_port};
  why_no_xdp_ = means_.xdp == nullptr ? means_.why_no_xdp : std::string();
  const auto& named = begun_->interfaces;
  for (const HostNetwork::Link& link : *links) {
    // What comes by loopback is from this host.
    if (link.loopback) continue;
    ground.addresses.insert(ground.addresses.end(), link.addresses.begin(), link.addresses.end());
    const bool wanted = named.empty() ? !link.addresses.empty()
                                      : std::find(named.begin(), named.end(), link.interface.index) != named.end();
    if (!wanted) continue;
    ground.interfaces.push_back(link.interface);
    if (!link.ethernet && why_no_xdp_.empty())
      why_no_xdp_ = fmt::format("interface {} carries no Ethernet", link.interface.name);
  }
  for (const Door& door : begun_->doors) {
    if (!door.bind.address.is_unspecified()) {
      ground.doors.push_back(door);
      continue;
    }
    // The unspecified address is that of a family, and stands for each of the host's own in it.
    for (const Address& address : ground.addresses)
      if (address.is_v4() == door.bind.address.is_v4())
        ground.doors.push_back({{address, door.bind.port}, door.protocol});
  }
  return ground;
}

Counters Enforcer::count() {
  Counters out;
  out.dropped = earlier_;
  const auto now = filter_->count();
  for (std::size_t rule = 0; rule < rules; ++rule) {
    out.dropped[rule].packets += now[rule].packets;
    out.dropped[rule].bytes += now[rule].bytes;
  }
  out.bans = book_.bans();
  out.networks = book_.networks();
  out.throttles = book_.throttles();
  out.pinholes = book_.pinholes();
  return out;
}

void Enforcer::tell_state(std::uint64_t sequence) {
  answer(State{filter_->backend(), why_}, sequence);
}

void Enforcer::answer(const Reply& reply, std::uint64_t sequence) {
  const Frame frame = encode(reply, sequence);
  // A server that does not read its answers is not waited for.
  (void)::send(channel_, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace rf::firewall
