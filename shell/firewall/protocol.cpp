#include "shell/firewall/protocol.hpp"

#include <algorithm>
#include <type_traits>

#include "core/base/limits/server.hpp"

namespace rf::firewall {
namespace {

// Frame: version, kind, number of entries, sequence; then the entries; then zeros. Numbers are little-endian.

class Pen {
 public:
  Pen(std::uint16_t kind, std::size_t count, std::uint64_t sequence) {
    put(protocol_version, 4);
    put(kind, 2);
    put(count, 2);
    put(sequence, 8);
  }
  void put(std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) frame_.at(at_++) = static_cast<std::uint8_t>(value >> 8 * i);
  }
  void put(const Address& address) {
    for (const std::uint8_t byte : address.bytes()) put(byte, 1);
  }
  void put(const Subnet& network) {
    put(network.base);
    put(network.prefix, 1);
  }
  void put(const Endpoint& endpoint) {
    put(endpoint.address);
    put(endpoint.port, 2);
  }
  void put(std::string_view text) {
    const std::size_t size = std::min(text.size(), frame_bytes - at_ - 2);
    put(size, 2);
    for (const char c : text.substr(0, size)) put(static_cast<std::uint8_t>(c), 1);
  }
  const Frame& frame() const { return frame_; }

 private:
  Frame frame_{};
  std::size_t at_ = 0;
};

// Reads behind the end as zeros and remembers it.
class Eye {
 public:
  explicit Eye(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  template <class T = std::uint64_t>
  T number(std::size_t size = sizeof(T)) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= static_cast<std::uint64_t>(byte()) << 8 * i;
    return static_cast<T>(value);
  }
  Address address() {
    std::array<std::uint8_t, 16> bytes;
    for (std::uint8_t& b : bytes) b = byte();
    return Address::from_bytes(bytes);
  }
  Subnet network() {
    const Address base = address();
    return {base, byte()};
  }
  Endpoint endpoint() {
    const Address host = address();
    return {host, number<std::uint16_t>()};
  }
  std::string text() {
    const std::size_t size = number<std::uint16_t>();
    // Longer than what is there: somebody lies about it.
    if (size > bytes_.size() - at_) {
      short_ = true;
      return {};
    }
    std::string out;
    for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(byte());
    return out;
  }
  /// Nothing but zeros follows, and nothing was read that is not there.
  bool done() const {
    return !short_ && std::all_of(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), bytes_.end(),
                                  [](std::uint8_t b) { return b == 0; });
  }

 private:
  std::uint8_t byte() {
    if (at_ < bytes_.size()) return bytes_[at_++];
    short_ = true;
    return 0;
  }
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool short_ = false;
};

bool is_source(const Address& address) {
  return !address.is_unspecified() && !address.is_multicast();
}

bool is_duration(std::uint64_t ms) {
  return ms == for_good_ms || (ms > 0 && ms <= remaining_max_ms);
}

void write(Pen& pen, const Begin& begin) {
  pen.put(static_cast<std::uint8_t>(begin.wish), 1);
  pen.put(begin.interfaces.size(), 1);
  pen.put(begin.first_media_port, 2);
  pen.put(begin.last_media_port, 2);
  for (const Door& door : begin.doors) {
    pen.put(door.bind);
    pen.put(static_cast<std::uint8_t>(door.protocol), 1);
  }
  for (const std::uint32_t index : begin.interfaces) pen.put(index, 4);
}
void write(Pen& pen, const Ban& ban) {
  pen.put(ban.network);
  pen.put(ban.remaining_ms, 8);
}
void write(Pen& pen, const Throttle& throttle) {
  pen.put(throttle.source);
  pen.put(throttle.packets_per_minute, 4);
  pen.put(throttle.burst, 4);
  pen.put(throttle.remaining_ms, 8);
}
void write(Pen& pen, const Pinhole& pinhole) {
  pen.put(pinhole.port, 2);
  pen.put(pinhole.peer);
}
void write(Pen& pen, const Subnet& network) {
  pen.put(network);
}
void write(Pen& pen, const Address& source) {
  pen.put(source);
}
void write(Pen& pen, std::uint16_t port) {
  pen.put(port, 2);
}

