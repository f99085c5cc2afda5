// What can be unusual about a call, how much each counts, and the words for it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/limits/toll.hpp"
#include "core/pattern/baseline.hpp"
#include "core/pattern/recent.hpp"

namespace rf::pattern {

enum class Signal : std::uint8_t {
  country,        ///< a country that was never called, or only since a few days
  newcomer,       ///< and whoever calls it has next to no history
  kind,           ///< a class of numbers that somebody earns from
  hour,           ///< at a time at which there are no calls
  range,          ///< many calls to one range of numbers
  equal_lengths,  ///< of nearly equal length
  different,      ///< more different numbers in ten minutes than ever
  sweep,          ///< several new countries within an hour
  short_calls,    ///< nearly all calls are over at once
  forwarded,      ///< many forwarded calls
  looped,         ///< the same number again and again, by forwarding
  volume,         ///< more than on any other day
  together,       ///< many extensions call where nobody here ever called
};

/// One thing that is unusual, with its evidence.
struct Finding {
  Signal signal = Signal::country;
  std::uint8_t weight = 0;
  std::uint32_t count = 0;    ///< what there was
  std::uint32_t against = 0;  ///< what is usual
  std::uint32_t within_s = 0;
};

/// What one level says of a call. Weights add up; a call to a range that the extension knows weighs half.
struct Findings {
  std::array<Finding, PatternLimits::findings> all{};
  std::uint8_t count = 0;
  bool is_contact = false;
  std::uint8_t score = 0;  ///< 0 to 100

  const Finding* begin() const { return all.data(); }
  const Finding* end() const { return all.data() + count; }
};

/// Somebody's habits and last calls.
struct Habits {
  const Baseline* baseline = nullptr;  ///< never null
  const Recent* recent = nullptr;      ///< never null
};

/// What a level says, and those above it, whose habits stand in for those that are missing.
struct Question {
  Moment now;
  Call call;
  Country home;
  Level level = Level::extension;
  Habits own = {};
  const Baseline* above = nullptr;   ///< of the next level up that has experience, or null
  const Baseline* tenant = nullptr;  ///< null: nothing is known of the tenant
  bool is_contact = false;           ///< the extension called this range on several days before
  std::uint32_t caller = 0;          ///< of the extension's id
};
Findings find_unusual(const Question& question);
/// Neither its own level nor the tenant has called there for a week.
bool is_new_country(const Question& question);

/// "first call to LV; 14 calls to +3717… in 5 min; at 03:12, when 1001 has never called". `who`: the extension, or
/// whose habits it are.
std::string text_of(const Findings& findings, const Call& call, const Moment& now, std::string_view who);

}  // namespace rf::pattern
