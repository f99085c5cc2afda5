// Rows of the plan for those in this room that need more of them than plan.hpp shows.
#pragma once

#include <cstddef>

#include "core/base/country.hpp"
#include "core/number/e164.hpp"
#include "core/number/plan.hpp"
#include "core/number/table.hpp"

namespace rf::number {

/// How a national number of so many digits fits, as libphonenumber's TestNumberLength.
Length length_of(const table::Region& region, std::size_t digits);
/// Nothing when the plan has no such country.
const table::Region* region_of(Country country);
/// The main region of a number's calling code; nothing when there is no such code.
const table::Region* main_region_of(const E164& number);

}  // namespace rf::number