std::optional<Wish> read_wish(Eye& eye) {
  const auto value = eye.number<std::uint8_t>();
  if (value > static_cast<std::uint8_t>(Wish::user_space)) return std::nullopt;
  return static_cast<Wish>(value);
}

std::optional<Begin> read_begin(Eye& eye, std::size_t count) {
  Begin begin;
  const auto wish = read_wish(eye);
  const std::size_t interfaces = eye.number<std::uint8_t>();
  begin.first_media_port = eye.number<std::uint16_t>();
  begin.last_media_port = eye.number<std::uint16_t>();
  if (!wish || interfaces > FirewallLimits::interfaces) return std::nullopt;
  if (begin.first_media_port > begin.last_media_port) return std::nullopt;
  // Well-known ports carry no media: who asks for them has something else in mind.
  if (begin.first_media_port != 0 ? begin.first_media_port < 1024 : begin.last_media_port != 0) return std::nullopt;
  begin.wish = *wish;
  for (std::size_t i = 0; i < count; ++i) {
    Door door{eye.endpoint(), Protocol::udp};
    const auto protocol = eye.number<std::uint8_t>();
    if (door.bind.port == 0 || protocol > 1 || door.bind.address.is_multicast()) return std::nullopt;
    door.protocol = static_cast<Protocol>(protocol);
    begin.doors.push_back(door);
  }
  for (std::size_t i = 0; i < interfaces; ++i) {
    begin.interfaces.push_back(eye.number<std::uint32_t>());
    if (begin.interfaces.back() == 0 || begin.interfaces.back() > INT32_MAX) return std::nullopt;
  }
  return begin;
}

// Each reads one entry and says whether it may be.
bool read(Eye& eye, Ban& ban) {
  ban.network = eye.network();
  ban.remaining_ms = eye.number();
  return is_enforceable(ban.network) && is_duration(ban.remaining_ms);
}
bool read(Eye& eye, Subnet& network) {
  network = eye.network();
  return is_enforceable(network);
}
bool read(Eye& eye, Throttle& throttle) {
  throttle.source = eye.address();
  throttle.packets_per_minute = eye.number<std::uint32_t>();
  throttle.burst = eye.number<std::uint32_t>();
  throttle.remaining_ms = eye.number();
  return is_source(throttle.source) && throttle.packets_per_minute > 0 &&
         throttle.packets_per_minute <= FirewallLimits::packets_per_min && throttle.burst > 0 &&
         throttle.burst <= FirewallLimits::burst && is_duration(throttle.remaining_ms);
}
bool read(Eye& eye, Address& source) {
  source = eye.address();
  return is_source(source);
}
bool read(Eye& eye, Pinhole& pinhole) {
  pinhole.port = eye.number<std::uint16_t>();
  pinhole.peer = eye.endpoint();
  const bool anybody = pinhole.peer.address.is_unspecified();
  return pinhole.port != 0 && (anybody ? pinhole.peer.port == 0 : is_source(pinhole.peer.address));
}
bool read(Eye& eye, std::uint16_t& port) {
  port = eye.number<std::uint16_t>();
  return port != 0;
}

template <class Entry>
std::expected<std::vector<Entry>, Refusal> read_all(Eye& eye, std::size_t count, std::size_t most) {
  if (count == 0 || count > most) return std::unexpected(Refusal::too_many);
  std::vector<Entry> out(count);
  for (Entry& entry : out)
    if (!read(eye, entry)) return std::unexpected(Refusal::bad_value);
  return out;
}

// The numbers of the requests on the wire are their places in the variant, counted from one.
template <class T, std::size_t place = 0>
constexpr std::size_t kind_of() {
  if constexpr (std::is_same_v<std::variant_alternative_t<place, Request>, T>)
    return place + 1;
  else
    return kind_of<T, place + 1>();
}

template <class Whole, class Entry>
std::expected<Request, Refusal> many(Eye& eye, std::size_t count, std::size_t most) {
  auto entries = read_all<Entry>(eye, count, most);
  if (!entries) return std::unexpected(entries.error());
  return Whole{std::move(*entries)};
}

