// The guard's lists as lines: export, import, and foreign blocklists.
#pragma once

#include <optional>

#include "app/guard_commands.hpp"

namespace rf::app {

/// GuardExport and GuardImport; nothing for all others.
/// What was exported takes the place of all that commands made for good, or nothing happens: a line that cannot be
/// read, or that would cut off somebody who is protected, refuses the whole. Of a foreign list each line is taken or
/// refused by itself, with its number and the reason: it must not be able to cut anybody off, nor to keep the rest out.
std::optional<RulesChanged> exchange_rules(const GuardDesk& desk, const command::Command& command,
                                           std::int64_t now_wall_ms);

}  // namespace rf::app
