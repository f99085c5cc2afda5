#include "shell/transcode/shares.hpp"

#include <bit>
#include <functional>

#include "core/base/limits/media.hpp"

namespace rf::transcode {

Shares::Shares(std::size_t places) : places_(places), shares_(std::bit_ceil(2 * places)) {}

Shares::Share& Shares::share_of(RelayId relay, unsigned sender) {
  for (std::size_t at = std::hash<RelayId>{}(relay) + sender;; ++at) {
    Share& share = shares_[at & (shares_.size() - 1)];
    if (share.turn != turn_) return share = {relay, turn_, 0, sender};
    if (share.relay == relay && share.sender == sender) return share;
  }
}

bool Shares::take(RelayId relay, unsigned sender) {
  const std::size_t free = places_ - taken_;
  if (free == 0) return false;
  Share& share = share_of(relay, sender);
  if (share.places * TranscodeLimits::queue_share >= free) return false;
  ++share.places;
  ++taken_;
  return true;
}

void Shares::clear() {
  taken_ = 0;
  ++turn_;
}

}  // namespace rf::transcode
