// Any text as opening hours: what is read can be written and read again, and has an answer at every time.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/limits/toll.hpp"
#include "core/schedule/schedule.hpp"
#include "core/schedule/tzif.hpp"

using namespace rf;
using namespace rf::schedule;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ZoneRef zone =
      std::make_shared<const Zone>(*parse_posix_zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"));
  const auto plan = parse_plan({reinterpret_cast<const char*>(data), size});
  if (!plan) {
    RF_CHECK(!plan.error().empty() && plan.error().size() <= ScheduleLimits::faults);
    return 0;
  }
  const auto again = parse_plan(text_of(*plan));
  RF_CHECK(again && text_of(*again) == text_of(*plan));
  const auto compiled = Schedule::compile(*plan, zone);
  if (!compiled) {
    RF_CHECK(!compiled.error().empty() && compiled.error().size() <= ScheduleLimits::faults);
    return 0;
  }
  std::int64_t now_ms = 1'774'500'000'000;
  for (int i = 0; i < 32; ++i) {
    const Answer answer = compiled->at(now_ms);
    RF_CHECK(answer.until_ms > now_ms);
    RF_CHECK(compiled->at(answer.until_ms - 1).open == answer.open);
    RF_CHECK(!answer.open || answer.rule != Answer::no_rule);
    now_ms = answer.until_ms;
  }
  return 0;
}
