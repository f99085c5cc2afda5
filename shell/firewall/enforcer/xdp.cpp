#include "shell/firewall/enforcer/xdp.hpp"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "shell/firewall/enforcer/fence.h"

// The program as bpf-gcc made it.
asm(".section .rodata\n"
    ".balign 16\n"
    ".global ringfence_fence\n"
    "ringfence_fence:\n"
    ".incbin \"" RINGFENCE_FENCE
    "\"\n"
    ".global ringfence_fence_end\n"
    "ringfence_fence_end:\n"
    ".previous\n");
extern "C" const std::uint8_t ringfence_fence[];
extern "C" const std::uint8_t ringfence_fence_end[];

namespace rf::firewall {
namespace {

static_assert(static_cast<std::size_t>(FENCE_RULES) == rules);

constexpr std::array<const char*, XdpProgram::maps> map_names{
    "ports", "counts", "doors", "bans4", "bans6", "throttles4", "throttles6", "networks4", "networks6"};

// The key of a source: the address itself, or the first half of an IPv6 one; in network order, as in the packet.
std::uint32_t key4(const Address& source) {
  return htonl(source.v4_host_order());
}
std::uint64_t key6(const Address& source) {
  std::uint64_t key;
  std::memcpy(&key, source.bytes().data(), sizeof key);
  return key;
}

fence_network4 network4(const Subnet& network) {
  fence_network4 key{network.prefix - 96u, {}};
  std::memcpy(key.address, network.base.bytes().data() + 12, 4);
  return key;
}

fence_network6 network6(const Subnet& network) {
  fence_network6 key{network.prefix, {}};
  std::memcpy(key.address, network.base.bytes().data(), 16);
  return key;
}

fence_door door_key(const Address& address, std::uint16_t port, Protocol protocol) {
  fence_door key{};
  std::memcpy(key.address, address.bytes().data(), 16);
  key.port = htons(port);
  key.protocol = protocol == Protocol::udp ? IPPROTO_UDP : IPPROTO_TCP;
  return key;
}

}  // namespace

std::expected<std::unique_ptr<XdpProgram>, std::string> XdpProgram::load() {
  // The kernel's opinion of the compiler's type information is no news to anybody.
  libbpf_set_print([](libbpf_print_level, const char*, va_list) { return 0; });
  auto out = std::unique_ptr<XdpProgram>(new XdpProgram());
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "ringfence");
  out->object_ =
      bpf_object__open_mem(ringfence_fence, static_cast<std::size_t>(ringfence_fence_end - ringfence_fence), &options);
  if (out->object_ == nullptr) return std::unexpected(fmt::format("no XDP program: {}", std::strerror(errno)));
  if (const int fault = bpf_object__load(out->object_); fault != 0)
    return std::unexpected(fmt::format("the kernel refuses the XDP program: {}", std::strerror(-fault)));
  out->program_ = bpf_program__fd(bpf_object__find_program_by_name(out->object_, "fence"));
  for (std::size_t map = 0; map < maps; ++map)
    out->maps_[map] = bpf_object__find_map_fd_by_name(out->object_, map_names[map]);
  // Read here, because it is in a file.
  out->processors_ = static_cast<std::size_t>(std::max(libbpf_num_possible_cpus(), 1));
  return out;
}

XdpProgram::~XdpProgram() {
  bpf_object__close(object_);
}

Xdp::Xdp(XdpProgram& program, bool native, bool generic) : program_(program), native_(native), generic_(generic) {
  before_ = count();
}

Xdp::~Xdp() {
  for (const auto& [interface, link] : links_) ::close(link.fd);
  clear(XdpProgram::doors, sizeof(fence_door));
  clear(XdpProgram::bans4, 4);
  clear(XdpProgram::bans6, 8);
  clear(XdpProgram::throttles4, 4);
  clear(XdpProgram::throttles6, 8);
  clear(XdpProgram::networks4, sizeof(fence_network4));
  clear(XdpProgram::networks6, sizeof(fence_network6));
  const fence_port nothing{};
  for (const auto& [port, roles] : roles_) {
    const std::uint32_t number = port;
    set(XdpProgram::ports, &number, &nothing);
  }
}

Backend Xdp::backend() const {
  const bool native = std::all_of(links_.begin(), links_.end(), [](const auto& link) { return link.second.native; });
  return native && !links_.empty() ? Backend::xdp_native : Backend::xdp_generic;
}

