// Where a number of the house leads: as things are, for a call, and as they would be, for whoever only asks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/toll/plan.hpp"
#include "core/trunk/identity.hpp"

namespace rf::toll {

/// One step; views into the plan.
struct Inside {
  enum class To : std::uint8_t {
    phones,     ///< of the extension
    onward,     ///< to `number`: the extension forwards, because of `cause`
    busy,       ///< the extension, which forwards nowhere then
    offline,    ///< likewise
    members,    ///< of `group`
    otherwise,  ///< to `number`: nobody of `group` is there
    nobody,     ///< of `group` is there, and it names nobody else
    outside,    ///< nobody inside has the number
  } to = To::outside;
  trunk::DiversionReason cause = trunk::DiversionReason::unconditional;
  std::string_view number = {};
  const RingGroupTerms* group = nullptr;
};

/// `extension`: whose number it is, when that one is switched on. `state` says what changes from call to call: `busy()`
/// and `offline()` of that extension, and whether there is somebody of a ring group, `any_of(group)`.
template <class State>
Inside lead_inside(const Plan& plan, TenantId tenant, std::string_view number, ExtensionId extension,
                   const State& state) {
  using To = Inside::To;
  using Cause = trunk::DiversionReason;
  if (extension) {
    const ForwardTerms& forward = plan.extension(tenant, extension).forward;
    if (!forward.always.empty()) return {To::onward, Cause::unconditional, forward.always};
    if (state.busy())
      return forward.busy.empty() ? Inside{To::busy, Cause::busy, {}} : Inside{To::onward, Cause::busy, forward.busy};
    if (state.offline())
      return forward.offline.empty() ? Inside{To::offline, Cause::unavailable, {}}
                                     : Inside{To::onward, Cause::unavailable, forward.offline};
    return {To::phones};
  }
  const RingGroupTerms* const group = plan.ring_group(tenant, number);
  if (group == nullptr) return {To::outside};
  if (state.any_of(*group)) return {To::members, {}, {}, group};
  if (group->otherwise.empty() || group->otherwise == number) return {To::nobody, {}, {}, group};
  return {To::otherwise, {}, group->otherwise, group};
}

/// Why `number` sends no call on that came there by `times` others, `again` by itself; nothing: it may.
std::optional<std::string> why_not_onward(std::string_view number, std::size_t times, bool again);
/// Of Inside::To::nobody.
std::string why_nobody(const RingGroupTerms& group);
/// Of Inside::To::outside, where nobody is there to pay for a call that leaves.
std::string why_outside(std::string_view number);

}  // namespace rf::toll
