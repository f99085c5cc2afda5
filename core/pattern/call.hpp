// The facts that a pattern is made of: who calls, whom, and what may be done about a call that is unusual.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/country.hpp"
#include "core/number/plan.hpp"
#include "core/schedule/zone.hpp"

namespace rf::pattern {

/// Whose habits they are.
enum class Level : std::uint8_t { extension, department, tenant };
inline constexpr std::size_t level_count = 3;
std::string_view name_of(Level level);

/// What becomes of a call, from the mildest on.
enum class Action : std::uint8_t {
  none,
  alert,  ///< it leaves, and the operator is told
  pin,    ///< it leaves after a PIN
  block,
};
std::string_view name_of(Action action);  ///< "none", "alert", "pin", "block"

/// From which score on what is done, 1 to 100; 0: never. The strictest that is reached holds.
struct Thresholds {
  std::uint8_t alert = 0;
  std::uint8_t pin = 0;
  std::uint8_t block = 0;

  Action action_at(std::uint32_t score) const {
    const auto reached = [&](std::uint8_t threshold) { return threshold != 0 && score >= threshold; };
    if (reached(block)) return Action::block;
    if (reached(pin)) return Action::pin;
    return reached(alert) ? Action::alert : Action::none;
  }
};

/// One whose habits are asked.
struct Party {
  std::uint64_t id = 0;  ///< 0: there is none (an extension without a department)
  Thresholds thresholds;
  static constexpr std::uint32_t nowhere = UINT32_MAX;
  std::uint32_t place = nowhere;  ///< among all payers of a plan: where to remember what was found of it
};

/// Who calls, or set up the forwarding. Nothing of it is kept.
struct Asker {
  std::array<Party, level_count> parties;  ///< by Level
  const schedule::Zone* zone = nullptr;    ///< whose clock shows the hour; null: UTC
  Country home;                            ///< all other countries are abroad
};

struct Call {
  number::E164 number;  ///< none: a short number
  Country country;      ///< none: of a network without country
  number::Class kind = number::Class::unknown;
  bool forwarded = false;  ///< or transferred: nobody at the extension dialled it
};
/// What the world's plan says of a number.
Call call_to(const number::E164& number, bool forwarded);

/// Whether somebody may earn from calls to it: a number abroad, or of a class that is paid for by its caller.
bool is_dear(const Call& call, Country home);
/// Of a class that somebody earns from.
bool is_costly(const Call& call);

/// The clock on the caller's wall.
struct Moment {
  std::uint32_t at_s = 0;    ///< since 1970 UTC
  std::uint16_t day = 0;     ///< since 1970-01-01 there
  std::uint8_t weekday = 0;  ///< 0: Monday
  std::uint8_t hour = 0;
  std::uint8_t minute = 0;

  bool is_weekend() const { return weekday >= 5; }
};
/// Times before 1970 and after 2100 are taken for these bounds.
Moment moment_of(std::int64_t wall_ms, const schedule::Zone* zone);

}  // namespace rf::pattern
