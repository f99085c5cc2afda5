// Calls of one extension that may not leave, told together when there are many: who finds a password dials all night.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string_view>

#include "core/call/context.hpp"
#include "core/toll/decide.hpp"

namespace rf::call {

/// Counts refusals by extension, in windows of AlarmLimits::refusals_period_s that begin with the first one. A window
/// is told when it has AlarmLimits::refusals of them, and at every doubling: a night of dialling is a few lines.
class Refusals {
 public:
  /// One more, by this rule. Gives how loud it is to be told by itself: once its window was told, for debugging only.
  effect::Level note(const Context& ctx, const Flow& flow, ExtensionId extension, std::string_view number,
                     toll::Check rule);
  std::size_t size() const { return bursts_.size(); }

 private:
  struct Burst {
    std::int64_t since_ms = 0;  ///< mono
    std::uint32_t count = 0, tell_at = AlarmLimits::refusals;
    std::array<std::uint32_t, toll::check_count> by_rule{};
  };
  void make_room(std::int64_t now_ms);

  boost::unordered_flat_map<ExtensionId, Burst, std::hash<ExtensionId>> bursts_;
  std::int64_t room_at_ms_ = 0;  ///< looking for room is not worth it before
};

}  // namespace rf::call