bool Xdp::attach(const Interface& interface) {
  const auto link_with = [&](std::uint32_t mode) {
    LIBBPF_OPTS(bpf_link_create_opts, options, .flags = mode);
    return bpf_link_create(program_.program(), static_cast<int>(interface.index), BPF_XDP, &options);
  };
  int fd = native_ ? link_with(XDP_FLAGS_DRV_MODE) : -EOPNOTSUPP;
  const bool native = fd >= 0;
  if (!native && generic_ && fd != -EBUSY && fd != -EEXIST) fd = link_with(XDP_FLAGS_SKB_MODE);
  if (fd < 0) {
    const bool taken = fd == -EBUSY || fd == -EEXIST;
    why_ = fmt::format(
        "interface {} {}", interface.name,
        taken ? "has an XDP program of somebody else" : fmt::format("takes no XDP program: {}", std::strerror(-fd)));
    return false;
  }
  links_.emplace(interface.index, Link{fd, native});
  return true;
}

bool Xdp::stand_on(const Ground& ground) {
  set_doors(ground);
  set_ports(ground);
  if (!flush()) return false;
  detach_from_others(ground.interfaces);
  for (const Interface& interface : ground.interfaces)
    if (!links_.contains(interface.index) && !attach(interface)) return false;
  return true;
}

void Xdp::detach_from_others(const std::vector<Interface>& interfaces) {
  std::erase_if(links_, [&](const auto& link) {
    const bool kept =
        std::any_of(interfaces.begin(), interfaces.end(), [&](const Interface& i) { return i.index == link.first; });
    if (!kept) ::close(link.second.fd);
    return !kept;
  });
}

// New ones first, so that no door stands open in between.
void Xdp::set_doors(const Ground& ground) {
  std::vector<fence_door> wanted;
  for (const Door& door : ground.doors) wanted.push_back(door_key(door.bind.address, door.bind.port, door.protocol));
  if (ground.first_media_port != 0)
    for (const Address& address : ground.addresses) wanted.push_back(door_key(address, 0, Protocol::udp));
  const std::uint8_t yes = 1;
  for (const fence_door& door : wanted) set(XdpProgram::doors, &door, &yes);

  std::vector<fence_door> old;
  fence_door key;
  while (bpf_map_get_next_key(program_.map(XdpProgram::doors), old.empty() ? nullptr : &old.back(), &key) == 0)
    old.push_back(key);
  for (const fence_door& door : old) {
    const bool kept = std::any_of(wanted.begin(), wanted.end(),
                                  [&](const fence_door& w) { return std::memcmp(&w, &door, sizeof w) == 0; });
    if (!kept) erase(XdpProgram::doors, &door);
  }
}

// The address at which the port is a door in every role that it has; 0 when there is none.
std::uint32_t Xdp::door4_of(const Ground& ground, std::uint16_t port, std::uint8_t roles) {
  if ((roles & FENCE_MEDIA_PORT) != 0) return 0;
  const auto stands = [&](const Address& address, std::uint8_t role) {
    return (roles & role) == 0 || std::any_of(ground.doors.begin(), ground.doors.end(), [&](const Door& door) {
             return door.bind == Endpoint{address, port} && (door.protocol == Protocol::udp) == (role == FENCE_UDP);
           });
  };
  for (const Door& door : ground.doors)
    if (const Address& address = door.bind.address;
        door.bind.port == port && address.is_v4() && stands(address, FENCE_UDP) && stands(address, FENCE_TCP))
      return key4(address);
  return 0;
}

void Xdp::set_ports(const Ground& ground) {
  std::map<std::uint16_t, std::uint8_t> wanted;
  for (const Door& door : ground.doors)
    wanted[door.bind.port] |= static_cast<std::uint8_t>(door.protocol == Protocol::udp ? FENCE_UDP : FENCE_TCP);
  if (ground.first_media_port != 0)
    for (std::uint32_t port = ground.first_media_port; port <= ground.last_media_port; ++port)
      wanted[static_cast<std::uint16_t>(port)] |= static_cast<std::uint8_t>(FENCE_MEDIA_PORT);
  for (const auto& [port, roles] : roles_) wanted.try_emplace(port, std::uint8_t{0});
  for (const auto& [port, roles] : wanted) {
    const std::uint32_t number = port;
    fence_port value{};
    bpf_map_lookup_elem(program_.map(XdpProgram::ports), &number, &value);
    const std::uint32_t door4 = door4_of(ground, port, roles);
    if (value.roles == roles && value.door4 == door4) continue;
    value.roles = roles;
    value.door4 = door4;
    set(XdpProgram::ports, &number, &value);
  }
  roles_ = std::move(wanted);
}

