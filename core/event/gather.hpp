// Many things that are alike become one event with a number: a flood of them is told once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
#include "core/event/event.hpp"

namespace rf::event {

/// Events of one kind about one subject are one for EventLimits::same_s, and as long as it goes on for twice as long
/// each time, up to an hour. Of one kind at most `subjects_of_kind` subjects are told apart; further ones are one event
/// about several. Memory is bounded by EventLimits::open. Not for several threads.
class Gather {
 public:
  static constexpr std::size_t subjects_of_kind = 10;
  static constexpr std::uint32_t window_most_s = 3'600;

  /// `last_id`: of the newest event that is kept.
  explicit Gather(std::uint64_t last_id = 0) : last_id_(last_id) {}

  /// `subject` tells events of a kind apart; where it is empty, the beginning of `text` does. `count` of them happened.
  /// An event to keep and to tell, or nothing when it only counts.
  std::optional<Event> add(Now now, const Kind& kind, std::string_view subject, std::string_view text,
                           std::uint64_t count = 1);
  /// Events that have come to count more since they were told, to be kept again; forgets what is over.
  std::vector<Event> grown(Now now);

  std::size_t open() const { return open_.size(); }

 private:
  struct Open {
    Event event;
    std::int64_t since_ms = 0, last_ms = 0;  ///< by the clock that never jumps
    std::uint32_t window_s = 0;
    bool grew = false;
  };
  using Key = std::pair<std::string_view, std::string>;  ///< the kind's name, which lives in the catalogue

  std::map<Key, Open> open_;
  std::map<std::string_view, std::size_t> subjects_;
  std::vector<Event> over_;  ///< grown ones whose place was taken
  std::uint64_t last_id_ = 0;
};

}  // namespace rf::event
