// HEP version 3: how a message is told to Homer (sipcapture) and what else understands it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/trace/entry.hpp"

namespace rf::trace {

/// One HEP3 packet around the text of `entry`, with the call's id as correlation id, so that both legs are found
/// together. `agent` is the number of this system among those that capture. Empty for notes and for what is too long.
/// Source: the HEP/EEP reference, version 3, generic chunks (vendor 0).
std::string hep_of(const Entry& entry, std::uint32_t agent, std::string_view text);

}  // namespace rf::trace
