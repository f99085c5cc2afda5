// An office as data: its departments and whom they call, its policy as an operator writes it, its carriers' prices.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.hpp"
#include "core/toll/plan.hpp"

namespace rf::fraud {

inline constexpr TenantId house{1};

/// A range of numbers: E.164 digits, of which the last ones are drawn.
struct Range {
  std::string_view name;
  std::string_view stem;
  unsigned digits;  ///< altogether
};
/// Where honest people call.
std::span<const Range> ranges_at_home();
std::span<const Range> mobiles_at_home();
std::span<const Range> ranges_near();
std::span<const Range> ranges_far();
/// The same number for the same `which`: one that the world's plan has, with a + in front.
std::string number_in(const Range& range, std::uint64_t which);

/// How a department works.
struct Department {
  std::string_view name;
  unsigned share;  ///< of 1,000 people
  toll::Reach reach;
  unsigned from_h, to_h;        ///< of a working day
  unsigned weekend;             ///< of 1,000 people, who work on a Saturday, a Sunday or a holiday
  unsigned calls;               ///< of one person on a working day, to the outside
  unsigned talk_s;              ///< on average
  unsigned home, mobile, near;  ///< of 100 calls; the rest is far
  unsigned strangers;           ///< of 100 calls: to a number that the person never called
  unsigned handed_on;           ///< of 100 days: calls from outside that are forwarded or transferred to a mobile
  unsigned travellers;          ///< of 1,000 people, who are abroad at a time
};
std::span<const Department> departments();

struct Person {
  ExtensionId id;
  std::string number;
  std::uint32_t department = 0;  ///< place in departments()
};

struct Office {
  toll::PlanRef plan;
  schedule::ZoneRef zone;
  std::vector<Person> people;
};
/// `limits` is what the operator wrote about them: the standing values hold but for that.
Office make_office(unsigned people, std::string_view limits);

/// Caps of the house and the system for so many people. Those that stand without it are for a house of fifty.
std::string limits_for(unsigned people);

}  // namespace rf::fraud
