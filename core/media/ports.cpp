#include "core/media/ports.hpp"

#include "core/base/check.hpp"

namespace rf::media {

PortPool::PortPool(std::uint16_t first, std::uint16_t last, Random random, std::int64_t quarantine_ms)
    : random_(random), quarantine_ms_(quarantine_ms), first_(static_cast<std::uint16_t>(first + (first & 1))) {
  for (std::uint32_t port = first + (first & 1u); port + 1 <= last; port += 2)
    if (port != 0) fresh_.push_back(static_cast<std::uint16_t>(port));
  if (!fresh_.empty()) first_ = fresh_.front();
  used_.reserve(fresh_.size());
  resting_.resize(fresh_.size());
  taken_.resize(fresh_.size());
}

std::optional<std::uint16_t> PortPool::take(std::int64_t now_ms) {
  wake(now_ms);
  const std::uint16_t port = draw();
  if (port == 0) return std::nullopt;
  taken_[(port - first_) / 2u] = true;
  ++in_use_;
  return port;
}

std::uint16_t PortPool::draw() {
  const std::size_t fresh = used_.size() >= choice_min ? 0 : fresh_.size();
  if (fresh + used_.size() == 0) {
    if (resting_count_ == 0) return 0;
    const std::uint16_t port = resting_[resting_first_].port;
    resting_first_ = (resting_first_ + 1) % resting_.size();
    --resting_count_;
    return port;
  }
  std::size_t place = random_.below(fresh + used_.size());
  std::vector<std::uint16_t>& from = place < fresh ? fresh_ : used_;
  if (place >= fresh) place -= fresh;
  const std::uint16_t port = from[place];
  from[place] = from.back();
  from.pop_back();
  return port;
}

void PortPool::give_back(std::uint16_t port, std::int64_t now_ms) {
  RF_CHECK(port >= first_ && (port - first_) % 2 == 0 && (port - first_) / 2u < taken_.size());
  RF_CHECK(taken_[(port - first_) / 2u]);
  taken_[(port - first_) / 2u] = false;
  --in_use_;
  wake(now_ms);
  resting_[(resting_first_ + resting_count_++) % resting_.size()] = {now_ms + quarantine_ms_, port};
}

void PortPool::wake(std::int64_t now_ms) {
  // Two at a time keep up with any use, since every operation adds at most one, and no call pays for a thousand others.
  for (int i = 0; i < 2 && resting_count_ > 0 && resting_[resting_first_].until_ms <= now_ms; ++i) {
    used_.push_back(resting_[resting_first_].port);
    resting_first_ = (resting_first_ + 1) % resting_.size();
    --resting_count_;
  }
}

}  // namespace rf::media
