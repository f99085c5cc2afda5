// Streams that media servers relay for us: opened before a call needs them, since a call's descriptions name their
// ports and cannot wait.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/limits/media.hpp"
#include "core/base/address.hpp"
#include "core/base/ids.hpp"

namespace rf::media {

/// Whose relay an id names: those with the highest bit are media servers', all others our own.
inline constexpr std::uint64_t elsewhere_bit = std::uint64_t{1} << 63;
constexpr bool is_elsewhere(RelayId relay) {
  return (relay.value & elsewhere_bit) != 0;
}

/// One that waits for a call.
struct Elsewhere {
  RelayId id;
  std::string server;  ///< its name, for records
  std::array<Endpoint, 2> local;  ///< where leg 0 and leg 1 send to
};

/// Those that no call has taken yet: RtpengineLimits::stock_most at most.
class Stock {
 public:
  /// False: there is no room for it.
  bool put(Elsewhere relay);
  /// Gives one back that was taken: it is the next that is taken.
  void put_back(Elsewhere relay);
  /// The one that waited longest, of that server (empty: of any), whose legs have addresses of these families.
  std::optional<Elsewhere> take(std::string_view server, std::array<bool, 2> v4);
  /// Whether it was there.
  bool drop(RelayId relay);
  std::size_t size() const { return waiting_.size(); }
  const std::deque<Elsewhere>& all() const { return waiting_; }

 private:
  std::deque<Elsewhere> waiting_;
};

}  // namespace rf::media
