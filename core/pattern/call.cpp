#include "core/pattern/call.hpp"

#include <algorithm>

#include "core/schedule/calendar.hpp"

namespace rf::pattern {

using number::Class;

std::string_view name_of(Level level) {
  constexpr std::array<std::string_view, level_count> names{"extension", "department", "tenant"};
  return names[static_cast<std::size_t>(level)];
}

std::string_view name_of(Action action) {
  constexpr std::array<std::string_view, 4> names{"none", "alert", "pin", "block"};
  return names[static_cast<std::size_t>(action)];
}

Call call_to(const number::E164& number, bool forwarded) {
  const number::Place place = number ? number::place_of(number) : number::Place{};
  return {number, place.region, place.kind, forwarded};
}

bool is_costly(const Call& call) {
  switch (call.kind) {
    case Class::premium:
    case Class::personal:
    case Class::pager:
    case Class::satellite:
    case Class::global_network:
      return true;
    case Class::unknown:
      return static_cast<bool>(call.number);  // not in the plan, and so perhaps anything
    default:
      return false;
  }
}

bool is_dear(const Call& call, Country home) {
  return is_costly(call) || call.country != home;
}

Moment moment_of(std::int64_t wall_ms, const schedule::Zone* zone) {
  constexpr std::int64_t year_2100_s = 4'102'444'800;
  const std::int64_t at_s = std::clamp<std::int64_t>(schedule::floor_seconds(wall_ms), 0, year_2100_s);
  const schedule::Local local = zone ? zone->local_at(at_s) : schedule::Zone::utc().local_at(at_s);
  const std::int32_t day = std::max(local.day, 0);
  return {static_cast<std::uint32_t>(at_s), static_cast<std::uint16_t>(day),
          static_cast<std::uint8_t>(schedule::weekday_of(day)), static_cast<std::uint8_t>(local.second / 3'600),
          static_cast<std::uint8_t>(local.second / 60 % 60)};
}

}  // namespace rf::pattern
