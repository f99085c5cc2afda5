#include "core/toll/inside.hpp"

#include <fmt/format.h>

#include "core/base/limits/call.hpp"

namespace rf::toll {

std::optional<std::string> why_not_onward(std::string_view number, std::size_t times, bool again) {
  if (again) return fmt::format("forwarding comes back to {}", number);
  if (times >= CallLimits::redirections) return fmt::format("forwarded {} times already", CallLimits::redirections);
  return std::nullopt;
}

std::string why_nobody(const RingGroupTerms& group) {
  return fmt::format("nobody of the ring group {} is reachable", group.name);
}

std::string why_outside(std::string_view number) {
  return fmt::format("{} is no ring group and no extension that is switched on", number);
}

}  // namespace rf::toll
