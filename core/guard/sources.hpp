// What is remembered of a source of packets: one fixed record, whoever it is.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "core/base/address.hpp"
#include "core/base/limits/guard.hpp"
#include "core/guard/set_table.hpp"
#include "core/guard/window.hpp"

namespace rf::guard {

/// A source is an IPv4 address or an IPv6 /64: whoever has one address of a /64 has them all.
struct Source {
  enum Mark : std::uint8_t {
    has_endpoints = 1,  ///< ports of it are registered or blocked
    guessing = 2,       ///< throttled for wrong passwords: a returned nonce alone does not help it
    offended = 4,       ///< some rule caught it
  };

  std::uint64_t key;
  Tick last;
  Tick caught_at;    ///< when the throttling in force began
  Tick good_until;   ///< somebody there has credentials that work
  Tick proof_until;  ///< a nonce came back from `proof_port`
  Tick throttle_until;
  Trickle trickle;
  std::uint16_t proof_port;
  std::uint8_t marks;
  std::uint8_t rule;           ///< that caught it last
  std::uint8_t turn;           ///< the slot that is freshened next
  std::uint8_t blocked_ports;  ///< so far
  std::array<Slot, GuardLimits::counters> slots;

  bool throttled(Tick tick) const { return throttle_until > tick; }
  bool good(Tick tick) const { return good_until > tick; }
  bool proven(Tick tick, std::uint16_t port) const { return proof_until > tick && proof_port == port; }

  /// Called for every packet. A slot knows its period by 16 bits only: after an hour of silence all are cleaned up,
  /// else one a packet, so that none is 65,536 seconds old when it is read.
  void seen(Tick tick, const std::array<Tick, GuardLimits::counters>& periods) {
    constexpr Tick hour = 36'000;
    if (last != 0 && tick - last >= hour) {
      for (std::size_t i = 0; i < GuardLimits::counters; ++i) freshen(i, tick - last, tick, periods[i]);
    } else if (periods[turn] != 0) {
      freshen(turn, 0, tick, periods[turn]);
    }
    turn = static_cast<std::uint8_t>((turn + 1) % GuardLimits::counters);
    last = tick;
  }

 private:
  void freshen(std::size_t i, Tick silent, Tick tick, Tick period_ticks) {
    if (period_ticks == 0) return;
    const auto age = static_cast<std::uint16_t>(static_cast<std::uint16_t>(tick / period_ticks) - slots[i].period);
    if (age > 1 || silent / period_ticks > 1) slots[i] = {static_cast<std::uint16_t>(tick / period_ticks), 0, 0};
  }
};
static_assert(sizeof(Source) == 128);

/// IPv6 sources never begin with ffff (multicast), so the two families do not meet.
inline std::uint64_t source_key(const Address& address) {
  if (address.is_v4()) return 0xffff'0000'0000'0000 | address.v4_host_order();
  std::uint64_t high = 0;
  for (std::size_t i = 0; i < 8; ++i) high = high << 8 | address.bytes()[i];
  return high == 0 ? 1 : high;
}

/// The first address of a source.
inline Address address_of_source(std::uint64_t key) {
  if (key >> 32 == 0xffff'0000) return Address::v4(static_cast<std::uint32_t>(key));
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(key >> (56 - 8 * i));
  return Address::from_bytes(bytes);
}

/// The block that a ban of this source covers.
inline Subnet source_block(const Address& address) {
  if (address.is_v4()) return {address, 128};
  auto bytes = address.bytes();
  for (std::size_t i = 8; i < 16; ++i) bytes[i] = 0;
  return {Address::from_bytes(bytes), 64};
}

/// How much it would cost to forget a source; of equal ones the longest silent goes first. Strangers, then those we
/// throttle, then those that were caught and proved themselves, then those with credentials that work.
inline std::uint64_t rank_of(const Source& source, Tick tick) {
  std::uint64_t danger = 0;
  if (source.throttled(tick) || source.marks & Source::offended) danger = 1;
  if (source.proof_until > tick) danger += 2;
  if (source.good(tick)) danger = 4;
  return danger << 32 | source.last;
}

/// An exact port at a source: a phone that registered from there, or one that is blocked because its neighbours are
/// honest.
struct Port {
  std::uint64_t key;      ///< keyed hash of address, port and transport
  std::uint64_t source;   ///< key of its Source
  std::uint64_t account;  ///< hash of the name that registered last
  Tick registered_until;
  Tick blocked_until;
  Tick last;
  Slot packets;  ///< of a registered port in this second; of another at a throttled source in one turn of the trickle
  std::uint8_t rule;

  bool registered(Tick tick) const { return registered_until > tick; }
  bool blocked(Tick tick) const { return blocked_until > tick; }
};

inline std::uint64_t rank_of(const Port& port, Tick tick) {
  return static_cast<std::uint64_t>(port.registered(tick)) << 33 |
         static_cast<std::uint64_t>(port.blocked(tick)) << 32 | port.last;
}

/// One source with one account.
struct Pair {
  std::uint64_t key;
  std::uint64_t source;  ///< key of its Source
  Tick locked_until;
  Tick good_until;
  Tick last;
  Slot failures;
};

inline std::uint64_t rank_of(const Pair& pair, Tick tick) {
  return static_cast<std::uint64_t>(pair.good_until > tick) << 33 |
         static_cast<std::uint64_t>(pair.locked_until > tick) << 32 | pair.last;
}

/// One account as it is named in attempts, whether it exists or not.
struct Account {
  std::uint64_t key;
  Tick attacked_until;
  Tick last;
  Trickle trickle;
  Slot failures;
  Slot sources;
};

inline std::uint64_t rank_of(const Account& account, Tick tick) {
  return static_cast<std::uint64_t>(account.attacked_until > tick) << 32 | account.last;
}

/// An IPv6 /48 in which /64s get banned.
struct Network {
  std::uint64_t key;
  Tick last;
  Slot banned;
};

inline std::uint64_t rank_of(const Network& network, Tick) {
  return network.last;
}

}  // namespace rf::guard
