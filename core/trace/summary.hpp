// What a recorder needs to know of a message: who, what, which dialog.
#pragma once

#include <string>
#include <string_view>

#include "core/trace/entry.hpp"

namespace rf::trace {

struct Summary {
  bool parsed = false;
  bool begins_dialog = false;  ///< an INVITE without To tag
};

/// Fills label, call_id, cseq, from, to and target of `entry` from a message of anybody's, cut to what a line can show.
/// `wire` is read as the engine reads it; a message that it refuses is "malformed" and has nothing else.
Summary summarise(std::string_view wire, Entry& entry);

}  // namespace rf::trace
