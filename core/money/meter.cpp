#include "core/money/meter.hpp"

#include <algorithm>

#include "core/base/limits/toll.hpp"

namespace rf::money {

Amount needed(const Rate& rate, std::uint32_t elapsed_s, const Horizon& horizon) {
  const std::uint64_t until = std::uint64_t{elapsed_s} + horizon.step_s + horizon.cut_s;
  return cost(rate, static_cast<std::uint32_t>(std::min<std::uint64_t>(until, MoneyLimits::call_s + 1ull)));
}

std::optional<std::uint32_t> cut_at_s(const Rate& rate, Amount reserved, const Horizon& horizon) {
  const auto paid = affordable_seconds(rate, reserved);
  if (!paid || *paid < horizon.cut_s) return std::nullopt;
  return *paid - horizon.cut_s;
}

std::optional<std::uint32_t> extend_at_s(const Rate& rate, Amount reserved, const Horizon& horizon) {
  const auto cut = cut_at_s(rate, reserved, horizon);
  if (!cut) return std::nullopt;
  return extend_before_s(*cut, horizon);
}

std::uint32_t extend_before_s(std::uint32_t cut_at_s, const Horizon& horizon) {
  return cut_at_s - std::min(cut_at_s, horizon.step_s / 2);
}

}  // namespace rf::money
