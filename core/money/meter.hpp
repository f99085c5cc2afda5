// When a running call needs more money, and when it has to be cut so that it never costs more than was reserved.
#pragma once

#include <cstdint>
#include <optional>

#include "core/money/rate.hpp"

namespace rf::money {

/// How far ahead the money of a call is reserved.
struct Horizon {
  /// Between two extensions of a reservation: what one holds back from other calls.
  std::uint32_t step_s = 60;
  /// From the moment somebody decides to cut a call until the carrier's clock stops, at the most: the timer's grain,
  /// the BYE, its retransmissions, the difference of two clocks that round to seconds.
  std::uint32_t cut_s = 10;
};

/// The rule that makes settled <= reserved: at every second `t` of a call, cost(t + cut_s) is reserved, or the call is
/// being cut. As a begun increment is paid in full, that covers the next increment when it begins within `cut_s`. A
/// call cut at `cut_at_s` is over at `cut_at_s + cut_s` at the latest, which is no more than affordable_seconds of its
/// reservation; cost() never falls, so what it settles to is no more than the reservation.
///
/// What has to be reserved before the call leaves (`elapsed_s` 0), and at each extension altogether: enough to go on
/// for `step_s` and then still to be cut in time.
Amount needed(const Rate& rate, std::uint32_t elapsed_s, const Horizon& horizon);

/// The second of the call, counted from its answer, at which it has to be cut at the latest, when no more than
/// `reserved` is to be had. Nothing when that does not even pay for a call that is cut at once: then it must not leave.
std::optional<std::uint32_t> cut_at_s(const Rate& rate, Amount reserved, const Horizon& horizon);

/// When to ask for more: half a step before `cut_at_s`, so that a slow disk does not cut an honest call.
std::optional<std::uint32_t> extend_at_s(const Rate& rate, Amount reserved, const Horizon& horizon);
/// The same for who knows when it is cut.
std::uint32_t extend_before_s(std::uint32_t cut_at_s, const Horizon& horizon);

}  // namespace rf::money
