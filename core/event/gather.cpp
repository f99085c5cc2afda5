#include "core/event/gather.hpp"

#include <algorithm>

#include "core/base/limits/events.hpp"
#include "core/base/plain.hpp"

namespace rf::event {
namespace {

constexpr std::size_t telling_bytes = 48;

std::string key_of(std::string_view subject, std::string_view text) {
  return std::string(subject.empty() ? text.substr(0, telling_bytes) : subject.substr(0, EventLimits::subject_bytes));
}

}  // namespace

std::optional<Event> Gather::add(Now now, const Kind& kind, std::string_view subject, std::string_view text,
                                 std::uint64_t count) {
  Key key{kind.name, key_of(subject, text)};
  auto found = open_.find(key);
  bool several = false;
  if (found == open_.end() &&
      (subjects_[kind.name] >= subjects_of_kind || open_.size() + catalog().size() >= EventLimits::open)) {
    several = true;
    key.second = "\n";  // no subject holds one
    found = open_.find(key);
  }
  std::uint32_t window_s = EventLimits::same_s;
  if (found != open_.end()) {
    Open& open = found->second;
    open.last_ms = now.mono_ms;
    if (now.mono_ms - open.since_ms < std::int64_t{open.window_s} * 1'000) {
      open.event.count += count;
      open.event.last_wall_ms = now.wall_ms;
      open.grew = true;
      return std::nullopt;
    }
    // It goes on: that is told again, and ever less often.
    if (open.grew) over_.push_back(open.event);
    window_s = std::min(open.window_s * 2, window_most_s);
    several = key.second == "\n";
  } else {
    found = open_.emplace(key, Open{}).first;
    if (!several) ++subjects_[kind.name];
  }
  Open& open = found->second;
  open.since_ms = open.last_ms = now.mono_ms;
  open.window_s = window_s;
  open.grew = false;
  open.event = Event{++last_id_,
                     std::string(kind.name),
                     kind.level,
                     several ? std::string("several") : plain(subject, EventLimits::subject_bytes),
                     plain(text, EventLimits::text_bytes),
                     count,
                     now.wall_ms,
                     now.wall_ms};
  return open.event;
}

std::vector<Event> Gather::grown(Now now) {
  std::vector<Event> out = std::exchange(over_, {});
  for (auto each = open_.begin(); each != open_.end();) {
    Open& open = each->second;
    if (std::exchange(open.grew, false)) out.push_back(open.event);
    // As long as it was quiet for a whole window, it is over; what comes later is news again.
    if (now.mono_ms - open.last_ms >= std::int64_t{open.window_s} * 1'000) {
      if (each->first.second != "\n") --subjects_[each->first.first];
      each = open_.erase(each);
    } else {
      ++each;
    }
  }
  return out;
}

}  // namespace rf::event