void Xdp::ban(const Address& source, std::int64_t, bool) {
  const std::uint8_t yes = 1;
  if (source.is_v4()) {
    const std::uint32_t key = key4(source);
    set(XdpProgram::bans4, &key, &yes);
  } else {
    const std::uint64_t key = key6(source);
    set(XdpProgram::bans6, &key, &yes);
  }
}

void Xdp::lift_ban(const Address& source) {
  const std::uint32_t four = source.is_v4() ? key4(source) : 0;
  const std::uint64_t six = key6(source);
  source.is_v4() ? erase(XdpProgram::bans4, &four) : erase(XdpProgram::bans6, &six);
}

void Xdp::block(const Subnet& network) {
  const std::uint8_t yes = 1;
  const fence_network4 four = network4(network);
  const fence_network6 six = network6(network);
  network.base.is_v4() ? set(XdpProgram::networks4, &four, &yes) : set(XdpProgram::networks6, &six, &yes);
}

void Xdp::unblock(const Subnet& network) {
  const fence_network4 four = network4(network);
  const fence_network6 six = network6(network);
  network.base.is_v4() ? erase(XdpProgram::networks4, &four) : erase(XdpProgram::networks6, &six);
}

void Xdp::throttle(const Throttle& throttle, std::int64_t until_ns, bool) {
  const std::uint64_t interval = 60'000'000'000ULL / throttle.packets_per_minute;
  const fence_throttle value{0, interval, interval * (throttle.burst - 1), static_cast<std::uint64_t>(until_ns)};
  const std::uint32_t four = throttle.source.is_v4() ? key4(throttle.source) : 0;
  const std::uint64_t six = key6(throttle.source);
  throttle.source.is_v4() ? set(XdpProgram::throttles4, &four, &value) : set(XdpProgram::throttles6, &six, &value);
}

void Xdp::lift_throttle(const Address& source) {
  const std::uint32_t four = source.is_v4() ? key4(source) : 0;
  const std::uint64_t six = key6(source);
  source.is_v4() ? erase(XdpProgram::throttles4, &four) : erase(XdpProgram::throttles6, &six);
}

void Xdp::open(const Pinhole& pinhole) {
  const Endpoint& peer = pinhole.peer;
  set_pinhole(pinhole.port, peer.address.is_unspecified() ? FENCE_ANYBODY : (peer.port == 0 ? FENCE_HOST : FENCE_PEER),
              peer);
}

void Xdp::close(const Pinhole& pinhole) {
  set_pinhole(pinhole.port, FENCE_CLOSED, {});
}

void Xdp::set_pinhole(std::uint16_t port, std::uint8_t kind, const Endpoint& peer) {
  const std::uint32_t number = port;
  fence_port value{roles_[port], kind, htons(peer.port), {}, 0};
  std::memcpy(value.peer, peer.address.bytes().data(), sizeof value.peer);
  set(XdpProgram::ports, &number, &value);
}

void Xdp::set(XdpProgram::Map map, const void* key, const void* value) {
  if (const int fault = bpf_map_update_elem(program_.map(map), key, value, BPF_ANY); fault != 0) {
    why_ = fmt::format("the XDP map {} refuses an entry: {}", map_names[map], std::strerror(-fault));
    fine_ = false;
  }
}

void Xdp::erase(XdpProgram::Map map, const void* key) {
  bpf_map_delete_elem(program_.map(map), key);
}

void Xdp::clear(XdpProgram::Map map, std::size_t key_bytes) {
  std::vector<std::uint8_t> key(key_bytes);
  while (bpf_map_get_next_key(program_.map(map), nullptr, key.data()) == 0) erase(map, key.data());
}

bool Xdp::flush() {
  return std::exchange(fine_, true);
}

std::array<Tally, rules> Xdp::count() {
  std::vector<fence_count> each(program_.processors());
  std::array<Tally, rules> out{};
  for (std::uint32_t rule = 0; rule < rules; ++rule) {
    if (bpf_map_lookup_elem(program_.map(XdpProgram::counts), &rule, each.data()) != 0) continue;
    for (const fence_count& one : each) {
      out[rule].packets += one.packets;
      out[rule].bytes += one.bytes;
    }
    out[rule].packets -= before_[rule].packets;
    out[rule].bytes -= before_[rule].bytes;
  }
  return out;
}

}  // namespace rf::firewall
