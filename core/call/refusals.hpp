// Calls of one extension or by one trunk that are refused, told together when there are many: who finds a password
// dials all night.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string_view>

#include "core/call/context.hpp"
#include "core/toll/decide.hpp"

namespace rf::call {

/// Counts refusals by extension and by trunk, in windows of AlarmLimits::refusals_period_s that begin with the first
/// one. A window is told when it has AlarmLimits::refusals of them, and at every doubling: a night of dialling is a few
/// lines.
class Refusals {
 public:
  /// One more, by this rule. Gives how loud it is to be told by itself: once its window was told, for debugging only.
  effect::Level note(const Context& ctx, const Flow& flow, ExtensionId extension, std::string_view number,
                     toll::Check rule) {
    return note(ctx, flow, extension.value, number, rule);
  }
  /// The same of one that this trunk brought.
  effect::Level note(const Context& ctx, const Flow& flow, const toll::TrunkTerms& trunk, toll::Check rule) {
    return note(ctx, flow, trunk.line.id.value | is_trunk, trunk.line.name, rule);
  }
  std::size_t size() const { return bursts_.size(); }

 private:
  struct Burst {
    std::int64_t since_ms = 0;  ///< mono
    std::uint32_t count = 0, tell_at = AlarmLimits::refusals;
    std::array<std::uint32_t, toll::check_count> by_rule{};
  };
  static constexpr std::uint64_t is_trunk = std::uint64_t{1} << 63;
  effect::Level note(const Context& ctx, const Flow& flow, std::uint64_t whom, std::string_view name, toll::Check rule);
  void make_room(std::int64_t now_ms);

  boost::unordered_flat_map<std::uint64_t, Burst> bursts_;  ///< by id of the extension, or of the trunk and its mark
  std::int64_t room_at_ms_ = 0;                             ///< looking for room is not worth it before
};

}  // namespace rf::call
