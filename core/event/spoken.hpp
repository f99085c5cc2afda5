// Events as they are told by telephone: prompts one after the other, since nothing is spoken anew while a server runs.
#pragma once

#include <string>
#include <vector>

#include "core/event/outbox.hpp"

namespace rf::event {

/// The names of the prompts that tell of a message, without their folder: how grave the gravest of its events is, what
/// it is about, and where to look; all of it twice.
std::vector<std::string> spoken_names(const Message& message);
/// Every name that spoken_names() can give.
std::vector<std::string> spoken_vocabulary();

/// Takes out of a message what is not told by calls as the extension `caller`, whose number stands in events as
/// `shown`: what is about those calls themselves, or each would bring the next. Gives what it took.
std::vector<Event> take_own(Message& message, std::string_view caller, std::string_view shown);

}  // namespace rf::event
