#include "core/event/spoken.hpp"

#include <algorithm>
#include <iterator>

namespace rf::event {
namespace {

/// "event-about-trunk" of "trunk.down".
std::string about(std::string_view kind) {
  return "event-about-" + std::string(kind.substr(0, kind.find('.')));
}

}  // namespace

std::vector<std::string> spoken_names(const Message& message) {
  std::vector<std::string> once;
  if (message.test) {
    once = {"event-test"};
  } else {
    const auto gravest = std::max_element(message.events.begin(), message.events.end(),
                                          [](const Event& a, const Event& b) { return a.level < b.level; });
    const bool alike = std::all_of(message.events.begin(), message.events.end(), [&](const Event& each) {
      return find(each.kind) != nullptr && about(each.kind) == about(message.events.front().kind);
    });
    once = {"event-" + std::string(name_of(gravest->level)),
            alike ? about(message.events.front().kind) : "event-about-many", "event-look"};
  }
  std::vector<std::string> out = once;
  out.insert(out.end(), once.begin(), once.end());
  return out;
}

std::vector<std::string> spoken_vocabulary() {
  std::vector<std::string> out{"event-test", "event-look", "event-about-many"};
  for (std::size_t i = 0; i < levels; ++i) out.push_back("event-" + std::string(name_of(static_cast<Level>(i))));
  for (const Kind& kind : catalog())
    if (std::find(out.begin(), out.end(), about(kind.name)) == out.end()) out.push_back(about(kind.name));
  return out;
}

std::vector<Event> take_own(Message& message, std::string_view caller, std::string_view shown) {
  if (message.test) return {};
  const auto own = std::stable_partition(message.events.begin(), message.events.end(), [&](const Event& each) {
    return each.subject != caller && each.subject != shown;
  });
  std::vector<Event> out(std::make_move_iterator(own), std::make_move_iterator(message.events.end()));
  message.events.erase(own, message.events.end());
  return out;
}

}  // namespace rf::event
