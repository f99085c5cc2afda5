// Detection rules and handwritings as commands made them, above the file and what ships.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/guard_commands.hpp"

namespace rf::app {

/// What commands said, by the name of the rule: {"options-sweep": {"enabled": true, "then": "watch"}}. Errors: a
/// sentence; what cannot be read is not what says nothing.
std::expected<Json, std::string> typed_tuning(store::Store& store);

/// Makes `rules` what commands said of them; names that no rule has any longer are passed over. Errors: a sentence.
std::expected<void, std::string> tune(guard::Rules& rules, const GuardDesk& desk);

/// A note for each rule that the file says otherwise now than `before`, and that commands hold as it is.
std::vector<std::string> held_by_command(const guard::Rules& before, const guard::Rules& now, store::Store& store);

/// GuardRuleShow; nothing for all others.
std::optional<Outcome> show_tuning(const GuardDesk& desk, const command::Command& command);

/// GuardRuleSet and GuardRuleRemove; nothing for all others. Rules that cannot be used together are refused, and
/// nothing is changed.
std::optional<RulesChanged> change_tuning(const GuardDesk& desk, const command::Command& command);

}  // namespace rf::app
