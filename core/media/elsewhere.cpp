#include "core/media/elsewhere.hpp"

#include <algorithm>
#include <utility>

#include "core/base/limits/media.hpp"

namespace rf::media {

bool Stock::put(Elsewhere relay) {
  if (waiting_.size() >= RtpengineLimits::stock_most) return false;
  waiting_.push_back(std::move(relay));
  return true;
}

void Stock::put_back(Elsewhere relay) {
  waiting_.push_front(std::move(relay));
}

std::optional<Elsewhere> Stock::take(std::string_view server, std::array<bool, 2> v4) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Elsewhere& one) {
    return (server.empty() || one.server == server) && one.local[0].address.is_v4() == v4[0] &&
           one.local[1].address.is_v4() == v4[1];
  });
  if (found == waiting_.end()) return std::nullopt;
  Elsewhere taken = std::move(*found);
  waiting_.erase(found);
  return taken;
}

bool Stock::drop(RelayId relay) {
  return std::erase_if(waiting_, [&](const Elsewhere& one) { return one.id == relay; }) > 0;
}

}  // namespace rf::media
