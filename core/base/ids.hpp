// Strong identifiers: a call's id cannot be passed where a relay's is meant.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace rf {

/// A number with a meaning. Zero means "none".
template <class Tag>
struct Id {
  std::uint64_t value = 0;

  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

using TenantId = Id<struct TenantTag>;
using ExtensionId = Id<struct ExtensionTag>;
using BindingId = Id<struct BindingTag>;
using ListenerId = Id<struct ListenerTag>;
using ConnectionId = Id<struct ConnectionTag>;
using CallId = Id<struct CallTag>;
using RelayId = Id<struct RelayTag>;
using CommandId = Id<struct CommandTag>;
using QueryId = Id<struct QueryTag>;
using TrunkId = Id<struct TrunkTag>;
using DeviceId = Id<struct DeviceTag>;

/// Mixes an id or any 64-bit number into a hash value (the finaliser of SplitMix64).
constexpr std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace rf

template <class Tag>
struct std::hash<rf::Id<Tag>> {
  std::size_t operator()(rf::Id<Tag> id) const noexcept { return rf::mix64(id.value); }
};
