#include "core/schedule/zone.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits/toll.hpp"

namespace rf::schedule {
namespace {

constexpr std::int64_t instant_s = 900'000'000'000;

std::int64_t bounded(std::int64_t instant) {
  return std::clamp(instant, -instant_s, instant_s);
}

bool is_offset(std::int32_t offset_s) {
  return offset_s >= Zone::west_s && offset_s <= Zone::east_s;
}

}  // namespace

std::expected<Zone, std::string> Zone::make(std::string name, std::int32_t first_offset_s,
                                            const std::vector<Change>& changes) {
  if (changes.size() > ScheduleLimits::zone_changes)
    return std::unexpected(fmt::format("it has more than {} changes", ScheduleLimits::zone_changes));
  if (!is_offset(first_offset_s)) return std::unexpected(fmt::format("no place is {} s off UTC", first_offset_s));
  Zone zone(std::move(name), first_offset_s);
  std::int64_t before_s = INT64_MIN;
  for (const Change& change : changes) {
    if (change.at_s <= before_s || change.at_s != bounded(change.at_s))
      return std::unexpected("its changes are not in the order of time");
    if (!is_offset(change.offset_s)) return std::unexpected(fmt::format("no place is {} s off UTC", change.offset_s));
    before_s = change.at_s;
    if (change.offset_s != zone.eras_.back().offset_s) zone.eras_.push_back(change);
  }
  return zone;
}

std::size_t Zone::era_at(std::int64_t utc_s) const {
  const auto next = std::upper_bound(eras_.begin() + 1, eras_.end(), utc_s,
                                     [](std::int64_t at_s, const Change& era) { return at_s < era.at_s; });
  return static_cast<std::size_t>(next - eras_.begin()) - 1;
}

Local Zone::local_at(std::int64_t utc_s) const {
  const std::int64_t at_s = bounded(utc_s);
  const std::size_t era = era_at(at_s);
  const std::int64_t clock_s = at_s + eras_[era].offset_s;
  std::int64_t day = clock_s / seconds_per_day;
  if (clock_s % seconds_per_day < 0) --day;
  return {.day = static_cast<std::int32_t>(day),
          .second = static_cast<std::int32_t>(clock_s - day * seconds_per_day),
          .offset_s = eras_[era].offset_s,
          .until_s = end_of(era)};
}

std::int64_t Zone::first_reach_s(std::int64_t clock_s) const {
  const std::int64_t wanted_s = bounded(clock_s);
  // Earlier than this, no offset lets a clock show it.
  for (std::size_t era = era_at(wanted_s - east_s);; ++era) {
    const std::int64_t at_s = std::max(eras_[era].at_s, wanted_s - eras_[era].offset_s);
    if (at_s < end_of(era)) return at_s;
  }
}

Instants Zone::instants_of(std::int64_t clock_s) const {
  const std::int64_t wanted_s = bounded(clock_s);
  const std::int64_t last_possible_s = wanted_s - west_s;
  Instants out;
  int found = 0;
  for (std::size_t era = era_at(wanted_s - east_s); era < eras_.size() && eras_[era].at_s <= last_possible_s; ++era) {
    const std::int64_t at_s = wanted_s - eras_[era].offset_s;
    if (at_s < eras_[era].at_s || at_s >= end_of(era)) continue;
    if (found++ == 0) out.first_s = at_s;
    out.last_s = at_s;
  }
  if (found == 0) out.first_s = out.last_s = first_reach_s(wanted_s);
  out.kind = found == 0 ? Instants::Kind::never : found == 1 ? Instants::Kind::once : Instants::Kind::twice;
  return out;
}

}  // namespace rf::schedule