std::expected<Request, Refusal> read_request(Eye& eye, std::size_t kind, std::size_t count) {
  const auto nothing = [&](Request request) -> std::expected<Request, Refusal> {
    if (count != 0) return std::unexpected(Refusal::too_many);
    return request;
  };
  switch (kind) {
    case kind_of<Begin>(): {
      if (count > FirewallLimits::doors) return std::unexpected(Refusal::too_many);
      auto begin = read_begin(eye, count);
      if (!begin) return std::unexpected(Refusal::bad_value);
      return std::move(*begin);
    }
    case kind_of<AddBans>():
      return many<AddBans, Ban>(eye, count, bans_a_frame);
    case kind_of<LiftBans>():
      return many<LiftBans, Subnet>(eye, count, networks_a_frame);
    case kind_of<AddThrottles>():
      return many<AddThrottles, Throttle>(eye, count, throttles_a_frame);
    case kind_of<LiftThrottles>():
      return many<LiftThrottles, Address>(eye, count, sources_a_frame);
    case kind_of<OpenList>():
      return nothing(OpenList{});
    case kind_of<AddToList>():
      return many<AddToList, Subnet>(eye, count, networks_a_frame);
    case kind_of<CommitList>():
      return nothing(CommitList{});
    case kind_of<OpenPinholes>():
      return many<OpenPinholes, Pinhole>(eye, count, pinholes_a_frame);
    case kind_of<ClosePinholes>():
      return many<ClosePinholes, std::uint16_t>(eye, count, ports_a_frame);
    case kind_of<Use>(): {
      const auto wish = read_wish(eye);
      if (!wish) return std::unexpected(Refusal::bad_value);
      return nothing(Use{*wish});
    }
    case kind_of<Widen>():
      return nothing(Widen{});
    case kind_of<Count>():
      return nothing(Count{});
    case kind_of<End>():
      return nothing(End{});
    default:
      return std::unexpected(Refusal::unknown_request);
  }
}

template <class T>
const auto& entries_of(const T& request) {
  if constexpr (requires { request.bans; })
    return request.bans;
  else if constexpr (requires { request.networks; })
    return request.networks;
  else if constexpr (requires { request.throttles; })
    return request.throttles;
  else if constexpr (requires { request.sources; })
    return request.sources;
  else if constexpr (requires { request.pinholes; })
    return request.pinholes;
  else
    return request.ports;
}

}  // namespace

bool is_enforceable(const Subnet& network) {
  if (network.prefix < (network.base.is_v4() ? 97 : 1) || network.prefix > 128) return false;
  const auto& bytes = network.base.bytes();
  const auto mapped = Address::v4(0).bytes();
  bool around_v4 = !network.base.is_v4();
  for (unsigned bit = 0; bit < 128; ++bit) {
    const std::uint8_t mask = static_cast<std::uint8_t>(0x80u >> bit % 8);
    if (bit >= network.prefix && (bytes[bit / 8] & mask) != 0) return false;
    if (bit < network.prefix && ((bytes[bit / 8] ^ mapped[bit / 8]) & mask) != 0) around_v4 = false;
  }
  return !around_v4;
}

Frame encode(const Request& request, std::uint64_t sequence) {
  const std::size_t kind = request.index() + 1;
  return std::visit(
      [&](const auto& one) {
        using T = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<T, Begin>) {
          Pen pen(kind, one.doors.size(), sequence);
          write(pen, one);
          return pen.frame();
        } else if constexpr (std::is_same_v<T, Use>) {
          Pen pen(kind, 0, sequence);
          pen.put(static_cast<std::uint8_t>(one.wish), 1);
          return pen.frame();
        } else if constexpr (std::is_empty_v<T>) {
          return Pen(kind, 0, sequence).frame();
        } else {
          Pen pen(kind, entries_of(one).size(), sequence);
          for (const auto& entry : entries_of(one)) write(pen, entry);
          return pen.frame();
        }
      },
      request);
}

