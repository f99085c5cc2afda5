#include "core/srtp/indexes.hpp"

#include "core/base/limits/media.hpp"

namespace rf::srtp {

std::optional<Refusal> ReplayWindow::objection(std::uint64_t index) const {
  if (!started_ || index > newest_) return std::nullopt;
  const std::uint64_t behind = newest_ - index;
  if (behind >= width) return Refusal::too_old;
  const bool used = behind < 64 ? (near_ >> behind & 1) != 0 : (far_ >> (behind - 64) & 1) != 0;
  return used ? std::optional(Refusal::replayed) : std::nullopt;
}

void ReplayWindow::use(std::uint64_t index) {
  if (started_ && index <= newest_) {
    const std::uint64_t behind = newest_ - index;
    (behind < 64 ? near_ : far_) |= std::uint64_t{1} << (behind % 64);
    return;
  }
  const std::uint64_t ahead = started_ ? index - newest_ : width;
  if (ahead >= width) {
    near_ = far_ = 0;
  } else if (ahead >= 64) {
    far_ = near_ << (ahead - 64);
    near_ = 0;
  } else {
    far_ = far_ << ahead | near_ >> (64 - ahead);
    near_ <<= ahead;
  }
  near_ |= 1;
  newest_ = index;
  started_ = true;
}

std::expected<std::uint64_t, Refusal> estimate(std::uint16_t sequence, std::uint64_t newest) {
  constexpr std::int64_t cycle = 1 << 16, half = cycle / 2;
  constexpr std::int64_t end = std::int64_t{1} << 48;
  const std::int64_t here = static_cast<std::int64_t>(newest);
  std::int64_t index = (here & ~(cycle - 1)) + sequence;
  if (index - here > half && index >= cycle) index -= cycle;
  if (here - index > half) index += cycle;
  if (index >= end) return std::unexpected(Refusal::key_spent);
  return static_cast<std::uint64_t>(index);
}

Stream* Streams::find(std::uint32_t ssrc) {
  if (last_ < streams_.size() && streams_[last_].ssrc == ssrc) return &streams_[last_];
  for (std::size_t i = 0; i < streams_.size(); ++i)
    if (streams_[i].ssrc == ssrc) {
      last_ = i;
      return &streams_[i];
    }
  return nullptr;
}

bool Streams::full() const {
  return streams_.size() >= SrtpLimits::streams;
}

Stream& Streams::add(std::uint32_t ssrc) {
  last_ = streams_.size();
  return streams_.emplace_back(Stream{ssrc, 0, {}, {}});
}

}  // namespace rf::srtp
