#include "core/toll/room.hpp"

#include "core/base/limits/people.hpp"

namespace rf::toll {
namespace {

bool take_from(std::size_t& left, std::size_t taken) {
  if (taken > left) return false;
  left -= taken;
  return true;
}

}  // namespace

Room::Room(const number::NumberRoom& whole, std::size_t tenants) : left_(whole), share_(whole) {
  if (tenants <= 1) return;
  for (std::size_t* const each :
       {&share_.numbers, &share_.patterns.patterns, &share_.patterns.states, &share_.patterns.steps})
    *each /= TenantLimits::share;
}

bool Room::take(std::size_t numbers, const number::PatternRoom& patterns) {
  return take_from(left_.numbers, numbers) && take_from(left_.patterns.patterns, patterns.patterns) &&
         take_from(left_.patterns.states, patterns.states) && take_from(left_.patterns.steps, patterns.steps);
}

}  // namespace rf::toll