Received decode_request(std::span<const std::uint8_t> bytes) {
  if (bytes.size() != frame_bytes) return {0, std::unexpected(Refusal::wrong_size)};
  Eye eye(bytes);
  const auto version = eye.number<std::uint32_t>();
  const auto kind = eye.number<std::uint16_t>();
  const auto count = eye.number<std::uint16_t>();
  const auto sequence = eye.number();
  if (version != protocol_version) return {sequence, std::unexpected(Refusal::wrong_version)};
  Received out{sequence, read_request(eye, kind, count)};
  // What a field does not use is zero, so that nothing rides along unread.
  if (out.request && !eye.done()) out.request = std::unexpected(Refusal::bad_value);
  return out;
}

Frame encode(const Reply& reply, std::uint64_t sequence) {
  Pen pen(static_cast<std::uint16_t>(reply.index() + 1), 0, sequence);
  if (const auto* state = std::get_if<State>(&reply)) {
    pen.put(static_cast<std::uint8_t>(state->backend), 1);
    pen.put(std::string_view(state->why));
  } else if (const auto* counters = std::get_if<Counters>(&reply)) {
    for (const Tally& tally : counters->dropped) {
      pen.put(tally.packets, 8);
      pen.put(tally.bytes, 8);
    }
    for (const std::uint64_t size : {counters->bans, counters->networks, counters->throttles, counters->pinholes})
      pen.put(size, 8);
  } else if (const auto* refused = std::get_if<Refused>(&reply)) {
    pen.put(static_cast<std::uint8_t>(refused->refusal), 1);
  }
  return pen.frame();
}

std::optional<Answered> decode_reply(std::span<const std::uint8_t> bytes) {
  if (bytes.size() != frame_bytes) return std::nullopt;
  Eye eye(bytes);
  if (eye.number<std::uint32_t>() != protocol_version) return std::nullopt;
  const auto kind = eye.number<std::uint16_t>();
  if (eye.number<std::uint16_t>() != 0) return std::nullopt;
  Answered out{eye.number(), Ended{}};
  switch (kind) {
    case 1: {
      const auto backend = eye.number<std::uint8_t>();
      if (backend > static_cast<std::uint8_t>(Backend::xdp_native)) return std::nullopt;
      out.reply = State{static_cast<Backend>(backend), eye.text()};
      break;
    }
    case 2: {
      Counters counters;
      for (Tally& tally : counters.dropped) {
        tally.packets = eye.number();
        tally.bytes = eye.number();
      }
      for (std::uint64_t* size : {&counters.bans, &counters.networks, &counters.throttles, &counters.pinholes})
        *size = eye.number();
      out.reply = counters;
      break;
    }
    case 3: {
      const auto refusal = eye.number<std::uint8_t>();
      if (refusal > static_cast<std::uint8_t>(Refusal::kernel)) return std::nullopt;
      out.reply = Refused{static_cast<Refusal>(refusal)};
      break;
    }
    case 4:
      break;
    default:
      return std::nullopt;
  }
  if (!eye.done()) return std::nullopt;
  return out;
}

std::string_view name_of(Backend backend) {
  switch (backend) {
    case Backend::user_space:
      return "user space";
    case Backend::nftables:
      return "nftables";
    case Backend::xdp_generic:
      return "XDP generic";
    case Backend::xdp_native:
      return "XDP native";
  }
  return "user space";
}

std::string_view name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::wrong_size:
      return "wrong size";
    case Refusal::wrong_version:
      return "wrong version";
    case Refusal::unknown_request:
      return "unknown request";
    case Refusal::too_many:
      return "too many entries, or none";
    case Refusal::bad_value:
      return "bad value";
    case Refusal::not_begun:
      return "not begun";
    case Refusal::out_of_order:
      return "out of order";
    case Refusal::full:
      return "full";
    case Refusal::kernel:
      return "the kernel refused";
  }
  return "bad value";
}

std::string_view name_of(Rule rule) {
  switch (rule) {
    case Rule::banned:
      return "banned";
    case Rule::network:
      return "network";
    case Rule::throttled:
      return "throttled";
    case Rule::media:
      return "media";
  }
  return "banned";
}

}  // namespace rf::firewall
