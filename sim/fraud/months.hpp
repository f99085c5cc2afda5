// Months of an office, a thief beside it, an operator who reads what the system tells, and what became of the money.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "sim/fraud/scripts.hpp"
#include "sim/fraud/switchboard.hpp"

namespace rf::fraud {

struct Span {
  std::uint64_t seed = 1;
  unsigned days = 92;
  unsigned fraud_from_day = 40;  ///< a Saturday, when nobody reads anything
  bool people_call = true;       ///< honest ones; else the thief has the office to himself
  bool operator_reads = true;    ///< in office hours, and changes passwords that were stolen
  unsigned crashes = 25;         ///< in a hundred days, about
  unsigned failing_writes = 100'000;  ///< one of so many fails, and paid calls are refused for some seconds; 0: none
  unsigned audit_every = 64;
};

inline constexpr std::string_view first_day = "2026-09-28";  ///< a Monday; summer time ends on day 27
/// The thief has the office to himself from its second day on, and nobody reads what the system tells.
inline Span unseen_span(std::uint64_t seed, unsigned days) {
  return {.seed = seed, .days = days, .fraud_from_day = 1, .people_call = false, .operator_reads = false};
}

/// A thing that ended something, when, and what had been lost by then.
struct Stop {
  std::string by;
  std::int64_t after_ms = 0;  ///< since the fraud began
  std::int64_t lost = 0;      ///< micro-units
};

struct Outcome {
  std::string_view fraud;
  // Of the thief
  std::uint64_t tried = 0, left = 0;
  std::map<std::string, std::uint64_t> refusals;
  std::optional<Stop> first_no, last;  ///< `last`: the last password was changed
  std::optional<Stop> first_told;      ///< by whose habits a call of the thief was told first
  std::int64_t lost = 0;
  /// Of hour, day and month: what one password came to, and its bound, of the password that came nearest to it.
  struct Window {
    std::int64_t lost = 0;
    std::optional<std::int64_t> bound;
  };
  std::array<Window, 3> windows;
  // Of honest people
  std::uint64_t asked = 0, emergencies = 0;
  /// By cause.
  struct Refusals {
    std::uint64_t count = 0;
    std::string first;  ///< what the operator reads of the first one
  };
  std::map<std::string, Refusals> honest_refusals;
  /// What refused or cut an honest call.
  enum class By : std::uint8_t {
    cap,      ///< its own caller had spent what a cap allows
    disk,     ///< that failed
    pattern,  ///< that it fitted no habit
    other,    ///< any other rule
    thief,    ///< the cap of its extension, of which a thief had taken from on that day
  };
  std::array<std::uint64_t, 5> refusals_by{};
  std::uint64_t unexplained = 0;
  std::uint64_t killed = 0;  ///< honest calls that were cut because the process was killed; not among the refused
  std::int64_t honest_cost = 0, dearest_day = 0, dearest_person_day = 0;
  std::uint64_t alerts = 0, false_alarms = 0, pins = 0;
  // Of the books
  std::uint64_t audits = 0, crashes = 0;
  std::int64_t presumed_too_much = 0;
  std::vector<std::string> faults;

  /// Refused or cut.
  std::uint64_t refused() const { return std::accumulate(refusals_by.begin(), refusals_by.end(), std::uint64_t{0}); }
  std::uint64_t refused(By by) const { return refusals_by[static_cast<std::size_t>(by)]; }
  /// All but those whose money a thief had taken.
  std::uint64_t wrongly_refused() const { return refused() - refused(By::thief); }
  /// Calls that were refused wrongly are fewer than one in ten thousand, and each refusal says why.
  bool lets_honest_calls_through() const { return unexplained == 0 && wrongly_refused() * 10'000 < asked; }
};

/// The same arguments give the same outcome. `script` null: nobody steals. `screen` may be null.
Outcome run(const Office& office, const Span& span, const Script* script, Screen* screen);

/// For people: what each fraud cost, what stopped it, why honest calls were refused.
std::string table_of_losses(const std::vector<Outcome>& outcomes);
std::string table_of_stops(std::string_view title, const std::vector<Outcome>& outcomes);
std::string table_of_refusals(std::string_view title, const std::vector<Outcome>& outcomes);
std::string list_of_refusals(const std::vector<Outcome>& outcomes);

}  // namespace rf::fraud
