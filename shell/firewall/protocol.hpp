// What the server may say to the enforcer, the small process that alone may change the kernel's packet filters, and
// what it hears back. Every frame has one size and one version; whatever is not exactly right is refused.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/address.hpp"

namespace rf::firewall {

inline constexpr std::size_t frame_bytes = 1024;
inline constexpr std::uint32_t protocol_version = 1;

/// Where refusals are enforced, the dearest first.
enum class Backend : std::uint8_t { user_space, nftables, xdp_generic, xdp_native };
/// "user space", "nftables", "XDP generic", "XDP native".
std::string_view name_of(Backend backend);

/// What the configuration asks for; `automatic` takes the cheapest that works here.
enum class Wish : std::uint8_t { automatic, xdp_native, xdp_generic, nftables, user_space };

enum class Protocol : std::uint8_t { udp, tcp };

/// An endpoint that the server listens on; an unspecified address is every address of the host.
struct Door {
  Endpoint bind;
  Protocol protocol = Protocol::udp;
  friend bool operator==(const Door&, const Door&) = default;
};

/// What is ours on this host. Nothing else is ever touched.
struct Begin {
  Wish wish = Wish::automatic;
  std::uint16_t first_media_port = 0;  ///< 0: no pinholes, media ports are not touched
  std::uint16_t last_media_port = 0;
  std::vector<Door> doors;
  std::vector<std::uint32_t> interfaces;  ///< kernel indexes; none: every interface that has an address
  friend bool operator==(const Begin&, const Begin&) = default;
};

/// A ban that ends only when it is lifted.
inline constexpr std::uint64_t for_good_ms = UINT64_MAX;

/// One IPv4 address, one IPv6 /64, or a wider network, shut out of our doors. A second ban replaces the first.
struct Ban {
  Subnet network;
  std::uint64_t remaining_ms = for_good_ms;
  friend bool operator==(const Ban&, const Ban&) = default;
};

/// A trickle from one IPv4 address or one IPv6 /64: packets a minute, `burst` of them at once.
struct Throttle {
  Address source;
  std::uint32_t packets_per_minute = 0;
  std::uint32_t burst = 1;
  std::uint64_t remaining_ms = for_good_ms;
  friend bool operator==(const Throttle&, const Throttle&) = default;
};

/// A media port that lets in one peer: an unspecified address is anybody, port 0 any port of that address. A second one
/// for the same port replaces the first.
struct Pinhole {
  std::uint16_t port = 0;
  Endpoint peer;
  friend bool operator==(const Pinhole&, const Pinhole&) = default;
};

struct AddBans {
  std::vector<Ban> bans;
};
struct LiftBans {
  std::vector<Subnet> networks;
};
struct AddThrottles {
  std::vector<Throttle> throttles;
};
struct LiftThrottles {
  std::vector<Address> sources;
};
/// The access list's blocked networks come whole: open, any number of adds, commit. What is added is shut out at once,
/// what the old list alone had is let in at the commit, so that no network slips through in between.
struct OpenList {};
struct AddToList {
  std::vector<Subnet> networks;
};
struct CommitList {};
struct OpenPinholes {
  std::vector<Pinhole> pinholes;
};
struct ClosePinholes {
  std::vector<std::uint16_t> ports;
};
struct Use {
  Wish wish = Wish::automatic;
};
/// Comes with a UDP socket: it gets the largest buffers that a listener asks for, which needs rights over the network.
struct Widen {};
inline constexpr int widened_receive_bytes = 8 << 20, widened_send_bytes = 4 << 20;
struct Count {};
/// Takes everything out of the kernel and ends the process.
struct End {};

using Request = std::variant<Begin, AddBans, LiftBans, AddThrottles, LiftThrottles, OpenList, AddToList, CommitList,
                             OpenPinholes, ClosePinholes, Use, Widen, Count, End>;

/// So many of each fit in one frame.
inline constexpr std::size_t bans_a_frame = 32;
inline constexpr std::size_t networks_a_frame = 56;
inline constexpr std::size_t throttles_a_frame = 30;
inline constexpr std::size_t sources_a_frame = 56;
inline constexpr std::size_t pinholes_a_frame = 48;
inline constexpr std::size_t ports_a_frame = 480;

/// Longer than this a ban has no end.
inline constexpr std::uint64_t remaining_max_ms = 10ULL * 366 * 24 * 3600 * 1000;

enum class Refusal : std::uint8_t {
  wrong_size,
  wrong_version,
  unknown_request,
  too_many,      ///< more entries than a frame holds, or none where there must be some
  bad_value,     ///< a field outside its range, or something where there must be nothing
  not_begun,     ///< nothing may be asked before Begin
  out_of_order,  ///< list entries without a list
  full,          ///< a bound of the enforcer
  kernel         ///< the kernel said no
};
std::string_view name_of(Refusal refusal);

/// Whether one entry may shut it out: neither all of a family, nor IPv4 by an IPv6 network around its mapped form.
bool is_enforceable(const Subnet& network);

using Frame = std::array<std::uint8_t, frame_bytes>;

Frame encode(const Request& request, std::uint64_t sequence);

/// `sequence` is given with a refusal as well, 0 when it could not be read.
struct Received {
  std::uint64_t sequence = 0;
  std::expected<Request, Refusal> request;
};
Received decode_request(std::span<const std::uint8_t> bytes);

/// Rules with a counter of their own; what is dropped is dropped by exactly one.
enum class Rule : std::uint8_t { banned, network, throttled, media };
inline constexpr std::size_t rules = 4;
std::string_view name_of(Rule rule);

struct Tally {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const Tally&, const Tally&) = default;
};

/// Sent after Begin, Use and CommitList, and whenever it changes by itself.
struct State {
  Backend backend = Backend::user_space;
  std::string why;  ///< why not a cheaper one; empty when it is the cheapest
  friend bool operator==(const State&, const State&) = default;
};

/// Since Begin, over all backends used.
struct Counters {
  std::array<Tally, rules> dropped;
  std::uint64_t bans = 0;
  std::uint64_t networks = 0;
  std::uint64_t throttles = 0;
  std::uint64_t pinholes = 0;
  friend bool operator==(const Counters&, const Counters&) = default;
};

struct Refused {
  Refusal refusal = Refusal::bad_value;
  friend bool operator==(const Refused&, const Refused&) = default;
};

struct Ended {
  friend bool operator==(const Ended&, const Ended&) = default;
};

using Reply = std::variant<State, Counters, Refused, Ended>;

/// `sequence` is that of the request it answers.
Frame encode(const Reply& reply, std::uint64_t sequence);
struct Answered {
  std::uint64_t sequence = 0;
  Reply reply;
};
std::optional<Answered> decode_reply(std::span<const std::uint8_t> bytes);

}  // namespace rf::firewall
