// Any bytes as a time zone file, and as the rule at its end: a zone whose two directions agree, or a sentence.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.hpp"
#include "core/schedule/calendar.hpp"
#include "core/schedule/tzif.hpp"

using namespace rf::schedule;

namespace {

void try_out(const std::expected<Zone, std::string>& zone) {
  if (!zone) {
    RF_CHECK(!zone.error().empty());
    return;
  }
  std::int64_t at_s = -3'000'000'000;
  for (int i = 0; i < 64 && at_s < 8'000'000'000; ++i) {
    const Local local = zone->local_at(at_s);
    const Instants found = zone->instants_of(local.clock_s());
    RF_CHECK(found.first_s <= at_s && at_s <= found.last_s);
    RF_CHECK(zone->first_reach_s(local.clock_s()) <= at_s);
    const Periods periods = periods_at(*zone, at_s * 1'000);
    RF_CHECK(periods.day_start_ms <= at_s * 1'000 && at_s * 1'000 < periods.day_end_ms);
    RF_CHECK(periods.month_start_ms <= periods.day_start_ms && periods.day_end_ms <= periods.month_end_ms);
    at_s = local.until_s == Zone::never_s ? at_s + 100'000'000 : local.until_s;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_out(parse_tzif("Fuzz", {data, size}));
  try_out(parse_posix_zone("Fuzz", {reinterpret_cast<const char*>(data), size}));
  return 0;
}
