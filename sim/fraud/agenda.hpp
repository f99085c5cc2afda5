// What is to happen when: the clock of a simulated office.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "core/base/time.hpp"

namespace rf::fraud {

struct Event {
  enum class Kind : std::uint8_t {
    dial,    ///< an honest person dials; `id`: the call of the day
    stored,  ///< the disk has done what it was given
    ring,    ///< somebody answered, or nobody; `id`: the call
    due,     ///< a running call wants more money, or ends; `id`: the call
    act,     ///< a thief's turn; `id`: which
    hour,    ///< `id` of the day has begun
    tick,    ///< losses are counted
    office,  ///< the operator reads what the system told
    day,     ///< a day begins
    crash,   ///< the process is killed
  };
  std::int64_t at_ms = 0;
  std::uint64_t order = 0;  ///< of those at the same time
  Kind kind = Kind::day;
  std::uint64_t id = 0;
  std::uint32_t version = 0;  ///< of a call's times: an older one is void
  bool operator>(const Event& other) const { return at_ms != other.at_ms ? at_ms > other.at_ms : order > other.order; }
};

/// Time goes on from event to event; both clocks go together.
class Agenda {
 public:
  explicit Agenda(std::int64_t wall_ms) : start_ms_(wall_ms), now_ms_(wall_ms) {}

  Now now() const { return {now_ms_ - start_ms_ + 1'000, now_ms_}; }
  void put(std::int64_t wall_ms, Event::Kind kind, std::uint64_t id = 0, std::uint32_t version = 0) {
    events_.push({wall_ms < now_ms_ ? now_ms_ : wall_ms, ++order_, kind, id, version});
  }
  bool empty() const { return events_.empty(); }
  Event next() {
    const Event out = events_.top();
    events_.pop();
    now_ms_ = out.at_ms;
    return out;
  }

 private:
  std::int64_t start_ms_, now_ms_;
  std::uint64_t order_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

}  // namespace rf::fraud
