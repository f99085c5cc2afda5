#include "core/call/pace.hpp"

#include <algorithm>

namespace rf::call {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t at_once_us = 3 * second_us;
constexpr std::size_t few = 1'024;

}  // namespace

std::optional<std::uint32_t> Pace::turn_away(std::int64_t now_mono_ms, ExtensionId extension, std::uint32_t per_s) {
  const std::int64_t now_us = now_mono_ms * 1'000;
  if (served_until_us_.size() >= sweep_at_) {
    boost::unordered::erase_if(served_until_us_, [&](const auto& each) { return each.second <= now_us; });
    sweep_at_ = std::max(few, 2 * served_until_us_.size());
  }
  std::int64_t& served_until_us = served_until_us_[extension];
  const std::int64_t until_us = std::max(served_until_us, now_us) + second_us / std::max<std::uint32_t>(1, per_s);
  const std::int64_t over_us = until_us - now_us - at_once_us;
  if (over_us > 0) return static_cast<std::uint32_t>((over_us + second_us - 1) / second_us);
  served_until_us = until_us;
  return std::nullopt;
}

}  // namespace rf::call
