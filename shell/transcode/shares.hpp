// Who waits how often in a bounded queue, so that nobody who floods it takes the places of others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/ids.hpp"

namespace rf::transcode {

/// A sender, one of a few of a stream, may have an eighth as many places as are free: 57 of 512 when nobody else waits,
/// which is the half second of sound that may come at once (TranscodeLimits::ahead_ms) in packets of 10 ms; and fewer
/// the more there are who wait. So whoever has none gets one though hundreds of others flood. Its memory is all there
/// from the beginning. For one thread at a time.
class Shares {
 public:
  explicit Shares(std::size_t places);

  /// Takes a place; false: none is free, or the sender has its share.
  bool take(RelayId relay, unsigned sender);
  /// All are free again.
  void clear();

 private:
  struct Share {
    RelayId relay;
    std::uint64_t turn = 0;  // one of an earlier turn is none
    std::uint32_t places = 0;
    unsigned sender = 0;
  };
  Share& share_of(RelayId relay, unsigned sender);

  const std::size_t places_;
  std::size_t taken_ = 0;
  std::uint64_t turn_ = 1;
  std::vector<Share> shares_;  // by hash, in the next free place behind it; never more than half full
};

}  // namespace rf::transcode
