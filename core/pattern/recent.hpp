// The last calls of a subject, singly: what bursts are seen in.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/limits/toll.hpp"
#include "core/pattern/call.hpp"

namespace rf::pattern {

/// How calls like one that is to leave came together lately; it is counted itself.
struct Burst {
  std::uint32_t alike = 0;  ///< to its range, or to its country while that is fresh; running, answered or refused
  std::uint32_t alike_within_s = 0;
  std::uint32_t equal = 0;          ///< of these, ended ones of nearly equal length, a minute at least
  std::uint32_t equal_s = 0;        ///< which length
  bool one_number = false;          ///< all ended ones alike, a minute at least, were to the very number of this call
  std::uint32_t different = 0;      ///< numbers within ten minutes
  std::uint32_t new_countries = 0;  ///< fresh ones within an hour
  std::uint32_t ended = 0;          ///< answered and over, within an hour
  std::uint32_t cut_short = 0;      ///< of these, under ten seconds
  std::uint32_t forwarded = 0;      ///< within an hour
  std::uint32_t looped = 0;         ///< forwarded to this number within a minute
  std::uint32_t callers = 0;        ///< extensions that called fresh countries within ten minutes
  std::uint32_t fresh_numbers = 0;  ///< different ones of these calls
};

/// All but the last four digits of a number, five digits at least: what one carrier resells as a range.
number::E164 range_of(const number::E164& number);

/// The newest calls in a ring of fixed size. Clocks that are put back make calls look as if they were of now.
class Recent {
 public:
  enum class State : std::uint8_t { running, unanswered, answered, refused };
  struct Entry {
    number::E164 number;
    std::uint32_t at_s = 0;  ///< when it was to leave
    std::uint16_t talked_s = 0;
    std::uint16_t country = 0;
    State state = State::running;
    bool forwarded = false;
    bool fresh = false;        ///< its country was no usual one then
    std::uint32_t caller = 0;  ///< of the extension's id
  };

  void add(const Entry& entry);
  /// The running call of that second to that number is over.
  void end(std::uint32_t at_s, const number::E164& number, State state, std::uint16_t talked_s);
  /// `fresh`: the country of `call` is no usual one; then a day's calls to all of it are alike. `caller` as in Entry.
  Burst count(const Moment& now, const Call& call, bool fresh, std::uint32_t caller) const;
  /// Different numbers that were answered in the ten minutes before.
  std::uint32_t answered_lately(const Moment& now) const;

 private:
  void look_back(const Moment& now, const Call& call, bool fresh, Burst& out, std::uint32_t caller) const;

  std::uint32_t newest_s_ = 0;  ///< of all there ever were: mostly this one is too old already
  std::uint8_t used_ = 0, next_ = 0;
  /// Of each entry, side by side: most are too old to be looked at.
  std::array<std::uint32_t, PatternLimits::recent> at_s_{};
  std::array<Entry, PatternLimits::recent> entries_{};
};

}  // namespace rf::pattern
